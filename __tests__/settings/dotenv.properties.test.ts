import { createHash } from 'node:crypto';
import { parse } from 'dotenv';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readDotenv } from '../../src/settings/dotenv.ts';
import { runs } from '../sample.ts';

// By hand, with DOTENV_RUNS=5000 or far more.
const numRuns = Number(process.env['DOTENV_RUNS'] ?? runs(500));

/** @returns 128 bytes as a generator of keys gives them. */
const shake = (seed: string) => createHash('shake256', { outputLength: 128 }).update(seed).digest();

const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,8}$/);

/** Anything that makes a `.env` hard to read, a piece or two of it whole so that entries come about. */
const nastyText = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '"',
        "'",
        '`',
        '#',
        '\n',
        '\r',
        '\r\n',
        ' ',
        '\t',
        '=',
        ':',
        '\\',
        '$',
        '\ufeff',
        '\u00a0',
        '\u2028',
        '\0',
      ),
      fc.constantFrom(
        'A',
        'B',
        'n',
        'é',
        '1',
        '.',
        '-',
        'export',
        'export ',
        '__proto__',
        '-----BEGIN ',
        '-----END ',
      ),
      fc.constantFrom('\nA=', '\nB=', '\nC: ', '="', "='", '"\n', "'\n", ' # ', '\\"', '\\n'),
    ),
    { maxLength: 40 },
  )
  .map((pieces) => pieces.join(''));

/** Lines that are nearly right, where quotes meet comments, escapes and the next line. */
const value = fc
  .array(fc.constantFrom('a', 'b ', '"', "'", '`', '\\', '\\n', '\\"', '#', ' #', '\n', '$X', '=', '\nB=1'), {
    maxLength: 5,
  })
  .map((pieces) => pieces.join(''));
const nearlyRightText = fc
  .array(
    fc.record({
      before: fc.constantFrom('', ' ', 'export ', '\u00a0'),
      key: fc.constantFrom('A', 'B', 'C', 'D', 'E_1', 'a.b', 'export', '__proto__'),
      equals: fc.constantFrom('=', '=', ' = ', ': ', '=\n', '\n='),
      quote: fc.constantFrom('', '"', "'", '`'),
      value,
      after: fc.constantFrom('', '', ' ', ' # c', '#c', '\f'),
      end: fc.constantFrom('\n', '\r\n', '\n\n', '\n# "c\n'),
    }),
    { maxLength: 4 },
  )
  .map((lines) =>
    lines.map((l) => l.before + l.key + l.equals + l.quote + l.value + l.quote + l.after + l.end).join(''),
  );
const anyText = fc.oneof(nastyText, nearlyRightText, fc.string({ unit: 'binary' }));

/** @returns the line that holds this value, or nothing where no quotes can. */
function print(key: string, held: string): string | undefined {
  // Between quotes of the other kinds every character is itself but CR, which only double quotes can write.
  for (const quote of ["'", '`', '"']) {
    if (held.includes(quote) || held.includes('\0')) continue;
    if (quote !== '"' && !held.includes('\r')) return `${key}=${quote}${held}${quote}`;
    if (quote === '"' && !/\\[nr]/.test(held)) return `${key}="${held.replaceAll('\r', '\\r')}"`;
  }
  return undefined;
}

const printable = fc
  .oneof(fc.string({ unit: 'binary' }), value)
  // A backslash at the end of a line's worth of value would escape the closing quote.
  .filter((held) => !held.endsWith('\\') && !/\\\r/.test(held) && print('A', held) !== undefined);
const variables = fc.uniqueArray(fc.tuple(name, printable), { selector: ([key]) => key, maxLength: 8 });

describe('readDotenv', () => {
  it('reads back every value that can be printed', () => {
    fc.assert(
      fc.property(variables, fc.constantFrom('\n', '\n\n', ' # c\n'), (given, end) => {
        const text = given.map(([key, held]) => print(key, held) + end).join('');
        const { entries, faults } = readDotenv(text);
        expect(faults).toEqual([]);
        expect(entries.map(({ key, value }) => [key, value])).toEqual(given);
      }),
      { numRuns },
    );
  });

  it('reads what dotenv reads, or reports an error', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const { entries, faults } = readDotenv(text);
        if (faults.length > 0) return;
        // dotenv loses __proto__, being a plain object.
        const kept = entries.filter(({ key }) => key !== '__proto__').map(({ key, value }) => [key, value]);
        expect(kept).toEqual(Object.entries(parse(text)));
      }),
      { numRuns: numRuns * 4 },
    );
  });

  it('prints nothing of a value', () => {
    const canary = 'cañary';
    const held = fc
      .tuple(value, value)
      .map(([before, after]) => before + canary + after.replaceAll('\nB=1', ''));
    const line = fc
      .tuple(
        name,
        fc.constantFrom('=', ': ', ' = ', '.='),
        fc.constantFrom('', '"', "'", '`'),
        held,
        fc.boolean(),
      )
      .map(([key, equals, quote, inner, closed]) => key + equals + quote + inner + (closed ? quote : ''));
    fc.assert(
      fc.property(fc.array(fc.oneof(line, nastyText)), fc.boolean(), (lines, bareNames) => {
        const { faults, warnings } = readDotenv(lines.join('\n'), { bareNames });
        expect(JSON.stringify([faults, warnings])).not.toContain(canary);
      }),
      { numRuns },
    );
  });

  it('refuses every text that lost its line breaks', () => {
    const upper = fc.stringMatching(/^[A-Z_][A-Z0-9_]{0,12}$/);
    const plain = fc.stringMatching(/^[a-z0-9.:/@,?&+-]{0,12}$/);
    const assignment = fc
      .tuple(fc.constantFrom('', 'export '), upper, fc.constantFrom('', '"', "'", '`'), plain)
      .map(([before, key, quote, held]) => `${before}${key}=${quote}${held}${quote}`);
    const comment = fc.stringMatching(/^# [a-z][a-z ]{0,12}$/);
    const behind = fc.constantFrom('', '', ' # note');
    const lines = fc.oneof(
      fc
        .tuple(fc.array(comment, { maxLength: 2 }), fc.array(fc.tuple(assignment, behind), { minLength: 2 }))
        .map(([comments, rest]) => [...comments, ...rest.map((line) => line.join(''))]),
      fc.tuple(comment, fc.array(assignment, { minLength: 1 })).map(([first, rest]) => [first, ...rest]),
    );
    fc.assert(
      fc.property(lines, fc.constantFrom(' ', '  ', '\\n', '\\r\\n', '\t'), (given, lost) => {
        // A name that comes again, commented out, is what people write.
        const names = given.flatMap((line) => /^(?:export )?([A-Z_]\w*)=/.exec(line)?.[1] ?? []);
        fc.pre(new Set(names).size === names.length);
        expect(readDotenv(given.join('\n')).faults).toEqual([]);
        for (const text of [given.join(lost), `${given.join(lost)}\n`])
          expect(readDotenv(text).faults).not.toEqual([]);
      }),
      { numRuns },
    );
  });

  it('takes no piece of a wrapped key for a name, nor prints it', () => {
    const bytes = fc
      .tuple(fc.nat(), fc.integer({ min: 49, max: 128 }))
      .map(([seed, length]) => shake(String(seed)).subarray(0, length));
    fc.assert(
      fc.property(bytes, fc.constantFrom(64, 76), fc.boolean(), (random, width, bareNames) => {
        const base64 = Buffer.from(random).toString('base64');
        const [first = '', ...rest] = base64.match(new RegExp(`.{1,${width}}`, 'g')) ?? [];
        // Short letters alone may be a bare NAME, of which the step has none.
        fc.pre(rest.some((line) => line.length > (bareNames ? 20 : 2)));
        const { faults, warnings, entries } = readDotenv(`KEY=${[first, ...rest].join('\n')}\nA=1`, {
          bareNames,
        });
        expect(faults).not.toEqual([]);
        // Of a text with a fault no bare NAME is looked up.
        const names = entries.filter(({ bare }) => bare === undefined).map(({ key }) => key);
        expect(names).toEqual(['KEY', 'A']);
        const messages = JSON.stringify([faults, warnings]);
        for (const line of rest) if (line.length > 4) expect(messages).not.toContain(line.slice(0, 8));
      }),
      { numRuns },
    );
  });
});
