import { mixes } from './variable.ts';

/*
 * Two faults of a `.env`. Lost line breaks, by YAML's `>`, by a shell's unquoted `echo $ENV > .env`, or as `\n` of JSON:
 * the first variable would contain all the others, secrets among them. A wrapped value: its second line would be a name.
 */

export const LOST_TEXT =
  'this value contains another NAME=, so line breaks were probably lost: keep them (in YAML "|" instead of ">"; in a shell quotes, as in echo "$ENV"; no \\n in place of a line break). If all of it is one value, put it into quotes';

export const LOST_COMMENT_TEXT =
  'this comment contains NAME=, and no variable is beside it, so line breaks were probably lost: keep them (in YAML "|" instead of ">"; in a shell quotes, as in echo "$ENV"; no \\n in place of a line break)';

export const DOUBTFUL_COMMENT_TEXT =
  'this comment contains several NAME=, which are not read; if line breaks were lost, keep them (in YAML "|" instead of ">")';

// YAML and shells turn a line break into white space before the name. Only names in capitals, with `__`,
// or behind `export` count there: `host=db user=x`, `-Xmx1g -Dx=y` and `--bind=0.0.0.0 --workers=2` are values.
const NEXT_NAME = `(?:[A-Z_][A-Z0-9_]*|[A-Za-z][A-Za-z0-9]*(?:__[A-Za-z0-9]+)+)`;
const BEHIND_SPACE = String.raw`\s(?:export\s+[A-Za-z_]\w*|${NEXT_NAME})`;
const BEHIND_BREAK = String.raw`\\[nr][ \t]*(?:export\s+)?[A-Za-z_]\w*`;
const ASSIGNMENTS = {
  '=': new RegExp(`(?:${BEHIND_SPACE}|${BEHIND_BREAK})=(?!=)`),
  // A text that is written `NAME = value` is so in all of its lines.
  ' =': new RegExp(`(?:${BEHIND_SPACE}|${BEHIND_BREAK})\\s*=(?!=)`),
  ':': new RegExp(`(?:${BEHIND_SPACE}|${BEHIND_BREAK})(?:=(?!=)|:\\s)`),
} as const;

/** The separator between name and value of a line. */
export type Separator = keyof typeof ASSIGNMENTS;

/** @returns whether an unquoted value contains further assignments; `raw` is the text after the separator. */
export function holdsAssignment(raw: string, separator: Separator): boolean {
  // A value that itself is an assignment (`RUN=NODE_ENV=production node`) begins right behind the separator.
  const first = /^\S*/.exec(raw)?.[0].replace(/\\[nr].*$/s, '') ?? '';
  return ASSIGNMENTS[separator].test(raw.slice(first.length));
}

/** @returns names of the assignments in a comment, except that of a commented-out line. */
export function namesInComment(comment: string): string[] {
  const text = comment.replace(/^[#\s]+(?:export\s+)?(?:[A-Za-z_]\w*\s*=)?/, ' ');
  const pattern = new RegExp(String.raw`(?:\s|\\[nr])(?:export\s+)?(${NEXT_NAME})\s*=`, 'g');
  return [...new Set([...text.matchAll(pattern)].map(([, name = '']) => name))];
}

/** The kind of a text in place of an assignment, without any of it. */
export const REST_TEXT =
  'this looks like the rest of the value above, which was wrapped (as openssl and base64 wrap after 64 or 76 characters); put a value of several lines into quotes, or all of it on one line (base64 -w0, openssl -A)';

/** @returns whether this cannot be an assignment: `name==` is how base64 ends. */
export function isPadding(value: string): boolean {
  return value === '=';
}

/**
 * @param before the unquoted value of the line before
 * @param line the text of this line
 * @returns whether the line is the end of base64 that was wrapped there
 */
export function isRestOf(before: string, line: string): boolean {
  const rest = line.trim();
  if (before.length < 40 || before.length % 4 !== 0 || !/^[\w+/-]+$/.test(before)) return false;
  const isWrapped = (before.length === 64 || before.length === 76) && hasBothCases(before);
  if (!isWrapped && !mixes(before)) return false;
  if (rest.length > before.length || !/^[\w+/-]+={0,2}$/.test(rest)) return false;
  // The two alphabets differ in two characters; names have a _, which only that for URLs has.
  if (/[_-]/.test(rest) && !/[_-]/.test(before)) return false;
  if (!rest.endsWith('=')) return mixes(rest) || (isWrapped && rest.length % 4 === 0 && hasBothCases(rest));
  return rest.length % 4 === 0 && (isWrapped || mixes(rest));
}

const hasBothCases = (text: string) => /[A-Z]/.test(text) && /[a-z]/.test(text);
