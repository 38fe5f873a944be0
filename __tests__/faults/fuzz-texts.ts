import fc from 'fast-check';
import { expect, vi } from 'vitest';
import { reasonOf } from '../../src/failure.ts';
import { errorText } from '../../src/report/failure.ts';
import { IS_NIGHTLY } from './part.ts';

/** How often a reader is asked: every day the same cases, so that a change alone makes one fail; where FAULTS is `all`, others each time. */
export const RUNS = IS_NIGHTLY ? { numRuns: 10_000 } : { numRuns: 300, seed: 20 };

// All cases of a reader are one test.
if (IS_NIGHTLY) vi.setConfig({ testTimeout: 900_000 });

/** No case takes longer, whatever it reads and whatever else the machine does: what is quadratic takes minutes. */
export const MOST_MS = 10_000;

/** Is in every value, and may be in nothing that is reported. */
export const CANARY = 'zQ7vX2Kp9LmT4wRb8NcY';

/** What readers trip over: grammar, borders of numbers and of Unicode, what ends lines, what is nothing. */
const PIECES = [
  '',
  ' ',
  '\t',
  '\n',
  '\r',
  '\r\n',
  '\n\n',
  '\0',
  '\u0001',
  '\u001b[31m',
  '\u0085',
  '\u00a0',
  '\u2028',
  '\u202e',
  '\ufeff',
  '\ufffe',
  '\ud800',
  'é́́́',
  '𝒜',
  '"',
  "'",
  '`',
  '\\',
  '\\u0000',
  '\\ud800',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '#',
  '=',
  '&a ',
  '*a',
  '!!binary ',
  '<<: ',
  '---\n',
  '? ',
  '| ',
  '%',
  '$X',
  '\u0024{X}',
  '::error::',
  '##[error]',
  '../',
  '/',
  '-0',
  '0x1F',
  '1e999',
  '-1',
  '9007199254740993',
  '99999999999999999999999999',
  '.nan',
  'null',
  'true',
  '[]',
  '{}',
  '""',
  '__proto__',
  'constructor',
  'toString',
  '"__proto__":{},',
  'sha256:',
] as const;

const piece = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...PIECES) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 6 }) },
  { weight: 1, arbitrary: fc.constantFrom('[', '{"a":', '{', '(', '- ').map((sign) => sign.repeat(2000)) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('a', '9', '"', '\\', ' ', '\n', '*').map((sign) => sign.repeat(9000)),
  },
);

const edit = fc.record({
  how: fc.constantFrom('insert', 'replace', 'delete', 'repeat', 'cut', 'ends'),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.integer({ min: 1, max: 40 }),
  piece,
});

/** @returns texts near to one of those given, which are right */
export function nearlyRight(...texts: readonly string[]): fc.Arbitrary<string> {
  return fc
    .tuple(fc.constantFrom(...texts), fc.array(edit, { maxLength: 4 }))
    .map(([text, edits]) => edits.reduce(applied, text));
}

type Edit = typeof edit extends fc.Arbitrary<infer E> ? E : never;

function applied(text: string, { how, at, length, piece }: Edit): string {
  const start = Math.floor(at * text.length);
  const [before, part, behind] = [
    text.slice(0, start),
    text.slice(start, start + length),
    text.slice(start + length),
  ];
  if (how === 'insert') return before + piece + part + behind;
  if (how === 'replace') return before + piece + behind;
  if (how === 'delete') return before + behind;
  if (how === 'repeat') return before + part + part + behind;
  if (how === 'cut') return before;
  return text.replace(/\n/g, piece.length < 4 ? `${piece}\n` : '\r');
}

/** JSON values of every kind and depth, for the place of any other. */
export const anyJson: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue({ maxDepth: 3, noUnicodeString: false }),
  fc.constantFrom(-1, 1e308, 2 ** 53, 0.5, CANARY, [CANARY], { [CANARY]: CANARY }, '', 'sha256:0', [[[[]]]], {
    toString: null,
    valueOf: 1,
  }),
);

/** @returns documents like the one given in which some values, wherever they are, are others */
export function reshaped(document: unknown): fc.Arbitrary<unknown> {
  const paths = pathsIn(document);
  return fc
    .array(fc.tuple(fc.constantFrom(...paths), fc.option(anyJson, { nil: undefined })), {
      minLength: 1,
      maxLength: 3,
    })
    .map((changes) => changes.reduce((made, [path, value]) => withValue(made, path, value), document));
}

type Path = readonly string[];

function pathsIn(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, inner]) => pathsIn(inner, [...path, key]))];
}

function withValue(document: unknown, [key, ...rest]: Path, value: unknown): unknown {
  if (key === undefined || typeof document !== 'object' || document === null) return value;
  const inner = withValue((document as Record<string, unknown>)[key], rest, value);
  if (!Array.isArray(document)) return { ...document, [key]: inner };
  return document.map((item, index) => (String(index) === key ? inner : item));
}

/** Runs one case and looks at the time that this process worked: on a busy machine it also waits. */
export async function inTime<T>(work: () => T): Promise<Awaited<T>> {
  const began = performance.now();
  const before = process.cpuUsage();
  try {
    return await work();
  } finally {
    const { user, system } = process.cpuUsage(before);
    expect(Math.min(performance.now() - began, (user + system) / 1000)).toBeLessThan(MOST_MS);
  }
}

/** @param isOurs whether it is an error that its reader promises */
export function expectOurs(error: unknown, isOurs: (error: unknown) => boolean): void {
  if (!isOurs(error)) throw new Error('an error that is none of ours', { cause: error });
  expectHarmless([error instanceof Error ? error.message : String(error)]);
}

/** An error that ends a run, which is no `internal` one. */
export function isReported(error: unknown): boolean {
  if (reasonOf(error) === 'internal') return false;
  expectHarmless([errorText(error)]);
  return true;
}

/** Of what is reported nothing is a value, and nothing a stack. */
export function expectHarmless(reported: readonly unknown[]): void {
  const text = JSON.stringify(reported);
  expect(text).not.toContain(CANARY);
  expect(text).not.toMatch(/\\n\s+at .*:\d+/);
}
