import { createHash, scryptSync } from 'node:crypto';
import type { Plan } from '../model/change.ts';
import type { Field } from '../model/fields.ts';
import type { Kind } from '../model/spec.ts';
import { Secret } from '../secret.ts';
import type { Settings } from '../settings/settings.ts';
import { isEncrypted } from './disclosure.ts';

/** The part of an approval that a plan does not show: the place of the changes, and their hidden values. */
export interface Binding {
  /** Distinguishes accounts without their ids. */
  readonly account: string;
  /** Tenant and application of Auth0; undefined if Auth0 is left alone. */
  readonly auth0?: string | undefined;
  /** Hidden values of the plan that are not secret; undefined if there are none. */
  readonly hidden?: HiddenValues | undefined;
}

export interface HiddenValues {
  readonly digest: string;
  /** The fields whose values it covers: `AWS::SecretsManager::Secret papyrus/prd/db key:host`. */
  readonly fields: readonly string[];
}

/**
 * Whether a value may take part in a digest that is published. `secret` includes unclassified values and values that
 * contain a secret. For them, an approval holds the existing version, never the value.
 */
export type ValueClass = 'plain' | 'secret';

/** @returns the class of a value by its place: `/papyrus/prd/AUTH0_DOMAIN`, or `papyrus/prd/db:host` */
export type Classify = (place: string, value: Secret) => ValueClass;

export function bindingOf(
  settings: Settings,
  plan: Plan,
  account: string,
  auth0: string | undefined,
  classify: Classify,
): Binding {
  return {
    account: accountMark(settings, account),
    auth0,
    hidden: hiddenValues(plan, classify, JSON.stringify([account, settings.prefix, settings.region])),
  };
}

/**
 * The digest covers all of them together and is slow to compute, so an attacker has to guess all of them and the
 * account at once, at an eightieth of a second for each try. An approval that is valid in another job cannot do better:
 * the only key that both jobs have and a reader of the plan has not are the secret values, which are never published in
 * any form.
 * @param salt identifies the destination; equal values elsewhere have another digest
 */
function hiddenValues(plan: Plan, classify: Classify, salt: string): HiddenValues | undefined {
  const bound = plan.filter((change) => !isEncrypted(change));
  const values = bound.flatMap(({ kind, name, differences }) =>
    differences.flatMap(({ field, to }) =>
      isBound(kind, name, field, to, classify) ? [[`${kind} ${name} ${field}`, to] as const] : [],
    ),
  );
  if (values.length === 0) return undefined;
  const sorted = values.sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    digest: Secret.digest(sorted, (text) => slowDigest(text, salt)),
    fields: sorted.map(([field]) => field),
  };
}

/**
 * @returns 32 hexadecimal digits
 * @see https://nodejs.org/api/crypto.html#cryptoscryptsyncpassword-salt-keylen-options
 */
function slowDigest(text: string, salt: string): string {
  return scryptSync(text, salt, 16, { N: 2 ** 12, r: 8, p: 1 }).toString('hex');
}

function isBound(kind: Kind, name: string, field: string, to: Field, classify: Classify): to is Secret {
  if (!(to instanceof Secret)) return false;
  if (kind === 'AWS::SSM::Parameter') return field === 'value' && classify(name, to) === 'plain';
  return (
    kind === 'AWS::SecretsManager::Secret' &&
    field.startsWith('key:') &&
    classify(`${name}:${field.slice('key:'.length)}`, to) === 'plain'
  );
}

/**
 * Distinguishes accounts without their ids, since everybody reads the comments and issues of a public repository. Some
 * 60,000 of the 10¹² account ids share a mark, so it does not identify one; two accounts of one user share it with a
 * probability of one in 16 million. Each prefix and region has its own, so marks of two repositories cannot be joined.
 */
export function accountMark(
  { prefix, region }: Pick<Settings, 'prefix' | 'region'>,
  account: string,
): string {
  return createHash('sha256')
    .update(JSON.stringify([prefix, region, account]))
    .digest('hex')
    .slice(0, 6);
}
