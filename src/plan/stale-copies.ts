/**
 * A stale copy of a variable: a value at its previous destination. One rule for orphans (prune) and for keys of a
 * configured secret (move) decides which copies are removed, and when.
 */
import type { Placement } from '../desired/desired.ts';
import { rowOf } from '../desired/table.ts';
import type { Change } from '../model/change.ts';

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
  destinations: readonly Placement[],
): Placement[] {
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
  places: readonly Placement[],
  changes: readonly Change[],
  going?: Change,
): string[] {
  const names = new Set(places.map(({ name }) => name));
  return changes
    .filter(({ id, kind, name, action }) => {
      if (id === going?.id) return false;
      if (kind !== 'AWS::SSM::Parameter' && kind !== 'AWS::SecretsManager::Secret') return false;
      return action === 'create' || action === 'update' || (action === 'blocked' && names.has(name));
    })
    .map(({ id }) => id);
}

/** @returns the last segment of a name: the variable of a parameter, the bundle of a secret. */
export function lastSegment(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}
