import { Secret } from '../secret.ts';

/** Marks a field that must not be there. */
export const ABSENT: unique symbol = Symbol('absent');

/**
 * The value of one field of a resource. `undefined` means "not managed": it is neither compared nor written.
 * Collections are flattened into fields: `tag:project`, `key:username`.
 */
export type Field = string | number | boolean | Secret | typeof ABSENT | undefined;

/** Fields of any kind, for code that handles all kinds alike. */
export type Fields = Readonly<Record<string, Field>>;

/** Tags, as fields. */
export type TagFields = { readonly [tag: `tag:${string}`]: string | typeof ABSENT | undefined };

/** One field that differs: `from` is the existing value, `to` the desired one. */
export interface Difference {
  readonly field: string;
  readonly from: Field;
  readonly to: Field;
}

/** @returns a field as text, undefined if it is absent; a secret gives `***`. */
export function textOf(field: Field): string | undefined {
  if (field === undefined || field === ABSENT) return undefined;
  return field instanceof Secret ? field.toString() : String(field);
}
