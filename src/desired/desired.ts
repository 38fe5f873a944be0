import type { BundleFields, ParameterFields } from '../model/spec.ts';
import { Secret } from '../secret.ts';
import { repeatedNames } from '../settings/container.ts';
import type { Diagnostics } from '../settings/diagnostics.ts';
import {
  newSecretNameFault,
  parameterNameFault,
  SECRET_BYTES,
  STANDARD_BYTES,
  secretNameFault,
} from '../settings/limits.ts';
import type { Settings } from '../settings/settings.ts';
import { APP_URL } from './app-url.ts';
import { applicationResources, tagFields } from './application.ts';
import type { DesiredResource } from './desired-resource.ts';
import {
  isTypeUnknown,
  type ResolvedDestination,
  refuseCollisions,
  reportEmpty,
  resolveDestination,
} from './destination.ts';
import { idleBundles, idleRules } from './idle-settings.ts';
import { type Destination, type Route, sourceLocation } from './routing.ts';

export interface Desired {
  readonly resources: readonly DesiredResource[];
  readonly destinations: readonly ResolvedDestination[];
  /** Destinations of variables in a store that `only` leaves out. */
  readonly outOfScope: readonly ResolvedDestination[];
}

const none: ReadonlySet<string> = new Set();

/** @returns the specs of all resources of this run; errors are in `notes`. */
export function desire(settings: Settings, routes: readonly Route[], notes: Diagnostics): Desired {
  const all = routes.flatMap((route) =>
    route.destinations.map((destination) => resolveDestination(settings, route, destination)),
  );
  const destinations = all.filter((destination) => isManaged(settings, destination));
  const outOfScope = all.filter((destination) => !destinations.includes(destination));
  refuseCollisions(destinations, notes);
  reportEmpty(settings, destinations, notes);
  for (const idle of [idleRules(settings.rules, routes), idleBundles(settings, all)])
    if (idle !== undefined) notes.notice(idle);
  const { taskDefinition } = settings.reports;
  if (taskDefinition !== undefined)
    for (const text of repeatedNames(taskDefinition, new Set(all.map(({ route }) => route.variable.name))))
      notes.fault({ where: 'input task-definition', text });
  const resources = applicationResources(settings);
  for (const destination of destinations)
    if (destination.destination.store === 'parameter')
      resources.push(parameter(settings, destination, destination.destination.type, notes));
  resources.push(...bundles(settings, destinations, notes));
  return { resources, destinations, outOfScope };
}

/** Auth0 and the callback variable go together: `only: auth0` keeps both in step. */
function isManaged({ only }: Settings, { route, destination }: ResolvedDestination): boolean {
  if (only.has(destination.store === 'parameter' ? 'parameters' : 'secrets')) return true;
  return only.has('auth0') && isAppUrl(route);
}

function isAppUrl({ variable }: Route): boolean {
  return variable.where === APP_URL;
}

function parameter(
  settings: Settings,
  destination: ResolvedDestination,
  type: 'String' | 'SecureString',
  notes: Diagnostics,
): DesiredResource {
  const { name, route, empty } = destination;
  const { variable } = route;
  const wrong = parameterNameFault(name);
  if (wrong !== undefined) notes.fault({ ...sourceLocation(variable), text: wrong });
  const keyed = type === 'SecureString';
  const keyId = settings.kmsKeyId ?? 'alias/aws/ssm';
  const tier = tierOf(settings, variable.value.byteLength);
  // By the size of the value alone: where that is never overwritten, the tier stays as well.
  const isRaised = tier !== undefined && tier !== settings.parameterTier;
  const fields: ParameterFields = {
    value: empty ? undefined : variable.value,
    type,
    tier,
    'key-id': keyed ? keyId : undefined,
    ...tagFields(settings.tags),
  };
  const isDefaultKey = settings.kmsKeyId === undefined;
  return {
    kind: 'AWS::SSM::Parameter',
    spec: { name, fields, metadata: {} },
    defaults: new Set(keyed && isDefaultKey ? ['key-id'] : []),
    guess: route.explicit ? undefined : { variable: variable.name, class: route.class, keyId, isDefaultKey },
    // Without the other variables' sources, a run does not know whether the callback was stored as a secret.
    once: route.once
      ? new Set(isRaised ? ['value', 'tier'] : ['value'])
      : isAppUrl(route) && !settings.only.has('parameters')
        ? new Set(['type'])
        : none,
    closed: none,
    unknown: empty ? new Set(isTypeUnknown(destination) ? ['value', 'type'] : ['value']) : none,
    expected: isExpected(settings, destination),
  };
}

/** In plan and drift a secret may be out of reach (a fork has none), and apply would still create it. */
function isExpected(settings: Settings, { empty, route }: ResolvedDestination): boolean {
  if (!empty) return true;
  return settings.mode !== 'apply' && settings.onEmpty === 'auto' && route.variable.source === 'secrets';
}

/**
 * Auto keeps the existing tier, since a tier cannot be lowered; only size raises it. With Intelligent-Tiering AWS
 * decides, and has no choice above that size: then a notice gives the price in advance.
 */
function tierOf({ parameterTier }: Settings, bytes: number): string | undefined {
  if (parameterTier === 'Standard' || parameterTier === 'Advanced') return parameterTier;
  if (bytes > STANDARD_BYTES) return 'Advanced';
  return parameterTier === 'auto' ? undefined : parameterTier;
}

/** A variable that is a key of a secret. */
type Member = ResolvedDestination & {
  readonly destination: Extract<Destination, { readonly store: 'secret' }>;
};

const isMember = (destination: ResolvedDestination): destination is Member =>
  destination.destination.store === 'secret';

function bundles(
  settings: Settings,
  destinations: readonly ResolvedDestination[],
  notes: Diagnostics,
): DesiredResource[] {
  const byName = new Map<string, Member[]>();
  for (const member of destinations.filter(isMember))
    byName.set(member.name, [...(byName.get(member.name) ?? []), member]);
  return [...byName].map(([name, members]): DesiredResource => {
    const wrong = secretNameFault(name);
    if (wrong !== undefined) notes.fault({ where: 'the secret', key: name, text: wrong });
    const keys: Record<`key:${string}`, Secret> = {};
    const unknown = new Set<string>();
    const once = new Set<string>();
    const sizes: number[] = [];
    let bundle = '';
    for (const { destination, route, empty } of members) {
      const field = `key:${destination.key}` as const;
      bundle = destination.bundle;
      if (empty) unknown.add(field);
      else keys[field] = route.variable.value;
      if (route.once) once.add(field);
      if (!empty)
        sizes.push(new Secret(destination.key).jsonByteLength + route.variable.value.jsonByteLength);
    }
    // Braces, and a colon and a comma for each key: the exact size in bytes of the request.
    const bytes = 1 + Math.max(1, 2 * sizes.length) + sizes.reduce((sum, size) => sum + size, 0);
    if (bytes > SECRET_BYTES) {
      const largest = [...members].sort(
        (a, b) => b.route.variable.value.byteLength - a.route.variable.value.byteLength,
      );
      notes.fault({
        where: 'the secret',
        key: name,
        text: `its ${bytes} bytes are more than the ${SECRET_BYTES} that a secret holds; the largest are ${largest
          .slice(0, 3)
          .map((member) => member.route.variable.name)
          .join(', ')}: send them to another bundle by a rule`,
      });
    }
    const fields: BundleFields = {
      'key-id': settings.kmsKeyId ?? 'alias/aws/secretsmanager',
      ...keys,
      ...tagFields(settings.tags),
    };
    return {
      kind: 'AWS::SecretsManager::Secret',
      spec: { name, fields, metadata: {} },
      defaults: new Set(settings.kmsKeyId === undefined ? ['key-id'] : []),
      once,
      closed: settings.exactBundles.has(bundle) ? new Set(['key:']) : none,
      unknown,
      uncreatable: newSecretNameFault(name),
      expected: members.some((member) => isExpected(settings, member)),
    };
  });
}
