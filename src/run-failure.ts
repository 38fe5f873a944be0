import { reasonOf } from './failure.ts';
import type { Change, Plan } from './model/change.ts';
import type { Outcome } from './model/outcome.ts';
import { count, isDrifted } from './plan/plan-document.ts';
import { correctionOf, correctionSteps } from './plan/plan-properties.ts';
import type { Cause } from './report/causes.ts';
import { type DoctorTarget, doctorLine } from './report/failure.ts';
import * as messages from './report/messages.ts';
import { countKinds } from './report/resources.ts';
import type { Failure } from './report/run.ts';
import type { Settings } from './settings/settings.ts';

/** @returns why the step fails, if it does. */
export function failureOf(
  settings: Pick<Settings, 'mode' | 'failOnDrift'> & DoctorTarget,
  plan: Plan,
  outcomes: readonly Outcome[],
  causes: readonly Cause[],
): Failure | undefined {
  const failed = outcomes.filter(({ result }) => result === 'failed');
  if (failed.length > 0) {
    const reasons = failed.map(({ error }) => reasonOf(error));
    const resources = (some: readonly Change[]) =>
      new Set(some.map(({ kind, name }) => `${kind} ${name}`)).size;
    const words = causes.map((cause) => messages.reasonOf(cause.reason, countKinds(cause.resources)));
    return {
      reason: reasons.find((reason) => reason !== 'internal') ?? 'internal',
      text: `${messages.failed(resources(failed.map(({ change }) => change)), resources(plan), words)}${doctorLine(
        failed.map(({ error }) => error),
        settings,
      )}`,
    };
  }
  const { blocked } = count(plan);
  if ((settings.mode === 'apply' || settings.mode === 'destroy') && blocked > 0)
    return { reason: 'blocked', text: messages.blockedFailure(blocked, restOf(settings, outcomes)) };
  if (settings.mode === 'drift' && settings.failOnDrift && isDrifted(plan))
    return { reason: 'drifted', text: driftText(plan) };
  return undefined;
}

/** @returns the results of the changes that are not blocked; a destroy whose log group is protected deletes nothing */
function restOf({ mode }: Pick<Settings, 'mode'>, outcomes: readonly Outcome[]): string {
  const isWaiting = outcomes.some(({ result }) => result === 'skipped');
  const isHeldBack = mode === 'destroy' && outcomes.every(({ result }) => result !== 'done');
  if (isHeldBack) return messages.REST.nothing;
  return isWaiting ? messages.REST.waiting : messages.REST.done;
}

/** @returns the number of resources that differ, and how to correct them. */
function driftText(plan: Plan): string {
  const named = ({ kind, name }: Plan[number]) => `${kind} ${name}`;
  const all = new Set(
    plan.filter(({ unwanted, action }) => unwanted !== true || action !== 'none').map(named),
  );
  const open = new Set(
    plan.filter(({ action, unreadable }) => action !== 'none' && unreadable === undefined).map(named),
  );
  return `${messages.drift(open.size, all.size)} ${correctionSteps(correctionOf(plan)).join('. ')}`;
}
