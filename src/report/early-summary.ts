import type { Diagnostic } from '../settings/diagnostics.ts';
import { breakable, prose } from './markdown.ts';
import type { Failure } from './run.ts';
import { assemble, table, troubleshootingLink } from './sections.ts';

/*
 * The summary of a run without a plan. Its texts are here, since such a run loads none of the others.
 */
const HEADLINE = '❌ The run failed before it had a plan: nothing was written';
/** GitHub refuses a summary of more than 1 MiB whole. */
const MOST_BYTES = 1_000_000;
const COLUMNS = ['Where', 'What to fix'];
const inputErrors = (number: number) =>
  `❌ ${number} input error${number === 1 ? '' : 's'}: nothing was read or written`;

/** @returns the summary of a run with input errors: a row for each, grouped by location */
export function inputErrorSummary(errors: readonly Diagnostic[]): string {
  const rows = [...errors]
    .sort((a, b) => (a.where === b.where ? (a.line ?? 0) - (b.line ?? 0) : a.where < b.where ? -1 : 1))
    .map(({ where, line, key, text }) => [
      [breakable(where), ...(line === undefined ? [] : [`line ${line}`])].join(' '),
      `${key === undefined ? '' : `${breakable(key)}: `}${prose(text)}`,
    ]);
  const sections = [table(COLUMNS, rows), { rows: [troubleshootingLink('input')] }];
  return `## ${prose(inputErrors(errors.length))}\n\n${assemble(sections, MOST_BYTES).text}`;
}

/** @returns the summary of a run that ended before there was a plan */
export function failureSummary({ reason, text }: Failure): string {
  return `## ${prose(HEADLINE)}\n\n> [!CAUTION]\n> ${prose(text)}\n\n${troubleshootingLink(reason)}\n`;
}
