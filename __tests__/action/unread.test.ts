/** A drift check, and a plan, by a role that reads no values (iam/roles.yml: the drift reader), through the bundle. */
import { beforeEach, expect, test } from 'vitest';
import { stageForFile } from '../servers/for-file.ts';
import { findLeaks } from './leaks.ts';
import { failed, linesOf, messagesOf, passed } from './outcome.ts';
import { stateAfter } from './replay.ts';
import type { ActionRun } from './run.ts';
import { changesOf, dotenv, fieldsOf, openOf, SEED } from './stage.ts';

const stage = await stageForFile();
const act = (mode: string, inputs: Record<string, string> = {}, files: Record<string, string> = {}) =>
  stage.act({ mode, dotenv: dotenv(), tags: 'project=portfolio', ...inputs }, { files });
beforeEach(stateAfter(stage.aws, () => act('apply')));
/** What DriftReadsValues: false leaves out, and everything that writes. */
const deny = () =>
  stage.aws.fault({
    operation:
      /^(GetParameters|GetSecretValue|BatchGetSecretValue|Put.*|Create.*|Delete.*|Add.*|Remove.*|Tag.*|Untag.*|Restore.*|Update.*)$/,
    kind: 'access-denied',
    times: Number.POSITIVE_INFINITY,
  });
/** The notices of a run that count what was compared without its value. */
const notCompared = (run: ActionRun) => messagesOf(run, 'notice', ': 6 parameters and 3 secrets');
const CANARIES = [
  'DB_PASSWORD',
  'POSTGRES_PASSWORD',
  'AUTH0_CLIENT_SECRET',
  'FLASK_SECRET_KEY',
  'STRIPE_API_KEY',
].map((name) => SEED[name] ?? '');

test.each(['plan', 'drift'])(
  '%s finds nothing where only values may differ, and reports what it did not compare',
  async (mode) => {
    await using whole = await act(mode);
    deny();
    await using run = passed(await act(mode));
    expect(run.outputs).toMatchObject({ drifted: 'false', blocked: '0', 'failure-reason': '' });
    // What is made of names, versions and ARNs is the same as for who reads everything.
    for (const output of [
      'config-fingerprint',
      'plan-hash',
      'parameters',
      'secrets',
      'task-definition-secrets',
      'monthly-cost-usd',
    ])
      expect([output, run.outputs[output]]).toEqual([output, whole.outputs[output]]);
    expect(notCompared(run)).toHaveLength(1);
    expect(linesOf(run, '11 resources', ', 9 ')).toHaveLength(1);
    const [headline = '', ...lines] = run.summary.split('\n');
    expect(headline).toContain(', 9 ');
    const rows = lines.filter((line) => /without.*value,/.test(line));
    expect(rows).toHaveLength(9);
    expect(rows.filter((line) => line.includes('0 keys'))).toEqual([]);
    const unread = (
      JSON.parse(run.outputs['plan'] ?? '') as { changes: Array<{ name: string; unread?: boolean }> }
    ).changes
      .filter((change) => change.unread === true)
      .map(({ name }) => name);
    expect(unread).toHaveLength(9);
    expect(stage.aws.writes()).toEqual([]);
    expect(findLeaks(run, CANARIES)).toEqual([]);
  },
);

test('drift by absence, type, tag and deletion is found; a value that drifted is not', async () => {
  const { ssm, secrets } = stage.others;
  await stage.put('LOG_LEVEL', 'debug');
  await stage.put('GUNICORN_WORKERS', '2', 'SecureString');
  await ssm.deleteParameter({ Name: '/papyrus/prd/GUNICORN_TIMEOUT' });
  await secrets.untagResource({ SecretId: 'papyrus/prd/flask', TagKeys: ['project'] });
  await secrets.deleteSecret({ SecretId: 'papyrus/prd/auth0' });
  deny();
  // A type that no rule sets is a guess, and what is encrypted stays so.
  const files = { '.github/aws-bootstrap.yml': 'rules: [{ match: GUNICORN_WORKERS, to: parameter }]\n' };
  await using run = await act('drift', {}, files);
  expect(run.exitCode).toBe(1);
  expect(run.outputs).toMatchObject({ drifted: 'true', 'failure-reason': 'drifted' });
  expect(openOf(run)).toEqual({
    '/papyrus/prd/GUNICORN_WORKERS': 'blocked',
    '/papyrus/prd/GUNICORN_TIMEOUT': 'create',
    'papyrus/prd/flask': 'update',
    'papyrus/prd/auth0': 'update',
  });
  expect(fieldsOf(run, 'papyrus/prd/flask')).toEqual({ 'tag:project': 'null → portfolio' });
  expect(changesOf(run).find(({ name }) => name === '/papyrus/prd/LOG_LEVEL')?.action).toBe('none');
  passed(await act('drift', { 'fail-on-drift': 'false' }, files));
  expect(stage.aws.writes()).toEqual([]);
});

test('apply by such a role fails, prints the statements, and writes nothing', async () => {
  await stage.put('LOG_LEVEL', 'debug');
  deny();
  await using run = failed(await act('apply'), 'access-denied');
  expect(run.log).toContain('"Action":"ssm:GetParameters"');
  expect(messagesOf(run, 'notice')).toEqual([]);
  expect((await stage.parameter('LOG_LEVEL')).value).toBe('debug');
});
