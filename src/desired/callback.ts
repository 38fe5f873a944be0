import type { Secret } from '../secret.ts';
import { type Auth0Settings, pathFault } from '../settings/auth0.ts';
import type { Diagnostics } from '../settings/diagnostics.ts';
import { isOpaque, type Variable } from '../settings/variable.ts';
import { type AppUrls, isLocalUrl } from './app-url.ts';
import { type Route, sourceLocation } from './routing.ts';

/*
 * The callback of AUTH0_CALLBACK_URL. `app-url` gives the origin, and this variable the path that the application serves;
 * with any other path, sign-in ends in 404. The errors never repeat the input.
 */

/** The variable with the URL to which users return after sign-in. */
export const CALLBACK_VARIABLE = 'AUTH0_CALLBACK_URL';

/** The path that the callback has below `app-url`. */
export interface CallbackPath {
  readonly path: string;
  /** Neither the configuration file nor a variable of this run has it, so the stored value decides. */
  readonly isOpen: boolean;
}

const REMEDY = 'Set callback-path in the configuration file to the path that the application serves';

/**
 * `callback-path` of the configuration file, else the path of AUTH0_CALLBACK_URL, else that of the stored value.
 * @returns the path; errors and differences of the variable are in `notes`
 */
export function callbackPath(
  settings: Auth0Settings | undefined,
  variables: readonly Variable[],
  notes: Diagnostics,
): CallbackPath {
  if (settings?.appUrl === undefined) return { path: DEFAULT_PATH, isOpen: true };
  const { callbackPath: setting } = settings;
  const variable = variables.find(({ name }) => name === CALLBACK_VARIABLE);
  const reading = variable && readCallback(variable.value);
  if (variable !== undefined && reading !== undefined && settings.urls !== 'remove')
    noteForm(variable, reading, settings, notes);
  if (setting !== undefined) {
    if (variable !== undefined && reading !== undefined && isOther(reading, setting.value))
      notes.warn({
        ...sourceLocation(variable),
        text: `it has ${shownPath(reading, variable)}, and callback-path (${setting.where}${setting.line === undefined ? '' : ` line ${setting.line}`}) is ${setting.value}, which is used. If the application serves the path of the variable, remove callback-path`,
      });
    return { path: setting.value, isOpen: false };
  }
  if (variable !== undefined && reading?.unclear !== undefined)
    notes.fault({
      ...sourceLocation(variable),
      text: `it ${reading.unclear}, so the callback below app-url is not known. ${REMEDY}`,
    });
  return reading?.path === undefined
    ? { path: DEFAULT_PATH, isOpen: true }
    : { path: reading.path, isOpen: false };
}

function noteForm(
  variable: Variable,
  { count, isPathAlone }: CallbackReading,
  { urls }: Auth0Settings,
  notes: Diagnostics,
): void {
  const text =
    count > 1
      ? `it lists ${count} URLs, and the one of app-url takes their place${urls === 'follow' ? '; auth0-urls: follow removes none of them from Auth0' : ''}`
      : 'it is a path alone, and becomes the whole URL: that of app-url with this path';
  if (count > 1 || isPathAlone) notes.notice({ ...sourceLocation(variable), text });
}

function isOther({ paths }: CallbackReading, path: string): boolean {
  return paths.length > 0 && !paths.includes(path);
}

/** A path of words is not secret; any other may be. */
function shownPath({ path }: CallbackReading, { source }: Variable): string {
  const isPlain =
    path !== undefined &&
    source !== 'secrets' &&
    /^(?:\/[a-z]{1,12}(?:[_-][a-z]{1,12}){0,2}\d?)+\/?$/.test(path) &&
    !path.split('/').some(isOpaque);
  return isPlain ? `the path ${path}` : 'another path';
}

/** @returns why the stored value gives no path, with the remedy; undefined if it gives one, or is no address */
export function storedPathFault({ unclear }: CallbackReading): string | undefined {
  return unclear && `it ${unclear}, so the callback below app-url is not known. ${REMEDY}`;
}

/** Names of variables with an address that browsers are sent to. */
const ADDRESS_NAME =
  /^AUTH0_|(?:^|_)(?:BASE|APP|SITE|PUBLIC|CALLBACK|REDIRECT|LOGOUT|NEXTAUTH)_?(?:URL|URI|ORIGIN)S?$/i;

/** One notice with the variables that still have an address of this machine: `app-url` replaces only the callback. */
export function noteLocalAddresses(
  routes: readonly Route[],
  variables: readonly Variable[],
  { urls: mode }: Pick<Auth0Settings, 'urls'>,
  urls: AppUrls,
  notes: Diagnostics,
): void {
  if (mode === 'remove' || isLocalUrl(urls.origin)) return;
  const before = variables.find(({ name }) => name === CALLBACK_VARIABLE);
  const local = before !== undefined && hasLocalUrl(before.value) ? readCallback(before.value).origins : [];
  const names = routes
    .filter(({ variable, destinations }) => variable.name !== CALLBACK_VARIABLE && destinations.length > 0)
    .map(({ variable }) => variable)
    .filter(({ name, value }) => hasLocalUrl(value) && (hasOrigin(value, local) || ADDRESS_NAME.test(name)))
    .map(({ name }) => name);
  if (names.length > 0)
    notes.notice({
      where: 'variables',
      text: `app-url replaces ${CALLBACK_VARIABLE} alone, and these still hold an address of this machine: ${names.join(', ')}. If the application sends browsers there, give them the address of app-url`,
    });
}

/** The default path. */
const DEFAULT_PATH = '/callback';

interface CallbackReading {
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
/** Without a scheme: `localhost:3000/callback`. */
const HOST_AND_PATH = /^(?:localhost|[a-z0-9-]+(?:\.[a-z0-9-]+)+)(?::\d+)?(\/.*)$/i;
/** With a placeholder for the address: `${BASE_URL}/callback`. */
const TEMPLATE_AND_PATH = /^(?:\$\{\w{1,80}\}|\$\w{1,80}|\{\{[\w.]{1,80}\}\})(\/.*)$/;
/** Without the first slash; `n/a` is no path. */
const RELATIVE_PATH = /^(?!n\/a$)[\w-]+(?:\/[\w.-]+)+\/?$/i;

/** @returns the callback in the value of the variable; a value that is no address has none. */
export function readCallback(value: Secret): CallbackReading {
  return value.readAsCallback(readText);
}

/** @returns whether one of the URLs in the value has one of these origins. */
function hasOrigin(value: Secret, origins: readonly string[]): boolean {
  return value.is((text) => readText(text).origins.some((origin) => origins.includes(origin)));
}

/** @returns whether the value has a URL that reaches only this machine. */
function hasLocalUrl(value: Secret): boolean {
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
