/** What was reviewed is what runs: plan-hash and expect-plan. */
import { describe, expect, it } from 'vitest';
import { accountForFile } from '../servers/for-file.ts';
import { ensureNode24 } from '../servers/node24.ts';
import { CANARIES, SEED } from './account.ts';
import { findLeaks } from './leaks.ts';
import { failed, passed } from './outcome.ts';

const { aws, at } = await accountForFile();

const P = '/papyrus/prd';
const CHANGED = SEED.replace('GUNICORN_WORKERS=2', 'GUNICORN_WORKERS=3');
const plan = (dotenv: string, more: Record<string, string> = {}) =>
  at.step({ mode: 'plan', dotenv, ...more });

describe('plan-hash', () => {
  it('is the same for the same plan: twice, in another order of the input, on Node 24, in every mode', async () => {
    await at.step({ dotenv: SEED });
    await at.createSecret('papyrus/prd/extra', { team: 'x' });
    const first = (await plan(CHANGED)).outputs['plan-hash'];
    expect(first).toMatch(/^[0-9a-f]{64}$/);
    const reversed = CHANGED.split('\n').reverse().join('\n');
    expect((await plan(reversed)).outputs['plan-hash']).toBe(first);
    const node24 = await at.step({ mode: 'plan', dotenv: CHANGED }, { node: await ensureNode24() });
    expect(node24.outputs['plan-hash']).toBe(first);
    expect((await at.step({ mode: 'drift', dotenv: CHANGED })).outputs['plan-hash']).toBe(first);
    const applied = passed(await at.step({ dotenv: reversed, 'expect-plan': first ?? '' }));
    expect(applied.outputs['plan-hash']).toBe(first);
    expect((await at.parameter(`${P}/GUNICORN_WORKERS`))?.value).toBe('3');
    expect((await plan(CHANGED)).outputs['plan-hash']).not.toBe(first);
  });
});

describe('expect-plan', () => {
  it.each([
    ['hash', 'plan-hash'],
    ['JSON', 'plan'],
  ])('as %s: another plan is refused before the first write', async (form, output) => {
    await at.step({ dotenv: SEED });
    const approved = await plan(CHANGED);
    aws.forget();
    const other = CHANGED.replace('THREADS=4', 'THREADS=8').replace(
      'GUNICORN_WORKERS=3',
      'GUNICORN_WORKERS=5',
    );
    const refused = failed(
      await at.step({ dotenv: other, 'expect-plan': approved.outputs[output] ?? '' }),
      'conflict',
    );
    expect(refused.outputs['changed']).toBe('false');
    expect(refused.log).toContain('nothing was written');
    expect(aws.writes()).toEqual([]);
    if (form === 'JSON') {
      expect(refused.log).toContain(`${P}/GUNICORN_THREADS: none was approved, this plan has update`);
      expect(refused.log).toContain(`${P}/GUNICORN_WORKERS: another change of value was approved`);
    } else expect(refused.log).toContain(`plan-hash ${refused.outputs['plan-hash']}`);
    expect(findLeaks(refused, CANARIES)).toEqual([]);
    passed(await at.step({ dotenv: CHANGED, 'expect-plan': approved.outputs[output] ?? '' }));
  });

  it('refuses another value that no report shows, and shows neither', async () => {
    await at.step({ dotenv: SEED });
    const dotenv = (host: string) => SEED.replace(/^DB_HOST=.*$/m, `DB_HOST=${host}`);
    const approved = await plan(dotenv('db-canary-of-the-plan.example'));
    expect(approved.outputs['plan-hash']).not.toBe(
      (await plan(dotenv('db.evil.example'))).outputs['plan-hash'],
    );
    aws.forget();
    for (const output of ['plan-hash', 'plan']) {
      const refused = await at.step({
        dotenv: dotenv('db.evil.example'),
        'expect-plan': approved.outputs[output] ?? '',
      });
      expect(refused.outputs['failure-reason']).toBe('conflict');
      if (output === 'plan') expect(refused.log).toContain('papyrus/prd/db key:host');
      expect(findLeaks(refused, [...CANARIES, 'db.evil.example', 'db-canary-of-the-plan'])).toEqual([]);
    }
    expect(aws.writes()).toEqual([]);
    passed(
      await at.step({
        dotenv: dotenv('db-canary-of-the-plan.example'),
        'expect-plan': approved.outputs['plan-hash'] ?? '',
      }),
    );
    expect((await at.secret('papyrus/prd/db'))?.value.host).toBe('db-canary-of-the-plan.example');
  });

  it('for destroy', async () => {
    await at.step({ dotenv: SEED });
    const approved = await at.step({ mode: 'destroy' });
    await at.putParameter(`${P}/LATE`, { 'managed-by': 'aws-bootstrap' });
    const inputs = { mode: 'destroy', confirm: P };
    const refused = await at.step({ ...inputs, 'expect-plan': approved.outputs['plan'] ?? '' });
    expect(refused.exitCode).toBe(1);
    expect(refused.log).toContain(`${P}/LATE: delete is in this plan, and was not approved`);
    expect(await at.secrets()).toHaveLength(3);
    const again = await at.step({ mode: 'destroy' });
    passed(await at.step({ ...inputs, 'expect-plan': again.outputs['plan-hash'] ?? '' }));
    expect(await at.parameters()).toEqual([]);
  });
});
