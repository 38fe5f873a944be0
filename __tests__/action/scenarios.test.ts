import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { stageForFile } from '../servers/for-file.ts';
import { ensureNode24 } from '../servers/node24.ts';
import { linesOf, passed } from './outcome.ts';
import { changesOf, dotenv, openOf, rowOf, SEED, without } from './stage.ts';

const stage = await stageForFile();

const TAGS = { project: 'portfolio', 'managed-by': 'aws-bootstrap' };
const seed = { dotenv: dotenv(), tags: 'project=portfolio' };
const tagMap = (tags: ReadonlyArray<{ Key?: string | undefined; Value?: string | undefined }> | undefined) =>
  Object.fromEntries((tags ?? []).map(({ Key, Value }) => [Key, Value]));

const PARAMETERS = {
  AUTH0_DOMAIN: 'String',
  AUTH0_CALLBACK_URL: 'String',
  GUNICORN_WORKERS: 'String',
  GUNICORN_TIMEOUT: 'String',
  LOG_LEVEL: 'String',
  STRIPE_API_KEY: 'SecureString',
} as const;
const BUNDLES = {
  db: {
    username: SEED['DB_USER'],
    password: SEED['DB_PASSWORD'],
    host: SEED['DB_HOST'],
    name: SEED['DB_NAME'],
    postgres_user: SEED['POSTGRES_USER'],
    postgres_password: SEED['POSTGRES_PASSWORD'],
    postgres_db: SEED['POSTGRES_DB'],
  },
  auth0: {
    client_id: SEED['AUTH0_CLIENT_ID'],
    client_secret: SEED['AUTH0_CLIENT_SECRET'],
    domain: SEED['AUTH0_DOMAIN'],
  },
  flask: { secret_key: SEED['FLASK_SECRET_KEY'] },
};

/** Everything that the seed configures, as AWS gives it. */
async function expectSeed(): Promise<void> {
  const { logs, ssm, secrets, ecr } = stage.others;
  const { logGroups } = await logs.describeLogGroups({});
  expect(logGroups).toMatchObject([{ logGroupName: '/ecs/papyrus', retentionInDays: 1 }]);
  expect(
    (await logs.listTagsForResource({ resourceArn: logGroups?.[0]?.arn?.replace(/:\*$/, '') ?? '' })).tags,
  ).toEqual(TAGS);

  const { Parameters } = await ssm.describeParameters({ MaxResults: 50 });
  expect(Object.fromEntries((Parameters ?? []).map(({ Name, Type }) => [Name, Type]))).toEqual(
    Object.fromEntries(Object.entries(PARAMETERS).map(([name, type]) => [`/papyrus/prd/${name}`, type])),
  );
  expect(new Set(Parameters?.map(({ Tier }) => Tier))).toEqual(new Set(['Standard']));
  for (const name of Object.keys(PARAMETERS)) {
    expect((await stage.parameter(name)).value).toBe(SEED[name]);
    const { TagList } = await ssm.listTagsForResource({
      ResourceType: 'Parameter',
      ResourceId: `/papyrus/prd/${name}`,
    });
    expect(tagMap(TagList)).toEqual(TAGS);
  }

  const { SecretList } = await secrets.listSecrets({});
  expect(SecretList?.map(({ Name }) => Name).sort()).toEqual([
    'papyrus/prd/auth0',
    'papyrus/prd/db',
    'papyrus/prd/flask',
  ]);
  for (const { Tags } of SecretList ?? []) expect(tagMap(Tags)).toEqual(TAGS);
  for (const [name, keys] of Object.entries(BUNDLES)) expect(await stage.secret(name)).toEqual(keys);

  const { repositories } = await ecr.describeRepositories({});
  expect(repositories).toMatchObject([
    {
      repositoryName: 'papyrus',
      imageTagMutability: 'MUTABLE',
      encryptionConfiguration: { encryptionType: 'AES256' },
    },
  ]);
  const { tags } = await ecr.listTagsForResource({ resourceArn: repositories?.[0]?.repositoryArn });
  expect(tagMap(tags)).toEqual(TAGS);
}

describe("the seed's case", () => {
  test('creates everything from dotenv; the second run writes nothing', async () => {
    await using first = passed(await stage.act(seed));
    await expectSeed();
    expect(first.outputs).toMatchObject({
      changed: 'true',
      'config-changed': 'true',
      drifted: 'true',
      'to-create': '11',
      'to-update': '0',
      'to-delete': '0',
      blocked: '0',
      'failure-reason': '',
    });

    await using second = passed(await stage.act(seed));
    expect(stage.aws.writes()).toEqual([]);
    expect(stage.aws.calls.map(({ service, operation }) => `${service}.${operation}`).sort()).toEqual([
      'ecr.DescribeRepositories',
      'ecr.ListTagsForResource',
      'logs.DescribeLogGroups',
      'logs.ListTagsForResource',
      'secretsmanager.BatchGetSecretValue',
      'secretsmanager.DescribeSecret',
      'secretsmanager.DescribeSecret',
      'secretsmanager.DescribeSecret',
      'secretsmanager.ListSecrets',
      'ssm.DescribeParameters',
      'ssm.DescribeParameters',
      'ssm.GetParameters',
      'sts.GetCallerIdentity',
    ]);
    expect(second.outputs).toMatchObject({
      changed: 'false',
      'config-changed': 'false',
      drifted: 'false',
      'to-create': '0',
      'to-update': '0',
      'to-delete': '0',
      blocked: '0',
    });
    expect(second.summary).toContain('11 resources');
    expect(second.log).toContain('11 resources');
    for (const name of [
      'parameters',
      'secrets',
      'task-definition-secrets',
      'log-group-arn',
      'repository-uri',
      'repository-arn',
      'registry-id',
      'config-fingerprint',
      'monthly-cost-usd',
    ])
      expect([name, second.outputs[name]]).toEqual([name, first.outputs[name]]);
  });

  test('has every output, and each ARN as AWS gives it', async () => {
    await using run = await stage.act(seed);
    const { ssm, secrets, ecr, logs } = stage.others;
    const { Parameters } = await ssm.getParameters({
      Names: Object.keys(PARAMETERS).map((name) => `/papyrus/prd/${name}`),
    });
    const parameters = Object.fromEntries(
      (Parameters ?? []).map(({ Name, ARN }) => [Name?.split('/').at(-1) ?? '', ARN ?? '']),
    );
    const arns: Record<string, string> = {};
    for (const name of Object.keys(BUNDLES))
      arns[name] = (await secrets.describeSecret({ SecretId: `papyrus/prd/${name}` })).ARN ?? '';
    const bundled = {
      DB_USER: `${arns['db']}:username::`,
      DB_PASSWORD: `${arns['db']}:password::`,
      DB_HOST: `${arns['db']}:host::`,
      DB_NAME: `${arns['db']}:name::`,
      POSTGRES_USER: `${arns['db']}:postgres_user::`,
      POSTGRES_PASSWORD: `${arns['db']}:postgres_password::`,
      POSTGRES_DB: `${arns['db']}:postgres_db::`,
      AUTH0_CLIENT_ID: `${arns['auth0']}:client_id::`,
      AUTH0_CLIENT_SECRET: `${arns['auth0']}:client_secret::`,
      AUTH0_DOMAIN: `${arns['auth0']}:domain::`,
      FLASK_SECRET_KEY: `${arns['flask']}:secret_key::`,
    };
    const { outputs } = run;
    expect(JSON.parse(outputs['parameters'] ?? '')).toEqual(parameters);
    expect(JSON.parse(outputs['secrets'] ?? '')).toEqual(bundled);
    // Each name once: the parameter where a variable has two places.
    const secretsOfTask = JSON.parse(outputs['task-definition-secrets'] ?? '') as {
      name: string;
      valueFrom: string;
    }[];
    expect(secretsOfTask.map(({ name }) => name)).toEqual(Object.keys(SEED).sort());
    expect(Object.fromEntries(secretsOfTask.map(({ name, valueFrom }) => [name, valueFrom]))).toEqual({
      ...bundled,
      ...parameters,
    });

    const { repositories } = await ecr.describeRepositories({});
    const { logGroups } = await logs.describeLogGroups({});
    expect(outputs).toMatchObject({
      'log-group-name': '/ecs/papyrus',
      'log-group-arn': logGroups?.[0]?.arn?.replace(/:\*$/, ''),
      'repository-name': 'papyrus',
      'repository-uri': repositories?.[0]?.repositoryUri,
      'repository-arn': repositories?.[0]?.repositoryArn,
      'registry-id': '123456789012',
      'monthly-cost-usd': '1.20',
    });
    expect(outputs['plan-hash']).toMatch(/^[0-9a-f]{64}$/);
    expect(outputs['config-fingerprint']).toMatch(/^[0-9a-f]{64}$/);
    expect(await readFile(outputs['plan-file'] ?? '', 'utf8')).toBe(`${outputs['plan']}\n`);
    expect(run.left.map(({ path, mode }) => [path, mode])).toEqual([
      [expect.stringMatching(/^aws-bootstrap\/plan-us-west-2\+papyrus\+prd~[0-9a-f]{12}\.json$/), 0o600],
    ]);
    const kinds = changesOf(run).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'AWS::SSM::Parameter')).toHaveLength(6);
    expect(outputs['plan']).not.toContain('123456789012');
  });

  test('on Node 24, which starts a node20 action on today’s runners', async () => {
    const node = await ensureNode24();
    passed(await stage.act(seed, { node }));
    await expectSeed();
    await using silent = await stage.act(seed, { node });
    expect(silent.outputs['changed']).toBe('false');
    expect(stage.aws.calls).toHaveLength(13);
    await stage.put('LOG_LEVEL', 'debug');
    await using drift = await stage.act({ ...seed, mode: 'drift' }, { node });
    expect(drift.exitCode).toBe(1);
    expect(openOf(drift)).toEqual({ '/papyrus/prd/LOG_LEVEL': 'update' });
  });
});

describe('sources', () => {
  test('merge dotenv, env-file, variables and secrets', async () => {
    passed(
      await stage.act(
        {
          dotenv: 'LOG_LEVEL=info\n',
          'env-file': '.env, more/.env',
          variables: 'REGION_NAME=oregon\nFROM_ENV\n# a comment\n',
          secrets: 'FLASK_SECRET_KEY=from-secrets-1\nDB_PASSWORD=from-secrets-2\nSIGNING\n',
        },
        {
          files: { '.env': 'GUNICORN_WORKERS=3\nDB_USER=app\n', 'more/.env': 'AUTH0_DOMAIN=x.auth0.com\n' },
          env: { FROM_ENV: 'a "b" \\n #c', SIGNING: 'line 1\nline 2' },
        },
      ),
    );
    expect(await stage.parameter('LOG_LEVEL')).toEqual({ value: 'info', type: 'String' });
    expect(await stage.parameter('REGION_NAME')).toEqual({ value: 'oregon', type: 'String' });
    // A bare NAME takes the environment's value as it is.
    expect(await stage.parameter('FROM_ENV')).toEqual({ value: 'a "b" \\n #c', type: 'String' });
    expect(await stage.parameter('SIGNING')).toEqual({ value: 'line 1\nline 2', type: 'SecureString' });
    expect(await stage.parameter('GUNICORN_WORKERS')).toEqual({ value: '3', type: 'String' });
    expect(await stage.secret('db')).toEqual({ username: 'app', password: 'from-secrets-2' });
    expect(await stage.secret('flask')).toEqual({ secret_key: 'from-secrets-1' });
  });
});

describe('the configuration file', () => {
  const CONFIG = `
tags: { project: portfolio, cost: 42 }
rules:
  - match: STRIPE_*
    to: secret/payments
  - match: [SENTRY_DSN]
    to: secure-parameter
    key: dsn
  - { match: ROTATED, to: secret/payments, key: rotated, write: once }
  - { match: NOT_OURS, to: ignore }
  - { match: BOTH, to: [secret/payments, parameter], key: both }
bundles: { payments: { mode: exact } }
ignore: ["parameter:GUNICORN_*:value", "log-group:retention"]
environments:
  stg: { prefer: ssm }
`;
  const variables = {
    ...SEED,
    STRIPE_WEBHOOK_ID: 'wh-1',
    SENTRY_DSN: 'https://abc@sentry.io/1',
    ROTATED: 'first-value',
    NOT_OURS: 'x',
    BOTH: 'both-value',
  };
  const run = (inputs: Record<string, string> = {}, config = CONFIG) =>
    stage.act(
      { dotenv: dotenv(variables), ...inputs },
      { files: { '.github/aws-bootstrap.yml': config }, checkout: {} },
    );

  test('rules send any variable anywhere: glob, list, key, ignore, two places', async () => {
    await using first = passed(await run());
    expect(await stage.secret('payments')).toEqual({
      STRIPE_API_KEY: SEED['STRIPE_API_KEY'],
      STRIPE_WEBHOOK_ID: 'wh-1',
      rotated: 'first-value',
      both: 'both-value',
    });
    expect(await stage.parameter('dsn')).toEqual({ value: 'https://abc@sentry.io/1', type: 'SecureString' });
    expect((await stage.parameter('both')).value).toBe('both-value');
    const parameters = JSON.parse(first.outputs['parameters'] ?? '');
    expect(parameters.SENTRY_DSN).toMatch(/parameter\/papyrus\/prd\/dsn$/);
    expect(parameters.NOT_OURS).toBeUndefined();
    const task = JSON.parse(first.outputs['task-definition-secrets'] ?? '') as {
      name: string;
      valueFrom: string;
    }[];
    expect(task.filter(({ name }) => name === 'BOTH')).toEqual([
      { name: 'BOTH', valueFrom: parameters.BOTH },
    ]);
    expect(rowOf(first, '| `STRIPE_API_KEY`')).toContain('rule "STRIPE\\_\\*"');
    await using silent = await run();
    expect(silent.outputs['changed']).toBe('false');
    expect(stage.aws.writes()).toEqual([]);
  });

  test('follows write: once, exact bundles and ignore where others have written', async () => {
    passed(await run());
    const { PutSecretValueCommand } = await import('@aws-sdk/client-secrets-manager');
    await stage.others.secrets.send(
      new PutSecretValueCommand({
        SecretId: 'papyrus/prd/payments',
        SecretString: JSON.stringify({
          STRIPE_API_KEY: SEED['STRIPE_API_KEY'],
          STRIPE_WEBHOOK_ID: 'wh-1',
          rotated: 'rotated-elsewhere',
          both: 'both-value',
          left: 'over',
        }),
      }),
    );
    await stage.put('GUNICORN_WORKERS', '99');
    const { PutRetentionPolicyCommand } = await import('@aws-sdk/client-cloudwatch-logs');
    await stage.others.logs.send(
      new PutRetentionPolicyCommand({ logGroupName: '/ecs/papyrus', retentionInDays: 30 }),
    );
    await using plan = await run({ mode: 'plan' });
    expect(openOf(plan)).toEqual({ 'papyrus/prd/payments': 'update' });
    const [payments] = changesOf(plan).filter(({ name }) => name === 'papyrus/prd/payments');
    expect(payments?.fields).toEqual([{ field: 'key:left', from: '***', to: null }]);
    expect(payments?.notes).toContainEqual(expect.stringMatching(/^key:rotated: .*\(write: once\)$/));
    await using corrected = await run();
    expect(corrected.outputs['changed']).toBe('true');
    expect(await stage.secret('payments')).toMatchObject({ rotated: 'rotated-elsewhere' });
    expect(await stage.secret('payments')).not.toHaveProperty('left');
    expect((await stage.parameter('GUNICORN_WORKERS')).value).toBe('99');
    await using silent = await run();
    expect(silent.outputs['changed']).toBe('false');
  });

  test('names with placeholders; a repository of another account is refused', async () => {
    await using named = await stage.act({
      mode: 'plan',
      'log-group': '/ecs/{application}/{environment}',
      repository: '{application}-{environment}',
    });
    expect(openOf(named)).toEqual({ '/ecs/papyrus/prd': 'create', 'papyrus-prd': 'create' });
    await using foreign = await stage.act({
      mode: 'plan',
      repository: '210987654321.dkr.ecr.us-west-2.amazonaws.com/team/app',
    });
    expect([foreign.exitCode, foreign.outputs['failure-reason']]).toEqual([1, 'input']);
    expect(stage.aws.calls.map(({ operation }) => operation)).toEqual(['GetCallerIdentity']);
  });
});

test('keeps what is no longer configured, and names its key', async () => {
  passed(await stage.act(seed));
  await using less = await stage.act({
    dotenv: dotenv(without('DB_HOST', 'LOG_LEVEL')),
    tags: 'project=portfolio',
  });
  expect(less.outputs).toMatchObject({ changed: 'false', drifted: 'false' });
  expect(linesOf(less, ': host')).toHaveLength(1);
  expect(await stage.secret('db')).toHaveProperty('host', SEED['DB_HOST']);
  expect((await stage.parameter('LOG_LEVEL')).value).toBe('info');
});
