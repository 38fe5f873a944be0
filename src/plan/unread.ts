import { KINDS } from '../kinds/kinds.ts';
import type { Change, Plan } from '../model/change.ts';
import { LISTED_KINDS } from '../model/inventory.ts';
import type { Spec } from '../model/spec.ts';

/** @returns what was compared by everything but its value, since the role may not read it; each resource once. */
export function unreadOf(plan: Plan): Change[] {
  const found = plan.filter(({ observed }) => observed?.metadata.unread === true);
  return [...new Map(found.map((change) => [`${change.kind} ${change.name}`, change])).values()];
}

/** @returns what people should know of it: what was not compared, and which outputs lack an ARN for it. */
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
      : [`AWS did not tell the ARN of ${nameless.join(', ')}, so the outputs leave it out`]),
  ];
}

/** @returns whether nothing is known of a value: the role may not read it, or AWS does not give it out in this state. */
export function isUnread(field: string, observed: Spec | undefined): boolean {
  if (observed === undefined || !(field === 'value' || field.startsWith('key:'))) return false;
  const { unread, scheduledForDeletion, unusable } = observed.metadata;
  return unread === true || scheduledForDeletion === true || unusable !== undefined;
}
