import type { Change } from '../../src/model/change.ts';
import type { Fields } from '../../src/model/fields.ts';
import type { Kind, Metadata } from '../../src/model/spec.ts';
import { spec } from './desired-resources.ts';

interface Of extends Partial<Omit<Change, 'kind' | 'desired' | 'observed'>> {
  readonly desired?: Fields;
  /** Fields of the existing resource; without them and without metadata, nothing exists. */
  readonly existing?: Fields;
  readonly metadata?: Metadata;
}

/** @returns a change of one resource that changes nothing, but for what is given. */
export function changeOf(kind: Kind, { desired = {}, existing, metadata, ...more }: Of = {}): Change {
  const { name } = spec(kind, {}, {}, more.name);
  const exists = existing !== undefined || metadata !== undefined;
  return {
    id: `${kind} ${name}`,
    kind,
    name,
    action: 'none',
    desired: spec(kind, desired, {}, name),
    observed: exists ? spec(kind, existing ?? {}, metadata ?? {}, name) : undefined,
    differences: [],
    notes: [],
    ...more,
    // The kind and its fields go together in every row of the tests; the compiler cannot see that here.
  } as Change;
}
