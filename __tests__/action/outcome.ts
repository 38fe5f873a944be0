import { expect } from 'vitest';
import type { Level } from './commands.ts';
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

/** @returns the annotations of a level that name a key: a variable, an input, a resource */
export const messagesOf = (run: Pick<ActionRun, 'annotations'>, level: Level, key = ''): string[] =>
  run.annotations
    .filter((one) => one.level === level && one.message.includes(key))
    .map(({ message }) => message);

/** @returns the lines of the log that name all of these keys */
export const linesOf = ({ log }: Pick<ActionRun, 'log'>, ...keys: readonly string[]): string[] =>
  log.split('\n').filter((line) => keys.every((key) => line.includes(key)));
