import { endOfLine, readValue, SEPARATOR, SEPARATOR_TEXT, type ValueReading } from './dotenv-value.ts';
import type { Separator } from './lost-line-breaks.ts';
import { nameFault } from './variable-name.ts';
import { isPadding, REST_TEXT } from './wrapped-value.ts';

/** What one line of a `.env` says; a quoted value may run over several, then `end` lies in the last of them. */
export interface LineReading extends ValueReading {
  key?: string;
  bare?: true;
}

export interface LineOptions {
  /** A line that is a bare NAME stands for the step's environment variable of that name, as in `docker run -e`. */
  bareNames?: boolean;
}

// dotenv's own head, but for the line break that it takes between name and `=`. Its `\s` is JavaScript's: a byte
// order mark, a no-break space and a form feed count. A colon needs white space behind it.
const HEAD = /^\s*(?:export\s+)?([\w.-]+)(?:\s*=|:\s)/;
const BARE_NAME = /^\s*([A-Za-z_]\w*)\s*(?:\s#.*)?$/;
const NAME = /^[A-Za-z_]\w*$/;

/** @returns what the line that begins at `at` says; `line` is its number, for the texts. */
export function readLine(source: string, at: number, line: number, options: LineOptions): LineReading {
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
  // A value is read behind a bad name too, so that the further lines of a quoted one are not taken for lines.
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
    // Not told which: it may be a piece of a value that lost its quotes.
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
  return /\s=$/.test(head) ? ' =' : '=';
}

/** @returns how a line is told that is not understood: by its length alone. */
export function lengthOf(content: string): string {
  return `a line of ${content.length} characters`;
}

function faultWithoutEquals(content: string, options: LineOptions): { text: string; detail: string } {
  const detail = lengthOf(content);
  if (/^['"`]/.test(content)) {
    // dotenv takes a quoted text as the value of an `A=` that stands lines above it; nobody else does.
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
