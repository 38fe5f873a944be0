import type { Kind, Specs } from '../model/spec.ts';
import type { ValueClass } from './routing.ts';

/** A parameter's type that was guessed by the variable's class. */
export interface TypeGuess {
  readonly variable: string;
  readonly class: ValueClass;
  /** The key of the SecureString that it may have to be, and whether that is only the default. */
  readonly keyId: string;
  readonly isDefaultKey: boolean;
}

/** The desired state of one resource. */
export interface DesiredResourceOf<K extends Kind> {
  readonly kind: K;
  readonly spec: Specs[K];
  /** Defaults: managed on created resources, ignored on adopted ones. */
  readonly defaults: ReadonlySet<string>;
  /** Fields that are written when missing, and never overwritten. */
  readonly once: ReadonlySet<string>;
  /** Exclusive collections, by their prefix (`key:`): unlisted members are removed. */
  readonly closed: ReadonlySet<string>;
  /** Fields whose value is not available in this run: everything else is compared. */
  readonly unknown: ReadonlySet<string>;
  /** For a parameter whose type no rule sets: the existing type may win. */
  readonly guess?: TypeGuess | undefined;
  /** Why it is only used where it exists; undefined if it may be created. */
  readonly uncreatable?: string | undefined;
  /** A run that has the value would create it; where the value is missing for good, nothing is created. */
  readonly expected: boolean;
}
export type DesiredResource = { [K in Kind]: DesiredResourceOf<K> }[Kind];
