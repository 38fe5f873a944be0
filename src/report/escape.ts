/**
 * The one way for untrusted text (names, tags, values, messages of services) into log and summary.
 * The runner executes `::command::` at the start of a line and `##[command]` anywhere, on stdout and stderr,
 * and a lone carriage return ends a line for it too.
 */
const LONGEST = 300;

const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;

/** Control characters, line separators and direction marks become visible. */
export function visible(text: string): string {
  // Unicode classes take longer to compile than all the rest of a short run's report takes.
  if (PRINTABLE_ASCII.test(text)) return text;
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => {
    if (character === '\n') return '\\n';
    if (character === '\r') return '\\r';
    if (character === '\t') return '\\t';
    return `\\u{${Number(character.codePointAt(0)).toString(16)}}`;
  });
}

export function cut(text: string): string {
  const characters = [...text];
  return characters.length <= LONGEST
    ? text
    : `${characters.slice(0, LONGEST).join('')}… (${characters.length} characters)`;
}

/** @returns text as one line of the log that is no command to the runner. */
export function forLog(text: string): string {
  return visible(text)
    .replaceAll('##[', '##\u2009[')
    .replace(/^\s*::/, ':\u2009:');
}

/** @returns a value for the log, in quotes, cut when it is long. */
export function valueForLog(text: string): string {
  return forLog(`"${cut(text)}"`);
}
