import * as core from '@actions/core';
import { AwsError } from '../clients/errors.ts';
import { KINDS } from '../kinds/kinds.ts';
import type { Change, Plan } from '../model/change.ts';
import type { Outcome } from '../model/outcome.ts';
import { ORDER } from '../model/spec.ts';
import { isFirstRun, removalOf } from '../plan/plan-properties.ts';
import type { Cause } from './causes.ts';
import { forLog, valueForLog } from './escape.ts';
import { errorText } from './failure.ts';
import { differenceText } from './labels.ts';
import { info } from './log.ts';
import * as messages from './messages.ts';
import { countKinds, resourcesOf } from './resources.ts';
import type { Run } from './run.ts';
import { title } from './sections/headline.ts';

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
function changeLines(change: Change, first = lineOf(change)): string[] {
  const { action, differences, blocked, notes } = change;
  const lines = [first];
  // All fields of a new resource are as configured, so only its name is printed.
  if (action !== 'create')
    for (const difference of differences)
      lines.push(`    ${forLog(differenceText(difference, valueForLog, change.observed))}`);
  if (blocked?.consent !== undefined) lines.push(`    to allow it: allow: ${blocked.consent}`);
  for (const note of notes) lines.push(`    ${forLog(note)}`);
  return lines;
}

function lineOf({ action, kind, name, blocked }: Change): string {
  const why = blocked === undefined ? '' : `: blocked: ${forLog(blocked.reason)}`;
  return `${SIGNS[action]} ${KINDS[kind].noun} ${forLog(name)}${why}`;
}

function sorted(changes: readonly Change[]): Change[] {
  const key = ({ kind, id }: Change) => `${ORDER.indexOf(kind)} ${id}`;
  return [...changes].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

/** Above this many lines a kind's changes are folded. */
const FOLD = 20;

/**
 * Prints the plan, without unchanged resources that have no note.
 * @param writes whether the plan is applied: then its changes are printed once they are done
 */
export function plan(changes: Plan, _target?: unknown, writes = false): void {
  const isPrinted = ({ action, notes, unreadable }: Change) => {
    if (unreadable !== undefined) return false;
    if (action === 'none') return notes.length > 0;
    return !writes || action === 'blocked';
  };
  const shown = sorted(changes).filter(isPrinted);
  for (const kind of new Set(shown.map((change) => change.kind)))
    printFolded(
      KINDS[kind].noun,
      shown.filter((change) => change.kind === kind).flatMap((change) => changeLines(change)),
    );
}

function printFolded(what: string, lines: readonly string[]): void {
  const isFolded = lines.length > FOLD;
  if (isFolded) core.startGroup(`${what}: ${lines.length} lines`);
  for (const line of lines) core.info(line);
  if (isFolded) core.endGroup();
}

const DONE: Readonly<Record<Change['action'], string>> = {
  create: 'created',
  update: 'updated',
  delete: 'deleted',
  none: 'unchanged',
  blocked: 'blocked',
};

/** Prints the resources of a plan that could not be read. */
export function outcome({ change, result, error }: Outcome): void {
  if (result === 'failed') info(`✗ ${KINDS[change.kind].noun} ${change.name}: ${errorLine(error)}`);
}

/** Clock and estimate for the progress of a long apply. */
export interface ApplyTiming {
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
  /** Seconds that so many writes to Parameter Store take at least. */
  readonly secondsOf: (writes: number) => number;
}

const EVERY_MS = 10_000;

/**
 * @param shown the plan with the values that may be printed, in the order of `changes`
 * @returns a function that prints each change once it is done, with the time since the apply began, and every ten seconds
 * the progress
 */
export function progress(
  changes: Plan,
  shown: Plan,
  { now, secondsOf }: ApplyTiming,
): (outcome: Outcome) => void {
  const began = now();
  const printable = new Map(changes.map((change, index) => [change, shown[index] ?? change]));
  const all = changes.filter(({ action }) => action !== 'none' && action !== 'blocked');
  const pending = new Set(all);
  let printed = began;
  return (ended) => {
    const { change, result } = ended;
    pending.delete(change);
    for (const line of outcomeLines(ended, printable.get(change) ?? change, (now() - began) / 1000))
      core.info(line);
    if (result !== 'done' || now() - printed < EVERY_MS || pending.size === 0) return;
    printed = now();
    info(
      messages.progress(
        all.length - pending.size,
        all.length,
        secondsOf([...pending].filter(isParameterWrite).length),
      ),
    );
  };
}

/** @returns whether Parameter Store writes it, which takes about three writes a second */
export function isParameterWrite({ kind, action }: Change): boolean {
  return kind === 'AWS::SSM::Parameter' && (action === 'create' || action === 'update');
}

function outcomeLines(
  { change, result, error, blockedBy }: Outcome,
  shown: Change,
  seconds: number,
): string[] {
  const what = forLog(`${KINDS[change.kind].noun} ${change.name}`);
  const time = `${seconds.toFixed(1)} s`;
  if (blockedBy !== undefined) return [forLog(`- ${what}: skipped, ${messages.waitsFor(blockedBy)}`)];
  if (result === 'failed') return [forLog(`✗ ${time}  ${what}: ${errorLine(error)}`)];
  if (result !== 'done') return [];
  const done = removalOf(change) === 'released' ? 'released' : DONE[change.action];
  return changeLines(shown, `✓ ${time}  ${what} ${done}`);
}

/** The remedy is printed once, with the cause. */
function errorLine(error: unknown): string {
  return error instanceof AwsError ? error.message : errorText(error);
}

/** Explains the duration before a long apply. */
export function longWait(plan: Plan, { secondsOf }: Pick<ApplyTiming, 'secondsOf'>): void {
  const writes = plan.filter(isParameterWrite).length;
  const seconds = Math.ceil(secondsOf(writes));
  if (seconds >= LONG_SECONDS) info(messages.longWait(writes, seconds));
}

const LONG_SECONDS = 10;
/** More causes than these are in the summary; GitHub shows ten errors. */
const MOST_CAUSES = 5;

/** Prints an error for each cause, with the failed resources and the remedy. */
export function causes(all: readonly Cause[]): void {
  for (const cause of all.slice(0, MOST_CAUSES))
    core.error(forLog(messages.causeLine(cause, countKinds(cause.resources))));
  for (const cause of all.slice(MOST_CAUSES)) info(messages.causeLine(cause, countKinds(cause.resources)));
}

/** Prints the causes of failures, and the last line of a run. */
export function result(run: Run): void {
  causes(run.causes);
  const { settings, plan: changes } = run;
  if (settings.mode !== 'destroy' && isFirstRun(changes))
    info(messages.steps.firstRun(settings.prefix, settings.region));
  info(`${settings.mode}: ${title(run, resourcesOf(run))}`);
}
