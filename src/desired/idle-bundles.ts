import type { Diagnostics } from '../settings/diagnostics.ts';
import type { Classify } from './classification.ts';
import { type Route, type RoutingSettings, route } from './routing.ts';
import { rowOf } from './table.ts';

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
