import { Secret } from '../secret.ts';
import type { Layers } from './layers.ts';
import { readChoice } from './texts.ts';

export const AUTH0_URLS = ['ensure', 'follow', 'exact', 'remove'] as const;
export type Auth0Urls = (typeof AUTH0_URLS)[number];

/** What was given for Auth0, as it was given: it is judged together with the variables. */
export interface Auth0Settings {
  readonly appUrl: string | undefined;
  readonly domain: string | undefined;
  readonly managementClientId: string | undefined;
  readonly managementClientSecret: Secret | undefined;
  readonly applicationId: string | undefined;
  readonly urls: Auth0Urls;
  readonly callbackPath: string;
  readonly logoutPath: string;
}

/** The management secret is an input only: a committed file is no place for it. */
export function readAuth0(layers: Layers, inputs: ReadonlyMap<string, string>): Auth0Settings {
  const text = (name: string) =>
    layers.read<string | undefined>(name, undefined, (value) => String(value).trim());
  const secret = inputs.get('auth0-management-client-secret')?.trim() ?? '';
  return {
    appUrl: text('app-url'),
    domain: text('auth0-domain'),
    managementClientId: text('auth0-management-client-id'),
    managementClientSecret: secret === '' ? undefined : new Secret(secret),
    applicationId: text('auth0-application-id'),
    urls: layers.read('auth0-urls', 'ensure', (value) => readChoice(value, AUTH0_URLS)),
    callbackPath: text('callback-path') ?? '/callback',
    logoutPath: text('logout-path') ?? '/logout',
  };
}
