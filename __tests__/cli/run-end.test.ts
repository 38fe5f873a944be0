// The end of a run in a terminal: what is printed last, and the exit code.
import { describe, expect, it, test } from 'vitest';
import { endRun } from '../../src/cli/run-end.ts';
import type { Outcome } from '../../src/model/outcome.ts';
import type { Run } from '../../src/report/run.ts';
import { runOf } from '../report/runs.ts';
import { recordTerminal } from './recorded-terminal.ts';

const APPLY = { inputs: { mode: 'apply', dotenv: 'LOG_LEVEL=info\nGUNICORN_WORKERS=2\n' } };
const PLAN = { inputs: { ...APPLY.inputs, mode: 'plan' } };
const asked = (
  run: Run,
  more: Partial<Run['settings']>,
  reports: Partial<Run['settings']['reports']> = {},
) => ({
  ...run,
  settings: { ...run.settings, ...more, reports: { ...run.settings.reports, ...reports } },
});

async function end(run: Run, more: { isDeclined?: boolean; isJson?: boolean; isQuiet?: boolean } = {}) {
  const terminal = recordTerminal();
  const code = await endRun(run, { terminal, isDeclined: false, isJson: false, isQuiet: false, ...more });
  return { code, output: terminal.output, errors: terminal.errors };
}

describe('the policies', () => {
  it('are in the JSON of a plan where they are asked for', async () => {
    const { code, output } = await end(asked(runOf(PLAN), {}, { policies: true }), { isJson: true });
    expect(code).toBe(0);
    const { policies } = JSON.parse(output.join('')) as { policies: Record<string, object> };
    expect(Object.keys(policies)).toHaveLength(3);
    for (const policy of Object.values(policies)) expect(policy).toHaveProperty('Statement');
    expect(JSON.parse((await end(runOf(PLAN), { isJson: true })).output.join(''))).not.toHaveProperty(
      'policies',
    );
  });

  it.each(['plan', 'apply', 'destroy'] as const)('are printed to be pasted, of %s too', async (mode) => {
    const { output } = await end(asked(runOf(PLAN), { mode }, { policies: true }));
    expect(output.filter((line) => line.startsWith('{') && 'Statement' in JSON.parse(line))).toHaveLength(3);
    expect(output.some((line) => line.endsWith(' destroy'))).toBe(mode === 'destroy');
  });
});

describe('destroy with nothing left to delete', () => {
  const destroying = (count: number): Run => {
    const run = runOf(PLAN);
    const outcomes = run.outcomes
      .slice(0, count)
      .map((one): Outcome => ({ ...one, result: 'unchanged', change: { ...one.change, action: 'none' } }));
    return { ...asked(run, { mode: 'destroy' }), plan: [], outcomes };
  };

  test.each([
    [0, /^[^\d]*$/],
    [1, /\b1 resource is\b/],
    [2, /\b2 resources are\b/],
  ])('%i kept resources are counted', async (count, expected) => {
    const { code, output } = await end(destroying(count));
    expect(code).toBe(0);
    expect(output.at(-1)).toMatch(expected);
  });
});

describe('an apply that fails', () => {
  it('counts what was skipped after an error, and fails', async () => {
    const run = runOf(APPLY, {}, { '/papyrus/prd/LOG_LEVEL': new Error('broken') });
    const outcomes = run.outcomes.map(
      (one): Outcome =>
        one.result === 'done' ? { change: one.change, result: 'skipped', after: undefined } : one,
    );
    const { code, output } = await end({ ...run, outcomes });
    expect(code).toBe(1);
    expect(output.at(-1)).toMatch(/0 done\b.* 1 failed, 3 skipped/);
  });

  it.each([
    ['input', 2],
    ['drifted', 3],
    ['internal', 1],
  ] as const)('for the reason %s ends with the code %i', async (reason, code) => {
    const failure: Run['failure'] = { reason, text: 'why' };
    expect((await end({ ...runOf(APPLY), failure })).code).toBe(code);
  });
});

it('a declined run writes nothing, and fails', async () => {
  const { code, output } = await end(runOf(PLAN), { isDeclined: true });
  expect(code).toBe(1);
  expect(output).toHaveLength(1);
});

it.each([
  ['apply', 1],
  ['plan', 0],
] as const)(
  '%s with a task definition that cannot be completed ends with the code %i',
  async (mode, code) => {
    const files = { 'task.json': '{"family":"papyrus","containerDefinitions":[{"name":"web","image":"x"}]}' };
    const run = runOf({ inputs: { ...APPLY.inputs, 'task-definition': 'task.json', mode }, files });
    const ended = await end({ ...run, outcomes: [], references: { existing: () => undefined, missing: [] } });
    expect(ended.code).toBe(code);
    expect(ended.output.join()).not.toContain('task-definition.json');
  },
);
