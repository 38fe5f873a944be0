import * as core from '@actions/core';
import type { Diagnostic } from '../settings/diagnostics.ts';
import * as log from './log.ts';
import { breakable, prose, troubleshootingLink } from './markdown.ts';
import type { Failure } from './run.ts';

/*
 * Report of a run that ended before there was a plan. It has its own file and texts, so that such a run does not load the
 * report of a whole run.
 */

const HEADLINE = '❌ The run failed before it had a plan: nothing was written';
/** GitHub refuses a whole summary of more than 1 MiB. */
const MOST_BYTES = 1_000_000;
const inputErrors = (number: number) =>
  `❌ ${number} input error${number === 1 ? '' : 's'}: nothing was read or written`;

/** Never throws: the last error of the log has the same reason. */
export function writeFailureReason(reason: string): void {
  try {
    core.setOutput('failure-reason', reason);
  } catch {
    log.info('the output failure-reason could not be written');
  }
}

/**
 * Writes the summary of a run that ended before there was a plan. Never throws: the log has all of it already.
 * @param ended the failure, or the input errors
 */
export async function writeEarlySummary(ended: Failure | readonly Diagnostic[]): Promise<void> {
  try {
    const markdown = 'reason' in ended ? failureSummary(ended) : inputErrorSummary(ended);
    await core.summary.addRaw(markdown, true).write();
  } catch {
    log.info('the job summary could not be written');
  }
}

/** @returns the summary of a run with input errors: a row for each, grouped by location */
export function inputErrorSummary(errors: readonly Diagnostic[]): string {
  const all = [...errors]
    .sort((a, b) => (a.where === b.where ? (a.line ?? 0) - (b.line ?? 0) : a.where < b.where ? -1 : 1))
    .map(rowOf);
  let bytes = 0;
  const tooLong = all.findIndex((row) => {
    bytes += Buffer.byteLength(row) + 1;
    return bytes > MOST_BYTES;
  });
  const rows = tooLong < 0 ? all : all.slice(0, tooLong);
  const more = rows.length < all.length ? `\n… and ${all.length - rows.length} more\n` : '';
  return `## ${prose(inputErrors(errors.length))}\n\n| Where | What to fix |\n| --- | --- |\n${rows.join('\n')}\n${more}\n${troubleshootingLink('input')}\n`;
}

function rowOf({ where, line, key, text }: Diagnostic): string {
  const place = line === undefined ? breakable(where) : `${breakable(where)} line ${line}`;
  return `| ${place} | ${key === undefined ? '' : `${breakable(key)}: `}${prose(text)} |`;
}

/** @returns the summary of a run that ended before there was a plan */
export function failureSummary({ reason, text }: Failure): string {
  return `## ${prose(HEADLINE)}\n\n> [!CAUTION]\n> ${prose(text)}\n\n${troubleshootingLink(reason)}\n`;
}
