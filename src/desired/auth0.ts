import type { Field, Fields } from '../model/fields.ts';
import { fieldOf, URL_FIELDS } from '../model/spec.ts';
import { Secret } from '../secret.ts';
import type { Auth0Settings } from '../settings/auth0.ts';
import type { Diagnostics } from '../settings/diagnostics.ts';
import type { Settings } from '../settings/settings.ts';
import type { Variable } from '../settings/variable.ts';
import {
  APP_URL,
  type AppUrls,
  closes,
  configuredUrls,
  isLocalUrl,
  readAppUrl,
  readPrevious,
} from './app-url.ts';
import { CALLBACK_VARIABLE, type CallbackPath } from './callback.ts';
import type { Desired } from './desired.ts';
import type { DesiredResource, DesiredResourceOf } from './desired-resource.ts';

/** @returns the name of the parameter with the callback of the application. */
export function callbackParameter({ prefix }: Pick<Settings, 'prefix'>): string {
  return `${prefix}/${CALLBACK_VARIABLE}`;
}

/** The one application of a run. Its id is no name: one that came from `secrets` must not be in a report. */
export const APPLICATION_NAME = 'application';

/** @returns the URLs of `app-url`; undefined if it is absent or invalid (then it is in `notes`). */
export function appUrls(
  settings: Auth0Settings | undefined,
  { path }: Pick<CallbackPath, 'path'>,
  notes: Diagnostics,
): AppUrls | undefined {
  if (settings?.appUrl === undefined) return undefined;
  const { value, where, file, line } = settings.appUrl;
  const { urls, faults, warnings } = readAppUrl(value, { callback: path, logout: settings.logoutPath });
  const note = (text: string) => ({
    where,
    file,
    line,
    key: file === undefined ? undefined : 'app-url',
    text,
  });
  for (const text of faults) notes.fault(note(text));
  for (const text of warnings) notes.warn(note(text));
  return urls;
}

/**
 * Replaces AUTH0_CALLBACK_URL from other sources with the callback of `app-url`. One from `secrets` stays a
 * SecureString: a change of its type would need an opt-in.
 */
export function withCallback(
  variables: readonly Variable[],
  settings: Auth0Settings | undefined,
  urls: AppUrls | undefined,
): readonly Variable[] {
  if (settings === undefined || urls === undefined || settings.urls === 'remove') return variables;
  const before = variables.find(({ name }) => name === CALLBACK_VARIABLE);
  const callback: Variable = {
    name: CALLBACK_VARIABLE,
    value: new Secret(urls.callback),
    source: before?.source === 'secrets' ? 'secrets' : 'app-url',
    where: APP_URL,
  };
  return [...variables.filter(({ name }) => name !== CALLBACK_VARIABLE), callback];
}

/** @returns the destination of the callback of `app-url`: a parameter, or that of a rule */
export function callbackDestination(
  { destinations }: Pick<Desired, 'destinations'>,
  settings: Pick<Settings, 'prefix'>,
): {
  readonly kind: 'AWS::SSM::Parameter' | 'AWS::SecretsManager::Secret';
  readonly name: string;
  readonly field: string;
} {
  const destination = destinations.find(({ route }) => route.variable.where === APP_URL);
  if (destination?.destination.store === 'secret')
    return { kind: destination.kind, name: destination.name, field: `key:${destination.destination.key}` };
  return {
    kind: 'AWS::SSM::Parameter',
    name: destination?.name ?? callbackParameter(settings),
    field: 'value',
  };
}

/** @returns the same with another callback of `app-url`, whose path is known only after the stored value is read. */
export function replaceCallback(desired: Desired, settings: Settings, { callback }: AppUrls): Desired {
  const place = callbackDestination(desired, settings);
  const resources = desired.resources.map((resource): DesiredResource => {
    const { spec } = resource;
    if (resource.kind !== place.kind || spec.name !== place.name || fieldOf(spec, place.field) === undefined)
      return resource;
    const fields = { ...spec.fields, [place.field]: new Secret(callback) };
    return { ...resource, spec: { ...spec, fields } } as DesiredResource;
  });
  return { ...desired, resources };
}

/**
 * @param previous the current value of AUTH0_CALLBACK_URL: `follow` removes its URLs
 * @param before the value before that: to be removed if a run ended between the parameter and Auth0
 * @param existing the application as it was read, by which a previous callback that is a secret is recognized
 * @param isPathKnown if false, the list of callbacks stays unchanged
 */
export function desiredApplication(
  settings: Auth0Settings,
  urls: AppUrls,
  previous: string | Secret | undefined,
  before: Field,
  existing: Fields,
  isPathKnown = true,
): DesiredResourceOf<'Auth0::Application'> {
  const paths = { logout: settings.logoutPath };
  const plain = (value: Field) => {
    if (value instanceof Secret) return plainOf(value, existing);
    return typeof value === 'string' ? value : undefined;
  };
  const earlier = plain(before);
  // A local URL is for sign-in on a developer's machine, added again on purpose.
  const known = earlier === undefined || isLocalUrl(earlier) ? plain(previous) : earlier;
  const isCompared = (field: string) => isPathKnown || !field.startsWith(URL_FIELDS.callback);
  const fields = Object.entries(configuredUrls(settings.urls, urls, paths, known));
  return {
    kind: 'Auth0::Application',
    spec: {
      name: APPLICATION_NAME,
      fields: Object.fromEntries(fields.filter(([field]) => isCompared(field))),
      metadata: {},
    },
    defaults: new Set(),
    once: new Set(),
    closed: new Set(closes(settings.urls).filter(isCompared)),
    unknown: new Set(),
    expected: true,
  };
}

/**
 * The URLs that `destroy` removes: those of `app-url` and of AUTH0_CALLBACK_URL. Local URLs stay: developers sign in
 * with them.
 */
export function desiredWithdrawal(
  settings: Auth0Settings,
  urls: AppUrls | undefined,
  callback: string | Secret | undefined,
  existing: Fields,
): DesiredResourceOf<'Auth0::Application'> {
  const paths = { logout: settings.logoutPath };
  const known = callback instanceof Secret ? plainOf(callback, existing) : callback;
  const previous = known === undefined || isLocalUrl(known) ? undefined : readPrevious(known, paths);
  const fields = [previous, urls].flatMap((each) =>
    each === undefined ? [] : Object.entries(configuredUrls('remove', each, paths)),
  );
  return {
    kind: 'Auth0::Application',
    spec: { name: APPLICATION_NAME, fields: Object.fromEntries(fields), metadata: {} },
    defaults: new Set(),
    once: new Set(),
    closed: new Set(),
    unknown: new Set(),
    expected: true,
  };
}

/** @returns whether a stored value is the callback of `app-url`. */
export function isCallbackOf({ callback }: AppUrls, value: Field): boolean {
  return value instanceof Secret ? value.equals(callback) : value === callback;
}

/** Auth0 shows its URLs to every reader, so an existing one is no longer secret. */
function plainOf(previous: Secret, existing: Fields): string | undefined {
  const field = Object.keys(existing).find(
    (name) => name.startsWith('callback:') && previous.equals(name.slice('callback:'.length)),
  );
  return field?.slice('callback:'.length);
}
