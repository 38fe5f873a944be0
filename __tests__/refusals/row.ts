import type { Given } from '../asking.ts';

/** Given wherever a secret may be: no error may hold it, nor a part of it. */
export const CANARY = 'Kanari3nv0gel-4711-Xq';
export const PIECES: readonly string[] = [CANARY, 'Kanari3', '4711-Xq', 'nv0gel'];

/** One kind of invalid input: what it is, what is given, the place of its error, and the key or remedy that its message names. */
export type Row = readonly [what: string, given: Given, place: RegExp, remedy: RegExp];

export const input = (name: string, value: string): Given => ({ inputs: { [name]: value } });

/** A row of one input; its place begins with the name of the input, as in the message. */
export const row = (what: string, place: string, value: string, remedy: RegExp): Row => [
  what,
  input(place.split(/[ :]/)[0] ?? '', value),
  new RegExp(`^input ${place}:`),
  remedy,
];

/** Rows of one place. */
export const at =
  (place: RegExp) =>
  (what: string, given: Given, remedy: RegExp): Row => [what, given, place, remedy];

/** A row of the configuration file; its place is a line, and the setting in it. */
export const line = (what: string, config: string, place: string, remedy: RegExp): Row => [
  what,
  { config },
  new RegExp(`line ${place.replaceAll('.', '\\.')}:`),
  remedy,
];

/** A configuration file with one rule. */
export const rule = (match: string, to: string, more = ''): string =>
  `rules:\n  - match: ${match}\n    to: ${to}\n${more}`;

/** A text of so many bytes that begins with the canary. */
export const long = (bytes: number): string => `${CANARY}${'x'.repeat(bytes - CANARY.length)}`;

export const levels = (count: number): string => '/a'.repeat(count);

/** An input that names a file, and the file. */
export const file = (name: string, text: string | Uint8Array, more: Record<string, string> = {}): Given => ({
  inputs: { [name]: 'given.json', ...more },
  files: { 'given.json': text },
});

/** What in these words a user must never see: a value, or what means nothing to people. */
export function unfit(messages: readonly string[]): string[] {
  return messages.filter(
    (text) =>
      PIECES.some((piece) => text.includes(piece)) ||
      /undefined|\[object|NaN|\n| at .*:\d+:\d+|something unexpected/.test(text),
  );
}
