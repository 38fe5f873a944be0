import type { DesiredResourceOf } from '../desired/desired-resource.ts';
import { variableOf } from '../desired/table.ts';
import type { Field } from '../model/fields.ts';
import type { AnyUnconfigured } from '../model/inventory.ts';
import { ADOPTED, CREATED, OWNER_FIELD } from '../model/ownership.ts';
import { type Specs, Unreadable } from '../model/spec.ts';
import type { Store } from '../settings/choices.ts';
import { lastSegment } from './stale-copies.ts';

type ParameterSpec = Specs['AWS::SSM::Parameter'];
type SecretSpec = Specs['AWS::SecretsManager::Secret'];

/**
 * Without a rule, the type of a parameter is a guess, and the existing type wins: encrypted values stay encrypted.
 *
 *     exists       | guessed       | type
 *     -------------+---------------+-----------------------------------------------------------
 *     nothing      | String        | SecureString if the variable is a key of an owned secret
 *     nothing      | other         | as guessed
 *     SecureString | any           | SecureString
 *     String, own  | SecureString  | SecureString, in place
 *     String       | SecureString  | SecureString where it is a secret; String where it is undecided
 *     StringList   | any           | StringList
 *
 * @param encrypted names of variables that are keys of secrets that this action owns
 * @returns the desired parameter with the type that it gets
 */
export function settleType(
  desired: DesiredResourceOf<'AWS::SSM::Parameter'>,
  existing: ParameterSpec | Unreadable | undefined,
  encrypted: ReadonlySet<string>,
): DesiredResourceOf<'AWS::SSM::Parameter'> {
  const { guess, spec } = desired;
  if (guess === undefined || existing instanceof Unreadable) return desired;
  const settled = (type: Field, keyId: string | undefined): DesiredResourceOf<'AWS::SSM::Parameter'> => ({
    ...desired,
    spec: { ...spec, fields: { ...spec.fields, type: String(type), 'key-id': keyId } },
    defaults: guess.isDefaultKey ? new Set([...desired.defaults, 'key-id']) : desired.defaults,
  });
  const guessed = spec.fields.type;
  if (existing === undefined)
    return guessed === 'String' && encrypted.has(guess.variable)
      ? settled('SecureString', guess.keyId)
      : desired;
  const { type } = existing.fields;
  if (type === undefined || type === guessed) return desired;
  if (type === 'SecureString') return settled(type, guess.keyId);
  const isOwnedSecret =
    type === 'String' && (existing.fields[OWNER_FIELD] === CREATED || guess.class === 'secret');
  return isOwnedSecret ? desired : settled(type, undefined);
}

/**
 * @param secrets the observed secrets of this run
 * @param orphans the other resources below the prefix
 * @param prefer with `ssm`, the user chose String for rows of the routing table
 * @returns the variables of the keys in owned secrets, by their names and by the routing table: these are already
 * stored encrypted
 */
export function encryptedVariables(
  secrets: Iterable<SecretSpec | Unreadable>,
  orphans: readonly AnyUnconfigured[],
  prefer: Store,
): ReadonlySet<string> {
  const held = ({ name, fields }: SecretSpec) =>
    Object.keys(fields).flatMap((field) => {
      if (!field.startsWith('key:')) return [];
      const key = field.slice('key:'.length);
      const ofTable = prefer === 'ssm' ? undefined : variableOf(lastSegment(name), key);
      return [key, ofTable ?? key];
    });
  const isOurs = ({ fields }: SecretSpec) => [CREATED, ADOPTED].includes(String(fields[OWNER_FIELD]));
  return new Set([
    ...[...secrets].flatMap((spec) => (spec instanceof Unreadable || !isOurs(spec) ? [] : held(spec))),
    ...orphans.flatMap(({ kind, spec, owner }) =>
      kind === 'AWS::SecretsManager::Secret' && owner !== 'others' ? held(spec) : [],
    ),
  ]);
}
