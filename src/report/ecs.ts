import { createHash } from 'node:crypto';
import type { ResolvedDestination } from '../desired/destination.ts';
import type { Spec } from '../model/spec.ts';
import { existingAfter, type References, type Run } from './run.ts';

/** @returns the resource that exists after the run */
export type Lookup = (kind: ResolvedDestination['kind'], name: string) => Spec | undefined;

/** One entry of a container's `secrets`. @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Secret.html */
export interface EcsSecret {
  readonly name: string;
  readonly valueFrom: string;
}

/** @returns the `valueFrom` of ECS by variable, for the variables in one of the stores. */
export function references(
  destinations: readonly ResolvedDestination[],
  kind: ResolvedDestination['kind'],
  existing: Lookup,
): Map<string, string> {
  const found = new Map<string, string>();
  for (const { route, destination, kind: itsKind, name } of destinations) {
    if (itsKind !== kind) continue;
    const spec = existing(kind, name);
    const arn = spec?.metadata.arn;
    if (spec === undefined || arn === undefined) continue;
    if (destination.store === 'parameter') found.set(route.variable.name, arn);
    // A reference to a missing key would make the task fail at its start; unreadable keys are assumed to exist.
    else if (spec.metadata.unread === true || spec.fields[`key:${destination.key}`] !== undefined)
      found.set(route.variable.name, `${arn}:${destination.key}::`);
  }
  return found;
}

/** @returns the `secrets` of a container, each name once: the parameter where a variable has two locations. */
export function taskDefinitionSecrets(
  destinations: readonly ResolvedDestination[],
  existing: Lookup,
): EcsSecret[] {
  const all = references(destinations, 'AWS::SecretsManager::Secret', existing);
  for (const [name, arn] of references(destinations, 'AWS::SSM::Parameter', existing)) all.set(name, arn);
  return [...all]
    .map(([name, valueFrom]) => ({ name, valueFrom }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * @returns a hash that changes exactly when the version of a stored value does; it is computed from versions, never from
 * values. It includes the type, since a parameter that is recreated for its type begins at version 1 again
 */
export function configFingerprint(destinations: readonly ResolvedDestination[], existing: Lookup): string {
  const versions = destinations.map(({ kind, name }) => {
    const { metadata: facts, fields } = existing(kind, name) ?? {};
    const type = kind === 'AWS::SSM::Parameter' ? String(fields?.['type'] ?? '') : '';
    return `${kind} ${name} ${facts?.version ?? ''} ${type}`;
  });
  return createHash('sha256')
    .update([...new Set(versions)].sort().join('\n'))
    .digest('hex');
}

/** @returns a function that finds existing resources after the run, including those that only the task definition references */
export function existingWithReferences(run: Run): References['existing'] {
  const own = existingAfter(run);
  return (kind, name) => own(kind, name) ?? run.references?.existing(kind, name);
}

/** @returns destinations of all variables of a task: those of the run, and with a task definition all others */
export function neededDestinations({ desired, references }: Run): readonly ResolvedDestination[] {
  return references === undefined ? desired.destinations : [...desired.destinations, ...desired.outOfScope];
}

/**
 * @param isNeeded whether a missing variable is reported; by default, one with an empty value is not
 * @returns the variables without a reference
 */
export function variablesWithout(
  destinations: readonly ResolvedDestination[],
  existing: References['existing'],
  isNeeded: (destination: ResolvedDestination) => boolean = ({ empty }) => !empty,
): Set<string> {
  const found = new Set(taskDefinitionSecrets(destinations, existing).map(({ name }) => name));
  const names = destinations.filter(isNeeded).map(({ route }) => route.variable.name);
  return new Set(names.filter((name) => !found.has(name)));
}
