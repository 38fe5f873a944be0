import { describe, expect, it } from 'vitest';
import { ask } from '../asking.ts';

/** `require` of the configuration file: a guard that arrives empty is an error, not off. */

const config = 'require: [expect-plan, allowed-account-ids]';
const GIVEN = { 'expect-plan': 'a'.repeat(64), 'allowed-account-ids': '123456789012' };

describe('an input that the file requires', () => {
  it('may not arrive empty in a run that writes: both are reported, with the place', () => {
    for (const empty of [{}, { 'expect-plan': '', 'allowed-account-ids': ' \n' }]) {
      const { notes } = ask({ config: `prune: report\n${config}`, inputs: empty });
      expect(notes.errors).toMatchObject([
        { file: '.github/aws-bootstrap.yml', line: 2, key: 'require' },
        { file: '.github/aws-bootstrap.yml', line: 2, key: 'require' },
      ]);
      expect(notes.errors[0]?.text).toContain('expect-plan');
      expect(notes.errors[1]?.text).toContain('allowed-account-ids');
    }
  });

  it('is content where it is given', () => {
    expect(ask({ config, inputs: GIVEN }).faults).toEqual([]);
  });

  it('is not content with what the file itself says', () => {
    const given = `${config}\nallowed-account-ids: ["123456789012"]`;
    expect(ask({ config: given, inputs: { 'expect-plan': 'a'.repeat(64) } }).faults).toHaveLength(1);
  });

  it.each(['plan', 'drift'])('in %s has no approval to wait for, and every other guard stays', (mode) => {
    const { faults } = ask({ config, inputs: { mode } });
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain('allowed-account-ids');
  });

  it('may be required of one environment', () => {
    const file = 'environments:\n  prd: { require: expect-plan }\n  stg: {}';
    expect(ask({ config: file }).faults).toHaveLength(1);
    expect(ask({ config: file, inputs: { prefix: '/papyrus/stg' } }).faults).toEqual([]);
  });
});

it('a name that is no input is an error, with the one that may be meant', () => {
  const { faults } = ask({
    config: 'require: [expect_plan, allowed-account-id, confirm]',
    inputs: { confirm: 'x' },
  });
  expect(faults).toHaveLength(1);
  expect(faults[0]).toMatch(/"expect_plan".*you mean expect-plan.*"allowed-account-id"/);
});
