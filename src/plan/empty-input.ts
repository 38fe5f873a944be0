import { KINDS } from '../kinds/kinds.ts';
import { type Findings, LISTED_KINDS } from '../model/inventory.ts';

import { InputErrors } from '../settings/diagnostics.ts';

/**
 * A GitHub secret that does not exist arrives empty, and the run would do nothing and succeed.
 * @param found existing resources below the prefix, in a run without variables
 * @throws InputErrors if this action created one of them
 */
export function refuseEmptyInput(found: Findings, prefix: string, isTerminal: boolean): void {
  const made = found.unconfigured.filter(({ owner }) => owner === 'made');
  if (made.length === 0) return;
  const counts = LISTED_KINDS.flatMap((kind) => {
    const number = made.filter((resource) => resource.kind === kind).length;
    return number === 0 ? [] : [`${number} ${KINDS[kind].noun}${number === 1 ? '' : 's'}`];
  });
  const existing = counts.join(' and ');
  const cause = isTerminal
    ? 'Add --env-file FILE with the variables.'
    : 'A GitHub secret that does not exist arrives empty: check the name of the secret and the environment of the job.';
  throw new InputErrors([
    {
      where: 'inputs',
      text: `no variable was given, but ${existing} that this action created exist below ${prefix}. ${cause} To run without variables, set only to the parts that you mean, such as "only: auth0" for app-url, or "only: log-group, repository"`,
    },
  ]);
}
