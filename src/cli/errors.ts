import { AwsError } from '../clients/errors.ts';
import { reasonOf } from '../failure.ts';
import { errorText } from '../report/failure.ts';
import { type Diagnostic, describe, InputErrors } from '../settings/diagnostics.ts';
import { INPUTS } from '../settings/input-names.ts';
import { shellQuote } from './check.ts';
import { EXIT } from './command.ts';
import { ENVIRONMENT } from './environment.ts';
import { UsageError } from './flags.ts';
import type { Terminal } from './terminal.ts';
import { styled } from './text.ts';

/*
 * Messages of errors for a terminal. They are those of the action, except where these mention a workflow.
 */

/** Errors shown at most; the rest are counted. */
const MOST_ERRORS = 100;

/**
 * Prints an error.
 * @returns the exit code
 */
export function printError(error: unknown, terminal: Terminal): number {
  if (error instanceof UsageError) {
    terminal.say(styled('red', 'error'), `: ${error.message}`);
    return EXIT.input;
  }
  if (error instanceof InputErrors) {
    for (const inputError of error.errors.slice(0, MOST_ERRORS))
      terminal.say(styled('red', 'error'), `: ${noteText(inputError)}`);
    const more = error.errors.length - MOST_ERRORS;
    if (more > 0) terminal.say(`… and ${more} more`);
    terminal.say('Nothing was written.');
    return EXIT.input;
  }
  terminal.say(styled('red', 'error'), `: ${errorInWords(error)}`);
  return reasonOf(error) === 'input' ? EXIT.input : EXIT.failed;
}

/** @returns a note as a line; an input has the name of its flag */
export function noteText(note: Diagnostic): string {
  const input = /^input (\S+)$/.exec(note.where)?.[1];
  const isFlag = INPUTS.some((name) => name === input);
  return describe(isFlag ? { ...note, where: `--${input}` } : note);
}

/** @returns the message of an error, with a remedy for a terminal */
export function errorInWords(error: unknown): string {
  if (error instanceof AwsError && error.reason === 'credentials')
    return `${error.message}. ${credentialsRemedy(error)}`;
  return errorText(error);
}

/** @returns the remedy for AWS credentials that are missing, expired or refused */
export function credentialsRemedy(error: AwsError): string {
  const profile = ENVIRONMENT['AWS_PROFILE'];
  const flag = profile === undefined || profile === '' ? '' : ` --profile ${shellQuote(profile)}`;
  const cause = error.cause instanceof Error ? error.cause.message : '';
  if (/\bSSO\b|Session token not found|token (?:is|has) expired|Token is expired/i.test(cause))
    return `The SSO session has expired or was never started. Sign in: aws sso login${flag}`;
  if (/multi-factor|\bMFA\b/i.test(cause))
    return `The profile asks for an MFA code. Export its credentials first: eval "$(aws configure export-credentials${flag} --format env)"`;
  if (error.code === 'ProfileNotFound')
    return 'List the profiles of this machine: aws configure list-profiles';
  return `Sign in: aws sso login${flag}, or choose a profile with --profile NAME, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY`;
}
