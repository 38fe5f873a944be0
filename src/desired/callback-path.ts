import type { Auth0Settings } from '../settings/auth0.ts';
import type { Diagnostics } from '../settings/diagnostics.ts';
import { isOpaque, type Variable } from '../settings/variable.ts';

import type { AppUrls } from './app-url.ts';
import { type CallbackReading, DEFAULT_PATH, hasLocalUrl, hasOrigin, readCallback } from './callback.ts';
import { isLocalUrl } from './local-host.ts';
import { placeOf, type Route } from './routing.ts';

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
        ...placeOf(variable),
        text: `it has ${shownPath(reading, variable)}, and callback-path (${setting.where}${setting.line === undefined ? '' : ` line ${setting.line}`}) is ${setting.value}, which is used. If the application serves the path of the variable, remove callback-path`,
      });
    return { path: setting.value, isOpen: false };
  }
  if (variable !== undefined && reading?.unclear !== undefined)
    notes.fault({
      ...placeOf(variable),
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
  if (count > 1 || isPathAlone) notes.notice({ ...placeOf(variable), text });
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

/** By their names these hold an address that browsers are sent to. */
const ADDRESS_NAME =
  /^AUTH0_|(?:^|_)(?:BASE|APP|SITE|PUBLIC|CALLBACK|REDIRECT|LOGOUT|NEXTAUTH)_?(?:URL|URI|ORIGIN)S?$/i;

/** One notice with the variables that go on pointing to this machine: `app-url` replaces the callback alone. */
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
