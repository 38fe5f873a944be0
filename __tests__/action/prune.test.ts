/** What this action created and is no longer configured, through the bundle. */
import { beforeEach, describe, expect, it } from 'vitest';
import { accountForFile } from '../servers/for-file.ts';
import { CANARIES, SEED } from './account.ts';
import { findLeaks } from './leaks.ts';
import { passed } from './outcome.ts';
import { stateAfter } from './replay.ts';

const { aws, at } = await accountForFile({ emptyPages: true });

const P = '/papyrus/prd';
const without = (...names: string[]) =>
  SEED.split('\n')
    .filter((line) => !names.some((name) => line.startsWith(`${name}=`)))
    .join('\n');
const changes = (plan: string | undefined) =>
  Object.fromEntries(
    (JSON.parse(plan ?? '{}').changes as Array<{ name: string; action: string }>).map(({ name, action }) => [
      name,
      action,
    ]),
  );

const stored = stateAfter(aws, () => at.step({ dotenv: SEED }));

describe('report', () => {
  it('lists orphans, and they are neither drift nor to be deleted', async () => {
    await stored();
    for (const mode of ['drift', 'apply']) {
      const run = passed(await at.step({ mode, dotenv: without('GUNICORN_TIMEOUT', 'FLASK_SECRET_KEY') }));
      expect(run.outputs).toMatchObject({ drifted: 'false', 'to-delete': '0' });
      expect(run.log).toContain(`= parameter ${P}/GUNICORN_TIMEOUT`);
      expect(run.log).toContain('= secret papyrus/prd/flask');
      for (const key of ['$0.40', 'prune: delete']) expect(run.log).toContain(key);
      expect(run.summary).toContain('GUNICORN_TIMEOUT');
      expect(findLeaks(run, CANARIES)).toEqual([]);
    }
    expect(aws.writes()).toEqual([]);
    expect(await at.secrets()).toContain('papyrus/prd/flask');
  });

  it('does not look at all with off', async () => {
    await stored();
    const run = passed(await at.step({ dotenv: without('FLASK_SECRET_KEY'), prune: 'off' }));
    expect(aws.count('ListSecrets')).toBe(0);
    expect(aws.calls.filter(({ input }) => JSON.stringify(input).includes('"Path"'))).toEqual([]);
    expect(run.log).not.toContain('papyrus/prd/flask');
  });
});

describe('delete', () => {
  it('deletes parameters by ten, and secrets with the recovery window, and then is silent', async () => {
    const many = Array.from({ length: 23 }, (_, index) => `GUNICORN_EXTRA_${index}=${index}`).join('\n');
    await at.step({ dotenv: `${SEED}\n${many}` });
    aws.forget();
    const inputs = { dotenv: without('FLASK_SECRET_KEY'), prune: 'delete', allow: 'prune-many' };
    const planned = passed(await at.step({ mode: 'plan', ...inputs }));
    expect(planned.outputs).toMatchObject({ 'to-delete': '24', drifted: 'true' });
    expect(aws.writes()).toEqual([]);
    aws.forget();
    const pruned = passed(await at.step(inputs));
    expect(pruned.outputs).toMatchObject({ changed: 'true', 'config-changed': 'false' });
    expect(pruned.outputs['plan-hash']).toBe(planned.outputs['plan-hash']);
    expect(
      aws
        .writes()
        .map(({ operation }) => operation)
        .sort(),
    ).toEqual(['DeleteParameters', 'DeleteParameters', 'DeleteParameters', 'DeleteSecret']);
    const [deletion] = aws.calls.filter(({ operation }) => operation === 'DeleteSecret');
    expect(deletion?.input).toEqual({ SecretId: 'papyrus/prd/flask', RecoveryWindowInDays: 30 });
    expect((await at.parameters()).filter((name) => name.includes('EXTRA'))).toEqual([]);
    expect((await at.secret('papyrus/prd/flask'))?.deleted).toBeDefined();
    expect(pruned.outputs['monthly-cost-usd']).toBe('0.80');
    aws.forget();
    passed(await at.step({ dotenv: without('FLASK_SECRET_KEY'), prune: 'delete' }));
    expect(aws.writes()).toEqual([]);
    passed(await at.step({ dotenv: SEED }));
    expect((await at.secret('papyrus/prd/flask'))?.value).toEqual({ secret_key: 'flask-key-canary-4' });
  });

  it('only takes its tag off what was adopted, and never touches what is not ours', async () => {
    const foreign = { team: 'other' };
    await at.putParameter(`${P}/OLD_ADOPTED`, { 'managed-by': 'aws-bootstrap:adopted', team: 'ours' });
    await at.createSecret('papyrus/prd/old', { 'managed-by': 'aws-bootstrap:adopted', team: 'ours' });
    await at.putParameter(`${P}/FOREIGN`, foreign);
    await at.createSecret('papyrus/prd/foreign', foreign);
    // Ours, but of another environment: deeper than the prefix.
    await at.putParameter(`${P}/blue/OWN`, { 'managed-by': 'aws-bootstrap' });
    await at.createSecret('papyrus/prd/blue/db', { 'managed-by': 'aws-bootstrap' });
    await at.createSecret('papyrus/prd-2/db', { 'managed-by': 'aws-bootstrap' });
    const pruned = passed(await at.step({ dotenv: SEED, prune: 'delete' }));
    expect((await at.parameter(`${P}/OLD_ADOPTED`))?.tags).toEqual({ team: 'ours' });
    expect((await at.secret('papyrus/prd/old'))?.tags).toEqual({ team: 'ours' });
    expect((await at.parameter(`${P}/FOREIGN`))?.tags).toEqual(foreign);
    expect((await at.secret('papyrus/prd/foreign'))?.tags).toEqual(foreign);
    expect(await at.parameters()).toContain(`${P}/blue/OWN`);
    expect(await at.secrets()).toEqual(expect.arrayContaining(['papyrus/prd/blue/db', 'papyrus/prd-2/db']));
    expect(aws.count(/^Delete/)).toBe(0);
    expect(pruned.log).toContain(`= parameter ${P}/FOREIGN`);
    expect(changes(pruned.outputs['plan'])[`${P}/blue/OWN`]).toBeUndefined();
  });
});

describe('prunes nothing that the run explains', () => {
  beforeEach(stored);
  const untouched = async (inputs: Record<string, string>, event = 'push') => {
    const run = passed(await at.step({ prune: 'delete', ...inputs }, { event: { name: event } }));
    expect(aws.count(/^Delete/)).toBe(0);
    return run;
  };

  it('a run that only gives app-url', async () => {
    await untouched({ only: 'auth0', 'app-url': 'https://papyrus.example.com' });
    expect(aws.count('ListSecrets')).toBe(0);
  });
  it('a name that a JSON object holds and nothing takes', async () => {
    await at.putParameter(`${P}/OTHER_SETTING`, { 'managed-by': 'aws-bootstrap' }, 'x');
    const run = await untouched({ dotenv: SEED, secrets: '{"OTHER_SETTING":"x","github_token":"y"}' });
    expect(changes(run.outputs['plan'])[`${P}/OTHER_SETTING`]).toBe('none');
  });
});
