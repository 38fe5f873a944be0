/** The comment on a pull request and the drift issue: found again, kept apart, and safe from strangers. */
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import type { Observed } from '../../src/plan/plan.ts';
import { openGitHub } from './github-bench.ts';
import { leftBy, runOf } from './runs.ts';

const { github, tell, close } = await openGitHub();
afterAll(close);
afterEach(() => {
  vi.unstubAllEnvs();
  github.reset();
});

const MALLORY = { login: 'mallory', type: 'User' as const };
const LIMIT = { status: 429, headers: { 'retry-after': '0' } };

describe('the comment', () => {
  const MORE = { variables: 'A=1\nB=2' };
  const comment = (inputs: Record<string, string> = {}) =>
    tell(runOf({ inputs: { variables: 'A=1', mode: 'plan', ...inputs } }), { event: 'pull_request' });
  const bodies = () => github.comments.map(({ body }) => body);
  const updates = () => github.writes().filter(({ method }) => method === 'PATCH');

  it('is another one for a part of the run', async () => {
    for (const only of ['parameters, secrets', 'log-group', 'secrets, parameters']) await comment({ only });
    expect(bodies().map((body) => body.split('\n')[0]?.replace(/ [0-9a-f]{40} /, ' '))).toEqual([
      '<!-- aws-bootstrap plan of parameters,secrets /papyrus/prd us-west-2 -->',
      '<!-- aws-bootstrap plan of log-group /papyrus/prd us-west-2 -->',
    ]);
  });

  it("is no stranger's comment, whatever their rights, and none that quotes it", async () => {
    await comment();
    const body = github.comments.splice(0)[0]?.body ?? '';
    for (const author_association of ['CONTRIBUTOR', 'OWNER', 'MEMBER', 'COLLABORATOR'])
      github.put('comments', { below: 5, body, user: MALLORY, author_association });
    github.put('comments', { below: 5, body, user: { login: 'coverage[bot]', type: 'Bot' } });
    github.put('comments', { below: 5, body: `look\n\n${body.replace(/^/gm, '> ')}` });
    await comment();
    expect(github.comments).toHaveLength(7);
    expect(updates()).toEqual([]);
    await comment(MORE);
    expect(github.comments).toHaveLength(7);
    expect(bodies()[6]).toContain('4 to create');
    expect(bodies().slice(0, 5)).toEqual(Array(5).fill(body));
  });

  it("is found behind 250 others, of an app's token, and below a line that a person wrote", async () => {
    github.viewer = { login: 'deployer[bot]', type: 'Bot' };
    await comment();
    const [ours] = github.comments.splice(0);
    for (let n = 0; n < 250; n++) github.put('comments', { below: 5, body: `comment ${n}` });
    if (ours !== undefined) github.comments.push({ ...ours, body: `Please look.\r\n${ours.body}` });
    await comment(MORE);
    expect(github.comments).toHaveLength(251);
    expect(bodies()[250]).toContain('4 to create');
  });

  it('deletes the older of two, and updates the newer where it cannot', async () => {
    await comment();
    const body = bodies()[0] ?? '';
    const second = github.put('comments', { below: 5, body });
    github.put('comments', { below: 5, body, user: MALLORY });
    github.fault({ on: /DELETE/, fault: { status: 403 } });
    await comment(MORE);
    expect(github.comments).toHaveLength(3);
    expect(second.body).toContain('4 to create');
    await comment(MORE);
    expect(github.comments.map(({ id }) => id)).toEqual([second.id, second.id + 1]);
  });

  it('is another one for another account, and takes over one of an older version', async () => {
    await comment();
    const [ours] = github.comments;
    const body = ours?.body ?? '';
    const old = body.replace(/^<!-- aws-bootstrap account .*\n/m, '');
    expect(old).not.toBe(body);
    if (ours !== undefined) ours.body = old;
    await comment();
    expect(bodies()).toEqual([body]);
    if (ours !== undefined) ours.body = body.replace(/(aws-bootstrap account )[0-9a-f]+/, '$1000000');
    await comment();
    expect(bodies()).toHaveLength(2);
    expect(bodies()[1]).toBe(body);
  });

  it.each<[what: string, fault: Parameters<typeof github.fault>[0], log: RegExp, comments: number]>([
    ['a token without the permission', { on: /POST/, fault: { status: 403 } }, /pull-requests: write/, 0],
    ['a deleted pull request', { on: /GET/, times: 9, fault: { status: 404 } }, /404/, 0],
    ['a rate limit', { on: /GET/, fault: LIMIT }, /^$/, 1],
    ['a lost answer: it is not repeated', { on: /POST/, applied: true, fault: 'reset' }, /be reached/, 1],
    ['a proxy page', { on: /GET/, times: 9, fault: { status: 200, body: '<html>' } }, /than JSON/, 0],
    ['no list', { on: /GET/, times: 9, fault: { status: 200, body: '{}' } }, /than a list/, 0],
  ])('meets %s', async (_what, fault, log, comments) => {
    github.fault(fault);
    expect((await comment()).join('')).toMatch(log);
    expect(github.comments).toHaveLength(comments);
  });
});

describe('the drift issue', () => {
  const ISSUE = { 'drift-issue': 'true', 'comment-on-pr': 'false' };
  const TITLE = 'AWS drift: /papyrus/prd in us-west-2';
  const existing = (value: string): Observed => leftBy(runOf({ inputs: { variables: `A=${value}` } }));
  /** A check for drift where the parameter has this value. */
  const check = (value: string, inputs: Record<string, string> = {}) =>
    tell(runOf({ inputs: { variables: 'A=1', mode: 'drift', ...ISSUE, ...inputs } }, existing(value)));
  const apply = (inputs: Record<string, string> = {}) =>
    tell(runOf({ inputs: { variables: 'A=1', mode: 'apply', ...ISSUE, ...inputs } }, existing('9')));
  const open = () => github.issues.filter(({ state }) => state === 'open');

  it('is reopened instead of opened twice', async () => {
    await check('9');
    await apply();
    expect(open()).toEqual([]);
    await check('10');
    expect(github.issues).toHaveLength(1);
    expect(open()[0]?.body).toContain('| `10` |');
  });

  it('of a run of a part is its own, and is closed where all is clean', async () => {
    await check('9');
    await apply({ only: 'log-group' });
    await check('1', { only: 'log-group, repository' });
    expect(open().map(({ title }) => title)).toEqual([TITLE]);
    await check('9', { only: 'parameters' });
    await check('9', { only: 'parameters' });
    expect(open().map(({ title }) => title)).toEqual([TITLE, `${TITLE} (parameters)`]);
    await apply({ only: 'parameters' });
    expect(open().map(({ title }) => title)).toEqual([TITLE]);
    await check('9', { only: 'parameters' });
    await apply();
    expect(open()).toEqual([]);
  });

  it('of a part is closed only by a run that looks at the part', async () => {
    for (const part of ['auth0', 'parameters', 'parameters,image'])
      github.put('issues', {
        body: `<!-- aws-bootstrap drift of ${part} /papyrus/prd us-west-2 0123 -->\nIt drifted.`,
        labels: ['aws-drift'],
      });
    await check('1');
    expect(open().map(({ body }) => body.split(' ')[4])).toEqual(['auth0', 'parameters,image']);
  });

  it('of another account stays as it is; one of an older version is rewritten once', async () => {
    await check('9');
    const [ours] = github.issues;
    const other = (ours?.body ?? '').replace(/(aws-bootstrap account )[0-9a-f]+/, '$1000000');
    if (ours !== undefined) ours.body = other;
    await apply();
    await check('9');
    expect(open()).toHaveLength(2);
    expect(open()[0]?.body).toBe(other);

    github.issues.splice(0, 1);
    const [mine] = github.issues;
    const written = mine?.body ?? '';
    if (mine !== undefined) mine.body = written.replace(/^<!-- aws-bootstrap account .*\n/m, '');
    const before = github.writes().length;
    await check('9');
    await check('9');
    expect(open().map(({ body }) => body)).toEqual([written]);
    expect(github.writes()).toHaveLength(before + 1);
  });

  it('closes duplicates, and keeps the oldest', async () => {
    await check('9');
    const [first] = github.issues;
    github.put('issues', { body: first?.body ?? '', labels: ['aws-drift'] });
    await check('9');
    expect(open().map(({ number }) => number)).toEqual([first?.number]);
    expect(github.comments[0]?.body).toContain(`#${first?.number}`);
  });

  it('is found behind 300 others, and without its label', async () => {
    await check('9');
    const [ours] = github.issues.splice(0);
    for (let n = 0; n < 300; n++) github.put('issues', { body: `issue ${n}`, labels: ['aws-drift'] });
    if (ours !== undefined) github.issues.push(ours);
    await check('9');
    if (ours !== undefined) ours.labels = [];
    await check('9');
    expect(github.issues).toHaveLength(301);
  });

  it("is neither a pull request nor a stranger's issue", async () => {
    await check('9');
    const body = github.issues.splice(0)[0]?.body ?? '';
    github.put('issues', { body, labels: ['aws-drift'], user: MALLORY, author_association: 'OWNER' });
    github.put('issues', { body, labels: ['aws-drift'], isPullRequest: true });
    await check('9');
    expect(github.issues).toHaveLength(3);
  });

  it('is closed also where its last comment is refused', async () => {
    await check('9');
    github.fault({ on: /POST issues\/\d+\/comments/, times: 9, fault: { status: 403 } });
    await check('1');
    expect(open()).toEqual([]);
  });

  it.each<[what: string, prepare: () => void, log: RegExp, issues: number]>([
    ['a repository without issues', () => Object.assign(github, { issuesDisabled: true }), /are disabled/, 0],
    ['a token that only reads', () => Object.assign(github, { readOnly: true }), /403.*issues: write/, 0],
    ['a refused label', () => github.fault({ on: /POST labels/, fault: { status: 403 } }), /^$/, 1],
    ['a lost answer', () => github.fault({ on: /POST issues/, applied: true, fault: 'reset' }), /reached/, 1],
  ])('meets %s', async (_what, prepare, log, issues) => {
    prepare();
    expect((await check('9')).join('')).toMatch(log);
    expect(github.issues).toHaveLength(issues);
  });
});
