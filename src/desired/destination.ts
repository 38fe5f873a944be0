import type { Diagnostics } from '../settings/diagnostics.ts';
import type { Settings } from '../settings/settings.ts';
import type { Variable } from '../settings/variable.ts';
import { type Destination, type Route, sourceLocation } from './routing.ts';

/** The final destination of a variable, for outputs and reports. */
export interface ResolvedDestination {
  readonly route: Route;
  readonly destination: Destination;
  readonly kind: 'AWS::SSM::Parameter' | 'AWS::SecretsManager::Secret';
  /** Name of the parameter or of the secret. */
  readonly name: string;
  /** Its value was empty and is left alone. */
  readonly empty: boolean;
}

/** @returns one destination, by its full name. */
export function resolveDestination(
  settings: Settings,
  route: Route,
  destination: Destination,
): ResolvedDestination {
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

/** Two variables with one destination would overwrite each other at every run. */
export function refuseCollisions(destinations: readonly ResolvedDestination[], notes: Diagnostics): void {
  const taken = new Map<string, string>();
  for (const { name, destination, route } of destinations) {
    const spot = destination.store === 'secret' ? `${name} key ${destination.key}` : name;
    const before = taken.get(spot);
    if (before === undefined) taken.set(spot, route.variable.name);
    else
      notes.fault({
        ...sourceLocation(route.variable),
        text: `it has the same destination as ${before} (${spot}); give one of the two another key or rule`,
      });
  }
}

/** AWS refuses empty values; whether one is a mistake depends on its source. */
export function reportEmpty(
  settings: Settings,
  destinations: readonly ResolvedDestination[],
  notes: Diagnostics,
): void {
  const seen = new Set<string>();
  const empty: Variable[] = [];
  const instead: Variable[] = [];
  for (const destination of destinations) {
    const { variable } = destination.route;
    if (seen.has(variable.name)) continue;
    seen.add(variable.name);
    if (!destination.empty) {
      if (isSecretMissing(settings, variable)) instead.push(variable);
      continue;
    }
    const fails =
      settings.onEmpty === 'fail' ||
      (settings.onEmpty === 'auto' && settings.mode === 'apply' && variable.source === 'secrets');
    if (fails)
      notes.fault({
        ...sourceLocation(variable),
        text: 'its value is empty (a GitHub secret that does not exist arrives empty); set it, leave the variable out, or set on-empty: skip',
      });
    else empty.push(variable);
  }
  const [first, ...others] = empty;
  if (first !== undefined)
    notes.notice(
      others.length === 0
        ? { ...sourceLocation(first), text: 'its value is empty here, and what exists is left as it is' }
        : {
            where: 'variables',
            text: `${empty.length} values are empty here, and what exists is left as it is: ${namesOf(empty)}`,
          },
    );
  const [lone, ...more] = instead;
  if (lone !== undefined)
    notes.warn(
      more.length === 0
        ? {
            ...sourceLocation(lone),
            text: `this value is used, since the one of ${lone.emptySecret} is empty (a GitHub secret that does not exist arrives empty); check the secret's name, or remove the variable from one of the two`,
          }
        : {
            where: 'variables',
            text: `${instead.length} values of another source are used, since the input secrets gives these names without a value: ${namesOf(instead)}. A GitHub secret that does not exist arrives empty: check the names of the secrets, or remove the variables from one of the two`,
          },
    );
}

/** One annotation for all: GitHub shows ten of each kind. */
function namesOf(variables: readonly Variable[]): string {
  return variables.map(({ name }) => name).join(', ');
}

/** A default in another source would conceal a misspelt GitHub secret. */
function isSecretMissing({ mode, onEmpty }: Settings, { emptySecret }: Variable): boolean {
  return emptySecret !== undefined && mode === 'apply' && onEmpty !== 'skip';
}

/**
 * @returns whether a parameter's type is undecided: for an empty value String is a guess, and the existing type wins.
 */
export function isTypeUnknown({ empty, route, destination }: ResolvedDestination): boolean {
  return empty && !route.explicit && destination.store === 'parameter' && destination.type === 'String';
}
