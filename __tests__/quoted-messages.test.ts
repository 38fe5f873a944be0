/** Tests assert codes, keys and effects: a matcher quotes no message, so that a message can be rewritten alone. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it, test } from 'vitest';

const ROOT = import.meta.dirname;
/** Here the text is the product: reports, and what documents say. */
const TEXTUAL = /^(?:report\/|(?:docs|prose|readme)[^/]*\.test\.ts$|cli\/(?:docs|readme|text)\.test\.ts$)/;
const MATCHER = /\b(?:toContain|toMatch|toThrow|toThrowError|stringContaining|stringMatching)\(/g;
/** Commands are keys: a message must give them to be pasted. */
const COMMANDS = ['aws', 'cd', 'docker', 'gh', 'git', 'npm', 'npx', 'terraform'];

const TEXTS: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.StringLiteral,
  ts.SyntaxKind.NoSubstitutionTemplateLiteral,
  ts.SyntaxKind.TemplateHead,
  ts.SyntaxKind.TemplateMiddle,
  ts.SyntaxKind.TemplateTail,
]);
/** What ends an operand: a slash behind it divides, any other begins a pattern. */
const ENDS: ReadonlySet<ts.SyntaxKind> = new Set([
  ...TEXTS,
  ts.SyntaxKind.Identifier,
  ts.SyntaxKind.NumericLiteral,
  ts.SyntaxKind.RegularExpressionLiteral,
  ts.SyntaxKind.CloseParenToken,
  ts.SyntaxKind.CloseBracketToken,
  ts.SyntaxKind.CloseBraceToken,
]);

/** @returns the text of a pattern without its slashes, escapes and flags */
const patternText = (source: string) =>
  source
    .slice(1, source.lastIndexOf('/'))
    .replace(/\\s[+*]?/g, ' ')
    .replace(/\\(?=\W)/g, '');

/** @returns the texts and patterns between the parenthesis at `start` and the one that closes it */
function literalsAt(text: string, start: number): string[] {
  const scanner = ts.createScanner(ts.ScriptTarget.Latest, true, ts.LanguageVariant.Standard, text);
  scanner.resetTokenState(start);
  const found: string[] = [];
  const open: ts.SyntaxKind[] = [];
  let isOperand = true;
  do {
    let token = scanner.scan();
    if (token === ts.SyntaxKind.SlashToken && isOperand) token = scanner.reScanSlashToken();
    if (token === ts.SyntaxKind.CloseBraceToken && open.at(-1) === ts.SyntaxKind.TemplateHead)
      token = scanner.reScanTemplateToken(false);
    if (token === ts.SyntaxKind.EndOfFileToken) break;
    if (token === ts.SyntaxKind.RegularExpressionLiteral) found.push(patternText(scanner.getTokenText()));
    else if (TEXTS.has(token)) found.push(scanner.getTokenValue());
    if (
      token === ts.SyntaxKind.OpenParenToken ||
      token === ts.SyntaxKind.OpenBraceToken ||
      token === ts.SyntaxKind.TemplateHead
    )
      open.push(token);
    else if (
      token === ts.SyntaxKind.CloseParenToken ||
      token === ts.SyntaxKind.CloseBraceToken ||
      token === ts.SyntaxKind.TemplateTail
    )
      open.pop();
    isOperand = !ENDS.has(token);
  } while (open.length > 0);
  return found;
}

/** Where a value comes from, which a message must name. */
const PLACE = /\b(?:input [a-z-]+|file) line\b/g;

/** @returns each run of three or more lower-case words, up to a command */
function proseIn(text: string): string[] {
  const runs =
    text
      .replace(/\\b/g, '')
      .replace(PLACE, '…')
      .match(/(?<![\w$./:@-])[a-z]+(?: [a-z]+)+(?![\w/:=-]|\.\w)/g) ?? [];
  return runs
    .map((run) => {
      const words = run.split(' ');
      const command = words.findIndex((word) => COMMANDS.includes(word));
      return command < 0 ? words : words.slice(0, command);
    })
    .filter((words) => words.length >= 3)
    .map((words) => words.join(' '));
}

/** @returns `line: words` of each message that a matcher of the file quotes */
function quotesIn(source: string): string[] {
  return [...source.matchAll(MATCHER)].flatMap(({ index, 0: { length } }) =>
    literalsAt(source, index + length - 1)
      .flatMap(proseIn)
      .map((words) => `${source.slice(0, index).split('\n').length}: ${words}`),
  );
}

describe('a quoted message', () => {
  test.each<[source: string, found: string[]]>([
    [`expect(a).toContain('the role is missing');`, ['1: the role is missing']],
    [`\nexpect(a).toThrow(/is\\s+not allowed/);`, ['2: is not allowed']],
    [`expect(a).toEqual(expect.stringMatching(\n/a b c/))`, ['1: a b c']],
    [
      'expect(a).toMatch(`x: $\u007bb("in here too")} one two three`)',
      ['1: in here too', '1: one two three'],
    ],
    [`expect(a).toContain("the 'key' is")`, []],
    [`expect(a).toMatch(/input env-file line 3/)`, []],
    [`expect(a).toContain('run aws sso login --profile sso')`, []],
    [`expect(a).toContain('/one two/'); b('three more words')`, []],
    [`expect(a).toBe('the whole text')`, []],
    [`expect(a).toContain('secret/db: two words')`, []],
  ])('%j: %j', (source, found) => {
    expect(quotesIn(source)).toEqual(found);
  });
});

it('no matcher quotes a message', () => {
  const paths = readdirSync(ROOT, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.ts') && !TEXTUAL.test(path) && path !== 'quoted-messages.test.ts');
  expect(paths.length).toBeGreaterThan(250);
  const quotes = paths.map((path) => [path, quotesIn(readFileSync(join(ROOT, path), 'utf8'))] as const);
  expect(Object.fromEntries(quotes.filter(([, { length }]) => length > 0))).toEqual({});
});
