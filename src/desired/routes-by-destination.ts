import type { Desired } from './desired.ts';
import type { Route } from './routing.ts';
import { rowOf } from './table.ts';

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
