import type { Secret } from '../secret.ts';
import { classify } from './classify.ts';
import type { Desired } from './desired.ts';
import type { Route, ValueClass } from './routing.ts';
import { rowOf } from './table.ts';

/**
 * Classifies a value that was read from AWS like the new one of its variable.
 * @param route undefined if no variable of this run has this destination
 */
export function classifyStored(route: Route | undefined, value: Secret): ValueClass {
  if (route === undefined) return 'secret';
  if (route.class !== 'plain') return route.class;
  const { variable, explicit, shown } = route;
  const classification = classify(rowOf(variable.name) === undefined ? variable.name : '', value).class;
  // The decision of the user or the routing table also covers previously stored values.
  const isSaidPlain = explicit || !shown || variable.source === 'variables' || variable.source === 'app-url';
  return classification === 'undecided' && isSaidPlain ? 'plain' : classification;
}

/** @returns the route of each variable by its destination: `/papyrus/prd/AUTH0_DOMAIN`, or `papyrus/prd/db:host` */
export function routesByDestination(
  { destinations, outOfScope }: Pick<Desired, 'destinations' | 'outOfScope'>,
  prefix: string,
): ReadonlyMap<string, Route> {
  return new Map([
    // A stale copy at the destination of the routing table is as sensitive as the moved variable.
    ...[...destinations, ...outOfScope].flatMap(({ route }) => {
      const row = rowOf(route.variable.name)?.secret;
      return row === undefined ? [] : [[`${prefix.slice(1)}/${row.bundle}:${row.key}`, route] as const];
    }),
    // References of a task definition are read there, though the run does not manage that store.
    ...[...outOfScope, ...destinations].map(
      ({ name, destination, route }) =>
        [destination.store === 'secret' ? `${name}:${destination.key}` : name, route] as const,
    ),
  ]);
}
