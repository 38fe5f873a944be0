import type { Placement } from '../desired/desired.ts';
import type { Change, ChangeOf } from '../model/change.ts';
import { ABSENT, type Difference, type Fields } from '../model/fields.ts';
import { lastSegment, staleCopies, writesBefore } from './stale-copies.ts';

type SecretChange = ChangeOf<'AWS::SecretsManager::Secret'>;

export interface Moves {
  /** Destinations of the variables of this run. */
  readonly destinations: readonly Placement[];
  /** Where they would go, if this run looked after that store (`only`). */
  readonly outOfScope: readonly Placement[];
}

/**
 * Keys of a configured secret whose variable has another destination now. An `exact` bundle loses them after the new
 * destination is written, and keeps them if this run cannot write it. Other bundles keep and report them.
 */
export function moveKeys(changes: readonly Change[], moves: Moves): Change[] {
  return changes.flatMap((change): Change[] => {
    if (change.kind !== 'AWS::SecretsManager::Secret' || change.observed === undefined) return [change];
    const told = tellCopies(keepUnwritten(change, moves), change.observed.fields, moves);
    const isMoved = ({ field, to }: Difference) => to === ABSENT && placesOf(field, change, moves).length > 0;
    const moved = told.action === 'update' ? told.differences.filter(isMoved) : [];
    const places = moved.flatMap(({ field }) => placesOf(field, change, moves));
    const before = writesBefore(places, changes, change);
    if (before.length === 0 || moved.length === 0) return [told];
    const first = told.differences.filter((difference) => !isMoved(difference));
    const last: SecretChange = {
      ...told,
      id: `${told.id} take out`,
      differences: moved,
      notes: [...(first.length > 0 ? [] : told.notes), 'stale copies: their variables are elsewhere now'],
      after: [...before, ...(first.length > 0 ? [told.id] : [])],
    };
    return first.length > 0 ? [{ ...told, differences: first }, last] : [last];
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

function tellCopies(change: SecretChange, existing: Fields, moves: Moves): SecretChange {
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
function placesOf(field: string, change: SecretChange, { destinations }: Moves): Placement[] {
  const isHere = ({ name, destination }: Placement) =>
    name === change.name && destination.store === 'secret' && `key:${destination.key}` === field;
  return destinations.some(isHere) ? [] : related(field, change, destinations);
}

function related(field: string, change: SecretChange, destinations: readonly Placement[]): Placement[] {
  if (!field.startsWith('key:')) return [];
  return staleCopies(new Set([field.slice('key:'.length)]), lastSegment(change.name), destinations);
}
