import type { Secret } from '../secret.ts';
import type { Diagnostics } from '../settings/diagnostics.ts';
import { APP_URL } from './app-url.ts';
import { placeOf, type Route } from './routing.ts';

/**
 * A variable that looks plain may echo one that is secret, as a command line holds a password. What a report would show
 * of it is then hidden. Its type stays: it would hang on the value of another variable, and change back with it.
 * What `app-url` stands for is told to everybody by Auth0, and stays as it is.
 * @param secretIn tells whose hidden text a value holds: a name, never the text
 * @returns the routes; each that holds a secret is shown nowhere, and warned of with the names of both
 */
export function hideContainedSecrets(
  routes: readonly Route[],
  secretIn: (value: Secret) => string | undefined,
  notes: Diagnostics,
): Route[] {
  return routes.map((route) => {
    const { variable, shown, explicit, destinations } = route;
    if (!shown || destinations.length === 0 || variable.where === APP_URL) return route;
    const holder = secretIn(variable.value);
    if (holder === undefined) return route;
    const advice = explicit
      ? ''
      : `, unless a rule says otherwise: { match: ${variable.name}, to: secure-parameter }`;
    notes.warn({
      ...placeOf(variable),
      text: `its value holds that of ${holder}, which is secret, so it is shown in no report; it stays a plain String that everybody with read access sees${advice}`,
    });
    return { ...route, shown: false };
  });
}
