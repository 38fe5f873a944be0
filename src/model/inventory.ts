import { type Kind, type ListedKind, NAMES, ORDER, type Spec, type Specs, type Unreadable } from './spec.ts';

/*
 * Existing resources below the prefix.
 */

export function isListed(kind: Kind): kind is ListedKind {
  return 'isListed' in NAMES[kind];
}

export const LISTED_KINDS = ORDER.filter(isListed);

/** One resource below a path, as listed: its fields are those that the listing shows, never a value. */
export interface Unconfigured<S extends Spec = Spec> {
  readonly spec: S;
  readonly owner: 'created' | 'adopted' | 'others';
}

export type UnconfiguredOf<K extends ListedKind> = Unconfigured<Specs[K]> & {
  readonly kind: K;
  /** Whether its JSON keys were read; where they were not, it may hold anything. */
  readonly isRead: boolean;
  /** The second read, by name, failed. */
  readonly unreadable?: Unreadable | undefined;
};
export type AnyUnconfigured = { [K in ListedKind]: UnconfiguredOf<K> }[ListedKind];

export interface Findings {
  readonly unconfigured: readonly AnyUnconfigured[];
  /** Listings that failed. */
  readonly failures: ReadonlyArray<{
    readonly kind: ListedKind;
    readonly path: string;
    readonly error: unknown;
  }>;
}
