import { describe, expect, it } from 'vitest';
import type { DesiredResource } from '../../src/desired/desired-resource.ts';
import { ABSENT } from '../../src/model/fields.ts';
import { Secret } from '../../src/secret.ts';
import { ask, type Given } from '../asking.ts';
import { SEED_ENV, SEED_SECRETS } from '../seed.ts';

function desiredOf(given: Given): Map<string, DesiredResource> {
  const { desired, faults } = ask(given);
  expect(faults).toEqual([]);
  return new Map(desired.resources.map((resource) => [resource.spec.name, resource]));
}
const fields = (resource: DesiredResource | undefined) =>
  Object.fromEntries(
    Object.entries(resource?.spec.fields ?? {})
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, value instanceof Secret ? `secret ${value.reveal()}` : value]),
  );

describe("the seed's case", () => {
  const found = desiredOf({ inputs: { dotenv: SEED_ENV, tags: 'project=portfolio' } });

  it('has these resources, and no other', () => {
    expect([...found.keys()]).toEqual([
      '/ecs/papyrus',
      'papyrus',
      '/papyrus/prd/AUTH0_DOMAIN',
      '/papyrus/prd/AUTH0_CALLBACK_URL',
      '/papyrus/prd/GUNICORN_WORKERS',
      '/papyrus/prd/GUNICORN_BIND',
      '/papyrus/prd/LOG_LEVEL',
      '/papyrus/prd/SMTP_PASSWORD',
      '/papyrus/prd/REDIS_URL',
      'papyrus/prd/db',
      'papyrus/prd/auth0',
      'papyrus/prd/flask',
    ]);
  });

  it.each<[name: string, fields: Record<string, unknown>]>([
    ['/ecs/papyrus', { retention: 1, class: 'STANDARD' }],
    [
      'papyrus',
      {
        mutability: 'MUTABLE',
        encryption: 'AES256',
        'scan-on-push': 'true',
        'pull-accounts': ABSENT,
        'tag:aws-bootstrap:pull-accounts': ABSENT,
      },
    ],
    ['/papyrus/prd/AUTH0_DOMAIN', { value: 'secret papyrus.eu.auth0.example', type: 'String' }],
    ['/papyrus/prd/AUTH0_CALLBACK_URL', { value: 'secret http://0.0.0.0:5000/callback', type: 'String' }],
    ['/papyrus/prd/GUNICORN_WORKERS', { value: 'secret 2', type: 'String' }],
    ['/papyrus/prd/LOG_LEVEL', { value: 'secret info', type: 'String' }],
    [
      '/papyrus/prd/SMTP_PASSWORD',
      { value: 'secret Kanari-smtp-2a3b4c', type: 'SecureString', 'key-id': 'alias/aws/ssm' },
    ],
    [
      'papyrus/prd/db',
      {
        'key-id': 'alias/aws/secretsmanager',
        'key:username': 'secret papyrus',
        'key:password': 'secret Kanari-db-0a1b2c',
        'key:host': 'secret db.internal.example',
        'key:name': 'secret papyrus_prd',
        'key:postgres_user': 'secret postgres_admin',
        'key:postgres_password': 'secret Kanari-pg-3d4e5f',
        'key:postgres_db': 'secret papyrus_db',
      },
    ],
    [
      'papyrus/prd/auth0',
      {
        'key-id': 'alias/aws/secretsmanager',
        'key:client_id': 'secret aBcDeFgHiJkL',
        'key:client_secret': 'secret Kanari-auth0-6a7b8c',
        'key:domain': 'secret papyrus.eu.auth0.example',
      },
    ],
    [
      'papyrus/prd/flask',
      { 'key-id': 'alias/aws/secretsmanager', 'key:secret_key': 'secret Kanari-flask-9d0e1f' },
    ],
  ])('%s', (name, expected) => {
    expect(fields(found.get(name))).toEqual({ ...expected, 'tag:project': 'portfolio' });
  });

  it('never prints a secret', () => {
    const text = JSON.stringify([...found]);
    for (const secret of SEED_SECRETS) expect(text).not.toContain(secret);
  });

  it('manages defaults only where they are ours', () => {
    const defaults = Object.fromEntries([...found].map(([name, resource]) => [name, [...resource.defaults]]));
    expect(defaults).toMatchObject({
      '/ecs/papyrus': ['class', 'retention'],
      papyrus: ['mutability', 'exclusions', 'encryption', 'scan-on-push'],
      '/papyrus/prd/LOG_LEVEL': [],
      '/papyrus/prd/SMTP_PASSWORD': ['key-id'],
      'papyrus/prd/db': ['key-id'],
    });
  });
});

describe('with prefer: ssm', () => {
  it('the either rows are parameters, and domain is out of the bundle', () => {
    const found = desiredOf({ inputs: { dotenv: SEED_ENV, prefer: 'ssm' } });
    for (const name of [
      'DB_USER',
      'DB_HOST',
      'DB_NAME',
      'POSTGRES_USER',
      'POSTGRES_DB',
      'AUTH0_CLIENT_ID',
      'AUTH0_DOMAIN',
    ])
      expect(fields(found.get(`/papyrus/prd/${name}`))['type']).toBe('String');
    expect(Object.keys(fields(found.get('papyrus/prd/db')))).toEqual([
      'key-id',
      'key:password',
      'key:postgres_password',
    ]);
    expect(Object.keys(fields(found.get('papyrus/prd/auth0')))).toEqual(['key-id', 'key:client_secret']);
    expect(found.has('papyrus/prd/flask')).toBe(true);
  });
});

it('a bundle whose name is like the end of an ARN is not created', () => {
  const config =
    'rules: [{ match: [A_TOKEN], to: secret/my-backup }, { match: [B_TOKEN], to: secret/backup }]';
  const found = desiredOf({ inputs: { dotenv: 'A_TOKEN=x\nB_TOKEN=y' }, config });
  expect(found.get('papyrus/prd/my-backup')?.uncreatable).toMatch(/six characters/);
  expect(found.get('papyrus/prd/backup')?.uncreatable).toBeUndefined();
});

describe('settings reach the specs', () => {
  it('given ones are no defaults', () => {
    const found = desiredOf({
      inputs: {
        dotenv: 'A_TOKEN=x\nDB_PASSWORD=y',
        'log-retention-days': '30',
        'image-tag-mutability': 'IMMUTABLE',
        'scan-on-push': 'false',
        'kms-key-id': 'alias/k',
      },
    });
    expect([...(found.get('/ecs/papyrus')?.defaults ?? [])]).toEqual(['class']);
    expect([...(found.get('papyrus')?.defaults ?? ['x'])]).toEqual([]);
    expect([...(found.get('/papyrus/prd/A_TOKEN')?.defaults ?? ['x'])]).toEqual([]);
    expect(fields(found.get('/ecs/papyrus'))['retention']).toBe(30);
    expect(fields(found.get('papyrus'))).toMatchObject({
      mutability: 'IMMUTABLE',
      encryption: 'KMS',
      'key-id': 'alias/k',
      'scan-on-push': 'false',
    });
    expect(fields(found.get('/papyrus/prd/A_TOKEN'))['key-id']).toBe('alias/k');
    expect(fields(found.get('papyrus/prd/db'))['key-id']).toBe('alias/k');
  });

  it('exclusions and a lifecycle', () => {
    const found = desiredOf({
      inputs: {
        'image-tag-mutability': 'IMMUTABLE_WITH_EXCLUSION: latest',
        'lifecycle-policy': 'keep-last:3',
      },
    });
    expect(fields(found.get('papyrus'))).toMatchObject({
      exclusions: 'latest',
      lifecycle: expect.stringContaining('"countNumber":3'),
    });
  });

  it('a plain String has no key', () => {
    expect(
      fields(desiredOf({ inputs: { dotenv: 'PORT=1', 'kms-key-id': 'alias/k' } }).get('/papyrus/prd/PORT')),
    ).toEqual({ value: 'secret 1', type: 'String' });
  });

  it.each([
    ['log-group', ['/ecs/papyrus']],
    ['parameters', ['/papyrus/prd/PORT', '/papyrus/prd/AUTH0_DOMAIN']],
    ['secrets', ['papyrus/prd/auth0', 'papyrus/prd/db']],
    ['repository', ['papyrus']],
    ['secrets, log-group', ['/ecs/papyrus', 'papyrus/prd/auth0', 'papyrus/prd/db']],
  ])('only: %s', (only, names) => {
    const found = desiredOf({
      inputs: { dotenv: 'PORT=1\nAUTH0_DOMAIN=x\nAUTH0_CLIENT_SECRET=y\nDB_PASSWORD=z', only },
    });
    expect([...found.keys()]).toEqual(names);
  });

  it('bundles of a rule are exact or merged', () => {
    const config =
      'rules:\n  - { match: A, to: secret/a }\n  - { match: B, to: secret/b }\nbundles: { a: { mode: exact } }';
    const found = desiredOf({ inputs: { dotenv: 'A=1\nB=2' }, config });
    expect([...(found.get('papyrus/prd/a')?.closed ?? [])]).toEqual(['key:']);
    expect([...(found.get('papyrus/prd/b')?.closed ?? ['x'])]).toEqual([]);
  });

  it('the bundles into which nothing goes are reported at once, unless nothing goes anywhere', () => {
    const config = `rules: [{ match: A, to: secret/payments }]
bundles: { paymets: { mode: exact }, payments: { mode: exact }, other: { mode: merge } }`;
    expect(ask({ inputs: { dotenv: 'A=1' }, config }).notices).toEqual([
      expect.stringMatching(/^bundles: .*"paymets" \(.*\bpayments\?\), "other"$/),
    ]);
    expect(ask({ config }).notices).toEqual([]);
  });

  it('write: once stays with its field', () => {
    const config = 'rules:\n  - { match: [A, B], to: [secret/a, parameter], write: once }';
    const found = desiredOf({ inputs: { dotenv: 'A=1\nB=2' }, config });
    expect([...(found.get('papyrus/prd/a')?.once ?? [])]).toEqual(['key:A', 'key:B']);
    expect([...(found.get('/papyrus/prd/A')?.once ?? [])]).toEqual(['value']);
  });

  it('an ignored variable is nowhere', () => {
    const { desired } = ask({ inputs: { dotenv: 'A=1' }, config: 'rules: [{ match: A, to: ignore }]' });
    expect(desired.destinations).toEqual([]);
    expect(desired.resources.map(({ kind }) => kind)).toEqual([
      'AWS::Logs::LogGroup',
      'AWS::ECR::Repository',
    ]);
  });
});

describe('an empty value', () => {
  const empty = (inputs: Record<string, string>) => {
    const { desired, faults, notices } = ask({ inputs });
    const [resource] = desired.resources.filter(
      ({ kind }) => kind === 'AWS::SSM::Parameter' || kind === 'AWS::SecretsManager::Secret',
    );
    return { resource, faults, notices, destination: desired.destinations[0] };
  };

  it.each<[source: string, mode: string, onEmpty: string, fails: boolean, expected: boolean]>([
    ['dotenv', 'apply', 'auto', false, false],
    ['dotenv', 'plan', 'auto', false, false],
    ['secrets', 'apply', 'auto', true, false],
    ['secrets', 'plan', 'auto', false, true],
    ['secrets', 'drift', 'auto', false, true],
    ['secrets', 'apply', 'skip', false, false],
    ['secrets', 'plan', 'skip', false, false],
    ['secrets', 'plan', 'fail', true, false],
    ['dotenv', 'apply', 'fail', true, false],
    ['dotenv', 'drift', 'fail', true, false],
  ])('of %s in %s with on-empty: %s fails: %s, is expected: %s', (source, mode, onEmpty, fails, expected) => {
    const { resource, faults, notices, destination } = empty({
      [source]: 'DB_PASSWORD=',
      mode,
      'on-empty': onEmpty,
    });
    expect(faults).toHaveLength(fails ? 1 : 0);
    expect(notices).toHaveLength(fails ? 0 : 1);
    expect(destination?.empty).toBe(true);
    expect(resource?.unknown).toEqual(new Set(['key:password']));
    expect(resource?.expected).toBe(expected);
    expect(resource?.spec.fields).not.toHaveProperty('key:password');
  });

  it('is reported once, though it has two places', () => {
    expect(empty({ dotenv: 'AUTH0_DOMAIN=' }).notices).toEqual([
      expect.stringMatching(/^input dotenv line 1: AUTH0_DOMAIN: /),
    ]);
  });

  it('of a parameter is compared by everything but its value, and the type that hangs on it', () => {
    const { resource } = empty({ dotenv: 'PORT=', tags: 'a=b' });
    expect(resource?.unknown).toEqual(new Set(['value', 'type']));
    expect(fields(resource)).toEqual({ type: 'String', 'tag:a': 'b' });
  });

  it.each<[what: string, inputs: Record<string, string>, config: string, unknown: string[]]>([
    ['from secrets is a SecureString', { secrets: 'PORT=', mode: 'plan' }, '', ['value']],
    ['of a name that is secret, too', { dotenv: 'SMTP_PASSWORD=' }, '', ['value']],
    ['of a rule has its type', { dotenv: 'PORT=' }, 'rules: [{ match: PORT, to: parameter }]', ['value']],
    ['of the table may have been given as a secret', { dotenv: 'GUNICORN_BIND=' }, '', ['value', 'type']],
  ])('%s', (_what, inputs, config, unknown) => {
    expect(ask({ inputs, config }).desired.resources.at(-1)?.unknown).toEqual(new Set(unknown));
  });

  it.each<[what: string, given: Given['inputs'], where: string]>([
    ['of a .env', { dotenv: 'A=1\nSMTP_USER=dev', secrets: 'SMTP_USER=' }, 'input dotenv line 2'],
    ['of JSON, read last', { variables: '{"SMTP_USER":"dev"}', secrets: 'SMTP_USER=' }, 'input variables'],
  ])('from secrets in apply is reported, though a value %s replaces it', (_what, inputs, where) => {
    const warning = (more: object) => ask({ inputs: { ...inputs, ...more } }).warnings;
    expect(warning({})).toEqual([
      expect.stringMatching(new RegExp(`^${where}: SMTP_USER: .*\\binput secrets line 1\\b`)),
    ]);
    expect(warning({ 'on-empty': 'fail' })).toHaveLength(1);
    expect(warning({ 'on-empty': 'skip' })).toEqual([]);
    expect(warning({ mode: 'plan' })).toEqual([]);
  });

  it('does not keep the others of its bundle from being created', () => {
    const { resource } = empty({ dotenv: 'DB_PASSWORD=\nDB_USER=x' });
    expect(resource?.expected).toBe(true);
    expect(resource?.unknown).toEqual(new Set(['key:password']));
    expect(fields(resource)['key:username']).toBe('secret x');
  });
});

describe('the callback of app-url', () => {
  const callbackOf = (inputs: Record<string, string>) => {
    const { desired, faults } = ask({ inputs: { 'app-url': 'https://app.example.com', ...inputs } });
    expect(faults).toEqual([]);
    const [resource] = desired.resources.filter(({ spec }) => spec.name.endsWith('/AUTH0_CALLBACK_URL'));
    return fields(resource);
  };

  it.each([
    ['that was a plain setting', { dotenv: 'AUTH0_CALLBACK_URL=http://0.0.0.0:5000/callback' }, 'String'],
    ['from secrets', { secrets: 'AUTH0_CALLBACK_URL=http://0.0.0.0:5000/callback' }, 'SecureString'],
    ['that was not there', {}, 'String'],
  ])('takes the place of one %s, and keeps its type', (_what, inputs, type) => {
    const found = callbackOf(inputs);
    expect(found['type']).toBe(type);
    expect(String(found['value'])).toContain('https://app.example.com/callback');
  });
});
