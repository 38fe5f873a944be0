import { describe, expect, test } from 'vitest';
import { stageForFile } from '../servers/for-file.ts';
import { failed, linesOf, passed } from './outcome.ts';
import { stateAfter } from './replay.ts';
import type { ActionRun } from './run.ts';
import { changesOf, dotenv, fieldsOf, openOf, SEED, type Stage, without } from './stage.ts';

const stage = await stageForFile();

const seed = { dotenv: dotenv(), tags: 'project=portfolio' };
const act = (inputs: Record<string, string> = {}, more: Parameters<Stage['act']>[1] = {}) =>
  stage.act({ ...seed, ...inputs }, more);
const store = stateAfter(stage.aws, () => act());
const counts = ({ outputs }: ActionRun) =>
  ['to-create', 'to-update', 'to-delete', 'blocked'].map((name) => Number(outputs[name]));
const operations = () => stage.aws.calls.map(({ operation }) => operation);

describe('modes', () => {
  test.each([
    ['push', 'apply'],
    ['pull_request', 'plan'],
  ])('auto on %s is %s', async (name, mode) => {
    await using run = passed(await act({}, { event: { name } }));
    expect(run.outputs).toMatchObject({
      'to-create': '11',
      changed: String(mode === 'apply'),
      drifted: 'true',
    });
    expect(stage.aws.writes().length).toBe(mode === 'apply' ? 12 : 0);
    expect(run.summary).toContain(mode === 'plan' ? 'Plan: ' : ' created');
  });

  test.each(['apply', 'destroy'])(
    'plans on pull_request where the configuration file sets mode: %s',
    async (mode) => {
      await store();
      const files = { '.github/aws-bootstrap.yml': `mode: ${mode}\nallow: [delete-log-group]\n` };
      await using run = passed(
        await act(
          { dotenv: dotenv({ GUNICORN_WORKERS: '17' }), confirm: '/papyrus/prd' },
          { event: { name: 'pull_request' }, files, checkout: {} },
        ),
      );
      expect(run.outputs).toMatchObject({ 'to-update': '1', 'to-delete': '0', changed: 'false' });
      expect(stage.aws.writes()).toEqual([]);
      const warnings = run.annotations.filter(({ level }) => level === 'warning');
      expect(warnings.filter(({ message }) => message.includes(mode))).toMatchObject([
        { properties: { file: '.github/aws-bootstrap.yml', line: '1' } },
      ]);
    },
  );

  test('a guard that the file requires and that arrives empty stops the run before the first call', async () => {
    const files = { '.github/aws-bootstrap.yml': 'require: [expect-plan, allowed-account-ids]\n' };
    await using run = failed(await act({ 'expect-plan': '', 'allowed-account-ids': '' }, { files }), 'input');
    for (const name of ['expect-plan', 'allowed-account-ids']) expect(linesOf(run, name)).not.toEqual([]);
    expect(stage.aws.calls).toEqual([]);
    passed(await act({ mode: 'plan', 'allowed-account-ids': '123456789012' }, { files }));
  });

  test('refuses pull_request_target before any call', async () => {
    failed(await act({}, { event: { name: 'pull_request_target' } }), 'input');
    expect(stage.aws.calls).toEqual([]);
  });

  test('a plan is what the next apply does', async () => {
    await using plan = await act({ mode: 'plan' });
    await using run = await act({ mode: 'apply' });
    expect(run.outputs['plan']).toBe(plan.outputs['plan']);
    expect(run.outputs['plan-hash']).toBe(plan.outputs['plan-hash']);
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
    ['drift that is reported without failure', { 'fail-on-drift': 'false' }, 0, ''],
  ])('%s', async (_, inputs, exitCode, reason) => {
    await using run = await act({ mode: 'drift', ...inputs });
    expect(run.exitCode).toBe(exitCode);
    expect(run.outputs).toMatchObject({ drifted: 'true', changed: 'false', 'failure-reason': reason });
    expect(counts(run)).toEqual([11, 0, 0, 0]);
    expect(stage.aws.writes()).toEqual([]);
  });

  test('no drift, no failure', async () => {
    await store();
    await using run = passed(await act({ mode: 'drift' }));
    expect(run.outputs).toMatchObject({ drifted: 'false', 'failure-reason': '' });
    expect(stage.aws.calls).toHaveLength(13);
  });
});

describe('drift, of every kind at once', () => {
  /** A type that is only a guess is not configured: without a rule the SecureString would be kept. */
  const files = { '.github/aws-bootstrap.yml': 'rules: [{ match: AUTH0_CALLBACK_URL, to: parameter }]\n' };
  /** One of each, behind its back. */
  async function disturb(): Promise<void> {
    const { logs, ssm, secrets, ecr } = stage.others;
    await stage.put('GUNICORN_WORKERS', '9');
    await stage.put('AUTH0_DOMAIN', 'elsewhere.auth0.com');
    await stage.put('STRIPE_API_KEY', 'sk_test_somebodyelse', 'SecureString');
    await stage.put('AUTH0_CALLBACK_URL', 'http://0.0.0.0:5000/callback', 'SecureString');
    await ssm.deleteParameter({ Name: '/papyrus/prd/LOG_LEVEL' });
    await ssm.addTagsToResource({
      ResourceType: 'Parameter',
      ResourceId: '/papyrus/prd/GUNICORN_TIMEOUT',
      Tags: [{ Key: 'project', Value: 'other' }],
    });
    const { host: _, ...db } = await stage.secret('db');
    await secrets.putSecretValue({
      SecretId: 'papyrus/prd/db',
      SecretString: JSON.stringify({ ...db, password: 'changed-Passw0rd', theirs: { port: 5432 } }),
    });
    await secrets.deleteSecret({ SecretId: 'papyrus/prd/auth0' });
    await secrets.untagResource({ SecretId: 'papyrus/prd/flask', TagKeys: ['project'] });
    await logs.putRetentionPolicy({ logGroupName: '/ecs/papyrus', retentionInDays: 30 });
    await logs.tagResource({
      resourceArn: 'arn:aws:logs:us-west-2:123456789012:log-group:/ecs/papyrus',
      tags: { project: 'other' },
    });
    stage.aws.storedBytes('/ecs/papyrus', 5);
    await ecr.putImageTagMutability({ repositoryName: 'papyrus', imageTagMutability: 'IMMUTABLE' });
  }

  const corrections = {
    '/papyrus/prd/GUNICORN_WORKERS': { value: '9 → 2' },
    '/papyrus/prd/AUTH0_DOMAIN': { value: '*** → ***' },
    '/papyrus/prd/STRIPE_API_KEY': { value: '*** → ***' },
    '/papyrus/prd/GUNICORN_TIMEOUT': { 'tag:project': 'other → portfolio' },
    'papyrus/prd/db': { 'key:password': '*** → ***', 'key:host': 'null → ***' },
    'papyrus/prd/flask': { 'tag:project': 'null → portfolio' },
    '/ecs/papyrus': { 'tag:project': 'other → portfolio' },
    papyrus: { mutability: 'IMMUTABLE → MUTABLE' },
  };

  test('is reported per field and corrected by the next apply; what needs an opt-in stays blocked', async () => {
    await store();
    await disturb();

    await using drift = failed(await act({ mode: 'drift' }, { files }), 'drifted');
    expect(stage.aws.writes()).toEqual([]);
    expect(drift.outputs).toMatchObject({ drifted: 'true', changed: 'false' });
    // The log group has two changes: its tag goes on, its retention does not.
    expect(counts(drift)).toEqual([1, 9, 0, 2]);
    for (const [name, fields] of Object.entries(corrections))
      expect([name, fieldsOf(drift, name)]).toEqual([name, fields]);
    expect(openOf(drift)['/papyrus/prd/LOG_LEVEL']).toBe('create');
    expect(fieldsOf(drift, '/ecs/papyrus', 'blocked')).toEqual({ retention: '30 → 1' });
    expect(fieldsOf(drift, '/papyrus/prd/AUTH0_CALLBACK_URL', 'blocked')).toMatchObject({
      type: 'SecureString → String',
    });
    expect(
      changesOf(drift)
        .filter(({ action }) => action === 'blocked')
        .map(({ consent }) => consent)
        .sort(),
    ).toEqual(['change-type', 'shorten-retention']);

    await using corrected = await act({}, { files });
    expect(corrected.exitCode).toBe(1);
    expect(corrected.outputs).toMatchObject({ 'failure-reason': 'blocked', changed: 'true', blocked: '2' });
    expect((await stage.parameter('GUNICORN_WORKERS')).value).toBe('2');
    expect(await stage.secret('db')).toMatchObject({
      password: SEED['DB_PASSWORD'],
      host: SEED['DB_HOST'],
      theirs: { port: 5432 },
    });
    expect(await stage.secret('auth0')).toMatchObject({ domain: SEED['AUTH0_DOMAIN'] });
    const { repositories } = await stage.others.ecr.describeRepositories({});
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
});

describe('only', () => {
  test.each([
    ['secrets', ['secretsmanager']],
    ['repository', ['ecr']],
    ['parameters, log-group', ['logs', 'ssm']],
  ])('%s: the rest is neither read nor changed', async (only, services) => {
    await using run = passed(await act({ only }));
    expect([...new Set(stage.aws.calls.map(({ service }) => service))].sort()).toEqual(
      [...services, 'sts'].sort(),
    );
    if (!services.includes('ecr')) expect(run.outputs['repository-uri']).toBe('');
  });
});

describe('empty values', () => {
  const empty = { secrets: 'DB_PASSWORD=\nTOKEN=', dotenv: 'PLAIN=\n' };

  test('auto: what came from secrets fails an apply, before anything is called', async () => {
    await using run = failed(await stage.act(empty), 'input');
    for (const [name, errors] of Object.entries({ DB_PASSWORD: 1, TOKEN: 1, PLAIN: 0 }))
      expect(linesOf(run, `${name}: `)).toHaveLength(errors);
    expect(stage.aws.calls).toEqual([]);
  });

  test('skip keeps what exists, and creates nothing', async () => {
    passed(await stage.act({ ...empty, 'on-empty': 'skip' }));
    expect(
      stage.aws
        .writes()
        .map(({ operation }) => operation)
        .sort(),
    ).toEqual(['CreateLogGroup', 'CreateRepository', 'PutRetentionPolicy']);
    await stage.aws.reset();
    passed(await stage.act({ secrets: 'DB_PASSWORD=first-value\nTOKEN=tok-tok-tok', dotenv: 'PLAIN=x\n' }));
    await using run = passed(await stage.act({ ...empty, 'on-empty': 'skip' }));
    expect(run.outputs['changed']).toBe('false');
    expect(await stage.secret('db')).toEqual({ password: 'first-value' });
    expect(Object.keys(JSON.parse(run.outputs['parameters'] ?? ''))).toEqual(['PLAIN', 'TOKEN']);
  });
});

describe('accounts and regions', () => {
  test('another account is refused before anything else is read', async () => {
    await using run = failed(await act({ 'allowed-account-ids': '210987654321, 111111111111' }), 'input');
    expect(run.log).toContain('123456789012');
    expect(operations()).toEqual(['GetCallerIdentity']);
  });
});

test('ignores names that are no longer in the .env', async () => {
  await store();
  await using run = passed(
    await act({ mode: 'drift', dotenv: dotenv(without('LOG_LEVEL', 'FLASK_SECRET_KEY')) }),
  );
  expect(run.outputs['drifted']).toBe('false');
});
