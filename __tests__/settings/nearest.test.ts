import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { INPUTS, unknownInputs } from '../../src/settings/input-names.ts';
import { editDistance, nearestOf } from '../../src/settings/nearest.ts';

describe('the name that is meant', () => {
  it.each([
    ['DOTENVV', 'dotenv'],
    ['ENV_FILE', 'env-file'],
    ['LOG-RETENTION-DAY', 'log-retention-days'],
    ['mdoe', 'mode'],
    ['Secret', 'secrets'],
    ['auth0_management_client_secrt', 'auth0-management-client-secret'],
  ])('%s is %s', (text, meant) => {
    expect(nearestOf(text, INPUTS)).toBe(meant);
  });

  it.each(['', '---', 'USER', 'PATH', 'ARGS', 'script', 'working-directory', 'x'.repeat(300)])(
    '%s is none',
    (text) => {
      expect(nearestOf(text, INPUTS)).toBeUndefined();
    },
  );
});

describe('the distance', () => {
  it.each([
    ['', '', 0],
    ['abc', 'abc', 0],
    ['abc', 'abcd', 1],
    ['abcd', 'acbd', 1],
    ['abc', 'xbz', 2],
    ['abcdef', 'zzzzzz', 3],
    ['a', 'abcdefgh', 3],
  ])('of "%s" and "%s" is %i, and above two it is not asked for', (a, b, distance) => {
    expect(editDistance(a, b, 2)).toBe(distance);
  });

  it('is the same both ways, and 0 of a text to itself alone', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 6 });
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(editDistance(a, b, 2)).toBe(editDistance(b, a, 2));
        expect(editDistance(a, b, 2) === 0).toBe(a === b);
      }),
    );
  });
});

describe('inputs that the action does not have', () => {
  it('are reported at once, each with the nearest, and never what they hold', () => {
    const notice = unknownInputs(['INPUT_DOTENVV', 'INPUT_ENV_FILE', 'INPUT_LOG-RETENTION-DAY', 'PATH']);
    for (const name of ['INPUT_DOTENVV', 'dotenv', 'INPUT_ENV_FILE', 'env-file', 'log-retention-days'])
      expect(notice?.text).toContain(name);
  });

  it.each([
    ['those that it has', INPUTS.map((name) => `INPUT_${name.toUpperCase()}`)],
    ['those of other tools', ['INPUT_SCRIPT', 'INPUT_WORKING-DIRECTORY', 'INPUT_ARGS', 'INPUT_', 'INPUTRC']],
    ['what is no name', ['INPUT_MODE\n', 'INPUT_moe::x', 'INPUT_\u001bMODE']],
  ])('%s are not', (_what, names) => {
    expect(unknownInputs(names)).toBeUndefined();
  });
});
