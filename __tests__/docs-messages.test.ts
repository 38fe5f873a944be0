// docs/troubleshooting.md is searched by the words of an error: each message that it lists is one that the code prints.
import { readdirSync, readFileSync } from 'node:fs';
import ts from 'typescript';
import { expect, test } from 'vitest';

const ROOT = new URL('..', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, ROOT), 'utf8');

/** What a text can look like: its parts, between which values are filled in. */
type Parts = readonly string[];

/** @returns the parts of a string, a template or a sum of these; undefined where it is none */
function partsOf(node: ts.Expression): Parts | undefined {
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isParenthesizedExpression(node)) return partsOf(node.expression);
  if (ts.isTemplateExpression(node))
    return [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)];
  if (!ts.isBinaryExpression(node) || node.operatorToken.kind !== ts.SyntaxKind.PlusToken) return undefined;
  const [left, right] = [partsOf(node.left), partsOf(node.right)];
  if (left === undefined && right === undefined) return undefined;
  const [before, after] = [left ?? ['', ''], right ?? ['', '']];
  return [...before.slice(0, -1), `${before.at(-1)}${after[0]}`, ...after.slice(1)];
}

/** Every text of a source file. */
function textsOf(name: string): Parts[] {
  const texts: Parts[] = [];
  const visit = (node: ts.Node): void => {
    const parts = ts.isExpression(node) ? partsOf(node) : undefined;
    if (parts !== undefined) texts.push(parts);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(name, read(name), ts.ScriptTarget.Latest, true));
  return texts;
}

const sources = readdirSync(new URL('src', ROOT), { recursive: true, encoding: 'utf8' })
  .map((name) => `src/${name.replaceAll('\\', '/')}`)
  .filter((name) => name.endsWith('.ts') && !name.startsWith('src/cli/'));
const texts = sources.flatMap(textsOf);

/** Whether the pieces of a message come in this order, each within one part of the text: between parts a value is filled in. */
function isIn(pieces: readonly string[], parts: Parts): boolean {
  let part = 0;
  let from = 0;
  for (const piece of pieces) {
    let at = -1;
    for (; part < parts.length; part++, from = 0) {
      at = (parts[part] ?? '').indexOf(piece, from);
      if (at >= 0) break;
    }
    if (at < 0) return false;
    from = at + piece.length;
  }
  return true;
}
const isPrinted = (message: string) => {
  const pieces = message
    .split('…')
    .map((piece) => piece.trim())
    .filter((piece) => piece !== '');
  return texts.some((parts) => isIn(pieces, parts));
};

/** A list item that begins with code is a message, and so is all code before the first sentence. */
const messages = [...read('docs/troubleshooting.md').matchAll(/^- ((?:`[^`]+`(?:, )?)+)/gm)].flatMap(
  ([, listed = '']) => [...listed.matchAll(/`([^`]+)`/g)].map(([, message = '']) => message),
);

test('each message of docs/troubleshooting.md is one of the code', () => {
  expect(messages.length).toBeGreaterThan(50);
  expect(messages.filter((message) => !isPrinted(message))).toEqual([]);
  expect(isPrinted('there are no AWS credentials at all')).toBe(false);
  expect(isPrinted('in the list … the credentials are of the account')).toBe(false);
});

test('no message is listed twice, and each is long enough to be found', () => {
  expect(messages.filter((message, at) => messages.indexOf(message) !== at)).toEqual([]);
  expect(messages.filter((message) => message.length < 12)).toEqual([]);
});
