import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Secret } from '../../src/secret.ts';
import { maskingOf } from '../../src/settings/masks.ts';
import { Masker } from '../action/masker.ts';
import { runs } from '../sample.ts';

const masking = (text: string) => {
  const { hide, ...rest } = maskingOf(new Secret(text), readable);
  return { ...rest, hide: hide.map((line) => line.reveal()) };
};

const readable = { texts: ['/papyrus/prd', 'us-west-2', '/ecs/papyrus'], account: '123456789012' };
const line = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.constantFrom(
    'papyrus',
    'prd',
    '/ecs',
    '1234',
    '56789012',
    'true',
    'null',
    '}',
    '',
    '  ',
    '99999',
    '100000',
    's3cr3t-value',
    '-----END KEY-----',
  ),
  fc.constantFrom('u', 'user').map((user) => `postgres://${user}:pa55word@db/x`),
);
const value = fc
  .array(line, { maxLength: 4 })
  .chain((lines) => fc.constantFrom('\n', '\r\n', '\r').map((end) => lines.join(end)));

it('what is hidden is long enough, and hides nothing that must stay readable', () => {
  fc.assert(
    fc.property(value, (text) => {
      for (const hidden of masking(text).hide) {
        expect([...hidden].length).toBeGreaterThanOrEqual(4);
        expect(hidden).not.toMatch(/[\r\n]/);
        for (const name of [...readable.texts, readable.account]) expect(name).not.toContain(hidden);
        expect(text).toContain(hidden);
      }
    }),
    { numRuns: runs(3000) },
  );
});

it('the runner hides every line of a value, and reports why of the one line that it does not', () => {
  fc.assert(
    fc.property(value, (text) => {
      const { hide, refused } = masking(text);
      const masker = new Masker(hide);
      const lines = text
        .split(/[\r\n]+/)
        .map((one) => one.trim())
        .filter((one) => one !== '');
      const bare = lines.filter((one) => masker.mask(`a ${one} z`) === `a ${one} z`);
      const isShort = (one: string) => [...one].length < 4;
      const isName = (one: string) =>
        [...readable.texts, readable.account].some((name) => name.includes(one));
      const isWord = (one: string) =>
        /^(?:true|false|null|none|x{3,}|-+|\.{3,}|\*{3,})$/i.test(one) || /^\d{1,5}$/.test(one);
      expect(bare.filter((one) => !isShort(one) && !isName(one) && !isWord(one))).toEqual([]);
      if (lines.length === 1) expect(refused !== undefined).toBe(bare.length === 1);
    }),
    { numRuns: runs(3000) },
  );
});
