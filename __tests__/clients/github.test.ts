import { Agent } from 'node:https';
import { describe, expect, it } from 'vitest';
import { GitHub } from '../../src/clients/github.ts';
import { GitHubError } from '../../src/clients/github-error.ts';
import { explain, failedResponseOf, isLimit, requestedDelay } from '../../src/clients/github-fetch.ts';
import { TimeoutError } from '../../src/clients/http.ts';
import { Secret } from '../../src/secret.ts';
import { certificate, listen } from '../servers/played.ts';
import { StillClock } from './clock.ts';

type Answer = Parameters<typeof listen>[0];

/** A GitHub that gives this answer, and what it was asked. */
async function play(answer: Answer, tls?: Parameters<typeof listen>[1], agent?: Agent) {
  const asked: { call: string; agent: string | undefined; token: string | undefined }[] = [];
  const played = await listen((request, response) => {
    const { authorization, 'user-agent': name } = request.headers;
    asked.push({ call: `${request.method} ${request.url}`, agent: name, token: authorization });
    answer(request, response);
  }, tls);
  const clock = new StillClock();
  const github = new GitHub({
    apiUrl: `${played.url.origin}/`,
    repository: 'papyrus/app',
    token: new Secret('ghs_kanari'),
    clock,
    agent,
  });
  return { github, asked, clock, [Symbol.dispose]: () => played[Symbol.dispose]() };
}

const json =
  (value: unknown, status = 200, headers: Record<string, string> = {}): Answer =>
  (_, response) =>
    void response
      .writeHead(status, { 'content-type': 'application/json', ...headers })
      .end(JSON.stringify(value));

describe('GitHub', () => {
  it.each(['c4nary', 7, { total_count: 'c4nary' }])(
    'shows nothing of a page that is no list: %j',
    async (page) => {
      using played = await play(json(page));
      const failure = await played.github.comments(7).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(GitHubError);
      expect(String(failure)).not.toContain('c4nary');
    },
  );

  it('is reached over TLS, by the configured agent', async () => {
    const { key, cert } = await certificate();
    const agent = new Agent({ ca: cert });
    using played = await play(json([]), { key, cert }, agent);
    expect(await played.github.comments(7)).toEqual([]);
    using stranger = await play(json([]), { key, cert });
    await expect(stranger.github.comments(7)).rejects.toThrow(
      /\(DEPTH_ZERO_SELF_SIGNED_CERT; .* NODE_EXTRA_CA_CERTS\)/,
    );
    expect(played.asked).toEqual([
      {
        call: 'GET /repos/papyrus/app/issues/7/comments?per_page=100',
        agent: expect.stringMatching(/^aws-bootstrap/),
        token: 'token ghs_kanari',
      },
    ]);
    agent.destroy();
  });

  it.each<[what: string, value: unknown, post: object]>([
    ['nothing', null, { body: '', state: '', isPullRequest: false, author: '' }],
    [
      'an issue of a stranger',
      { id: 1, number: 2, body: 'b', state: 'open', author_association: 'NONE', user: { login: 'x' } },
      { id: 1, number: 2, body: 'b', state: 'open', isPullRequest: false, author: 'x' },
    ],
    ['a member', { pull_request: {}, author_association: 'MEMBER' }, { isPullRequest: true, author: '' }],
    ['one of a bot', { user: { login: 'x[bot]', type: 'Bot' } }, { author: 'x[bot]' }],
    [
      'one of a deleted account',
      { author_association: 'NONE', user: null, body: 5 },
      { body: '', author: '' },
    ],
  ])('reads the valid fields of %s', async (_what, value, post) => {
    using played = await play(json([value]));
    expect(await played.github.issues({ state: 'open' })).toEqual([expect.objectContaining(post)]);
  });

  it('is read page by page, up to the limit', async () => {
    using played = await play((request, response) => {
      const next = `<http://${request.headers.host}${request.url}&page=2>; rel="next"`;
      json([{ number: 1 }], 200, { link: next })(request, response);
    });
    expect(await played.github.issues({ state: 'all' }, 2)).toHaveLength(2);
    expect(played.asked).toHaveLength(2);
  });

  it.each<[what: string, answer: Answer, status: number, key: RegExp]>([
    ['an object for a list', json({ a: 1 }), 0, /\ba list$/],
    ['another page', (_, response) => void response.end('<html>'), 0, /\bJSON$/],
    [
      'a redirect',
      (_, response) => void response.writeHead(302, { location: 'https://elsewhere.example/' }).end(),
      302,
      /\b302$/,
    ],
    [
      'a next page elsewhere',
      json([], 200, { link: '<https://elsewhere.example/x>; rel="next"' }),
      0,
      /another host/,
    ],
    [
      'more than a page can hold',
      (_, response) => void response.end(`["${'x'.repeat(33 * 2 ** 20)}"]`),
      0,
      /\ba page\b/,
    ],
    ['a token that is wrong', json({}, 401), 401, /\(401\)/],
    ['an unknown status', json({}, 418), 418, /\b418$/],
  ])('with %s is explained', async (_what, answer, status, key) => {
    using played = await play(answer);
    await expect(played.github.comments(1)).rejects.toMatchObject({
      name: 'GitHubError',
      status,
      message: expect.stringMatching(key),
    });
    expect(played.clock.slept).toEqual([]);
  });

  it.each<[message: string, cause: string | undefined, headers?: Record<string, string>]>([
    ['Unable to create comment because issue is locked.', 'locked'],
    ['Repository was archived so is read-only.', 'archived'],
    [
      'Resource protected by organization SAML enforcement. You must grant your OAuth token access to this organization.',
      'saml',
    ],
    [
      'Although you appear to have the correct authorization credentials, the `papyrus` organization has an IP allow list enabled, and your IP address is not permitted to access this resource.',
      'ip-allow-list',
    ],
    [
      'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.',
      'secondary-rate-limit',
    ],
    ['You have triggered an abuse detection mechanism.', 'secondary-rate-limit'],
    ['API rate limit exceeded for installation.', 'rate-limit', { 'x-ratelimit-remaining': '0' }],
    ['Resource not accessible by integration', 'missing-permission'],
    ['Something else', undefined],
  ])(
    'refuses by 403 for a cause that has its own remedy: %s',
    async (message, failureCause, headers = {}) => {
      using played = await play(json({ message }, 403, headers));
      const error = await played.github.comment(7, 'text').catch((reason: unknown) => reason);
      expect(error).toMatchObject({ name: 'GitHubError', status: 403, failureCause });
      // A limit passes, and a POST that it refused was not carried out.
      const isLimit = failureCause?.endsWith('rate-limit') === true;
      expect(played.asked).toHaveLength(isLimit ? 4 : 1);
    },
  );

  it('creates a missing label, also in concurrent runs, and nothing else', async () => {
    const label = async (get: number, post: number) => {
      using played = await play((request, response) =>
        json({}, request.method === 'GET' ? get : post)(request, response),
      );
      return await played.github.ensureLabel('drift', 'ff0000', 'd').then(
        () => played.asked.map(({ call }) => call.split(' ')[0]),
        (error: unknown) => error,
      );
    };
    expect(await label(200, 500)).toEqual(['GET']);
    expect(await label(404, 201)).toEqual(['GET', 'POST']);
    expect(await label(404, 422)).toEqual(['GET', 'POST']);
    expect(await label(404, 403)).toMatchObject({ status: 403 });
    expect(await label(403, 201)).toMatchObject({ status: 403 });
  });
});

describe('an error of Octokit', () => {
  const LOST = { status: 0, failureCause: undefined };
  const answered = (status: number, headers?: Record<string, string>, data?: unknown) =>
    Object.assign(new Error('x'), { status, response: { ...(headers && { headers }), data } });

  it.each<
    [
      what: string,
      error: unknown,
      expected: { status: number; failureCause?: string | undefined },
      key?: string,
    ]
  >([
    ['nothing', undefined, LOST],
    ['an error without an answer', new Error('x'), LOST],
    [
      'a code of the system',
      Object.assign(new Error('x'), { cause: Object.assign(new Error('y'), { code: 'ECONNRESET' }) }),
      { status: 0 },
      '(ECONNRESET)',
    ],
    ['a code of neither Node nor OpenSSL', Object.assign(new Error('x'), { code: 'a b' }), LOST],
    [
      'a time-out',
      Object.assign(new Error('x'), { cause: new TimeoutError('late') }),
      { status: 0 },
      '(no answer',
    ],
    ['a status without an answer', { status: 500 }, LOST],
    ['issues that are disabled', answered(410), { status: 410 }, '(410)'],
    [
      'a limit',
      answered(403, {}, { message: 'API rate limit exceeded' }),
      { status: 403, failureCause: 'rate-limit' },
      '(403)',
    ],
    [
      'our own error',
      Object.assign(new Error('x'), { cause: new GitHubError(0, 'ours') }),
      { status: 0 },
      'ours',
    ],
  ])('%s', (_what, error, expected, key = '(the connection') => {
    expect(explain(error)).toBeInstanceOf(GitHubError);
    expect(explain(error)).toMatchObject({ ...expected, message: expect.stringContaining(key) });
  });

  it.each<[status: number, headers: Record<string, string>, limit: boolean]>([
    [429, {}, true],
    [403, { 'retry-after': '1' }, true],
    [403, { 'x-ratelimit-remaining': '0' }, true],
    [403, { 'x-ratelimit-remaining': '9' }, false],
    [401, { 'retry-after': '1' }, false],
  ])('%i with %j is a limit: %s', (status, headers, limit) => {
    const refused = failedResponseOf(answered(status, headers));
    expect(refused !== undefined && isLimit(refused)).toBe(limit);
  });

  it('requests a delay in seconds, or until a time', () => {
    const inTen = String(Math.round(Date.now() / 1000) + 10);
    expect(requestedDelay({ 'retry-after': '7' }, Date.now())).toBe(7000);
    expect(requestedDelay({ 'retry-after': '-7' }, Date.now())).toBeUndefined();
    const wait =
      requestedDelay({ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': inTen }, Date.now()) ?? 0;
    expect(wait).toBeGreaterThan(8000);
    expect(wait).toBeLessThanOrEqual(10_500);
    expect(requestedDelay({ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1' }, Date.now())).toBe(0);
    expect(
      requestedDelay({ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': 'soon' }, Date.now()),
    ).toBeUndefined();
    expect(
      requestedDelay({ 'x-ratelimit-remaining': '5', 'x-ratelimit-reset': inTen }, Date.now()),
    ).toBeUndefined();
    expect(requestedDelay({}, Date.now())).toBeUndefined();
  });
});
