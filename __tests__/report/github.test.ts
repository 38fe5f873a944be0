/** Pull request and issue come last: whatever the runner or GitHub lack, the run's result stays. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { issue } from '../../src/report/messages.ts';
import type { Run } from '../../src/report/run.ts';
import type { Runner } from '../../src/settings/inputs.ts';
import { workspace } from '../asking.ts';
import { openGitHub, REQUEST } from './github-bench.ts';
import { leftBy, runOf } from './runs.ts';

const { github, tell, close } = await openGitHub();
afterAll(close);
afterEach(() => {
  vi.unstubAllEnvs();
  github.reset();
});

const plan = () => runOf({ inputs: { variables: 'A=1', mode: 'plan', 'comment-on-pr': 'always' } });
const drift = () =>
  runOf({ inputs: { variables: 'A=1', mode: 'drift', 'drift-issue': 'true', 'comment-on-pr': 'false' } });
const corrected = () => {
  const given = { variables: 'A=1', 'drift-issue': 'true', 'comment-on-pr': 'false' };
  return runOf({ inputs: { ...given, mode: 'drift' } }, leftBy(runOf({ inputs: given })));
};
const onRequest = { event: 'pull_request' };
const SERVER = { serverUrl: 'https://github.example', runId: '7' };
const RUN = 'https://github.example/papyrus/demo/actions/runs/7';

it('a comment leads to the run, where the runner tells its address', async () => {
  expect(await tell(plan(), { ...onRequest, ...SERVER })).toEqual([]);
  expect(github.comments[0]?.body).toContain(`](${RUN})`);
  expect(await tell(plan(), onRequest)).toEqual([]);
  expect(github.comments).toHaveLength(1);
  expect(github.comments[0]?.body).not.toContain('https://github.example');
  expect(github.comments[0]?.body).toContain(' a month');
});

it('so does the issue, when it comes and when it goes', async () => {
  for (const [more, found, seen] of [
    [SERVER, `[run #42](${RUN})`, `[this run](${RUN}).`],
    [{}, '**papyrus / prd** · us-west-2 · ', issue.resolved(false)],
  ] as const) {
    github.reset();
    expect(await tell(drift(), more)).toEqual([]);
    expect(github.issues[0]?.body).toContain(found);
    expect(await tell(corrected(), more)).toEqual([]);
    expect(github.issues[0]?.state).toBe('closed');
    expect(github.comments[0]?.body).toContain(seen);
    expect(github.comments[0]?.body.includes('this run')).toBe('serverUrl' in more);
  }
});

describe('a newer push', () => {
  const event = (sha: string) => {
    const path = join(workspace(), 'event.json');
    const payload = {
      ...REQUEST,
      pull_request: { ...REQUEST.pull_request, head: { sha, repo: { full_name: 'papyrus/demo' } } },
    };
    writeFileSync(path, JSON.stringify(payload));
    return { GITHUB_EVENT_PATH: path };
  };
  const [old, newest] = ['0'.repeat(40), 'f'.repeat(40)] as [string, string];
  const body = () => github.comments[0]?.body ?? '';

  it('makes the comment of an older commit say that it is outdated', async () => {
    github.head = newest;
    await tell(plan(), { ...onRequest, ...SERVER }, event(old));
    expect(body()).toContain(`[\`${old.slice(0, 7)}\`](https://github.example/papyrus/demo/commit/${old})`);
    expect(body()).toContain('[!WARNING]');
    expect(body()).toContain(newest.slice(0, 7));
    await tell(plan(), onRequest, event(newest));
    expect(github.comments).toHaveLength(1);
    expect(body()).not.toContain('[!WARNING]');
  });

  it('keeps its plan where a run of an older commit ends later', async () => {
    github.head = newest;
    await tell(plan(), onRequest, event(newest));
    const before = body();
    await tell(plan(), onRequest, event(old));
    expect(body()).toBe(before);
    expect(github.comments).toHaveLength(1);
  });

  it('is not known where GitHub does not tell: the comment names its commit', async () => {
    expect(await tell(plan(), onRequest, event(old))).toEqual([]);
    expect(body()).toContain(old.slice(0, 7));
    expect(body()).not.toContain('[!WARNING]');
  });
});

it('NO_PROXY leaves GitHub out', async () => {
  // Nothing listens there: who asks it gets no answer.
  const proxied = { HTTP_PROXY: 'http://127.0.0.1:9', http_proxy: '', NO_PROXY: '127.0.0.1', no_proxy: '' };
  expect(await tell(plan(), { ...onRequest, usesProxy: true }, proxied)).toEqual([]);
  expect(github.comments).toHaveLength(1);
});

it.each<[what: string, more: Partial<Runner>, env: Record<string, string | undefined>]>([
  ['no token', {}, { 'INPUT_GITHUB-TOKEN': '' }],
  ['no address of GitHub', {}, { GITHUB_API_URL: undefined }],
  ['no repository', { repository: '' }, {}],
])('%s: what was asked for and is missing is reported', async (_what, more, env) => {
  expect(await tell(drift(), more, env)).toEqual([
    '::warning::GitHub: the drift issue is not kept: there is no github-token, or no GitHub to speak to',
  ]);
  expect(await tell(plan(), { ...onRequest, ...more }, env)).toEqual([
    '::warning::GitHub: no comment on the pull request: there is no github-token, or no GitHub to speak to',
  ]);
  // By default a comment is welcome, and not asked for.
  const byDefault = runOf({ inputs: { variables: 'A=1', mode: 'plan' } });
  expect(await tell(byDefault, { ...onRequest, ...more }, env)).toEqual([]);
  expect(github.calls).toEqual([]);
});

it.each([undefined, '/no/such/file'])(
  'without the payload of the event (%s) there is no pull request, and the repository counts as public',
  async (path) => {
    expect(await tell(plan(), onRequest, { GITHUB_EVENT_PATH: path })).toEqual([]);
    expect(github.calls).toEqual([]);
    const drifted = runOf(
      { inputs: { variables: 'A=other', mode: 'drift', 'drift-issue': 'true', 'comment-on-pr': 'false' } },
      leftBy(runOf({ inputs: { variables: 'A=canary' } })),
    );
    await tell(drifted, {}, { GITHUB_EVENT_PATH: path });
    expect(github.issues).toHaveLength(1);
    expect(github.issues[0]?.body).not.toContain('canary');
  },
);

it('a mistake of ours is a line without its words, and the run goes on', async () => {
  const broken: Run = {
    ...plan(),
    get outcomes(): Run['outcomes'] {
      throw new RangeError('canary');
    },
  };
  expect(await tell(broken, onRequest)).toEqual([
    'no comment on the pull request; the job summary has the plan: something unexpected happened',
  ]);
});
