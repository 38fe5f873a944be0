/** What was reviewed is what runs: plan-hash and expect-plan. */
import { describe, expect, it } from 'vitest';
import { accountForFile } from '../servers/for-file.ts';
import { ensureNode24 } from '../servers/node24.ts';
import { CANARIES, SEED } from './account.ts';
import { findLeaks } from './leaks.ts';
import { failed, linesOf, passed } from './outcome.ts';
import { stateAfter } from './replay.ts';

const { aws, at } = await accountForFile();

const P = '/papyrus/prd';
const CHANGED = SEED.replace('GUNICORN_WORKERS=2', 'GUNICORN_WORKERS=3');
const stored = stateAfter(aws, () => at.step({ dotenv: SEED }));
const plan = (dotenv: string, more: Record<string, string> = {}) =>
  at.step({ mode: 'plan', dotenv, ...more });

describe('plan-hash', () => {
  it('is the same for the same plan: twice, in another order of the input, on Node 24, in every mode', async () => {
    await stored();
    await at.createSecret('papyrus/prd/extra', { team: 'x' });
    const first = (await plan(CHANGED)).outputs['plan-hash'];
    expect(first).toMatch(/^[0-9a-f]{64}$/);
    const reversed = CHANGED.split('\n').reverse().join('\n');
    const other = await at.step({ mode: 'drift', dotenv: reversed }, { node: await ensureNode24() });
    expect(other.outputs['plan-hash']).toBe(first);
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
    await stored();
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
    expect(aws.writes()).toEqual([]);
    if (form === 'JSON') {
      expect(linesOf(refused, `${P}/GUNICORN_THREADS: `, 'update')).not.toEqual([]);
      expect(linesOf(refused, `${P}/GUNICORN_WORKERS: `, 'value')).not.toEqual([]);
    } else expect(refused.log).toContain(`plan-hash ${refused.outputs['plan-hash']}`);
    expect(findLeaks(refused, CANARIES)).toEqual([]);
    passed(await at.step({ dotenv: CHANGED, 'expect-plan': approved.outputs[output] ?? '' }));
  });

  it('refuses another value that no report shows, and shows neither', async () => {
    await stored();
    const dotenv = (host: string) => SEED.replace(/^DB_HOST=.*$/m, `DB_HOST=${host}`);
    const approved = await plan(dotenv('db-canary-of-the-plan.example'));
    expect(approved.outputs['plan-hash']).not.toBe(
      (await plan(dotenv('db.evil.example'))).outputs['plan-hash'],
    );
    aws.forget();
    const expected = { 'expect-plan': approved.outputs['plan'] ?? '' };
    const refused = failed(await at.step({ dotenv: dotenv('db.evil.example'), ...expected }), 'conflict');
    expect(refused.log).toContain('papyrus/prd/db key:host');
    expect(findLeaks(refused, [...CANARIES, 'db.evil.example', 'db-canary-of-the-plan'])).toEqual([]);
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
    await stored();
    const approved = await at.step({ mode: 'destroy' });
    await at.putParameter(`${P}/LATE`, { 'managed-by': 'aws-bootstrap' });
    const inputs = { mode: 'destroy', confirm: P };
    const expected = { 'expect-plan': approved.outputs['plan'] ?? '' };
    const refused = failed(await at.step({ ...inputs, ...expected }), 'conflict');
    expect(linesOf(refused, `${P}/LATE: delete`)).not.toEqual([]);
    expect(await at.secrets()).toHaveLength(3);
    const again = await at.step({ mode: 'destroy' });
    passed(await at.step({ ...inputs, 'expect-plan': again.outputs['plan-hash'] ?? '' }));
    expect(await at.parameters()).toEqual([]);
  });
});
