import type { Secret } from '../secret.ts';

/** `undecided` is the default: it is hidden like a secret, and a rule settles it. */
export type ValueClass = 'secret' | 'plain' | 'undecided';

export interface Classification {
  readonly class: ValueClass;
  /** For people, without the value: `a number`, `its name says PASSWORD`. */
  readonly reason: string;
  /** Whether it is a secret by its value alone, whatever its name and source. */
  readonly certain: boolean;
}

/** Judges a variable by its name and its value alone. */
export type Classify = (name: string, value: Secret) => Classification;

/** Unclassified values are never printed. */
export const UNDECIDED: Classification = { class: 'undecided', reason: 'hidden', certain: false };
