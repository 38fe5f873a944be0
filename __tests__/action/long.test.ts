/** The log of a run that is large, through the bundle: folded, with an estimate before the writes. */
import type { ChildProcess } from 'node:child_process';
import { expect, test } from 'vitest';
import { stageForFile } from '../servers/for-file.ts';
import { passed } from './outcome.ts';
import { runAction } from './run.ts';

const stage = await stageForFile();
const { aws } = stage;

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

// GitHub shows the first ten notices of a step: five come from the account, and the others are lines of the log.
test('eight parameters that somebody else writes too are five annotations, and all are in log and summary', async () => {
  const names = Array.from({ length: 8 }, (_, index) => `PORT_${index}`);
  const ports = (port: number) => ({
    mode: 'apply',
    only: 'parameters',
    variables: names.map((name) => `${name}=${port}`).join('\n'),
  });
  passed(await stage.act(ports(8080)));
  stage.aws.onCall(async ({ operation, input }, moment) => {
    if (operation !== 'PutParameter' || moment !== 'before') return;
    const theirs = { Name: String(input['Name']), Value: '9090', Overwrite: true };
    await stage.others.ssm.putParameter(theirs);
  });
  await using run = passed(await stage.act(ports(8081)));
  const annotated = run.annotations.filter(({ level }) => level === 'notice');
  expect(names.filter((name) => annotated.some(({ message }) => message.includes(name)))).toHaveLength(5);
  for (const name of names) {
    expect(run.log).toMatch(new RegExp(`${name}: .*version`));
    expect(run.summary).toContain(name);
  }
});
