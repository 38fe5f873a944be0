import type { Diagnostic, Diagnostics } from '../settings/diagnostics.ts';
import { nearestOf } from '../settings/nearest.ts';
import { quoted } from '../settings/parse.ts';
import type { Rule } from '../settings/rules.ts';
import type { Settings } from '../settings/settings.ts';
import { APP_URL } from './app-url.ts';
import type { ResolvedDestination } from './destination.ts';
import { type Classify, type Route, type RoutingSettings, route } from './routing.ts';
import { rowOf } from './table.ts';

/*
 * Parts of the configuration file that match nothing of this run: most likely a name is misspelt, or its variable did not
 * arrive. A run without variables reports none.
 */

/** @returns one notice with the rules that match none of the variables, and the variable that each may mean */
export function idleRules(rules: readonly Rule[], routes: readonly Route[]): Diagnostic | undefined {
  const names = routes.flatMap(({ variable }) => (variable.where === APP_URL ? [] : [variable.name]));
  if (names.length === 0) return undefined;
  const idle = rules.filter(({ matches }) => !routes.some(({ variable }) => matches(variable.name)));
  return collected(
    'rules',
    'match no variable of this run',
    idle.map(({ pattern }) => meaning(`"${pattern}"`, nameLike(pattern, names))),
  );
}

/** The letters before the first sign of a glob are compared with as many of a name. */
function nameLike(pattern: string, names: readonly string[]): string | undefined {
  const [head = ''] = pattern.split(/[*?[{(!,]/, 1);
  if (head === pattern) return nearestOf(pattern, names);
  if (head.length < SHORTEST_HEAD) return undefined;
  return names.find((name) =>
    [-1, 0, 1].some((more) => nearestOf(head, [name.slice(0, head.length + more)]) !== undefined),
  );
}

/** Too many names begin with fewer letters. */
const SHORTEST_HEAD = 4;

/** @returns one notice with the entries of `bundles` to which no variable goes */
export function idleBundles(
  { bundles }: Pick<Settings, 'bundles'>,
  destinations: readonly ResolvedDestination[],
): Diagnostic | undefined {
  if (destinations.length === 0) return undefined;
  const filled = new Set(
    destinations.flatMap(({ destination }) => (destination.store === 'secret' ? [destination.bundle] : [])),
  );
  const idle = bundles.filter((name) => !filled.has(name));
  return collected(
    'bundles',
    'get no variable in this run',
    idle.map((name) => meaning(quoted(name), nearestOf(name, filled))),
  );
}

function meaning(written: string, meant: string | undefined): string {
  return meant === undefined ? written : `${written} (did you mean ${meant}?)`;
}

function collected(where: string, what: string, names: readonly string[]): Diagnostic | undefined {
  return names.length === 0 ? undefined : { where, text: `these ${what}: ${names.join(', ')}` };
}

/**
 * A bundle in which no key is a secret would cost $0.40 a month for nothing: its rows fit either store, and become
 * parameters. A bundle that a rule names is created, since the user configured it.
 * @returns the routes, those of idle bundles as with `prefer: ssm`
 */
export function avoidIdleBundles(
  routes: readonly Route[],
  settings: RoutingSettings,
  notes: Diagnostics,
  classify: Classify,
): readonly Route[] {
  const worthwhile = new Set(
    routes.flatMap(({ destinations, explicit, class: of }) =>
      destinations.flatMap((place) =>
        place.store === 'secret' && (explicit || of === 'secret') ? place.bundle : [],
      ),
    ),
  );
  const isIdle = ({ destinations, explicit, variable }: Route) =>
    !explicit &&
    rowOf(variable.name)?.either === true &&
    destinations.some((place) => place.store === 'secret' && !worthwhile.has(place.bundle));
  return routes.map((each) =>
    isIdle(each) ? route(each.variable, { ...settings, prefer: 'ssm' }, notes, classify) : each,
  );
}
