import type { AnyStray } from '../../src/model/inventory.ts';
import { Secret } from '../../src/secret.ts';

/** The prefix of these tests. */
export const P = '/papyrus/prd';

/** @returns a parameter that nobody asks for. */
export function parameter(name: string, owner: AnyStray['owner'], facts = {}): AnyStray {
  const spec = { name: `${P}/${name}`, fields: { type: 'String', tier: 'Standard' }, facts };
  return { kind: 'AWS::SSM::Parameter', owner, spec, isRead: true };
}

/** @returns a secret that nobody asks for; without keys it is one that was not read. */
export function secret(
  name: string,
  owner: AnyStray['owner'],
  keys: string[] | undefined,
  facts = {},
): AnyStray {
  const fields: Record<`key:${string}`, Secret> = Object.fromEntries(
    (keys ?? []).map((key) => [`key:${key}`, new Secret('x')]),
  );
  const spec = { name: `papyrus/prd/${name}`, fields, facts };
  return { kind: 'AWS::SecretsManager::Secret', owner, spec, isRead: keys !== undefined };
}
