/**
 * Parsers of settings, from text or from the configuration file: lists, pairs, booleans.
 * Newlines or commas separate lists, newlines alone separate `KEY=value` pairs; lines that begin with `#` are comments.
 */
export class ParseError extends Error {}

/**
 * @returns the items in order, without empty ones
 * @throws ParseError for one line that is a comment of several words: its items would be lost silently
 */
export function readList(value: unknown): string[] {
  if (typeof value === 'string' && isLostComment(value)) throw new ParseError(LOST_COMMENT);
  return splitList(value);
}

/** @returns the items of a value of the configuration file in order, without empty ones. */
export function splitList(value: unknown): string[] {
  const lines = Array.isArray(value) ? value.map(String) : String(value).split(/\r\n|\n|\r/);
  return lines
    .filter((line) => !line.trimStart().startsWith('#'))
    .flatMap((line) => line.split(','))
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

/**
 * @returns key and value of each line; an object of the file is used as it is
 * @throws ParseError if a line has no `=`, or a value contains a further `KEY=`
 */
export function readPairs(value: unknown): Array<[string, string]> {
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).map(([key, item]) => [key, String(item)]);
  const text = String(value);
  if (isLostComment(text) && text.includes('=')) throw new ParseError(LOST_COMMENT);
  const lines = text
    .split(/\r\n|\n|\r/)
    .map((line, index) => ({ line, number: index + 1 }))
    .filter(({ line }) => line.trim() !== '' && !line.trimStart().startsWith('#'));
  return each(lines, ({ line, number }): [string, string] => {
    const at = line.indexOf('=');
    if (at < 0) throw new ParseError(`line ${number} has no "="; write KEY=value, one on each line`);
    if (/(?:\s|\\[nr])[^\s=\\]+=/.test(line.slice(at)))
      throw new ParseError(
        `the value of line ${number} contains another KEY=, so line breaks were probably lost; write one KEY=value on each line (in YAML "|" instead of ">"), or use a mapping in the configuration file`,
      );
    return [line.slice(0, at).trim(), line.slice(at + 1).trim()];
  });
}

const LOST_COMMENT =
  'all of it is one comment, so line breaks were probably lost; keep them (in YAML "|" instead of ">")';

/** YAML's `>` joins the lines after a comment to it. */
function isLostComment(text: string): boolean {
  const line = text.trim();
  return line.startsWith('#') && !/[\r\n]/.test(line) && /\s/.test(line.slice(1).trim());
}

/**
 * An empty string means "not given" and does not get here. The words are those of YAML 1.2's core schema, as on the
 * runner.
 */
export function readBoolean(value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  const text = String(value).trim();
  if (/^(true|True|TRUE)$/.test(text)) return true;
  if (/^(false|False|FALSE)$/.test(text)) return false;
  throw new ParseError('write true or false');
}

/** @returns the matching one of `choices`. */
export function readChoice<T extends string>(value: unknown, choices: readonly T[]): T {
  const text = String(value).trim();
  const found = choices.find((choice) => choice === text);
  if (found !== undefined) return found;
  throw new ParseError(`${quoted(text)} is none of ${choices.join(', ')}${nearest(text, choices)}`);
}

export function readChoices<T extends string>(value: unknown, choices: readonly T[]): T[] {
  return [...new Set(each(readList(value), (item) => readChoice(item, choices)))];
}

/** @returns the ids of AWS accounts, as they are given */
export function readAccounts(value: unknown): string[] {
  const accounts = readList(value);
  // Taken for "not given", it would let every account in.
  if (accounts.length === 0) throw new ParseError('the list is empty; name the accounts, or leave it out');
  return each(accounts, (account) => {
    if (!/^\d{12}$/.test(account))
      throw new ParseError('an account id has 12 digits (in YAML, put it into quotes)');
    return account;
  });
}

/** Reads every item. @throws ParseError with all errors, not only the first */
export function each<T, R>(items: readonly T[], read: (item: T) => R): R[] {
  const found: R[] = [];
  const unclear = new Set<string>();
  for (const item of items)
    try {
      found.push(read(item));
    } catch (error) {
      if (!(error instanceof ParseError)) throw error;
      unclear.add(error.message);
    }
  if (unclear.size > 0) throw new ParseError([...unclear].join('; '));
  return found;
}

/**
 * Settings are not secret, but a user may paste a secret into the wrong input. So only words are repeated; a text of
 * mixed letters and many digits, as in keys and tokens, is no word.
 */
export function quoted(text: string): string {
  return /^[\w./:{}@-]{1,40}$/.test(text) && isWord(text) ? `"${text}"` : 'this value';
}

const isWord = (text: string) => text.length <= 40 && text.replace(/\D/g, '').length <= 3;

/** @returns how to show a missing path: it may be a piece of a secret. */
export function quotedPath(path: string): string {
  const isPath = path
    .split(/[\\/]/)
    .every((step) => step === '' || (/^[\w.:~*@ -]+$/.test(step) && isWord(step)));
  return isPath && path.length <= 200 ? path : 'of this name';
}

export function nearest(text: string, choices: readonly string[]): string {
  const plain = (word: string) => word.toLowerCase().replace(/[^a-z]/g, '');
  const found = choices.find((choice) => plain(choice) === plain(text));
  return found === undefined ? '' : ` (did you mean ${found}?)`;
}
