import fc from 'fast-check';
import { expect, it } from 'vitest';
import { canonicalJson } from '../../src/settings/canonical-lifecycle.ts';

it.each<[unknown, string]>([
  [{ b: 1, a: 2 }, '{"a":2,"b":1}'],
  [{ a: { d: [1, { z: 1, y: 2 }], c: null } }, '{"a":{"c":null,"d":[1,{"y":2,"z":1}]}}'],
  [[3, 1, 2], '[3,1,2]'],
  ['a"b', '"a\\"b"'],
  [null, 'null'],
  [{ 10: 'a', 9: 'b' }, '{"10":"a","9":"b"}'],
  [JSON.parse('{"__proto__":1,"a":2}'), '{"__proto__":1,"a":2}'],
])('%j', (value, text) => {
  expect(canonicalJson(value)).toBe(text);
});

it('is another text for another document', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
      const [left, right] = [JSON.parse(JSON.stringify(a)), JSON.parse(JSON.stringify(b))];
      let isEqual = true;
      try {
        expect(left).toEqual(right);
      } catch {
        isEqual = false;
      }
      expect(canonicalJson(left) === canonicalJson(right)).toBe(isEqual);
    }),
  );
});
