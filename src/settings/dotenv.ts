import { type LineOptions, lengthOf, readLine } from './dotenv-line.ts';
import { endOfLine } from './dotenv-value.ts';
import type { LineNote } from './line-notes.ts';
import { DOUBTFUL_COMMENT_TEXT, LOST_COMMENT_TEXT, namesInComment } from './lost-line-breaks.ts';
import { isRestOf, REST_TEXT } from './wrapped-value.ts';

/**
 * The strict reader of `.env` text. The dialect is that of motdotla/dotenv 17, since that is what the application
 * loads at home: every text without a fault (or a bare name) gives here what it gives there, and `__proto__`, which
 * dotenv loses; what dotenv would lose or guess at is a fault, what other readers see differently a warning.
 *
 * - `NAME=value`, `export NAME=value`, `NAME: value` (warned); white space around name and value is dropped.
 * - Quotes are `"`, `'` and a backtick, over several lines if need be. `\n` and `\r` between double quotes are
 *   line breaks; every other backslash stays, also the one that keeps a quote from closing (warned).
 * - Without quotes a `#` behind white space ends the value; one that is glued to the value is a fault.
 * - Nothing is filled in: `$NAME` stays (warned, but between single quotes).
 * - What lost its line breaks, or is the rest of a wrapped value, is a fault: it would be one value with all the
 *   others in it, or a name that is a piece of a secret.
 * - CR LF and CR are line breaks, a byte order mark is white space.
 * - One line, one entry: dotenv also takes `NAME`, `=` and a quoted value from different lines, and leaves out
 *   what it does not understand; here these are faults.
 *
 * Every text is read in time linear in its length.
 */

export type { LineNote };

export interface DotenvEntry {
  key: string;
  value: string;
  line: number;
  /** A lone NAME, its value to be taken from the step's environment; only with `bareNames`. */
  bare?: true;
}

export interface DotenvReading {
  /** In the order of the text, one a key; a faulty line has none, and of two different values the first stands. */
  entries: DotenvEntry[];
  faults: LineNote[];
  warnings: LineNote[];
}

export type DotenvOptions = LineOptions;

/** @returns the entries of a `.env` text, and what is wrong with it; never throws. */
export function readDotenv(text: string | Uint8Array, options: DotenvOptions = {}): DotenvReading {
  const faults: LineNote[] = [];
  const warnings: LineNote[] = [];
  const entries = new Map<string, DotenvEntry>();
  const decoded = typeof text === 'string' ? text : decode(text, faults);
  noteLoneReturn(decoded, warnings);
  const source = decoded.replace(/\r\n?/g, '\n');

  const comments: Comment[] = [];
  /** The unquoted value of the line before. */
  let before = '';
  let line = 1;
  let at = 0;
  while (at < source.length) {
    const { end, key, value, bare, comment, isQuoted, ...told } = readLine(source, at, line, options);
    const from = key === undefined ? { line } : { line, key };
    const content = source.slice(at, end);
    if (content.includes('\0')) {
      faults.push({
        ...from,
        text: 'a variable cannot hold the NUL character here; delete it, or save the file as UTF-8',
      });
      before = '';
    } else if (before !== '' && isRestOf(before, content)) {
      // Its name is a piece of the value above, so it is told by its length alone.
      faults.push({ line, text: REST_TEXT, detail: lengthOf(content.trim()) });
    } else {
      faults.push(...told.faults.map((fault) => ({ ...from, ...fault })));
      warnings.push(...told.warnings.map((warning) => ({ ...from, ...warning })));
      if (comment !== undefined) comments.push({ ...from, names: namesInComment(comment) });
      if (key !== undefined && value !== undefined) {
        const entry: DotenvEntry = { key, value, line, ...(bare && { bare }) };
        const earlier = entries.get(key);
        if (earlier) noteRepetition(earlier, entry, faults, warnings);
        else entries.set(key, entry);
      }
      before = isQuoted === undefined && comment === undefined ? (value ?? '') : '';
    }
    line += countLines(source, at, end);
    at = end + 1;
  }
  noteComments(comments, source, entries, faults, warnings);
  const byLine = (a: LineNote, b: LineNote) => a.line - b.line;
  return { entries: [...entries.values()], faults: faults.sort(byLine), warnings: warnings.sort(byLine) };
}

interface Comment {
  readonly line: number;
  readonly key?: string;
  /** Of the assignments in it. */
  readonly names: readonly string[];
}

/** A text that lost its line breaks behind a comment is one comment, and all of its variables would be missing. */
function noteComments(
  comments: readonly Comment[],
  source: string,
  entries: ReadonlyMap<string, DotenvEntry>,
  faults: LineNote[],
  warnings: LineNote[],
): void {
  const isOneLine = !source.trim().includes('\n');
  const isLost = (isOneLine || entries.size === 0) && faults.length === 0;
  for (const { names, ...from } of comments) {
    const lost = names.filter((name) => !entries.has(name));
    if (lost.length > 0 && isLost) faults.push({ ...from, text: LOST_COMMENT_TEXT });
    else if (names.length > 1) warnings.push({ ...from, text: DOUBTFUL_COMMENT_TEXT });
  }
}

function noteRepetition(
  before: DotenvEntry,
  entry: DotenvEntry,
  faults: LineNote[],
  warnings: LineNote[],
): void {
  const { key, line } = entry;
  if (before.value === entry.value && before.bare === entry.bare) {
    warnings.push({
      line,
      key,
      text: 'duplicate name with the same value; remove one of the two',
      detail: `first in line ${before.line}`,
    });
  } else {
    faults.push({
      line,
      key,
      text: 'duplicate name with another value; remove one of the two',
      detail: `first in line ${before.line}`,
    });
  }
}

/** A CR alone is a line break in dotenv, and a part of the value for others; told once. */
function noteLoneReturn(text: string, warnings: LineNote[]): void {
  const lone = /\r(?!\n)/.exec(text);
  if (!lone) return;
  const line = countLines(text, 0, lone.index);
  warnings.push({
    line,
    text: 'a carriage return without a line feed is read as a line break; save the file with LF line ends',
  });
}

/** @returns how many lines the text from `at` to before `end` touches. */
function countLines(text: string, at: number, end: number): number {
  let count = 1;
  for (let next = endOfLine(text, at); next < end; next = endOfLine(text, next + 1)) count++;
  return count;
}

function decode(bytes: Uint8Array, faults: LineNote[]): string {
  const utf8 = new TextDecoder('utf-8', { fatal: true });
  try {
    return utf8.decode(bytes);
  } catch {
    if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
      faults.push({ line: 1, text: 'the file is saved as UTF-16; save it as UTF-8' });
      return '';
    }
  }
  // Which lines it is that are broken; the rest is read on, so that all faults are told at once.
  let line = 1;
  let start = 0;
  for (let at = 0; at <= bytes.length; at++) {
    const isEnd = at === bytes.length || bytes[at] === 0x0a || (bytes[at] === 0x0d && bytes[at + 1] !== 0x0a);
    if (!isEnd) continue;
    try {
      utf8.decode(bytes.subarray(start, at));
    } catch {
      faults.push({ line, text: 'this line holds bytes that are not UTF-8; save the file as UTF-8' });
    }
    line++;
    start = at + 1;
  }
  return new TextDecoder().decode(bytes);
}
