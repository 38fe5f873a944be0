/** A run that is over, and cannot be reported whole: its result stands, and what is missing is told. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { stageForFile } from '../servers/for-file.ts';
import { passed } from './outcome.ts';
import type { ActionRun } from './run.ts';
import { dotenv } from './stage.ts';

const stage = await stageForFile();

const seed = { dotenv: dotenv(), mode: 'apply' };
/** The toolkit appends to what the runner has made. */
const nowhere = () => join(mkdtempSync(join(tmpdir(), 'unreported-')), 'none', 'summary.md');
const told = (run: ActionRun, level: string) =>
  run.annotations.filter((one) => one.level === level).map(({ message }) => message);

describe('a summary that cannot be written', () => {
  test('leaves an apply that did everything green, with all its outputs', async () => {
    await using run = passed(await stage.act(seed, { env: { GITHUB_STEP_SUMMARY: nowhere() } }));
    expect(stage.aws.writes().length).toBeGreaterThan(5);
    expect(run.outputs).toMatchObject({ changed: 'true', 'failure-reason': '' });
    expect(Object.keys(JSON.parse(run.outputs['parameters'] ?? ''))).toContain('LOG_LEVEL');
    expect(run.outputs['plan-file']).toMatch(/\.json$/);
    expect(run.log).not.toContain('before there was a plan');
    expect(told(run, 'warning').at(-1)).toBe(
      'job summary: the run is over and its result is in the log; it could not be reported completely: the file of the job summary (GITHUB_STEP_SUMMARY) cannot be written',
    );
  });

  test('does not hide why a run fails', async () => {
    await stage.put('GUNICORN_TIMEOUT', '30', 'SecureString');
    const files = { '.github/aws-bootstrap.yml': 'rules: [{ match: GUNICORN_TIMEOUT, to: parameter }]\n' };
    await using run = await stage.act(seed, { files, env: { GITHUB_STEP_SUMMARY: nowhere() } });
    expect(run.exitCode, run.log).toBe(1);
    expect(run.outputs).toMatchObject({ changed: 'true', 'failure-reason': 'blocked', blocked: '1' });
    expect(told(run, 'error').at(-1)).toBe(
      '1 configured change is blocked, and the rest was done. (failure-reason: blocked)',
    );
  });

  test.each([
    ['input', { prefix: 'papyrus' }, /^1 input error; nothing was written/],
    ['credentials', {}, /there are no AWS credentials/],
  ])('does not hide %s', async (reason, inputs, why) => {
    await using run = await stage.act(
      { ...seed, ...inputs },
      { env: { GITHUB_STEP_SUMMARY: nowhere(), AWS_ACCESS_KEY_ID: undefined } },
    );
    expect(run.exitCode, run.log).toBe(1);
    expect(run.outputs['failure-reason']).toBe(reason);
    expect(told(run, 'error').at(-1)).toMatch(why);
    expect(run.log).toContain('the job summary could not be written');
  });
});

test('writes the outputs without space for files, and fails', async () => {
  const temp = join(mkdtempSync(join(tmpdir(), 'unreported-')), 'temp');
  writeFileSync(temp, '');
  const task = JSON.stringify({ family: 'papyrus', containerDefinitions: [{ name: 'app' }] });
  await using run = await stage.act(
    { ...seed, 'task-definition': 'task.json' },
    { env: { RUNNER_TEMP: temp }, files: { 'task.json': task } },
  );
  expect(run.exitCode, run.log).toBe(1);
  expect(run.outputs).toMatchObject({ changed: 'true', 'failure-reason': 'internal', 'task-definition': '' });
  expect(Object.keys(JSON.parse(run.outputs['parameters'] ?? ''))).toContain('LOG_LEVEL');
  expect(run.outputs['plan-file']).toBeUndefined();
  expect(told(run, 'error')).toEqual([
    expect.stringMatching(/^task definition: the run is over.*: the system refuses it \(E[A-Z]+\)$/),
    expect.stringMatching(/^outputs: the run is over.*: the system refuses it \(E[A-Z]+\)$/),
    'the task definition could not be written. Finished work is kept (failure-reason: internal)',
  ]);
  expect(run.summary).toContain('The task definition could not be written');
});
