import type { OptInName } from '../settings/choices.ts';
import type { Difference } from './fields.ts';
import type { Kind, Specs } from './spec.ts';

export type Action = 'create' | 'update' | 'delete' | 'none' | 'blocked';

/** The change of one resource. If only a part of it is allowed, the rest is a second, blocked change. */
export interface ChangeOf<K extends Kind> {
  /** Names the change within its plan. */
  readonly id: string;
  readonly kind: K;
  readonly name: string;
  readonly action: Action;
  /** The final state: the existing one with the differences applied. */
  readonly desired: Specs[K];
  readonly observed: Specs[K] | undefined;
  readonly differences: readonly Difference[];
  /** Further facts for reports: adopted, restored, kept, ignored. */
  readonly notes: readonly string[];
  /** Why it is blocked, and the opt-in that would allow it. */
  readonly blocked?: { readonly reason: string; readonly consent?: OptInName | undefined } | undefined;
  /** Ids of changes that come before: when one of them fails or is blocked, this one is left out. */
  readonly after?: readonly string[] | undefined;
  /** The resource exists below the prefix and is not configured in this run. */
  readonly unwanted?: true | undefined;
  /** The error that prevented the read; reported at the end. */
  readonly unreadable?: { readonly error: unknown } | undefined;
}

/** Distributes over kinds, so that `providers[change.kind].create(change.desired)` type-checks. */
export type Change = { [K in Kind]: ChangeOf<K> }[Kind];

export type Plan = readonly Change[];
