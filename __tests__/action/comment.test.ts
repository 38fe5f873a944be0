/** The comment under a pull request, through the bundle, and what GitHub may answer. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AwsServer, startAws } from '../servers/aws.ts';
import { GitHubServer } from '../servers/github.ts';
import { CANARIES, DOTENV, step } from './bench.ts';
import { findCanaries, findLeaks } from './leaks.ts';
import type { ActionRun } from './run.ts';

let aws: AwsServer;
let github: GitHubServer;
beforeAll(async () => {
  [aws, github] = await Promise.all([startAws(), GitHubServer.start()]);
});
afterAll(async () => {
  await aws?.close();
  await github?.[Symbol.asyncDispose]();
});
beforeEach(async () => {
  await aws.reset();
  github.reset();
});

const event = (payload?: unknown) => ({
  name: 'pull_request',
  ...(payload === undefined ? {} : { payload }),
});
const request = (visible: object, head = 'papyrus/demo') => {
  const repository = { full_name: 'papyrus/demo', ...visible };
  return {
    number: 1,
    repository,
    pull_request: {
      number: 1,
      head: { ref: 'x', repo: { full_name: head } },
      base: { ref: 'main', repo: repository },
    },
  };
};
const run = (inputs: Record<string, string> = {}, payload?: unknown): Promise<ActionRun> =>
  step(aws, github, inputs, { event: event(payload) });
const bodies = () => github.comments.map(({ body }) => body);

describe('the comment', () => {
  it('holds the plan and is updated in place', async () => {
    const first = await run();
    expect(first.exitCode, first.log).toBe(0);
    expect(github.comments).toHaveLength(1);
    expect(bodies()[0]).toContain('10 to create');
    expect(bodies()[0]).toMatch(/^<!-- aws-bootstrap plan \/papyrus\/prd us-west-2 (?:[0-9a-f]+ )?-->/);
    expect(aws.writes()).toEqual([]);

    const second = await run({ dotenv: `${DOTENV}\nGUNICORN_BIND=x` });
    expect(second.exitCode).toBe(0);
    expect(github.comments).toHaveLength(1);
    expect(bodies()[0]).toContain('11 to create');
    for (const { raw } of github.calls) expect(findCanaries('a call to GitHub', raw, CANARIES)).toEqual([]);
    expect(findLeaks(second, [...CANARIES, github.token])).toEqual([]);
  });

  it('of a run of a part is another one, which the next step does not overwrite', async () => {
    await run({ only: 'parameters, secrets' });
    await run({ only: 'log-group' });
    await run({ only: 'secrets, parameters' });
    expect(bodies().map((body) => body.split('\n')[0]?.replace(/ [0-9a-f]{40} /, ' '))).toEqual([
      '<!-- aws-bootstrap plan of parameters,secrets /papyrus/prd us-west-2 -->',
      '<!-- aws-bootstrap plan of log-group /papyrus/prd us-west-2 -->',
    ]);
  });

  it('shows values of plain parameters in a private repository only', async () => {
    await step(aws, undefined, { mode: 'apply' });
    const changed = { dotenv: DOTENV.replace('WORKERS=2', 'WORKERS=4711') };
    await run(changed, request({ private: true }));
    expect(bodies()[0]).toContain('4711');
    for (const visible of [{ private: false }, { visibility: 'public', private: false }, {}]) {
      github.comments.length = 0;
      await run(changed, request(visible));
      expect(bodies()[0]).toContain('GUNICORN_WORKERS');
      expect(bodies()[0]).not.toContain('4711');
    }
  });

  it('has one for each prefix', async () => {
    await run();
    await run({ prefix: '/papyrus/stg' });
    await run();
    expect(github.comments).toHaveLength(2);
  });

  it('is not made where nothing changes, unless always; an old one is brought up to date', async () => {
    await step(aws, undefined, { mode: 'apply' });
    await run();
    expect(github.comments).toEqual([]);
    await run({ 'comment-on-pr': 'always' });
    expect(bodies()[0]).toContain('No changes');
    await run({ dotenv: `${DOTENV}\nGUNICORN_BIND=x` });
    await run();
    expect(github.comments).toHaveLength(1);
    expect(bodies()[0]).toContain('No changes');
  });

  it('is never made with false, nor outside of a pull request: GitHub is not even asked', async () => {
    await run({ 'comment-on-pr': 'false' });
    await step(aws, github, {}, { event: { name: 'push' } });
    expect(github.calls).toEqual([]);
  });

  it('is found on the last of many pages', async () => {
    await run();
    const [ours] = github.comments.splice(0);
    for (let n = 0; n < 250; n++) github.put('comments', { below: 1, body: `comment ${n}` });
    if (ours !== undefined) github.comments.push(ours);
    await run({ dotenv: `${DOTENV}\nGUNICORN_BIND=x` });
    expect(github.comments).toHaveLength(251);
    expect(github.calls.filter(({ method }) => method === 'PATCH')).toHaveLength(1);
  });

  const MALLORY = { login: 'mallory', type: 'User' as const };
  const patched = () => github.writes().filter(({ method }) => method === 'PATCH');

  it("does not take a stranger's comment for its own, whatever he may do here, nor one that quotes it", async () => {
    await run();
    const [ours] = github.comments.splice(0);
    const body = ours?.body ?? '';
    for (const author_association of ['CONTRIBUTOR', 'OWNER', 'MEMBER', 'COLLABORATOR'])
      github.put('comments', { below: 1, body, user: MALLORY, author_association });
    github.put('comments', { below: 1, body, user: { login: 'coverage[bot]', type: 'Bot' } });
    github.put('comments', { below: 1, body: `look\n\n${body.replace(/^/gm, '> ')}` });
    await run();
    expect(github.comments).toHaveLength(7);
    expect(patched()).toEqual([]);
    // The next run finds its own among them.
    await run({ dotenv: `${DOTENV}\nGUNICORN_BIND=x` });
    expect(github.comments).toHaveLength(7);
    expect(bodies()[6]).toContain('11 to create');
    expect(bodies().slice(0, 5)).toEqual(Array(5).fill(body));
  });

  it('asks for its own name only where somebody else wrote the marker', async () => {
    await run();
    github.calls.length = 0;
    await run({ dotenv: `${DOTENV}\nGUNICORN_BIND=x` });
    expect(github.calls.map(({ path }) => path).filter((path) => /^\/(?:user|graphql)/.test(path))).toEqual(
      [],
    );
  });

  it("of an app's token is found again", async () => {
    github.viewer = { login: 'deployer[bot]', type: 'Bot' };
    await run();
    await run({ dotenv: `${DOTENV}\nGUNICORN_BIND=x` });
    expect(github.comments).toHaveLength(1);
    expect(bodies()[0]).toContain('11 to create');
  });

  it('is found below a line that a person wrote above it', async () => {
    await run();
    for (const comment of github.comments) comment.body = `Please look at this.\r\n${comment.body}`;
    await run({ dotenv: `${DOTENV}\nGUNICORN_BIND=x` });
    expect(github.comments).toHaveLength(1);
    expect(bodies()[0]).toContain('11 to create');
  });

  it('of two the older goes, and where it cannot, the newer is kept all the same', async () => {
    await run();
    const [first] = github.comments;
    const second = github.put('comments', { below: 1, body: first?.body ?? '' });
    github.put('comments', { below: 1, body: first?.body ?? '', user: MALLORY });
    github.fault({ on: /DELETE/, fault: { status: 403 } });
    await run({ dotenv: `${DOTENV}\nGUNICORN_BIND=x` });
    expect(github.comments).toHaveLength(3);
    expect(second.body).toContain('11 to create');
    await run({ dotenv: `${DOTENV}\nGUNICORN_BIND=x` });
    expect(github.comments.map(({ id }) => id)).toEqual([second.id, second.id + 1]);
  });

  it('of another account is another one; one of an older version is taken over once', async () => {
    await run();
    const [ours] = github.comments;
    const body = ours?.body ?? '';
    const old = body.replace(/^<!-- aws-bootstrap account .*\n/m, '');
    expect(old).not.toBe(body);
    if (ours !== undefined) ours.body = old;
    await run();
    expect(bodies()).toEqual([body]);
    if (ours !== undefined) ours.body = body.replace(/(aws-bootstrap account )[0-9a-f]+/, '$1000000');
    await run();
    expect(github.comments).toHaveLength(2);
    expect(bodies()[1]).toBe(body);
  });

  it('stays below the limit of GitHub, and counts what was cut', async () => {
    const many = Array.from({ length: 1500 }, (_, n) => `GUNICORN_${n}=${'v'.repeat(100)}`).join('\n');
    const inputs = { prefix: '/papyrus/prd', 'env-file': '.env' };
    const payload = request({ private: true });
    const told = await step(
      aws,
      github,
      { ...inputs, dotenv: '' },
      { event: event(payload), files: { '.env': many } },
    );
    expect(told.exitCode, told.log).toBe(0);
    expect(bodies()[0]?.length).toBeLessThan(65_536);
    expect(bodies()[0]).toMatch(/\d+ rows left out/);
    expect(told.rawSummary).toContain('1499');
  });
});

describe('what GitHub may answer: the run stands', () => {
  const limit = {
    status: 403,
    headers: { 'retry-after': '1' },
    body: '{"message":"You have exceeded a secondary rate limit"}',
  };
  const cases: Array<[what: string, prepare: () => void, told: RegExp | undefined, comments: number]> = [
    [
      'a token that only reads',
      () => {
        github.readOnly = true;
      },
      /no comment on the pull request.*403.*pull-requests: write/,
      0,
    ],
    [
      'a token that is not accepted',
      () => github.fault({ on: /./, times: 9, fault: { status: 401 } }),
      /401/,
      0,
    ],
    [
      'a pull request that is gone',
      () => github.fault({ on: /GET/, times: 9, fault: { status: 404 } }),
      /404/,
      0,
    ],
    ['a refused body', () => github.fault({ on: /POST/, times: 9, fault: { status: 422 } }), /422/, 0],
    [
      'one server error while reading',
      () => github.fault({ on: /GET/, fault: { status: 502, body: '<html>' } }),
      undefined,
      1,
    ],
    ['server errors for ever', () => github.fault({ on: /GET/, times: 9, fault: { status: 503 } }), /503/, 0],
    [
      'a secondary rate limit with Retry-After',
      () => github.fault({ on: /POST/, fault: limit }),
      undefined,
      1,
    ],
    [
      '429 with Retry-After',
      () => github.fault({ on: /GET/, fault: { status: 429, headers: { 'retry-after': '1' } } }),
      undefined,
      1,
    ],
    [
      'a rate limit that takes an hour',
      () => github.fault({ on: /GET/, times: 9, fault: { status: 403, headers: { 'retry-after': '3600' } } }),
      /rate limit is used up/,
      0,
    ],
    [
      'a primary limit without Retry-After',
      () =>
        github.fault({
          on: /GET/,
          fault: {
            status: 403,
            headers: {
              'x-ratelimit-remaining': '0',
              'x-ratelimit-reset': String(Math.floor(Date.now() / 1000) + 7200),
            },
          },
        }),
      /rate limit is used up/,
      0,
    ],
    ['a reset connection while reading', () => github.fault({ on: /GET/, fault: 'reset' }), undefined, 1],
    [
      'a lost answer to the comment: it is not made twice',
      () => github.fault({ on: /POST/, applied: true, fault: 'reset' }),
      /could not be reached/,
      1,
    ],
    [
      'an answer that is no JSON',
      () => github.fault({ on: /GET/, times: 9, fault: { status: 200, body: '<html>proxy</html>' } }),
      /something else than JSON/,
      0,
    ],
    [
      'an answer that is no list',
      () => github.fault({ on: /GET/, times: 9, fault: { status: 200, body: '{}' } }),
      /something else than a list/,
      0,
    ],
    [
      'a redirect, which the token does not follow',
      () =>
        github.fault({
          on: /GET/,
          times: 9,
          fault: { status: 301, headers: { location: 'https://example.com' } },
        }),
      /301/,
      0,
    ],
    [
      'a link to the next page on another host, which the token does not follow',
      () =>
        github.fault({
          on: /GET/,
          times: 9,
          fault: {
            status: 200,
            body: '[]',
            headers: {
              link: '<http://127.0.0.1:9/repositories/1300192/issues/7/comments?page=2>; rel="next"',
            },
          },
        }),
      /leads to another host/,
      0,
    ],
  ];
  it.each(cases)('%s', async (_what, prepare, told, comments) => {
    prepare();
    const done = await run();
    expect(done.exitCode, done.log).toBe(0);
    if (told === undefined) expect(done.log).not.toMatch(/no comment/);
    else expect(done.log).toMatch(told);
    expect(github.comments).toHaveLength(comments);
    expect(done.summary).toContain('10 to create');
    expect(findLeaks(done, [...CANARIES, github.token])).toEqual([]);
  });

  it('a fork, whose token only reads', async () => {
    github.readOnly = true;
    const done = await run({}, request({ private: false }, 'mallory/demo'));
    expect(done.exitCode).toBe(0);
    expect(done.log.split('\n').filter((line) => line.includes('fork'))).toHaveLength(1);
    expect(done.annotations.filter(({ message }) => message.includes('fork'))).toEqual([]);
  });

  it('no token, no GitHub, nobody there', async () => {
    const none = await step(aws, undefined, {}, { event: event() });
    expect(none.exitCode, none.log).toBe(0);
    const gone = await step(
      aws,
      github,
      {},
      { event: event(), env: { GITHUB_API_URL: 'http://127.0.0.1:1' } },
    );
    expect(gone.exitCode).toBe(0);
    expect(gone.log).toContain('ECONNREFUSED');
  });
});
