import type { Change, Plan } from '../model/change.ts';
import { NAMES } from '../model/spec.ts';
import { nearestOf } from '../settings/nearest.ts';
import type { IgnoreEntry } from '../settings/rules.ts';
import { lastSegment } from './stale-copies.ts';

/**
 * Entries of `ignore` that nothing of the plan matches: most likely a name was mistyped. Of kinds that this run does not look
 * at, nothing is said.
 * @returns each entry, with the name that it may mean
 */
export function idleIgnores(ignored: readonly IgnoreEntry[], plan: Plan): string[] {
  return ignored.flatMap((entry) => {
    const ofKind = plan.filter(({ kind }) => NAMES[kind].ignore === entry.resource);
    if (ofKind.length === 0) return [];
    const named = ofKind.filter(({ name }) => entry.name(lastSegment(name)) || entry.name(name));
    const [written, names] =
      named.length === 0
        ? [entry.pattern, ofKind.map(({ name }) => lastSegment(name))]
        : [fieldOf(entry), named.flatMap(collectionsOf)];
    if (named.length > 0 && (!isOfCollection(fieldOf(entry)) || named.some((change) => holds(change, entry))))
      return [];
    const meant = nearestOf(written, names);
    return [meant === undefined ? entry.text : `${entry.text} (did you mean ${meant}?)`];
  });
}

/** @returns one remark for all of them, none where there are none */
export function ignoreRemarks(ignored: readonly IgnoreEntry[], plan: Plan): string[] {
  const idle = idleIgnores(ignored, plan);
  return idle.length === 0 ? [] : [`these entries of ignore match nothing of this plan: ${idle.join(', ')}`];
}

/** Fields that every resource of a kind has were validated when the file was read. */
const isOfCollection = (field: string) => /^(?:tag|key):/.test(field);

const fieldOf = ({ text, resource, pattern }: IgnoreEntry) =>
  text.slice(resource.length + (pattern === '' ? 0 : pattern.length + 1) + 1);

/** The fields of an unread resource are unknown. */
function holds(change: Change, entry: IgnoreEntry): boolean {
  const { observed, unreadable } = change;
  if (unreadable !== undefined || observed?.metadata.unread || observed?.metadata.scheduledForDeletion)
    return true;
  return collectionsOf(change).some(entry.field);
}

function collectionsOf({ desired, observed, differences }: Change): string[] {
  return [
    ...Object.keys(desired.fields),
    ...Object.keys(observed?.fields ?? {}),
    ...differences.map(({ field }) => field),
  ].filter(isOfCollection);
}
