/** parameter-tier from the configuration to the stored parameter, as values grow and shrink. */
import { expect, test } from 'vitest';
import { fieldOf } from '../../src/model/spec.ts';
import { ask } from '../asking.ts';
import { benchForFile } from '../servers/for-file.ts';
import { fieldsOf } from './bench.ts';
import { plainParameter } from './subjects.ts';

const bench = await benchForFile();

const LARGE = 'x '.repeat(2500).trim();

/** The desired parameter of a variable with this value. */
function desiredOf(tier: string, value: string, rules = '') {
  const inputs = { dotenv: `AUTH0_CALLBACK_URL=${value}`, tags: 'project=portfolio', only: 'parameters' };
  const [desired] = ask({ inputs, config: `parameter-tier: ${tier}\n${rules}` }).desired.resources;
  if (desired === undefined) throw new Error('nothing is desired');
  return desired;
}
const state = () => plainParameter.read(bench.others);

test.each(['auto', 'Intelligent-Tiering'])(
  '%s: a parameter that grows past 4 KB becomes an advanced one, is shown as such, and stays one',
  async (tier) => {
    await bench.round(desiredOf(tier, 'small'));
    expect(await state()).toMatchObject({ tier: 'Standard' });
    await bench.silent(desiredOf(tier, 'small'));

    const { change, outcome } = await bench.round(desiredOf(tier, LARGE));
    expect(outcome).toMatchObject({ result: 'done', after: { fields: { tier: 'Advanced' } } });
    expect(change.differences).toContainEqual({ field: 'tier', from: 'Standard', to: 'Advanced' });
    expect(await state()).toMatchObject({ tier: 'Advanced', value: LARGE });
    await bench.silent(desiredOf(tier, LARGE));

    // No tier goes back, and none is sent.
    const shrunk = await bench.round(desiredOf(tier, 'small again'));
    expect(shrunk.outcome.result).toBe('done');
    expect(fieldsOf(shrunk.change)).toEqual(['value']);
    expect(await state()).toMatchObject({ tier: 'Advanced', value: 'small again' });
    await bench.silent(desiredOf(tier, 'small again'));
  },
);

test.each(['auto', 'Intelligent-Tiering'])(
  '%s: a large value that is never written raises no existing tier',
  async (tier) => {
    const once = 'rules: [{ match: AUTH0_CALLBACK_URL, to: parameter, write: once }]';
    await bench.round(desiredOf(tier, 'small', once));
    await bench.silent(desiredOf(tier, LARGE, once));
    await bench.aws.reset();
    await bench.round(desiredOf(tier, LARGE, once));
    expect(await state()).toMatchObject({ tier: 'Advanced', value: LARGE });
  },
);

test('Intelligent-Tiering: a large one is shown as advanced, a small one is left to AWS', async () => {
  const large = await bench.round(desiredOf('Intelligent-Tiering', LARGE));
  expect(fieldOf(large.change.desired, 'tier')).toBe('Advanced');
  expect(await state()).toMatchObject({ tier: 'Advanced' });
  await bench.silent(desiredOf('Intelligent-Tiering', LARGE));
  await bench.aws.reset();
  const { writes } = await bench.round(desiredOf('Intelligent-Tiering', 'small'));
  expect(writes.map(({ input }) => input['Tier'])).toEqual(['Intelligent-Tiering']);
});
