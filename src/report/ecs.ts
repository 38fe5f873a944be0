import { createHash } from 'node:crypto';
import type { Placement } from '../desired/desired.ts';
import type { Spec } from '../model/spec.ts';

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
