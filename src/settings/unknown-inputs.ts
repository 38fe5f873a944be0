import type { Diagnostic } from './diagnostics.ts';
import { INPUTS } from './input-names.ts';
import { nearestOf } from './nearest.ts';

/** How the runner passes inputs on: `env-file` is `INPUT_ENV-FILE`. */
const PREFIX = 'INPUT_';

/**
 * An input that `action.yml` does not declare is passed on like any other, and nothing reads it. Names of other tools that
 * begin with `INPUT_` are passed over, unless they are near to one of ours.
 * @param names names of environment variables
 * @returns one warning with the inputs that are most likely misspelt, and what was meant; undefined where there is none
 */
export function unknownInputs(names: readonly string[]): Diagnostic | undefined {
  const declared = new Set(INPUTS.map((name) => `${PREFIX}${name.toUpperCase()}`));
  const found = names.flatMap((name) => {
    const isOther = /^INPUT_[A-Z0-9_. -]+$/.test(name) && !declared.has(name);
    const meant = isOther ? nearestOf(name.slice(PREFIX.length), INPUTS) : undefined;
    return meant === undefined ? [] : [`${name} (did you mean ${meant}?)`];
  });
  if (found.length === 0) return undefined;
  return {
    where: 'inputs',
    text: `the action has no such inputs, so their values are not used: ${found.sort().join(', ')}`,
  };
}
