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

/**
 * Breaks a line at blanks; a word that is longer than the line is broken where it has to.
 * @param width columns; Infinity keeps the line whole
 * @param indent columns before each further line
 */
export function wrap(text: string, width: number, indent = 0): string[] {
  if (columnsOf(text) <= width) return [text];
  const lead = /^ */.exec(text)?.[0] ?? '';
  const lines: string[] = [];
  let line = lead;
  let isEmpty = true;
  for (const word of text.slice(lead.length).split(' ')) {
    let rest = word;
    if (!isEmpty && columnsOf(line) + 1 + columnsOf(rest) <= width) {
      line += ` ${rest}`;
      continue;
    }
    if (!isEmpty) {
      lines.push(line);
      line = ' '.repeat(indent);
    }
    while (columnsOf(line) + columnsOf(rest) > width) {
      const room = Math.max(1, width - columnsOf(line));
      const [head, tail] = cutAt(rest, room);
      lines.push(line + head);
      line = ' '.repeat(indent);
      rest = tail;
    }
    line += rest;
    isEmpty = false;
  }
  return [...lines, line];
}

function cutAt(text: string, columns: number): [head: string, tail: string] {
  let head = '';
  let taken = 0;
  for (const character of text) {
    const width = columnsOf(character);
    if (taken > 0 && taken + width > columns) break;
    head += character;
    taken += width;
  }
  return [head, text.slice(head.length)];
}

/** Breaks a line of styled pieces as {@link wrap} breaks its text, and keeps the styles. */
export function wrapSpans(spans: readonly Span[], width: number, indent = 0): Span[][] {
  const lines = wrap(plainText(spans), width, indent);
  if (lines.length === 1) return [[...spans]];
  const characters = spans.flatMap((span) =>
    typeof span === 'string'
      ? [...span].map((text): Span => text)
      : [...span.text].map((text): Span => ({ text, style: span.style })),
  );
  let at = 0;
  return lines.map((line, index) => {
    const isBroken = index > 0;
    const body = isBroken ? line.slice(indent) : line;
    // The blank at which the line was broken.
    const length = [...body].length;
    if (isBroken && plainText(characters.slice(at, at + 1)) === ' ' && !body.startsWith(' ')) at += 1;
    const piece = joined(characters.slice(at, at + length));
    at += length;
    return isBroken ? [' '.repeat(indent), ...piece] : piece;
  });
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
