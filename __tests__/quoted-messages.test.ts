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

/** @returns each run of three or more lower-case words, up to a command */
function proseIn(text: string): string[] {
  const runs = text.match(/(?<![\w$./:@-])[a-z]+(?: [a-z]+)+(?![\w/:=-]|\.\w)/g) ?? [];
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

/** Files that still quote messages, with the number of quotes. It only shrinks: a lower number goes here at once. */
const REMAINING: Readonly<Record<string, number>> = {
  'action/adopt.test.ts': 3,
  'action/approval.test.ts': 6,
  'action/auth0.test.ts': 11,
  'action/destroy.test.ts': 3,
  'action/drift-issue.test.ts': 2,
  'action/ending.test.ts': 1,
  'action/hand-off.test.ts': 3,
  'action/image.test.ts': 3,
  'action/move.test.ts': 3,
  'action/prune.test.ts': 3,
  'action/running-costs.test.ts': 1,
  'action/scenarios-errors.test.ts': 4,
  'action/scenarios-modes.test.ts': 3,
  'action/scenarios-secrets.test.ts': 3,
  'action/scenarios-values.test.ts': 4,
  'action/scenarios.test.ts': 2,
  'action/unread.test.ts': 2,
  'action/unreported.test.ts': 7,
  'clients/error-causes.test.ts': 1,
  'clients/errors.test.ts': 2,
  'clients/github.test.ts': 1,
  'desired/classify.test.ts': 1,
  'desired/contained-secret.test.ts': 1,
  'desired/desired.test.ts': 1,
  'desired/idle-settings.test.ts': 1,
  'desired/routing.test.ts': 2,
  'plan/apply.test.ts': 1,
  'plan/destroy.test.ts': 1,
  'plan/plan.test.ts': 2,
  'plan/policy.test.ts': 2,
  'refusals/bundle.test.ts': 2,
  'registry/answers.test.ts': 11,
  'registry/engine.test.ts': 19,
  'registry/image.test.ts': 4,
  'registry/pure.test.ts': 2,
  'registry/push.test.ts': 8,
  'registry/real.test.ts': 1,
  'registry/sources.test.ts': 14,
  'resources/auth0-application.test.ts': 2,
  'resources/contract.test.ts': 4,
  'resources/parameter.test.ts': 3,
  'resources/race.test.ts': 2,
  'resources/repository.test.ts': 1,
  'resources/secret-bundle.test.ts': 8,
  'resources/secret-settling.test.ts': 6,
  'settings/auth0-inputs.test.ts': 1,
  'settings/auth0.test.ts': 1,
  'settings/dotenv.test.ts': 3,
  'settings/input-names.test.ts': 1,
  'settings/inputs.test.ts': 2,
  'settings/lifecycle.test.ts': 1,
  'settings/limits.test.ts': 4,
  'settings/masks.test.ts': 1,
  'settings/parse.test.ts': 3,
  'settings/settings.test.ts': 4,
  'settings/variables.test.ts': 1,
};

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
  const added = quotes.filter(([path, { length }]) => length > (REMAINING[path] ?? 0));
  expect(Object.fromEntries(added)).toEqual({});
});
