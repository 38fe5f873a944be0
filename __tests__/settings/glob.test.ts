import fc from 'fast-check';
import picomatch from 'picomatch';
import { describe, expect, it } from 'vitest';
import { globReader } from '../../src/settings/glob.ts';
import { readPatterns } from '../../src/settings/rules.ts';
import { runs } from '../sample.ts';

const glob = globReader(1_000_000);
const matches = (pattern: string, name: string) => glob(pattern)(name);

describe('a pattern matches', () => {
  it.each<[pattern: string, names: string[], others: string[]]>([
    ['PORT', ['PORT'], ['PORTS', 'APORT', 'port', '']],
    ['STRIPE_*', ['STRIPE_', 'STRIPE_KEY', 'STRIPE_A_B'], ['STRIPE', 'MY_STRIPE_KEY']],
    ['*_KEY', ['A_KEY', '_KEY', '_KEY_KEY'], ['A_KEYS']],
    ['A*B*C', ['ABC', 'AxBxC', 'ABCBC'], ['ACB', 'ABCD']],
    ['*', ['', 'A', '.A', 'A/B'], []],
    ['**', ['', 'A/B'], []],
    ['A?', ['AB', 'A.'], ['A', 'ABC']],
    ['V[0-9]', ['V0', 'V9'], ['V', 'VA', 'V10']],
    ['V[!0-9]', ['VA'], ['V0', 'V']],
    ['V[^0-9]', ['VA'], ['V0']],
    ['[a-]', ['a', '-'], ['b']],
    ['[abc]X', ['aX', 'cX'], ['dX']],
    ['{DB,PG}_*', ['DB_A', 'PG_'], ['MY_A', '{DB']],
    ['A{,_B}', ['A', 'A_B'], ['AB']],
    ['{A,{B,C}_X}', ['A', 'B_X', 'C_X'], ['B', 'A_X']],
    ['a.b+c$d^e@f', ['a.b+c$d^e@f'], ['aXb+c$d^e@f']],
    ['A,B', ['A,B'], ['A']],
  ])('%s', (pattern, names, others) => {
    expect(names.filter((name) => !matches(pattern, name))).toEqual([]);
    expect(others.filter((name) => matches(pattern, name))).toEqual([]);
  });

  const letter = fc.constantFrom('A', 'B', 'C', '_', '1');
  const piece = fc.oneof(
    letter,
    letter,
    fc.constantFrom('*', '?', '[AB]', '[!AB]', '[A-C]', '[^_]', '{A,B}', '{AB,C_}', '{A*,[BC]}'),
  );
  const pattern = fc.array(piece, { minLength: 1, maxLength: 8 }).map((pieces) => pieces.join(''));
  const name = fc.array(letter, { minLength: 1, maxLength: 10 }).map((letters) => letters.join(''));

  it('what picomatch says it does, in the kind that both know', () => {
    fc.assert(
      fc.property(pattern, name, (written, given) => {
        const oracle = picomatch(written, { dot: true, bash: true, posix: true, strictBrackets: true });
        expect(matches(written, given)).toBe(oracle(given));
      }),
      { numRuns: runs(3000) },
    );
  });
});

describe('a pattern is refused', () => {
  it.each<[why: string, pattern: string, key: RegExp]>([
    ['an open bracket', 'A[B', /not closed/],
    ['an open bracket that is empty', 'A[', /not closed/],
    ['an empty bracket', 'A[]', /is empty/],
    ['a bracket that is not opened', 'A]', /a pattern/],
    ['a class with a name', '[[:alpha:]]', /ranges only/],
    ['a range that runs backwards', '[z-a]', /runs backwards/],
    ['an open brace', 'A{B,C', /not closed/],
    ['a brace that is not opened', 'A}', /not opened/],
    ['braces of one part', 'A{B}', /two parts/],
    ['braces of numbers', 'A{1..3}', /two parts/],
    ['a group', '*(A*)*(A*)B', /a pattern/],
    ['a group that is a choice', '@(A|B)', /a pattern/],
    ['an escape', 'A\\*', /a pattern/],
    ['a pattern turned around', '!A', /begin with "!"/],
    ['braces that come to too much', '{A,B}'.repeat(7), /more than 64 patterns/],
    ['braces in braces that are too many', '{{A,B}{A,B}{A,B},{C,D}{C,D}{C,D}}{A,B,C,D,E}', /more than 64/],
    ['too long a pattern', 'A'.repeat(257), /at most 256 characters/],
    ['far too long a pattern', '{'.repeat(60_000), /at most 256 characters/],
    ['deep braces', '{'.repeat(256), /not closed/],
  ])('%s', (_why, pattern, key) => {
    expect(() => glob(pattern)).toThrow(key);
  });

  it('where a file has too many', () => {
    const few = globReader(3);
    few('A');
    few('{B,C}');
    expect(() => few('D')).toThrow(/\b3 patterns/);
  });

  it('whatever is written, by an error of the input or not at all', () => {
    const written = fc.string({ unit: fc.constantFrom(...'AB*?[]{},!^-\\()|.'), maxLength: 40 });
    fc.assert(
      fc.property(written, (text) => {
        try {
          glob(text)('ABAB');
        } catch (error) {
          expect((error as Error).constructor.name).toBe('ParseError');
        }
      }),
      { numRuns: runs(5000) },
    );
  });
});

describe('a pattern that others take long for', () => {
  // The suite's own limit of time is what tells.
  it.each([
    ['stars and a letter that is not there', `${'*A'.repeat(127)}*B`, 'A'.repeat(100_000)],
    ['stars only', '*'.repeat(256), 'A'.repeat(1_000_000)],
    ['stars and any', `${'*?'.repeat(127)}B`, 'A'.repeat(100_000)],
    ['stars in braces', `${'{*A,*AA}'.repeat(6)}B`, 'A'.repeat(100_000)],
  ])('returns: %s', (_name, pattern, name) => {
    expect(matches(pattern, name)).toBe(/^\*+$/.test(pattern));
  });
});

describe('a list of patterns', () => {
  it.each<[given: unknown, patterns: string[]]>([
    ['A, B', ['A', 'B']],
    ['A\nB,', ['A', 'B']],
    [
      ['{A,B}_C, D', ' '],
      ['{A,B}_C', 'D'],
    ],
    [['{A,{B,C}}', '# no'], ['{A,{B,C}}']],
    ['{A,B', ['{A,B']],
    ['A},B', ['A}', 'B']],
    ['', []],
  ])('%j', (given, patterns) => {
    expect(readPatterns(given)).toEqual(patterns);
  });
});
