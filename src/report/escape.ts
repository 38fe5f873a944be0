/**
 * The one way for untrusted text (names, tags, values, messages of services) into log and summary.
 * The runner executes `::command::` at the start of a line and `##[command]` anywhere, on stdout and stderr,
 * and a lone carriage return ends a line for it too.
 */
const LONGEST = 300;

/** Control characters, line separators and direction marks become visible. */
function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => {
    if (character === '\n') return '\\n';
    if (character === '\r') return '\\r';
    if (character === '\t') return '\\t';
    return `\\u{${Number(character.codePointAt(0)).toString(16)}}`;
  });
}

function cut(text: string): string {
  const characters = [...text];
  return characters.length <= LONGEST
    ? text
    : `${characters.slice(0, LONGEST).join('')}… (${characters.length} characters)`;
}

/** @returns text that stands on one line of the log and is no command to the runner. */
export function forLog(text: string): string {
  return visible(text)
    .replaceAll('##[', '##\u2009[')
    .replace(/^\s*::/, ':\u2009:');
}

/** @returns a value for the log, in quotes, cut when it is long. */
export function valueForLog(text: string): string {
  return forLog(`"${cut(text)}"`);
}

/** @returns text as it stands within a code span of a table. */
export function codeText(text: string): string {
  return visible(text).replaceAll('|', '\\|');
}

/** @returns a code span for GitHub's Markdown, tables included: inside it nothing is markup, link or mention. */
export function code(text: string): string {
  const shown = codeText(cut(text));
  if (shown === '') return '';
  const fence = '`'.repeat(Math.max(0, ...[...shown.matchAll(/`+/g)].map(([run]) => run.length)) + 1);
  const pad = shown.startsWith('`') || shown.endsWith('`') || /^ .*[^ ].* $/.test(shown) ? ' ' : '';
  return `${fence}${pad}${shown}${pad}${fence}`;
}

/** @returns plain text for GitHub's Markdown, tables included. */
export function prose(text: string): string {
  return (
    visible(text)
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replace(/[\\`*[\]!|~$]/g, '\\$&')
      .replace(/(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, '\\_')
      .replace(/[@#](?=\w)/g, '$&\u2060')
      // The other way to write #1.
      .replace(/\bGH-(?=\d)/gi, '$&\u2060')
      .replace(/:\/\//g, ':\u2060//')
      .replace(/www\./gi, (start) => `${start.slice(0, 3)}\u2060.`)
  );
}

/** @returns a value as plain text for GitHub's Markdown, cut when it is long: no tag of others stands in it, not even as code. */
export function shortProse(text: string): string {
  return prose(cut(text));
}

/** @returns a link of GitHub's Markdown; the address is one that we wrote, the parts of it encoded by {@link inUrl}. */
export function link(text: string, url: string): string {
  return `[${code(text)}](${url})`;
}

/** @returns a name as a part of a URL that may stand in Markdown: no bracket ends the link. */
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

/** @returns words of ours that stay on one line of a narrow column. */
export function unbroken(words: string): string {
  return words.replaceAll(' ', '&nbsp;');
}
