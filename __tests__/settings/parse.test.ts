import { describe, expect, it } from 'vitest';
import {
  each,
  ParseError,
  quoted,
  readBoolean,
  readChoice,
  readChoices,
  readList,
  readPairs,
  splitList,
} from '../../src/settings/parse.ts';

describe('a list', () => {
  it.each<[what: string, value: unknown, items: string[]]>([
    ['nothing', '', []],
    ['one', 'a', ['a']],
    ['commas', 'a, b,c', ['a', 'b', 'c']],
    ['lines', 'a\nb\r\nc\rd', ['a', 'b', 'c', 'd']],
    ['both', 'a, b\nc', ['a', 'b', 'c']],
    ['empty items', ',a,, \n,', ['a']],
    ['comment lines', '# no, nor this\na\n  # nor this\nb', ['a', 'b']],
    ['a # inside of an item', 'a#b', ['a#b']],
    ['a list of the file', ['a', 'b,c', ' d '], ['a', 'b', 'c', 'd']],
    ['what repeats itself', 'a,a', ['a', 'a']],
    ['one item that is commented out', '# a.env', []],
    ['a list of the file with a comment', ['# a b'], []],
  ])('%s', (_what, value, items) => {
    expect(readList(value)).toEqual(items);
  });

  it.each(['# the files a.env b.env', ' # a.env, b.env\n'])(
    'that became one comment is none: %j',
    (value) => {
      expect(() => readList(value)).toThrow(/line breaks/);
      expect(splitList(value)).toEqual([]);
    },
  );
});

describe('pairs', () => {
  it.each<[what: string, value: unknown, pairs: [string, string][]]>([
    ['nothing', '', []],
    ['one', 'a=b', [['a', 'b']]],
    ['a comma in the value', 'a=b,c', [['a', 'b,c']]],
    ['an = in the value', 'a=b=c', [['a', 'b=c']]],
    ['white space around', ' a = b ', [['a', 'b']]],
    ['an empty value', 'a=', [['a', '']]],
    ['an empty key', '=b', [['', 'b']]],
    [
      'comments and blank lines',
      '# x=y\n\na=b\r\nc=d',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    [
      'a mapping of the file',
      { a: 'b', c: 1, d: true },
      [
        ['a', 'b'],
        ['c', '1'],
        ['d', 'true'],
      ],
    ],
  ])('%s', (_what, value, pairs) => {
    expect(readPairs(value)).toEqual(pairs);
  });

  it('reports every line without an =, by its number', () => {
    const read = () => readPairs('a=b\nhunter2\n# c\nhunter3');
    expect(read).toThrow(ParseError);
    expect(read).toThrow(/^line 2 (?:(?!hunter).)*; line 4 (?:(?!hunter).)*$/);
  });
});

describe('a boolean', () => {
  it.each([
    ['true', true],
    ['True', true],
    ['TRUE', true],
    [' true\n', true],
    [true, true],
    ['false', false],
    ['False', false],
    ['FALSE', false],
    [false, false],
  ])('%j is %s', (value, expected) => {
    expect(readBoolean(value)).toBe(expected);
  });
});

describe('a choice', () => {
  const CHOICES = ['secrets-manager', 'ssm'] as const;

  it('is one of the words', () => {
    expect(readChoice(' ssm ', CHOICES)).toBe('ssm');
  });

  it('may be in a list, once', () => {
    expect(readChoices('ssm, ssm\nsecrets-manager', CHOICES)).toEqual(['ssm', 'secrets-manager']);
    expect(readChoices('', CHOICES)).toEqual([]);
  });
});

it('each passes on what is no unclear text', () => {
  expect(() =>
    each([1], () => {
      throw new TypeError('x');
    }),
  ).toThrow(TypeError);
});

describe('what is repeated in a message', () => {
  it.each(['us-west-2', 'eu-west-12', '{app}', 'IMMUTABLE', './a/b.yml', 'papyrus@x', '1.2.3'])(
    '%s',
    (text) => {
      expect(quoted(text)).toBe(`"${text}"`);
    },
  );

  it.each([
    '',
    'two words',
    'a\nb',
    'AKIAIOSFODNN7EXAMPLE1234',
    'ghp_0123456789abcdefghijABCDEFGHIJ012345',
    'x'.repeat(41),
    'pässword',
    'p$ssword',
    'xoxb-1234-abc',
  ])('not %j', (text) => {
    expect(quoted(text)).toBe('this value');
  });
});
