import { holdsAssignment, LOST_TEXT, type Separator } from './broken-lines.ts';

/** An error or warning on a line: the text is the same for all of a kind, the detail is of this line. */
export interface Finding {
  text: string;
  detail?: string;
}

export interface ValueReading {
  /** The end of the parsed text: the index of a line break, or the end of the text. */
  end: number;
  /** Absent where the line holds no entry, or a faulty one. */
  value?: string;
  isQuoted?: true;
  /** What is dropped behind the value: blanks and a comment, from a # on, if there is one. */
  comment?: string;
  faults: Finding[];
  warnings: Finding[];
}

// U+2028 and U+2029 end a line for JavaScript's `.`, `^` and `$`, and for no editor: outside of quotes dotenv treats
// them sometimes as text, sometimes as the end of a comment.
export const SEPARATOR = /[\u2028\u2029]/;
// Shells and Compose fill in `$NAME`, `${NAME}`, `$(command)`, `$1`, `$$` and the like, python-dotenv `${NAME}`; without
// quotes shells also read `$'…'` and `$"…"`.
const REFERENCE = /\$[\w{($@*#?!-]/;
const BARE_REFERENCE = /\$[\w{($@*#?!'"-]/;
const ASSIGNMENT_INSIDE = /\n(?:export[ \t]+)?[A-Za-z_]\w*=[^=\s]/;
const KEY_BEGINS = '-----BEGIN ';
const KEY_ENDS = '-----END ';

export const SEPARATOR_TEXT =
  'an invisible line separator (U+2028 or U+2029) is outside of quotes; delete it, or put the value into quotes';
const HASH_TEXT =
  'a # that is not set apart by a space starts a comment in some readers, and a part of the value in others; put the value into quotes ("a#b", "#fff"), or a space before the comment';
const REFERENCE_TEXT =
  'a $ before a name, bracket or sign is kept here, and other readers expand it; to keep it everywhere, put the value into single quotes';
const COMMAND_TEXT =
  'a shell would run the backtick in this value as a command; put the value into single quotes';
const BACKTICK_TEXT =
  'backticks are quotes here; Compose keeps them as a part of the value, and a shell runs what is between them; use " or \' if you can';

/** @returns the index of the line break that ends the line of `at`, or the end of the text. */
export function endOfLine(source: string, at: number): number {
  const end = source.indexOf('\n', at);
  return end === -1 ? source.length : end;
}

/** @returns the value after the separator of the line `line`, at `start`. */
export function readValue(source: string, start: number, line: number, separator: Separator): ValueReading {
  const end = endOfLine(source, start);
  const rest = source.slice(start, end);
  const open = end - rest.trimStart().length;
  const first = source.charAt(open);
  if (first === '"' || first === "'" || first === '`') return readQuoted(source, open, line);
  return readUnquoted(source, start, end, separator);
}

function readUnquoted(source: string, start: number, end: number, separator: Separator): ValueReading {
  const raw = source.slice(start, end);
  const hash = raw.indexOf('#');
  const kept = hash === -1 ? raw : raw.slice(0, hash);
  const value = kept.trim();
  const reading: ValueReading = { end, value, faults: [], warnings: [] };
  const { faults, warnings } = reading;

  if (value.startsWith(KEY_BEGINS) && !raw.includes(KEY_ENDS)) {
    // dotenv would keep the first line. The others are skipped, so that no piece of the key is shown as a name.
    const last = source.indexOf(KEY_ENDS, end);
    reading.end = last === -1 ? source.length : endOfLine(source, last);
    faults.push({
      text: 'a key or certificate of several lines is not in quotes; put double quotes around all of it',
    });
    return reading;
  }
  if (SEPARATOR.test(raw)) faults.push({ text: SEPARATOR_TEXT });
  else if (holdsAssignment(kept, separator)) faults.push({ text: LOST_TEXT });
  if (hash !== -1) {
    reading.comment = raw.slice(hash);
    // dotenv cuts here and half of the others do not: half a password is worse than none.
    if (isHashDoubtful(source.charAt(start + hash - 1), kept, reading.comment))
      faults.push({ text: HASH_TEXT });
  }
  if (BARE_REFERENCE.test(value)) warnings.push({ text: REFERENCE_TEXT });
  if (value.includes('`')) warnings.push({ text: COMMAND_TEXT });
  if (value.endsWith('\\')) {
    warnings.push({
      text: 'the backslash at the end belongs to the value and joins no lines; put a value of several lines into quotes',
    });
  }
  const cut = kept.slice(0, kept.indexOf(value)) + kept.slice(kept.indexOf(value) + value.length);
  if (/[^\S \t]/.test(cut)) {
    warnings.push({
      text: 'an unusual space (no-break space, form feed or the like) at the edge of the value is cut off; delete it, or put the value into quotes',
    });
  }
  return reading;
}

/** Other readers keep a `#` without a space before it, and one between quotes in the middle of a value. */
function isHashDoubtful(before: string, kept: string, dropped: string): boolean {
  if (!/\s/.test(before)) return true;
  return ['"', "'"].some((quote) => kept.split(quote).length % 2 === 0 && dropped.includes(quote));
}

/**
 * Reads up to the line of the closing quote.
 * @returns the index of the quote, and the number of line breaks before it; undefined if none is found, which is a fault
 */
function findClosing(
  source: string,
  open: number,
  reading: ValueReading,
): [at: number, lines: number] | undefined {
  const quote = source.charAt(open);
  let lines = 0;
  for (let from = open + 1; from <= source.length; from = reading.end + 1, lines++) {
    reading.end = endOfLine(source, from);
    const piece = source.slice(from, reading.end);
    const found = indexOfUnescaped(piece, quote);
    if (found !== -1) return [from + found, lines];
    // In dotenv it depends on the lines that follow whether such a quote closes.
    if (endsWithEscaped(piece, quote)) {
      reading.faults.push({
        text: 'the backslash before the last quote of this line may keep the value open; remove the backslash, or the quotes around the value',
      });
      return undefined;
    }
  }
  // The rest is not read: it may all be one secret, and its pieces must not be shown as names.
  reading.faults.push({
    text: 'the quote that opens here is never closed; close it, or remove it (nothing behind it was read)',
  });
  return undefined;
}

function readQuoted(source: string, open: number, line: number): ValueReading {
  const quote = source.charAt(open);
  const reading: ValueReading = { end: source.length, isQuoted: true, faults: [], warnings: [] };
  const { faults } = reading;
  const found = findClosing(source, open, reading);
  if (found === undefined) return reading;
  const [close, lines] = found;
  const closing = { detail: `it closes in line ${line + lines}` };
  const tail = source.slice(close + 1, reading.end);
  if (!/^\s*(?:#|$)/.test(tail)) {
    faults.push({
      text: 'text follows the closing quote; remove the text, close the quote where it belongs, or put a value that holds quotes into another kind of quotes',
      ...(lines > 0 && closing),
    });
    return reading;
  }
  reading.comment = tail;
  if (SEPARATOR.test(tail)) faults.push({ text: SEPARATOR_TEXT });
  if (tail.startsWith('#')) faults.push({ text: HASH_TEXT });

  const inner = source.slice(open + 1, close);
  warnOfOthers(inner, quote, closing, reading.warnings);
  reading.value =
    quote === '"' ? inner.replace(/\\([nr])/g, (_, letter) => (letter === 'n' ? '\n' : '\r')) : inner;
  return reading;
}

/** Warns of a text in quotes that other readers may read differently. */
function warnOfOthers(
  inner: string,
  quote: string,
  closing: Pick<Finding, 'detail'>,
  warnings: Finding[],
): void {
  if (quote === '`') warnings.push({ text: BACKTICK_TEXT });
  if (quote !== "'" && REFERENCE.test(inner)) warnings.push({ text: REFERENCE_TEXT });
  if (quote === '"' && inner.includes('`')) warnings.push({ text: COMMAND_TEXT });
  if (inner.includes(`\\${quote}`) || (quote === '"' && /\\[\\t$`]/.test(inner))) {
    warnings.push({
      text: 'a backslash is kept here (only \\n and \\r between double quotes are line breaks), and other readers drop it; use another kind of quotes if you can',
    });
  }
  if (ASSIGNMENT_INSIDE.test(inner)) {
    warnings.push({
      text: 'the quote that opens here closes lines below, and a line between looks like NAME=value; check that no quote is missing',
      ...closing,
    });
  }
}

/** A quote closes unless a backslash is right before it, even where that backslash is itself escaped. */
function indexOfUnescaped(piece: string, quote: string): number {
  let at = piece.indexOf(quote);
  while (piece.charAt(at - 1) === '\\') at = piece.indexOf(quote, at + 1);
  return at;
}

/** For a line without a closing quote: whether an escaped one is where a closing quote would be. */
function endsWithEscaped(piece: string, quote: string): boolean {
  for (let at = piece.indexOf(quote); at !== -1; at = piece.indexOf(quote, at + 1)) {
    if (/^\s*(?:#|$)/.test(piece.slice(at + 1))) return true;
  }
  return false;
}
