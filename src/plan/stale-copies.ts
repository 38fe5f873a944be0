import type { ResolvedDestination } from '../desired/destination.ts';
import { rowOf } from '../desired/table.ts';
import type { Change, ChangeOf } from '../model/change.ts';
import { ABSENT, type Difference, type Fields } from '../model/fields.ts';
import { isListed } from '../model/inventory.ts';

/*
 * A stale copy of a variable is a value at its previous destination. One rule for orphans (`prune`) and for keys of a
 * configured secret (`moveKeys`) decides which copies are removed, and when.
 */

/**
 * A possible copy has the name of the variable, or its key of the routing table in the secret of that table. Keys
 * that a former rule set are unknown.
 * @param names last segment of a parameter, or keys of a secret
 * @param bundle that contains the keys; undefined for a parameter, which has the name of its variable
 * @returns the destinations of the variables that these may be copies of
 */
export function staleCopies(
  names: ReadonlySet<string>,
  bundle: string | undefined,
  destinations: readonly ResolvedDestination[],
): ResolvedDestination[] {
  return destinations.filter(({ route }) => {
    const variable = route.variable.name;
    const row = rowOf(variable)?.secret;
    return names.has(variable) || (row !== undefined && row.bundle === bundle && names.has(row.key));
  });
}

/**
 * Stale copies are removed only after every new destination is written. If the new destination of a variable is
 * blocked, its copy stays.
 * @param places the destinations of the variables whose copies are removed
 * @param going the change that removes them, which does not wait for itself
 * @returns ids of the changes to wait for
 */
export function writesBefore(
  places: readonly ResolvedDestination[],
  changes: readonly Change[],
  going?: Change,
): string[] {
  const names = new Set(places.map(({ name }) => name));
  return changes
    .filter(({ id, kind, name, action }) => {
      if (id === going?.id) return false;
      if (!isListed(kind)) return false;
      return action === 'create' || action === 'update' || (action === 'blocked' && names.has(name));
    })
    .map(({ id }) => id);
}

/** @returns the last segment of a name: the variable of a parameter, the bundle of a secret. */
export function lastSegment(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}

type SecretChange = ChangeOf<'AWS::SecretsManager::Secret'>;

export interface Moves {
  /** Destinations of the variables of this run. */
  readonly destinations: readonly ResolvedDestination[];
  /** Destinations in a store that `only` leaves out. */
  readonly outOfScope: readonly ResolvedDestination[];
}

/**
 * Keys of a configured secret whose variable has another destination now. An `exact` bundle loses them after the new
 * destination is written, and keeps them if this run cannot write it. Other bundles keep and report them.
 */
export function moveKeys(changes: readonly Change[], moves: Moves): Change[] {
  return changes.flatMap((change): Change[] => {
    if (change.kind !== 'AWS::SecretsManager::Secret' || change.observed === undefined) return [change];
    const noted = noteCopies(keepUnwritten(change, moves), change.observed.fields, moves);
    const isMoved = ({ field, to }: Difference) => to === ABSENT && placesOf(field, change, moves).length > 0;
    const moved = noted.action === 'update' ? noted.differences.filter(isMoved) : [];
    const places = moved.flatMap(({ field }) => placesOf(field, change, moves));
    const before = writesBefore(places, changes, change);
    if (before.length === 0 || moved.length === 0) return [noted];
    const first = noted.differences.filter((difference) => !isMoved(difference));
    const last: SecretChange = {
      ...noted,
      id: `${noted.id} take out`,
      differences: moved,
      notes: [...(first.length > 0 ? [] : noted.notes), 'stale copies: their variables are elsewhere now'],
      after: [...before, ...(first.length > 0 ? [noted.id] : [])],
    };
    return first.length > 0 ? [{ ...noted, differences: first }, last] : [last];
  });
}

/** A key may be the only copy of a variable whose new destination is not written in this run. */
function keepUnwritten(change: SecretChange, moves: Moves): SecretChange {
  const reasons: string[] = [];
  const differences = change.differences.filter(({ field, to }) => {
    if (to !== ABSENT) return true;
    const empty = placesOf(field, change, moves).find((destination) => destination.empty);
    const left = related(field, change, moves.outOfScope)[0];
    const name = (empty ?? left)?.route.variable.name;
    if (name === undefined) return true;
    reasons.push(
      `${field}: kept, since ${empty === undefined ? `the new destination of ${name} is not part of this run (only)` : `the value of ${name} is empty in this run`}`,
    );
    return false;
  });
  if (reasons.length === 0) return change;
  const action = change.action === 'update' && differences.length === 0 ? 'none' : change.action;
  return { ...change, action, differences, notes: [...change.notes, ...reasons] };
}

function noteCopies(change: SecretChange, existing: Fields, moves: Moves): SecretChange {
  const removed = new Set(change.differences.filter(({ to }) => to === ABSENT).map(({ field }) => field));
  const copies = Object.keys(existing).flatMap((field) =>
    removed.has(field)
      ? []
      : placesOf(field, change, moves).map(
          ({ route, name }) => `${field.slice('key:'.length)} (${route.variable.name}, now in ${name})`,
        ),
  );
  if (copies.length === 0 || change.action === 'blocked') return change;
  const text = `stale copies that everyone who may read this secret can read: ${copies.join(', ')}; bundles: { ${lastSegment(change.name)}: { mode: exact } } removes them`;
  return { ...change, notes: [...change.notes, text] };
}

/** @returns the destinations of the variable of a key, if this key is none of them. */
function placesOf(field: string, change: SecretChange, { destinations }: Moves): ResolvedDestination[] {
  const isHere = ({ name, destination }: ResolvedDestination) =>
    name === change.name && destination.store === 'secret' && `key:${destination.key}` === field;
  return destinations.some(isHere) ? [] : related(field, change, destinations);
}

function related(
  field: string,
  change: SecretChange,
  destinations: readonly ResolvedDestination[],
): ResolvedDestination[] {
  if (!field.startsWith('key:')) return [];
  return staleCopies(new Set([field.slice('key:'.length)]), lastSegment(change.name), destinations);
}
