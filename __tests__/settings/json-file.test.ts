import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { placeOfKey, syntaxFault } from '../../src/settings/json-file.ts';
import { runs } from '../sample.ts';

const isJson = (text: string) => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

describe('where a text stops being JSON', () => {
  it('is nowhere where JSON.parse takes it, and somewhere where it does not', () => {
    const document = fc
      .tuple(fc.json({ maxDepth: 3 }), fc.constantFrom(undefined, 2, '\t'))
      .map(([text, indent]) => JSON.stringify(JSON.parse(text), null, indent));
    const changed = fc
      .tuple(
        document,
        fc.nat(),
        fc.constantFrom('', ',', '"', '{', ']', ' ', '0', '-', '.', '\\', '\n', '\u0085'),
      )
      .map(([text, place, sign]) => {
        const at = place % (text.length + 1);
        return text.slice(0, at) + sign + text.slice(at + (place % 2));
      });
    fc.assert(
      fc.property(fc.oneof(document, changed, fc.string()), (text) => {
        expect(syntaxFault(text) === undefined).toBe(isJson(text));
      }),
      { numRuns: runs(500) },
    );
  });

  it.each([
    ['{\n  "a": 1,\n}', 'line 2, column 9'],
    ['[1, 2,]', 'line 1, column 6'],
    ['{\r\n"a": /* x */ 1}', 'line 2, column 6'],
    ['{"a": 1} x', 'line 1, column 10'],
    ['{"a": "b', 'line 1, column 7'],
    ['{"a": [', 'line 1, column 8'],
    [`${'['.repeat(50_000)}x`, 'line 1, column 50001'],
  ])('%j: %s', (text, place) => {
    expect(syntaxFault(text)).toContain(place);
  });
});

it.each([
  ['{"a": 1,\n "b": {"c": 2}}', 'b', 'line 2, column 2'],
  ['{"a": 1,\n "b": {"c": 2}}', 'c', 'line 2, column 8'],
  ['{"a": {"b": {"c": 2}}}', 'c', undefined],
])('%s: %s is at %s', (text, key, place) => {
  expect(placeOfKey(text, key)).toBe(place);
});
