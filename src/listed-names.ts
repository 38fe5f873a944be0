import { APP_URL } from './desired/app-url.ts';
import type { ListedKind } from './model/spec.ts';
import type { RunInput } from './run-input.ts';
import type { Settings } from './settings/settings.ts';

type Known = Partial<Record<ListedKind, ReadonlySet<string>>>;

/** A run that was given no variable looks whether it should have been, also where nothing is pruned. */
export function knownNames({ settings, desired, hasVariables }: RunInput): Known {
  const { destinations, outOfScope } = desired;
  const isRouted = [...destinations, ...outOfScope].some(({ route }) => route.variable.where !== APP_URL);
  if (hasVariables && (settings.ownership.prune === 'off' || !isRouted)) return {};
  const known = noneKnown(settings);
  for (const { kind, name } of destinations) known[kind]?.add(name);
  return known;
}

/** The names of each managed kind below the prefix; in a run without names, all resources are orphans. */
export function noneKnown({ only }: Settings): Partial<Record<ListedKind, Set<string>>> {
  return {
    ...(only.has('parameters') ? { 'AWS::SSM::Parameter': new Set<string>() } : {}),
    ...(only.has('secrets') ? { 'AWS::SecretsManager::Secret': new Set<string>() } : {}),
  };
}

/** @returns the prefix below which this run lists parameters to find orphans; undefined if it does not */
export function listedPrefix(runInput: RunInput): string | undefined {
  const { settings } = runInput;
  const known = settings.mode === 'destroy' ? noneKnown(settings) : knownNames(runInput);
  return known['AWS::SSM::Parameter'] === undefined ? undefined : settings.prefix;
}
