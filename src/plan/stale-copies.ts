/**
 * An old copy of a variable: what stands where the variable once was, while its place is another by now. One rule for
 * things that nobody asks for (prune) and for keys of a secret that is wanted (move): it decides what goes, and when.
 */
import type { Placement } from '../desired/desired.ts';
import { rowOf } from '../desired/table.ts';
import type { Change } from '../model/change.ts';

/**
 * What may be a copy is called like the variable, or like the table's key of it in the table's own secret. Other keys
 * that a rule once gave cannot be told.
 * @param names last segment of a parameter, or keys of a secret
 * @param bundle that the keys stand in; undefined for a parameter, which the table calls like its variable
 * @returns the places of the variables that these may be copies of
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
 * Old copies go only when every new place is written: the values of this run come first, and where the new place of
 * this very variable is blocked, the old one stays.
 * @param places of the variables whose copies go
 * @param going the change that takes them out, which does not wait for itself
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

/** @returns what a name ends with: the variable of a parameter, the bundle of a secret. */
export function lastSegment(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}
