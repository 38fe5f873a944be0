/** A variable that goes elsewhere: the new place is written first, the old copy goes last, whatever happens in between. */
import type { ChildProcess } from 'node:child_process';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AwsServer, type Call, startAws } from '../servers/aws.ts';
import { type Account, account, CANARIES, SEED } from './account.ts';
import { findLeaks } from './leaks.ts';

let aws: AwsServer;
let at: Account;
beforeAll(async () => {
  aws = await startAws();
  at = account(aws);
});
afterAll(() => aws.close());
beforeEach(() => aws.reset());

const P = '/papyrus/prd';
const CONFIG = '.github/aws-bootstrap.yml';
const writes = () => aws.writes().map(({ operation }) => operation);

/** Runs a step and kills it, without a word, as soon as a call has been applied. */
async function killAfter(
  isLast: (call: Call) => boolean,
  inputs: Record<string, string>,
  files: Record<string, string> = {},
): Promise<void> {
  let child: ChildProcess | undefined;
  const stop = aws.onCall((call, moment) => {
    if (moment === 'after' && isLast(call)) child?.kill('SIGKILL');
  });
  const run = await at.step(inputs, {
    files,
    onSpawn: (spawned) => {
      child = spawned;
    },
  });
  stop();
  expect(run.signal).toBe('SIGKILL');
}

describe('from a parameter to a secret', () => {
  const moved = { dotenv: SEED, prune: 'delete' };
  beforeEach(async () => {
    await at.step({ dotenv: SEED, prefer: 'ssm' });
    aws.forget();
  });

  it('writes the secret first, and then takes the parameters away', async () => {
    const run = await at.step(moved);
    expect(run.exitCode, run.log).toBe(0);
    const order = writes();
    expect(
      Math.max(...order.flatMap((name, index) => (name === 'PutSecretValue' ? [index] : []))),
    ).toBeLessThan(order.indexOf('DeleteParameters'));
    expect(await at.parameters()).not.toContain(`${P}/DB_USER`);
    expect((await at.secret('papyrus/prd/db'))?.value.username).toBe('papyrus');
    expect(run.outputs['secrets']).toContain('DB_USER');
    expect(run.outputs['parameters']).not.toContain('DB_USER');
    aws.forget();
    expect((await at.step(moved)).exitCode).toBe(0);
    expect(writes()).toEqual([]);
    expect(findLeaks(run, CANARIES)).toEqual([]);
  });

  it('with report, says what the old copy costs and exposes, at every run', async () => {
    for (const _ of [1, 2]) {
      const run = await at.step({ dotenv: SEED });
      expect(run.exitCode, run.log).toBe(0);
      expect(run.log).toContain('a stale copy of DB_USER, now in papyrus/prd/db');
      expect(run.log).toContain('costs nothing, and everybody who may read parameters reads it in plain');
    }
    expect(await at.parameters()).toContain(`${P}/DB_USER`);
  });

  it('the old copy stays where the new place could not be written', async () => {
    aws.fault({ operation: 'PutSecretValue', kind: 'access-denied', times: 9 });
    const failed = await at.step(moved);
    expect(failed.exitCode).toBe(1);
    expect(failed.log).toContain('skipped');
    expect(aws.count('DeleteParameters')).toBe(0);
    expect(await at.parameters()).toContain(`${P}/DB_USER`);
  });

  it('the old copy stays where the new place is blocked', async () => {
    aws.own('papyrus/prd/db', 'rds');
    const blocked = await at.step(moved);
    expect(blocked.exitCode).toBe(1);
    const left = await at.parameters();
    expect(left).toContain(`${P}/DB_USER`);
    // What has nothing to do with it is done.
    expect(left).not.toContain(`${P}/AUTH0_CLIENT_ID`);
  });

  it('killed between the new place and the old one, the next run ends it', async () => {
    await killAfter(({ operation }) => operation === 'PutSecretValue', moved);
    expect(aws.count('DeleteParameters')).toBe(0);
    expect(await at.parameters()).toContain(`${P}/DB_USER`);
    const next = await at.step(moved);
    expect(next.exitCode, next.log).toBe(0);
    expect(await at.parameters()).not.toContain(`${P}/DB_USER`);
    expect((await at.secret('papyrus/prd/db'))?.value).toMatchObject({
      username: 'papyrus',
      host: 'db.internal',
    });
    expect((await at.secret('papyrus/prd/auth0'))?.value.client_id).toBe('client-id-0001');
  });
});

describe('from a secret to a parameter', () => {
  const files = {
    [CONFIG]: 'rules:\n  - { match: FLASK_SECRET_KEY, to: secure-parameter }\nprune: delete\n',
  };
  beforeEach(async () => {
    await at.step({ dotenv: SEED });
    aws.forget();
  });

  it('writes the parameter first, then schedules the secret for deletion', async () => {
    const run = await at.step({ dotenv: SEED }, { files });
    expect(run.exitCode, run.log).toBe(0);
    expect(writes()).toEqual(['PutParameter', 'DeleteSecret']);
    expect(run.log).toContain('a stale copy of FLASK_SECRET_KEY, now in /papyrus/prd/FLASK_SECRET_KEY');
    expect(await at.parameter(`${P}/FLASK_SECRET_KEY`)).toMatchObject({
      type: 'SecureString',
      value: 'flask-key-canary-4',
    });
    expect(findLeaks(run, CANARIES)).toEqual([]);
  });

  it('killed in between, the next run ends it', async () => {
    await killAfter(({ operation }) => operation === 'PutParameter', { dotenv: SEED }, files);
    expect((await at.secret('papyrus/prd/flask'))?.deleted).toBeUndefined();
    const next = await at.step({ dotenv: SEED }, { files });
    expect(next.exitCode, next.log).toBe(0);
    expect((await at.secret('papyrus/prd/flask'))?.deleted).toBeDefined();
  });

  it('a key of a secret that stays is told, and an exact bundle takes it out last', async () => {
    const kept = await at.step({ dotenv: SEED, prefer: 'ssm', prune: 'delete' });
    expect(kept.exitCode, kept.log).toBe(0);
    expect(kept.log).toContain('username (DB_USER, now in /papyrus/prd/DB_USER)');
    expect(kept.log).toContain('bundles: { db: { mode: exact } }');
    expect((await at.secret('papyrus/prd/db'))?.value.username).toBe('papyrus');

    await aws.reset();
    await at.step({ dotenv: SEED });
    aws.forget();
    const exact = { [CONFIG]: 'bundles: { db: { mode: exact }, auth0: { mode: exact } }\nprefer: ssm\n' };
    const changed = SEED.replace('db-password-canary-1', 'db-password-canary-9');
    const run = await at.step({ dotenv: changed }, { files: exact });
    expect(run.exitCode, run.log).toBe(0);
    expect(run.log).not.toContain('somebody else');
    const order = writes();
    expect(order.lastIndexOf('PutParameter')).toBeLessThan(order.lastIndexOf('PutSecretValue'));
    expect((await at.secret('papyrus/prd/db'))?.value).toEqual({
      password: 'db-password-canary-9',
      postgres_password: 'pg-password-canary-2',
    });
    aws.forget();
    const again = await at.step({ dotenv: changed }, { files: exact });
    expect(writes()).toEqual([]);
    expect(again.outputs['config-fingerprint']).toBe(run.outputs['config-fingerprint']);
  });

  it('the old copy of what is no secret hides nothing: names that hold its value stay readable', async () => {
    const dotenv = 'POSTGRES_USER=postgres\nPOSTGRES_PASSWORD=move-canary-91-value';
    await at.step({ mode: 'apply', dotenv });
    const run = await at.step({ mode: 'apply', dotenv, prefer: 'ssm' });
    expect(run.exitCode, run.log).toBe(0);
    expect(run.masks).not.toContain('postgres');
    expect(run.masks).toContain('move-canary-91-value');
    expect(run.log).toContain('postgres_user (POSTGRES_USER, now in /papyrus/prd/POSTGRES_USER)');
    expect(run.dropped.filter((name) => run.outputs[name] !== '')).toEqual([]);
  });

  it('an exact bundle keeps the key of a variable that is empty here, or whose new place is left out', async () => {
    const exact = { [CONFIG]: 'bundles: { db: { mode: exact } }\nprefer: ssm\non-empty: skip\n' };
    const empty = await at.step({ dotenv: SEED.replace('DB_USER=papyrus', 'DB_USER=') }, { files: exact });
    expect(empty.exitCode, empty.log).toBe(0);
    expect((await at.secret('papyrus/prd/db'))?.value.username).toBe('papyrus');
    expect((await at.secret('papyrus/prd/db'))?.value.host).toBeUndefined();

    await aws.reset();
    await at.step({ dotenv: SEED });
    const only = await at.step({ dotenv: SEED, only: 'secrets' }, { files: exact });
    expect(only.exitCode, only.log).toBe(0);
    expect((await at.secret('papyrus/prd/db'))?.value).toMatchObject({
      username: 'papyrus',
      host: 'db.internal',
    });
  });
});

describe('within one name', () => {
  it('String becomes SecureString in place', async () => {
    await at.step({ dotenv: SEED });
    aws.forget();
    const run = await at.step({ secrets: SEED, prune: 'delete' });
    expect(run.exitCode, run.log).toBe(0);
    expect(aws.count(/^Delete/)).toBe(0);
    expect(await at.parameter(`${P}/GUNICORN_WORKERS`)).toMatchObject({ type: 'SecureString', version: 2 });
  });

  it('SecureString to String needs the consent, and says that it takes 30 seconds', async () => {
    await at.step({ secrets: 'PLAIN_ONE=1' });
    // Without a rule a String is only a guess, and what is encrypted stays so, whatever is allowed.
    const kept = await at.step({ dotenv: 'PLAIN_ONE=1', allow: 'change-type' });
    expect([kept.exitCode, kept.outputs['changed']], kept.log).toEqual([0, 'false']);
    const files = { [CONFIG]: 'rules: [{ match: PLAIN_ONE, to: parameter }]\n' };
    const blocked = await at.step({ dotenv: 'PLAIN_ONE=1' }, { files });
    expect(blocked.exitCode).toBe(1);
    expect(blocked.log).toContain('allow: change-type');
    const run = await at.step({ dotenv: 'PLAIN_ONE=1', allow: 'change-type' }, { files });
    expect(run.exitCode, run.log).toBe(0);
    expect(run.log).toContain('30 seconds');
    expect(await at.parameter(`${P}/PLAIN_ONE`)).toMatchObject({ type: 'String', value: '1' });
  }, 90_000);

  it('write: once creates, and then never overwrites', async () => {
    const files = {
      [CONFIG]: 'rules:\n  - { match: SENTRY_DSN, to: [parameter, secret/app], key: dsn, write: once }\n',
    };
    await at.step({ dotenv: 'SENTRY_DSN=first' }, { files });
    aws.forget();
    const run = await at.step({ dotenv: 'SENTRY_DSN=second' }, { files });
    expect(run.exitCode, run.log).toBe(0);
    expect(writes()).toEqual([]);
    expect((await at.parameter(`${P}/dsn`))?.value).toBe('first');
    expect((await at.secret('papyrus/prd/app'))?.value).toEqual({ dsn: 'first' });
  });
});

describe('killed between two batches', () => {
  it('the next run ends it', async () => {
    const many = Array.from({ length: 25 }, (_, index) => `GUNICORN_EXTRA_${index}=${index}`).join('\n');
    const asked = { dotenv: SEED, prune: 'delete', allow: 'prune-many' };
    await at.step({ dotenv: `${SEED}\n${many}` });
    aws.forget();
    // The first batch is applied, the others never arrive.
    const hold = aws.onCall(({ operation }, moment) =>
      moment === 'before' && operation === 'DeleteParameters' && aws.count('DeleteParameters') > 1
        ? new Promise(() => {})
        : undefined,
    );
    await killAfter(({ operation }) => operation === 'DeleteParameters', asked);
    hold();
    expect((await at.parameters()).filter((name) => name.includes('EXTRA'))).toHaveLength(15);
    const next = await at.step(asked);
    expect(next.exitCode, next.log).toBe(0);
    expect((await at.parameters()).filter((name) => name.includes('EXTRA'))).toEqual([]);
  });
});
