import type { Secret } from '../secret.ts';

/** `app-url` sets AUTH0_CALLBACK_URL. */
export type Source = 'dotenv' | 'env-file' | 'variables' | 'secrets' | 'app-url';

/** One variable of the application, with its source. */
export interface Variable {
  readonly name: string;
  /** Every value is a secret until routing has classified it. */
  readonly value: Secret;
  /** `secrets` wins if several sources have the name. */
  readonly source: Source;
  readonly where: string;
  readonly file?: string | undefined;
  readonly line?: number | undefined;
  /** The place of an empty value from `secrets`, which this value replaced. */
  readonly emptySecret?: string | undefined;
  /** Only files of the workspace have this value; on a pull request, its author controls them. */
  readonly fileOnly?: true | undefined;
}

/** One text that holds variables. */
export interface VariableText {
  readonly source: Source;
  /** Text, bytes of a file, or an object of the configuration file. */
  readonly content: string | Uint8Array | Readonly<Record<string, unknown>>;
  readonly where: string;
  readonly file?: string | undefined;
  /** A file of the workspace contains it: a `.env`, or the configuration file. */
  readonly inFile?: true | undefined;
}

/** Longer than any real name. */
const LONGEST = 128;

const NAME = /^[A-Za-z_][\w.-]*$/;
/** Tokens with the prefix of their issuer: AWS, GitHub, GitLab, Slack, Stripe, npm, Google, JSON Web Tokens. */
const ISSUED =
  /^(?:A[KS]IA[A-Z0-9]{12,}$|gh[pousr]_[A-Za-z0-9]{16,}$|github_pat_[A-Za-z0-9]{8,}|glpat-|xox[a-z]-|[prs]k[-_](?:live|test|proj|ant)[-_](?=.*\d)|npm_[A-Za-z0-9]{20,}$|AIza[\w-]{20,}$|eyJ[\w-]{8,})/;

/**
 * A name is printed, stored and shown in AWS, so a possible piece of a value is rejected.
 * @returns why this is not the name of a variable, and the remedy, or undefined; never with the name
 */
export function nameFault(name: string): string | undefined {
  if (!NAME.test(name)) return 'use letters, digits and _, not beginning with a digit';
  if (name.length > LONGEST) return `use at most ${LONGEST} letters, digits and _`;
  if (isOpaque(name))
    return 'it looks like a piece of a key or of base64; put values of several lines into quotes, or use another name';
  return undefined;
}

/**
 * The words of a name are long: `oauth2ClientSecret` has four runs in 18 characters. Random base64 changes between
 * small letters, capitals and digits every two characters, and so does hex between letters and digits.
 * @returns whether the text has the form of random base64 or hex, or of a token, and not that of a name
 */
export function isOpaque(name: string): boolean {
  if (ISSUED.test(name)) return true;
  if (name.split(/[_.-]/).some((piece) => piece.length >= 16 && isRandom(piece))) return true;
  // The alphabet of base64 for URLs has - and _ in it.
  const letters = name.replace(/[_.-]/g, '');
  return letters.length >= 20 && mixes(letters) && runLength(name) < 2.2;
}

/** @returns whether the text mixes capitals, small letters and digits. */
export function mixes(text: string): boolean {
  return /[A-Z]/.test(text) && /[a-z]/.test(text) && /\d/.test(text);
}

function isRandom(piece: string): boolean {
  if (!/\d/.test(piece)) return runLength(piece) < 2.2;
  return runLength(piece) < (piece.length >= 20 ? 3 : 2.6);
}

/** @returns how many characters a word or number of the text has on average. */
function runLength(text: string): number {
  const runs = text.match(/[A-Z]?[a-z]+|[A-Z]+|\d+/g) ?? [];
  return runs.length === 0 ? Number.POSITIVE_INFINITY : runs.join('').length / runs.length;
}

/**
 * Credentials of the step and of the runner. A bare NAME would make them variables of the application, in the clear
 * where a rule says so.
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html#EVarSettings
 * @see https://docs.github.com/en/actions/reference/workflows-and-actions/variables
 */
const OF_STEP =
  /^(?:AWS_(?:ACCESS_KEY(?:_ID)?|SECRET_(?:ACCESS_)?KEY|SESSION_TOKEN|SECURITY_TOKEN|WEB_IDENTITY_TOKEN_FILE|SHARED_CREDENTIALS_FILE|CONTAINER_\w*)|GITHUB_TOKEN|(?:ACTIONS|RUNNER|INPUT)_\w*)$/i;

/** @returns whether the name belongs to a credential of the step, or to a variable of the runner. */
export function isOfStep(name: string): boolean {
  return OF_STEP.test(name);
}

/**
 * @param about whether the line is in the configuration file, and whether the step has such a variable
 * @returns why a bare NAME has no value, and the remedy, or undefined
 */
export function bareNameFault(
  name: string,
  about: { readonly isOfFile: boolean; readonly isSet: boolean },
): string | undefined {
  if (isOfStep(name))
    return 'this is a credential of the step or a variable of the runner, and never a variable of the application; take the line out, or write NAME=value';
  if (about.isOfFile)
    return 'a bare name has no value in the configuration file; write NAME=value, or give the name in the input variables';
  if (!about.isSet)
    return 'this is a bare name, and the step has no such environment variable; set it under "env:", or write NAME=value';
  return undefined;
}
