/** What existed before: adopted field by field, blocked, or left to whoever owns it. */
import { describe, expect, it } from 'vitest';
import { accountForFile } from '../servers/for-file.ts';
import { failed, linesOf, passed } from './outcome.ts';

const { aws, at } = await accountForFile();

const P = '/papyrus/prd';
const ENV = 'GUNICORN_WORKERS=2\nFLASK_SECRET_KEY=flask-key-canary-4';
const only = { only: 'parameters, secrets' };

it('shows what it adopts field by field, and then writes nothing', async () => {
  await at.putParameter(`${P}/GUNICORN_WORKERS`, { team: 'ours' }, '1');
  await at.createSecret('papyrus/prd/flask', { team: 'ours' }, { secret_key: 'old', other: 'others-value' });
  await at.createLogGroup('/ecs/papyrus');
  await at.createRepository('papyrus');
  const inputs = { dotenv: ENV, tags: 'project=portfolio', 'log-retention-days': '1' };
  const shown = await at.step({ mode: 'plan', ...inputs });
  for (const line of [
    `~ parameter ${P}/GUNICORN_WORKERS`,
    'value: "1" → "2"',
    'tag:project: missing → "portfolio"',
    'tag:managed-by: missing → "aws-bootstrap:adopted"',
    'key:secret_key: ',
    ': other',
  ])
    expect(shown.log).toContain(line);
  passed(await at.step(inputs));
  expect((await at.parameter(`${P}/GUNICORN_WORKERS`))?.tags).toEqual({
    team: 'ours',
    project: 'portfolio',
    'managed-by': 'aws-bootstrap:adopted',
  });
  expect((await at.secret('papyrus/prd/flask'))?.value).toEqual({
    secret_key: 'flask-key-canary-4',
    other: 'others-value',
  });
  aws.forget();
  expect((await at.step(inputs)).outputs['drifted']).toBe('false');
  expect(aws.writes()).toEqual([]);
});

it('adopt: false blocks it, and does the rest', async () => {
  await at.putParameter(`${P}/GUNICORN_WORKERS`, {}, '1');
  const run = failed(await at.step({ ...only, dotenv: ENV, adopt: 'false' }), 'blocked');
  expect(linesOf(run, `${P}/GUNICORN_WORKERS: blocked`, 'adopt')).toHaveLength(1);
  expect((await at.parameter(`${P}/GUNICORN_WORKERS`))?.value).toBe('1');
  expect((await at.secret('papyrus/prd/flask'))?.value).toEqual({ secret_key: 'flask-key-canary-4' });
});

describe('owners', () => {
  it('are named, and what they own is never written', async () => {
    const tags = { 'managed-by': 'terraform' };
    await at.putParameter(`${P}/GUNICORN_WORKERS`, tags, '1');
    await at.createSecret('papyrus/prd/flask', tags, { secret_key: 'old' });
    const run = failed(await at.step({ ...only, dotenv: ENV }), 'blocked');
    expect(linesOf(run, 'blocked', ' terraform ')).toHaveLength(2);
    expect(run.outputs['blocked']).toBe('2');
    expect(aws.writes()).toEqual([]);
    expect((await at.parameter(`${P}/GUNICORN_WORKERS`))?.tags).toEqual(tags);
  });

  it.each<[string, Record<string, string>]>([
    ['prune', { prune: 'delete', dotenv: ENV }],
    ['destroy', { mode: 'destroy', confirm: P }],
  ])('CloudFormation, of what has the ownership tag: %s leaves it, and takes the rest', async (_, inputs) => {
    const ours = { 'managed-by': 'aws-bootstrap' };
    const theirs = { ...ours, 'aws:cloudformation:stack-name': 'network' };
    await at.putParameter(`${P}/OLD_OURS`, ours, '1');
    await at.putParameter(`${P}/OLD_THEIRS`, theirs, '1');
    await at.createSecret('papyrus/prd/old', theirs, { a: 'b' });
    aws.forget();
    const run = await at.step({ ...only, ...inputs });
    expect(linesOf(run, 'CloudFormation stack network')).toHaveLength(2);
    // One call for each parameter that would go, and none for what stays.
    expect(aws.count('ListTagsForResource')).toBe(2);
    expect((await at.parameter(`${P}/OLD_THEIRS`))?.tags).toEqual(theirs);
    expect(await at.parameter(`${P}/OLD_OURS`)).toBeUndefined();
    expect(await at.secrets()).toContain('papyrus/prd/old');
  });
});
