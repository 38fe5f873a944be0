import type { Change, ChangeOf } from '../model/change.ts';
import { ABSENT } from '../model/fields.ts';
import type { AnyUnconfigured, Findings, UnconfiguredOf } from '../model/inventory.ts';
import { ADOPTED, OWNER_FIELD } from '../model/ownership.ts';
import type { ListedKind } from '../model/spec.ts';
import type { OptInName } from '../settings/choices.ts';

/** The decision on one existing resource below the prefix that is not configured. */
export type Disposition =
  | { readonly action: 'keep'; readonly notes: readonly string[] }
  | {
      readonly action: 'block';
      readonly notes: readonly string[];
      readonly reason: string;
      readonly consent: OptInName;
    }
  | { readonly action: 'remove'; readonly notes: readonly string[]; readonly after: readonly string[] };

/**
 * Turns a disposition into a change. Created resources are deleted, adopted ones only lose the ownership tag,
 * unmanaged ones are reported and never touched.
 */
export function changeOfUnconfigured(resource: AnyUnconfigured, disposition: Disposition): Change {
  // A change of one of the kinds.
  return assemble<ListedKind>(resource, disposition) as Change;
}

function assemble<K extends ListedKind>(resource: UnconfiguredOf<K>, disposition: Disposition): ChangeOf<K> {
  const { kind, spec, owner } = resource;
  const base = {
    id: `${kind} ${spec.name}`,
    kind,
    name: spec.name,
    desired: spec,
    differences: [],
    unwanted: true,
  } as const;
  if (owner === 'others')
    // Not observed: its version and price are of no concern here.
    return {
      ...base,
      action: 'none',
      observed: undefined,
      notes: ['it has no tag managed-by: never touched'],
    };
  const existing = { ...base, observed: spec, notes: disposition.notes };
  if (disposition.action === 'keep') return { ...existing, action: 'none' };
  if (disposition.action === 'block') {
    const { reason, consent } = disposition;
    return { ...existing, action: 'blocked', blocked: { reason, consent } };
  }
  const after = disposition.after.length === 0 ? {} : { after: disposition.after };
  if (resource.unreadable !== undefined)
    return {
      ...existing,
      action: 'blocked',
      blocked: { reason: 'who else owns it could not be read' },
      unreadable: { error: resource.unreadable.error },
    };
  const { ownedBy } = spec.metadata;
  if (ownedBy !== undefined && owner === 'made')
    return { ...existing, action: 'blocked', blocked: { reason: `it now belongs to ${ownedBy}` } };
  if (owner === 'made') return { ...existing, ...after, action: 'delete' };
  return {
    ...existing,
    ...after,
    action: 'update',
    differences: [{ field: OWNER_FIELD, from: ADOPTED, to: ABSENT }],
    notes: [...disposition.notes, 'it existed before, so it only loses the tag managed-by'],
  };
}

/** @returns a failed listing as an unreadable change. */
export function unlisted({ kind, path, error }: Findings['failures'][number]): Change {
  const spec = { name: `${path}/*`, fields: {}, metadata: {} };
  return {
    id: `${kind} ${spec.name}`,
    kind,
    name: spec.name,
    action: 'blocked',
    desired: spec,
    observed: undefined,
    differences: [],
    notes: [],
    blocked: { reason: 'what exists there could not be listed' },
    unreadable: { error },
  };
}
