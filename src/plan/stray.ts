import type { Change, ChangeOf } from '../model/change.ts';
import { ABSENT } from '../model/fields.ts';
import type { AnyStray, Findings, ListedKind, StrayOf } from '../model/inventory.ts';
import { ADOPTED, OWNER_FIELD } from '../model/ownership.ts';
import type { Consent } from '../settings/choices.ts';

/** What happens to one thing that stands below the prefix and is not asked for. */
export type Fate =
  | { readonly action: 'keep'; readonly notes: readonly string[] }
  | {
      readonly action: 'block';
      readonly notes: readonly string[];
      readonly reason: string;
      readonly consent: Consent;
    }
  | { readonly action: 'remove'; readonly notes: readonly string[]; readonly after: readonly string[] };

/**
 * Turns a fate into a change. What we made is deleted, what we adopted only loses our tag; what is not ours
 * is told, and never touched.
 */
export function changeOfStray(stray: AnyStray, fate: Fate): Change {
  // A change of one of the kinds.
  return assemble<ListedKind>(stray, fate) as Change;
}

function assemble<K extends ListedKind>(stray: StrayOf<K>, fate: Fate): ChangeOf<K> {
  const { kind, spec, owner } = stray;
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
  const standing = { ...base, observed: spec, notes: fate.notes };
  if (fate.action === 'keep') return { ...standing, action: 'none' };
  if (fate.action === 'block') {
    const { reason, consent } = fate;
    return { ...standing, action: 'blocked', blocked: { reason, consent } };
  }
  const after = fate.after.length === 0 ? {} : { after: fate.after };
  if (stray.unreadable !== undefined)
    return {
      ...standing,
      action: 'blocked',
      blocked: { reason: 'who else owns it could not be read' },
      unreadable: { error: stray.unreadable.error },
    };
  const { ownedBy } = spec.facts;
  if (ownedBy !== undefined && owner === 'made')
    return { ...standing, action: 'blocked', blocked: { reason: `it belongs to ${ownedBy} by now` } };
  if (owner === 'made') return { ...standing, ...after, action: 'delete' };
  return {
    ...standing,
    ...after,
    action: 'update',
    differences: [{ field: OWNER_FIELD, from: ADOPTED, to: ABSENT }],
    notes: [...fate.notes, 'it stood before we came, so it only loses our tag'],
  };
}

/** @returns a listing that failed, as a change that could not be judged. */
export function unlisted({ kind, path, error }: Findings['failures'][number]): Change {
  const spec = { name: `${path}/*`, fields: {}, facts: {} };
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
