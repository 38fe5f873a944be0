import { URL_FIELDS } from '../model/spec.ts';
import type { Descriptor } from './descriptor.ts';

export const AUTH0_APPLICATION: Descriptor<'Auth0::Application'> = {
  noun: 'Auth0',
  isTagged: false,
  fields: {},
  cost: undefined,
  aspects({ fields }) {
    const count = (prefix: string) => Object.keys(fields).filter((field) => field.startsWith(prefix)).length;
    const { callback, logout, origin } = URL_FIELDS;
    return [`${count(callback)} callback, ${count(logout)} logout URLs, ${count(origin)} web origins`];
  },
  consolePath: undefined,
  exposure: undefined,
  deletion: undefined,
};
