import { APP_URL } from './desired/app-url.ts';
import { classify } from './desired/classify.ts';
import { classifyStored, routesByDestination } from './desired/stored-value.ts';
import type { ListedKind } from './model/spec.ts';
import type { Classify } from './plan/binding.ts';
import type { Disclosure } from './plan/disclosure.ts';
import type { ProviderContext } from './providers/context.ts';
import type { RunInput } from './run-input.ts';
import type { Secret } from './secret.ts';
import { SHORTEST_UNDECIDED } from './settings/masks.ts';
import { filesMayWrite } from './settings/mode.ts';
import type { Settings } from './settings/settings.ts';

/** Facts on the variables of the run, for code that handles their values: in AWS, in the plan, in an approval. */

/** @returns the context of all providers */
export function contextOf(
  runInput: RunInput,
  calls: ProviderContext['calls'],
  clock: ProviderContext['clock'],
  notice: ProviderContext['notice'],
): ProviderContext {
  const { settings, desired, masks } = runInput;
  const routes = routesByDestination(desired, settings.prefix);
  return {
    calls,
    clock,
    tags: settings.tags,
    listedPrefix: listedPrefix(runInput),
    leavesUnread: settings.mode === 'plan' || settings.mode === 'drift',
    mask: (value, place, always = false) => {
      const valueClass = always ? 'secret' : classifyStored(routes.get(place), value);
      if (valueClass === 'secret') masks.hide(value, place);
      else if (valueClass === 'undecided') masks.hide(value, place, false, SHORTEST_UNDECIDED);
    },
    notice,
  };
}

/**
 * @returns a function that masks the URLs of an Auth0 application that certainly hold a secret; other URLs are public
 */
export function urlMask({ masks }: Pick<RunInput, 'masks'>): (url: Secret) => void {
  return (url) => {
    if (classify('', url).certain) masks.hide(url, 'a URL in Auth0', false);
  };
}

/** @returns the disclosure: which values of this plan may be printed */
export function disclosureOf(
  { settings, desired, masks }: RunInput,
  encrypted: ReadonlySet<string>,
  event: string,
): Disclosure {
  return {
    routes: routesByDestination(desired, settings.prefix),
    encrypted,
    isPullRequest: !filesMayWrite(event),
    secretIn: masks.snapshot(),
  };
}

/**
 * Only values that the routing table keeps out of reports are part of an approval. Other hidden values are
 * hidden for a reason, and a value that contains a secret is as secret, wherever it goes.
 */
export function classifier(runInput: RunInput): Classify {
  const routes = routesByDestination(runInput.desired, runInput.settings.prefix);
  const secretIn = runInput.masks.snapshot();
  return (place, value) => {
    const route = routes.get(place);
    return route?.class === 'plain' && !route.shown && secretIn(value) === undefined ? 'plain' : 'secret';
  };
}

type KnownNames = Partial<Record<ListedKind, ReadonlySet<string>>>;

/** A run without variables lists resources even if nothing is pruned: existing ones show that variables are missing. */
export function knownNames({ settings, desired, hasVariables }: RunInput): KnownNames {
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
function listedPrefix(runInput: RunInput): string | undefined {
  const { settings } = runInput;
  const known = settings.mode === 'destroy' ? noneKnown(settings) : knownNames(runInput);
  return known['AWS::SSM::Parameter'] === undefined ? undefined : settings.prefix;
}
