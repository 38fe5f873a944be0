/** A variable that moves: the new destination is written first and the stale copy deleted last, whatever happens in between. */
import type { ChildProcess } from 'node:child_process';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Call } from '../servers/aws.ts';
import { accountForFile } from '../servers/for-file.ts';
import { CANARIES, SEED } from './account.ts';
import { findLeaks } from './leaks.ts';
import { failed, linesOf, passed } from './outcome.ts';
import { stateAfter } from './replay.ts';

const { aws, at } = await accountForFile();

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
  beforeEach(stateAfter(aws, () => at.step({ dotenv: SEED, prefer: 'ssm' })));

  it('writes the secret first, and then takes the parameters away', async () => {
    const run = passed(await at.step(moved));
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

  it('with report, names the stale copy at every run', async () => {
    for (const _ of [1, 2]) {
      const run = passed(await at.step({ dotenv: SEED }));
      expect(linesOf(run, 'stale copy', 'DB_USER', 'papyrus/prd/db')).not.toEqual([]);
    }
    expect(await at.parameters()).toContain(`${P}/DB_USER`);
  });

  it('killed between the two destinations, the next run completes it', async () => {
    await killAfter(({ operation }) => operation === 'PutSecretValue', moved);
    expect(aws.count('DeleteParameters')).toBe(0);
    expect(await at.parameters()).toContain(`${P}/DB_USER`);
    passed(await at.step(moved));
    expect(await at.parameters()).not.toContain(`${P}/DB_USER`);
    expect((await at.secret('papyrus/prd/db'))?.value).toMatchObject({
      username: 'papyrus',
      host: 'db.internal',
    });
    expect((await at.secret('papyrus/prd/auth0'))?.value.client_id).toBe('client-id-0001');
  });

  it('the stale copy is kept where the new destination is blocked', async () => {
    aws.own('papyrus/prd/db', 'rds');
    failed(await at.step(moved), 'blocked');
    const left = await at.parameters();
    expect(left).toContain(`${P}/DB_USER`);
    // What has nothing to do with it is done.
    expect(left).not.toContain(`${P}/AUTH0_CLIENT_ID`);
  });
});

describe('from a secret to a parameter', () => {
  const files = {
    [CONFIG]: 'rules:\n  - { match: FLASK_SECRET_KEY, to: secure-parameter }\nprune: delete\n',
  };
  beforeEach(stateAfter(aws, () => at.step({ dotenv: SEED })));

  it('writes the parameter first, then schedules the secret for deletion', async () => {
    const run = passed(await at.step({ dotenv: SEED }, { files }));
    expect(writes()).toEqual(['PutParameter', 'DeleteSecret']);
    expect(linesOf(run, 'stale copy', `${P}/FLASK_SECRET_KEY`)).not.toEqual([]);
    expect(await at.parameter(`${P}/FLASK_SECRET_KEY`)).toMatchObject({
      type: 'SecureString',
      value: 'flask-key-canary-4',
    });
    expect(findLeaks(run, CANARIES)).toEqual([]);
  });
});

describe('within one name', () => {
  it('changes SecureString to String with the opt-in, and announces the 30 seconds', async () => {
    await at.putParameter(`${P}/PLAIN_ONE`, { 'managed-by': 'aws-bootstrap' }, '1', 'SecureString');
    // Without a rule a String is only a guess, and what is encrypted stays so, whatever is allowed.
    const inputs = { dotenv: 'PLAIN_ONE=1', only: 'parameters' };
    const kept = await at.step({ ...inputs, allow: 'change-type' });
    expect([kept.exitCode, kept.outputs['changed']], kept.log).toEqual([0, 'false']);
    const files = { [CONFIG]: 'rules: [{ match: PLAIN_ONE, to: parameter }]\n' };
    const blocked = failed(await at.step(inputs, { files }), 'blocked');
    expect(blocked.log).toContain('allow: change-type');
    const run = passed(await at.step({ ...inputs, allow: 'change-type' }, { files }));
    expect(run.log).toContain('30 seconds');
    expect(await at.parameter(`${P}/PLAIN_ONE`)).toMatchObject({ type: 'String', value: '1' });
  }, 90_000);
});

describe('killed between two batches', () => {
  it('the next run completes it', async () => {
    const many = Array.from({ length: 25 }, (_, index) => `GUNICORN_EXTRA_${index}`);
    const inputs = { dotenv: SEED, prune: 'delete', allow: 'prune-many' };
    const ours = { 'managed-by': 'aws-bootstrap' };
    for (const line of many) await at.putParameter(`${P}/${line}`, ours);
    // The first batch is applied, the others never arrive.
    const hold = aws.onCall(({ operation }, moment) =>
      moment === 'before' && operation === 'DeleteParameters' && aws.count('DeleteParameters') > 1
        ? new Promise(() => {})
        : undefined,
    );
    await killAfter(({ operation }) => operation === 'DeleteParameters', inputs);
    hold();
    expect((await at.parameters()).filter((name) => name.includes('EXTRA'))).toHaveLength(15);
    passed(await at.step(inputs));
    expect((await at.parameters()).filter((name) => name.includes('EXTRA'))).toEqual([]);
  });
});
