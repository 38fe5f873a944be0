import type { Notes } from '../settings/fault.ts';
import type { Settings } from '../settings/settings.ts';
import type { Variable } from '../settings/variables.ts';
import { type Destination, placeOf, type Route } from './routing.ts';

/** Where a variable ends up: for outputs and reports. */
export interface Placement {
  readonly route: Route;
  readonly destination: Destination;
  readonly kind: 'AWS::SSM::Parameter' | 'AWS::SecretsManager::Secret';
  /** Name of the parameter or of the secret. */
  readonly name: string;
  /** Its value was empty and is left alone. */
  readonly empty: boolean;
}

/** @returns the place of one destination, by its full name. */
export function place(settings: Settings, route: Route, destination: Destination): Placement {
  const empty = route.variable.value.byteLength === 0;
  return destination.store === 'parameter'
    ? {
        route,
        destination,
        kind: 'AWS::SSM::Parameter',
        name: `${settings.prefix}/${destination.segment}`,
        empty,
      }
    : {
        route,
        destination,
        kind: 'AWS::SecretsManager::Secret',
        name: `${settings.prefix.slice(1)}/${destination.bundle}`,
        empty,
      };
}

/** Two variables in one place would overwrite each other at every run. */
export function refuseCollisions(placements: readonly Placement[], notes: Notes): void {
  const taken = new Map<string, string>();
  for (const { name, destination, route } of placements) {
    const spot = destination.store === 'secret' ? `${name} key ${destination.key}` : name;
    const before = taken.get(spot);
    if (before === undefined) taken.set(spot, route.variable.name);
    else
      notes.fault({
        ...placeOf(route.variable),
        text: `it goes to the same place as ${before} (${spot}); give one of the two another key or rule`,
      });
  }
}

/** AWS refuses empty values; whether one is a mistake depends on where it came from. */
export function judgeEmpty(settings: Settings, placements: readonly Placement[], notes: Notes): void {
  const told = new Set<string>();
  for (const { route, empty } of placements) {
    const { variable } = route;
    if (told.has(variable.name)) continue;
    told.add(variable.name);
    if (!empty) {
      tellMissingSecret(settings, variable, notes);
      continue;
    }
    const fails =
      settings.onEmpty === 'fail' ||
      (settings.onEmpty === 'auto' && settings.mode === 'apply' && variable.source === 'secrets');
    if (fails)
      notes.fault({
        ...placeOf(variable),
        text: 'its value is empty (a GitHub secret that does not exist arrives empty); set it, leave the variable out, or set on-empty: skip',
      });
    else
      notes.notice({ ...placeOf(variable), text: 'its value is empty here: what stands is left as it is' });
  }
}

/** Where another place has a default, a misspelt GitHub secret would go unseen. */
function tellMissingSecret({ mode, onEmpty }: Settings, variable: Variable, notes: Notes): void {
  if (variable.emptySecret === undefined || mode !== 'apply' || onEmpty === 'skip') return;
  notes.warn({
    ...placeOf(variable),
    text: `this value is taken, since the one of ${variable.emptySecret} is empty (a GitHub secret that does not exist arrives empty); look at the secret's name, or take the variable out of one of the two`,
  });
}

/** @returns whether nothing settles a parameter's type: of an empty value String is a guess, and what stands knows better. */
export function isTypeUnknown({ empty, route, destination }: Placement): boolean {
  return empty && !route.ruled && destination.store === 'parameter' && destination.type === 'String';
}

/** A bundle that is told to be exact and gets no variable is perhaps not named as in the rule. */
export function tellIdleBundles(settings: Settings, placements: readonly Placement[], notes: Notes): void {
  // A run without any variable says nothing of names.
  if (placements.length === 0) return;
  const filled = new Set(
    placements.flatMap(({ destination }) => (destination.store === 'secret' ? [destination.bundle] : [])),
  );
  for (const name of settings.exactBundles)
    if (!filled.has(name))
      notes.notice({
        where: 'bundles',
        key: name,
        text: 'no variable goes there in this run, so nothing is exact; is it named as in the rule (to: secret/NAME)?',
      });
}
