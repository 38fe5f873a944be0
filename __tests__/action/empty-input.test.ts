/** An input that arrives empty, through the bundle. */
import { beforeEach, describe, expect, it } from 'vitest';
import { accountForFile } from '../servers/for-file.ts';
import { CANARIES, SEED } from './account.ts';
import { findLeaks } from './leaks.ts';
import { failed, passed } from './outcome.ts';

const { aws, at } = await accountForFile();

const P = '/papyrus/prd';
const URL = 'https://papyrus.example.com';

describe('a run without any variable', () => {
  it('is legal where nothing of ours exists, again and again', async () => {
    for (const changed of ['true', 'false']) {
      const run = passed(await at.step({}));
      expect(run.outputs['changed']).toBe(changed);
    }
  });

  describe('beside what this action created', () => {
    beforeEach(async () => {
      passed(await at.step({ dotenv: SEED }));
      aws.forget();
    });

    it.each<[what: string, inputs: Record<string, string>]>([
      ['apply', { mode: 'apply' }],
      ['plan', { mode: 'plan' }],
      ['drift', { mode: 'drift' }],
      ['prune: off', { prune: 'off' }],
      ['prune: delete', { prune: 'delete' }],
      ['a text without a variable', { dotenv: '# nothing\n' }],
      ['a JSON object of names that nothing knows', { secrets: '{"github_token":"x","OTHER":"y"}' }],
      ['app-url alone', { 'app-url': URL }],
      ['parameters alone', { only: 'parameters' }],
    ])('is an input error: %s', async (_what, inputs) => {
      const run = await at.step({ 'log-retention-days': '7', ...inputs });
      expect(run.exitCode).toBe(1);
      expect(run.outputs['failure-reason'], run.log).toBe('input');
      expect(run.log).toContain('only: auth0');
      expect(aws.writes()).toEqual([]);
      expect(findLeaks(run, CANARIES)).toEqual([]);
    });
  });
});

describe('two sources, one of them empty', () => {
  const MANY = Array.from({ length: 9 }, (_, index) => `SETTING_${index}=${index}`).join('\n');
  const lost = { variables: 'PORT=5000', prune: 'delete' };

  it('prune deletes no more than half of what was created without the opt-in', async () => {
    await at.step({ dotenv: MANY, variables: 'PORT=5000' });
    aws.forget();
    const planned = await at.step({ ...lost, mode: 'plan' });
    expect(planned.outputs).toMatchObject({ 'to-delete': '0', blocked: '9' });
    const held = failed(await at.step(lost), 'blocked');
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
  for (const [inputs, exitCode] of [
    [typo, 0],
    [{ ...typo, mode: 'aply' }, 1],
  ] as const) {
    const run = await at.step(inputs, {
      allowUnknown: true,
      env: { ...aws.env(), INPUT_ENV_FILE: 'canary-value-9', INPUT_SCRIPT: 'x', INPUT_ARGS: 'y' },
    });
    expect(run.exitCode, run.log).toBe(exitCode);
    const [told, ...more] = run.annotations.filter(({ message }) => message.includes('did you mean'));
    expect(more.filter(({ message }) => message.includes('INPUT_'))).toEqual([]);
    for (const name of ['INPUT_LOG-RETENTION-DAY', 'INPUT_DOTENVV', 'INPUT_ENV_FILE'])
      expect(told?.message).toContain(name);
    expect(run.log).not.toContain('INPUT_SCRIPT');
    expect(findLeaks(run, ['canary-value-7', 'canary-value-8', 'canary-value-9'])).toEqual([]);
  }
});
