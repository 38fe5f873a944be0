import type { Plan } from '../model/change.ts';

/**
 * A misspelt prefix, or another region, is a new environment like any other: nothing of it stands. Log group and
 * repository say nothing here, since environments share them.
 * @returns whether all parameters and secrets of a plan are still to be made, and none of ours is left over
 */
export function isFirstRun(plan: Plan): boolean {
  const own = plan.filter(
    ({ kind, unwanted }) =>
      unwanted !== true && (kind === 'AWS::SSM::Parameter' || kind === 'AWS::SecretsManager::Secret'),
  );
  // What this action created before and is no longer configured says that the prefix is the right one.
  const isKnown = plan.some(({ unwanted, observed }) => unwanted === true && observed !== undefined);
  return !isKnown && own.length > 0 && own.every(({ action }) => action === 'create');
}
