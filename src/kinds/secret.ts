import { compareKeys } from '../model/equality.ts';
import type { Descriptor } from './descriptor.ts';

/** US dollars a month. @see https://aws.amazon.com/secrets-manager/pricing/ */
export const SECRET_USD = 0.4;
/** US dollars for 10,000 calls; those of Parameter Store are free at its standard throughput. */
export const SECRET_CALLS_USD = 0.05;

export const SECRET: Descriptor<'AWS::SecretsManager::Secret'> = {
  noun: 'secret',
  isTagged: true,
  fields: {
    'key-id': { isEqual: (from, to) => compareKeys(from, to) !== 'different' },
  },
  cost: () => `$${SECRET_USD.toFixed(2)} a month`,
  aspects({ fields }) {
    const keys = Object.keys(fields).filter((field) => field.startsWith('key:')).length;
    // A listing shows no keys, nor does a secret that waits for its deletion.
    return keys === 0 ? [] : [`${keys} key${keys === 1 ? '' : 's'}`];
  },
  consolePath: (name, { region, encode }) => `/secretsmanager/secret?name=${encode(name)}&region=${region}`,
  exposure: () => 'everybody who may read this secret reads it',
  deletion: undefined,
};
