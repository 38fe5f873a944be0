import type { Secret } from '../secret.ts';
import type { Notes } from '../settings/fault.ts';
import type { Held } from '../settings/masks.ts';
import { APP_URL } from './app-url.ts';
import { type Destination, placeOf, type Route } from './routing.ts';
import { rowOf } from './table.ts';

/** What is known of the texts that are hidden. */
export interface Hidden {
  /** Tells whose hidden text a value holds. */
  readonly holderOf: (value: Secret) => Held | undefined;
  /** Names of secrets that are no variables of the application. */
  readonly others: ReadonlySet<string>;
}

/**
 * A variable that looks plain may echo one that is secret, as a command line holds a password: then it is no
 * less secret. It is never shown; and no plain String, unless a rule or the table makes it one, the secret is none of the
 * application's, or its text is so short that it may be there by chance.
 * What `app-url` stands for is told to everybody by Auth0, and stays as it is.
 * @returns the routes; each that holds a secret is warned of, with the names of both
 */
export function guardEchoes(routes: readonly Route[], hidden: Hidden, notes: Notes): Route[] {
  return routes.map((route) => {
    const { variable, sensitive, shown, destinations, ruled } = route;
    const isPlain = destinations.some((place) => place.store === 'parameter' && place.type === 'String');
    if (sensitive || !(shown || isPlain) || destinations.length === 0 || variable.where === APP_URL)
      return route;
    const holder = hidden.holderOf(variable.value);
    if (holder === undefined) return route;
    const { of, isChance } = holder;
    const isKept = ruled || isChance || hidden.others.has(of) || rowOf(variable.name) !== undefined;
    const fate = !isPlain
      ? 'so it is not shown'
      : !isKept
        ? `so it becomes a SecureString; a rule says otherwise: { match: ${variable.name}, to: parameter }`
        : ruled
          ? 'and a rule makes it a plain String that everybody with read access sees'
          : `so it is not shown; it stays a plain String, and a rule says otherwise: { match: ${variable.name}, to: secure-parameter }`;
    notes.warn({ ...placeOf(variable), text: `its value holds that of ${of}, which is secret, ${fate}` });
    const guarded = { ...route, sensitive: true, shown: false };
    if (isKept) return guarded;
    return { ...guarded, destinations: destinations.map(secure), reason: `holds the value of ${of}` };
  });
}

function secure(place: Destination): Destination {
  return place.store === 'parameter' ? { ...place, type: 'SecureString' } : place;
}
