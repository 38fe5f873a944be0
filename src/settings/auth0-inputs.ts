import { createHash } from 'node:crypto';
import type { Secret } from '../secret.ts';

/** A value and its source, where its errors are reported. */
export interface Auth0Given {
  readonly value: string | Secret;
  /** The setting or the variable. */
  readonly name: string;
  /** Undefined if the input of that name gave it. */
  readonly place?: Auth0Place | undefined;
}

interface Auth0Place {
  readonly where: string;
  readonly file?: string | undefined;
  readonly line?: number | undefined;
}

/** The settings for Auth0 with their defaults; absent means neither input nor file has one. */
export interface Auth0Inputs {
  readonly appUrl?: string | undefined;
  /** `destroy` removes the URLs of AUTH0_CALLBACK_URL, so it needs no `app-url`. */
  readonly appUrlIsOptional?: boolean;
  /** Where the tenant is named. */
  readonly hosts: Auth0Hosts;
  readonly managementClientId?: Auth0Given | undefined;
  readonly managementClientSecret?: Secret | undefined;
  /** `auth0-application-id`, else the variable AUTH0_CLIENT_ID. */
  readonly applicationId?: Auth0Given | undefined;
}

/**
 * The places that may name the tenant's host. The management client's secret is sent there, so an input has to name it:
 * files of the workspace are on a pull request its author's.
 */
interface Auth0Hosts {
  /** The input `auth0-domain`. */
  readonly input?: string | undefined;
  /** `auth0-domain` of the configuration file. */
  readonly file?: Auth0Given | undefined;
  /** The variable AUTH0_DOMAIN, and whether it exists in files of the workspace alone, in none of the inputs. */
  readonly variable?: (Auth0Given & { readonly fileOnly: boolean }) | undefined;
}

/** Everything that a client and its provider need. */
export interface Auth0Access {
  readonly baseUrl: string;
  readonly managementClientId: string | Secret;
  readonly managementClientSecret: Secret;
  readonly applicationId: string | Secret;
  /** The sources of tenant and application, for the errors of the run. */
  readonly names: { readonly domain: string; readonly application: string };
  /** Equal for the same tenant and application; an approval is for one of them. A client id is random, so it does not lead back. */
  readonly identity: string;
}

/** `access` is there when the management inputs were given and nothing is wrong with them. */
export interface Auth0Reading {
  readonly access?: Auth0Access;
  readonly faults: readonly Auth0Fault[];
}

/** The error, at its place. */
interface Auth0Fault extends Auth0Place {
  readonly key?: string | undefined;
  readonly text: string;
}

/**
 * Validates the Auth0 inputs together, before any call. Without management inputs, `app-url` sets AUTH0_CALLBACK_URL
 * only.
 * @returns the access, or all errors with place and remedy, never with a value
 */
export function readAuth0Inputs(inputs: Auth0Inputs): Auth0Reading {
  const { managementClientId: id, managementClientSecret: secret, applicationId: application } = inputs;
  if (id === undefined && secret === undefined) return { faults: [] };
  const faults: Auth0Fault[] = [];
  const fault = (words: string) => faults.push({ where: 'Auth0', text: words });
  if (id === undefined) fault('auth0-management-client-id is missing beside auth0-management-client-secret');
  if (secret === undefined)
    fault('auth0-management-client-secret is missing beside auth0-management-client-id');
  if (inputs.appUrl === undefined && inputs.appUrlIsOptional !== true)
    fault(
      'the auth0-management inputs are given without app-url, so there is nothing to do in Auth0: give app-url too',
    );
  if (application === undefined)
    fault('auth0-application-id is missing: give it, or the variable AUTH0_CLIENT_ID');
  else if (id !== undefined && text(id.value) === text(application.value))
    faults.push(
      faultOf(
        application,
        'is the management client itself; give the client id of the application that users sign in to',
      ),
    );
  for (const client of [id, application])
    if (client !== undefined && !/^[\w~.-]*\w[\w~.-]*$/.test(text(client.value)))
      faults.push(faultOf(client, "is not a client id; take it from the application's settings in Auth0"));
  const named = readHost(inputs.hosts, faults);

  if (faults.length > 0 || id === undefined || secret === undefined) return { faults };
  if (application === undefined || named === undefined) return { faults };
  const { baseUrl } = named.domain;
  return {
    access: {
      baseUrl,
      managementClientId: id.value,
      managementClientSecret: secret,
      applicationId: application.value,
      names: { domain: named.name, application: nameOf(application) },
      identity: createHash('sha256')
        .update(JSON.stringify([baseUrl, text(application.value)]))
        .digest('hex')
        .slice(0, 16),
    },
    faults,
  };
}

/**
 * The input silently overrides the variable: an application may use a custom domain, while the Management API needs
 * the tenant's own. The file must agree with the input.
 * @returns the address and the name of its input; undefined if no input has one, or with the error if it is invalid
 * @see https://auth0.com/docs/customize/custom-domains
 */
function readHost(
  { input, file, variable }: Auth0Hosts,
  faults: Auth0Fault[],
): { readonly domain: Auth0Domain; readonly name: string } | undefined {
  const named: Auth0Given | undefined =
    input !== undefined
      ? { value: input, name: 'auth0-domain' }
      : variable?.fileOnly === false
        ? variable
        : undefined;
  if (named === undefined) {
    faults.push(unnamed([file, variable].filter((given) => given !== undefined)));
    return undefined;
  }
  const domain = readAuth0Domain(text(named.value));
  if ('fault' in domain) {
    const remedy =
      input === undefined
        ? '. If the application needs it as it is, set the input auth0-domain to the host name'
        : '';
    faults.push(faultOf(named, `${domain.fault}${remedy}`));
    return undefined;
  }
  const other = file === undefined ? domain : readAuth0Domain(text(file.value));
  if (file !== undefined && ('fault' in other || other.baseUrl !== domain.baseUrl)) {
    const inputName = input === undefined ? nameOf(named) : 'the input auth0-domain';
    faults.push(
      faultOf(
        file,
        `is another host than ${inputName} names; remove it from the file, or make both the same`,
      ),
    );
    return undefined;
  }
  return { domain, name: nameOf(named) };
}

/** No input names the tenant; files may. */
function unnamed(found: readonly Auth0Given[]): Auth0Fault {
  const [first] = found;
  if (first === undefined)
    return { where: 'Auth0', text: 'auth0-domain is missing: give it, or the variable AUTH0_DOMAIN' };
  return {
    where: 'Auth0',
    ...first.place,
    key: first.place && first.name,
    text: `auth0-domain must come from an input, and only ${found.map(nameOf).join(' and ')} names the tenant: a file may be changed by a pull request, and the management secret would be sent wherever it says. Set the input auth0-domain, or give AUTH0_DOMAIN by the input dotenv, secrets or variables`,
  };
}

function faultOf({ name, place }: Auth0Given, words: string): Auth0Fault {
  return place === undefined
    ? { where: 'Auth0', text: `${name} ${words}` }
    : { ...place, key: name, text: words };
}

function nameOf({ name, place }: Auth0Given): string {
  if (place === undefined) return name;
  return `${name} (${place.where}${place.line === undefined ? '' : ` line ${place.line}`})`;
}

/** The tenant's host and a client id are sent in every URL; neither is a secret of its own. */
function text(value: string | Secret): string {
  return typeof value === 'string' ? value.trim() : value.readAsAuth0((revealed) => revealed.trim());
}

/** The tenant's address, for the token and the application. */
interface Auth0Domain {
  /** Scheme and host without a slash at the end. */
  readonly baseUrl: string;
}

/**
 * Reads `auth0-domain`. Credentials are sent there, so it is always https and a bare host name; plain http is
 * for a test server on this machine, whose address then comes with its port.
 * @returns the address, or the error (without the value, which may come from `secrets`)
 */
export function readAuth0Domain(text: string): Auth0Domain | { readonly fault: string } {
  const given = text.trim();
  if (given === '') return { fault: 'is empty; give the tenant, such as papyrus.us.auth0.com' };
  const loopback = /^(?:(https?):\/\/)?(127(?:\.\d{1,3}){3}|localhost|\[::1\])(:\d{1,5})?\/?$/i.exec(given);
  if (loopback !== null) {
    const [, scheme = 'http', host = '', port = ''] = loopback;
    return { baseUrl: `${scheme}://${host}${port}`.toLowerCase() };
  }
  if (/^https?:/i.test(given) || /[/?#@]/.test(given))
    return { fault: 'is a host name only: leave out the scheme, the path and everything behind it' };
  if (given.includes(':')) return { fault: 'is a host name only: leave out the port' };
  const labels = given.split('.');
  if (labels.length < 2 || given.length > 253 || !labels.every((label) => LABEL.test(label)))
    return { fault: 'is not a host name; give the tenant, such as papyrus.us.auth0.com' };
  return { baseUrl: `https://${given.toLowerCase()}` };
}

const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i;
