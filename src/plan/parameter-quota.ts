import type { Plan } from '../model/change.ts';
import type { Findings } from '../model/inventory.ts';
import { InputErrors } from '../settings/diagnostics.ts';
import { STANDARD_PARAMETERS } from '../settings/limits.ts';

const KIND = 'AWS::SSM::Parameter';

/**
 * Counts what exists below the prefix and what the plan creates. Parameters elsewhere in the region are not read, so the quota
 * may end earlier. A run that creates nothing is not refused.
 * @param found parameters below the prefix that are not configured
 * @throws InputErrors where the region cannot hold as many standard parameters
 */
export function refuseOverQuota(plan: Plan, found: Findings): void {
  const isStandard = (tier: unknown) => tier === undefined || tier === 'Standard';
  const configured = plan.filter(
    (change) =>
      change.kind === KIND &&
      change.unwanted !== true &&
      isStandard((change.desired ?? change.observed)?.fields.tier),
  );
  const added = configured.filter(({ action }) => action === 'create').length;
  const others = found.unconfigured.filter(
    (resource) => resource.kind === KIND && isStandard(resource.spec.fields.tier),
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
