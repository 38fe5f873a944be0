import {
  callbackDestination,
  callbackParameter,
  desiredApplication,
  isCallbackOf,
  replaceCallback,
} from './desired/auth0.ts';
import { CALLBACK_VARIABLE, readCallback, storedPathFault } from './desired/callback.ts';
import { classify } from './desired/classify.ts';
import type { DesiredResource } from './desired/desired-resource.ts';
import type { Field } from './model/fields.ts';
import { fieldOf, Unreadable } from './model/spec.ts';
import type { Providers } from './providers/provider.ts';
import type { Observation } from './providers/providers.ts';
import { errorText } from './report/failure.ts';
import type { RunInput } from './run-input.ts';
import { Secret } from './secret.ts';
import { InputErrors } from './settings/diagnostics.ts';
import type { Settings } from './settings/settings.ts';

/** The stored callback, as far as the plan for Auth0 depends on it. */

/** The stored value gave the path of the callback, since no setting did. */
export interface ResolvedCallback {
  readonly runInput: RunInput;
  /** False if the stored value could not be read: its path may differ from the usual one. */
  readonly isPathKnown: boolean;
}

/**
 * A run with `app-url` and without variables keeps the path of the callback that is stored.
 * @throws InputErrors if the stored value has no single path
 */
export function resolveCallback(runInput: RunInput, observation: Observation): ResolvedCallback {
  const { settings, desired, urls, callbackPath, masks } = runInput;
  if (urls === undefined || !callbackPath.isOpen) return { runInput, isPathKnown: true };
  const { kind, name, field } = callbackDestination(desired, settings);
  const stored = observation[kind].get(name);
  if (stored instanceof Unreadable || stored?.metadata.unread === true)
    return { runInput, isPathKnown: settings.auth0?.urls === 'remove' };
  const value = stored && fieldOf(stored, field);
  if (!(value instanceof Secret)) return { runInput, isPathKnown: true };
  const reading = readCallback(value);
  const fault = storedPathFault(reading);
  if (fault !== undefined && settings.mode !== 'destroy')
    throw new InputErrors([{ where: `what is stored in ${name}`, key: CALLBACK_VARIABLE, text: fault }]);
  if (reading.path === undefined) return { runInput, isPathKnown: true };
  const kept = { ...urls, callback: `${urls.origin}${reading.path}` };
  const isSecret = classify('', new Secret(kept.callback)).class === 'secret';
  if (settings.mode !== 'destroy' && isSecret)
    throw new InputErrors([
      {
        where: `what is stored in ${name}`,
        key: CALLBACK_VARIABLE,
        text: 'its path holds a secret, which Auth0 and browsers would show. Set callback-path in the configuration file to the path that the application serves, and rotate the secret',
      },
    ]);
  // A value that was stored encrypted is never printed, not even in part.
  if (isSecret || stored === undefined || fieldOf(stored, 'type') !== 'String')
    masks.hide(new Secret(kept.callback), CALLBACK_VARIABLE, false);
  return {
    runInput: { ...runInput, urls: kept, desired: replaceCallback(desired, settings, kept) },
    isPathKnown: true,
  };
}

/** The URLs that `follow` removes depend on the existing callback. */
export function desiredAuth0(
  { runInput, isPathKnown }: ResolvedCallback,
  observation: Observation,
  before: Before,
): DesiredResource[] {
  const { settings, auth0, urls } = runInput;
  if (auth0 === undefined || urls === undefined || settings.auth0 === undefined) return [];
  const previous = storedValue(observation['AWS::SSM::Parameter'].get(callbackParameter(settings)));
  const earlier = before instanceof Unreadable ? undefined : before;
  const existing = existingUrls(auth0, observation);
  return [desiredApplication(settings.auth0, urls, previous, earlier, existing, isPathKnown)];
}

type Before = Field | Unreadable;

/**
 * A run that ended between the write of the parameter and the update of Auth0 left the old URL there. Only the
 * history of the parameter has it. It is read if `follow` finds the new callback in place already.
 */
export async function callbackBefore(
  { settings, auth0, urls }: RunInput,
  providers: Providers,
  observation: Observation,
): Promise<Before> {
  if (auth0 === undefined || urls === undefined || settings.auth0?.urls !== 'follow') return undefined;
  const stored = observation['AWS::SSM::Parameter'].get(callbackParameter(settings));
  if (stored === undefined || stored instanceof Unreadable) return undefined;
  if (!isCallbackOf(urls, stored.fields.value)) return undefined;
  try {
    return await providers['AWS::SSM::Parameter'].previousValue(stored);
  } catch (error) {
    return new Unreadable(error);
  }
}

export function storedValue(parameter: ReturnType<Observation['AWS::SSM::Parameter']['get']>) {
  return parameter === undefined || parameter instanceof Unreadable ? undefined : parameter.fields.value;
}

/** A list holds the callbacks of several addresses, and AWS and Auth0 do not say which one is old: all of them stay. */
export function remarksOnList(
  { auth0, mode, prefix }: Settings,
  observation: Observation,
  before: Before = undefined,
): string[] {
  if (auth0 === undefined || (auth0.urls !== 'follow' && mode !== 'destroy')) return [];
  const name = callbackParameter({ prefix });
  const values = [storedValue(observation['AWS::SSM::Parameter'].get(name)), before];
  const counts = values.map((value) => (value instanceof Secret ? readCallback(value).count : 0));
  const count = Math.max(...counts);
  if (count < 2) return [];
  const what = mode === 'destroy' ? 'the run' : 'auth0-urls: follow';
  return [
    `${name} held a list of ${count} URLs, so ${what} removes none of them from Auth0; remove unused URLs in the Auth0 dashboard`,
  ];
}

/** The setting overrides the stored value. Set by mistake, it makes sign-in end in 404. */
function remarksOnPath({ auth0, prefix }: Settings, observation: Observation): string[] {
  const setting = auth0?.callbackPath;
  if (setting === undefined || auth0?.urls === 'remove') return [];
  const name = callbackParameter({ prefix });
  const value = storedValue(observation['AWS::SSM::Parameter'].get(name));
  const paths = value instanceof Secret ? readCallback(value).paths : [];
  if (paths.length === 0 || paths.includes(setting.value)) return [];
  return [
    `${name} held another path than callback-path (${setting.where}${setting.line === undefined ? '' : ` line ${setting.line}`}), which is ${setting.value}. If the application serves the path that was stored, remove callback-path`,
  ];
}

/** `follow` removes the URLs that the parameter held before. If the role may not read them, the plan lacks them. */
export function remarksOnCallback(
  { runInput: { settings, auth0, urls }, isPathKnown }: ResolvedCallback,
  observation: Observation,
  before: Before,
): string[] {
  if (auth0 === undefined || urls === undefined) return [];
  const name = callbackParameter(settings);
  const remarks = [...remarksOnList(settings, observation, before), ...remarksOnPath(settings, observation)];
  if (!isPathKnown)
    remarks.push(
      `the path in ${name} could not be read, so the allowed callback URLs of Auth0 are not in this plan. Set callback-path in the configuration file, or let the role read the parameter`,
    );
  if (before instanceof Unreadable)
    remarks.push(
      `what ${name} held before could not be read, so an old URL that an interrupted run left in Auth0 is not in this plan: ${errorText(before.error)}`,
    );
  const callback = observation['AWS::SSM::Parameter'].get(name);
  const isUnread =
    callback !== undefined && !(callback instanceof Unreadable) && callback.metadata.unread === true;
  if (isUnread && settings.auth0?.urls === 'follow')
    remarks.push(
      `${name} may not be read by this role, so what auth0-urls: follow removes from Auth0 is not in this plan`,
    );
  return remarks;
}

export function existingUrls({ name }: NonNullable<RunInput['auth0']>, observation: Observation) {
  const application = observation['Auth0::Application'].get(name);
  return application === undefined || application instanceof Unreadable ? {} : application.fields;
}
