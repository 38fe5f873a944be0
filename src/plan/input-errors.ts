import { KINDS } from '../kinds/kinds.ts';
import type { Plan } from '../model/change.ts';
import { type Findings, LISTED_KINDS } from '../model/inventory.ts';
import { InputErrors } from '../settings/diagnostics.ts';
import { STANDARD_PARAMETERS } from '../settings/limits.ts';

/*
 * Input errors that only the account shows. They end the run before the first write.
 */

/**
 * A GitHub secret that does not exist arrives empty, and the run would do nothing and succeed.
 * @param found existing resources below the prefix, in a run without variables
 * @throws InputErrors if this action created one of them
 */
export function refuseEmptyInput(found: Findings, prefix: string, isTerminal: boolean): void {
  const created = found.unconfigured.filter(({ owner }) => owner === 'created');
  if (created.length === 0) return;
  const counts = LISTED_KINDS.flatMap((kind) => {
    const number = created.filter((resource) => resource.kind === kind).length;
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

const PARAMETER = 'AWS::SSM::Parameter';

/**
 * Counts the existing parameters below the prefix and those that the plan creates. Others of the region are not read, so
 * AWS may refuse earlier. A run that creates nothing is not refused.
 * @param found parameters below the prefix that are not configured
 * @throws InputErrors if they are more than the quota of standard parameters
 */
export function refuseOverQuota(plan: Plan, found: Findings): void {
  const isStandard = (tier: unknown) => tier === undefined || tier === 'Standard';
  const configured = plan.filter(
    (change) =>
      change.kind === PARAMETER && change.unwanted !== true && isStandard(change.desired.fields.tier),
  );
  const added = configured.filter(({ action }) => action === 'create').length;
  const others = found.unconfigured.filter(
    (resource) => resource.kind === PARAMETER && isStandard(resource.spec.fields.tier),
  ).length;
  const total = configured.length + others;
  if (added === 0 || total <= STANDARD_PARAMETERS) return;
  throw new InputErrors([
    {
      where: 'variables',
      text: `${total} standard parameters would exist below the prefix, and Parameter Store holds ${STANDARD_PARAMETERS} in a region and account. Put variables into secrets by rules (to: secret/BUNDLE), or set parameter-tier: Advanced, which costs $0.05 a parameter and month`,
    },
  ]);
}
