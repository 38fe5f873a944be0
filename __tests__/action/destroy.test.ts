/** mode: destroy leaves nothing behind that costs, and deletes nothing that this action did not create. */
import { beforeEach, describe, expect, it } from 'vitest';
import { steps } from '../../src/report/messages.ts';
import { Auth0Server } from '../servers/auth0.ts';
import { accountForFile } from '../servers/for-file.ts';
import { account, CANARIES, SEED } from './account.ts';
import { findLeaks } from './leaks.ts';
import { failed, linesOf, passed } from './outcome.ts';
import { stateAfter } from './replay.ts';

const { aws, at } = await accountForFile();

const P = '/papyrus/prd';
const CONFIRMED = { mode: 'destroy', confirm: P };
const ALL = { ...CONFIRMED, allow: 'delete-log-group, delete-repository' };
/** Names that say whose they are. */
const OWN = { 'log-group': '/ecs/{application}-{environment}', repository: '{application}/{environment}' };

/** Of the line for each resource that is kept. */
const COSTS = 'still costs';
const stored = stateAfter(aws, () => at.step({ dotenv: SEED }));
const storedOwn = stateAfter(aws, () => at.step({ dotenv: SEED, ...OWN }));

describe('without confirm', () => {
  it.each([
    ['none', undefined],
    ['another prefix', '/papyrus/stg'],
  ])(
    '%s: shows the whole plan, writes nothing, fails, and names the input to set',
    async (_name, confirm) => {
      await storedOwn();
      const shown = failed(
        await at.step({ mode: 'destroy', ...OWN, ...(confirm === undefined ? {} : { confirm }) }),
        'input',
      );
      expect(shown.log).toContain(`confirm: ${P}`);
      for (const name of ['AUTH0_DOMAIN', 'GUNICORN_WORKERS'])
        expect(shown.log).toContain(`- parameter ${P}/${name}`);
      expect(shown.log).toContain('- secret papyrus/prd/db');
      expect(shown.log).toContain('allow: delete-log-group');
      expect(shown.outputs['to-delete']).toBe('8');
      expect(aws.writes()).toEqual([]);
      expect(findLeaks(shown, CANARIES)).toEqual([]);
    },
  );
});

describe('with confirm', () => {
  it('needs no variables, deletes what it created, keeps what needs an opt-in, and lists what still costs', async () => {
    await stored();
    const gone = passed(await at.step(CONFIRMED));
    expect(gone.outputs['failure-reason']).toBe('');
    expect(await at.parameters()).toEqual([]);
    expect(await at.secrets()).toEqual([]);
    expect(await at.logGroup('/ecs/papyrus')).toBeDefined();
    expect(await at.repository('papyrus')).toBeDefined();
    for (const kept of ['log group /ecs/papyrus', 'repository papyrus'])
      expect(linesOf(gone, `: ${kept}`, COSTS)).toHaveLength(1);
    expect(gone.summary).toContain(COSTS);
    const deletions = aws.calls.filter(({ operation }) => operation === 'DeleteSecret');
    expect(deletions.map(({ input }) => input['RecoveryWindowInDays'])).toEqual([30, 30, 30]);
    expect(aws.count('DeleteParameters')).toBe(1);
    expect(gone.outputs['monthly-cost-usd']).toBe('0.00');
    // No value is read to be deleted.
    expect(aws.count(/^(GetParameters|BatchGetSecretValue|GetSecretValue)$/)).toBe(0);
    aws.forget();
    passed(await at.step(CONFIRMED));
    expect(aws.writes()).toEqual([]);
  });

  it('deletes everything with both opt-ins, and an apply on the same day restores it', async () => {
    await storedOwn();
    expect(await at.logGroup('/ecs/papyrus-prd')).toBeDefined();
    const gone = passed(await at.step({ ...ALL, ...OWN }));
    expect(gone.outputs['monthly-cost-usd']).toBe('0.00');
    expect(linesOf(gone, COSTS)).toEqual([]);
    expect(await at.logGroup('/ecs/papyrus-prd')).toBeUndefined();
    expect(await at.repository('papyrus/prd')).toBeUndefined();
    const [deletion] = aws.calls.filter(({ operation }) => operation === 'DeleteRepository');
    expect(deletion?.input['force']).toBe(true);

    passed(await at.step({ dotenv: SEED, ...OWN }));
    expect(aws.count('RestoreSecret')).toBe(3);
    expect((await at.secret('papyrus/prd/db'))?.value.password).toBe('db-password-canary-1');
    expect(await at.parameters()).toHaveLength(5);
    aws.forget();
    const silent = await at.step({ dotenv: SEED, ...OWN });
    expect(silent.outputs['drifted'], silent.log).toBe('false');
    expect(aws.writes()).toEqual([]);
  });

  it('a log group with deletion protection is blocked before anything goes, and the next run finishes', async () => {
    await storedOwn();
    aws.protect('/ecs/papyrus-prd');
    const held = failed(await at.step({ ...ALL, ...OWN }), 'blocked');
    expect(held.outputs).toMatchObject({ 'to-delete': '0', blocked: '1' });
    expect(held.log).toContain('aws logs put-log-group-deletion-protection');
    expect(held.summary).toContain('put-log-group-deletion-protection');
    expect(aws.writes()).toEqual([]);
    // Without its opt-in it stays anyway, and holds up nothing.
    passed(await at.step({ ...CONFIRMED, ...OWN }));
    expect(await at.parameters()).toEqual([]);
    aws.protect('/ecs/papyrus-prd', false);
    passed(await at.step({ ...ALL, ...OWN }));
    expect(await at.logGroup('/ecs/papyrus-prd')).toBeUndefined();

    await aws.reset();
    await stored();
    aws.protect('/ecs/papyrus');
    failed(await at.step(ALL), 'blocked');
    expect(aws.writes()).toEqual([]);
    aws.protect('/ecs/papyrus', false);
  });

  it('restores a secret without a new value as the same configuration', async () => {
    const secrets = { dotenv: SEED, only: 'secrets' };
    const first = await at.step(secrets);
    await at.step({ ...CONFIRMED, only: 'secrets' });
    aws.forget();
    const back = passed(await at.step(secrets));
    expect(aws.writes().map(({ operation }) => operation)).toEqual(Array(3).fill('RestoreSecret'));
    expect([back.outputs['changed'], back.outputs['config-changed']]).toEqual(['true', 'false']);
    expect(back.outputs['config-fingerprint']).toBe(first.outputs['config-fingerprint']);
    expect(back.summary).not.toContain(steps.redeploy.split('`')[0]);

    await at.step({ ...CONFIRMED, only: 'secrets' });
    const other = await at.step({
      ...secrets,
      dotenv: SEED.replace('db-password-canary-1', 'another-one-1'),
    });
    expect(other.outputs['config-changed'], other.log).toBe('true');
    expect(other.outputs['config-fingerprint']).not.toBe(first.outputs['config-fingerprint']);
  });

  it('takes its tag off what was adopted, and leaves what is unmanaged', async () => {
    await at.createLogGroup('/ecs/papyrus');
    await at.createRepository('papyrus');
    await at.putParameter(`${P}/AUTH0_DOMAIN`, { team: 'ours' }, 'papyrus.us.auth0.com');
    await at.createSecret(
      'papyrus/prd/flask',
      { team: 'ours' },
      { secret_key: 'flask-key-canary-4', other: 'x' },
    );
    await at.putParameter(`${P}/FOREIGN`, { team: 'other' });
    await at.createSecret('papyrus/prd/foreign', { team: 'other' });
    passed(await at.step({ dotenv: SEED }));
    const gone = passed(await at.step(ALL));
    expect(await at.parameters()).toEqual([`${P}/AUTH0_DOMAIN`, `${P}/FOREIGN`]);
    expect(await at.secrets()).toEqual(['papyrus/prd/flask', 'papyrus/prd/foreign']);
    expect((await at.parameter(`${P}/AUTH0_DOMAIN`))?.tags).toEqual({ team: 'ours' });
    expect((await at.secret('papyrus/prd/flask'))?.tags).toEqual({ team: 'ours' });
    expect((await at.logGroup('/ecs/papyrus'))?.tags ?? {}).toEqual({});
    expect((await at.repository('papyrus'))?.tags).toEqual({});
    for (const left of ['papyrus/prd/foreign', 'papyrus/prd/flask'])
      expect(linesOf(gone, `secret ${left}`, '$0.40')).not.toEqual([]);
  });

  it('ignores a missing env-file and invalid variables', async () => {
    await stored();
    passed(await at.step({ ...CONFIRMED, 'env-file': '.env', secrets: 'NOT A DOTENV "' }));
    expect(await at.parameters()).toEqual([]);
  });
});

describe('another environment of the application', () => {
  it('keeps the shared log group and repository, also as the last one that is seen', async () => {
    const stg = account(aws, '/papyrus/stg');
    await stored();
    await at.putParameter('/papyrus/stg/GUNICORN_WORKERS', { 'managed-by': 'aws-bootstrap' }, '1');
    const first = passed(await at.step(ALL));
    expect(linesOf(first, '/papyrus/stg')).not.toEqual([]);
    expect(await at.logGroup('/ecs/papyrus')).toBeDefined();
    expect(await at.repository('papyrus')).toBeDefined();
    expect(await at.parameters()).toEqual(['/papyrus/stg/GUNICORN_WORKERS']);
    const last = passed(await stg.step({ ...ALL, confirm: '/papyrus/stg' }));
    expect(last.log).toContain('aws logs delete-log-group --region us-west-2 --log-group-name /ecs/papyrus');
    expect(await at.logGroup('/ecs/papyrus')).toBeDefined();
    expect(await at.repository('papyrus')).toBeDefined();
  });

  it('is found by its secrets alone, and where it cannot be looked for, nothing shared is deleted', async () => {
    await stored();
    await at.createSecret('papyrus/eu/stg/db', { 'managed-by': 'aws-bootstrap:adopted' });
    const kept = await at.step({ mode: 'destroy', allow: ALL.allow });
    expect(linesOf(kept, '/papyrus/eu/stg')).not.toEqual([]);
    aws.fault({
      operation: 'ListSecrets',
      when: ({ Filters }) => JSON.stringify(Filters).includes('"papyrus/"'),
      kind: 'access-denied',
      times: 9,
    });
    failed(await at.step(ALL), 'access-denied');
    expect(aws.count('DeleteLogGroup') + aws.count('DeleteRepository')).toBe(0);
    expect(await at.parameters()).toEqual([]);
  });
});

describe('Auth0', () => {
  const NEW = 'http://203.0.113.7:5000';
  const FOREIGN = {
    callbacks: ['https://other.example.com/callback'],
    allowed_logout_urls: ['https://other.example.com/logout'],
    web_origins: ['https://other.example.com'],
  };
  let auth0: Auth0Server;
  beforeEach(async () => {
    auth0 = await Auth0Server.start({
      applications: [{ client_id: 'app-id', name: 'papyrus', ...structuredClone(FOREIGN) }],
      management: { id: 'management-id', secret: 'management-secret-canary-77' },
    });
    return () => auth0[Symbol.asyncDispose]();
  });
  const access = () => ({
    'auth0-domain': auth0.url,
    'auth0-management-client-id': 'management-id',
    'auth0-management-client-secret': 'management-secret-canary-77',
    'auth0-application-id': 'app-id',
  });
  it('removes the URLs of AUTH0_CALLBACK_URL before it deletes that parameter', async () => {
    await stored();
    Object.assign(auth0.application('app-id'), {
      callbacks: [...FOREIGN.callbacks, `${NEW}/callback`],
      allowed_logout_urls: [...FOREIGN.allowed_logout_urls, `${NEW}/logout`],
      web_origins: [...FOREIGN.web_origins, NEW],
    });
    auth0.inject({
      on: 'update',
      fault: { status: 403, body: '{"errorCode":"insufficient_scope"}' },
      times: 9,
    });
    failed(await at.step({ ...CONFIRMED, ...access() }), 'access-denied');
    expect(await at.parameters()).toEqual([`${P}/AUTH0_CALLBACK_URL`]);
  });
});
