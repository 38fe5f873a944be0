import * as core from '@actions/core';
import { KINDS } from '../kinds/kinds.ts';
import { ORDER } from '../kinds/names.ts';
import type { Change, Plan } from '../model/change.ts';
import type { Outcome } from '../model/outcome.ts';
import { isFirstRun } from '../plan/first-run.ts';
import { count } from '../plan/plan-document.ts';
import { removalOf } from '../plan/removal.ts';
import { unreadOf } from '../plan/unread.ts';
import type { Settings } from '../settings/settings.ts';
import { forLog, valueForLog } from './escape.ts';
import { errorText } from './failure.ts';
import { differenceText } from './labels.ts';
import { info } from './log.ts';

/*
 * The log of a run that has a plan: one line a resource with a sign and the reason; quiet when nothing happens.
 */

const SIGNS: Readonly<Record<Change['action'], string>> = {
  create: '+',
  update: '~',
  delete: '-',
  none: '=',
  blocked: '!',
};

/** @returns the line of a change, and one line for each field that differs. */
function changeLines(change: Change): string[] {
  const { action, kind, name, differences, blocked, notes } = change;
  const lines = [
    `${SIGNS[action]} ${KINDS[kind].noun} ${forLog(name)}${blocked === undefined ? '' : `: blocked: ${forLog(blocked.reason)}`}`,
  ];
  // What is created is wanted as it stands in the settings; only its names are news.
  if (action !== 'create')
    for (const difference of differences)
      lines.push(`    ${forLog(differenceText(difference, valueForLog, change.observed))}`);
  if (blocked?.consent !== undefined) lines.push(`    to allow it: allow: ${blocked.consent}`);
  for (const note of notes) lines.push(`    ${forLog(note)}`);
  return lines;
}

function sorted(changes: readonly Change[]): Change[] {
  const key = ({ kind, id }: Change) => `${ORDER.indexOf(kind)} ${id}`;
  return [...changes].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

/** Above this many lines a kind's changes are folded. */
const FOLD = 20;

/** Tells what is to be done, the same for the same plan; what stands and needs no word gets none. */
export function plan(changes: Plan): void {
  const told = sorted(changes).filter(
    ({ action, notes, unreadable }) => unreadable === undefined && (action !== 'none' || notes.length > 0),
  );
  for (const kind of new Set(told.map((change) => change.kind))) {
    const lines = told.filter((change) => change.kind === kind).flatMap(changeLines);
    const isFolded = lines.length > FOLD;
    if (isFolded) core.startGroup(`${KINDS[kind].noun}: ${lines.length} lines`);
    for (const line of lines) core.info(line);
    if (isFolded) core.endGroup();
  }
}

/** Tells what did not come about; what did was announced, and is counted at the end. */
export function outcome({ change, result, error, because }: Outcome): void {
  if (because !== undefined)
    info(
      `! ${KINDS[change.kind].noun} ${change.name}: left out, since ${because} comes before it and did not come about`,
    );
  else if (result === 'failed') failure(`${KINDS[change.kind].noun} ${change.name}`, error);
}

const EVERY_MS = 10_000;

/** @returns what tells how far a long apply has come, every ten seconds at the most. */
export function progress(changes: Plan, now: () => number): (outcome: Outcome) => void {
  const all = changes.filter(({ action }) => action !== 'none' && action !== 'blocked').length;
  let done = 0;
  let told = now();
  return ({ result }) => {
    if (result === 'done') done += 1;
    if (now() - told < EVERY_MS || done === all) return;
    told = now();
    info(`${done} of ${all} done`);
  };
}

/** One error of one resource: what failed and what to do, without a stack. */
export function failure(what: string, error: unknown): void {
  core.error(forLog(`${what}: ${errorText(error)}`));
}

/** The last line of a run. */
export function result(mode: Settings['mode'], plan: Plan, outcomes: readonly Outcome[]): void {
  const { toCreate, toUpdate, toDelete, blocked } = count(plan);
  const done = outcomes.filter((outcome) => outcome.result === 'done').length;
  const failed = outcomes.filter((outcome) => outcome.result === 'failed').length;
  const more = failed > 0 ? `, ${failed} failed` : '';
  const unread = unreadOf(plan).length;
  const blind = unread > 0 ? `, ${unread} compared without values` : '';
  const ended = outcomes.every((outcome) => outcome.result !== 'planned');
  if (mode !== 'destroy' && isFirstRun(plan))
    info(
      'no parameter and no secret stood before: if this is not the first run here, look at prefix and region',
    );
  if (mode === 'destroy' && ended) info(`destroy: ${done} deleted or let go, ${blocked} blocked${more}.`);
  else if (mode !== 'apply' || !ended)
    info(
      `${mode}: ${toCreate} to create, ${toUpdate} to update, ${toDelete} to delete, ${blocked} blocked${blind}${more}.`,
    );
  else if (done + blocked + failed === 0) {
    const wanted = plan.filter((change) => change.unwanted !== true).length;
    info(`Everything stands as it should: ${wanted} resources.`);
  } else {
    const gone = outcomes.filter(
      (outcome) => outcome.result === 'done' && removalOf(outcome.change) === 'deleted',
    ).length;
    info(`${done - gone} changed, ${gone > 0 ? `${gone} deleted, ` : ''}${blocked} blocked${more}.`);
  }
}
