import type { Diagnostic } from '../settings/diagnostics.ts';
import { nearestOf } from '../settings/nearest.ts';
import { quoted } from '../settings/parse.ts';
import type { Rule } from '../settings/rules.ts';
import type { Settings } from '../settings/settings.ts';
import { APP_URL } from './app-url.ts';
import type { ResolvedDestination } from './destination.ts';
import type { Route } from './routing.ts';

/*
 * Parts of the configuration file that nothing of this run matches: most likely a name was mistyped, or the variable that
 * it was written for did not arrive. A run without variables says nothing of names.
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

/** Of a glob, the letters in front are compared with as many of a name. */
function nameLike(pattern: string, names: readonly string[]): string | undefined {
  const [head = ''] = pattern.split(/[*?[{(!,]/, 1);
  if (head === pattern) return nearestOf(pattern, names);
  if (head.length < SHORTEST_HEAD) return undefined;
  return names.find((name) =>
    [-1, 0, 1].some((more) => nearestOf(head, [name.slice(0, head.length + more)]) !== undefined),
  );
}

/** Fewer letters begin too many names. */
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
