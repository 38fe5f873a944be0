/** The log of a run that is large, through the bundle: folded, with an estimate before the writes. */
import type { ChildProcess } from 'node:child_process';
import { expect, test } from 'vitest';
import { awsForFile } from '../servers/for-file.ts';
import { passed } from './outcome.ts';
import { runAction } from './run.ts';

const aws = await awsForFile();

const inputs = (count: number) => ({
  prefix: '/papyrus/prd',
  only: 'parameters',
  variables: Array.from({ length: count }, (_, n) => `V${n}=${n}`).join('\n'),
});

test('many changes are one group, a few are none', async () => {
  const large = passed(await runAction({ inputs: { ...inputs(30), mode: 'plan' }, env: aws.env() }));
  expect(large.commands.groups).toEqual(['parameter: 30 lines']);
  expect(large.log).toMatch(/##\[group\]parameter: 30 lines\n(\+ parameter \S+\n){30}##\[endgroup\]/);
  const small = await runAction({ inputs: { ...inputs(12), mode: 'plan' }, env: aws.env() });
  expect(small.commands.groups).toEqual([]);
});

test('announces a long wait before the first write; a cancelled run lists what is done and what is not', async () => {
  let child: ChildProcess | undefined;
  let puts = 0;
  aws.onCall(({ operation }, moment) => {
    if (operation === 'PutParameter' && moment === 'after' && ++puts === 3) child?.kill('SIGINT');
  });
  const run = await runAction({
    inputs: { ...inputs(60), mode: 'apply' },
    env: aws.env(),
    onSpawn: (spawned) => {
      child = spawned;
    },
  });
  expect(run.exitCode).toBe(130);
  expect(run.outputs['failure-reason']).toBe('cancelled');
  const lines = run.log.split('\n');
  const estimate = lines.findIndex((line) => /^60 parameters to write, about 1\d s:/.test(line));
  expect(estimate).toBeGreaterThanOrEqual(0);
  expect(estimate).toBeLessThan(lines.findIndex((line) => line.includes('cancelled')));
  expect(puts).toBeLessThan(60);
});
