import type { Change, ChangeOf } from '../model/change.ts';
import { ABSENT } from '../model/fields.ts';
import type { AnyUnconfigured, Findings, ListedKind, UnconfiguredOf } from '../model/inventory.ts';
import { ADOPTED, OWNER_FIELD } from '../model/ownership.ts';
import type { OptInName } from '../settings/choices.ts';

/** What happens to one thing that stands below the prefix and is not asked for. */
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
 * Turns a fate into a change. What we made is deleted, what we adopted only loses our tag; what is not ours
 * is told, and never touched.
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
    // Not observed: neither its version nor its price is ours.
    return {
      ...base,
      action: 'none',
      observed: undefined,
      notes: ['it stands below the prefix without our tag: never touched'],
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
    return { ...existing, action: 'blocked', blocked: { reason: `it belongs to ${ownedBy} by now` } };
  if (owner === 'made') return { ...existing, ...after, action: 'delete' };
  return {
    ...existing,
    ...after,
    action: 'update',
    differences: [{ field: OWNER_FIELD, from: ADOPTED, to: ABSENT }],
    notes: [...disposition.notes, 'it stood before we came, so it only loses our tag'],
  };
}

/** @returns a listing that failed, as a change that could not be judged. */
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
    blocked: { reason: 'what stands there could not be listed' },
    unreadable: { error },
  };
}
