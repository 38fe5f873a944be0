import type { Difference, Field } from '../model/fields.ts';
import type { Unconfigured } from '../model/inventory.ts';
import type { Kind, ListedKind, Spec, Specs, Unreadable } from '../model/spec.ts';

/** Provider for one resource kind. */
export interface Provider<S extends Spec = Spec> {
  /**
   * Reads; changes nothing. A name that does not exist has no entry.
   * @param names all names at once, since AWS reads in batches
   */
  observe(names: readonly string[]): Promise<Map<string, S | Unreadable>>;
  /** Creates an absent resource with everything in the spec. */
  create(desired: S): Promise<S>;
  /**
   * Writes exactly `differences`, in as few calls as AWS allows; the fields that are not in them stay.
   * @param desired the observed resource, with the differences laid over it
   */
  update(desired: S, observed: S, differences: readonly Difference[]): Promise<S>;
  /** Deletes an existing resource; one that is gone already is no error. Providers that can delete in batches gather deletions. */
  delete(observed: S): Promise<void>;
}

/** Provider for a kind that exists below the prefix. Its names are paths, which are listed. */
export interface ListedProvider<S extends Spec = Spec> extends Provider<S> {
  readonly inventory: Inventory<S>;
  /**
   * A listing may be old or incomplete. Reads resources known only from the listing by name, before a change of them
   * is planned.
   * @param names resources that would change according to the listing
   * @returns the resources read again; `undefined` for one that no longer exists
   */
  refetch(names: readonly string[]): Promise<ReadonlyMap<string, S | Unreadable | undefined>>;
  /** Completes the facts that write responses lack (the ARN of a parameter), for all written specs in one batch. */
  readBack(written: readonly S[]): Promise<readonly S[]>;
}

/** Parameter Store keeps overwritten values. */
export interface ParameterProvider extends ListedProvider<Specs['AWS::SSM::Parameter']> {
  /** @returns the value before the current one; undefined if there was none */
  previousValue(observed: Specs['AWS::SSM::Parameter']): Promise<Field>;
}

/** Existing resources below a path. Listings may be a moment old: a later run finds missing ones. */
export interface Inventory<S extends Spec = Spec> {
  /** @returns direct children of the path that are none of `known` */
  unconfigured(path: string, known: ReadonlySet<string>): Promise<Array<Unconfigured<S>>>;
  /** @returns names with the ownership tag at any depth below the path */
  ours(path: string): Promise<string[]>;
  /**
   * For kinds whose listing lacks other owners and whose deletion is final: reads each by name.
   * @param specs resources that would be deleted according to the listing
   * @returns the resources read again
   */
  refetch(specs: readonly S[]): Promise<ReadonlyMap<string, S | Unreadable>>;
}

type ProviderOf<K extends Kind> = K extends 'AWS::SSM::Parameter'
  ? ParameterProvider
  : K extends ListedKind
    ? ListedProvider<Specs[K]>
    : Provider<Specs[K]>;

export type Providers = { readonly [K in Kind]: ProviderOf<K> };
