import { expect, it } from 'vitest';
import { isFirstRun } from '../../src/plan/plan-properties.ts';
import { changeOfUnconfigured } from '../../src/plan/prune.ts';
import { steps } from '../../src/report/messages.ts';
import { guidanceOf } from '../../src/report/sections/guidance.ts';
import { parameter } from '../plan/strays.ts';
import { runOf } from '../report/runs.ts';

const GIVEN = { inputs: { mode: 'plan', variables: 'A=1\nB=2' } };
const standing = (name: string, value: string) => ({
  name,
  fields: { value, type: 'String', 'tag:managed-by': 'aws-bootstrap' },
  metadata: { version: '1' },
});

it('a prefix of which nothing stands may be a misspelt one, and the summary says so', () => {
  const run = runOf(GIVEN);
  expect(isFirstRun(run.plan)).toBe(true);
  expect(guidanceOf(run).may).toContain(steps.firstRun('/papyrus/prd', 'us-west-2'));
});

it('one parameter that stands, as it should or not, tells that it is the right one', () => {
  for (const value of ['1', 'other']) {
    const run = runOf(GIVEN, {
      'AWS::SSM::Parameter': new Map([['/papyrus/prd/A', standing('/papyrus/prd/A', value)]]),
    });
    expect(isFirstRun(run.plan)).toBe(false);
    expect(guidanceOf(run).may).not.toContain(steps.firstRun('/papyrus/prd', 'us-west-2'));
  }
});

it('log group and repository alone tell nothing', () => {
  expect(isFirstRun(runOf({ inputs: { mode: 'plan' } }).plan)).toBe(false);
});

it('what we created and nobody asks for any more tells that it is the right one, and what is of others does not', () => {
  const run = runOf(GIVEN);
  const orphan = (owner: 'created' | 'others') =>
    changeOfUnconfigured(parameter('OLD', owner), { action: 'keep', notes: [] });
  expect(isFirstRun([...run.plan, orphan('created')])).toBe(false);
  expect(isFirstRun([...run.plan, orphan('others')])).toBe(true);
});
