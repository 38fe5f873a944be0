import type { Notes } from '../settings/fault.ts';
import type { Classify } from './classification.ts';
import { type Route, type RoutingSettings, route } from './routing.ts';
import { rowOf } from './table.ts';

/**
 * A bundle in which no key is a secret would cost $0.40 a month for nothing: its rows may stand in either store, and become
 * parameters. One that a rule sends a variable to is made, since that was asked for.
 * @returns the routes, those of idle bundles as with `prefer: ssm`
 */
export function avoidIdleBundles(
  routes: readonly Route[],
  settings: RoutingSettings,
  notes: Notes,
  classify: Classify,
): readonly Route[] {
  const worthwhile = new Set(
    routes.flatMap(({ destinations, ruled, class: of }) =>
      destinations.flatMap((place) =>
        place.store === 'secret' && (ruled || of === 'secret') ? place.bundle : [],
      ),
    ),
  );
  const isIdle = ({ destinations, ruled, variable }: Route) =>
    !ruled &&
    rowOf(variable.name)?.either === true &&
    destinations.some((place) => place.store === 'secret' && !worthwhile.has(place.bundle));
  return routes.map((each) =>
    isIdle(each) ? route(each.variable, { ...settings, prefer: 'ssm' }, notes, classify) : each,
  );
}
