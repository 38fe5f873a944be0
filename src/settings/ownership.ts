import { type Mode, PRUNES, type Prune } from './choices.ts';
import type { Expectation } from './expectation.ts';
import { readChoice } from './parse.ts';
import { type Request, readersOf, type SettingSources } from './setting-sources.ts';

/** Permissions of a run: its effects on existing resources below the prefix, and the approved plan. */
export interface OwnershipSettings {
  readonly prune: Prune;
  /** Days in which a deleted secret can be restored. */
  readonly recoveryDays: number;
  /** `apply`, or `destroy` whose `confirm` repeats the prefix: all other runs only read. */
  readonly writes: boolean;
  /** The value of `confirm`. */
  readonly confirm: string | undefined;
  /** The approved plan. */
  readonly expected: Expectation | undefined;
}

/**
 * `confirm` and `expect-plan` are for one run, so they must not be in a committed file.
 */
export function readOwnership(
  sources: SettingSources,
  request: Request,
  mode: Mode,
  prefix: string,
): OwnershipSettings {
  const { inputs, asksFirst = false } = request;
  const confirm = inputs.get('confirm')?.trim() || undefined;
  return {
    prune: sources.read('prune', 'report', (value) => readChoice(value, PRUNES)),
    recoveryDays: sources.read('recovery-window-days', 30, Number),
    writes:
      mode === 'apply' ||
      (mode === 'destroy' && (confirm === prefix || (asksFirst && confirm === undefined))),
    confirm,
    expected: sources.read<Expectation | undefined>('expect-plan', undefined, (value) =>
      readersOf(request).readExpectation(String(value).trim(), request.readText),
    ),
  };
}
