import { expectationOf } from './name-words.ts';
import {
  areFlags,
  arePairs,
  type IsPlain,
  isPlainJson,
  isReference,
  isUrl,
  unquoted,
} from './plain-parts.ts';
import { isHost, isImage, isMail, isModule, isPath } from './plain-places.ts';
import { A_SIGN, isVersion, valueForm } from './plain-values.ts';
import { isReadable } from './words.ts';

/**
 * The closed list of harmless forms of evidently plain values. All other values are masked, so a missing form exposes
 * no secret.
 */

/** Twelve words and more are the length of a phrase that restores a wallet. */
const MOST_LISTED_WORDS = 11;
const MOST_LISTED = 200;

function isList(text: string, words: readonly string[], isPlain: IsPlain): string | undefined {
  const sign = [',', ';', '\n', '|', ' '].find((candidate) => text.includes(candidate)) ?? ',';
  const items = text
    .replace(/^\[(.*)\]$/s, '$1')
    .split(sign === ' ' ? /\s+/ : sign)
    .map((item) => unquoted(item.trim()))
    .filter((item) => item !== '');
  if (items.length === 0 || items.length > MOST_LISTED) return undefined;
  let listed = 0;
  let pairs = 0;
  for (const item of items) {
    const form = singleForm(item, words, isPlain);
    if (form === undefined || form === A_SIGN) {
      if (!/^[^\s=]{1,80}\s?=/.test(item) || !arePairs([item], isPlain)) return undefined;
      pairs += 1;
    } else if (form === WORDS) {
      // Words with only a space between are classified as one text.
      if (sign === ' ') return undefined;
      listed += 1;
    }
  }
  if (pairs > 0) return 'pairs of name and value';
  return listed > MOST_LISTED_WORDS &&
    listed === items.length &&
    items.every((item) => /^[a-z]{3,8}$/.test(item))
    ? undefined
    : 'a list of harmless values';
}

const WORDS = 'words';

function singleForm(value: string, words: readonly string[], isPlain: IsPlain): string | undefined {
  const simple = valueForm(value);
  if (simple !== undefined) return simple;
  const says = expectationOf(words);
  if (!/[:/@=\\]/.test(value) && isReadable(value)) return WORDS;
  if (says.commit && /^(?:sha-|g)?[0-9a-f]{7,40}$/.test(value)) return 'a commit';
  if (
    says.pairs &&
    /^[\w./*-]{1,60}(?::[\w./*-]{1,60}){1,3}$/.test(value) &&
    isReadable(value.replace(/\*/g, 'any'))
  )
    return 'words with a colon between';
  if (
    /^[\w./-]{1,80}@[^@]{1,40}$/.test(value) &&
    isVersion(value.slice(value.indexOf('@') + 1)) &&
    isReadable(value.slice(0, value.indexOf('@')))
  )
    return 'a release';
  if (isMail(value)) return 'an e-mail address';
  if (isHost(value)) return 'a host';
  if (isUrl(value, isPlain)) return 'a URL without a secret part';
  if (isPath(value, says.path)) return 'a path';
  if (isModule(value)) return 'a module path';
  if (isImage(value, says.image)) return 'an image reference';
  return undefined;
}

/**
 * References to other variables are classified by their name: `${HOST}`, `$(POD_NAME)`, `%(type)s`, `<region>`,
 * `%kernel.dir%`.
 */
function filledIn(text: string): string {
  if (!/[$%<]/.test(text)) return text;
  return text
    .replace(
      /\$[{(]([A-Za-z_]\w{0,40})[})]|%\(([a-z_]{1,40})\)s|<([a-z_-]{1,40})>|%([a-z_.]{2,40})%/gi,
      (...found) => String(found.slice(1, 5).find((name) => name !== undefined)).toLowerCase(),
    )
    .trim();
}

/** Longer texts are data, which cannot be classified as a whole. */
const LONGEST = 4096;

/**
 * @param value in the clear; the caller asks a `Secret`
 * @param words of the variable's name, which may say that the value is a path or an image
 * @param isPlain classifies the parts of a value that have names of their own
 * @returns the harmless form of the value, for people (`a number`); undefined if it has none
 */
export function plainForm(value: string, words: readonly string[], isPlain: IsPlain): string | undefined {
  if (value.length > LONGEST) return undefined;
  if (isReference(value.trim())) return 'a reference to a variable';
  const text = filledIn(value.trim());
  if (text === '') return undefined;
  const single = singleForm(text, words, isPlain);
  if (single !== undefined) return single;
  const name = words.join('_');
  if (/^[[{]/.test(text) && isPlainJson(text, name, isPlain)) return 'JSON of harmless values';
  if (areFlags(text, isPlain)) return 'command line options';
  return isList(text, words, isPlain);
}

/** @returns whether the value says where something is: a path, a host, a URL, an ARN. */
export function isPlaceForm(form: string): boolean {
  return /^(?:a path|a host|a URL without a secret part|an ARN|a module path)$/.test(form);
}
