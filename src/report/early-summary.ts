import type { Note } from '../settings/fault.ts';
import { breakable, prose } from './markdown.ts';
import { early, moreAbout, troubleshootingUrl } from './messages.ts';
import type { Failure } from './run.ts';
import { table } from './sections.ts';

/** @returns the summary of a run whose input is wrong: a row for each error, those of one place together */
export function faultSummary(faults: readonly Note[]): string {
  const rows = [...faults]
    .sort((a, b) => (a.where === b.where ? (a.line ?? 0) - (b.line ?? 0) : a.where < b.where ? -1 : 1))
    .map(({ where, line, key, text }) => [
      [breakable(where), ...(line === undefined ? [] : [`line ${line}`])].join(' '),
      `${key === undefined ? '' : `${breakable(key)}: `}${prose(text)}`,
    ]);
  const { before = [], rows: lines } = table(early.inputColumns, rows);
  return `## ${prose(early.inputErrors(faults.length))}\n\n${[...before, ...lines].join('\n')}\n\n[${prose(moreAbout('input'))}](${troubleshootingUrl('input')})\n`;
}

/** @returns the summary of a run that ended before there was a plan */
export function failureSummary({ reason, text }: Failure): string {
  return `## ${prose(early.failed)}\n\n> [!CAUTION]\n> ${prose(text)}\n\n[${prose(moreAbout(reason))}](${troubleshootingUrl(reason)})\n`;
}
