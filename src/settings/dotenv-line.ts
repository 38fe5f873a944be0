/** What one line of a `.env` says; a quoted value may run over several, then `end` lies in the last of them. */
export interface LineReading {
  /** Where the reading stopped: the index of a line break, or the end of the text. */
  end: number;
  key?: string;
  /** Absent where the line holds no entry, or a faulty one. */
  value?: string;
  bare?: true;
  faults: string[];
  warnings: string[];
}

export interface LineOptions {
  /** A line that is a bare NAME stands for the step's environment variable of that name, as in `docker run -e`. */
  bareNames?: boolean;
  /** A `#` glued to an unquoted value is a fault instead of a warning: dotenv cuts the value there. */
  refuseGluedHash?: boolean;
}

// dotenv's own head, but for the line break that it takes between name and `=`. Its `\s` is JavaScript's: a byte
// order mark, a no-break space and a form feed count. A colon needs white space behind it.
const HEAD = /^\s*(?:export\s+)?([\w.-]+)(?:\s*=|:\s)/;
const BARE_NAME = /^\s*([A-Za-z_]\w*)\s*(?:\s#.*)?$/;
const NAME = /^[A-Za-z_]\w*$/;
const NAME_WITH_DOTS = /^[A-Za-z_][\w.-]*$/;
// U+2028 and U+2029 end a line for JavaScript's `.`, `^` and `$`, and for no editor: outside of quotes dotenv
// takes them now as text, now as the end of a comment.
const SEPARATOR = /[\u2028\u2029]/;
const REFERENCE = /\$[A-Za-z_{(]/;
const ASSIGNMENT_INSIDE = /\n(?:export[ \t]+)?[A-Za-z_]\w*=[^=\s]/;
const KEY_BEGINS = '-----BEGIN ';
const KEY_ENDS = '-----END ';

const SEPARATOR_FAULT =
  'an invisible line separator (U+2028 or U+2029) stands outside of quotes; delete it, or put the value into quotes';
const HASH_TEXT =
  'a # that is not set apart by a space starts a comment here, and the rest of the line is dropped; put the value into quotes, or a space before the comment';
const REFERENCE_TEXT =
  'a $ before a name or bracket is not filled in, it stays as it is; put the value into single quotes if that is meant';

/** @returns the index of the line break that ends the line of `at`, or the end of the text. */
export function endOfLine(source: string, at: number): number {
  const end = source.indexOf('\n', at);
  return end === -1 ? source.length : end;
}

/** @returns what the line that begins at `at` says; `line` is its number, for the texts. */
export function readLine(source: string, at: number, line: number, options: LineOptions): LineReading {
  const end = endOfLine(source, at);
  const text = source.slice(at, end);
  const content = text.trim();
  if (content === '') return { end, faults: [], warnings: [] };
  if (content.startsWith('#')) {
    return { end, faults: SEPARATOR.test(text) ? [SEPARATOR_FAULT] : [], warnings: [] };
  }
  const bareName = options.bareNames ? BARE_NAME.exec(text)?.[1] : undefined;
  if (bareName !== undefined) return { end, key: bareName, value: '', bare: true, faults: [], warnings: [] };

  const head = HEAD.exec(text);
  const equals = text.indexOf('=');
  if (!head && (equals === -1 || text.slice(0, equals).includes('#'))) {
    return { end, faults: [faultWithoutEquals(content, options)], warnings: [] };
  }
  // A value is read behind a bad name too, so that the further lines of a quoted one are not taken for lines.
  const valueAt = at + (head ? head[0].length : equals + 1);
  const reading = readValue(source, valueAt, line, options);
  const key = head?.[1];
  if (SEPARATOR.test(source.slice(at, valueAt))) reading.faults.push(SEPARATOR_FAULT);
  if (key === undefined || !NAME_WITH_DOTS.test(key)) {
    // Not told which: it may be a piece of a value that lost its quotes.
    reading.faults.unshift(
      'what stands before the = is no name; use letters, digits and _, not beginning with a digit (and quotes around a value of several lines)',
    );
  } else {
    reading.key = key;
    if (!NAME.test(key)) {
      reading.warnings.push('a name with a dot or dash cannot be set in a shell; use letters, digits and _');
    }
  }
  if (head?.[0].includes(':')) reading.warnings.push('a colon is read as = here, and by few others; write =');
  if (reading.faults.length > 0) delete reading.value;
  return reading;
}

function faultWithoutEquals(content: string, options: LineOptions): string {
  if (/^['"`]/.test(content)) {
    // dotenv takes a quoted text as the value of an `A=` that stands lines above it; nobody else does.
    return 'this line begins with a quote; a value begins on the line of its name, right behind the =';
  }
  const bare = options.bareNames ? ', NAME alone' : '';
  return `this line has no =; write NAME=value${bare}, or # before a comment, and put a value of several lines into quotes`;
}

function readValue(source: string, start: number, line: number, options: LineOptions): LineReading {
  const end = endOfLine(source, start);
  const rest = source.slice(start, end);
  const open = end - rest.trimStart().length;
  const first = source.charAt(open);
  if (open < end && (first === '"' || first === "'" || first === '`')) {
    return readQuoted(source, open, line, options);
  }
  return readUnquoted(source, start, end, options);
}

function readUnquoted(source: string, start: number, end: number, options: LineOptions): LineReading {
  const raw = source.slice(start, end);
  const hash = raw.indexOf('#');
  const kept = hash === -1 ? raw : raw.slice(0, hash);
  const value = kept.trim();
  const reading: LineReading = { end, value, faults: [], warnings: [] };
  const { faults, warnings } = reading;

  if (value.startsWith(KEY_BEGINS) && !raw.includes(KEY_ENDS)) {
    // dotenv would keep the first line. The others are passed over, lest a piece of the key is told as a name.
    const last = source.indexOf(KEY_ENDS, end);
    reading.end = last === -1 ? source.length : endOfLine(source, last);
    faults.push('a key or certificate of several lines is not in quotes; put double quotes around all of it');
    return reading;
  }
  if (SEPARATOR.test(raw)) faults.push(SEPARATOR_FAULT);
  if (hash !== -1 && isHashDoubtful(source.charAt(start + hash - 1), kept, raw.slice(hash))) {
    (options.refuseGluedHash ? faults : warnings).push(HASH_TEXT);
  }
  if (REFERENCE.test(value)) warnings.push(REFERENCE_TEXT);
  if (value.endsWith('\\')) {
    warnings.push(
      'the backslash at the end belongs to the value and joins no lines; put a value of several lines into quotes',
    );
  }
  const cut = kept.slice(0, kept.indexOf(value)) + kept.slice(kept.indexOf(value) + value.length);
  if (/[^\S \t]/.test(cut)) {
    warnings.push(
      'an unusual space (no-break space, form feed or the like) at the edge of the value is cut off; delete it, or put the value into quotes',
    );
  }
  return reading;
}

/** Others keep a `#` that is glued to the value, and one between quotes in the middle of a value. */
function isHashDoubtful(before: string, kept: string, dropped: string): boolean {
  if (!/\s/.test(before)) return true;
  return ['"', "'"].some((quote) => kept.split(quote).length % 2 === 0 && dropped.includes(quote));
}

function readQuoted(source: string, open: number, line: number, options: LineOptions): LineReading {
  const quote = source.charAt(open);
  const reading: LineReading = { end: source.length, faults: [], warnings: [] };
  const { faults, warnings } = reading;
  let close = -1;
  let lines = 0;
  for (let from = open + 1; from <= source.length; from = reading.end + 1, lines++) {
    reading.end = endOfLine(source, from);
    const piece = source.slice(from, reading.end);
    const found = indexOfUnescaped(piece, quote);
    if (found !== -1) {
      close = from + found;
      break;
    }
    // In dotenv it depends on the lines that follow whether such a quote closes.
    if (endsWithEscaped(piece, quote)) {
      faults.push(
        'a backslash stands before the quote that ends this line, so it may not close the value; take the backslash away, or the quotes around the value',
      );
      return reading;
    }
  }
  if (close === -1) {
    // Nothing behind it is read: it may all be one secret, and its pieces no names to be told.
    faults.push(
      'the quote that opens here is never closed; close it, or remove it (nothing behind it was read)',
    );
    return reading;
  }
  const tail = source.slice(close + 1, reading.end);
  if (!/^\s*(?:#|$)/.test(tail)) {
    const where =
      lines === 0
        ? 'text follows the closing quote'
        : `the quote that opens here closes in line ${line + lines}, and text follows it`;
    faults.push(
      `${where}; remove the text, close the quote where it belongs, or put a value that holds quotes into another kind of quotes`,
    );
    return reading;
  }
  if (SEPARATOR.test(tail)) faults.push(SEPARATOR_FAULT);
  if (tail.startsWith('#')) (options.refuseGluedHash ? faults : warnings).push(HASH_TEXT);

  const inner = source.slice(open + 1, close);
  if (quote !== "'" && REFERENCE.test(inner)) warnings.push(REFERENCE_TEXT);
  if (inner.includes(`\\${quote}`) || (quote === '"' && /\\[\\t$`]/.test(inner))) {
    warnings.push(
      'a backslash is kept here (only \\n and \\r between double quotes are line breaks), and other readers drop it; use another kind of quotes if you can',
    );
  }
  if (ASSIGNMENT_INSIDE.test(inner)) {
    warnings.push(
      `the quote that opens here closes only in line ${line + lines}, and a line between looks like NAME=value; check that no quote is missing`,
    );
  }
  reading.value =
    quote === '"' ? inner.replace(/\\([nr])/g, (_, letter) => (letter === 'n' ? '\n' : '\r')) : inner;
  return reading;
}

/** A quote closes unless a backslash stands right before it, even where that backslash is itself escaped. */
function indexOfUnescaped(piece: string, quote: string): number {
  let at = piece.indexOf(quote);
  while (at > 0 && piece.charAt(at - 1) === '\\') at = piece.indexOf(quote, at + 1);
  return at;
}

/** Asked of a line without a closing quote: does an escaped one stand where a closing quote would? */
function endsWithEscaped(piece: string, quote: string): boolean {
  for (let at = piece.indexOf(quote); at !== -1; at = piece.indexOf(quote, at + 1)) {
    if (/^\s*(?:#|$)/.test(piece.slice(at + 1))) return true;
  }
  return false;
}
