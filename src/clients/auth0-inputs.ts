import type { Secret } from '../secret.ts';
import { readAuth0Domain } from './auth0-domain.ts';

/** What was given for Auth0, each setting already resolved to its default; absent means neither was given. */
export interface Auth0Inputs {
  readonly appUrl?: string | undefined;
  /** `destroy` takes out what AUTH0_CALLBACK_URL stands for, so it needs no `app-url`. */
  readonly appUrlIsOptional?: boolean;
  /** `auth0-domain`, else the variable AUTH0_DOMAIN; a Secret where it came from `secrets`. */
  readonly domain?: string | Secret | undefined;
  readonly managementClientId?: string | Secret | undefined;
  readonly managementClientSecret?: Secret | undefined;
  /** `auth0-application-id`, else the variable AUTH0_CLIENT_ID. */
  readonly applicationId?: string | Secret | undefined;
}

/** Everything that a client and its room need. */
export interface Auth0Access {
  readonly baseUrl: string;
  readonly managementClientId: string | Secret;
  readonly managementClientSecret: Secret;
  readonly applicationId: string | Secret;
}

/** `access` is there when the management inputs were given and nothing is wrong with them. */
export interface Auth0Reading {
  readonly access?: Auth0Access;
  readonly faults: readonly string[];
}

/**
 * Judges the Auth0 inputs together, before any call. Without management inputs Auth0 is left alone, which is
 * legal: `app-url` then drives AUTH0_CALLBACK_URL only.
 * @returns the access, or every fault at once with the input's name and the remedy, never with a value
 */
export function readAuth0Inputs(inputs: Auth0Inputs): Auth0Reading {
  const { managementClientId: id, managementClientSecret: secret } = inputs;
  if (id === undefined && secret === undefined) return { faults: [] };
  const faults: string[] = [];
  if (id === undefined)
    faults.push('auth0-management-client-id is missing beside auth0-management-client-secret');
  if (secret === undefined)
    faults.push('auth0-management-client-secret is missing beside auth0-management-client-id');
  if (inputs.appUrl === undefined && inputs.appUrlIsOptional !== true)
    faults.push(
      'the auth0-management inputs are given without app-url, so there is nothing to do in Auth0: give app-url too',
    );
  if (inputs.applicationId === undefined)
    faults.push('auth0-application-id is missing: give it, or the variable AUTH0_CLIENT_ID');
  else if (id !== undefined && text(id) === text(inputs.applicationId))
    faults.push(
      'auth0-application-id is the management client itself; give the client id of the application that users sign in to',
    );
  for (const [name, client] of [
    ['auth0-management-client-id', id],
    ['auth0-application-id', inputs.applicationId],
  ] as const)
    if (client !== undefined && !/^[\w~.-]*\w[\w~.-]*$/.test(text(client)))
      faults.push(`${name} is not a client id; take it from the application's settings in Auth0`);
  if (inputs.domain === undefined)
    faults.push('auth0-domain is missing: give it, or the variable AUTH0_DOMAIN');
  const domain = inputs.domain === undefined ? undefined : readAuth0Domain(text(inputs.domain));
  if (domain !== undefined && 'fault' in domain) faults.push(`auth0-domain ${domain.fault}`);

  if (faults.length > 0) return { faults };
  if (id === undefined || secret === undefined || inputs.applicationId === undefined) return { faults };
  if (domain === undefined || 'fault' in domain) return { faults };
  return {
    access: {
      baseUrl: domain.baseUrl,
      managementClientId: id,
      managementClientSecret: secret,
      applicationId: inputs.applicationId,
    },
    faults,
  };
}

function text(value: string | Secret): string {
  return typeof value === 'string' ? value.trim() : value.reveal().trim();
}
