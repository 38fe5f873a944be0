import { CALLBACK_VARIABLE } from '../desired/callback.ts';
import type { ResolvedDestination } from '../desired/destination.ts';
import { costOf, exposureOf } from '../kinds/kinds.ts';
import type { Change, ChangeOf } from '../model/change.ts';
import { ABSENT } from '../model/fields.ts';
import { type AnyUnconfigured, type Findings, isListed, type UnconfiguredOf } from '../model/inventory.ts';
import { ADOPTED, CREATED, OWNER_FIELD } from '../model/ownership.ts';
import type { ListedKind } from '../model/spec.ts';
import { fieldOf } from '../model/spec.ts';
import type { OptInName, Prune } from '../settings/choices.ts';
import type { Ignored } from '../settings/rules.ts';
import { isIgnored } from './policy.ts';
import { lastSegment, staleCopies, writesBefore } from './stale-copies.ts';

export interface PruneRequest {
  readonly prune: Prune;
  readonly recoveryDays: number;
  readonly ignore: readonly Ignored[];
  /** Destinations of the variables of this run. */
  readonly destinations: readonly ResolvedDestination[];
  /** Destinations in a store that `only` leaves out. */
  readonly outOfScope: readonly ResolvedDestination[];
  /** Names in a JSON object that no variable uses. */
  readonly untaken: ReadonlySet<string>;
  readonly allow: ReadonlySet<OptInName>;
}

/**
 * Decides on existing resources below the prefix that are not configured.
 *
 *     owner    | this run explains it | prune  | change
 *     ---------+----------------------+--------+-------------------------------------------------------
 *     others   |                      |        | none: reported, never touched
 *     owned    | yes                  |        | none: kept, with the reason
 *     owned    | no                   | report | none: reported, with cost and exposure
 *     created  | no                   | delete | delete, after every value of this run is written
 *     adopted  | no                   | delete | update: it only loses the ownership tag
 *
 * Many deletions at once look like an input that lost its variables: they wait for `prune-many`.
 */
export function prune(found: Findings, changes: readonly Change[], request: PruneRequest): Change[] {
  const failures = request.prune === 'delete' ? found.failures.map(unlisted) : [];
  const decisions = found.unconfigured.map((resource) => ({
    resource,
    disposition: dispositionOf(resource, changes, request),
  }));
  const many = request.allow.has('prune-many') ? undefined : manyReason(decisions, changes);
  return [
    ...decisions.map(({ resource, disposition }) =>
      changeOfUnconfigured(
        resource,
        many !== undefined && isDeletion({ resource, disposition }) ? held(disposition, many) : disposition,
      ),
    ),
    ...failures,
  ];
}

interface Decided {
  readonly resource: AnyUnconfigured;
  readonly disposition: Disposition;
}

/** CloudFormation or a rotation may own it now, which blocks its deletion. */
function isDeletion({ resource, disposition }: Decided): boolean {
  return (
    disposition.action === 'remove' &&
    resource.owner === 'created' &&
    resource.spec.metadata.ownedBy === undefined
  );
}

/** So few orphans are deleted without an opt-in, whatever their share. */
const FEW = 5;

/** @returns why the deletions wait; undefined if they are few, or at most half of what this action created */
function manyReason(decisions: readonly Decided[], changes: readonly Change[]): string | undefined {
  const configured = changes.filter(
    ({ kind, observed }) =>
      isListed(kind) && observed !== undefined && fieldOf(observed, OWNER_FIELD) === CREATED,
  );
  // One resource may have a second, blocked change.
  const names = new Set(configured.map(({ kind, name }) => `${kind} ${name}`));
  const created = names.size + decisions.filter(({ resource }) => resource.owner === 'created').length;
  const deleted = decisions.filter(isDeletion).length;
  if (deleted < FEW || 2 * deleted <= created) return undefined;
  return `${deleted} of the ${created} parameters and secrets that this action created below the prefix would be deleted. Check that no input arrived empty`;
}

function held(disposition: Disposition, reason: string): Disposition {
  return { action: 'block', notes: disposition.notes, reason, consent: 'prune-many' };
}

function dispositionOf(
  resource: AnyUnconfigured,
  changes: readonly Change[],
  request: PruneRequest,
): Disposition {
  const { kind, spec } = resource;
  if (isIgnored({ kind, name: spec.name }, 'deletion', request.ignore))
    return { action: 'keep', notes: ['no longer configured; left as it is (ignore)'] };
  const reason = explanation(resource, request);
  if (reason !== undefined) return { action: 'keep', notes: [`kept: ${reason}`] };
  const moved = relatedTo(resource, request.destinations);
  // An unread resource may hold anything, so its note says nothing about contents.
  const what = describe(resource.isRead ? moved : []);
  if (request.prune !== 'delete')
    return {
      action: 'keep',
      notes: [
        `${what}; prune: delete removes it`,
        `while it exists it costs ${costOf(kind, spec) ?? 'nothing'}, and ${exposureOf(kind, spec)}`,
      ],
    };
  return {
    action: 'remove',
    notes: [what, ...dispositionNotes(resource, request)],
    after: writesBefore(moved, changes),
  };
}

function dispositionNotes({ kind, owner }: AnyUnconfigured, { recoveryDays }: PruneRequest): string[] {
  if (owner !== 'created') return [];
  return kind === 'AWS::SecretsManager::Secret' ? [`it can be restored for ${recoveryDays} days`] : [];
}

/** Why a resource may still be in use although this run does not configure it. */
function explanation(resource: AnyUnconfigured, request: PruneRequest): string | undefined {
  const empty = relatedTo(resource, request.destinations).find((destination) => destination.empty);
  if (empty !== undefined)
    return `the value of ${empty.route.variable.name} is empty in this run, and this may be its only copy`;
  const left = relatedTo(resource, request.outOfScope)[0];
  if (left !== undefined)
    return `${left.route.variable.name} now goes to ${left.name}, which is not part of this run (only)`;
  const names = namesIn(resource);
  const untaken = names.find((name) => request.untaken.has(name));
  if (untaken !== undefined)
    return `a JSON object of this run holds ${untaken}, which no .env, row or rule takes; add a rule, or remove it`;
  if (names.includes(CALLBACK_VARIABLE) && relatedTo(resource, request.destinations).length === 0)
    return 'a step with app-url may have created it';
  return undefined;
}

/** Names of the variables that a resource was created from, as far as they are known. */
function namesIn({ kind, spec }: AnyUnconfigured): string[] {
  return kind === 'AWS::SSM::Parameter' ? [lastSegment(spec.name)] : keysOf(spec.fields);
}

/** @returns the destinations of variables that were stored here before; an unread resource may hold any of them. */
function relatedTo(
  resource: AnyUnconfigured,
  destinations: readonly ResolvedDestination[],
): ResolvedDestination[] {
  if (!resource.isRead) return [...destinations];
  const bundle =
    resource.kind === 'AWS::SecretsManager::Secret' ? lastSegment(resource.spec.name) : undefined;
  return staleCopies(new Set(namesIn(resource)), bundle, destinations);
}

function describe(moved: readonly ResolvedDestination[]): string {
  if (moved.length === 0) return 'no longer configured';
  const places = moved.slice(0, 3).map(({ route, name }) => `${route.variable.name}, now in ${name}`);
  const more = moved.length > 3 ? ` and ${moved.length - 3} more` : '';
  return `no longer configured: a stale copy of ${places.join('; ')}${more}`;
}

function keysOf(fields: object): string[] {
  return Object.keys(fields).flatMap((field) =>
    field.startsWith('key:') ? [field.slice('key:'.length)] : [],
  );
}

/** The decision on one existing resource below the prefix that is not configured. */
type Disposition =
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
  if (ownedBy !== undefined && owner === 'created')
    return { ...existing, action: 'blocked', blocked: { reason: `it now belongs to ${ownedBy}` } };
  if (owner === 'created') return { ...existing, ...after, action: 'delete' };
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
