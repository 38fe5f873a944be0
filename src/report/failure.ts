import { AwsError } from '../clients/errors.ts';
import type { Outcome } from '../plan/apply.ts';
import type { Plan } from '../plan/change.ts';
import type { Settings } from '../settings/settings.ts';
import { count, isDrifted } from './plan-document.ts';
import type { Failure } from './run.ts';

/** @returns why the step fails, if it does. */
export function failureOf(
  settings: Pick<Settings, 'mode' | 'failOnDrift'>,
  plan: Plan,
  outcomes: readonly Outcome[],
): Failure | undefined {
  const failed = outcomes.filter(({ result }) => result === 'failed');
  if (failed.length > 0) {
    const first = failed.find(({ error }) => error instanceof AwsError)?.error;
    const names = failed.map(({ change }) => change.name);
    return {
      reason: first instanceof AwsError ? first.reason : 'internal',
      text: `${failed.length} of ${plan.length} failed: ${names.slice(0, 10).join(', ')}${names.length > 10 ? ` and ${names.length - 10} more` : ''}; see the errors above. What is done stays done, and the next run goes on`,
    };
  }
  const { blocked } = count(plan);
  if (settings.mode === 'apply' && blocked > 0)
    return {
      reason: 'blocked',
      text: `${blocked} wanted changes are blocked; the reasons stand above, the rest was done`,
    };
  if (settings.mode === 'drift' && settings.failOnDrift && isDrifted(plan))
    return { reason: 'drifted', text: 'what stands is not what is wanted; run with mode: apply to heal it' };
  return undefined;
}
