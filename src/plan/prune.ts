import { CALLBACK_VARIABLE } from '../desired/callback-path.ts';
import type { Placement } from '../desired/desired.ts';
import { costOf, exposureOf } from '../kinds/kinds.ts';
import type { Change } from '../model/change.ts';
import type { AnyStray, Findings } from '../model/inventory.ts';
import { MADE, OWNER_FIELD } from '../model/ownership.ts';
import type { Consent, Prune } from '../settings/choices.ts';
import type { Ignored } from '../settings/rules.ts';
import { lastSegment, placesOfCopies, writesBefore } from './old-copy.ts';
import { isIgnored } from './policy.ts';
import { changeOfStray, type Fate, unlisted } from './stray.ts';

export interface PruneRequest {
  readonly prune: Prune;
  readonly recoveryDays: number;
  readonly ignore: readonly Ignored[];
  /** Where the variables of this run go. */
  readonly placements: readonly Placement[];
  /** Where they would go, if this run looked after that store (`only`). */
  readonly elsewhere: readonly Placement[];
  /** Names that a JSON object holds and nobody took. */
  readonly untaken: ReadonlySet<string>;
  readonly allow: ReadonlySet<Consent>;
}

/**
 * Judges what stands below the prefix and is not asked for.
 *
 *     owner    | this run explains it | prune  | change
 *     ---------+----------------------+--------+-------------------------------------------------------
 *     others   |                      |        | none: told, never touched
 *     ours     | yes                  |        | none: kept, with the reason
 *     ours     | no                   | report | none: told, with what it costs and exposes
 *     made     | no                   | delete | delete, after every value of this run is written
 *     adopted  | no                   | delete | update: it only loses our tag
 *
 * Where more would be deleted than an input that lost its variables explains, the deletions wait for `prune-many`.
 */
export function prune(found: Findings, changes: readonly Change[], request: PruneRequest): Change[] {
  const failures = request.prune === 'delete' ? found.failures.map(unlisted) : [];
  const judged = found.strays.map((stray) => ({ stray, fate: fateOf(stray, changes, request) }));
  const many = request.allow.has('prune-many') ? undefined : manyReason(judged, changes);
  return [
    ...judged.map(({ stray, fate }) =>
      changeOfStray(stray, many !== undefined && isDeletion({ stray, fate }) ? held(fate, many) : fate),
    ),
    ...failures,
  ];
}

interface Judged {
  readonly stray: AnyStray;
  readonly fate: Fate;
}

/** What CloudFormation or a rotation owns by now is blocked for that. */
function isDeletion({ stray, fate }: Judged): boolean {
  return fate.action === 'remove' && stray.owner === 'made' && stray.spec.facts.ownedBy === undefined;
}

/** So few are deleted as soon as nobody asks for them, whatever their share. */
const FEW = 5;

/** @returns why the deletions wait; undefined where they are few, or at most half of what this action created */
function manyReason(judged: readonly Judged[], changes: readonly Change[]): string | undefined {
  const configured = changes.filter(
    ({ kind, observed }) =>
      (kind === 'AWS::SSM::Parameter' || kind === 'AWS::SecretsManager::Secret') &&
      observed?.fields[OWNER_FIELD] === MADE,
  );
  // One resource may have a second, blocked change.
  const names = new Set(configured.map(({ kind, name }) => `${kind} ${name}`));
  const made = names.size + judged.filter(({ stray }) => stray.owner === 'made').length;
  const deleted = judged.filter(isDeletion).length;
  if (deleted < FEW || 2 * deleted <= made) return undefined;
  return `${deleted} of the ${made} parameters and secrets that this action created below the prefix would be deleted. Check that no input arrived empty`;
}

function held(fate: Fate, reason: string): Fate {
  return { action: 'block', notes: fate.notes, reason, consent: 'prune-many' };
}

function fateOf(stray: AnyStray, changes: readonly Change[], request: PruneRequest): Fate {
  const { kind, spec } = stray;
  if (isIgnored({ kind, name: spec.name }, 'deletion', request.ignore))
    return { action: 'keep', notes: ['nobody asks for it; left as it is (ignore)'] };
  const reason = explanation(stray, request);
  if (reason !== undefined) return { action: 'keep', notes: [`kept: ${reason}`] };
  const moved = relatedTo(stray, request.placements);
  // What was not read may hold anything, so nothing is said of what it holds.
  const what = describe(stray.isRead ? moved : []);
  if (request.prune !== 'delete')
    return {
      action: 'keep',
      notes: [
        `${what}; prune: delete takes it away`,
        `as long as it stands it costs ${costOf(kind, spec) ?? 'nothing'}, and ${exposureOf(kind, spec)}`,
      ],
    };
  return {
    action: 'remove',
    notes: [what, ...fateNotes(stray, request)],
    after: writesBefore(moved, changes),
  };
}

function fateNotes({ kind, owner }: AnyStray, { recoveryDays }: PruneRequest): string[] {
  if (owner !== 'made') return [];
  return kind === 'AWS::SecretsManager::Secret' ? [`it can be restored for ${recoveryDays} days`] : [];
}

/** Why a thing may still be wanted although nobody asks for it here. */
function explanation(stray: AnyStray, request: PruneRequest): string | undefined {
  const empty = relatedTo(stray, request.placements).find((placement) => placement.empty);
  if (empty !== undefined)
    return `the value of ${empty.route.variable.name} is empty in this run, and this may be its only copy`;
  const left = relatedTo(stray, request.elsewhere)[0];
  if (left !== undefined)
    return `${left.route.variable.name} goes to ${left.name} by now, which is not part of this run (only)`;
  const names = namesIn(stray);
  const untaken = names.find((name) => request.untaken.has(name));
  if (untaken !== undefined)
    return `a JSON object of this run holds ${untaken}, which no .env, row or rule takes; add a rule, or take it out`;
  if (names.includes(CALLBACK_VARIABLE) && relatedTo(stray, request.placements).length === 0)
    return 'a step with app-url may have made it';
  return undefined;
}

/** Names of the variables that a thing was made from, as far as they can be told. */
function namesIn({ kind, spec }: AnyStray): string[] {
  return kind === 'AWS::SSM::Parameter' ? [lastSegment(spec.name)] : keysOf(spec.fields);
}

/** @returns the places of variables that once stood here; what was not read may hold any of them. */
function relatedTo(stray: AnyStray, placements: readonly Placement[]): Placement[] {
  if (!stray.isRead) return [...placements];
  const bundle = stray.kind === 'AWS::SecretsManager::Secret' ? lastSegment(stray.spec.name) : undefined;
  return placesOfCopies(new Set(namesIn(stray)), bundle, placements);
}

function describe(moved: readonly Placement[]): string {
  if (moved.length === 0) return 'nobody asks for it any more';
  const places = moved.slice(0, 3).map(({ route, name }) => `${route.variable.name}, by now in ${name}`);
  const more = moved.length > 3 ? ` and ${moved.length - 3} more` : '';
  return `nobody asks for it any more: an old copy of ${places.join('; ')}${more}`;
}

function keysOf(fields: object): string[] {
  return Object.keys(fields).flatMap((field) =>
    field.startsWith('key:') ? [field.slice('key:'.length)] : [],
  );
}
