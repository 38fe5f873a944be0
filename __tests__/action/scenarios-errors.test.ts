import { describe, expect, test } from 'vitest';
import { workspace as folderOf } from '../asking.ts';
import type { FaultKind } from '../servers/faults.ts';
import { stageForFile } from '../servers/for-file.ts';
import { failed, messagesOf, passed } from './outcome.ts';
import { stateAfter } from './replay.ts';
import type { ActionRun } from './run.ts';
import { dotenv, openOf, type Stage } from './stage.ts';

const stage = await stageForFile();

const seed = { dotenv: dotenv(), tags: 'project=portfolio' };
const act = (inputs: Record<string, string> = {}, more: Parameters<Stage['act']>[1] = {}) =>
  stage.act({ ...seed, ...inputs }, more);
const apply = stateAfter(stage.aws, () => act());
const errorsOf = (run: ActionRun) => messagesOf(run, 'error');

/** What a person runs next. */
const doctorLines = (run: ActionRun) =>
  messagesOf(
    run,
    'error',
    'npx github:papyrus/aws-bootstrap doctor --prefix /papyrus/prd --region us-west-2',
  );
const NONE = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined };

describe('credentials', () => {
  test('none: the step that is missing is named', async () => {
    await using run = failed(await act({}, { env: NONE }), 'credentials');
    expect(doctorLines(run)).toHaveLength(1);
    expect(run.log).toContain('aws-actions/configure-aws-credentials');
    expect(run.log).toContain('id-token: write');
    expect(errorsOf(run)).toHaveLength(1);
    expect(stage.aws.calls).toEqual([]);
  });

  const RUNNERS = 'AKIARUNNEROFTHEHOST0';
  const files = {
    'aws/config': `[default]\n[profile runner]\nregion = eu-west-1\n`,
    'aws/credentials': `[runner]\naws_access_key_id = ${RUNNERS}\naws_secret_access_key = key-of-the-runner\n`,
  };
  /** A self-hosted runner with a profile of its own. */
  async function onHost(profile: string, env: Record<string, string | undefined> = {}) {
    const workspace = folderOf(files);
    return act(
      { only: 'log-group' },
      {
        env: {
          AWS_PROFILE: profile,
          AWS_CONFIG_FILE: `${workspace}/aws/config`,
          AWS_SHARED_CREDENTIALS_FILE: `${workspace}/aws/credentials`,
          AWS_EC2_METADATA_DISABLED: 'true',
          ...env,
        },
      },
    );
  }
  const signers = () => new Set(stage.aws.calls.map(({ keyId }) => keyId));

  test.each(['runner', 'nobody'])(
    'of the step win over the profile %s of the runner, which is named',
    async (profile) => {
      await using run = passed(await onHost(profile));
      expect(stage.aws.writes()).not.toEqual([]);
      expect(signers()).toEqual(new Set([stage.aws.env()['AWS_ACCESS_KEY_ID']]));
      expect(messagesOf(run, 'notice', 'AWS_PROFILE')).toEqual([expect.stringContaining(profile)]);
    },
  );

  test.each<[string, FaultKind]>([
    ['expired keys', 'expired-token'],
    ['unknown keys', { status: 403, code: 'InvalidClientTokenId', message: 'The token is invalid.' }],
  ])('%s: one error, and nothing is written', async (_name, kind) => {
    stage.aws.fault({ operation: /./, kind, times: Number.POSITIVE_INFINITY });
    await using run = failed(await act(), 'credentials');
    expect(doctorLines(run)).toHaveLength(1);
    expect(errorsOf(run)).toHaveLength(1);
    expect(stage.aws.writes()).toEqual([]);
  });

  test('of a profile that does not exist: it is named, and no other credentials of the machine are tried', async () => {
    await using run = failed(await onHost('nobody', NONE), 'credentials');
    expect(doctorLines(run)).toHaveLength(1);
    expect(errorsOf(run)).toEqual([expect.stringMatching(/nobody.*AWS_PROFILE/s)]);
    expect(stage.aws.calls).toEqual([]);
  });
});

describe('access denied', () => {
  test('one write: operation, resource and statement are named, and all others are done', async () => {
    stage.aws.fault({
      operation: 'PutParameter',
      kind: 'access-denied',
      when: ({ Name }) => Name === '/papyrus/prd/LOG_LEVEL',
    });
    await using run = failed(await act(), 'access-denied');
    expect(run.outputs['changed']).toBe('true');
    expect(run.log).toContain('parameter /papyrus/prd/LOG_LEVEL: ssm:PutParameter on /papyrus/prd/LOG_LEVEL');
    expect(run.log).toContain(
      '{"Effect":"Allow","Action":["ssm:AddTagsToResource","ssm:PutParameter"],"Resource":"arn:aws:ssm:us-west-2:123456789012:parameter/papyrus/prd/*"}',
    );
    expect(run.log).toContain('1 of 11');
    expect(run.summary).toContain('ssm:PutParameter');
    // What could not be created is no output.
    expect(Object.keys(JSON.parse(run.outputs['parameters'] ?? ''))).toHaveLength(5);
    await using next = passed(await act());
    expect(openOf(next)).toEqual({ '/papyrus/prd/LOG_LEVEL': 'create' });
  });

  const METADATA = {
    'ssm.DescribeParameters': 'ssm:DescribeParameters',
    'secretsmanager.DescribeSecret': 'secretsmanager:DescribeSecret',
    'logs.DescribeLogGroups': 'logs:DescribeLogGroups',
    'ecr.DescribeRepositories': 'ecr:DescribeRepositories',
  };
  const VALUES_AND_TAGS = {
    'ssm.GetParameters': 'ssm:GetParameters',
    'secretsmanager.BatchGetSecretValue': 'secretsmanager:BatchGetSecretValue',
    'secretsmanager.GetSecretValue': 'secretsmanager:BatchGetSecretValue',
    'logs.ListTagsForResource': 'logs:ListTagsForResource',
    'ecr.ListTagsForResource': 'ecr:ListTagsForResource',
  };
  test.each([
    ['plan', METADATA],
    ['apply', METADATA],
    // A value that may not be read holds up only who writes it.
    ['apply', VALUES_AND_TAGS],
  ])('%s leaves alone what it may not read, and prints each statement: %o', async (mode, operations) => {
    await apply();
    for (const operation of Object.keys(operations))
      stage.aws.fault({ operation, kind: 'access-denied', times: Number.POSITIVE_INFINITY });
    await using run = failed(await act({ mode }), 'access-denied');
    expect(run.log).toContain('11 of 11');
    for (const action of Object.values(operations))
      expect(run.log).toMatch(new RegExp(`"Action":(?:\\[[^\\]]*)?"${action}"`));
    expect(stage.aws.writes()).toEqual([]);
    expect(run.outputs['drifted']).toBe('false');
  });
});

describe('weather', () => {
  test('throttling, broken answers and lost connections pass without a word', async () => {
    for (const kind of ['throttle', 'server-error', 'html', 'reset-before', 'reset-after'] as const)
      stage.aws.fault({ operation: /^(Get|Describe|Batch|Put|Create)/, kind, times: 1, skip: 1 });
    await using run = passed(await act());
    expect(errorsOf(run)).toEqual([]);
    await using silent = await act();
    expect(silent.outputs['changed']).toBe('false');
  });

  test('names the network where no server answers', async () => {
    await using run = failed(await act({}, { env: { AWS_ENDPOINT_URL: 'http://127.0.0.1:9' } }), 'network');
    expect(run.log).toContain('ECONNREFUSED');
    expect(run.log).toContain('AWS_ENDPOINT_URL');
    expect(errorsOf(run)).toHaveLength(1);
  });
});

test('each call names repository, commit and run', async () => {
  passed(await act({ 'lifecycle-policy': 'keep-last:5' }));
  const name = 'papyrus/demo@5f3c1e0b9a7d2468ace013579bdf02468ace1357 16000000001';
  expect(stage.aws.calls.length).toBeGreaterThan(20);
  expect(new Set(stage.aws.calls.map(({ service }) => service))).toEqual(
    new Set(['sts', 'ssm', 'secretsmanager', 'logs', 'ecr']),
  );
  expect(stage.aws.calls.filter(({ userAgent }) => !userAgent.includes(name))).toEqual([]);
});

test('text of strangers is no command and no markup', async () => {
  // The user's word, without which none of them would be printed.
  const variables = { PLAIN: '##[error]boom', MARK: '<img src=x> | @octocat ![x](y)', LINE: '::error::boom' };
  const given = { dotenv: '', variables: JSON.stringify(variables) };
  const stored = { PLAIN: '::error::from-aws\n##[error]from-aws', MARK: '</td><script>x</script>' };
  const Tags = [{ Key: 'managed-by', Value: 'aws-bootstrap' }];
  for (const [name, Value] of Object.entries(stored))
    await stage.others.ssm.putParameter({ Name: `/papyrus/prd/${name}`, Value, Type: 'String', Tags });
  await using drift = await act({ mode: 'drift', 'fail-on-drift': 'false', ...given });
  expect(errorsOf(drift)).toEqual([]);
  expect(drift.log).toContain('from-aws');
  expect(drift.rawSummary).not.toMatch(/<script>|<img/);
  expect(drift.rawSummary).not.toMatch(/(?<![\u2060`])@octocat/);
});

describe('a run that ends before its plan', () => {
  const nulls = (count: number) =>
    JSON.stringify(Object.fromEntries(Array.from({ length: count }, (_, index) => [`V_${index}`, null])));

  test('prints a hundred errors, and counts the rest', async () => {
    await using run = await act({
      tags: 'no pair',
      // Of one kind in one text 50 are printed, and a line of how many more there are.
      dotenv: nulls(130),
      variables: nulls(130),
      secrets: nulls(40),
    });
    expect(run.exitCode).toBe(1);
    expect(run.log).toContain('… and 43 more');
    // One annotation a place; the last one says why the step fails.
    expect(errorsOf(run).length).toBeLessThanOrEqual(10);
    expect(run.summary.split('\n').filter((line) => line.startsWith('| '))).toHaveLength(2 + 100);
  });

  test('works without a place for a summary', async () => {
    const env = { GITHUB_STEP_SUMMARY: undefined };
    await using run = failed(await act({ prefix: 'papyrus' }, { env }), 'input');
    expect(run.summary).toBe('');
  });
});

test('without a place for a summary it works all the same', async () => {
  await using run = await act(
    { mode: 'plan' },
    { env: { GITHUB_STEP_SUMMARY: undefined, RUNNER_TEMP: undefined } },
  );
  expect(run.exitCode).toBe(0);
  expect(run.outputs['to-create']).toBe('11');
  expect(run.outputs['plan-file']).toBeUndefined();
});
