import { mixes } from './variable-name.ts';

/** The kind of a text in place of an assignment, without any of it. */
export const REST_TEXT =
  'this looks like the rest of the value above, which was wrapped (as openssl and base64 wrap after 64 or 76 characters); put a value of several lines into quotes, or all of it on one line (base64 -w0, openssl -A)';

/** @returns whether this cannot be an assignment: `name==` is how base64 ends. */
export function isPadding(value: string): boolean {
  return value === '=';
}

/**
 * @param before the unquoted value of the line before
 * @param line the text of this line
 * @returns whether the line is the end of base64 that was wrapped there
 */
export function isRestOf(before: string, line: string): boolean {
  const rest = line.trim();
  if (before.length < 40 || before.length % 4 !== 0 || !/^[\w+/-]+$/.test(before)) return false;
  const isWrapped = (before.length === 64 || before.length === 76) && hasBothCases(before);
  if (!isWrapped && !mixes(before)) return false;
  if (rest.length > before.length || !/^[\w+/-]+={0,2}$/.test(rest)) return false;
  // The two alphabets differ in two characters; names have a _, which only that for URLs has.
  if (/[_-]/.test(rest) && !/[_-]/.test(before)) return false;
  if (!rest.endsWith('=')) return mixes(rest) || (isWrapped && rest.length % 4 === 0 && hasBothCases(rest));
  return rest.length % 4 === 0 && (isWrapped || mixes(rest));
}

const hasBothCases = (text: string) => /[A-Z]/.test(text) && /[a-z]/.test(text);
