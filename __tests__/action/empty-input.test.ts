/** An input that arrives empty, through the bundle. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AwsServer, startAws } from '../servers/aws.ts';
import { type Account, account, CANARIES, SEED } from './account.ts';
import { findLeaks } from './leaks.ts';

let aws: AwsServer;
let at: Account;
beforeAll(async () => {
  aws = await startAws();
  at = account(aws);
});
afterAll(() => aws.close());
beforeEach(() => aws.reset());

const P = '/papyrus/prd';
const URL = 'https://papyrus.example.com';
const lists = () =>
  aws.count('ListSecrets') +
  aws.calls.filter(({ input }) => 'ParameterFilters' in input && JSON.stringify(input).includes('"Path"'))
    .length;

describe('a run without any variable', () => {
  it('is legal where nothing of ours exists, again and again', async () => {
    for (const changed of ['true', 'false']) {
      const run = await at.step({});
      expect(run.exitCode, run.log).toBe(0);
      expect(run.outputs['changed']).toBe(changed);
    }
  });

  it('is legal beside what is adopted or of others', async () => {
    await at.putParameter(`${P}/FOREIGN`, { team: 'other' });
    await at.putParameter(`${P}/TAKEN`, { 'managed-by': 'aws-bootstrap:adopted' });
    const run = await at.step({ prune: 'delete' });
    expect(run.exitCode, run.log).toBe(0);
    expect(await at.parameters()).toEqual([`${P}/FOREIGN`, `${P}/TAKEN`]);
  });

  describe('beside what this action created', () => {
    beforeEach(async () => {
      const first = await at.step({ dotenv: SEED });
      expect(first.exitCode, first.log).toBe(0);
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

    it.each<[what: string, inputs: Record<string, string>]>([
      ['what is looked after holds neither store', { only: 'log-group, repository' }],
      ['app-url is for Auth0 alone', { only: 'auth0', 'app-url': URL }],
      ['it is a destroy', { mode: 'destroy', confirm: P }],
      ['a variable is ignored by a rule', { variables: 'A=1' }],
    ])('is none where %s', async (_what, inputs) => {
      const files = { '.github/aws-bootstrap.yml': 'rules: [{ match: A, to: ignore }]\n' };
      const run = await at.step(inputs, { files });
      expect(run.exitCode, run.log).toBe(0);
    });

    it.each(['off', 'report', 'delete'])(
      'a role that may not list is told, with prune: %s',
      async (prune) => {
        aws.fault({ operation: 'ListSecrets', kind: 'access-denied', times: 9 });
        aws.fault({ operation: 'DescribeParameters', kind: 'access-denied', times: 9 });
        const run = await at.step({ prune });
        expect(run.exitCode, run.log).toBe(0);
        expect(run.log).toContain('could not be looked for');
      },
    );
  });

  it('app-url alone goes on, where all that exists is what it made', async () => {
    for (const writes of [true, false]) {
      aws.forget();
      const run = await at.step({ 'app-url': URL });
      expect(run.exitCode, run.log).toBe(0);
      expect(aws.writes().length > 0).toBe(writes);
    }
  });

  it('costs no listing where variables were given and nothing is pruned', async () => {
    await at.step({ variables: 'A=1', prune: 'off' });
    expect(lists()).toBe(0);
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
    const held = await at.step(lost);
    expect(held.exitCode).toBe(1);
    expect(held.outputs['failure-reason']).toBe('blocked');
    expect(held.log).toContain('allow: prune-many');
    expect(held.summary).toContain('allow: prune-many');
    expect(aws.writes()).toEqual([]);
    const plan = JSON.parse(held.outputs['plan'] ?? '').changes;
    expect(plan.filter(({ consent }: { consent?: string }) => consent === 'prune-many')).toHaveLength(9);

    const allowed = await at.step({ ...lost, allow: 'prune-many' });
    expect(allowed.exitCode, allowed.log).toBe(0);
    expect(await at.parameters()).toEqual([`${P}/PORT`]);
  });
});

it('inputs that the action does not have are told with the nearest name, also where another one is missing', async () => {
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
