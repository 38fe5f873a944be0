import { KINDS } from '../kinds/kinds.ts';
import type { Change, Plan } from '../model/change.ts';
import { ABSENT } from '../model/fields.ts';
import { isListed, LISTED_KINDS } from '../model/inventory.ts';
import { OWNER_FIELD } from '../model/ownership.ts';
import type { Spec } from '../model/spec.ts';
import type { OptInName } from '../settings/choices.ts';
import { count } from './plan-document.ts';

/** Removals of a run: `deleted` no longer exists, `released` was adopted and only loses the ownership tag. */
type Removal = 'deleted' | 'released';

/** @returns how a change removes its resource; undefined if this action keeps owning it. */
export function removalOf({ action, differences }: Change): Removal | undefined {
  if (action === 'delete') return 'deleted';
  const isReleased = differences.some(({ field, to }) => field === OWNER_FIELD && to === ABSENT);
  return action === 'update' && isReleased ? 'released' : undefined;
}

/** @returns whether it is an unmanaged resource below the prefix: reported, and not counted. */
export function isForeign({ unwanted, action, observed }: Change): boolean {
  return unwanted === true && action === 'none' && observed === undefined;
}

/**
 * A misspelt prefix, or another region, looks like a new environment: nothing exists. Log group and repository prove
 * nothing, since environments share them.
 * @returns whether the plan creates all parameters and secrets, and has no orphans
 */
export function isFirstRun(plan: Plan): boolean {
  const own = plan.filter(({ kind, unwanted }) => unwanted !== true && isListed(kind));
  // An orphan that this action created proves that the prefix is right.
  const isKnown = plan.some(({ unwanted, observed }) => unwanted === true && observed !== undefined);
  return !isKnown && own.length > 0 && own.every(({ action }) => action === 'create');
}

/** @returns resources whose value the role may not read, and that were compared without it; each once. */
export function unreadOf(plan: Plan): Change[] {
  const found = plan.filter(({ observed }) => observed?.metadata.unread === true);
  return [...new Map(found.map((change) => [`${change.kind} ${change.name}`, change])).values()];
}

/** @returns the notices on them: values not compared, and outputs without an ARN. */
export function unreadRemarks(plan: Plan): string[] {
  const unread = unreadOf(plan);
  if (unread.length === 0) return [];
  const what = LISTED_KINDS.flatMap((kind) => {
    const number = unread.filter((change) => change.kind === kind).length;
    return number === 0 ? [] : [`${number} ${KINDS[kind].noun}${number === 1 ? '' : 's'}`];
  });
  const nameless = unread
    .filter(({ observed }) => observed?.metadata.arn === undefined)
    .map(({ name }) => name);
  return [
    `value not compared: the role may not read it: ${what.join(' and ')}. Existence, type, tier, key and tags were compared`,
    ...(nameless.length === 0
      ? []
      : [`AWS did not return the ARN of ${nameless.join(', ')}, so the outputs leave it out`]),
  ];
}

/** @returns whether a value is unknown: the role may not read it, or AWS does not return it in this state. */
export function isUnread(field: string, observed: Spec | undefined): boolean {
  if (observed === undefined || !(field === 'value' || field.startsWith('key:'))) return false;
  const { unread, scheduledForDeletion, unusable } = observed.metadata;
  return unread === true || scheduledForDeletion === true || unusable !== undefined;
}

/** The ways to correct the differences of a plan. */
interface Correction {
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
