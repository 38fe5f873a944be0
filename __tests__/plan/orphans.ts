import type { AnyUnconfigured } from '../../src/model/inventory.ts';
import { type PruneRequest, prune } from '../../src/plan/prune.ts';
import { Secret } from '../../src/secret.ts';
import { destination } from './destinations.ts';

/** The prefix of these tests. */
export const P = '/papyrus/prd';

/** @returns a parameter that is not configured. */
export function parameter(name: string, owner: AnyUnconfigured['owner'], metadata = {}): AnyUnconfigured {
  const spec = { name: `${P}/${name}`, fields: { type: 'String', tier: 'Standard' }, metadata };
  return { kind: 'AWS::SSM::Parameter', owner, spec, isRead: true };
}

/** @returns a secret that is not configured; without keys, it was not read. */
export function secret(
  name: string,
  owner: AnyUnconfigured['owner'],
  keys: string[] | undefined,
  metadata = {},
): AnyUnconfigured {
  const fields: Record<`key:${string}`, Secret> = Object.fromEntries(
    (keys ?? []).map((key) => [`key:${key}`, new Secret('x')]),
  );
  const spec = { name: `papyrus/prd/${name}`, fields, metadata };
  return { kind: 'AWS::SecretsManager::Secret', owner, spec, isRead: keys !== undefined };
}

/** A prune of one resource, beside one variable that moved. */
export const REQUEST: PruneRequest = {
  prune: 'delete',
  recoveryDays: 30,
  ignore: [],
  destinations: [destination('A', `${P}/A`)],
  outOfScope: [],
  untaken: new Set(),
  allow: new Set(),
};
export const pruneOne = (orphan: AnyUnconfigured, request: Partial<PruneRequest> = {}) =>
  prune({ unconfigured: [orphan], failures: [] }, [], { ...REQUEST, ...request })[0];
