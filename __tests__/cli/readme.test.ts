// What README.md shows of a plan is what the command prints for examples/seed.env.
import { readFileSync } from 'node:fs';
import { afterAll, expect, it } from 'vitest';
import { openStage } from '../action/stage.ts';
import { folderWith, runCli } from './run.ts';

const stage = await openStage();
afterAll(() => stage[Symbol.asyncDispose]());

const read = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');

it('README.md shows the output of plan', async () => {
  const [, command = '', shown = ''] =
    /^```sh\nnpx github:papyrus\/aws-bootstrap (plan .*)\n```\n\n```text\n(.*?)```$/ms.exec(
      read('README.md'),
    ) ?? [];
  const { code, output } = await runCli(command.split(' '), {
    folder: folderWith({ '.env': read('examples/seed.env') }),
    env: stage.aws.env(),
  });
  expect(code).toBe(0);
  // An ellipsis is on a line of its own where lines are left out.
  const passages = shown.split(/^ *…\n/m);
  expect(passages.length).toBeGreaterThan(3);
  let from = 0;
  for (const passage of passages.map((text) => text.trimEnd())) {
    const at = output.indexOf(passage, from);
    expect(at, passage).toBeGreaterThanOrEqual(from);
    from = at + passage.length;
  }
});
