/*
 * A `.env` whose line breaks were lost, by YAML's `>`, by a shell's unquoted `echo $ENV > .env`, or as `\n` of JSON:
 * its first variable would hold all the others, secrets among them.
 */

export const LOST_TEXT =
  'this value contains another NAME=, so line breaks were probably lost: keep them (in YAML "|" instead of ">"; in a shell quotes, as in echo "$ENV"; no \\n in place of a line break). If all of it is one value, put it into quotes';

export const LOST_COMMENT_TEXT =
  'this comment contains NAME=, and no variable is beside it, so line breaks were probably lost: keep them (in YAML "|" instead of ">"; in a shell quotes, as in echo "$ENV"; no \\n in place of a line break)';

export const DOUBTFUL_COMMENT_TEXT =
  'this comment contains several NAME=, which are not read; if line breaks were lost, keep them (in YAML "|" instead of ">")';

// White space before the name is what YAML and a shell put in place of a line break. Only names in capitals, with `__`,
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

/** How a line parts its name from its value. */
export type Separator = keyof typeof ASSIGNMENTS;

/** @returns whether further assignments stand in an unquoted value; `raw` is all that follows the separator. */
export function holdsAssignment(raw: string, separator: Separator): boolean {
  // A value that itself is an assignment (`RUN=NODE_ENV=production node`) begins right behind the separator.
  const first = /^\S*/.exec(raw)?.[0].replace(/\\[nr].*$/s, '') ?? '';
  return ASSIGNMENTS[separator].test(raw.slice(first.length));
}

/** @returns names of the assignments that stand in a comment, but not that of a line which was commented out. */
export function namesInComment(comment: string): string[] {
  const text = comment.replace(/^[#\s]+(?:export\s+)?(?:[A-Za-z_]\w*\s*=)?/, ' ');
  const pattern = new RegExp(String.raw`(?:\s|\\[nr])(?:export\s+)?(${NEXT_NAME})\s*=`, 'g');
  return [...new Set([...text.matchAll(pattern)].map(([, name = '']) => name))];
}
