import type { Change } from './change.ts';
import type { Spec } from './spec.ts';

/** What became of one change. */
export interface Outcome {
  readonly change: Change;
  readonly result: 'done' | 'unchanged' | 'blocked' | 'planned' | 'failed' | 'skipped';
  /** What stands after the run, as far as it is known. */
  readonly after: Spec | undefined;
  readonly error?: unknown;
  /** The change before it that did not come about. */
  readonly blockedBy?: string;
}
