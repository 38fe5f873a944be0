/** A run that is over and cannot be reported completely: its result counts, and what is missing is named. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { stageForFile } from '../servers/for-file.ts';
import type { Level } from './commands.ts';
import { linesOf, messagesOf, passed } from './outcome.ts';
import type { ActionRun } from './run.ts';
import { dotenv } from './stage.ts';

const stage = await stageForFile();

const seed = { dotenv: dotenv(), mode: 'apply' };
/** The toolkit appends to what the runner has made. */
const nowhere = () => join(mkdtempSync(join(tmpdir(), 'unreported-')), 'none', 'summary.md');
const lastOf = (run: ActionRun, level: Level) => messagesOf(run, level).at(-1);

describe('a summary that cannot be written', () => {
  test('leaves an apply that did everything green, with all its outputs', async () => {
    await using run = passed(await stage.act(seed, { env: { GITHUB_STEP_SUMMARY: nowhere() } }));
    expect(stage.aws.writes().length).toBeGreaterThan(5);
    expect(run.outputs).toMatchObject({ changed: 'true', 'failure-reason': '' });
    expect(Object.keys(JSON.parse(run.outputs['parameters'] ?? ''))).toContain('LOG_LEVEL');
    expect(run.outputs['plan-file']).toMatch(/\.json$/);
    expect(lastOf(run, 'warning')).toMatch(/^job summary: .*GITHUB_STEP_SUMMARY/);
  });

  test('does not hide why a run fails', async () => {
    await stage.put('GUNICORN_TIMEOUT', '30', 'SecureString');
    const files = { '.github/aws-bootstrap.yml': 'rules: [{ match: GUNICORN_TIMEOUT, to: parameter }]\n' };
    await using run = await stage.act(seed, { files, env: { GITHUB_STEP_SUMMARY: nowhere() } });
    expect(run.exitCode, run.log).toBe(1);
    expect(run.outputs).toMatchObject({ changed: 'true', 'failure-reason': 'blocked', blocked: '1' });
    expect(lastOf(run, 'error')).toMatch(/\(failure-reason: blocked\)$/);
  });

  test.each([
    ['input', { prefix: 'papyrus' }],
    ['credentials', {}],
  ])('does not hide %s', async (reason, inputs) => {
    await using run = await stage.act(
      { ...seed, ...inputs },
      { env: { GITHUB_STEP_SUMMARY: nowhere(), AWS_ACCESS_KEY_ID: undefined } },
    );
    expect(run.exitCode, run.log).toBe(1);
    expect(run.outputs['failure-reason']).toBe(reason);
    expect(lastOf(run, 'error')).toContain(`(failure-reason: ${reason})`);
    expect(linesOf(run, 'job summary')).not.toEqual([]);
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
  expect(messagesOf(run, 'error')).toEqual([
    expect.stringMatching(/^task definition: .*\(E[A-Z]+\)$/),
    expect.stringMatching(/^outputs: .*\(E[A-Z]+\)$/),
    expect.stringMatching(/^the task.*\(failure-reason: internal\)$/),
  ]);
  expect(run.summary).toContain('task definition');
});
