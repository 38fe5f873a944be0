import type { Secret } from '../secret.ts';
import type { ValueClass } from './classification.ts';
import { classify } from './classify.ts';
import type { Route } from './routing.ts';
import { rowOf } from './table.ts';

/**
 * Classifies a value that was read from AWS like the new one of its variable.
 * @param route undefined if no variable of this run has this destination
 */
export function judgeStored(route: Route | undefined, value: Secret): ValueClass {
  if (route === undefined) return 'secret';
  if (route.class !== 'plain') return route.class;
  const { variable, explicit, shown } = route;
  const judged = classify(rowOf(variable.name) === undefined ? variable.name : '', value).class;
  // The decision of the user or the routing table also covers previously stored values.
  const isSaidPlain = explicit || !shown || variable.source === 'variables' || variable.source === 'app-url';
  return judged === 'undecided' && isSaidPlain ? 'plain' : judged;
}
