/** GitHub shows the first ten notices of a step: five come from the account, and the others are lines of the log. */
import { expect, test } from 'vitest';
import { stageForFile } from '../servers/for-file.ts';
import { passed } from './outcome.ts';

const stage = await stageForFile();

test('eight parameters that somebody else writes too are five annotations, and all are in log and summary', async () => {
  const names = Array.from({ length: 8 }, (_, index) => `PORT_${index}`);
  const inputs = (port: number) => ({
    mode: 'apply',
    only: 'parameters',
    variables: names.map((name) => `${name}=${port}`).join('\n'),
  });
  passed(await stage.act(inputs(8080)));
  stage.aws.onCall(async ({ operation, input }, moment) => {
    if (operation !== 'PutParameter' || moment !== 'before') return;
    const theirs = { Name: String(input['Name']), Value: '9090', Overwrite: true };
    await stage.others.ssm.putParameter(theirs);
  });
  await using run = passed(await stage.act(inputs(8081)));
  const annotated = run.annotations.filter(({ level }) => level === 'notice');
  expect(names.filter((name) => annotated.some(({ message }) => message.includes(name)))).toHaveLength(5);
  for (const name of names) {
    expect(run.log).toMatch(new RegExp(`${name}: .*version`));
    expect(run.summary).toContain(name);
  }
});
