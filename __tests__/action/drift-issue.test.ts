/** The drift issue through the bundle: one while there is drift, none when there is none. */
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
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
  await step(aws, undefined, { mode: 'apply' });
  aws.forget();
});

const drift = (inputs: Record<string, string> = {}): Promise<ActionRun> =>
  step(aws, github, { mode: 'drift', 'drift-issue': 'true', ...inputs }, { event: { name: 'schedule' } });
/** Somebody changes a parameter by hand. */
async function change(value: string): Promise<void> {
  const client = new SSMClient({
    endpoint: aws.motoUrl,
    region: 'us-west-2',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  });
  await client.send(
    new PutParameterCommand({ Name: '/papyrus/prd/GUNICORN_WORKERS', Value: value, Overwrite: true }),
  );
}
const open = () => github.issues.filter(({ state }) => state === 'open');

describe('the drift issue', () => {
  it('is opened with its label, left alone while nothing changes, updated when it does, closed when it is healed', async () => {
    await change('9');
    const first = await drift();
    expect(first.exitCode).toBe(1);
    expect(first.outputs['failure-reason']).toBe('drifted');
    expect(open()).toHaveLength(1);
    expect(open()[0]).toMatchObject({ title: 'AWS drift: /papyrus/prd in us-west-2', labels: ['aws-drift'] });
    expect(open()[0]?.body).toContain('GUNICORN_WORKERS');
    expect(open()[0]?.body).toMatch(/changed .*\d{4}-\d\d-\d\d \d\d:\d\d UTC/);
    expect(github.labels).toContain('aws-drift');

    const writes = github.writes().length;
    await drift();
    expect(github.writes()).toHaveLength(writes);

    await change('11');
    await drift();
    expect(github.writes()).toHaveLength(writes + 1);
    expect(open()[0]?.body).toContain('| `11` |');

    const healed = await step(aws, github, { mode: 'apply', 'drift-issue': 'true' });
    expect(healed.exitCode, healed.log).toBe(0);
    expect(open()).toEqual([]);
    expect(github.issues[0]).toMatchObject({ state: 'closed', state_reason: 'completed' });
    expect(github.comments[0]?.body).toContain('The drift is gone');
    for (const { raw } of github.calls) expect(findCanaries('a call to GitHub', raw, CANARIES)).toEqual([]);
    expect(findLeaks(healed, [...CANARIES, github.token])).toEqual([]);
  });

  it('is closed by a role that reads no values, unless it told of one', async () => {
    const blind = () =>
      aws.fault({
        operation: /^(GetParameters|BatchGetSecretValue)$/,
        kind: 'access-denied',
        times: Number.POSITIVE_INFINITY,
      });
    await change('9');
    await drift();
    expect(open()[0]?.body.split('\n')[0]).toMatch(/-values -->$/);
    blind();
    const unseen = await drift();
    expect(unseen.exitCode, unseen.log).toBe(0);
    expect(open()).toHaveLength(1);

    await aws.reset();
    github.reset();
    await step(aws, undefined, { mode: 'apply', tags: 'project=portfolio' });
    blind();
    expect((await drift({ tags: 'project=other' })).exitCode).toBe(1);
    expect(open()).toHaveLength(1);
    const seen = await drift({ tags: 'project=portfolio' });
    expect(seen.exitCode, seen.log).toBe(0);
    expect(open()).toEqual([]);
    expect(github.comments[0]?.body).toContain('Values were not compared: the role may not read them.');
  });

  it('is reopened rather than doubled', async () => {
    await change('9');
    await drift();
    await step(aws, github, { mode: 'apply', 'drift-issue': 'true' });
    await change('10');
    await drift();
    expect(github.issues).toHaveLength(1);
    expect(open()).toHaveLength(1);
    expect(open()[0]?.body).toContain('| `10` |');
  });

  it('is neither closed nor overwritten by a run of a part, which keeps its own', async () => {
    await change('9');
    await drift();
    await step(aws, github, { mode: 'apply', 'drift-issue': 'true', only: 'log-group' });
    await drift({ only: 'log-group, repository' });
    expect(open().map(({ title }) => title)).toEqual(['AWS drift: /papyrus/prd in us-west-2']);

    await drift({ only: 'parameters' });
    await drift({ only: 'parameters' });
    const part = 'AWS drift: /papyrus/prd in us-west-2 (parameters)';
    expect(open().map(({ title }) => title)).toEqual(['AWS drift: /papyrus/prd in us-west-2', part]);
    await step(aws, github, { mode: 'apply', 'drift-issue': 'true', only: 'parameters' });
    expect(open().map(({ title }) => title)).toEqual(['AWS drift: /papyrus/prd in us-west-2']);

    // Where all of it is clean, its parts are.
    await change('9');
    await drift({ only: 'parameters' });
    expect(open()).toHaveLength(2);
    await step(aws, github, { mode: 'apply', 'drift-issue': 'true' });
    expect(open()).toEqual([]);
  });

  it('of a part is closed by a run of all only where that looked at the part', async () => {
    for (const part of ['auth0', 'parameters', 'parameters,image'])
      github.put('issues', {
        body: `<!-- aws-bootstrap drift of ${part} /papyrus/prd us-west-2 0123 -->\nIt drifted.`,
        labels: ['aws-drift'],
      });
    const clean = await drift();
    expect(clean.exitCode, clean.log).toBe(0);
    expect(open().map(({ body }) => body.split(' ')[4])).toEqual(['auth0', 'parameters,image']);
  });

  it('of another account is neither closed nor overwritten; one of an older version is rewritten once', async () => {
    await change('9');
    await drift();
    const [ours] = github.issues;
    const body = ours?.body ?? '';
    const other = body.replace(/(aws-bootstrap account )[0-9a-f]+/, '$1000000');
    if (ours !== undefined) ours.body = other;
    await step(aws, github, { mode: 'apply', 'drift-issue': 'true' });
    expect(open().map((issue) => issue.body)).toEqual([other]);

    await change('9');
    await drift();
    expect(open()).toHaveLength(2);
    expect(open()[0]?.body).toBe(other);

    github.issues.splice(0, 1);
    const [mine] = github.issues;
    const written = mine?.body ?? '';
    if (mine !== undefined) mine.body = written.replace(/^<!-- aws-bootstrap account .*\n/m, '');
    const before = github.writes().length;
    await drift();
    expect(open().map((issue) => issue.body)).toEqual([written]);
    await drift();
    expect(github.writes()).toHaveLength(before + 1);
  });

  it('closes extras, and keeps the oldest', async () => {
    await change('9');
    await drift();
    const [first] = github.issues;
    github.put('issues', { body: first?.body ?? '', labels: ['aws-drift'] });
    await drift();
    expect(open().map(({ number }) => number)).toEqual([first?.number]);
    expect(github.comments[0]?.body).toContain(`#${first?.number}`);
  });

  it('is found behind 300 others with the label, and without the label', async () => {
    await change('9');
    await drift();
    const [ours] = github.issues.splice(0);
    for (let n = 0; n < 300; n++) github.put('issues', { body: `issue ${n}`, labels: ['aws-drift'] });
    if (ours !== undefined) github.issues.push(ours);
    await drift();
    expect(github.issues).toHaveLength(301);
    if (ours !== undefined) ours.labels = [];
    await drift();
    expect(github.issues).toHaveLength(301);
  });

  it('is neither a pull request nor the issue of a stranger', async () => {
    await change('9');
    await drift();
    const [ours] = github.issues.splice(0);
    const body = ours?.body ?? '';
    const user = { login: 'mallory', type: 'User' as const };
    github.put('issues', { body, labels: ['aws-drift'], user, author_association: 'OWNER' });
    github.put('issues', { body, labels: ['aws-drift'], isPullRequest: true });
    await drift();
    expect(github.issues).toHaveLength(3);
  });

  it('is not touched without drift-issue, by plan, or where something could not be read', async () => {
    await change('9');
    await drift({ 'drift-issue': 'false' });
    await drift({ mode: 'plan' });
    expect(github.calls).toEqual([]);
    await drift();
    await change('2');
    aws.fault({ operation: 'DescribeLogGroups', times: 99, kind: 'access-denied' });
    await drift();
    expect(open()).toHaveLength(1);
  });

  it('shows values in a private repository only', async () => {
    await change('4711');
    const payload = { repository: { full_name: 'papyrus/demo', private: false } };
    await step(
      aws,
      github,
      { mode: 'drift', 'drift-issue': 'true' },
      { event: { name: 'schedule', payload } },
    );
    expect(open()[0]?.body).not.toContain('4711');
  });
});

describe('what GitHub may answer: the result stands', () => {
  const cases: Array<[what: string, prepare: () => void, told: RegExp | undefined, issues: number]> = [
    [
      'issues are disabled',
      () => {
        github.issuesDisabled = true;
      },
      /issues are disabled/,
      0,
    ],
    [
      'a token that only reads',
      () => {
        github.readOnly = true;
      },
      /403.*issues: write/,
      0,
    ],
    [
      'a label that cannot be made',
      () => github.fault({ on: /POST labels/, fault: { status: 403 } }),
      undefined,
      1,
    ],
    [
      'a label that another run makes at the same moment',
      () => github.fault({ on: /POST labels/, applied: true, fault: { status: 422 } }),
      undefined,
      1,
    ],
    ['a refused issue', () => github.fault({ on: /POST issues/, fault: { status: 422 } }), /422/, 0],
    [
      'a secondary rate limit',
      () => github.fault({ on: /POST issues/, fault: { status: 429, headers: { 'retry-after': '1' } } }),
      undefined,
      1,
    ],
    [
      'a lost answer to the new issue',
      () => github.fault({ on: /POST issues/, applied: true, fault: 'reset' }),
      /could not be reached/,
      1,
    ],
    [
      'a server error at the second page',
      () => {
        for (let n = 0; n < 150; n++)
          github.put('issues', { body: 'x', labels: ['aws-drift'], state: 'closed' });
        github.fault({ on: /GET issues/, skip: 1, fault: { status: 500 } });
      },
      undefined,
      151,
    ],
  ];
  it.each(cases)('%s', async (_what, prepare, told, issues) => {
    await change('9');
    prepare();
    const done = await drift();
    expect(done.exitCode).toBe(1);
    expect(done.outputs['failure-reason']).toBe('drifted');
    if (told === undefined) expect(done.log).not.toContain('drift issue is not kept');
    else expect(done.log).toMatch(told);
    expect(github.issues).toHaveLength(issues);
  });

  it('a comment that does not come through does not keep the issue open', async () => {
    await change('9');
    await drift();
    await change('2');
    github.fault({ on: /POST issues\/\d+\/comments/, times: 9, fault: { status: 403 } });
    const done = await drift();
    expect(done.exitCode, done.log).toBe(0);
    expect(open()).toEqual([]);
  });

  it('says so where there is no token', async () => {
    const done = await step(aws, undefined, { mode: 'drift', 'drift-issue': 'true' });
    expect(done.exitCode).toBe(0);
    expect(done.log).toContain('there is no github-token');
  });

  it('refuses a setting that it does not know', async () => {
    const done = await drift({ 'comment-on-pr': 'sometimes', 'drift-issue': 'perhaps', dotenv: DOTENV });
    expect(done.outputs['failure-reason']).toBe('input');
    expect(done.log).toContain('comment-on-pr');
    expect(done.log).toContain('drift-issue');
  });
});
