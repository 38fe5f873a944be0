import { isSame } from '../model/equality.ts';
import type { Difference, Field } from '../model/fields.ts';
import type { FieldName, Kind, ListedKind, SharedKind, Specs } from '../model/spec.ts';
import type { OptInName } from '../settings/choices.ts';

/** Everything that stages know of one kind. The compiler requires each part; `undefined` says that the kind has none. */
export interface Descriptor<K extends Kind> {
  /** Its name in reports. */
  readonly noun: string;
  /** Whether it carries the ownership tag. For a kind without tags, this action owns only the configured fields. */
  readonly isTagged: boolean;
  readonly fields: { readonly [F in FieldName<K>]: FieldDescriptor<K> };
  /** @returns the price of one while it exists; undefined if it is free */
  readonly cost: ((spec: Specs[K]) => string | undefined) | undefined;
  /** @returns the details for the checklist */
  readonly aspects: (spec: Specs[K]) => string[];
  /** @returns its page below the host of the AWS console */
  readonly consolePath: ((name: string, place: ConsolePlace) => string) | undefined;
  /** @returns who can read its value while it exists */
  readonly exposure: K extends ListedKind ? (spec: Specs[K]) => string : undefined;
  /** How it is deleted with the application. */
  readonly deletion: K extends SharedKind ? Deletion : undefined;
}

/** The special rules of a field. Without any, it is compared by value and written. */
export interface FieldDescriptor<K extends Kind> {
  /** @returns a value with its unit; without it, the value is shown as it is */
  readonly text?: (value: string) => string;
  /** @returns what a value does that a reader of the plan should know; undefined if nothing */
  readonly effect?: (value: string) => string | undefined;
  /** @returns whether the existing value equals the desired one; by default, whether they are the same */
  readonly isEqual?: (from: Field, to: Field) => boolean;
  /** The field on which this one depends: one decision covers both. */
  readonly leader?: FieldName<K>;
  /**
   * @returns the note that replaces a change where the setting is for a new resource; undefined if it is for an
   * existing one too
   */
  readonly kept?: (difference: Difference) => string | undefined;
  /** @returns why a change is blocked for good; undefined if it is not */
  readonly blocked?: (difference: Difference, unknown: ReadonlySet<string>) => string | undefined;
  /** @returns the opt-in that a change needs; undefined if it needs none */
  readonly optIn?: (difference: Difference, existing: Specs[K]) => OptIn | undefined;
}

export interface OptIn {
  readonly reason: string;
  readonly consent: OptInName;
}

/** Deletion of a kind that environments may share. */
export interface Deletion {
  /** The contents that a deletion takes along. */
  readonly all: string;
  /** @returns the command that deletes it by hand */
  readonly command: (name: string, region: string) => string;
  /** @returns why AWS refuses to delete it while it is protected; undefined for kinds without protection */
  readonly protectedText: ((name: string) => string) | undefined;
  /** Fields that this action adds to an adopted resource, and removes again if the resource stays. */
  readonly ownFields: readonly string[];
}

export interface ConsolePlace {
  /** Encoded for a URL. */
  readonly region: string;
  /** Encoded for a URL. */
  readonly account: string;
  readonly encode: (text: string) => string;
}

/** Fields of any kind, as far as they are compared. */
export interface Comparable {
  readonly fields: Readonly<Record<string, Pick<FieldDescriptor<Kind>, 'isEqual'>>>;
}

/** @returns whether the existing value of a field is the desired one; tags, say, have no descriptor */
export function isEqualIn({ fields }: Comparable, field: string, from: Field, to: Field): boolean {
  const isEqual = Object.hasOwn(fields, field) ? fields[field]?.isEqual : undefined;
  return (isEqual ?? isSame)(from, to);
}
