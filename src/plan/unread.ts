import { KINDS } from '../kinds/kinds.ts';
import type { Change, Plan } from '../model/change.ts';
import { LISTED_KINDS } from '../model/inventory.ts';
import type { Spec } from '../model/spec.ts';

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
