/**
 * Reads the callback of AUTH0_CALLBACK_URL. `app-url` gives the origin, and this variable the path that the
 * application serves; any other path ends sign-in in 404. Pure; the errors never repeat the input.
 */
import type { Secret } from '../secret.ts';
import { pathFault } from '../settings/auth0.ts';
import { isLocalUrl } from './local-host.ts';

/** The default path. */
export const DEFAULT_PATH = '/callback';

export interface CallbackReading {
  /** As it is written below the origin, empty if a URL ends with its host. Undefined if the value names none. */
  readonly path: string | undefined;
  /** Every path in it, as written. */
  readonly paths: readonly string[];
  /** Why an existing path cannot be used, for people. */
  readonly unclear: string | undefined;
  /** URLs in the value; more than one is a list. */
  readonly count: number;
  /** The value has no host. */
  readonly isPathAlone: boolean;
  /** Scheme, host and port of each URL; all addresses of this machine count as one host. */
  readonly origins: readonly string[];
}

const NO_CALLBACK: CallbackReading = {
  path: undefined,
  paths: [],
  unclear: undefined,
  count: 0,
  isPathAlone: false,
  origins: [],
};

/** Scheme, user information, host, port; then the rest. */
const WEB_URL = /^https?:\/\/(?:[^/?#\s@]*@)?([^/?#\s@]+)(.*)$/i;
/** People leave the scheme out: `localhost:3000/callback`. */
const HOST_AND_PATH = /^(?:localhost|[a-z0-9-]+(?:\.[a-z0-9-]+)+)(?::\d+)?(\/.*)$/i;
/** The address is filled in elsewhere: `${BASE_URL}/callback`. */
const TEMPLATE_AND_PATH = /^(?:\$\{\w{1,80}\}|\$\w{1,80}|\{\{[\w.]{1,80}\}\})(\/.*)$/;
/** People leave the first slash out; `n/a` is no path. */
const RELATIVE_PATH = /^(?!n\/a$)[\w-]+(?:\/[\w.-]+)+\/?$/i;

/** @returns the callback in the value of the variable; a value that is no address has none. */
export function readCallback(value: Secret): CallbackReading {
  return value.readAsCallback(readText);
}

/** @returns whether one of the URLs in the value has one of these origins. */
export function hasOrigin(value: Secret, origins: readonly string[]): boolean {
  return value.is((text) => readText(text).origins.some((origin) => origins.includes(origin)));
}

/** @returns whether the value has a URL that reaches only this machine. */
export function hasLocalUrl(value: Secret): boolean {
  return value.is((text) => partsOf(text).some(isLocalUrl));
}

function readText(text: string): CallbackReading {
  const parts = partsOf(text);
  const addresses = parts.map(readAddress);
  if (parts.length === 0 || addresses.every((address) => address === undefined)) return NO_CALLBACK;
  const found = addresses.filter((address) => address !== undefined);
  const origins = found.flatMap(({ origin }) => (origin === undefined ? [] : [origin]));
  const paths = [...new Set(found.map(({ path }) => path))];
  const isPathAlone = origins.length === 0;
  const reading = { ...NO_CALLBACK, paths, count: found.length, isPathAlone, origins };
  if (found.length < parts.length) return { ...reading, unclear: 'is neither one URL nor a list of URLs' };
  const [path = ''] = paths;
  if (paths.length > 1) return { ...reading, unclear: 'lists URLs with different paths' };
  // A URL may end with its host, or with its port.
  const unclear = path === '' ? undefined : pathFault(path);
  return unclear === undefined
    ? { ...reading, path }
    : { ...reading, unclear: `has a path that cannot be kept: ${unclear}` };
}

/**
 * One value, or each entry of a list; Auth0's dashboard and most libraries accept commas, some accept white space or
 * JSON.
 */
function partsOf(text: string): string[] {
  const list = text.trim().replace(/^\[(.*)\]$/s, '$1');
  return list.split(/[\s,;"']+/).filter((part) => part !== '');
}

function readAddress(
  text: string,
): { readonly origin: string | undefined; readonly path: string } | undefined {
  const [, host = '', rest = ''] = WEB_URL.exec(text) ?? [];
  if (host !== '') return { origin: originOf(text, host), path: rest };
  if (text.startsWith('/')) return { origin: undefined, path: text };
  const [, below] = TEMPLATE_AND_PATH.exec(text) ?? [];
  if (below !== undefined) return { origin: undefined, path: below };
  const [, path] = HOST_AND_PATH.exec(text) ?? [];
  if (path !== undefined) return { origin: originOf(`http://${text}`, ''), path };
  return RELATIVE_PATH.test(text) ? { origin: undefined, path: `/${text}` } : undefined;
}

/** Servers listen on 0.0.0.0, and browsers are sent to localhost: with one port they are one address. */
function originOf(url: string, host: string): string {
  if (!URL.canParse(url)) return host.toLowerCase();
  const { origin, protocol, port } = new URL(url);
  return isLocalUrl(url) ? `this machine:${port || (protocol === 'https:' ? '443' : '80')}` : origin;
}
