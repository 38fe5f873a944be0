import type { Change } from './change.ts';
import type { Spec } from './spec.ts';

/** The result of one change. */
export interface Outcome {
  readonly change: Change;
  readonly result: 'done' | 'unchanged' | 'blocked' | 'planned' | 'failed' | 'skipped';
  /** The resource after the run, as far as it is known. */
  readonly after: Spec | undefined;
  readonly error?: unknown;
  /** The change before it that did not come about. */
  readonly blockedBy?: string;
}
