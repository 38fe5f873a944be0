import type { Plan } from '../model/change.ts';

/**
 * A misspelt prefix, or another region, looks like a new environment: nothing exists. Log group and repository prove
 * nothing, since environments share them.
 * @returns whether the plan creates all parameters and secrets, and has no orphans
 */
export function isFirstRun(plan: Plan): boolean {
  const own = plan.filter(
    ({ kind, unwanted }) =>
      unwanted !== true && (kind === 'AWS::SSM::Parameter' || kind === 'AWS::SecretsManager::Secret'),
  );
  // An orphan that this action created proves that the prefix is right.
  const isKnown = plan.some(({ unwanted, observed }) => unwanted === true && observed !== undefined);
  return !isKnown && own.length > 0 && own.every(({ action }) => action === 'create');
}
