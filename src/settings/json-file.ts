import { countKeys } from './json-variables.ts';
import { ParseError } from './parse.ts';
import { isOpaque } from './variable.ts';

/** Deeper than any document of AWS; deeper nesting would overflow the stack of recursive code. */
const DEPTH = 64;

/**
 * Reads JSON that a user wrote by hand.
 * @param what names it in the error, like `the file`
 * @param remedy for a text that is no JSON
 * @throws ParseError if it is no JSON, is nested too deep, or has a key twice, which readers resolve differently
 */
export function parseJsonFile(text: string, what: string, remedy: string): unknown {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    const fault = syntaxFault(text);
    throw new ParseError(`${what} is not JSON${fault === undefined ? '' : `: ${fault}`}; ${remedy}`);
  }
  const { deepest, twice } = countKeys(text);
  if (deepest > DEPTH) throw new ParseError(`${what} is nested deeper than ${DEPTH} levels; ${remedy}`);
  if (twice !== undefined)
    throw new ParseError(
      `${what} has ${/^\w{1,40}$/.test(twice) && !isOpaque(twice) ? `"${twice}"` : 'a key'} twice in one object; keep one of the two`,
    );
  return document;
}

/** Where a text stops being JSON, and where its members are: line and column, never the text itself. */

type Expected =
  | 'value'
  | 'value or end'
  | 'key'
  | 'key or end'
  | 'colon'
  | 'comma or end'
  /** The document has ended. */
  | 'nothing';

const SPACE = /[ \t\r\n]*/y;
/** @see https://www.rfc-editor.org/rfc/rfc8259 */
const TOKEN =
  /"[^"\\\p{Cc}]*(?:(?:[\u007f-\u009f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))[^"\\\p{Cc}]*)*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|[{}[\],:]/uy;

/**
 * Reads token by token, so that no depth of nesting is too much for it.
 * @param onKey is given each key, still quoted, with its offset and its level; that of the outermost object is 1
 * @returns the offset of the first token that does not belong there; undefined if all of it is JSON
 */
function walk(text: string, onKey: (key: string, offset: number, level: number) => void): number | undefined {
  const open: string[] = [];
  let expected: Expected = 'value';
  let offset = 0;
  for (;;) {
    SPACE.lastIndex = offset;
    offset += SPACE.exec(text)?.[0].length ?? 0;
    if (offset === text.length) return expected === 'nothing' ? undefined : offset;
    TOKEN.lastIndex = offset;
    const token = TOKEN.exec(text)?.[0];
    const next: Expected | undefined = token === undefined ? undefined : follow(expected, token, open);
    if (token === undefined || next === undefined) return offset;
    if (next === 'colon') onKey(token, offset, open.length);
    expected = next;
    offset += token.length;
  }
}

/** @returns the tokens allowed after this one; undefined if this one itself is not allowed */
function follow(expected: Expected, token: string, open: string[]): Expected | undefined {
  const isValue = expected === 'value' || expected === 'value or end';
  const isKey = expected === 'key' || expected === 'key or end';
  const after = () => (open.length === 0 ? 'nothing' : 'comma or end');
  switch (token) {
    case '{':
    case '[':
      if (!isValue) return undefined;
      open.push(token);
      return token === '{' ? 'key or end' : 'value or end';
    case '}':
    case ']': {
      const mayEnd = expected === 'comma or end' || expected === `${token === '}' ? 'key' : 'value'} or end`;
      if (!mayEnd || open.pop() !== (token === '}' ? '{' : '[')) return undefined;
      return after();
    }
    case ',':
      if (expected !== 'comma or end') return undefined;
      return open.at(-1) === '{' ? 'key' : 'value';
    case ':':
      return expected === 'colon' ? 'value' : undefined;
    default:
      if (isKey) return token.startsWith('"') ? 'colon' : undefined;
      return isValue ? after() : undefined;
  }
}

/** @returns `line 3, column 5`, both from 1 on */
function placeAt(text: string, offset: number): string {
  const lines = text.slice(0, offset).split(/\r\n|\n|\r/);
  return `line ${lines.length}, column ${(lines.at(-1)?.length ?? 0) + 1}`;
}

/** @returns the first place of the key, at one of the first two levels; undefined if it is absent */
export function placeOfKey(text: string, key: string): string | undefined {
  let found: number | undefined;
  walk(text, (quoted, offset, level) => {
    if (level <= 2 && quoted === JSON.stringify(key)) found ??= offset;
  });
  return found === undefined ? undefined : placeAt(text, found);
}

/** @returns where and why the text stops being JSON, and the remedy; undefined if all of it is JSON */
export function syntaxFault(text: string): string | undefined {
  const offset = walk(text, () => {});
  if (offset === undefined) return undefined;
  if (text.trim() === '') return 'the file is empty';
  if (offset >= text.length) return `it ends too early, at ${placeAt(text, offset)}, as if it was cut off`;
  const before = text.slice(0, offset).trimEnd();
  if (/[}\]]/.test(text.charAt(offset)) && before.endsWith(','))
    return `${placeAt(text, before.length - 1)} has a comma with nothing after it; remove it`;
  // The first of two braces was read as an object's.
  const at = text.startsWith('{', offset) && before.endsWith('{') ? before.length - 1 : offset;
  const cause = CAUSES.find(([form]) => form.test(text.slice(at, at + 3)))?.[1];
  return `${placeAt(text, at)} has ${cause ?? 'something that JSON does not have there'}`;
}

/** Common text that JSON does not allow. */
const CAUSES: ReadonlyArray<readonly [RegExp, string]> = [
  [/^(?:\/\/|\/\*|#)/, 'a comment; remove it'],
  [
    /^(?:\$\{|\$\w|\{\{|<%|%\w|<\w|@\w|__\w)/,
    'a placeholder without quotes; fill the template in a step before this one, or quote the placeholder',
  ],
  [/^'/, 'a single quote; write double quotes'],
  [/^"/, 'a text that does not end, or that has no comma before it'],
  [/^[A-Za-z_]/, 'a word without quotes; write keys and texts in double quotes'],
];
