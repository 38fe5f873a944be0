/** What .NET calls white space; JavaScript's `trim` counts U+FEFF in and leaves U+0085 out. */
const SPACE = '\\u0009-\\u000d\\u0020\\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
const LEADING = new RegExp(`^[${SPACE}]+`);
const TRAILING = new RegExp(`[${SPACE}]+$`);

export const trimStart = (text: string): string => text.replace(LEADING, '');
export const trim = (text: string): string => trimStart(text).replace(TRAILING, '');

/** `StreamReader.ReadLine`: a lone CR ends a line too, so it can start a command. */
export function readLines(text: string): string[] {
  const lines = text.split(/\r\n|\n|\r/);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** `text.Split(separator, 2, RemoveEmptyEntries)`: nothing unless both halves are there. */
export function splitPair(text: string, separator: string): [string, string] | undefined {
  const parts = new RegExp(`^[${separator}]*([^${separator}]+)[${separator}]+(.+)$`, 's').exec(text);
  return parts?.[1] === undefined || parts[2] === undefined ? undefined : [parts[1], parts[2]];
}
