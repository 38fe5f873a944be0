import { describe, expect, it } from 'vitest';
import { ask, type Given } from '../asking.ts';
import { FAMILIES } from './families.ts';
import { input, levels, long, rule, unfit } from './row.ts';
import { CHOICES } from './rows/choices.ts';

describe.each(Object.entries(FAMILIES))(
  'refused with place and remedy, and without a value: %s',
  (_, rows) => {
    it.each(rows)('%s', (_what, given, place, remedy) => {
      const { faults, warnings, notices } = ask(given);
      // The fault, and no other that only follows from it.
      expect(
        faults.filter((fault) => place.test(fault) && remedy.test(fault)),
        faults.join('\n'),
      ).toHaveLength(1);
      expect(unfit([...faults, ...warnings, ...notices])).toEqual([]);
    });
  },
);

it('everything that is wrong is reported at once', () => {
  const inputs = Object.assign({}, ...CHOICES.map(([, given]) => given.inputs ?? {}));
  expect(ask({ inputs }).faults.length).toBeGreaterThan(10);
});

describe('good input is not', () => {
  it.each<[what: string, given: Given]>([
    ['the seed alone', {}],
    ['14 segments', { inputs: { prefix: levels(14), repository: 'papyrus' } }],
    ['8192 bytes', input('dotenv', `A=${long(8192)}`)],
    ['8193 bytes in a bundle', { inputs: { dotenv: `A=${long(8193)}` }, config: rule('A', 'secret/app') }],
    ['braces in a bundle', { inputs: { dotenv: 'A={{x}}' }, config: rule('A', 'secret/app') }],
    ['braces that are ignored', { inputs: { dotenv: 'A={{x}}' }, config: rule('A', 'ignore') }],
    ['one brace', input('dotenv', 'A={x}')],
    ['64 KB in a secret', { inputs: { dotenv: `DB_PASSWORD=${long(65_536 - '{"password":""}'.length)}` } }],
    ['an empty secret in plan', { inputs: { secrets: 'DB_PASSWORD=', mode: 'plan' } }],
    ['an empty setting in apply', input('dotenv', 'PORT=')],
    ['an empty secret that is skipped', { inputs: { secrets: 'DB_PASSWORD=', 'on-empty': 'skip' } }],
    ['49 tags', input('tags', Array.from({ length: 49 }, (_, at) => `k${at}=v`).join('\n'))],
    ['no variables', { inputs: { dotenv: '# nothing\n' } }],
  ])('%s', (_what, given) => {
    expect(ask(given).faults).toEqual([]);
  });

  it('one byte more than 64 KB is', () => {
    expect(
      ask({ inputs: { dotenv: `DB_PASSWORD=${long(65_537 - '{"password":""}'.length)}` } }).faults,
    ).toHaveLength(1);
  });
});
