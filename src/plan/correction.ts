import type { Plan } from '../model/change.ts';
import type { OptInName } from '../settings/choices.ts';
import { count } from './plan-document.ts';

/** The ways to correct the differences of a plan. */
export interface Correction {
  /** An apply corrects some of them as the configuration is now. */
  readonly byApply: boolean;
  /** Opt-ins that the blocked ones wait for, sorted. */
  readonly optIns: readonly OptInName[];
  /** How many are blocked for good: no opt-in corrects them. */
  readonly blockedForGood: number;
}

export function correctionOf(plan: Plan): Correction {
  const { toCreate, toUpdate, toDelete } = count(plan);
  const blocked = plan.flatMap((change) =>
    change.action === 'blocked' && change.unreadable === undefined ? [change.blocked?.consent] : [],
  );
  return {
    byApply: toCreate + toUpdate + toDelete > 0,
    optIns: [...new Set(blocked.flatMap((optIn) => optIn ?? []))].sort(),
    blockedForGood: blocked.filter((optIn) => optIn === undefined).length,
  };
}

/**
 * @param show formats a setting, such as a code span
 * @returns how to correct drift: one sentence for each way that works
 */
export function correctionSteps(
  { byApply, optIns, blockedForGood }: Correction,
  show: (setting: string) => string = (setting) => setting,
): string[] {
  const steps: string[] = [];
  if (byApply) steps.push(`Re-run with ${show('mode: apply')} to correct it`);
  if (optIns.length > 0)
    steps.push(
      `${byApply ? 'For what is blocked, add' : 'Re-run with'} ${byApply ? '' : `${show('mode: apply')} and `}${show(`allow: ${optIns.join(', ')}`)}`,
    );
  if (blockedForGood > 0)
    steps.push(
      `${blockedForGood} blocked ${blockedForGood === 1 ? 'difference' : 'differences'} cannot be corrected by this action; see the ${blockedForGood === 1 ? 'reason' : 'reasons'}`,
    );
  return steps;
}
