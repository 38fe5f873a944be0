/** What people read where a run takes away: destroy, prune, a variable that moved; and what is found and is not ours. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { steps } from '../../src/report/messages.ts';
import { readable } from '../report/readable.ts';
import { type AwsServer, startAws } from '../servers/aws.ts';
import { type Account, account, SEED } from './account.ts';
import type { ActionRun } from './run.ts';
import { statesOf } from './stage.ts';

let aws: AwsServer;
let at: Account;
beforeAll(async () => {
  aws = await startAws();
  at = account(aws);
});
afterAll(() => aws?.close());
beforeEach(() => aws.reset());

const P = '/papyrus/prd';
const ALL = { mode: 'destroy', confirm: P, allow: 'delete-log-group, delete-repository' };
const headline = (run: ActionRun) => run.summary.split('\n')[0];

const states = statesOf;
const REDEPLOY = steps.redeploy.split('`')[0] ?? '';

/** Names that say whose they are. */
const OWN = { 'log-group': '/ecs/{application}-{environment}', repository: '{application}/{environment}' };

const applied = async (more: Record<string, string> = {}) => {
  const run = await at.step({ dotenv: SEED, ...more });
  expect(run.exitCode, run.log).toBe(0);
};
async function adopted(): Promise<void> {
  await at.createRepository('papyrus');
  await at.putParameter(`${P}/GUNICORN_TIMEOUT`, { team: 'ours' }, '30');
  await applied();
}

describe('destroy', () => {
  it('that was not confirmed says what it would take away, and how to let it', async () => {
    await adopted();
    const run = await at.step({ mode: 'destroy' });
    expect(headline(run)).toBe('## ❌ Nothing written: 7 to delete, 2 to release');
    expect(states(run)).toMatchObject({
      '/ecs/papyrus': '📌 kept',
      GUNICORN_WORKERS: '🗑️ to delete',
      GUNICORN_TIMEOUT: '🏷️ to release',
      'papyrus/prd/db': '🗑️ to delete',
      papyrus: '🏷️ to release',
    });
    expect(run.summary).toContain('confirm: /papyrus/prd');
    expect(run.summary).not.toContain('mode: apply');
  });

  it('that took everything away says so, and how to have it back', async () => {
    await applied(OWN);
    const run = await at.step({ ...ALL, ...OWN });
    expect(run.exitCode, run.log).toBe(0);
    expect(headline(run)).toBe('## ✅ 10 deleted');
    expect(new Set(Object.values(states(run)))).toEqual(new Set(['🗑️ deleted']));
    expect(run.summary).toContain('The 3 secrets can be restored for 30 days');
    expect(run.summary).not.toContain(REDEPLOY);
    const again = await at.step({ ...ALL, ...OWN });
    expect(headline(again)).toBe('## ✅ Nothing to delete');
  });

  it('keeps what has no consent, lets go what was adopted, and names both', async () => {
    await adopted();
    const run = await at.step({ mode: 'destroy', confirm: P });
    expect(headline(run)).toBe('## ✅ 7 deleted, 2 released, 1 kept');
    expect(states(run)).toMatchObject({
      '/ecs/papyrus': '📌 kept',
      GUNICORN_TIMEOUT: '🏷️ released',
      papyrus: '🏷️ released',
    });
    // No opt-in deletes a log group that other environments may use.
    expect(run.summary).toContain('its name does not hold `{environment}`');
    expect(run.summary).not.toContain('`allow: delete-log-group`');
    // Nothing is said of repositories that were never ours to delete, nor that what was let go is ours.
    expect(run.summary).not.toContain('allow: delete-repository');
    expect(run.summary).not.toContain('was adopted');
  });
});

describe('prune', () => {
  const less = SEED.split('\n')
    .filter((line) => !/^(GUNICORN_TIMEOUT|FLASK_SECRET_KEY)=/.test(line))
    .join('\n');

  it('counts what it deleted apart from what it changed', async () => {
    await applied();
    const report = await at.step({ dotenv: less });
    expect(states(report)['GUNICORN_TIMEOUT']).toBe('🟡 not configured');
    const planned = await at.step({ mode: 'plan', dotenv: less, prune: 'delete' });
    expect(headline(planned)).toBe('## 📝 Plan: 2 to delete');
    expect(states(planned)['GUNICORN_TIMEOUT']).toBe('🗑️ to delete');
    const run = await at.step({
      dotenv: less.replace('GUNICORN_WORKERS=2', 'GUNICORN_WORKERS=3'),
      prune: 'delete',
    });
    expect(headline(run)).toBe('## ✅ 1 updated, 2 deleted');
    expect(run.log).toContain('1 updated, 2 deleted');
    expect(states(run)).toMatchObject({
      ['GUNICORN_TIMEOUT']: '🗑️ deleted',
      'papyrus/prd/flask': '🗑️ deleted',
      ['GUNICORN_WORKERS']: '✏️ updated',
    });
  });

  it('of old copies alone asks nobody to deploy again', async () => {
    await applied();
    const run = await at.step({ dotenv: less, prune: 'delete' });
    expect(headline(run)).toContain('2 deleted');
    expect(run.summary).not.toContain(REDEPLOY);
  });

  it('deletes the old place of a variable that moved', async () => {
    await at.step({ dotenv: SEED, prefer: 'ssm' });
    const run = await at.step({ dotenv: SEED, prune: 'delete' });
    expect(run.exitCode, run.log).toBe(0);
    expect(states(run)).toMatchObject({
      ['DB_USER']: '🗑️ deleted',
      'papyrus/prd/db': '✏️ updated',
    });
  });
});

it('what others keep below the prefix stands under Found, and is neither missing nor a change', async () => {
  await applied();
  await at.putParameter(`${P}/THEIRS`, { team: 'other' });
  await at.createSecret('papyrus/prd/theirs', { team: 'other' });
  for (const mode of ['apply', 'drift']) {
    const run = await at.step({ mode, dotenv: SEED });
    expect(run.exitCode, run.log).toBe(0);
    expect(states(run)).toMatchObject({ THEIRS: '👤 unmanaged', 'papyrus/prd/theirs': '👤 unmanaged' });
    expect(run.summary.split('THEIRS')).toHaveLength(2);
    expect(run.summary).not.toContain('⬜ missing');
  }
});

it('a key that a secret lacks reads missing, in log and summary', async () => {
  await at.createSecret('papyrus/prd/flask', { 'managed-by': 'aws-bootstrap' }, { other: 'x' });
  const run = await at.step({ mode: 'plan', dotenv: SEED });
  expect(run.log).toContain('key:secret_key: missing');
  expect(run.log).not.toContain('key:secret_key: "***"');
  expect(readable(run.summary)).toContain('| &emsp;key `secret_key` | missing |');
});
