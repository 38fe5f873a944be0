/** What `only` leaves out of a run that completes a task definition is read, or there is no file. Through the bundle. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { awsForFile } from '../servers/for-file.ts';
import { CANARIES, DOTENV, step } from './bench.ts';
import { findLeaks } from './leaks.ts';
import { passed } from './outcome.ts';
import { stateAfter } from './replay.ts';
import type { ActionRun } from './run.ts';

const aws = await awsForFile();

const PLAIN = [
  { name: 'DB_PASSWORD', value: 'dev' },
  { name: 'AUTH0_DOMAIN', value: 'localhost' },
  { name: 'PORT', value: '5000' },
];
const TASK = JSON.stringify({
  family: 'papyrus',
  executionRoleArn: 'arn:aws:iam::123456789012:role/papyrus-execution',
  containerDefinitions: [{ name: 'app', image: 'old', environment: PLAIN }],
});
const task = (inputs: Record<string, string> = {}, text = TASK) =>
  step(
    aws,
    undefined,
    { mode: 'apply', 'task-definition': 'task.json', ...inputs },
    { files: { 'task.json': text } },
  );
const fileOf = (run: ActionRun) => {
  expect(run.exitCode, run.log).toBe(0);
  return JSON.parse(readFileSync(run.outputs['task-definition'] ?? '', 'utf8'));
};
const writes = () =>
  aws.calls.filter(({ operation }) => /^(Create|Put|Update|Tag|Delete|Restore|Add)/.test(operation));
const stored = stateAfter(aws, () => task());
const NAMES_ALONE = DOTENV.replace(/=.*/g, '=');

describe('what only leaves out, where it exists', () => {
  it('the file is that of a run of everything', async () => {
    const whole = await task();
    const expected = fileOf(whole);
    expect(expected.containerDefinitions[0].environment).toEqual([PLAIN[2]]);
    aws.forget();
    for (const [only, inputs] of [
      ['parameters', {}],
      ['secrets', {}],
      ['log-group', {}],
      ['auth0', {}],
      ['repository', { dotenv: NAMES_ALONE }],
      ['parameters, secrets', { 'on-empty': 'skip' }],
    ] as const) {
      const run = await task({ only, ...inputs });
      expect(fileOf(run)).toEqual(expected);
      expect(run.outputs['config-fingerprint']).toBe(whole.outputs['config-fingerprint']);
      expect(run.outputs['task-definition-secrets']).toBe(whole.outputs['task-definition-secrets']);
      expect(run.outputs).toMatchObject({
        changed: 'false',
        drifted: 'false',
        'to-create': '0',
        'to-update': '0',
      });
      expect(writes()).toEqual([]);
      expect(findLeaks(run, CANARIES)).toEqual([]);
    }
  });

  it('is read by calls that the printed policies grant, and no write is granted', async () => {
    await stored();
    const run = await task({ only: 'repository', 'iam-policies': 'true' });
    const [deployer = '', reader = ''] = [...run.rawSummary.matchAll(/```json\n([\s\S]*?)\n```/g)].map(
      ([, json = '']) => json,
    );
    const made = aws.calls
      .filter(({ service }) => service !== 'sts')
      .map(({ service, operation }) => `${service}:${operation}`);
    for (const action of new Set(made))
      for (const policy of [deployer, reader]) expect(policy).toContain(`"${action}"`);
    for (const action of ['ssm:PutParameter', 'secretsmanager:CreateSecret', 'logs:CreateLogGroup'])
      expect(deployer).not.toContain(action);
    expect(made).toEqual(expect.arrayContaining(['ssm:GetParameters', 'logs:DescribeLogGroups']));
  });
});

describe('a part that cannot be filled in', () => {
  const refused = (run: ActionRun, reason: string) => {
    expect(run.exitCode).toBe(1);
    expect(run.outputs['failure-reason']).toBe(reason);
    expect(run.outputs['task-definition'] ?? '').toBe('');
    expect(writes()).toEqual([]);
    expect(findLeaks(run, CANARIES)).toEqual([]);
  };

  it('does not exist: nothing is written, and the parts are named', async () => {
    const run = await task({ only: 'repository' });
    refused(run, 'input');
    for (const part of ['/ecs/papyrus', '/papyrus/prd/AUTH0_DOMAIN', 'papyrus/prd/db', 'DB_PASSWORD'])
      expect(run.log).toContain(part);
  });

  it.each([
    ['GetParameters', 'secrets'],
    ['DescribeSecret', 'parameters'],
    ['DescribeLogGroups', 'parameters'],
  ] as const)('%s is denied: the statement is named', async (operation, only) => {
    await stored();
    aws.fault({ operation, kind: 'access-denied', times: 1000 });
    const run = await task({ only });
    refused(run, 'access-denied');
    expect(run.log).toContain(operation);
    // A plan goes on, and gives no file.
    const plan = passed(await task({ only, mode: 'plan' }));
    // Where only values may not be read, a plan refers to what exists.
    expect(plan.outputs['task-definition'] === '').toBe(operation !== 'GetParameters');
  });

  it('is found after the writes where only these can show it, and the run fails', async () => {
    await task({ dotenv: DOTENV.replace(/^DB_PASSWORD=.*\n/m, '') });
    const config = 'ignore: ["secret:db:key:password"]\n';
    const run = await step(
      aws,
      undefined,
      { mode: 'apply', 'task-definition': 'task.json', config: 'rules.yml' },
      { files: { 'task.json': TASK, 'rules.yml': config } },
    );
    expect([run.exitCode, run.outputs['failure-reason'], run.outputs['task-definition']]).toEqual([
      1,
      'blocked',
      '',
    ]);
    expect(run.log).toContain('DB_PASSWORD');
  });
});
