import { readExpectation } from './expectation.ts';
import type { Layers } from './layers.ts';
import type { Mode, Request } from './settings.ts';
import { readChoice, Unclear } from './texts.ts';

export const PRUNES = ['off', 'report', 'delete'] as const;
export type Prune = (typeof PRUNES)[number];

/** What a run may do with what it finds below the prefix, and which plan it may run. */
export interface OwnershipSettings {
  readonly prune: Prune;
  /** Days in which a deleted secret can be restored. */
  readonly recoveryDays: number;
  /** `apply`, or `destroy` whose `confirm` repeats the prefix: all other runs only read. */
  readonly writes: boolean;
  /** What was given as `confirm`. */
  readonly confirm: string | undefined;
  /** The approved plan. */
  readonly expected: Expectation | undefined;
}

/** An approved plan: its hash, and the document where that was given. */
export interface Expectation {
  readonly hash: string | undefined;
  /** The parsed JSON of the output `plan`; it is compared by the report that made it. */
  readonly document: unknown;
}

/**
 * `confirm` and `expect-plan` speak of one run, so a committed file is no place for them.
 * @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret.html (RecoveryWindowInDays: 7 to 30)
 */
export function readOwnership(
  layers: Layers,
  { inputs, readText }: Request,
  mode: Mode,
  prefix: string,
): OwnershipSettings {
  const confirm = inputs.get('confirm')?.trim() || undefined;
  return {
    prune: layers.read('prune', 'report', (value) => readChoice(value, PRUNES)),
    recoveryDays: layers.read('recovery-window-days', 30, readDays),
    writes: mode === 'apply' || (mode === 'destroy' && confirm === prefix),
    confirm,
    expected: layers.read<Expectation | undefined>('expect-plan', undefined, (value) =>
      readExpectation(String(value).trim(), readText),
    ),
  };
}

function readDays(value: unknown): number {
  const days = Number(value);
  if (!Number.isInteger(days) || days < 7 || days > 30)
    throw new Unclear('Secrets Manager keeps a deleted secret for 7 to 30 days');
  return days;
}
