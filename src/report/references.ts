import type { Placement } from '../desired/desired.ts';
import { taskDefinitionSecrets } from './ecs.ts';
import { type References, type Run, standing } from './run.ts';

/** @returns what exists after the run, of what it looks after and of what the task definition refers to beside */
export function standingWithReferences(run: Run): References['existing'] {
  const own = standing(run);
  return (kind, name) => own(kind, name) ?? run.references?.existing(kind, name);
}

/** @returns the places of all variables that a task needs: those that the run looks after, with a task definition all others too */
export function neededDestinations({ desired, references }: Run): readonly Placement[] {
  return references === undefined ? desired.destinations : [...desired.destinations, ...desired.outOfScope];
}

/**
 * @param isNeeded by which a variable is missed; one whose value is empty here is so only where it is stored
 * @returns the variables that no place gives a reference to
 */
export function variablesWithout(
  destinations: readonly Placement[],
  existing: References['existing'],
  isNeeded: (destination: Placement) => boolean = ({ empty }) => !empty,
): Set<string> {
  const found = new Set(taskDefinitionSecrets(destinations, existing).map(({ name }) => name));
  const names = destinations.filter(isNeeded).map(({ route }) => route.variable.name);
  return new Set(names.filter((name) => !found.has(name)));
}
