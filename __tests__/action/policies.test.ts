/** The policies that a run prints against the calls that the same configuration makes, through the bundle. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { PERMISSIONS } from '../../src/clients/permissions.ts';
import { type AwsServer, startAws } from '../servers/aws.ts';
import { type Account, account, SEED } from './account.ts';
import type { ActionRun } from './run.ts';

let aws: AwsServer;
let at: Account;
beforeAll(async () => {
  aws = await startAws();
  at = account(aws);
});
afterAll(() => aws?.close());
beforeEach(() => aws.reset());

const P = '/papyrus/prd';
const TAKING = /:(Delete(?!RetentionPolicy)|Untag|Remove)/;
type Inputs = Record<string, string>;

/** What the summary grants: the deployer first, then who only reads. */
function printed(run: ActionRun): [deployer: Set<string>, reader: Set<string>] {
  const [deployer, reader] = [...run.rawSummary.matchAll(/```json\n([\s\S]*?)\n```/g)].map(
    ([, json = '']) =>
      new Set(
        (JSON.parse(json) as { Statement: Array<{ Action: string[] }> }).Statement.flatMap(
          ({ Action }) => Action,
        ),
      ),
  );
  return [deployer ?? new Set(), reader ?? new Set()];
}

/** What was called, with what AWS checks together with it. */
function called(): string[] {
  const made = aws.calls
    .filter(({ service }) => service !== 'sts')
    .map(({ service, operation }) => `${service}:${operation}`);
  return [...new Set(made.flatMap((action) => [action, ...(PERMISSIONS[action]?.also ?? [])]))].sort();
}

const less = SEED.split('\n')
  .filter((line) => !/^(GUNICORN_TIMEOUT|GUNICORN_THREADS|FLASK_SECRET_KEY)=/.test(line))
  .join('\n');

async function adopted(): Promise<void> {
  await at.createLogGroup('/ecs/papyrus');
  await at.createRepository('papyrus');
  await at.putParameter(`${P}/GUNICORN_TIMEOUT`, { team: 'ours' }, '30');
  await at.createSecret('papyrus/prd/flask', { team: 'ours' }, { secret_key: 'flask-key-canary-4' });
}

const nothing = async () => {};
/** Names that say whose they are. */
const OWN = { 'log-group': '/ecs/{application}-{environment}', repository: '{application}/{environment}' };

const applied = async (more: Record<string, string> = {}) => {
  const run = await at.step({ dotenv: SEED, ...more });
  expect(run.exitCode, run.log).toBe(0);
};
const drifted = async () => {
  await applied();
  await at.putParameter(`${P}/STRAY`, { 'managed-by': 'aws-bootstrap' });
  await at.createSecret('papyrus/prd/stray', { 'managed-by': 'aws-bootstrap' });
};

test.each<[what: string, before: () => Promise<void>, inputs: Inputs, takes: string[]]>([
  ['a first apply', nothing, { dotenv: SEED, tags: 'project=portfolio' }, []],
  ['an apply that adopts', adopted, { dotenv: SEED }, []],
  ['an apply over drift and leftovers', drifted, { dotenv: less, 'log-retention-days': 'never' }, []],
  ['a lifecycle policy', nothing, { dotenv: SEED, 'lifecycle-policy': 'keep-last:3' }, []],
  [
    'prune: delete of what was made',
    () => applied(),
    { dotenv: less, prune: 'delete' },
    ['secretsmanager:DeleteSecret', 'ssm:DeleteParameters'],
  ],
  [
    'prune: delete of what was adopted',
    () => adopted().then(() => applied()),
    { dotenv: less, prune: 'delete' },
    ['secretsmanager:UntagResource', 'ssm:DeleteParameters', 'ssm:RemoveTagsFromResource'],
  ],
  [
    'destroy with both consents',
    () => applied(OWN),
    { mode: 'destroy', confirm: P, allow: 'delete-log-group, delete-repository', ...OWN },
    ['ecr:DeleteRepository', 'logs:DeleteLogGroup', 'secretsmanager:DeleteSecret', 'ssm:DeleteParameters'],
  ],
  [
    'destroy of what was adopted',
    () => adopted().then(() => applied()),
    { mode: 'destroy', confirm: P },
    [
      'ecr:UntagResource',
      'logs:UntagResource',
      'secretsmanager:DeleteSecret',
      'secretsmanager:UntagResource',
      'ssm:DeleteParameters',
      'ssm:RemoveTagsFromResource',
    ],
  ],
])(
  '%s calls nothing that its policy does not grant',
  async (_, before, inputs, takes) => {
    await before();
    aws.forget();
    const run = await at.step({ ...inputs, 'iam-policies': 'true' });
    expect(run.exitCode, run.log).toBe(0);
    const [granted, reading] = printed(run);
    const calls = called();
    expect(calls.filter((action) => !granted.has(action))).toEqual([]);
    expect(calls.filter((action) => TAKING.test(action))).toEqual(takes);
    if (takes.length === 0) expect([...granted].filter((action) => TAKING.test(action))).toEqual([]);

    if (inputs.mode === 'destroy') return;
    aws.forget();
    const check = await at.step({ ...inputs, mode: 'drift' });
    expect(check.outputs['failure-reason'], check.log).toBe('');
    expect(called().filter((action) => !reading.has(action))).toEqual([]);
  },
  90_000,
);

test('a type that cannot change in place: its policy has what deletes the parameter, with the consent alone', async () => {
  await at.putParameter(`${P}/LOG_LEVEL`, {}, 'info', 'SecureString');
  const inputs = { mode: 'plan', variables: 'LOG_LEVEL=info', only: 'parameters', 'iam-policies': 'true' };
  const [granted] = printed(await at.step({ ...inputs, allow: 'change-type' }));
  expect([...granted].filter((action) => TAKING.test(action))).toEqual(['ssm:DeleteParameter']);
  const [without] = printed(await at.step(inputs));
  expect(without.has('ssm:PutParameter')).toBe(true);
  expect([...without].filter((action) => TAKING.test(action))).toEqual([]);
});
