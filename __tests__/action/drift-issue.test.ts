/** The drift issue through the bundle: one while there is drift, none when there is none. */
import { beforeEach, describe, expect, it } from 'vitest';
import { connect } from '../servers/clients.ts';
import { githubForFile } from '../servers/for-file.ts';
import { CANARIES, step } from './bench.ts';
import { findCanaries, findLeaks } from './leaks.ts';
import { failed, passed } from './outcome.ts';
import { stateAfter } from './replay.ts';
import type { ActionRun } from './run.ts';

const { aws, github } = await githubForFile();
beforeEach(stateAfter(aws, () => step(aws, undefined, { mode: 'apply' })));

const drift = (inputs: Record<string, string> = {}): Promise<ActionRun> =>
  step(aws, github, { mode: 'drift', 'drift-issue': 'true', ...inputs }, { event: { name: 'schedule' } });
/** Somebody changes a parameter by hand. */
async function change(value: string): Promise<void> {
  await connect(aws.motoUrl).ssm.putParameter({
    Name: '/papyrus/prd/GUNICORN_WORKERS',
    Value: value,
    Overwrite: true,
  });
}
const open = () => github.issues.filter(({ state }) => state === 'open');

describe('the drift issue', () => {
  it('is opened with its label, updated when the drift changes, and closed by an apply', async () => {
    await change('9');
    failed(await drift(), 'drifted');
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

    const corrected = passed(await step(aws, github, { mode: 'apply', 'drift-issue': 'true' }));
    expect(open()).toEqual([]);
    expect(github.issues[0]).toMatchObject({ state: 'closed', state_reason: 'completed' });
    expect(github.comments).toHaveLength(1);
    for (const { raw } of github.calls) expect(findCanaries('a call to GitHub', raw, CANARIES)).toEqual([]);
    expect(findLeaks(corrected, [...CANARIES, github.token])).toEqual([]);
  });

  it('is closed by a role that reads no values, unless it holds one', async () => {
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
    passed(await drift());
    expect(open()).toHaveLength(1);

    await aws.reset();
    github.reset();
    await step(aws, undefined, { mode: 'apply', tags: 'project=portfolio' });
    blind();
    failed(await drift({ tags: 'project=other' }), 'drifted');
    expect(open()).toHaveLength(1);
    passed(await drift({ tags: 'project=portfolio' }));
    expect(open()).toEqual([]);
    expect(github.comments).toHaveLength(1);
  });

  it('stays as it is without drift-issue, in plan, and where something could not be read', async () => {
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
