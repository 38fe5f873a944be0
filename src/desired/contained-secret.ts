import type { Secret } from '../secret.ts';
import type { Diagnostics } from '../settings/diagnostics.ts';
import { APP_URL } from './app-url.ts';
import { placeOf, type Route } from './routing.ts';

/**
 * A plain variable may contain a secret one, like a password in a command line. Reports then hide it. Its type stays:
 * otherwise it would depend on the value of another variable. Auth0 publishes the URLs of `app-url`, so they stay
 * readable.
 * @param secretIn returns the variable whose hidden text a value contains: a name, never the text
 * @returns the routes; each that contains a secret is hidden, with a warning that names both
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
