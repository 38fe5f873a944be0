import { describe, expect, test } from 'vitest';
import { workspace as folderOf } from '../asking.ts';
import { stageForFile } from '../servers/for-file.ts';
import { failed, passed } from './outcome.ts';
import { dotenv, openOf, type Stage } from './stage.ts';

const stage = await stageForFile();

const seed = { dotenv: dotenv(), tags: 'project=portfolio' };
const act = (inputs: Record<string, string> = {}, more: Parameters<Stage['act']>[1] = {}) =>
  stage.act({ ...seed, ...inputs }, more);
const errorsOf = (run: Awaited<ReturnType<typeof act>>) =>
  run.annotations.filter(({ level }) => level === 'error').map(({ message }) => message);

/** What a person runs next. */
const doctorLines = (run: Awaited<ReturnType<typeof act>>) =>
  errorsOf(run).filter((text) =>
    text.includes('npx github:papyrus/aws-bootstrap doctor --prefix /papyrus/prd --region us-west-2'),
  );
const NONE = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined };

describe('credentials', () => {
  test('none: the step that is missing is named', async () => {
    const env = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined };
    await using run = failed(await act({}, { env }), 'credentials');
    expect(doctorLines(run)).toHaveLength(1);
    expect(run.log).toContain('there are no AWS credentials');
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
      const notices = run.annotations.filter(({ level }) => level === 'notice').map(({ message }) => message);
      expect(notices.filter((text) => text.includes('AWS_PROFILE'))).toEqual([
        expect.stringContaining(profile),
      ]);
    },
  );

  test('expired: it is said, once, and nothing is written', async () => {
    stage.aws.fault({ operation: /./, kind: 'expired-token', times: Number.POSITIVE_INFINITY });
    await using run = failed(await act(), 'credentials');
    expect(doctorLines(run)).toHaveLength(1);
    expect(run.log).toContain('the AWS credentials have expired');
    expect(errorsOf(run)).toHaveLength(1);
    expect(stage.aws.writes()).toEqual([]);
  });

  test('of a profile that does not exist: that is said, and no other credentials of the machine are tried', async () => {
    await using run = await onHost('nobody', NONE);
    expect(run.exitCode).toBe(1);
    expect(run.outputs['failure-reason']).toBe('credentials');
    expect(doctorLines(run)).toHaveLength(1);
    expect(run.log).toMatch(/profile nobody.*AWS_PROFILE/);
    expect(errorsOf(run)).toHaveLength(1);
    expect(stage.aws.calls).toEqual([]);
  });

  test('unknown keys', async () => {
    stage.aws.fault({
      operation: 'GetCallerIdentity',
      kind: {
        status: 403,
        code: 'InvalidClientTokenId',
        message: 'The security token included in the request is invalid.',
      },
    });
    await using run = await act();
    expect(run.exitCode).toBe(1);
    expect(run.outputs['failure-reason']).toBe('credentials');
    expect(doctorLines(run)).toHaveLength(1);
    expect(run.log).toContain('AWS does not accept the credentials');
  });
});

describe('access denied', () => {
  test('one write: operation, resource and statement are named, and all others are done', async () => {
    stage.aws.fault({
      operation: 'PutParameter',
      kind: 'access-denied',
      when: ({ Name }) => Name === '/papyrus/prd/LOG_LEVEL',
    });
    await using run = await act();
    expect(run.exitCode).toBe(1);
    expect(run.outputs).toMatchObject({ changed: 'true', 'failure-reason': 'access-denied' });
    expect(run.log).toContain('parameter /papyrus/prd/LOG_LEVEL: ssm:PutParameter on /papyrus/prd/LOG_LEVEL');
    expect(run.log).toContain(
      '{"Effect":"Allow","Action":["ssm:AddTagsToResource","ssm:PutParameter"],"Resource":"arn:aws:ssm:us-west-2:123456789012:parameter/papyrus/prd/*"}',
    );
    expect(run.log).toContain('1 of 11 resources failed');
    expect(run.summary).toContain('ssm:PutParameter');
    // What did not come to be is not told as an output.
    expect(Object.keys(JSON.parse(run.outputs['parameters'] ?? ''))).toHaveLength(5);
    await using next = passed(await act());
    expect(openOf(next)).toEqual({ '/papyrus/prd/LOG_LEVEL': 'create' });
  });

  test.each([
    ['GetParameters', 'ssm:GetParameters', 6],
    ['DescribeParameters', 'ssm:DescribeParameters', 6],
    ['DescribeSecret', 'secretsmanager:DescribeSecret', 3],
    ['DescribeLogGroups', 'logs:DescribeLogGroups', 1],
    ['DescribeRepositories', 'ecr:DescribeRepositories', 1],
    ['ecr.ListTagsForResource', 'ecr:ListTagsForResource', 1],
    ['logs.ListTagsForResource', 'logs:ListTagsForResource', 1],
    [/^(Batch)?GetSecretValue$/, 'secretsmanager:BatchGetSecretValue', 3],
  ] as const)(
    'fails and leaves the resource alone without %s; a plan fails too, values apart',
    async (operation, action, failed) => {
      passed(await act());
      stage.aws.fault({ operation, kind: 'access-denied', times: Number.POSITIVE_INFINITY });
      // A value that may not be read holds up only who writes it.
      const isOfValues = /GetParameters|GetSecretValue/.test(String(operation));
      for (const mode of isOfValues ? ['apply'] : ['plan', 'apply']) {
        await using run = await act({ mode });
        expect([mode, run.exitCode]).toEqual([mode, 1]);
        expect(run.outputs['failure-reason']).toBe('access-denied');
        expect(run.log).toContain(`${failed} of 11 resources failed`);
        expect(run.log).toMatch(new RegExp(`"Action":(?:\\[[^\\]]*)?"${action}"`));
        expect(stage.aws.writes()).toEqual([]);
        expect(run.outputs['drifted']).toBe('false');
      }
    },
  );
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
    expect(run.log).toContain('AWS could not be reached (ECONNREFUSED)');
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
  passed(await act({ ...given }));
  await stage.put('PLAIN', '::error::from aws\n##[error]from aws');
  await stage.put('MARK', '</td><script>x</script>');
  await using drift = await act({ mode: 'drift', 'fail-on-drift': 'false', ...given });
  expect(errorsOf(drift)).toEqual([]);
  expect(drift.log).toContain('from aws');
  expect(drift.rawSummary).not.toMatch(/<script>|<img/);
  expect(drift.rawSummary).not.toMatch(/(?<![\u2060`])@octocat/);
});

describe('a run that ends before its plan', () => {
  const nulls = (count: number) =>
    JSON.stringify(Object.fromEntries(Array.from({ length: count }, (_, index) => [`V_${index}`, null])));

  test('prints a hundred errors, and counts the rest', async () => {
    await using run = await act({
      tags: 'no pair',
      // Of one kind in one text 50 are told, and a line of how many more there are.
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

  test.each([
    ['input', { prefix: 'papyrus' }, {}],
    ['credentials', {}, { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined }],
  ])('works without a place for a summary: %s', async (reason, inputs, env) => {
    await using run = await act(inputs, { env: { ...env, GITHUB_STEP_SUMMARY: undefined } });
    expect(run.exitCode).toBe(1);
    expect(run.outputs['failure-reason']).toBe(reason);
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
