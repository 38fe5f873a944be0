import { ABSENT } from '../model/fields.ts';
import { URL_FIELDS } from '../model/spec.ts';
import type { Auth0Urls } from '../settings/choices.ts';

/**
 * `app-url`: the one address of the application, its URLs in Auth0, and the desired state of the three lists. Pure:
 * no call, no clock; the errors never repeat the input.
 *
 * Auth0 compares callback and logout URLs as whole texts, so everything here is exact: no prefix, no substring.
 * @see https://auth0.com/docs/get-started/applications/application-settings
 */

/** The place of its notes, and the source of its variable. */
export const APP_URL = 'input app-url';

/** The URLs of one `app-url`; each is a whole URL as Auth0 stores it. */
export interface AppUrls {
  /** Scheme, host and port, without a slash at the end. */
  readonly origin: string;
  /** The value of `AUTH0_CALLBACK_URL`, too. */
  readonly callback: string;
  readonly logout: string;
}

/** Paths below `app-url`, each validated at its source; a callback may be the origin alone, without a path. */
export interface AppPaths {
  readonly callback: string;
  readonly logout: string;
}

/** `urls` exists exactly if there is no error. */
interface AppUrlReading {
  readonly urls?: AppUrls;
  readonly faults: readonly string[];
  readonly warnings: readonly string[];
}

/** Desired fields of `Auth0::Application`: `true` is in the list, ABSENT is not. */
type ConfiguredUrls = Readonly<Record<string, true | typeof ABSENT>>;

/** Words that shells, the AWS CLI and JavaScript print for a missing address. */
const NO_ADDRESS = new Set(['none', 'null', 'undefined', 'nan']);
const IPV4 = /^\d{1,3}(?:\.\d{1,3}){3}$/;

/**
 * Parses `app-url`, and adds the paths.
 * @param text as given; white space around it is ignored, and one slash at its end
 * @returns the three URLs, or all errors; warnings are for choices that production should avoid
 */
export function readAppUrl(text: string, paths: AppPaths): AppUrlReading {
  const given = text.trim();
  const fault = originFault(given);
  if (fault !== undefined) return { faults: [fault], warnings: [] };

  const { origin } = new URL(given);
  return {
    urls: { origin, callback: `${origin}${paths.callback}`, logout: `${origin}${paths.logout}` },
    faults: [],
    warnings: originWarnings(new URL(origin)),
  };
}

/**
 * The desired state of the application's three lists.
 * @param mode the setting `auth0-urls`; `exact` has the same fields as `ensure` in an exclusive spec (see `closes`)
 * @param previousCallback the previous value of AUTH0_CALLBACK_URL; only `follow` reads it
 */
export function configuredUrls(
  mode: Auth0Urls,
  urls: AppUrls,
  paths: Pick<AppPaths, 'logout'>,
  previousCallback?: string,
): ConfiguredUrls {
  if (mode === 'remove') return fieldsOf(urls, ABSENT);
  const configured = fieldsOf(urls, true);
  if (mode !== 'follow') return configured;
  const previous = readPrevious(previousCallback, paths);
  // Desired URLs come last: a URL that old and new share (a new path on the same host) stays.
  return previous === undefined ? configured : { ...fieldsOf(previous, ABSENT), ...configured };
}

/** @returns the field prefixes whose other members become ABSENT. */
export function closes(mode: Auth0Urls): readonly string[] {
  return mode === 'exact' ? Object.values(URL_FIELDS) : [];
}

function fieldsOf<Configured extends true | typeof ABSENT>(
  urls: AppUrls,
  configured: Configured,
): Record<string, Configured> {
  return {
    [`${URL_FIELDS.callback}${urls.callback}`]: configured,
    [`${URL_FIELDS.logout}${urls.logout}`]: configured,
    [`${URL_FIELDS.origin}${urls.origin}`]: configured,
  };
}

/** The URLs of a stored callback. Its path may differ from today's, so it is used as it is written. */
export function readPrevious(
  callback: string | undefined,
  paths: Pick<AppPaths, 'logout'>,
): AppUrls | undefined {
  if (callback === undefined || !/^https?:\/\//i.test(callback) || !URL.canParse(callback)) return undefined;
  const { origin } = new URL(callback);
  return { origin, callback, logout: `${origin}${paths.logout}` };
}

function originFault(given: string): string | undefined {
  if (given === '') return 'is empty; give the address of the application, such as http://203.0.113.7:5000';
  if (/[\s,;]/.test(given)) return 'is one URL, not a list, and holds no white space';
  if (given.includes('*'))
    return 'holds a wildcard; Auth0 would let every matching host sign users in, so write the one address';
  if (!/^https?:\/\/[^/]/i.test(given)) return 'is not absolute; begin it with https:// or http://';
  if (/^https?:\/\/:/i.test(given))
    return 'has no host before the port; the address was empty when this step ran (has the task a public IP yet?)';
  if (/[?#]/.test(given)) return 'has a query or a fragment; give the origin only: scheme, host and port';
  if (!URL.canParse(given) || /[\\%]/.test(given))
    return 'is not a URL; write scheme, host and port, such as https://app.example.com, with every placeholder filled in';
  const url = new URL(given);
  if (url.username !== '' || url.password !== '' || given.includes('@'))
    return 'holds a user name or password; give the origin only: scheme, host and port';
  if (url.port === '0') return 'has the port 0, which nothing listens on; write the port of the application';
  if (url.pathname !== '/')
    return 'has a path; give the origin only (callback-path and logout-path of the configuration file set the paths)';
  // The URL standard reads `1.2.3`, `0x7f.1` and `2130706433` as addresses that the user did not write.
  if (IPV4.test(url.hostname) && !given.includes(url.hostname))
    return 'has an IP address in another form than four numbers; write it like 203.0.113.7';
  return hostFault(url.hostname);
}

function hostFault(host: string): string | undefined {
  if (NO_ADDRESS.has(host))
    return `has "${host}" for a host; the look-up of the address found none (has the task a public IP yet?)`;
  if (host.startsWith('[')) return undefined;
  // The URL standard lets `${IP}` and `{ip}` pass as hosts; no host in DNS has such characters.
  const labels = host.replace(/\.$/, '').split('.');
  if (labels.every((label) => /^[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?$/.test(label))) return undefined;
  return 'has a host that cannot exist; is a placeholder in it not filled in?';
}

function originWarnings(url: URL): string[] {
  if (isLoopback(url.hostname)) return [];
  const warnings: string[] = [];
  if (url.protocol === 'http:')
    warnings.push('is plain http: sign-in codes and session cookies cross the network readable; use https');
  if (IPV4.test(url.hostname) || url.hostname.startsWith('['))
    warnings.push(
      'is a bare IP address: once it is released it belongs to a stranger, who is then an allowed callback; ' +
        'auth0-urls: follow removes the old address',
    );
  return warnings;
}

/** @returns whether the host, as `URL` writes it, is this machine alone. */
export function isLoopback(host: string): boolean {
  return /^(?:(?:.+\.)?localhost\.?|\[::1\]|127(?:\.\d+){3})$/.test(host);
}

/**
 * @returns whether the value is a URL whose host is this machine only: a callback that no browser elsewhere reaches.
 * The addresses that servers listen on count too, since users confuse them with it.
 */
export function isLocalUrl(value: string): boolean {
  const host = /^https?:\/\/(?:[^/@\s]*@)?(\[[^\]]*\]|[^/:?#\s]*)/i.exec(value)?.[1]?.toLowerCase();
  return host !== undefined && (isLoopback(host) || host === '0.0.0.0' || host === '[::]');
}
