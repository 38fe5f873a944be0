/** What this action made and nobody asks for any more, through the bundle. */
import { beforeEach, describe, expect, it } from 'vitest';
import { accountForFile } from '../servers/for-file.ts';
import { CANARIES, SEED } from './account.ts';
import { findLeaks } from './leaks.ts';
import { passed } from './outcome.ts';

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

describe('report', () => {
  it('lists what is left over, and it is neither drift nor to be deleted', async () => {
    await at.step({ dotenv: SEED });
    aws.forget();
    for (const mode of ['plan', 'drift', 'apply']) {
      const told = passed(await at.step({ mode, dotenv: without('GUNICORN_TIMEOUT', 'FLASK_SECRET_KEY') }));
      expect(told.outputs).toMatchObject({ drifted: 'false', 'to-delete': '0' });
      expect(told.log).toContain(`= parameter ${P}/GUNICORN_TIMEOUT`);
      expect(told.log).toContain('= secret papyrus/prd/flask');
      expect(told.log).toContain('costs $0.40 a month');
      expect(told.log).toContain('prune: delete removes it');
      expect(told.summary).toContain('GUNICORN_TIMEOUT');
      expect(findLeaks(told, CANARIES)).toEqual([]);
    }
    expect(aws.writes()).toEqual([]);
    expect(await at.secrets()).toContain('papyrus/prd/flask');
  });

  it('does not look at all with off', async () => {
    await at.step({ dotenv: SEED });
    aws.forget();
    const told = passed(await at.step({ dotenv: without('FLASK_SECRET_KEY'), prune: 'off' }));
    expect(aws.count('ListSecrets')).toBe(0);
    expect(aws.calls.filter(({ input }) => JSON.stringify(input).includes('"Path"'))).toEqual([]);
    expect(told.log).not.toContain('papyrus/prd/flask');
  });
});

describe('delete', () => {
  it('deletes parameters by ten, and secrets with the recovery window, and then is silent', async () => {
    const many = Array.from({ length: 23 }, (_, index) => `GUNICORN_EXTRA_${index}=${index}`).join('\n');
    await at.step({ dotenv: `${SEED}\n${many}` });
    aws.forget();
    const asked = { dotenv: without('FLASK_SECRET_KEY'), prune: 'delete', allow: 'prune-many' };
    const planned = passed(await at.step({ mode: 'plan', ...asked }));
    expect(planned.outputs).toMatchObject({ 'to-delete': '24', drifted: 'true' });
    expect(aws.writes()).toEqual([]);
    aws.forget();
    const pruned = passed(await at.step(asked));
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
    expect(pruned.log).toContain('it has no tag managed-by: never touched');
    expect(changes(pruned.outputs['plan'])[`${P}/blue/OWN`]).toBeUndefined();
  });
});

describe('prunes nothing that the run explains', () => {
  beforeEach(async () => {
    await at.step({ dotenv: SEED });
    aws.forget();
  });
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
    await at.step({ dotenv: `${SEED}\nOTHER_SETTING=x` });
    aws.forget();
    const run = await untouched({ dotenv: SEED, secrets: '{"OTHER_SETTING":"x","github_token":"y"}' });
    expect(run.log).toContain('a JSON object of this run holds OTHER_SETTING');
  });
});
