// The command line on a pseudo-terminal, which python3 makes.
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { dotenv, openStage } from '../action/stage.ts';
import { CLEAR_LINE, ESCAPE, folderWith, runOnTerminal, screenOf } from './run.ts';

const stage = await openStage();
afterAll(() => stage[Symbol.asyncDispose]());
beforeEach(() => stage.aws.reset());

const ARGS = ['--prefix', '/papyrus/prd', '--env-file', '.env'];
const run = (args: readonly string[], more: Parameters<typeof runOnTerminal>[1] = {}) =>
  runOnTerminal(args, {
    folder: folderWith({ '.env': dotenv() }),
    ...more,
    env: { ...stage.aws.env(), ...more.env },
  });
const puts = () => stage.aws.count('PutParameter');

describe('the question', () => {
  it('is asked with the number of changes, and yes applies them', async () => {
    const { code, output } = await run(['apply', ...ARGS], {
      steps: [{ after: 'changes? [y/N] ', type: 'y\r' }],
    });
    expect(output).toMatch(/Apply these \d+ changes\? \[y\/N\]/);
    expect(code).toBe(0);
    expect((await stage.parameter('LOG_LEVEL')).value).toBe('info');
  });

  it.each([
    ['no', 'n\r', 1],
    ['the end of the input', '\u0004', 1],
    ['Ctrl-C', '\u0003', 130],
  ])('%s: nothing is written, and the exit code says so', async (_, type, exitCode) => {
    const { code } = await run(['apply', ...ARGS], { steps: [{ after: 'changes? [y/N] ', type }] });
    expect(code).toBe(exitCode);
    expect(puts()).toBe(0);
  });

  it.each([['-'], ['.env,-']])(
    'is an input error if standard input gives the variables: %s',
    async (files) => {
      const { code, output } = await run(['apply', '--prefix', '/papyrus/prd', '--env-file', files]);
      expect(code).toBe(2);
      expect(output).toContain('--yes');
      expect(stage.aws.calls).toEqual([]);
    },
  );

  it('comes before a destroy, and shows the plan although --quiet is given', async () => {
    await stage.act({ mode: 'apply', dotenv: 'LOG_LEVEL=info' });
    const kept = await run(['destroy', '--prefix', '/papyrus/prd', '--quiet'], {
      steps: [{ after: '[y/N] ', type: 'n\r' }],
    });
    expect(kept.code).toBe(1);
    expect(kept.output).toContain('/papyrus/prd/LOG_LEVEL');
    expect((await stage.parameter('LOG_LEVEL')).value).toBe('info');
    const gone = await run(['destroy', '--prefix', '/papyrus/prd'], {
      steps: [{ after: '[y/N] ', type: 'yes\r' }],
    });
    expect(gone.code).toBe(0);
    await expect(stage.parameter('LOG_LEVEL')).rejects.toThrow();
  });
});

describe('what is shown', () => {
  it('has colours, but for NO_COLOR and a dumb terminal', async () => {
    const { output } = await run(['plan', ...ARGS]);
    expect(output).toContain('\u001b[32m+\u001b[39m');
    for (const env of [{ NO_COLOR: '1' }, { TERM: 'dumb' }])
      expect((await run(['plan', ...ARGS], { env })).output).not.toContain(`${ESCAPE}3`);
  });

  // flags.test.ts has the help pages.
  it.each([60, 200])('fits into %i columns, with one line of progress that is rewritten', async (columns) => {
    const { output } = await run(['apply', ...ARGS, '--yes'], { columns });
    const lines = screenOf(output);
    expect(lines.length).toBeGreaterThan(20);
    expect(lines.filter((line) => [...line].length > columns)).toEqual([]);
    expect(output.split(CLEAR_LINE).filter((part) => /^\d+\/\d+ /.test(part)).length).toBeGreaterThan(5);
    expect(lines.filter((line) => /^\d+\/\d+ /.test(line))).toEqual([]);
  });
});

it('Ctrl-C in the middle of an apply ends what is in flight, and the next apply completes it', async () => {
  const parameters = 8;
  const stop = stage.aws.onCall(async ({ operation }, moment) => {
    if (operation === 'PutParameter' && moment === 'before') await setTimeout(400);
  });
  const { code, output } = await run(['apply', ...ARGS, '--yes'], {
    steps: [{ after: '1/', type: '\u0003' }],
  });
  expect(code).toBe(130);
  expect(output).toContain('Press Ctrl-C again');
  const written = puts();
  expect(written).toBeGreaterThan(0);
  expect(written).toBeLessThan(parameters);
  stop();
  const next = await run(['apply', ...ARGS, '--yes']);
  expect(next.code).toBe(0);
  expect((await stage.parameter('LOG_LEVEL')).value).toBe('info');
});
