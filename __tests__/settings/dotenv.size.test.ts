import { describe, expect, it } from 'vitest';
import { type LineNote, readDotenv } from '../../src/settings/dotenv.ts';

/** What the reader has to tell, short: `fault 3 KEY closing quote`. */
function tell(text: string): string[] {
  const { faults, warnings } = readDotenv(text);
  const show = (kind: string) => (note: LineNote) => [kind, note.line, note.key ?? '-', note.text].join(' ');
  return [...faults.map(show('fault')), ...warnings.map(show('warning'))];
}

function pairs(text: string): [string, string][] {
  return readDotenv(text).entries.map(({ key, value }) => [key, value]);
}

// A reader that backtracks takes minutes here, and the test run its time limit.
describe('readDotenv, given a megabyte', () => {
  const many = (text: string) => text.repeat(2 ** 20 / text.length);

  it('keeps it, where it is a value', () => {
    expect(pairs(`A='${many('"')}'`)).toEqual([['A', many('"')]]);
    expect(pairs(`A='${many('\\')}.'`)).toEqual([['A', `${many('\\')}.`]]);
    expect(pairs(`A="${many('#')}"`)).toEqual([['A', many('#')]]);
    expect(pairs(`A="${many(' ')}"`)).toEqual([['A', many(' ')]]);
    expect(pairs(`A="${many('\n')}"`)).toEqual([['A', many('\n')]]);
    expect(pairs(`A="${many('\\"')}."`)).toEqual([['A', `${many('\\"')}.`]]);
    expect(pairs(`A=${many(' ')}b${many(' ')}# c`)).toEqual([['A', 'b']]);
  });

  it('refuses it, where it is no line', () => {
    expect(tell(many('"')).length).toBe(1);
    expect(tell(`A=${many('"')}"`)).toEqual([expect.stringMatching(/^fault 1 A text follows/)]);
    expect(tell(`A="${many('\\"')}`)).toEqual([expect.stringMatching(/^fault 1 A the backslash/)]);
    expect(tell(`A='${many('\n')}`)).toEqual([expect.stringMatching(/^fault 1 A .*never closed/)]);
    expect(tell(`A${many(' ')}b`)).toEqual([expect.stringMatching(/^fault 1 - .*no =/)]);
  });
});
