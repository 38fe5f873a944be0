import { fieldDescriptorOf } from '../kinds/kinds.ts';
import { ABSENT, type Difference, type Field, textOf } from '../model/fields.ts';
import type { Kind, Spec } from '../model/spec.ts';
import { isUnread } from '../plan/plan-properties.ts';
import { Secret } from '../secret.ts';

/** States of a resource, the most urgent first: one that has two changes shows the first of theirs. */
export const STATES = [
  'failed',
  'blocked',
  'skipped',
  'to-delete',
  'to-release',
  'missing',
  'drifted',
  'to-create',
  'to-update',
  'created',
  'updated',
  'deleted',
  'released',
  'orphan',
  'kept',
  'unmanaged',
  'not-created',
  'unchanged',
] as const;
export type State = (typeof STATES)[number];

/** Whether old and new values of plain parameters may be shown: not in public repositories. */
export type Values = 'shown' | 'hidden';

/** A side of a difference: a value that may be shown, or why there is none. */
export type Side =
  | {
      readonly text: string;
      /** Whether it is text of this action, such as `30 days`. */
      readonly isWords: boolean;
    }
  /** There is a value, and it is not shown. */
  | 'hidden'
  /** It was read, and is not there. */
  | 'missing'
  /** The role may not read it, or AWS does not give it out in this state. */
  | 'unread'
  /** An entry of a list that is there. */
  | 'listed'
  /** It is to be removed. */
  | 'removed';

/** Names of the entries of collections that are flattened into fields. */
const ENTRIES: ReadonlyArray<readonly [prefix: string, word: string]> = [
  ['tag:', 'tag'],
  ['key:', 'key'],
  ['callback:', 'callback URL'],
  ['logout:', 'logout URL'],
  ['origin:', 'web origin'],
  ['image:', 'tag'],
];

/** @returns the label of a field: `key:username` → `key username` */
export function labelOf(_kind: Kind, field: string): string {
  const entry = ENTRIES.find(([prefix]) => field.startsWith(prefix));
  return entry === undefined ? field : `${entry[1]} ${field.slice(entry[0].length)}`;
}

/** @returns a value with its unit; `***` for a secret */
export function valueText(kind: Kind, field: string, value: Field): string {
  const text = textOf(value) ?? '';
  // Twelve digits distinguish images; the outputs have all digits.
  if (kind === 'Image') return text.replace(/^(sha256:[0-9a-f]{12})[0-9a-f]+$/, '$1…');
  return fieldDescriptorOf(kind, field)?.text?.(text) ?? text;
}

/** @returns whether the text of a value is written by this action */
export function isWords(kind: Kind, field: string): boolean {
  return fieldDescriptorOf(kind, field)?.text !== undefined;
}

/** @param show escapes a value for the place where it is printed @returns e.g. `retention 1 → 7` */
export function differenceText(
  { field, from, to }: Difference,
  show: (text: string) => string,
  observed?: Spec | undefined,
): string {
  // An entry of a list has no value beside its name.
  if (to === true) return `${field} added`;
  if (from === true) return `${field} taken out`;
  const [before, after] = [textOf(from), textOf(to)];
  if (isUnread(field, observed)) return `${field}: not read`;
  const old = before === undefined ? 'missing' : show(before);
  if (to === ABSENT || after === undefined) return `${field}: ${old} taken out`;
  if (before === undefined && to instanceof Secret) return `${field}: missing`;
  return before === after ? `${field}: another value` : `${field}: ${old} → ${show(after)}`;
}
