/** The comment under a pull request, through the bundle, and what GitHub may answer. */
import { describe, expect, it } from 'vitest';
import { githubForFile } from '../servers/for-file.ts';
import { CANARIES, DOTENV, pullRequest, step } from './bench.ts';
import type { Event } from './context.ts';
import { findCanaries, findLeaks } from './leaks.ts';
import { passed } from './outcome.ts';
import { stateAfter } from './replay.ts';
import type { ActionRun } from './run.ts';

const { aws, github } = await githubForFile();

const run = (
  inputs: Record<string, string> = {},
  event: Event = { name: 'pull_request' },
): Promise<ActionRun> => step(aws, github, inputs, { event });
const stored = stateAfter(aws, () => step(aws, undefined, { mode: 'apply' }));
const bodies = () => github.comments.map(({ body }) => body);

describe('the comment', () => {
  it('holds the plan and is updated in place', async () => {
    passed(await run());
    expect(github.comments).toHaveLength(1);
    expect(bodies()[0]).toContain('10 to');
    expect(bodies()[0]).toMatch(/^<!-- aws-bootstrap plan \/papyrus\/prd us-west-2 (?:[0-9a-f]+ )?-->/);
    expect(aws.writes()).toEqual([]);

    const second = passed(await run({ dotenv: `${DOTENV}\nGUNICORN_BIND=x` }));
    expect(github.comments).toHaveLength(1);
    expect(bodies()[0]).toContain('11 to');
    for (const { raw } of github.calls) expect(findCanaries('a call to GitHub', raw, CANARIES)).toEqual([]);
    expect(findLeaks(second, [...CANARIES, github.token])).toEqual([]);
  });

  it('shows values of plain parameters in a private repository only', async () => {
    await stored();
    const changed = { dotenv: DOTENV.replace('WORKERS=2', 'WORKERS=4711') };
    await run(changed, pullRequest({ private: true }));
    expect(bodies()[0]).toContain('4711');
    for (const visible of [{ visibility: 'public', private: true }, {}]) {
      github.comments.length = 0;
      await run(changed, pullRequest(visible));
      expect(bodies()[0]).toContain('GUNICORN_WORKERS');
      expect(bodies()[0]).not.toContain('4711');
    }
  });

  it('is created where something changes, or with always, and is updated', async () => {
    await stored();
    await run();
    expect(github.comments).toEqual([]);
    await run({ 'comment-on-pr': 'always' });
    expect(bodies()[0]).toContain('No changes');
    await run({ dotenv: `${DOTENV}\nGUNICORN_BIND=x` });
    await run();
    expect(github.comments).toHaveLength(1);
    expect(bodies()[0]).toContain('No changes');
  });

  it('is not created with false, nor outside of a pull request', async () => {
    await run({ 'comment-on-pr': 'false' });
    await step(aws, github, {}, { event: { name: 'push' } });
    expect(github.calls).toEqual([]);
  });
});

it('passes on a fork, whose token only reads', async () => {
  github.readOnly = true;
  const done = passed(await run({}, pullRequest({ private: false }, 'mallory/demo')));
  expect(done.log.split('\n').filter((line) => line.includes('fork'))).toHaveLength(1);
  expect(done.annotations.filter(({ message }) => message.includes('fork'))).toEqual([]);
});
