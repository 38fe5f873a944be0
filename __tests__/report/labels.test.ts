import { describe, expect, it } from 'vitest';
import { ABSENT, type Field, textOf } from '../../src/model/fields.ts';
import { isUnread } from '../../src/plan/plan-properties.ts';
import { differenceText } from '../../src/report/labels.ts';
import { Secret } from '../../src/secret.ts';

it.each<[Field, string | undefined]>([
  ['a', 'a'],
  ['', ''],
  [7, '7'],
  [false, 'false'],
  [new Secret('canary'), '***'],
  [ABSENT, undefined],
  [undefined, undefined],
])('%o as text', (field, text) => {
  expect(textOf(field)).toBe(text);
});

describe('a difference in words', () => {
  it.each<[from: Field, to: Field, text: string]>([
    [1, 7, 'f: <1> → <7>'],
    [ABSENT, 'a', 'f: missing → <a>'],
    ['a', ABSENT, 'f: <a> taken out'],
    [new Secret('x'), new Secret('y'), 'f: another value'],
    [new Secret('x'), ABSENT, 'f: <***> taken out'],
    [ABSENT, new Secret('y'), 'f: missing'],
    ['x', new Secret('y'), 'f: <x> → <***>'],
    ['', 'a', 'f: <> → <a>'],
  ])('%o → %o', (from, to, text) => {
    expect(differenceText({ field: 'f', from, to }, (shown) => `<${shown}>`)).toBe(text);
  });
});

describe('of a value that could not be read', () => {
  const difference = { field: 'key:password', from: ABSENT, to: new Secret('x') } as const;
  const observed = (metadata: object) => ({ name: 'papyrus/prd/db', fields: {}, metadata });

  it.each([
    ['the role may not read it', { unread: true }],
    ['it is scheduled for deletion', { scheduledForDeletion: true }],
    ['it is no JSON object', { unusable: 'it holds no JSON object' }],
  ])('it is not said that it is missing: %s', (_why, metadata) => {
    expect(differenceText(difference, String, observed(metadata))).toBe('key:password: not read');
    expect(isUnread('tag:project', observed(metadata))).toBe(false);
  });

  it('one that was read is missing', () => {
    expect(differenceText(difference, String, observed({}))).toBe('key:password: missing');
    expect(isUnread('value', undefined)).toBe(false);
  });
});
