import { parse } from 'dotenv';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { quoteDotenv, writeDotenv } from '../../src/cli/export-dotenv.ts';
import type { StoredVariable } from '../../src/cli/export-variables.ts';
import { Secret } from '../../src/secret.ts';
import { readDotenv } from '../../src/settings/dotenv.ts';
import { nameFault } from '../../src/settings/variable.ts';
import { runs } from '../sample.ts';

const plain = (name: string, value: string): StoredVariable => ({
  name,
  value: new Secret(value),
  isSecret: false,
  place: `Parameter Store /papyrus/prd/${name}`,
});
const write = (variables: readonly StoredVariable[], reveals = false, omitted: readonly string[] = []) =>
  writeDotenv({ prefix: '/papyrus/prd', variables, omitted }, { reveals });

/** Reads by our reader, without an error, and by the package. */
function readBack(text: string): Array<Record<string, string>> {
  const { entries, faults } = readDotenv(text);
  expect(faults).toEqual([]);
  return [Object.fromEntries(entries.map(({ key, value }) => [key, value])), { ...parse(text) }];
}

/** Values full of what readers stumble over. */
const VALUES = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc
    .array(
      fc.constantFrom(
        ...'\'"`#=\\\n\r\t $ {}:;a-Z9é秘',
        '\\n',
        '\\r',
        '\r\n',
        ' #',
        'A=b',
        'export X=1',
        '-----BEGIN KEY-----',
        '\u2028',
        '\u00a0',
        '\ufeff',
        '$HOME',
        'QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2',
      ),
      { maxLength: 12 },
    )
    .map((parts) => parts.join('')),
  fc.base64String({ maxLength: 120 }),
);
const NAMES = fc.stringMatching(/^[A-Z][A-Z0-9_]{0,12}$/).filter((name) => nameFault(name) === undefined);

describe('export dotenv', () => {
  it('quotes a long value in linear time', () => {
    const began = performance.now();
    expect(quoteDotenv(`a'"\`${'\\n '.repeat(20_000)}b`)).toBeDefined();
    expect(performance.now() - began).toBeLessThan(3_000);
  });

  it('writes what our reader and dotenv read back to the same values', () => {
    fc.assert(
      fc.property(fc.dictionary(NAMES, VALUES, { noNullPrototype: true, maxKeys: 8 }), (variables) => {
        const kept = Object.entries(variables).filter(([, value]) => quoteDotenv(value) !== undefined);
        const { text, missing } = write(
          Object.entries(variables).map(([name, value]) => plain(name, value)),
          true,
        );
        const expected = Object.fromEntries([...kept, ...missing.map((name) => [name, ''])]);
        for (const read of readBack(text)) expect(read).toEqual(expected);
        expect(new Set(missing)).toEqual(
          new Set(Object.keys(variables).filter((name) => quoteDotenv(variables[name] ?? '') === undefined)),
        );
      }),
      { numRuns: runs(3000) },
    );
  });

  it('gives up only if each kind of quotes would change the value', () => {
    fc.assert(
      fc.property(VALUES, (value) => {
        if (quoteDotenv(value) !== undefined || value.includes('\0')) return;
        if (value.endsWith('\\')) return;
        expect(/['\r]/.test(value) && /"|\\[nr]/.test(value) && /[`\r]/.test(value)).toBe(true);
      }),
      { numRuns: runs(3000) },
    );
  });

  test.each([
    ['plain', 'plain'],
    ['two words', "'two words'"],
    ["it's", '"it\'s"'],
    ['say "it\'s"', '`say "it\'s"`'],
    ['a#b', "'a#b'"],
    ['', '""'],
    ['C:\\new\\', undefined],
    ['a\rb', '"a\\rb"'],
    ['{"a":"b"}', '\'{"a":"b"}\''],
    ['-----BEGIN KEY-----\nabc\n-----END KEY-----\n', "'-----BEGIN KEY-----\nabc\n-----END KEY-----\n'"],
  ])('quotes %j as %s', (value, expected) => {
    // A backslash at the end is possible only without quotes.
    expect(quoteDotenv(value)).toBe(value === 'C:\\new\\' ? value : expected);
  });

  it('lists what the role may not read, and what is left out', () => {
    const { text, missing } = write([{ ...plain('A', ''), value: undefined }], true, ['left=out\nX=1']);
    expect(missing).toEqual(['A']);
    expect(text).toContain('# left:out?X:1\n');
    for (const read of readBack(text)) expect(read).toEqual({ A: '' });
  });
});
