import { compareKeys } from '../model/equality.ts';
import { SECRET_USD } from '../settings/prices.ts';
import type { Descriptor } from './descriptor.ts';

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
