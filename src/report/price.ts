import type { Placement } from '../desired/desired.ts';
import { rowOf } from '../desired/table.ts';
import { ADVANCED_PARAMETER_USD } from '../kinds/parameter.ts';
import { SECRET_USD } from '../kinds/secret.ts';
import type { Outcome } from '../model/outcome.ts';
import type { Spec } from '../model/spec.ts';
import type { Settings } from '../settings/settings.ts';

export interface Price {
  readonly secrets: number;
  readonly advancedParameters: number;
  readonly monthlyUsd: number;
}

/** @returns what those of the resources that stand after the run cost a month, storage and calls apart. */
export function price(outcomes: readonly Outcome[]): Price {
  return priceOf(outcomes, existing);
}

/** @returns what it would cost with everything that is planned. */
export function plannedPrice(outcomes: readonly Outcome[]): Price {
  return priceOf(outcomes, (outcome) => {
    const { change, result } = outcome;
    if (result !== 'planned') return existing(outcome);
    return change.action === 'delete' ? undefined : change.desired;
  });
}

/** What waits for its deletion costs nothing; a write restores it. */
function existing({ result, after: stands }: Outcome): Spec | undefined {
  return stands?.metadata.scheduledForDeletion === true && result !== 'done' ? undefined : stands;
}

function priceOf(outcomes: readonly Outcome[], specOf: (outcome: Outcome) => Spec | undefined): Price {
  const standing = new Map(
    outcomes.flatMap((outcome) => {
      const spec = specOf(outcome);
      return spec === undefined ? [] : [[`${outcome.change.kind} ${spec.name}`, spec] as const];
    }),
  );
  const ofKind = (kind: string) =>
    [...standing].flatMap(([key, spec]) => (key.startsWith(`${kind} `) ? spec : []));
  const secrets = ofKind('AWS::SecretsManager::Secret').length;
  const advancedParameters = ofKind('AWS::SSM::Parameter').filter(
    ({ fields }) => fields['tier'] === 'Advanced',
  ).length;
  return { secrets, advancedParameters, monthlyUsd: dollars(secrets, advancedParameters) };
}

function dollars(secrets: number, advancedParameters: number): number {
  return Math.round(100 * (secrets * SECRET_USD + advancedParameters * ADVANCED_PARAMETER_USD)) / 100;
}

/** Another way to keep the same variables, and what it costs a month. */
export interface Alternative {
  readonly way: string;
  readonly monthlyUsd: number;
}

/**
 * @param planned the price of this configuration
 * @param prefer what it prefers: that is no other way
 * @returns what the same variables would cost when they were kept in other ways
 */
export function alternatives(
  destinations: readonly Placement[],
  planned: Price,
  prefer: Settings['prefer'],
): Alternative[] {
  const inSecrets = destinations.filter(({ destination, empty }) => destination.store === 'secret' && !empty);
  if (inSecrets.length === 0) return [];
  const variables = new Set(inSecrets.map(({ route }) => route.variable.name));
  // A secret goes only when each of its rows may go: a password keeps the bundle, and its price.
  const kept = new Set(
    inSecrets.filter(({ route }) => rowOf(route.variable.name)?.either !== true).map(({ name }) => name),
  );
  const bundles = new Set(inSecrets.map(({ name }) => name));
  const others = planned.secrets - bundles.size;
  const { advancedParameters } = planned;
  return [
    {
      way: 'one secret a variable, instead of bundles',
      monthlyUsd: dollars(variables.size + Math.max(0, others), advancedParameters),
    },
    ...(prefer === 'ssm'
      ? []
      : [
          {
            way: 'the rows that may stand in either store as parameters (prefer: ssm)',
            monthlyUsd: dollars(kept.size + Math.max(0, others), advancedParameters),
          },
        ]),
    {
      way: 'everything as SecureString parameters (by rules), without the rotation of Secrets Manager',
      monthlyUsd: dollars(Math.max(0, others), advancedParameters),
    },
  ];
}
