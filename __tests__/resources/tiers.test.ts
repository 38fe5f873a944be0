/** parameter-tier from the configuration to what stands, as values grow and shrink. */
import { expect, test } from 'vitest';
import { fieldOf } from '../../src/model/spec.ts';
import { ask } from '../asking.ts';
import { benchForFile } from '../servers/for-file.ts';
import { fieldsOf } from './bench.ts';
import { plainParameter } from './subjects.ts';

const bench = await benchForFile();

const LARGE = 'x '.repeat(2500).trim();

/** What a run with this configuration wants of a variable with this value. */
function wishOf(tier: string, value: string, rules = '') {
  const inputs = { dotenv: `AUTH0_CALLBACK_URL=${value}`, tags: 'project=portfolio', only: 'parameters' };
  const [wish] = ask({ inputs, config: `parameter-tier: ${tier}\n${rules}` }).desired.resources;
  if (wish === undefined) throw new Error('nothing is wanted');
  return wish;
}
const stands = () => plainParameter.read(bench.others);

test.each(['auto', 'Intelligent-Tiering'])(
  '%s: a parameter that grows past 4 KB becomes an advanced one, is shown as such, and stays one',
  async (tier) => {
    await bench.round(wishOf(tier, 'small'));
    expect(await stands()).toMatchObject({ tier: 'Standard' });
    await bench.silent(wishOf(tier, 'small'));

    const { change, outcome } = await bench.round(wishOf(tier, LARGE));
    expect(outcome).toMatchObject({ result: 'done', after: { fields: { tier: 'Advanced' } } });
    expect(change.differences).toContainEqual({ field: 'tier', from: 'Standard', to: 'Advanced' });
    expect(await stands()).toMatchObject({ tier: 'Advanced', value: LARGE });
    await bench.silent(wishOf(tier, LARGE));

    // No tier goes back, and nobody asks for it.
    const shrunk = await bench.round(wishOf(tier, 'small again'));
    expect(shrunk.outcome.result).toBe('done');
    expect(fieldsOf(shrunk.change)).toEqual(['value']);
    expect(await stands()).toMatchObject({ tier: 'Advanced', value: 'small again' });
    await bench.silent(wishOf(tier, 'small again'));
  },
);

test.each(['auto', 'Intelligent-Tiering'])(
  '%s: a large value that is never written raises no existing tier',
  async (tier) => {
    const once = 'rules: [{ match: AUTH0_CALLBACK_URL, to: parameter, write: once }]';
    await bench.round(wishOf(tier, 'small', once));
    await bench.silent(wishOf(tier, LARGE, once));
    await bench.aws.reset();
    await bench.round(wishOf(tier, LARGE, once));
    expect(await stands()).toMatchObject({ tier: 'Advanced', value: LARGE });
  },
);

test('Intelligent-Tiering: a large one is shown as advanced, a small one is left to AWS', async () => {
  const large = await bench.round(wishOf('Intelligent-Tiering', LARGE));
  expect(fieldOf(large.change.desired, 'tier')).toBe('Advanced');
  expect(await stands()).toMatchObject({ tier: 'Advanced' });
  await bench.silent(wishOf('Intelligent-Tiering', LARGE));
  await bench.aws.reset();
  const { writes } = await bench.round(wishOf('Intelligent-Tiering', 'small'));
  expect(writes.map(({ input }) => input['Tier'])).toEqual(['Intelligent-Tiering']);
});
