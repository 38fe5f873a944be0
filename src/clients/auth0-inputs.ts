import { createHash } from 'node:crypto';
import type { Secret } from '../secret.ts';
import { type Auth0Domain, readAuth0Domain } from './auth0-domain.ts';

/** What was given for Auth0, each setting already resolved to its default; absent means neither was given. */
export interface Auth0Inputs {
  readonly appUrl?: string | undefined;
  /** `destroy` takes out what AUTH0_CALLBACK_URL stands for, so it needs no `app-url`. */
  readonly appUrlIsOptional?: boolean;
  /** Where the tenant is named. */
  readonly hosts: Auth0Hosts;
  readonly managementClientId?: string | Secret | undefined;
  readonly managementClientSecret?: Secret | undefined;
  /** `auth0-application-id`, else the variable AUTH0_CLIENT_ID. */
  readonly applicationId?: string | Secret | undefined;
}

/**
 * The places that may name the tenant's host. The management client's secret is sent there, so an input has to name it:
 * files of the workspace are on a pull request its author's.
 */
export interface Auth0Hosts {
  /** The input `auth0-domain`. */
  readonly input?: string | undefined;
  /** `auth0-domain` of the configuration file. */
  readonly file?: string | undefined;
  /** The variable AUTH0_DOMAIN. */
  readonly variable?:
    | {
        readonly value: string | Secret;
        /** It stands in files of the workspace, and in none of the inputs `dotenv`, `secrets` and `variables`. */
        readonly fileOnly: boolean;
      }
    | undefined;
}

/** Everything that a client and its room need. */
export interface Auth0Access {
  readonly baseUrl: string;
  readonly managementClientId: string | Secret;
  readonly managementClientSecret: Secret;
  readonly applicationId: string | Secret;
  /** Equal for the same tenant and application; an approval is for one of them. A client id is random, so it does not lead back. */
  readonly identity: string;
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
  const domain = readHost(inputs.hosts, faults);

  if (faults.length > 0) return { faults };
  if (id === undefined || secret === undefined || inputs.applicationId === undefined) return { faults };
  if (domain === undefined) return { faults };
  return {
    access: {
      baseUrl: domain.baseUrl,
      managementClientId: id,
      managementClientSecret: secret,
      applicationId: inputs.applicationId,
      identity: createHash('sha256')
        .update(JSON.stringify([domain.baseUrl, text(inputs.applicationId)]))
        .digest('hex')
        .slice(0, 16),
    },
    faults,
  };
}

/**
 * The input wins over the variable without a word: an application may be reached by a custom domain, and the Management
 * API belongs to the tenant's own. The file is held against whatever an input names.
 * @returns the address that an input names; undefined where none does, or where it cannot be read, with the fault
 * @see https://auth0.com/docs/customize/custom-domains
 */
function readHost({ input, file, variable }: Auth0Hosts, faults: string[]): Auth0Domain | undefined {
  const named = input ?? (variable?.fileOnly === false ? variable.value : undefined);
  if (named === undefined) {
    const found = [
      ...(file === undefined ? [] : ['auth0-domain in the configuration file']),
      ...(variable === undefined ? [] : ['AUTH0_DOMAIN in a file of the workspace']),
    ];
    faults.push(
      found.length === 0
        ? 'auth0-domain is missing: give it, or the variable AUTH0_DOMAIN'
        : `auth0-domain must come from an input, and only ${found.join(' and ')} names the tenant: a file may be changed by a pull request, and the management secret would be sent wherever it says. Set the input auth0-domain, or give AUTH0_DOMAIN by the input dotenv, secrets or variables`,
    );
    return undefined;
  }
  const domain = readAuth0Domain(text(named));
  if ('fault' in domain) {
    faults.push(`auth0-domain ${domain.fault}`);
    return undefined;
  }
  const other = file === undefined ? domain : readAuth0Domain(file);
  if ('fault' in other || other.baseUrl !== domain.baseUrl) {
    faults.push(
      `auth0-domain in the configuration file is another host than ${input === undefined ? 'AUTH0_DOMAIN of the inputs' : 'the input auth0-domain'} names; take it out of the file, or make both the same`,
    );
    return undefined;
  }
  return domain;
}

function text(value: string | Secret): string {
  return typeof value === 'string' ? value.trim() : value.reveal().trim();
}
