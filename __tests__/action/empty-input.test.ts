/** An input that arrives empty, through the bundle. */
import { describe, expect, it } from 'vitest';
import { accountForFile } from '../servers/for-file.ts';
import { CANARIES, SEED } from './account.ts';
import { findLeaks } from './leaks.ts';
import { failed, messagesOf, passed } from './outcome.ts';
import { stateAfter } from './replay.ts';

const { aws, at } = await accountForFile();

const P = '/papyrus/prd';
const URL = 'https://papyrus.example.com';

const stored = stateAfter(aws, () => at.step({ dotenv: SEED }));

describe('a run without any variable', () => {
  it('is legal where nothing of ours exists, again and again', async () => {
    for (const changed of ['true', 'false']) {
      const run = passed(await at.step({}));
      expect(run.outputs['changed']).toBe(changed);
    }
  });

  it.each<[what: string, inputs: Record<string, string>]>([
    ['apply', { mode: 'apply' }],
    ['drift', { mode: 'drift' }],
    ['plan with prune: off', { mode: 'plan', prune: 'off' }],
    ['a text without a variable', { dotenv: '# nothing\n', prune: 'delete' }],
    ['a JSON object of names that nothing knows', { secrets: '{"github_token":"x","OTHER":"y"}' }],
    ['app-url and parameters alone', { 'app-url': URL, only: 'parameters' }],
  ])('is an input error beside what this action created: %s', async (_what, inputs) => {
    await stored();
    const run = failed(await at.step({ 'log-retention-days': '7', ...inputs }), 'input');
    expect(run.log).toContain('only: auth0');
    expect(aws.writes()).toEqual([]);
    expect(findLeaks(run, CANARIES)).toEqual([]);
  });
});

describe('two sources, one of them empty', () => {
  const MANY = Array.from({ length: 9 }, (_, index) => `SETTING_${index}`);
  const lost = { variables: 'PORT=5000', prune: 'delete', only: 'parameters' };

  it('prune deletes no more than half of what was created without the opt-in', async () => {
    const ours = { 'managed-by': 'aws-bootstrap' };
    for (const name of [...MANY, 'PORT']) await at.putParameter(`${P}/${name}`, ours, '5000');
    const held = failed(await at.step(lost), 'blocked');
    expect(held.outputs).toMatchObject({ 'to-delete': '0', blocked: '9' });
    expect(held.log).toContain('allow: prune-many');
    expect(held.summary).toContain('allow: prune-many');
    expect(aws.writes()).toEqual([]);
    const plan = JSON.parse(held.outputs['plan'] ?? '').changes;
    expect(plan.filter(({ consent }: { consent?: string }) => consent === 'prune-many')).toHaveLength(9);

    passed(await at.step({ ...lost, allow: 'prune-many' }));
    expect(await at.parameters()).toEqual([`${P}/PORT`]);
  });
});

it('names the nearest input for each unknown one', async () => {
  const typo = { 'log-retention-day': 'canary-value-7', dotenvv: 'X=canary-value-8' };
  const run = await at.step(typo, {
    allowUnknown: true,
    env: { ...aws.env(), INPUT_ENV_FILE: 'canary-value-9', INPUT_SCRIPT: 'x', INPUT_ARGS: 'y' },
  });
  passed(run);
  const [nearest, ...more] = messagesOf(run, 'warning', 'INPUT_');
  expect(more).toEqual([]);
  for (const name of ['INPUT_LOG-RETENTION-DAY', 'INPUT_DOTENVV', 'INPUT_ENV_FILE'])
    expect(nearest).toContain(name);
  for (const name of ['log-retention-days', 'dotenv', 'env-file']) expect(nearest).toContain(name);
  expect(run.log).not.toContain('INPUT_SCRIPT');
  expect(findLeaks(run, ['canary-value-7', 'canary-value-8', 'canary-value-9'])).toEqual([]);
});
