import type { Desired } from './desired.ts';
import type { Route } from './routing.ts';
import { rowOf } from './table.ts';

/** @returns the route of each variable by where it goes: `/papyrus/prd/AUTH0_DOMAIN`, or `papyrus/prd/db:host` */
export function routesByDestination(
  { destinations, outOfScope }: Pick<Desired, 'destinations' | 'outOfScope'>,
  prefix: string,
): ReadonlyMap<string, Route> {
  return new Map([
    // An old copy in the place of the table is as sensitive as the variable that stands elsewhere by now.
    ...[...destinations, ...outOfScope].flatMap(({ route }) => {
      const row = rowOf(route.variable.name)?.secret;
      return row === undefined ? [] : [[`${prefix.slice(1)}/${row.bundle}:${row.key}`, route] as const];
    }),
    // What a task definition refers to is read there, though the run leaves that store alone.
    ...[...outOfScope, ...destinations].map(
      ({ name, destination, route }) =>
        [destination.store === 'secret' ? `${name}:${destination.key}` : name, route] as const,
    ),
  ]);
}
