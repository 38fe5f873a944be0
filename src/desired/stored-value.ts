import type { Secret } from '../secret.ts';
import type { ValueClass } from './classification.ts';
import { classify } from './classify.ts';
import type { Route } from './routing.ts';
import { rowOf } from './table.ts';

/**
 * Judges a value that was read from AWS as the new one of its variable is judged.
 * @param route undefined where no variable of this run leads there
 */
export function judgeStored(route: Route | undefined, value: Secret): ValueClass {
  if (route === undefined) return 'secret';
  if (route.class !== 'plain') return route.class;
  const { variable, explicit, shown } = route;
  const judged = classify(rowOf(variable.name) === undefined ? variable.name : '', value).class;
  // The user's word, or the routing table's, is for what was stored before as well.
  const isSaidPlain = explicit || !shown || variable.source === 'variables' || variable.source === 'app-url';
  return judged === 'undecided' && isSaidPlain ? 'plain' : judged;
}
