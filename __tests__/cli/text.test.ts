import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffLines, hunksOf } from '../../src/cli/line-diff.ts';
import { columnsOf, plainText, type Span, styled, table, wrap, wrapSpans } from '../../src/cli/text.ts';

describe('wrap', () => {
  it('breaks at blanks, with an indent, and words where it has to', () => {
    expect(wrap('one two three', 7)).toEqual(['one two', 'three']);
    expect(wrap('  a bb ccc', 6, 4)).toEqual(['  a bb', '    cc', '    c']);
    expect(wrap('abcdefgh', 3)).toEqual(['abc', 'def', 'gh']);
    expect(wrap('one two', Number.POSITIVE_INFINITY)).toEqual(['one two']);
    expect(wrap('', 10)).toEqual(['']);
  });

  it('counts wide characters as two columns', () => {
    expect(columnsOf('設定a')).toBe(5);
    expect(wrap('設定設定', 5)).toEqual(['設定', '設定']);
  });

  const line = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '設', '-'), maxLength: 80 });
  const width = fc.integer({ min: 12, max: 60 });

  it('keeps every line within the width, and every character', () => {
    fc.assert(
      fc.property(line, width, fc.integer({ min: 0, max: 8 }), (text, columns, indent) => {
        const lines = wrap(text, columns, indent);
        expect(lines.every((one) => columnsOf(one.trimEnd()) <= columns)).toBe(true);
        expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
      }),
    );
  });

  it('breaks styled pieces as it breaks their text', () => {
    const spans = fc.array(
      fc.oneof(
        line,
        line.map((text): Span => styled('green', text)),
      ),
      { maxLength: 5 },
    );
    fc.assert(
      fc.property(spans, width, (pieces, columns) => {
        const lines = wrapSpans(pieces, columns, 2).map(plainText);
        expect(lines).toEqual(wrap(plainText(pieces), columns, 2));
      }),
    );
  });
});

it('a table has its numbers to the right', () => {
  expect(
    table([
      ['', 'create', 'update'],
      ['secret', '1', '10'],
    ]),
  ).toEqual(['        create  update', 'secret       1      10']);
});

describe('a comparison of lines', () => {
  const text = fc
    .array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 12 })
    .map((lines) => lines.map((one) => `${one}\n`).join(''));

  it('gives both texts back', () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        const lines = diffLines(before, after);
        const of = (sign: string) =>
          lines.filter((line) => line.sign === ' ' || line.sign === sign).map((line) => `${line.text}\n`);
        expect(of('-').join('')).toBe(before);
        expect(of('+').join('')).toBe(after);
      }),
    );
  });

  it('shows what changed with a little around it', () => {
    const before = Array.from({ length: 20 }, (_, index) => `${index}\n`).join('');
    const lines = hunksOf(diffLines(before, before.replace('10\n', 'x\n')));
    expect(lines.map(({ sign, text: shown }) => sign + shown)).toEqual([
      ' 8',
      ' 9',
      '-10',
      '+x',
      ' 11',
      ' 12',
      ' …',
    ]);
  });
});
