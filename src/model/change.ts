import type { OptInName } from '../settings/choices.ts';
import type { Difference } from './fields.ts';
import type { Kind, Specs } from './spec.ts';

export type Action = 'create' | 'update' | 'delete' | 'none' | 'blocked';

/** What happens to one resource. One resource has a second, blocked change where only a part of what is wanted may be done. */
export interface ChangeOf<K extends Kind> {
  /** Names the change within its plan. */
  readonly id: string;
  readonly kind: K;
  readonly name: string;
  readonly action: Action;
  /** What it shall be in the end: what stands, with the differences laid over it. */
  readonly desired: Specs[K];
  readonly observed: Specs[K] | undefined;
  readonly differences: readonly Difference[];
  /** What else there is to tell: adopted, restored, kept, ignored. */
  readonly notes: readonly string[];
  /** Why it is blocked, and the consent that would allow it. */
  readonly blocked?: { readonly reason: string; readonly consent?: OptInName | undefined } | undefined;
  /** Ids of changes that come before: when one of them fails or is blocked, this one is left out. */
  readonly after?: readonly string[] | undefined;
  /** It was found below the prefix, and this run does not ask for it. */
  readonly unwanted?: true | undefined;
  /** It could not be read: the error, told at the end. */
  readonly unreadable?: { readonly error: unknown } | undefined;
}

/** Distributes over kinds, so that `providers[change.kind].create(change.desired)` type-checks. */
export type Change = { [K in Kind]: ChangeOf<K> }[Kind];

export type Plan = readonly Change[];
