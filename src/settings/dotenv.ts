import {
  DOUBTFUL_COMMENT_TEXT,
  isPadding,
  isRestOf,
  LOST_COMMENT_TEXT,
  namesInComment,
  REST_TEXT,
  type Separator,
} from './broken-lines.ts';
import type { LineNote } from './diagnostics.ts';
import { endOfLine, readValue, SEPARATOR, SEPARATOR_TEXT, type ValueReading } from './dotenv-value.ts';
import { nameFault } from './variable.ts';

/**
 * The strict reader of `.env` text. The dialect is that of motdotla/dotenv 17, since that is what the application
 * loads at home: every text without an error (or a bare name) has the same result in both, and `__proto__`, which
 * dotenv loses. Text that dotenv would lose or guess is an error; text that other readers read differently is a
 * warning.
 *
 * - `NAME=value`, `export NAME=value`, `NAME: value` (warned); white space around name and value is dropped.
 * - Quotes are `"`, `'` and a backtick, over several lines if need be. `\n` and `\r` between double quotes are
 *   line breaks; every other backslash stays, also the one that keeps a quote from closing (warned).
 * - Without quotes a `#` behind white space ends the value; one without a space before it is an error.
 * - Nothing is expanded: `$NAME` stays (warned, but between single quotes).
 * - Lost line breaks and the rest of a wrapped value are errors: they would give one value that contains all
 *   others, or a name that is a piece of a secret.
 * - CR LF and CR are line breaks, a byte order mark is white space.
 * - One line, one entry: dotenv also takes `NAME`, `=` and a quoted value from different lines, and skips
 *   text that it does not understand; here these are errors.
 *
 * Every text is read in time linear in its length.
 */

export type { LineNote };

interface DotenvEntry {
  key: string;
  value: string;
  line: number;
  /** A lone NAME, whose value comes from the step's environment; only with `bareNames`. */
  bare?: true;
}

interface DotenvReading {
  /** In the order of the text, one a key; an invalid line has none, and of two different values the first counts. */
  entries: DotenvEntry[];
  faults: LineNote[];
  warnings: LineNote[];
}

export type DotenvOptions = LineOptions;

/** @returns the entries of a `.env` text and its errors; never throws. */
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
    const { end, key, value, bare, comment, isQuoted, ...findings } = readLine(source, at, line, options);
    const from = key === undefined ? { line } : { line, key };
    const content = source.slice(at, end);
    if (content.includes('\0')) {
      faults.push({
        ...from,
        text: 'a variable cannot hold the NUL character here; delete it, or save the file as UTF-8',
      });
      before = '';
    } else if (isRestOf(before, content)) {
      // Its name is a piece of the value above, so only its length is shown.
      faults.push({ line, text: REST_TEXT, detail: lengthOf(content.trim()) });
    } else {
      faults.push(...findings.faults.map((fault) => ({ ...from, ...fault })));
      warnings.push(...findings.warnings.map((warning) => ({ ...from, ...warning })));
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

/** A CR alone is a line break in dotenv, and a part of the value for others; reported once. */
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
  // Finds the broken lines; the rest is still read, so that all errors are reported at once.
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

/** One parsed line of a `.env`; a quoted value may span several, and `end` is in the last of them. */
interface LineReading extends ValueReading {
  key?: string;
  bare?: true;
}

interface LineOptions {
  /** A line that is a bare NAME reads the step's environment variable of that name, as in `docker run -e`. */
  bareNames?: boolean;
}

// The start of a line as dotenv reads it, without the line break that it accepts between name and `=`. `\s` is
// JavaScript's: a byte order mark, a no-break space and a form feed count. A colon needs white space behind it.
const HEAD = /^\s*(?:export\s+)?([\w.-]+)(?:\s*=|:\s)/;
const BARE_NAME = /^\s*([A-Za-z_]\w*)\s*(?:\s#.*)?$/;
const NAME = /^[A-Za-z_]\w*$/;

/** @returns the parsed line that begins at `at`; `line` is its number, for messages. */
function readLine(source: string, at: number, line: number, options: LineOptions): LineReading {
  const end = endOfLine(source, at);
  const text = source.slice(at, end);
  const content = text.trim();
  if (content === '') return { end, faults: [], warnings: [] };
  if (content.startsWith('#')) {
    const faults = SEPARATOR.test(text) ? [{ text: SEPARATOR_TEXT }] : [];
    return { end, comment: content, faults, warnings: [] };
  }
  const bareName = options.bareNames ? BARE_NAME.exec(text)?.[1] : undefined;
  if (bareName !== undefined && nameFault(bareName) === undefined)
    return { end, key: bareName, value: '', bare: true, faults: [], warnings: [] };

  const head = HEAD.exec(text);
  const equals = text.indexOf('=');
  if (!head && (equals === -1 || text.slice(0, equals).includes('#'))) {
    return { end, faults: [faultWithoutEquals(content, options)], warnings: [] };
  }
  // A value is read behind a bad name too, so that the other lines of a quoted one do not count as lines.
  const valueAt = at + (head ? head[0].length : equals + 1);
  const reading: LineReading = readValue(source, valueAt, line, separatorOf(head?.[0] ?? '='));
  const key = head?.[1];
  const wrong =
    key === undefined
      ? 'use letters, digits and _, not beginning with a digit (and quotes around a value of several lines)'
      : nameFault(key);
  if (SEPARATOR.test(source.slice(at, valueAt))) reading.faults.push({ text: SEPARATOR_TEXT });
  if (reading.value !== undefined && isPadding(reading.value) && reading.isQuoted !== true) {
    reading.faults = [{ text: REST_TEXT, detail: lengthOf(content) }];
  } else if (key === undefined || wrong !== undefined) {
    // The name is not shown: it may be a piece of a value that lost its quotes.
    reading.faults.unshift({
      text: `invalid name before the =; ${wrong}`,
      detail: lengthOf(content),
    });
  } else {
    reading.key = key;
    if (!NAME.test(key)) {
      reading.warnings.push({
        text: 'a name with a dot or dash cannot be set in a shell; use letters, digits and _',
      });
    }
  }
  if (head?.[0].includes(':'))
    reading.warnings.push({ text: 'a colon is read as = here, and by few others; write =' });
  if (reading.faults.length > 0) delete reading.value;
  return reading;
}

function separatorOf(head: string): Separator {
  if (head.includes(':')) return ':';
  return /\s=/.test(head) ? ' =' : '=';
}

/** @returns how to show a line that is not understood: by its length alone. */
function lengthOf(content: string): string {
  return `a line of ${content.length} characters`;
}

function faultWithoutEquals(content: string, options: LineOptions): { text: string; detail: string } {
  const detail = lengthOf(content);
  if (/^['"`]/.test(content)) {
    // Only dotenv takes a quoted text as the value of an `A=` lines above it.
    return {
      text: 'this line begins with a quote; a value begins on the line of its name, right behind the =',
      detail,
    };
  }
  const bare = options.bareNames ? ', NAME alone' : '';
  return {
    text: `this line has no =; write NAME=value${bare}, or # before a comment, and put a value of several lines into quotes`,
    detail,
  };
}
