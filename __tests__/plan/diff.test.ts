import { describe, expect, it } from 'vitest';
import { ABSENT, type Field, type Fields } from '../../src/model/fields.ts';
import { diff } from '../../src/plan/diff.ts';

const none = new Set<string>();

describe('a difference', () => {
  it.each<
    [
      what: string,
      desired: Fields,
      observed: Fields,
      closed: string[],
      unknown: string[],
      differences: [string, Field, Field][],
    ]
  >([
    ['nothing', {}, {}, [], [], []],
    ['the same', { a: 1 }, { a: 1 }, [], [], []],
    ['another value', { a: 1 }, { a: 2 }, [], [], [['a', 2, 1]]],
    ['a missing field', { a: 1 }, {}, [], [], [['a', ABSENT, 1]]],
    ['an undefined one that exists', { a: 1 }, { a: undefined }, [], [], [['a', ABSENT, 1]]],
    ['what is not managed', { a: undefined }, { a: 2 }, [], [], []],
    ['what is not configured', {}, { a: 2 }, [], [], []],
    ['what shall go', { a: ABSENT }, { a: 2 }, [], [], [['a', 2, ABSENT]]],
    ['what shall go and is gone', { a: ABSENT }, {}, [], [], []],
    ['an unknown value', { a: 1 }, { a: 2 }, [], ['a'], []],
    [
      'an exact one',
      { 'key:a': '1' },
      { 'key:a': '1', 'key:b': '2' },
      ['key:'],
      [],
      [['key:b', '2', ABSENT]],
    ],
    ['an open collection', { 'key:a': '1' }, { 'key:a': '1', 'key:b': '2' }, [], [], []],
    ['a closed one beside others', {}, { 'tag:b': '2', 'key-id': 'x' }, ['key:'], [], []],
    ['an unknown one of a closed collection', {}, { 'key:b': '2' }, ['key:'], ['key:b'], []],
    [
      'one that is not managed',
      { 'key:b': undefined },
      { 'key:b': '2' },
      ['key:'],
      [],
      [['key:b', '2', ABSENT]],
    ],
    [
      'words of JavaScript',
      { constructor: 'x', toString: 'y' },
      {},
      [],
      [],
      [
        ['constructor', ABSENT, 'x'],
        ['toString', ABSENT, 'y'],
      ],
    ],
    ['key ids of one key', { 'key-id': 'arn:aws:kms:us-west-2:1:key/k' }, { 'key-id': 'k' }, [], [], []],
    ['an alias and an id', { 'key-id': 'alias/a' }, { 'key-id': 'k' }, [], [], []],
    [
      'two aliases',
      { 'key-id': 'alias/a' },
      { 'key-id': 'alias/b' },
      [],
      [],
      [['key-id', 'alias/b', 'alias/a']],
    ],
    ['no key', { 'key-id': 'alias/a' }, {}, [], [], [['key-id', ABSENT, 'alias/a']]],
    ['the tier that AWS chose', { tier: 'Intelligent-Tiering' }, { tier: 'Standard' }, [], [], []],
    ['no tier yet', { tier: 'Intelligent-Tiering' }, {}, [], [], [['tier', ABSENT, 'Intelligent-Tiering']]],
    ['another tier', { tier: 'Advanced' }, { tier: 'Standard' }, [], [], [['tier', 'Standard', 'Advanced']]],
  ])('%s', (_what, desired, observed, closed, unknown, differences) => {
    expect(
      diff('AWS::SSM::Parameter', desired, observed, new Set(closed), new Set(unknown)).map(
        ({ field, from, to }) => [field, from, to],
      ),
    ).toEqual(differences);
  });

  it('comes in the order of the desired fields', () => {
    expect(
      diff('AWS::SSM::Parameter', { b: 1, a: 1 }, { c: 1 }, new Set(['c']), none).map(({ field }) => field),
    ).toEqual(['b', 'a', 'c']);
  });
});
