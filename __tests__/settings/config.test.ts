import { describe, expect, it } from 'vitest';
import type * as z from 'zod';
import { readConfig, inWords as wordsOf } from '../../src/settings/config.ts';
import { Diagnostics, describe as inWords } from '../../src/settings/diagnostics.ts';

function read(yaml: string) {
  const notes = new Diagnostics();
  const file = readConfig(yaml, 'c.yml', notes);
  return { file, faults: notes.errors.map(inWords), notes };
}

describe('what is wrong is reported with its line', () => {
  it('does not grow a small file into a large one', () => {
    const lines = ['a: &a ["x","x"]'];
    for (let level = 1; level < 30; level++)
      lines.push(
        `${'b'.repeat(level)}: &b${level} [*${level === 1 ? 'a' : `b${level - 1}`}, *${level === 1 ? 'a' : `b${level - 1}`}]`,
      );
    const started = performance.now();
    expect(read(lines.join('\n')).file).toBeUndefined();
    // Thirty doublings would not end at all.
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});

describe('what is read', () => {
  it('is at the line of its value', () => {
    const { file } = read(
      'mode: plan\nrules:\n  - match: A\n    to: parameter\n  - match: B\n    to: ignore\n',
    );
    expect(file?.lineOf(['mode'])).toBe(1);
    expect(file?.lineOf(['rules', 1, 'to'])).toBe(6);
    expect(file?.lineOf(['rules', 1, 'key'])).toBe(5);
    expect(file?.lineOf(['nothing', 'there'])).toBeUndefined();
  });

  it('is text where it is in quotes', () => {
    expect(read('variables: { A: "007", B: "true", C: 5, D: true, E: no }').file?.config.variables).toEqual({
      A: '007',
      B: 'true',
      C: 5,
      D: true,
      E: 'no',
    });
  });

  it.each(['', '# only a comment\n', '---\n', '{}'])('is nothing in %j', (yaml) => {
    expect(read(yaml)).toMatchObject({ file: { config: {} }, faults: [] });
  });
});

it.each<[issue: z.core.$ZodIssue, key: string]>([
  [{ code: 'invalid_type', expected: 'date', input: 'canary', path: ['mode'], message: 'canary' }, 'a date'],
  [
    { code: 'custom', params: {}, input: 'canary', path: ['mode'], message: 'canary' },
    'docs/configuration.md',
  ],
])('an issue that the schema does not have today is reported without its own message: %o', (issue, key) => {
  expect(wordsOf(issue)).toContain(key);
  expect(wordsOf(issue)).not.toContain('canary');
});
