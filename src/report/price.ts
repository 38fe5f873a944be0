import type { ResolvedDestination } from '../desired/destination.ts';
import { rowOf } from '../desired/table.ts';
import { costOf, KINDS } from '../kinds/kinds.ts';
import { ADVANCED_PARAMETER_USD } from '../kinds/parameter.ts';
import { SECRET_USD } from '../kinds/secret.ts';
import type { Outcome } from '../model/outcome.ts';
import { NAMES, ORDER, type Spec } from '../model/spec.ts';
import type { Settings } from '../settings/settings.ts';

export interface Price {
  readonly secrets: number;
  readonly advancedParameters: number;
  readonly monthlyUsd: number;
}

/** @returns the monthly price of the existing resources after the run, without storage and calls. */
export function price(outcomes: readonly Outcome[]): Price {
  return priceOf(outcomes, existing);
}

/** @returns the monthly price after all planned changes. */
export function plannedPrice(outcomes: readonly Outcome[]): Price {
  return priceOf(outcomes, (outcome) => {
    const { change, result } = outcome;
    if (result !== 'planned') return existing(outcome);
    return change.action === 'delete' ? undefined : change.desired;
  });
}

/** A resource that is scheduled for deletion costs nothing; a write restores it. */
function existing({ result, after }: Outcome): Spec | undefined {
  return after?.metadata.scheduledForDeletion === true && result !== 'done' ? undefined : after;
}

function priceOf(outcomes: readonly Outcome[], specOf: (outcome: Outcome) => Spec | undefined): Price {
  const specs = new Map(
    outcomes.flatMap((outcome) => {
      const spec = specOf(outcome);
      return spec === undefined ? [] : [[`${outcome.change.kind} ${spec.name}`, spec] as const];
    }),
  );
  const ofKind = (kind: string) =>
    [...specs].flatMap(([key, spec]) => (key.startsWith(`${kind} `) ? spec : []));
  const secrets = ofKind('AWS::SecretsManager::Secret').length;
  const advancedParameters = ofKind('AWS::SSM::Parameter').filter(
    ({ fields }) => fields['tier'] === 'Advanced',
  ).length;
  return { secrets, advancedParameters, monthlyUsd: dollars(secrets, advancedParameters) };
}

function dollars(secrets: number, advancedParameters: number): number {
  return Math.round(100 * (secrets * SECRET_USD + advancedParameters * ADVANCED_PARAMETER_USD)) / 100;
}

/** Another way to store the same variables, and its monthly price. */
export interface Alternative {
  readonly way: string;
  readonly monthlyUsd: number;
}

/**
 * @param planned the price of this configuration
 * @param prefer the setting of this configuration, which is no alternative
 * @returns prices of other ways to store the same variables
 */
export function alternatives(
  destinations: readonly ResolvedDestination[],
  planned: Price,
  prefer: Settings['prefer'],
): Alternative[] {
  const inSecrets = destinations.filter(({ destination, empty }) => destination.store === 'secret' && !empty);
  if (inSecrets.length === 0) return [];
  const variables = new Set(inSecrets.map(({ route }) => route.variable.name));
  // A secret is saved only if each of its rows may be a parameter: a password keeps the bundle, and its price.
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
            way: 'the rows that may be in either store as parameters (prefer: ssm)',
            monthlyUsd: dollars(kept.size + Math.max(0, others), advancedParameters),
          },
        ]),
    {
      way: 'everything as SecureString parameters (by rules), without the rotation of Secrets Manager',
      monthlyUsd: dollars(Math.max(0, others), advancedParameters),
    },
  ];
}

/** @returns a line for each resource that still costs money after a destroy. */
export function leftovers({ prefix, only }: Settings, outcomes: readonly Outcome[]): string[] {
  const lines = outcomes.flatMap((outcome) => {
    const { change, result } = outcome;
    const isGone = change.action === 'delete' && (result === 'done' || result === 'planned');
    const cost = isGone ? undefined : remainingCost(outcome);
    if (cost === undefined) return [];
    const owner = change.unwanted === true && change.observed === undefined ? ' (not ours)' : '';
    return [`still costs money: ${KINDS[change.kind].noun} ${change.name}${owner}: ${cost}`];
  });
  if (lines.length > 0) return lines;
  const all = COSTLY.every((kind) => only.has(NAMES[kind].part));
  return [
    `nothing that costs money is left of ${prefix}${all ? '' : ', as far as this run looked (only)'}; secrets that wait for their deletion cost nothing`,
  ];
}

/** Kinds of which each resource costs money. */
const COSTLY = ORDER.filter((kind) => costOf(kind, { name: '', fields: {}, metadata: {} }) !== undefined);

function remainingCost({ change }: Outcome): string | undefined {
  if (change.unreadable !== undefined) return 'it could not be read, so its cost is not known';
  return costOf(change.kind, change.observed ?? change.desired);
}
