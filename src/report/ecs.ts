import { createHash } from 'node:crypto';
import type { Placement } from '../desired/desired.ts';
import type { Spec } from '../model/spec.ts';
import { type References, type Run, standing } from './run.ts';

/** Reads what stands under a kind and name after the run. */
export type Standing = (kind: Placement['kind'], name: string) => Spec | undefined;

/** One entry of a container's `secrets`. @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Secret.html */
export interface EcsSecret {
  readonly name: string;
  readonly valueFrom: string;
}

/** @returns variable → what ECS takes as `valueFrom`, for the variables in one of the stores. */
export function references(
  destinations: readonly Placement[],
  kind: Placement['kind'],
  standing: Standing,
): Map<string, string> {
  const found = new Map<string, string>();
  for (const { route, destination, kind: itsKind, name } of destinations) {
    if (itsKind !== kind) continue;
    const spec = standing(kind, name);
    const arn = spec?.metadata.arn;
    if (spec === undefined || arn === undefined) continue;
    if (destination.store === 'parameter') found.set(route.variable.name, arn);
    // Without the key in it the reference would make the task fail at its start; keys that may not be read are trusted.
    else if (spec.metadata.unread === true || spec.fields[`key:${destination.key}`] !== undefined)
      found.set(route.variable.name, `${arn}:${destination.key}::`);
  }
  return found;
}

/** @returns the `secrets` of a container, each name once: the parameter where a variable has two places. */
export function taskDefinitionSecrets(destinations: readonly Placement[], standing: Standing): EcsSecret[] {
  const all = references(destinations, 'AWS::SecretsManager::Secret', standing);
  for (const [name, arn] of references(destinations, 'AWS::SSM::Parameter', standing)) all.set(name, arn);
  return [...all]
    .map(([name, valueFrom]) => ({ name, valueFrom }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * @returns what changes exactly when a stored value's version does; made from versions, never from values. The type stands
 * beside it, since a parameter that is made anew for its type begins at version 1 again
 */
export function configFingerprint(destinations: readonly Placement[], standing: Standing): string {
  const versions = destinations.map(({ kind, name }) => {
    const { metadata: facts, fields } = standing(kind, name) ?? {};
    const type = kind === 'AWS::SSM::Parameter' ? String(fields?.['type'] ?? '') : '';
    return `${kind} ${name} ${facts?.version ?? ''} ${type}`;
  });
  return createHash('sha256')
    .update([...new Set(versions)].sort().join('\n'))
    .digest('hex');
}

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
