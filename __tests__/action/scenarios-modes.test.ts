import {
  CreateLogGroupCommand,
  TagResourceCommand as LogsTag,
  PutRetentionPolicyCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  CreateRepositoryCommand,
  DescribeRepositoriesCommand,
  PutImageTagMutabilityCommand,
} from '@aws-sdk/client-ecr';
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  PutSecretValueCommand,
  UntagResourceCommand as SecretUntag,
} from '@aws-sdk/client-secrets-manager';
import { AddTagsToResourceCommand, DeleteParameterCommand } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readable } from '../report/readable.ts';
import type { ActionRun } from './run.ts';
import { changesOf, dotenv, fieldsOf, openOf, openStage, rowOf, SEED, type Stage, without } from './stage.ts';

/** The row of a field in the table of differences, below that of its resource. */
function fieldRow(run: ActionRun, resource: string, field: string): string | undefined {
  const lines = readable(run.summary).split('\n');
  const at = lines.findIndex((line) => line.startsWith('| **') && line.includes(`\`${resource}\``));
  return lines.slice(at + 1).find((line) => line.startsWith(`| &emsp;${field} |`));
}

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.[Symbol.asyncDispose]());
beforeEach(() => stage.aws.reset());

const seed = { dotenv: dotenv(), tags: 'project=portfolio' };
const act = (inputs: Record<string, string> = {}, more: Parameters<Stage['act']>[1] = {}) =>
  stage.act({ ...seed, ...inputs }, more);
const stand = async () => {
  await using run = await act();
  expect(run.exitCode).toBe(0);
};
const counts = ({ outputs }: ActionRun) =>
  ['to-create', 'to-update', 'to-delete', 'blocked'].map((name) => Number(outputs[name]));
const operations = () => stage.aws.calls.map(({ operation }) => operation);

describe('modes', () => {
  test.each([
    ['push', 'apply'],
    ['workflow_dispatch', 'apply'],
    ['schedule', 'apply'],
    ['pull_request', 'plan'],
  ])('auto on %s is %s', async (name, mode) => {
    await using run = await act({}, { event: { name } });
    expect(run.exitCode).toBe(0);
    expect(run.outputs).toMatchObject({
      'to-create': '11',
      changed: String(mode === 'apply'),
      drifted: 'true',
    });
    expect(stage.aws.writes().length).toBe(mode === 'apply' ? 12 : 0);
    expect(run.summary).toContain(mode === 'plan' ? 'Plan: ' : ' created');
  });

  test.each(['pull_request', 'merge_group', 'pull_request_review', 'issue_comment'])(
    'a configuration file that asks to write does not on %s, be it apply or destroy',
    async (name) => {
      await stand();
      for (const mode of ['apply', 'destroy']) {
        const files = { '.github/aws-bootstrap.yml': `mode: ${mode}\nallow: [delete-log-group]\n` };
        await using run = await act(
          { dotenv: dotenv({ GUNICORN_WORKERS: '17' }), confirm: '/papyrus/prd' },
          { event: { name }, files, checkout: {} },
        );
        expect(run.exitCode, run.log).toBe(0);
        expect(run.outputs).toMatchObject({ 'to-update': '1', 'to-delete': '0', changed: 'false' });
        expect(stage.aws.writes()).toEqual([]);
        const warnings = run.annotations.filter(({ level }) => level === 'warning');
        expect(warnings.filter(({ message }) => message.includes(mode))).toMatchObject([
          { properties: { file: '.github/aws-bootstrap.yml', line: '1' } },
        ]);
      }
    },
  );

  test('the input may write there, and what the file loosens is told once', async () => {
    const files = { '.github/aws-bootstrap.yml': 'allow: [change-type, loosen]\nprune: delete\n' };
    await using run = await act({ mode: 'apply' }, { event: { name: 'pull_request' }, files, checkout: {} });
    expect(run.exitCode, run.log).toBe(0);
    expect(stage.aws.writes()).not.toEqual([]);
    const told = run.annotations.filter(({ message }) => /allow.*prune: delete/.test(message));
    expect(told).toMatchObject([{ level: 'warning', properties: { file: '.github/aws-bootstrap.yml' } }]);
  });

  test('a guard that the file requires and that arrives empty stops the run before the first call', async () => {
    const files = { '.github/aws-bootstrap.yml': 'require: [expect-plan, allowed-account-ids]\n' };
    await using run = await act({ 'expect-plan': '', 'allowed-account-ids': '' }, { files });
    expect(run.exitCode).toBe(1);
    expect(run.outputs['failure-reason']).toBe('input');
    for (const name of ['expect-plan', 'allowed-account-ids'])
      expect(run.log).toContain(`the input ${name} is empty`);
    expect(stage.aws.calls).toEqual([]);
    await using plan = await act({ mode: 'plan', 'allowed-account-ids': '123456789012' }, { files });
    expect(plan.exitCode, plan.log).toBe(0);
  });

  test.each(['auto', 'plan', 'apply'])(
    'pull_request_target is refused before anything is called (%s)',
    async (mode) => {
      await using run = await act({ mode }, { event: { name: 'pull_request_target' } });
      expect(run.exitCode).toBe(1);
      expect(run.log).toContain('pull_request_target is refused');
      expect(stage.aws.calls).toEqual([]);
    },
  );

  test('a plan is what the next apply does', async () => {
    await using plan = await act({ mode: 'plan' });
    await using run = await act({ mode: 'apply' });
    expect(run.outputs['plan']).toBe(plan.outputs['plan']);
    expect(run.outputs['plan-hash']).toBe(plan.outputs['plan-hash']);
    await using after = await act({ mode: 'plan' });
    expect(after.outputs['plan-hash']).not.toBe(plan.outputs['plan-hash']);
    // The same plan over other versions is another one.
    await stage.put('GUNICORN_WORKERS', '9');
    await using ninth = await act({ mode: 'plan' });
    await stage.put('GUNICORN_WORKERS', '8');
    await stage.put('GUNICORN_WORKERS', '9');
    await using eleventh = await act({ mode: 'plan' });
    const changesOf = (plan = '') => plan.replace(/"standing":"[^"]*"/g, '');
    expect(changesOf(eleventh.outputs['plan'])).toBe(changesOf(ninth.outputs['plan']));
    expect(eleventh.outputs['plan-hash']).not.toBe(ninth.outputs['plan-hash']);
  });

  test.each([
    ['drift on an empty account', {}, 1, 'drifted'],
    ['told but not failed', { 'fail-on-drift': 'false' }, 0, ''],
  ])('%s', async (_, inputs, exitCode, reason) => {
    await using run = await act({ mode: 'drift', ...inputs });
    expect(run.exitCode).toBe(exitCode);
    expect(run.outputs).toMatchObject({ drifted: 'true', changed: 'false', 'failure-reason': reason });
    expect(counts(run)).toEqual([11, 0, 0, 0]);
    expect(stage.aws.writes()).toEqual([]);
  });

  test('no drift, no failure', async () => {
    await stand();
    await using run = await act({ mode: 'drift' });
    expect(run.exitCode).toBe(0);
    expect(run.outputs).toMatchObject({ drifted: 'false', 'failure-reason': '' });
    expect(stage.aws.calls).toHaveLength(13);
  });
});

describe('drift, of every kind at once', () => {
  /** A guessed type is nobody's wish: without a rule the SecureString would be kept as it is. */
  const files = {
    '.github/aws-bootstrap.yml': 'rules: [{ match: AUTH0_CALLBACK_URL, to: parameter }]\n',
  };
  /** One of each, behind its back. */
  async function disturb(): Promise<void> {
    const { logs, ssm, secrets, ecr } = stage.others;
    await stage.put('GUNICORN_WORKERS', '9');
    await stage.put('AUTH0_DOMAIN', 'elsewhere.auth0.com');
    await stage.put('STRIPE_API_KEY', 'sk_test_somebodyelse', 'SecureString');
    await stage.put('AUTH0_CALLBACK_URL', 'http://0.0.0.0:5000/callback', 'SecureString');
    await ssm.send(new DeleteParameterCommand({ Name: '/papyrus/prd/LOG_LEVEL' }));
    await ssm.send(
      new AddTagsToResourceCommand({
        ResourceType: 'Parameter',
        ResourceId: '/papyrus/prd/GUNICORN_TIMEOUT',
        Tags: [{ Key: 'project', Value: 'other' }],
      }),
    );
    const { host: _, ...db } = await stage.secret('db');
    await secrets.send(
      new PutSecretValueCommand({
        SecretId: 'papyrus/prd/db',
        SecretString: JSON.stringify({ ...db, password: 'changed-Passw0rd', theirs: { port: 5432 } }),
      }),
    );
    await secrets.send(new DeleteSecretCommand({ SecretId: 'papyrus/prd/auth0' }));
    await secrets.send(new SecretUntag({ SecretId: 'papyrus/prd/flask', TagKeys: ['project'] }));
    await logs.send(new PutRetentionPolicyCommand({ logGroupName: '/ecs/papyrus', retentionInDays: 30 }));
    await logs.send(
      new LogsTag({
        resourceArn: 'arn:aws:logs:us-west-2:123456789012:log-group:/ecs/papyrus',
        tags: { project: 'other' },
      }),
    );
    stage.aws.storedBytes('/ecs/papyrus', 5);
    await ecr.send(
      new PutImageTagMutabilityCommand({ repositoryName: 'papyrus', imageTagMutability: 'IMMUTABLE' }),
    );
  }

  const told = {
    '/papyrus/prd/GUNICORN_WORKERS': { value: '9 → 2' },
    '/papyrus/prd/AUTH0_DOMAIN': { value: '*** → ***' },
    '/papyrus/prd/STRIPE_API_KEY': { value: '*** → ***' },
    '/papyrus/prd/GUNICORN_TIMEOUT': { 'tag:project': 'other → portfolio' },
    'papyrus/prd/db': { 'key:password': '*** → ***', 'key:host': 'null → ***' },
    'papyrus/prd/flask': { 'tag:project': 'null → portfolio' },
    '/ecs/papyrus': { 'tag:project': 'other → portfolio' },
    papyrus: { mutability: 'IMMUTABLE → MUTABLE' },
  };

  test('each is told per field, healed by the next apply, and what needs a consent stays blocked', async () => {
    await stand();
    await disturb();

    for (const [mode, exitCode] of [
      ['plan', 0],
      ['drift', 1],
    ] as const) {
      await using run = await act({ mode }, { files });
      expect([mode, run.exitCode]).toEqual([mode, exitCode]);
      expect(stage.aws.writes()).toEqual([]);
      expect(run.outputs).toMatchObject({ drifted: 'true', changed: 'false' });
      // The log group has two changes: its tag goes on, its retention does not.
      expect(counts(run)).toEqual([1, 9, 0, 2]);
      for (const [name, fields] of Object.entries(told))
        expect([name, fieldsOf(run, name)]).toEqual([name, fields]);
      expect(openOf(run)['/papyrus/prd/LOG_LEVEL']).toBe('create');
      expect(fieldsOf(run, '/ecs/papyrus', 'blocked')).toEqual({ retention: '30 → 1' });
      expect(fieldsOf(run, '/papyrus/prd/AUTH0_CALLBACK_URL', 'blocked')).toMatchObject({
        type: 'SecureString → String',
      });
      expect(
        changesOf(run)
          .filter(({ action }) => action === 'blocked')
          .map(({ consent }) => consent)
          .sort(),
      ).toEqual(['change-type', 'shorten-retention']);

      expect(run.log).toContain('~ parameter /papyrus/prd/GUNICORN_WORKERS\n    value: "9" → "2"\n');
      expect(run.log).toContain('~ parameter /papyrus/prd/AUTH0_DOMAIN\n    value: another value\n');
      expect(run.log).toContain('    tag:project: "other" → "portfolio"\n');
      expect(run.log).toContain('    key:password: another value\n    key:host: missing\n');
      expect(run.log).toContain('keys that are not configured here are kept: theirs');
      expect(run.log).toContain('it is scheduled for deletion and is restored');
      expect(run.log).toContain('    mutability: "IMMUTABLE" → "MUTABLE"\n');
      expect(run.log).toContain(
        '! log group /ecs/papyrus: blocked: a shorter retention deletes existing logs',
      );
      expect(run.log).toContain('to allow it: allow: shorten-retention');
      expect(run.log).toContain('+ parameter /papyrus/prd/LOG_LEVEL');

      expect(fieldRow(run, 'GUNICORN_WORKERS', 'value')).toContain('| `9` | **`2`** |');
      expect(fieldRow(run, 'STRIPE_API_KEY', 'value')).toContain('another hidden value');
      expect(rowOf(run, '⛔ blocked')).toContain('to allow it: `allow: shorten-retention`');
      expect(rowOf(run, '| **Secret** `papyrus/prd/auth0`')).toContain('restored');
    }

    await using healed = await act({}, { files });
    expect(healed.exitCode).toBe(1);
    expect(healed.outputs).toMatchObject({ 'failure-reason': 'blocked', changed: 'true', blocked: '2' });
    expect((await stage.parameter('GUNICORN_WORKERS')).value).toBe('2');
    expect(await stage.secret('db')).toMatchObject({
      password: SEED['DB_PASSWORD'],
      host: SEED['DB_HOST'],
      theirs: { port: 5432 },
    });
    expect(await stage.secret('auth0')).toMatchObject({ domain: SEED['AUTH0_DOMAIN'] });
    const { repositories } = await stage.others.ecr.send(new DescribeRepositoriesCommand({}));
    expect(repositories?.[0]?.imageTagMutability).toBe('MUTABLE');

    await using again = await act({}, { files });
    expect(again.exitCode).toBe(1);
    expect(stage.aws.writes()).toEqual([]);
    expect(openOf(again)).toEqual({
      '/ecs/papyrus': 'blocked',
      '/papyrus/prd/AUTH0_CALLBACK_URL': 'blocked',
    });
    expect(again.outputs).toMatchObject({ changed: 'false', drifted: 'true', 'failure-reason': 'blocked' });

    await using allowed = await act({ allow: 'shorten-retention' }, { files });
    expect(stage.aws.writes().map(({ operation }) => operation)).toEqual(['PutRetentionPolicy']);
    expect(openOf(allowed)).toEqual({
      '/ecs/papyrus': 'update',
      '/papyrus/prd/AUTH0_CALLBACK_URL': 'blocked',
    });
  });

  test('what AWS fixes at the creation is blocked, told, and never re-created', async () => {
    const { ecr } = stage.others;
    const tags = [{ Key: 'managed-by', Value: 'aws-bootstrap' }];
    await ecr.send(
      new CreateRepositoryCommand({
        repositoryName: 'papyrus',
        encryptionConfiguration: { encryptionType: 'KMS', kmsKey: 'alias/x' },
        tags,
      }),
    );
    await fetch(`${stage.aws.url}/`, {
      method: 'POST',
      headers: {
        'x-amz-target': 'Logs_20140328.CreateLogGroup',
        'content-type': 'application/x-amz-json-1.1',
        authorization: 'AWS4-HMAC-SHA256 Credential=test/20260101/us-west-2/logs/aws4_request',
      },
      body: JSON.stringify({
        logGroupName: '/ecs/papyrus',
        logGroupClass: 'INFREQUENT_ACCESS',
        tags: { 'managed-by': 'aws-bootstrap' },
      }),
    });
    await using run = await act();
    expect(run.exitCode).toBe(1);
    expect(run.outputs['failure-reason']).toBe('blocked');
    expect(fieldsOf(run, 'papyrus', 'blocked')).toEqual({ encryption: 'KMS → AES256' });
    expect(fieldsOf(run, '/ecs/papyrus', 'blocked')).toEqual({ class: 'INFREQUENT_ACCESS → STANDARD' });
    expect(run.outputs['to-create']).toBe('9');
    expect(operations()).not.toContain('CreateRepository');
    expect(operations()).not.toContain('CreateLogGroup');
    const config = 'ignore: [repository:encryption, log-group:class]\n';
    await using ignored = await act({}, { files: { '.github/aws-bootstrap.yml': config } });
    expect(ignored.exitCode).toBe(0);
    expect(stage.aws.writes()).toEqual([]);
    expect(ignored.log).toContain('encryption: left as it is (ignore)');
  });
});

describe('what stood before', () => {
  const foreign = async () => {
    const { logs, ecr, secrets } = stage.others;
    await logs.send(new CreateLogGroupCommand({ logGroupName: '/ecs/papyrus', tags: { team: 'platform' } }));
    await ecr.send(
      new CreateRepositoryCommand({ repositoryName: 'papyrus', imageTagMutability: 'IMMUTABLE' }),
    );
    await secrets.send(
      new CreateSecretCommand({
        Name: 'papyrus/prd/flask',
        SecretString: '{"secret_key":"old-old-old","other":"kept-kept"}',
      }),
    );
    await stage.put('GUNICORN_WORKERS', '7');
  };

  test('is adopted, visibly, and only as far as was asked', async () => {
    await foreign();
    await using plan = await act({ mode: 'plan' });
    expect(counts(plan)).toEqual([7, 4, 0, 0]);
    expect(fieldsOf(plan, '/ecs/papyrus')).toEqual({
      'tag:project': 'null → portfolio',
      'tag:managed-by': 'null → aws-bootstrap:adopted',
    });
    expect(fieldsOf(plan, 'papyrus')).toEqual({
      'tag:project': 'null → portfolio',
      'tag:managed-by': 'null → aws-bootstrap:adopted',
    });
    expect(plan.log.match(/adopted: it existed without the tag managed-by/g)).toHaveLength(4);
    expect(rowOf(plan, '**Repository**')).toContain('adopted: it existed');

    await using run = await act();
    expect(run.exitCode).toBe(0);
    expect((await stage.parameter('GUNICORN_WORKERS')).value).toBe('2');
    expect(await stage.secret('flask')).toEqual({ secret_key: SEED['FLASK_SECRET_KEY'], other: 'kept-kept' });
    await using silent = await act();
    expect(silent.outputs['changed']).toBe('false');
    // One more call than a run without adopted parameters: the filter for the other tag.
    expect(stage.aws.calls).toHaveLength(14);

    // A setting that is given is wanted on adopted ones too; loosening it needs a consent.
    await using given = await act({ 'image-tag-mutability': 'MUTABLE', 'log-retention-days': '14' });
    expect(given.exitCode).toBe(1);
    expect(changesOf(given).find(({ consent }) => consent === 'loosen')?.name).toBe('papyrus');
    expect(fieldsOf(given, '/ecs/papyrus')).toEqual({ retention: 'never → 14' });
    await using loosened = await act({
      'image-tag-mutability': 'MUTABLE',
      'log-retention-days': '14',
      allow: 'loosen',
    });
    expect(loosened.exitCode).toBe(0);
    expect(operations()).toContain('PutImageTagMutability');
  });

  test('is left alone with adopt: false, and the rest is done', async () => {
    await foreign();
    await using run = await act({ adopt: 'false' });
    expect(run.exitCode).toBe(1);
    expect(run.outputs).toMatchObject({ 'failure-reason': 'blocked', blocked: '4', 'to-create': '7' });
    expect((await stage.parameter('GUNICORN_WORKERS')).value).toBe('7');
    expect(await stage.secret('flask')).toEqual({ secret_key: 'old-old-old', other: 'kept-kept' });
    expect((await stage.parameter('LOG_LEVEL')).value).toBe('info');
    await using again = await act({ adopt: 'false' });
    expect(stage.aws.writes()).toEqual([]);
    expect(again.outputs['blocked']).toBe('4');
  });

  test('that others own is blocked by their name', async () => {
    await stage.others.logs.send(
      new CreateLogGroupCommand({
        logGroupName: '/ecs/papyrus',
        tags: { 'aws:cloudformation:stack-name': 'network' },
      }),
    );
    await stage.others.secrets.send(
      new CreateSecretCommand({ Name: 'papyrus/prd/db', SecretString: '{"password":"theirs-theirs"}' }),
    );
    stage.aws.own('papyrus/prd/db', 'rds');
    await using run = await act();
    expect(run.exitCode).toBe(1);
    expect(run.outputs['failure-reason']).toBe('blocked');
    expect(run.log).toContain('it belongs to the CloudFormation stack network');
    expect(run.log).toContain('it belongs to the service rds');
    expect(run.outputs['to-create']).toBe('9');
    expect(stage.aws.writes().filter(({ error }) => error !== undefined)).toEqual([]);
  });
});

describe('only', () => {
  test.each([
    ['log-group', ['logs']],
    ['parameters', ['ssm']],
    ['secrets', ['secretsmanager']],
    ['repository', ['ecr']],
    ['parameters, log-group', ['logs', 'ssm']],
  ])('%s: the rest is neither read nor changed', async (only, services) => {
    await using run = await act({ only });
    expect(run.exitCode).toBe(0);
    expect([...new Set(stage.aws.calls.map(({ service }) => service))].sort()).toEqual(
      [...services, 'sts'].sort(),
    );
    await using silent = await act({ only });
    expect(silent.outputs['changed']).toBe('false');
    if (!services.includes('ecr')) expect(silent.outputs['repository-uri']).toBe('');
  });
});

describe('empty values', () => {
  const stands = async () => {
    await using run = await stage.act({
      secrets: 'DB_PASSWORD=first-value\nTOKEN=tok-tok-tok',
      dotenv: 'PLAIN=x\n',
    });
    expect(run.exitCode).toBe(0);
  };
  const empty = { secrets: 'DB_PASSWORD=\nTOKEN=', dotenv: 'PLAIN=\n' };

  test('auto: what came from secrets fails an apply, before anything is called', async () => {
    await using run = await stage.act(empty);
    expect(run.exitCode).toBe(1);
    expect(run.outputs['failure-reason']).toBe('input');
    expect(run.log).toMatch(/DB_PASSWORD: its value is empty/);
    expect(run.log).toMatch(/TOKEN: its value is empty/);
    expect(run.log).not.toMatch(/error\].*PLAIN/);
    expect(stage.aws.calls).toEqual([]);
  });

  test('auto in plan and drift, on a fork say: everything but the values is compared', async () => {
    await stands();
    for (const mode of ['plan', 'drift']) {
      await using run = await stage.act({ ...empty, mode, tags: 'cost=1' });
      expect(fieldsOf(run, 'papyrus/prd/db')).toEqual({ 'tag:cost': 'null → 1' });
      expect(fieldsOf(run, '/papyrus/prd/TOKEN')).toEqual({ 'tag:cost': 'null → 1' });
      expect(run.log).toContain('empty here');
    }
  });

  test('auto in plan: what apply would create is told, without its value', async () => {
    await using run = await stage.act({ ...empty, mode: 'plan' });
    expect(run.exitCode).toBe(0);
    expect(openOf(run)).toMatchObject({ 'papyrus/prd/db': 'create', '/papyrus/prd/TOKEN': 'create' });
    expect(openOf(run)).not.toHaveProperty('/papyrus/prd/PLAIN');
  });

  test('skip: what stands stays, what does not stand is not made', async () => {
    await using bare = await stage.act({ ...empty, 'on-empty': 'skip' });
    expect(bare.exitCode).toBe(0);
    expect(
      stage.aws
        .writes()
        .map(({ operation }) => operation)
        .sort(),
    ).toEqual(['CreateLogGroup', 'CreateRepository', 'PutRetentionPolicy']);
    await stage.aws.reset();
    await stands();
    await using run = await stage.act({ ...empty, 'on-empty': 'skip' });
    expect(run.exitCode).toBe(0);
    expect(run.outputs['changed']).toBe('false');
    expect(await stage.secret('db')).toEqual({ password: 'first-value' });
    expect(Object.keys(JSON.parse(run.outputs['parameters'] ?? ''))).toEqual(['PLAIN', 'TOKEN']);
  });

  test('fail: any empty value does', async () => {
    await using run = await stage.act({ dotenv: 'PLAIN=\n', 'on-empty': 'fail', mode: 'plan' });
    expect(run.exitCode).toBe(1);
    expect(run.log).toContain('PLAIN: its value is empty');
    expect(stage.aws.calls).toEqual([]);
  });
});

describe('accounts and regions', () => {
  test('another account is refused before anything else is read', async () => {
    await using run = await act({ 'allowed-account-ids': '210987654321, 111111111111' });
    expect(run.exitCode).toBe(1);
    expect(run.outputs['failure-reason']).toBe('input');
    expect(run.log).toContain('account 123456789012, which is not in the list');
    expect(operations()).toEqual(['GetCallerIdentity']);
  });

  test('an account of the list is let through', async () => {
    await using run = await act({ 'allowed-account-ids': '210987654321\n123456789012', mode: 'plan' });
    expect(run.exitCode).toBe(0);
    expect(operations()[0]).toBe('GetCallerIdentity');
    expect(operations().length).toBeGreaterThan(5);
  });

  test('the region: an input, else the ambient one, else us-west-2 with a notice', async () => {
    const env = { AWS_REGION: undefined, AWS_DEFAULT_REGION: undefined };
    const regionOf = (run: ActionRun) => JSON.parse(run.outputs['plan'] ?? '').region;
    await using input = await act({ mode: 'plan', region: 'ap-northeast-1' });
    expect(regionOf(input)).toBe('ap-northeast-1');
    await using ambient = await act({ mode: 'plan' }, { env: { AWS_REGION: 'eu-west-1' } });
    expect(regionOf(ambient)).toBe('eu-west-1');
    await using none = await act({ mode: 'plan' }, { env });
    expect(regionOf(none)).toBe('us-west-2');
    expect(
      none.annotations.filter(({ level }) => level === 'notice').map(({ message }) => message),
    ).toContainEqual(expect.stringContaining('us-west-2 is used'));
  });
});

describe('the callback URL', () => {
  const PUBLIC = 'http://203.0.113.7:5000/callback';

  test.each(['http://0.0.0.0:5000/callback', 'http://localhost:5000/callback', 'http://127.0.0.1/callback'])(
    '%s never replaces a public one',
    async (local) => {
      const inputs = { dotenv: `AUTH0_CALLBACK_URL=${local}\n`, only: 'parameters' };
      await using first = await stage.act(inputs);
      expect((await stage.parameter('AUTH0_CALLBACK_URL')).value).toBe(local);
      expect(first.exitCode).toBe(0);
      await stage.put('AUTH0_CALLBACK_URL', PUBLIC);
      await using kept = await stage.act(inputs);
      expect(kept.exitCode).toBe(0);
      expect(stage.aws.writes()).toEqual([]);
      expect(kept.outputs['drifted']).toBe('false');
      expect(kept.log).toContain('the existing public URL is kept');
      expect((await stage.parameter('AUTH0_CALLBACK_URL')).value).toBe(PUBLIC);
      await using drift = await stage.act({ ...inputs, mode: 'drift' });
      expect(drift.exitCode).toBe(0);
    },
  );

  test('a public one replaces any', async () => {
    await using first = await stage.act({ dotenv: `AUTH0_CALLBACK_URL=${PUBLIC}\n`, only: 'parameters' });
    expect(first.exitCode).toBe(0);
    await using run = await stage.act({
      dotenv: 'AUTH0_CALLBACK_URL=http://203.0.113.8:5000/callback\n',
      only: 'parameters',
    });
    expect(run.outputs['changed']).toBe('true');
    expect((await stage.parameter('AUTH0_CALLBACK_URL')).value).toBe('http://203.0.113.8:5000/callback');
  });
});

test('what takes long is told beforehand, and AWS is asked for no more than it allows', async () => {
  const many = Object.fromEntries(
    Array.from({ length: 48 }, (_, index) => [`GUNICORN_V${index}`, String(index)]),
  );
  const at: number[] = [];
  let inFlight = 0;
  let most = 0;
  stage.aws.onCall(({ operation }, moment) => {
    if (operation !== 'PutParameter') return;
    if (moment === 'before') at.push(performance.now());
    inFlight += moment === 'before' ? 1 : -1;
    most = Math.max(most, inFlight);
  });
  await using run = await stage.act({ dotenv: dotenv(many), only: 'parameters' });
  expect(run.exitCode).toBe(0);
  expect(run.log).toMatch(/48 parameters to write, about 1\d s/);
  expect(run.log.indexOf('48 parameters to write')).toBeLessThan(run.log.indexOf('✓ '));
  expect(most).toBeLessThanOrEqual(8);
  const late = at.slice(20);
  expect(late.length / (((late.at(-1) ?? 0) - (late[0] ?? 0)) / 1000)).toBeLessThan(3.2);
  await using silent = await stage.act({ dotenv: dotenv(many), only: 'parameters' });
  expect(silent.outputs['changed']).toBe('false');
  expect(operations().sort()).toEqual(
    [
      'DescribeParameters',
      'DescribeParameters',
      ...Array.from({ length: 5 }, () => 'GetParameters'),
      'GetCallerIdentity',
    ].sort(),
  );
}, 120_000);

test('names that are gone from the .env are no drift', async () => {
  await stand();
  await using run = await act({ mode: 'drift', dotenv: dotenv(without('LOG_LEVEL', 'FLASK_SECRET_KEY')) });
  expect(run.exitCode).toBe(0);
  expect(run.outputs['drifted']).toBe('false');
});
