import { expect } from 'vitest';
import type { ActionRun } from './run.ts';

/** Expects that a run succeeds; otherwise the test shows its log. */
export function passed<T extends Pick<ActionRun, 'exitCode' | 'log'>>(run: T): T {
  expect(run.exitCode, run.log).toBe(0);
  return run;
}

/** Expects that a run fails for this reason. */
export function failed<T extends Pick<ActionRun, 'exitCode' | 'log' | 'outputs'>>(run: T, reason: string): T {
  expect([run.exitCode, run.outputs['failure-reason']], run.log).toEqual([1, reason]);
  return run;
}
