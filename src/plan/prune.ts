import { CALLBACK_VARIABLE } from '../desired/callback.ts';
import type { Placement } from '../desired/desired.ts';
import { costOf, exposureOf } from '../kinds/kinds.ts';
import type { Change } from '../model/change.ts';
import type { AnyUnconfigured, Findings } from '../model/inventory.ts';
import { MADE, OWNER_FIELD } from '../model/ownership.ts';
import type { OptInName, Prune } from '../settings/choices.ts';
import type { Ignored } from '../settings/rules.ts';
import { changeOfUnconfigured, type Disposition, unlisted } from './disposition.ts';
import { isIgnored } from './policy.ts';
import { lastSegment, staleCopies, writesBefore } from './stale-copies.ts';

export interface PruneRequest {
  readonly prune: Prune;
  readonly recoveryDays: number;
  readonly ignore: readonly Ignored[];
  /** Destinations of the variables of this run. */
  readonly destinations: readonly Placement[];
  /** Where they would go, if this run looked after that store (`only`). */
  readonly outOfScope: readonly Placement[];
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
  const judged = found.unconfigured.map((resource) => ({
    resource,
    disposition: dispositionOf(resource, changes, request),
  }));
  const many = request.allow.has('prune-many') ? undefined : manyReason(judged, changes);
  return [
    ...judged.map(({ resource, disposition }) =>
      changeOfUnconfigured(
        resource,
        many !== undefined && isDeletion({ resource, disposition }) ? held(disposition, many) : disposition,
      ),
    ),
    ...failures,
  ];
}

interface Judged {
  readonly resource: AnyUnconfigured;
  readonly disposition: Disposition;
}

/** CloudFormation or a rotation may own it now, which blocks its deletion. */
function isDeletion({ resource, disposition }: Judged): boolean {
  return (
    disposition.action === 'remove' &&
    resource.owner === 'made' &&
    resource.spec.metadata.ownedBy === undefined
  );
}

/** So few orphans are deleted without an opt-in, whatever their share. */
const FEW = 5;

/** @returns why the deletions wait; undefined if they are few, or at most half of what this action created */
function manyReason(judged: readonly Judged[], changes: readonly Change[]): string | undefined {
  const configured = changes.filter(
    ({ kind, observed }) =>
      (kind === 'AWS::SSM::Parameter' || kind === 'AWS::SecretsManager::Secret') &&
      observed?.fields[OWNER_FIELD] === MADE,
  );
  // One resource may have a second, blocked change.
  const names = new Set(configured.map(({ kind, name }) => `${kind} ${name}`));
  const made = names.size + judged.filter(({ resource }) => resource.owner === 'made').length;
  const deleted = judged.filter(isDeletion).length;
  if (deleted < FEW || 2 * deleted <= made) return undefined;
  return `${deleted} of the ${made} parameters and secrets that this action created below the prefix would be deleted. Check that no input arrived empty`;
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
  if (owner !== 'made') return [];
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
function relatedTo(resource: AnyUnconfigured, destinations: readonly Placement[]): Placement[] {
  if (!resource.isRead) return [...destinations];
  const bundle =
    resource.kind === 'AWS::SecretsManager::Secret' ? lastSegment(resource.spec.name) : undefined;
  return staleCopies(new Set(namesIn(resource)), bundle, destinations);
}

function describe(moved: readonly Placement[]): string {
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
