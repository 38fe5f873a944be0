import type { FailureReason } from '../clients/explanation.ts';
import { cut, visible } from './escape.ts';

/*
 * The escape of untrusted text for GitHub's Markdown. It has its own file, since every run loads the escape of the log.
 */

/** @returns text for a code span of a table. */
export function codeText(text: string): string {
  return visible(text).replaceAll('|', '\\|');
}

/** @returns a code span for GitHub's Markdown, tables included: inside it nothing is markup, link or mention. */
export function code(text: string): string {
  return wholeCode(cut(text));
}

function wholeCode(text: string): string {
  return codeSpan(codeText(text));
}

function codeSpan(shown: string): string {
  if (shown === '') return '';
  const fence = '`'.repeat(longestRun(shown) + 1);
  const pad = shown.startsWith('`') || shown.endsWith('`') || isPadded(shown) ? ' ' : '';
  return `${fence}${pad}${shown}${pad}${fence}`;
}

/** @returns the length of the longest run of backticks; as arguments of one call, many runs would be too many */
function longestRun(text: string): number {
  let longest = 0;
  for (const [run] of text.matchAll(/`+/g)) longest = Math.max(longest, run.length);
  return longest;
}

/** Markdown removes one blank at each end of such a code span. */
const isPadded = (text: string) => text.startsWith(' ') && text.endsWith(' ') && text.trim() !== '';

/**
 * Text that GitHub would turn into a link or a mention: it is shown as code, so that it can be copied as it is.
 * Quotes, brackets, commas, bars and backslashes end it.
 */
const RUN = /[^\s"'`<>(),;|\\]+/gu;
const ACTIVE = /[@#](?=\w)|\bGH-(?=\d)|:\/\/|www\./i;

/** @returns plain text for GitHub's Markdown, tables included. */
export function prose(text: string): string {
  const shown = visible(text);
  let from = 0;
  let markdown = '';
  // One pattern for both would take quadratic time on a long run.
  for (const found of shown.matchAll(RUN)) {
    const [run] = found;
    if (!ACTIVE.test(run)) continue;
    const whole = withoutEnd(run);
    markdown += plain(shown.slice(from, found.index)) + codeSpan(whole);
    from = found.index + whole.length;
  }
  return markdown + plain(shown.slice(from));
}

/** Punctuation that ends a sentence or a bracket rather than a link; a run of nothing else is not active. */
const PUNCTUATION = new Set('.:!?]}');

/** @returns a run without the punctuation at its end */
function withoutEnd(run: string): string {
  let end = run.length;
  while (PUNCTUATION.has(run.charAt(end - 1))) end -= 1;
  return run.slice(0, end);
}

function plain(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/[\\`*[\]!|~$]/g, '\\$&')
    .replace(/(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, '\\_');
}

/** @returns a text of this action, with backticks around names and settings, for GitHub's Markdown */
export function rich(text: string): string {
  const parts = text.split('`');
  // A lone backtick came from elsewhere.
  if (parts.length % 2 === 0) return prose(text);
  return parts.map((part, index) => (index % 2 === 1 ? code(part) : prose(part))).join('');
}

/** @returns the same within a line of HTML, such as that of a fold, where Markdown is not read; the text holds nothing untrusted */
export function richHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/`([^`]*)`/g, '<code>$1</code>');
}

/**
 * Code that may break in a narrow column, and is copied without the breaks: GitHub breaks a code span at blanks alone.
 * Each character is written by itself, whatever its neighbours are, so a hidden text is found in it.
 */
export function breakableText(text: string): string {
  return [...visible(text)]
    .map((character) => {
      if (isLetterOrDigit(character)) return character;
      const sign = `&#${character.codePointAt(0)};`;
      if ('@.:'.includes(character)) return `<wbr>${sign}<wbr>`;
      return '/_-,=?+'.includes(character) ? `${sign}<wbr>` : sign;
    })
    .join('');
}

/** The Unicode classes take half a millisecond to compile, and most names have none. */
const isLetterOrDigit = (character: string) =>
  character > '\x7f' ? /[\p{L}\p{N}]/u.test(character) : /[A-Za-z0-9 ]/.test(character);

/** @returns a code span for a table, which breaks at the signs of names and URLs where the column is narrow */
export function breakable(text: string): string {
  const shown = cut(text);
  return shown.length <= UNBROKEN || !/[/_.:@,=?+-]/.test(shown) ? wholeCode(shown) : htmlCode(shown);
}

/** Shorter names stay on one line. */
const UNBROKEN = 12;

/** @returns a block of code; no line of it ends the block */
export function codeBlock(language: string, lines: readonly string[]): string[] {
  const longest = lines.reduce((most, line) => Math.max(most, longestRun(line)), 2);
  const fence = '`'.repeat(longest + 1);
  return [`${fence}${language}`, ...lines.map(visible), fence];
}

/** @returns text for a block of code */
export const blockText = visible;

/** @returns a value as plain text for GitHub's Markdown, cut when it is long: it contains no tag of others, not even as code. */
export function shortProse(text: string): string {
  return prose(cut(text));
}

const htmlCode = (text: string) => `<code>${breakableText(text)}</code>`;

/** @returns a link of GitHub's Markdown; the address is one that we wrote, the parts of it encoded by {@link inUrl}. */
export function link(text: string, url: string): string {
  // Readers of Markdown differ in where such a code span ends within a link.
  const shown = /[`\\]/.test(text) ? htmlCode(cut(text)) : breakable(text);
  return `[${shown}](${url})`;
}

/** @returns a name as a part of a URL for Markdown: no bracket ends the link. */
export function inUrl(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*~]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** @returns a label of a Mermaid diagram, quotes included: only letters, digits and what no grammar knows stay as they are. */
export function forMermaid(text: string): string {
  const shown = cut(visible(text)).replace(/[^\p{L}\p{N} _./,:…-]/gu, (sign) => `#${sign.codePointAt(0)};`);
  return `"${shown}"`;
}

/** @returns a link to a reason in the documentation */
export function troubleshootingLink(reason: FailureReason): string {
  return `[Troubleshooting: ${reason}](https://github.com/papyrus/aws-bootstrap/blob/v1/docs/troubleshooting.md#${reason})`;
}
