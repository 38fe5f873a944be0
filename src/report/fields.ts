import { type Difference, textOf } from '../model/fields.ts';
import type { Spec } from '../model/spec.ts';
import { isUnread } from '../plan/unread.ts';
import { Secret } from '../secret.ts';

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
