import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, canonicalLifecycle } from '../../src/settings/canonical-lifecycle.ts';

const rule = (rulePriority: number, selection: object = {}) => ({ rulePriority, selection });
const same = (a: unknown, b: unknown) => canonicalLifecycle(a) === canonicalLifecycle(b);

describe('two policies are the same', () => {
  it.each<[what: string, a: unknown, b: unknown, equal: boolean]>([
    ['in any order of their rules', { rules: [rule(10), rule(9)] }, { rules: [rule(9), rule(10)] }, true],
    [
      'by any spelling of their keys',
      { rules: [{ selection: { a: 1, b: 2 }, rulePriority: 1 }] },
      { rules: [{ rulePriority: 1, selection: { b: 2, a: 1 } }] },
      true,
    ],
    ['not with other priorities', { rules: [rule(1)] }, { rules: [rule(2)] }, false],
    [
      'not when priorities change places',
      { rules: [rule(1, { countNumber: 1 }), rule(2)] },
      { rules: [rule(2, { countNumber: 1 }), rule(1)] },
      false,
    ],
    ...['tagPrefixList', 'tagPatternList'].flatMap(
      (list): Array<[string, unknown, unknown, boolean]> => [
        [
          `in any order of ${list}`,
          { rules: [rule(1, { [list]: ['b', 'a', 'c'] })] },
          { rules: [rule(1, { [list]: ['c', 'b', 'a'] })] },
          true,
        ],
        [
          `with an empty ${list} and with none`,
          { rules: [rule(1, { [list]: [] })] },
          { rules: [rule(1)] },
          true,
        ],
        [
          `not with another ${list}`,
          { rules: [rule(1, { [list]: ['a'] })] },
          { rules: [rule(1, { [list]: ['b'] })] },
          false,
        ],
      ],
    ),
    [
      'with a storage class of ECR',
      { rules: [rule(1, { storageClass: 'standard' })] },
      { rules: [rule(1)] },
      true,
    ],
    [
      'not with another class',
      { rules: [rule(1, { storageClass: 'archive' })] },
      { rules: [rule(1)] },
      false,
    ],
    [
      'with the target that ECR fills in',
      { rules: [{ ...rule(1), action: { type: 'transition' } }] },
      { rules: [{ ...rule(1), action: { targetStorageClass: 'archive', type: 'transition' } }] },
      true,
    ],
    [
      'not with another action',
      { rules: [{ ...rule(1), action: { type: 'transition' } }] },
      { rules: [{ ...rule(1), action: { type: 'expire' } }] },
      false,
    ],
    ['not with other lists in another order', { other: [1, 2] }, { other: [2, 1] }, false],
  ])('%s', (_what, a, b, equal) => {
    expect(same(a, b)).toBe(equal);
  });
});

it.each<[what: string, policy: unknown, text: string]>([
  ['null', null, 'null'],
  ['a list', [2, 1], '[2,1]'],
  ['rules that are none', { rules: {} }, '{"rules":{}}'],
  ['no rule', { rules: [null, 'x', rule(1)] }, '{"rules":[{"rulePriority":1,"selection":{}},null,"x"]}'],
  [
    'a selection that is none, and lists that are none',
    { rules: [{ rulePriority: 2, selection: [] }, rule(1, { tagPrefixList: 'b' })] },
    '{"rules":[{"rulePriority":1,"selection":{"tagPrefixList":"b"}},{"rulePriority":2,"selection":[]}]}',
  ],
])('what is no policy is returned as it is: %s', (_what, policy, text) => {
  expect(canonicalLifecycle(policy)).toBe(text);
});

it('nothing of what was given is turned', () => {
  const policy = { rules: [rule(2, { tagPrefixList: ['b', 'a'] }), rule(1)] };
  const before = structuredClone(policy);
  canonicalLifecycle(policy);
  expect(policy).toEqual(before);
});

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
