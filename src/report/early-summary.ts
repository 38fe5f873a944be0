import type { Diagnostic } from '../settings/diagnostics.ts';
import { breakable, prose, troubleshootingLink } from './markdown.ts';
import type { Failure } from './run.ts';

/*
 * The summary of a run without a plan. Its texts are here, since such a run loads none of the others.
 */
const HEADLINE = '❌ The run failed before it had a plan: nothing was written';
/** GitHub refuses a whole summary of more than 1 MiB. */
const MOST_BYTES = 1_000_000;
const inputErrors = (number: number) =>
  `❌ ${number} input error${number === 1 ? '' : 's'}: nothing was read or written`;

/** @returns the summary of a run whose input is wrong: a row for each error, those of one place together */
export function faultSummary(faults: readonly Diagnostic[]): string {
  const all = [...faults]
    .sort((a, b) => (a.where === b.where ? (a.line ?? 0) - (b.line ?? 0) : a.where < b.where ? -1 : 1))
    .map(rowOf);
  let bytes = 0;
  const tooLong = all.findIndex((row) => {
    bytes += Buffer.byteLength(row) + 1;
    return bytes > MOST_BYTES;
  });
  const rows = tooLong < 0 ? all : all.slice(0, tooLong);
  const more = rows.length < all.length ? `\n… and ${all.length - rows.length} more\n` : '';
  return `## ${prose(inputErrors(faults.length))}\n\n| Where | What to fix |\n| --- | --- |\n${rows.join('\n')}\n${more}\n${troubleshootingLink('input')}\n`;
}

function rowOf({ where, line, key, text }: Diagnostic): string {
  const place = line === undefined ? breakable(where) : `${breakable(where)} line ${line}`;
  return `| ${place} | ${key === undefined ? '' : `${breakable(key)}: `}${prose(text)} |`;
}

/** @returns the summary of a run that ended before there was a plan */
export function failureSummary({ reason, text }: Failure): string {
  return `## ${prose(HEADLINE)}\n\n> [!CAUTION]\n> ${prose(text)}\n\n${troubleshootingLink(reason)}\n`;
}
