import { stripVTControlCharacters } from 'node:util';

/*
 * Text for a terminal: styles, widths and line breaks.
 */

/** @see https://en.wikipedia.org/wiki/ANSI_escape_code#Select_Graphic_Rendition_parameters */
const CODES = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
} as const;

export type Style = keyof typeof CODES;

/** A piece of a line. A plain string has no style. */
export type Span = string | { readonly text: string; readonly style: Style };

/** @returns a piece of a line with a style, which a terminal without colours leaves out */
export function styled(style: Style, text: string): Span {
  return { text, style };
}

/** @returns the text with the codes of its style */
export function paint({ text, style }: Exclude<Span, string>): string {
  const [on, off] = CODES[style];
  return `\u001b[${on}m${text}\u001b[${off}m`;
}

export function plainText(spans: readonly Span[]): string {
  return spans.map((span) => (typeof span === 'string' ? span : span.text)).join('');
}

/** Characters that East Asian fonts draw two columns wide. */
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}]/gu;

/** @returns how many columns a text takes */
export function columnsOf(text: string): number {
  const plain = stripVTControlCharacters(text);
  return [...plain].length + (plain.match(WIDE)?.length ?? 0);
}

/** A part of a line, by its characters: from the first, up to the last and without it. */
type Range = readonly [start: number, end: number];

/** @returns the parts that become lines of their own; a blank at which a line is broken is in none of them */
function rangesOf(characters: readonly string[], width: number, indent: number): Range[] {
  const ranges: Range[] = [];
  let start = 0;
  while (true) {
    const available = Math.max(1, ranges.length === 0 ? width : width - indent);
    let end = start;
    let columns = 0;
    for (; end < characters.length; end++) {
      columns += columnsOf(characters[end] ?? '');
      if (columns > available && end > start) break;
    }
    if (end >= characters.length) return [...ranges, [start, end]];
    const broken = lastBlank(characters, start, end);
    ranges.push([start, broken ?? end]);
    start = broken === undefined ? end : broken + 1;
  }
}

/** @returns where the line is broken: at the last blank behind its first word */
function lastBlank(characters: readonly string[], start: number, end: number): number | undefined {
  let first = start;
  while (characters[first] === ' ') first++;
  for (let at = end; at > first; at--) if (characters[at] === ' ') return at;
  return undefined;
}

/**
 * Breaks a line at blanks; a word that is longer than the line is broken at its end.
 * @param width columns; Infinity keeps the line whole
 * @param indent columns before each further line
 */
export function wrap(text: string, width: number, indent = 0): string[] {
  const characters = [...text];
  return rangesOf(characters, width, indent).map(
    ([start, end], index) =>
      `${index === 0 ? '' : ' '.repeat(indent)}${characters.slice(start, end).join('')}`,
  );
}

/** Breaks a line of styled pieces as {@link wrap} breaks its text, and keeps the styles. */
export function wrapSpans(spans: readonly Span[], width: number, indent = 0): Span[][] {
  const characters = spans.flatMap((span) =>
    typeof span === 'string'
      ? [...span].map((text): Span => text)
      : [...span.text].map((text): Span => ({ text, style: span.style })),
  );
  const texts = characters.map((span) => plainText([span]));
  return rangesOf(texts, width, indent).map(([start, end], index) => [
    ...(index === 0 ? [] : [' '.repeat(indent)]),
    ...joined(characters.slice(start, end)),
  ]);
}

/** Neighbours of one style become one piece. */
function joined(characters: readonly Span[]): Span[] {
  const pieces: Span[] = [];
  for (const one of characters) {
    const last = pieces.at(-1);
    if (typeof one === 'string' && typeof last === 'string') pieces[pieces.length - 1] = last + one;
    else if (
      typeof one !== 'string' &&
      last !== undefined &&
      typeof last !== 'string' &&
      last.style === one.style
    )
      pieces[pieces.length - 1] = { text: last.text + one.text, style: one.style };
    else pieces.push(one);
  }
  return pieces;
}

/**
 * @param rows cells; the first row is the head
 * @returns lines whose columns are aligned: the first to the left, the others, which are numbers, to the right
 */
export function table(rows: ReadonlyArray<readonly string[]>): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => columnsOf(row[column] ?? ''))),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const fill = ' '.repeat((widths[column] ?? 0) - columnsOf(cell));
        return column === 0 ? cell + fill : fill + cell;
      })
      .join('  ')
      .trimEnd(),
  );
}
