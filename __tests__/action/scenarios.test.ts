import { readFile } from 'node:fs/promises';
import {
  DescribeLogGroupsCommand,
  ListTagsForResourceCommand as LogsTags,
} from '@aws-sdk/client-cloudwatch-logs';
import { DescribeRepositoriesCommand, ListTagsForResourceCommand as EcrTags } from '@aws-sdk/client-ecr';
import { DescribeSecretCommand, ListSecretsCommand } from '@aws-sdk/client-secrets-manager';
import {
  DescribeParametersCommand,
  GetParametersCommand,
  ListTagsForResourceCommand as ParameterTags,
} from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ensureNode24 } from '../servers/node24.ts';
import { changesOf, dotenv, openOf, openStage, rowOf, SEED, type Stage, without } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.[Symbol.asyncDispose]());
beforeEach(() => stage.aws.reset());

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

/** Everything that the seed asks for, as AWS tells it. */
async function expectSeed(): Promise<void> {
  const { logs, ssm, secrets, ecr } = stage.others;
  const { logGroups } = await logs.send(new DescribeLogGroupsCommand({}));
  expect(logGroups).toMatchObject([{ logGroupName: '/ecs/papyrus', retentionInDays: 1 }]);
  expect(
    (await logs.send(new LogsTags({ resourceArn: logGroups?.[0]?.arn?.replace(/:\*$/, '') ?? '' }))).tags,
  ).toEqual(TAGS);

  const { Parameters } = await ssm.send(new DescribeParametersCommand({ MaxResults: 50 }));
  expect(Object.fromEntries((Parameters ?? []).map(({ Name, Type }) => [Name, Type]))).toEqual(
    Object.fromEntries(Object.entries(PARAMETERS).map(([name, type]) => [`/papyrus/prd/${name}`, type])),
  );
  expect(new Set(Parameters?.map(({ Tier }) => Tier))).toEqual(new Set(['Standard']));
  for (const name of Object.keys(PARAMETERS)) {
    expect((await stage.parameter(name)).value).toBe(SEED[name]);
    const { TagList } = await ssm.send(
      new ParameterTags({ ResourceType: 'Parameter', ResourceId: `/papyrus/prd/${name}` }),
    );
    expect(tagMap(TagList)).toEqual(TAGS);
  }

  const { SecretList } = await secrets.send(new ListSecretsCommand({}));
  expect(SecretList?.map(({ Name }) => Name).sort()).toEqual([
    'papyrus/prd/auth0',
    'papyrus/prd/db',
    'papyrus/prd/flask',
  ]);
  for (const { Tags } of SecretList ?? []) expect(tagMap(Tags)).toEqual(TAGS);
  for (const [name, keys] of Object.entries(BUNDLES)) expect(await stage.secret(name)).toEqual(keys);

  const { repositories } = await ecr.send(new DescribeRepositoriesCommand({}));
  expect(repositories).toMatchObject([
    {
      repositoryName: 'papyrus',
      imageTagMutability: 'MUTABLE',
      encryptionConfiguration: { encryptionType: 'AES256' },
    },
  ]);
  const { tags } = await ecr.send(new EcrTags({ resourceArn: repositories?.[0]?.repositoryArn }));
  expect(tagMap(tags)).toEqual(TAGS);
}

describe("the seed's case", () => {
  test('given as dotenv, everything stands; the second run is silent', async () => {
    await using first = await stage.act(seed);
    expect(first.exitCode).toBe(0);
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

    await using second = await stage.act(seed);
    expect(second.exitCode).toBe(0);
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
    expect(second.summary).toContain('No changes');
    expect(second.log).toContain('No changes: 11 resources');
  });

  test('given as a file, all the same', async () => {
    await using run = await stage.act(
      { 'env-file': 'config/.env', tags: 'project=portfolio' },
      { files: { 'config/.env': `# development\n${dotenv()}` } },
    );
    expect(run.exitCode).toBe(0);
    await expectSeed();
    await using again = await stage.act(
      { 'env-file': 'config/.env', tags: 'project=portfolio' },
      { files: { 'config/.env': dotenv() } },
    );
    expect(again.outputs['changed']).toBe('false');
    expect(stage.aws.calls).toHaveLength(13);
  });

  test('every output, and each ARN as AWS tells it', async () => {
    await using run = await stage.act(seed);
    const { ssm, secrets, ecr, logs } = stage.others;
    const { Parameters } = await ssm.send(
      new GetParametersCommand({ Names: Object.keys(PARAMETERS).map((name) => `/papyrus/prd/${name}`) }),
    );
    const parameters = Object.fromEntries(
      (Parameters ?? []).map(({ Name, ARN }) => [Name?.split('/').at(-1) ?? '', ARN ?? '']),
    );
    const arns: Record<string, string> = {};
    for (const name of Object.keys(BUNDLES))
      arns[name] =
        (await secrets.send(new DescribeSecretCommand({ SecretId: `papyrus/prd/${name}` }))).ARN ?? '';
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

    const { repositories } = await ecr.send(new DescribeRepositoriesCommand({}));
    const { logGroups } = await logs.send(new DescribeLogGroupsCommand({}));
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

    // The next run tells the same of what stands.
    await using again = await stage.act(seed);
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
      expect([name, again.outputs[name]]).toEqual([name, outputs[name]]);
  });

  test('the fingerprint changes with a stored value, and with nothing else', async () => {
    await using first = await stage.act(seed);
    await using tagged = await stage.act({
      ...seed,
      tags: 'project=portfolio\ncost=1',
      'log-retention-days': '7',
    });
    expect(tagged.outputs).toMatchObject({ changed: 'true', 'config-changed': 'false' });
    expect(tagged.outputs['config-fingerprint']).toBe(first.outputs['config-fingerprint']);
    const tags = 'project=portfolio\ncost=1';
    await using valued = await stage.act({
      dotenv: dotenv({ ...SEED, GUNICORN_WORKERS: '4' }),
      tags,
      'log-retention-days': '7',
    });
    expect(valued.outputs).toMatchObject({ changed: 'true', 'config-changed': 'true' });
    expect(valued.outputs['config-fingerprint']).not.toBe(first.outputs['config-fingerprint']);
    await using keyed = await stage.act({
      dotenv: dotenv({ ...SEED, GUNICORN_WORKERS: '4', DB_PASSWORD: 'another-Passw0rd' }),
      tags,
      'log-retention-days': '7',
    });
    expect(keyed.outputs['config-changed']).toBe('true');
    expect(keyed.outputs['config-fingerprint']).not.toBe(valued.outputs['config-fingerprint']);
  });

  test('the summary says what stands, where each variable is and why, and what it costs', async () => {
    await using run = await stage.act(seed);
    expect(run.summary).toContain('11 created');
    expect(rowOf(run, '| `DB_PASSWORD`')).toContain(
      'secret `papyrus/prd/db` key `password` | database password',
    );
    expect(rowOf(run, '| `GUNICORN_WORKERS`')).toContain('| String parameter | tuning value');
    expect(rowOf(run, '| `STRIPE_API_KEY`')).toContain(
      '| SecureString parameter | secret: its value is a token',
    );
    expect(run.summary).toContain('$1.20 a month – 3 secrets');
  });

  test('prefer: ssm moves the rows that may stand in either store', async () => {
    await using run = await stage.act({ ...seed, prefer: 'ssm' });
    expect(run.exitCode).toBe(0);
    expect(await stage.secret('db')).toEqual({
      password: SEED['DB_PASSWORD'],
      postgres_password: SEED['POSTGRES_PASSWORD'],
    });
    expect(await stage.secret('auth0')).toEqual({ client_secret: SEED['AUTH0_CLIENT_SECRET'] });
    for (const name of [
      'DB_USER',
      'DB_NAME',
      'DB_HOST',
      'POSTGRES_USER',
      'POSTGRES_DB',
      'AUTH0_CLIENT_ID',
      'AUTH0_DOMAIN',
    ])
      expect(await stage.parameter(name)).toEqual({ value: SEED[name], type: 'String' });
    await using again = await stage.act({ ...seed, prefer: 'ssm' });
    expect(again.outputs['changed']).toBe('false');
    expect(stage.aws.calls).toHaveLength(14);
  });

  test('a run without any variable is legal', async () => {
    await using run = await stage.act({});
    expect(run.exitCode).toBe(0);
    // A misspelt name of a GitHub secret looks just like this.
    expect(run.annotations).toMatchObject([
      { level: 'warning', message: expect.stringMatching(/no variable was given.*check its name/) },
    ]);
    expect(run.outputs).toMatchObject({
      changed: 'true',
      'to-create': '2',
      parameters: '{}',
      secrets: '{}',
      'task-definition-secrets': '[]',
      'monthly-cost-usd': '0.00',
    });
    // It looks whether there is something that the missing variables would be for.
    expect(
      stage.aws.calls
        .filter(({ service }) => service === 'ssm' || service === 'secretsmanager')
        .map(({ operation }) => operation)
        .sort(),
    ).toEqual(['DescribeParameters', 'ListSecrets']);
    // What stands without being asked for stays.
    await using all = await stage.act(seed);
    expect(all.exitCode).toBe(0);
    await using less = await stage.act({ tags: 'project=portfolio', only: 'log-group, repository' });
    expect(less.outputs['changed'], less.log).toBe('false');
    await expectSeed();
  });

  test('on Node 24, which starts a node20 action on today’s runners', async () => {
    const node = await ensureNode24();
    await using plan = await stage.act({ ...seed, mode: 'plan' }, { node });
    expect(plan.outputs['to-create']).toBe('11');
    await using first = await stage.act(seed, { node });
    expect(first.exitCode).toBe(0);
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
  test('dotenv, env-file, variables and secrets come together', async () => {
    await using run = await stage.act(
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
    );
    expect(run.exitCode).toBe(0);
    expect(await stage.parameter('LOG_LEVEL')).toEqual({ value: 'info', type: 'String' });
    expect(await stage.parameter('REGION_NAME')).toEqual({ value: 'oregon', type: 'String' });
    // A bare NAME takes the environment's value as it is.
    expect(await stage.parameter('FROM_ENV')).toEqual({ value: 'a "b" \\n #c', type: 'String' });
    expect(await stage.parameter('SIGNING')).toEqual({ value: 'line 1\nline 2', type: 'SecureString' });
    expect(await stage.parameter('GUNICORN_WORKERS')).toEqual({ value: '3', type: 'String' });
    expect(await stage.secret('db')).toEqual({ username: 'app', password: 'from-secrets-2' });
    expect(await stage.secret('flask')).toEqual({ secret_key: 'from-secrets-1' });
  });

  test('of toJSON(secrets) only what is the application’s is taken', async () => {
    const secrets = JSON.stringify({
      github_token: 'ghs_000000000000000000000000000000000000',
      AWS_SECRET_ACCESS_KEY: 'aws-aws-aws-aws-aws-aws',
      AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/x',
      SLACK_WEBHOOK: 'https://hooks.slack.com/xyz',
      NPM_TOKEN: 'npm_000000000000000000000000000000000000',
      DB_PASSWORD: 'from-json-1',
      FLASK_SECRET_KEY: 'multi\nline',
      SENTRY_DSN: 'https://abc@sentry.io/1',
      NAMED_BY_DOTENV: 'from-json-2',
    });
    await using run = await stage.act(
      { dotenv: 'LOG_LEVEL=info\nNAMED_BY_DOTENV=\n', secrets },
      {
        files: {
          '.github/aws-bootstrap.yml': 'rules:\n  - { match: SENTRY_DSN, to: secure-parameter }\n',
        },
      },
    );
    expect(run.exitCode).toBe(0);
    expect(await stage.secret('db')).toEqual({ password: 'from-json-1' });
    expect(await stage.secret('flask')).toEqual({ secret_key: 'multi\nline' });
    expect(Object.keys(JSON.parse(run.outputs['parameters'] ?? '')).sort()).toEqual([
      'LOG_LEVEL',
      'NAMED_BY_DOTENV',
      'SENTRY_DSN',
    ]);
    expect(await stage.parameter('NAMED_BY_DOTENV')).toEqual({ value: 'from-json-2', type: 'SecureString' });
    for (const told of [run.log, run.summary.replaceAll('\\', '')])
      expect(told).toMatch(
        /left out.*: github_token, AWS_SECRET_ACCESS_KEY, AWS_ROLE_ARN, SLACK_WEBHOOK, NPM_TOKEN/,
      );
    expect(run.summary).not.toContain('hooks.slack.com');
  });

  test('what came from secrets is never a plain String, unless a rule says so, and then it is warned of', async () => {
    await using run = await stage.act(
      { secrets: 'LOG_LEVEL=debug-1\nAUTH0_DOMAIN=x.auth0.com\nPLAIN=plain-1\n' },
      { files: { '.github/aws-bootstrap.yml': 'rules:\n  - { match: PLAIN, to: parameter }\n' } },
    );
    expect(run.exitCode).toBe(0);
    expect((await stage.parameter('LOG_LEVEL')).type).toBe('SecureString');
    expect((await stage.parameter('AUTH0_DOMAIN')).type).toBe('SecureString');
    expect((await stage.parameter('PLAIN')).type).toBe('String');
    expect(run.annotations.filter(({ level }) => level === 'warning').map(({ message }) => message)).toEqual([
      expect.stringContaining('PLAIN'),
    ]);
  });

  test('a name with two values is a fault, with both places and no value; nothing is called', async () => {
    await using run = await stage.act(
      { dotenv: 'A=one-one\nLOG_LEVEL=info\n', variables: 'A=two-two\n' },
      { files: {} },
    );
    expect(run.exitCode).toBe(1);
    expect(run.outputs['failure-reason']).toBe('input');
    expect(run.log).toMatch(/input variables line 1: A: it has another value in input dotenv line 1/);
    expect(run.log).not.toMatch(/one-one|two-two/);
    expect(stage.aws.calls).toEqual([]);
    expect(run.summary).toContain('1 input error');
  });

  test('everything that is wrong is told at once, each with its place', async () => {
    await using run = await stage.act(
      {
        prefix: '/aws/prd',
        'env-file': 'missing.env\n.env',
        tags: 'aws:x=1\nbroken',
        'log-retention-days': '10',
        'image-tag-mutability': 'SOMETIMES',
        only: 'params',
        adopt: 'yes',
        'allowed-account-ids': '12345',
      },
      { files: { '.env': 'A="open\nB=x\n' } },
    );
    expect(run.exitCode).toBe(1);
    for (const text of [
      'input prefix',
      'missing.env',
      '.env line 1',
      'input tags',
      'nearest is',
      'SOMETIMES',
      '"params"',
      'input adopt',
      'input allowed-account-ids',
    ])
      expect(run.log).toContain(text);
    expect(stage.aws.calls).toEqual([]);
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
  const files = { '.github/aws-bootstrap.yml': CONFIG };
  const run = (inputs: Record<string, string> = {}, config = CONFIG) =>
    stage.act(
      { dotenv: dotenv(variables), ...inputs },
      { files: { '.github/aws-bootstrap.yml': config }, checkout: {} },
    );

  test('rules send any variable anywhere: glob, list, key, ignore, two places', async () => {
    await using first = await run();
    expect(first.exitCode).toBe(0);
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

  test('write: once, exact bundles and ignore, after others were there', async () => {
    await using first = await run();
    expect(first.exitCode).toBe(0);
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
    expect(payments?.notes).toContain('key:rotated: left as it is (write: once)');
    await using healed = await run();
    expect(healed.outputs['changed']).toBe('true');
    expect(await stage.secret('payments')).toMatchObject({ rotated: 'rotated-elsewhere' });
    expect(await stage.secret('payments')).not.toHaveProperty('left');
    expect((await stage.parameter('GUNICORN_WORKERS')).value).toBe('99');
    await using silent = await run();
    expect(silent.outputs['changed']).toBe('false');
  });

  test('environments override the file, and inputs override both', async () => {
    await using staged = await run({ prefix: '/papyrus/stg', mode: 'plan' });
    const names = changesOf(staged).map(({ name }) => name);
    expect(names).toContain('/papyrus/stg/DB_USER');
    await using given = await run({ prefix: '/papyrus/stg', mode: 'plan', prefer: 'secrets-manager' });
    expect(changesOf(given).map(({ name }) => name)).not.toContain('/papyrus/stg/DB_USER');
    await using other = await run({ mode: 'plan' });
    expect(changesOf(other).map(({ name }) => name)).not.toContain('/papyrus/prd/DB_USER');
  });

  test('tags of the file are put, and an input replaces them', async () => {
    await using plan = await run({ mode: 'plan', tags: 'only=this' });
    const [group] = changesOf(plan).filter(({ kind }) => kind === 'AWS::Logs::LogGroup');
    expect(
      group?.fields
        .filter(({ field }) => field.startsWith('tag:'))
        .map(({ field }) => field)
        .sort(),
    ).toEqual(['tag:managed-by', 'tag:only']);
  });

  test('a file under another path, and one that is missing', async () => {
    await using named = await stage.act(
      { dotenv: 'STRIPE_X=1\n', config: 'ops/aws.yml', mode: 'plan' },
      { files: { 'ops/aws.yml': files['.github/aws-bootstrap.yml'] } },
    );
    expect(changesOf(named).map(({ name }) => name)).toContain('papyrus/prd/payments');
    await using missing = await stage.act({ config: 'ops/none.yml' });
    expect(missing.exitCode).toBe(1);
    expect(missing.log).toContain('there is no file ops/none.yml');
  });

  test.each([
    ['an unknown setting', 'prefre: ssm\n', 'prefre', 1],
    ['an unknown place', 'rules:\n  - match: A\n    to: vault\n', 'secret/BUNDLE', 3],
    ['a secret in it', 'prefer: ssm\nsecrets: "A=hunter2hunter2"\n', 'committed file', 2],
    ['a shared setting in an environment', 'environments:\n  prd:\n    log-retention-days: 7\n', 'shared', 3],
    ['broken YAML', 'rules: [\n', 'YAML', 2],
  ])('%s is a fault with its line', async (_, config, text, line) => {
    await using wrong = await run({}, config);
    expect(wrong.exitCode).toBe(1);
    expect(wrong.log).toContain(text);
    expect(wrong.log).not.toContain('hunter2');
    const errors = wrong.annotations.filter(({ level }) => level === 'error');
    expect(errors[0]?.properties).toMatchObject({ file: '.github/aws-bootstrap.yml', line: String(line) });
    expect(stage.aws.calls).toEqual([]);
  });

  test('a lifecycle policy by keep-last and by a file', async () => {
    const policy = JSON.stringify({
      rules: [
        {
          rulePriority: 1,
          description: 'untagged images go after a week',
          selection: {
            tagStatus: 'untagged',
            countType: 'sinceImagePushed',
            countUnit: 'days',
            countNumber: 7,
          },
          action: { type: 'expire' },
        },
      ],
    });
    const act = (value: string) =>
      stage.act({ 'lifecycle-policy': value, only: 'repository' }, { files: { 'ecr.json': policy } });
    await using first = await act('keep-last:10');
    expect(first.outputs['changed']).toBe('true');
    await using silent = await act('keep-last:10');
    expect(silent.outputs['changed']).toBe('false');
    await using file = await act('ecr.json');
    expect(openOf(file)).toEqual({ papyrus: 'update' });
    await using again = await act('ecr.json');
    expect(again.outputs['changed']).toBe('false');
  });

  test('names with placeholders, and none', async () => {
    await using named = await stage.act({
      mode: 'plan',
      'log-group': '/ecs/{application}/{environment}',
      repository: '{application}-{environment}',
    });
    expect(openOf(named)).toEqual({ '/ecs/papyrus/prd': 'create', 'papyrus-prd': 'create' });
    await using none = await stage.act({ mode: 'plan', 'log-group': 'none', repository: 'none' });
    expect(openOf(none)).toEqual({});
    expect(none.outputs).toMatchObject({ 'log-group-name': '', 'repository-name': '' });
    await using uri = await stage.act({
      mode: 'plan',
      'log-group': 'none',
      repository: '123456789012.dkr.ecr.us-west-2.amazonaws.com/team/app:latest',
    });
    expect(openOf(uri)).toEqual({ 'team/app': 'create' });
    await using foreign = await stage.act({
      mode: 'plan',
      repository: '210987654321.dkr.ecr.us-west-2.amazonaws.com/team/app',
    });
    expect(foreign.exitCode).toBe(1);
    expect(stage.aws.calls.map(({ operation }) => operation)).toEqual(['GetCallerIdentity']);
  });
});

test('a variable fewer: what stands stays, and its key is told', async () => {
  await using first = await stage.act(seed);
  expect(first.exitCode).toBe(0);
  await using less = await stage.act({
    dotenv: dotenv(without('DB_HOST', 'LOG_LEVEL')),
    tags: 'project=portfolio',
  });
  expect(less.outputs).toMatchObject({ changed: 'false', drifted: 'false' });
  expect(less.log).toContain('keys that are not configured here are kept: host');
  expect(await stage.secret('db')).toHaveProperty('host', SEED['DB_HOST']);
  expect((await stage.parameter('LOG_LEVEL')).value).toBe('info');
});
