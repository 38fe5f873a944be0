import type { Kind, Specs } from '../model/spec.ts';
import type { ValueClass } from './classification.ts';

/** A parameter's type that was guessed by the variable's class. */
export interface TypeGuess {
  readonly variable: string;
  readonly class: ValueClass;
  /** The key of the SecureString that it may have to be, and whether that is only the default. */
  readonly keyId: string;
  readonly isDefaultKey: boolean;
}

/** What one resource should be. */
export interface DesiredResourceOf<K extends Kind> {
  readonly kind: K;
  readonly spec: Specs[K];
  /** Fields that the user did not give: managed on what we made, left alone on what was adopted. */
  readonly defaults: ReadonlySet<string>;
  /** Fields that are written when missing, and never overwritten. */
  readonly once: ReadonlySet<string>;
  /** Collections that hold what is listed and nothing else, by their prefix (`key:`). */
  readonly closed: ReadonlySet<string>;
  /** Fields whose value could not be had in this run: everything else is compared. */
  readonly unknown: ReadonlySet<string>;
  /** Of a parameter whose type no rule gave: what exists may know better. */
  readonly guess?: TypeGuess | undefined;
  /** Why it is only used where it exists; undefined where it may be created. */
  readonly uncreatable?: string | undefined;
  /** A run that has the value would create it; where the value is missing for good, nothing is created. */
  readonly expected: boolean;
}
export type DesiredResource = { [K in Kind]: DesiredResourceOf<K> }[Kind];
