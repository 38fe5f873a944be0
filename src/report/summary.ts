import * as core from '@actions/core';
import type { Outcome } from '../plan/apply.ts';
import { describe, type Note } from '../settings/fault.ts';
import { code, prose } from './escape.ts';
import { errorText } from './failure.ts';
import { differenceText, NOUNS } from './fields.ts';
import { count } from './plan-document.ts';
import { price } from './price.ts';
import type { Run } from './run.ts';

/** GitHub refuses a summary of more than 1 MiB whole; the rest is left for the runner's own. */
const MOST_BYTES = 1_000_000;

const STATES: Readonly<Record<Outcome['result'], string>> = {
  done: '✅ changed',
  unchanged: '✅ stands',
  planned: '📝 planned',
  blocked: '⛔ blocked',
  failed: '❌ failed',
  skipped: '⏭️ left out',
};

/** @returns the summary as GitHub's Markdown: what stands, what changed, and why each variable is where it is. */
export function summary(run: Run): string {
  const parts = [
    headline(run),
    ...(run.failure === undefined ? [] : [`> [!CAUTION]\n> ${prose(run.failure.text)}`]),
  ];
  parts.push('### Resources', table(['', 'Resource', 'Name', 'What'], run.outcomes.map(resourceRow)));
  if (run.desired.placements.length > 0)
    parts.push('### Variables', table(['Variable', 'Goes to', 'As', 'Because'], variableRows(run)));
  const remarks = remarksOf(run);
  if (remarks.length > 0) parts.push('### To know', remarks.map((remark) => `- ${prose(remark)}`).join('\n'));
  parts.push(footer(run));
  return withinLimit(parts);
}

/** Writes the summary to the place that the runner gives. */
export async function writeSummary(run: Run): Promise<void> {
  await core.summary.addRaw(summary(run), true).write();
}

function headline({ settings, plan, outcomes, failure }: Run): string {
  const { toCreate, toUpdate, toDelete, blocked } = count(plan);
  const done = outcomes.filter(({ result }) => result === 'done').length;
  const failed = outcomes.filter(({ result }) => result === 'failed').length;
  const open = toCreate + toUpdate + toDelete;
  const words: string[] = [];
  const ended = outcomes.every(({ result }) => result !== 'planned');
  if (settings.mode === 'apply' && ended)
    words.push(done === 0 ? 'nothing had to change' : `${done} changed`);
  else if (settings.mode === 'destroy' && ended) words.push(`${done} deleted or let go`);
  else
    words.push(
      open === 0
        ? 'nothing to change'
        : `${toCreate} to create, ${toUpdate} to update${toDelete > 0 ? `, ${toDelete} to delete` : ''}`,
    );
  if (blocked > 0) words.push(`${blocked} blocked`);
  if (failed > 0) words.push(`${failed} failed`);
  const sign = failure !== undefined ? '❌' : settings.mode !== 'apply' && open + blocked > 0 ? '📝' : '✅';
  return `## ${sign} ${settings.mode}: ${code(settings.prefix)} in ${settings.region}: ${words.join(', ')}`;
}

function resourceRow({ change, result, stands, error, because }: Outcome): string[] {
  const what: string[] = [];
  const pushed = stands?.facts.pushed;
  if (pushed !== undefined)
    what.push(
      `${pushed.uploaded} blobs sent (${(pushed.sent / 1e6).toFixed(1)} MB in ${pushed.seconds.toFixed(1)} s), ${pushed.reused} reused`,
    );
  if (because !== undefined) what.push(prose(`left out, since ${because} comes before it`));
  if (result === 'failed') what.push(prose(errorText(error)));
  if (change.blocked !== undefined && result !== 'failed')
    what.push(
      prose(
        `${change.blocked.reason}${change.blocked.consent === undefined ? '' : ` (to allow it: allow: ${change.blocked.consent})`}`,
      ),
    );
  if (change.action === 'delete') what.push(result === 'done' ? 'deleted' : 'to be deleted');
  if (change.action === 'create') what.push(result === 'done' ? 'created' : 'to be created');
  else
    what.push(...change.differences.map((difference) => prose(differenceText(difference, (text) => text))));
  what.push(...change.notes.map(prose));
  return [STATES[result], NOUNS[change.kind], code(change.name), what.join('<br>')];
}

function variableRows({ desired }: Run): string[][] {
  return desired.placements.map(({ route, destination, name, empty }) => [
    code(route.variable.name),
    destination.store === 'parameter' ? code(name) : `${code(name)} key ${code(destination.key)}`,
    destination.store === 'parameter' ? destination.type : 'JSON secret',
    prose(`${route.reason}${empty ? '; empty here, left as it is' : ''}`),
  ]);
}

function remarksOf({ notes, told, ignoredNames }: Run): string[] {
  const remarks = [...notes.warnings, ...notes.notices].map(describe);
  remarks.push(...told);
  if (ignoredNames > 0)
    remarks.push(
      `${ignoredNames} names of a JSON object are ignored: neither a .env, the table nor a rule knows them`,
    );
  return remarks;
}

function footer(run: Run): string {
  const { secrets, advancedParameters, monthlyUsd } = price(run.outcomes);
  const advanced = advancedParameters > 0 ? `, ${advancedParameters} advanced parameters` : '';
  return `<sub>${secrets} secrets${advanced}: $${monthlyUsd.toFixed(2)} a month. ${run.calls} calls to AWS in this run.</sub>`;
}

/** @returns the summary of a run whose input is wrong. */
export function faultSummary(faults: readonly Note[]): string {
  return `## ❌ The input is wrong: nothing was read or written\n\n${faults.map((fault) => `- ${prose(describe(fault))}`).join('\n')}\n`;
}

export async function writeFaultSummary(faults: readonly Note[]): Promise<void> {
  await core.summary.addRaw(faultSummary(faults), true).write();
}

function table(header: readonly string[], rows: readonly string[][]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Rows are cut from the end of the longest part, and counted. */
function withinLimit(parts: readonly string[]): string {
  const whole = `${parts.join('\n\n')}\n`;
  if (Buffer.byteLength(whole) <= MOST_BYTES) return whole;
  const each = Math.floor(MOST_BYTES / parts.length);
  return `${parts
    .map((part) => {
      const lines = part.split('\n');
      let bytes = 0;
      const kept = lines.filter((line) => {
        bytes += Buffer.byteLength(line) + 1;
        return bytes <= each;
      });
      return kept.length === lines.length
        ? part
        : `${kept.join('\n')}\n\n… and ${lines.length - kept.length} more`;
    })
    .join('\n\n')}\n`;
}
