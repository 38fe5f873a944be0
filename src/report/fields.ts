import { ABSENT, type Difference, type Field } from '../model/fields.ts';
import type { Spec } from '../model/spec.ts';
import { Secret } from '../secret.ts';

/** @returns a field as text, undefined for what is not there; a secret gives `***`. */
export function textOf(field: Field): string | undefined {
  if (field === undefined || field === ABSENT) return undefined;
  return field instanceof Secret ? field.toString() : String(field);
}

/** @returns whether nothing is known of a value: the role may not read it, or AWS does not give it out in this state. */
export function isUnread(field: string, observed: Spec | undefined): boolean {
  if (observed === undefined || !(field === 'value' || field.startsWith('key:'))) return false;
  const { unread, scheduledForDeletion, unusable } = observed.facts;
  return unread === true || scheduledForDeletion === true || unusable !== undefined;
}

/** @returns e.g. `retention 1 → 7`, through the escape of the place where it goes. */
export function differenceText(
  { field, from, to }: Difference,
  show: (text: string) => string,
  observed?: Spec | undefined,
): string {
  // What is in a list or not has no value beside its name.
  if (to === true) return `${field} added`;
  if (from === true) return `${field} taken out`;
  const [before, after] = [textOf(from), textOf(to)];
  if (isUnread(field, observed)) return `${field}: not read`;
  const old = before === undefined ? 'missing' : show(before);
  if (after === undefined) return `${field}: ${old} taken out`;
  if (before === undefined && to instanceof Secret) return `${field}: missing`;
  return before === after ? `${field}: another value` : `${field}: ${old} → ${show(after)}`;
}
