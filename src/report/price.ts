import type { Outcome } from '../plan/apply.ts';
import { ADVANCED_PARAMETER_USD, SECRET_USD } from '../settings/prices.ts';

export interface Price {
  readonly secrets: number;
  readonly advancedParameters: number;
  readonly monthlyUsd: number;
}

/** @returns what those of the resources that stand after the run cost a month, storage and calls apart. */
export function price(outcomes: readonly Outcome[]): Price {
  const standing = new Map(
    outcomes.flatMap(({ change, stands }) =>
      stands === undefined ? [] : [[`${change.kind} ${change.name}`, { change, stands }] as const],
    ),
  );
  let secrets = 0;
  let advancedParameters = 0;
  for (const { change, stands } of standing.values()) {
    if (change.kind === 'AWS::SecretsManager::Secret') secrets += 1;
    if (change.kind === 'AWS::SSM::Parameter' && stands.fields.tier === 'Advanced') advancedParameters += 1;
  }
  const cents = Math.round(100 * (secrets * SECRET_USD + advancedParameters * ADVANCED_PARAMETER_USD));
  return { secrets, advancedParameters, monthlyUsd: cents / 100 };
}
