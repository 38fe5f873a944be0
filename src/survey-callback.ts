import type { Asked } from './ask.ts';
import { auth0Wish, callbackParameter, isCallbackOf } from './desired/auth0.ts';
import type { Wish } from './desired/desired.ts';
import { errorText } from './report/failure.ts';
import { type Field, type Resources, Unreadable } from './resources/resource.ts';
import type { Observation } from './resources/rooms.ts';

/** What a run has to know of the callback that is stored, to plan what becomes of it in Auth0. */

/** What `follow` takes out depends on the callback that stands. */
export function auth0Wishes(asked: Asked, observation: Observation, before: Before): Wish[] {
  const { settings, auth0, urls } = asked;
  if (auth0 === undefined || urls === undefined || settings.auth0 === undefined) return [];
  const previous = storedValue(observation['AWS::SSM::Parameter'].get(callbackParameter(settings)));
  const earlier = before instanceof Unreadable ? undefined : before;
  return [auth0Wish(settings.auth0, urls, previous, earlier, standingUrls(auth0, observation))];
}

type Before = Field | Unreadable;

/**
 * A run that ended after the parameter was written and before Auth0 was told left the old URL there, and what it was only
 * the parameter's history tells. It is asked where `follow` finds the new callback in place already.
 */
export async function callbackBefore(
  { settings, auth0, urls }: Asked,
  rooms: Resources,
  observation: Observation,
): Promise<Before> {
  if (auth0 === undefined || urls === undefined || settings.auth0?.urls !== 'follow') return undefined;
  const stored = observation['AWS::SSM::Parameter'].get(callbackParameter(settings));
  if (stored === undefined || stored instanceof Unreadable) return undefined;
  if (!isCallbackOf(urls, stored.fields.value)) return undefined;
  try {
    return await rooms['AWS::SSM::Parameter'].before?.(stored);
  } catch (error) {
    return new Unreadable(error);
  }
}

export function storedValue(parameter: ReturnType<Observation['AWS::SSM::Parameter']['get']>) {
  return parameter === undefined || parameter instanceof Unreadable ? undefined : parameter.fields.value;
}

/** What `follow` takes out is what the parameter held until now: where that may not be read, the plan lacks it. */
export function remarksOnCallback(
  { settings, auth0, urls }: Asked,
  observation: Observation,
  before: Before,
): string[] {
  if (before instanceof Unreadable)
    return [
      `what ${callbackParameter(settings)} held before could not be read, so an old URL that a run which was cut off left in Auth0 is not in this plan: ${errorText(before.error)}`,
    ];
  const callback = observation['AWS::SSM::Parameter'].get(callbackParameter(settings));
  const isUnread =
    callback !== undefined && !(callback instanceof Unreadable) && callback.facts.unread === true;
  if (!isUnread || auth0 === undefined || urls === undefined || settings.auth0?.urls !== 'follow') return [];
  return [
    `${callback.name} may not be read by this role, so what auth0-urls: follow takes out of Auth0 is not in this plan`,
  ];
}

export function standingUrls({ name }: NonNullable<Asked['auth0']>, observation: Observation) {
  const application = observation['Auth0::Application'].get(name);
  return application === undefined || application instanceof Unreadable ? {} : application.fields;
}
