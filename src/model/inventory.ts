import type { Kind, Spec, Specs, Unreadable } from './spec.ts';

/*
 * Existing resources below the prefix.
 */

/** Kinds that exist below the prefix. */
export const LISTED_KINDS = [
  'AWS::SSM::Parameter',
  'AWS::SecretsManager::Secret',
] as const satisfies readonly Kind[];
export type ListedKind = (typeof LISTED_KINDS)[number];

/** Kinds that belong to the application: its environments share one unless its name holds theirs. */
export const SHARED_KINDS = [
  'AWS::Logs::LogGroup',
  'AWS::ECR::Repository',
] as const satisfies readonly Kind[];
export type SharedKind = (typeof SHARED_KINDS)[number];

/** One resource below a path, as listed: its fields are those that the listing shows, never a value. */
export interface Unconfigured<S extends Spec = Spec> {
  readonly spec: S;
  readonly owner: 'made' | 'adopted' | 'others';
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
