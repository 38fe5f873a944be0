import { AwsError } from '../clients/errors.ts';
import { Kms } from '../clients/kms.ts';
import { PERMISSIONS } from '../clients/permissions.ts';
import type { Kind, Spec } from '../model/spec.ts';
import { SHARED_KINDS, Unreadable } from '../model/spec.ts';
import { countParameters } from '../providers/parameter-count.ts';
import { noNames, observe, openProviders } from '../providers/providers.ts';
import { findUnconfigured } from '../providers/unconfigured.ts';
import { repositoryOptions } from '../reconcile.ts';
import { managedSettings } from '../settings/application.ts';
import { STANDARD_PARAMETERS } from '../settings/limits.ts';
import { type Check, doubtful } from './check.ts';
import { checkOwnership, checkQuota, type Existing } from './doctor-account.ts';
import { checkKey, type KeyFacts } from './doctor-key.ts';
import { checkCalls } from './doctor-permissions.ts';
import type { CheckedRoles, RoleScope } from './doctor-roles.ts';
import { errorInWords } from './errors.ts';

/** Checks what exists under the configured names, the quota of parameters, and the KMS key. */
export async function checkResources(scope: RoleScope, roles: CheckedRoles): Promise<Check[]> {
  const read = await readExisting(scope);
  const desired = scope.runInput?.desired.resources ?? [];
  return [
    ...(roles.isSimulated ? [] : checkOwnCalls(read.errors, roles)),
    ...checkOwnership(desired, read.existing, scope.settings.adopt),
    ...(await checkRoom(scope, read.existing)),
    ...(await checkKeys(scope, roles.role)),
  ];
}

interface Reading {
  readonly existing: readonly Existing[];
  readonly errors: readonly unknown[];
}

/** Makes the calls that a plan makes. */
async function readExisting({ settings, runInput, account }: RoleScope): Promise<Reading> {
  const providers = openProviders(account.connection, account.context, {
    repository: repositoryOptions(settings),
    recoveryDays: settings.ownership.recoveryDays,
    auth0: undefined,
    image: undefined,
  });
  const names = noNames();
  for (const { kind, spec } of runInput?.desired.resources ?? []) names[kind].push(spec.name);
  const add = (kind: Kind, name: string | undefined) => {
    if (name !== undefined && !names[kind].includes(name)) names[kind].push(name);
  };
  for (const kind of SHARED_KINDS) add(kind, managedSettings(kind, settings)?.name);
  names['Auth0::Application'] = [];
  const [found, observation] = await Promise.all([
    findUnconfigured(providers, {
      prefix: settings.prefix,
      known: {
        ...(settings.only.has('parameters') ? { 'AWS::SSM::Parameter': new Set<string>() } : {}),
        ...(settings.only.has('secrets') ? { 'AWS::SecretsManager::Secret': new Set<string>() } : {}),
      },
      readsKeys: false,
    }),
    observe(providers, names),
  ]);
  const existing = Object.entries(observation).flatMap(([kind, specs]): Existing[] =>
    [...(specs as ReadonlyMap<string, Spec | Unreadable>)].map(([name, one]) => ({
      kind: kind as Kind,
      name,
      found: one,
    })),
  );
  const unreadable = existing.flatMap(({ found: one }) => (one instanceof Unreadable ? [one.error] : []));
  return { existing, errors: [...found.failures.map(({ error }) => error), ...unreadable] };
}

function checkOwnCalls(errors: readonly unknown[], { policy }: CheckedRoles): Check[] {
  const denied = errors.flatMap((error) =>
    error instanceof AwsError && error.reason === 'access-denied'
      ? [{ action: error.operation, resource: error.resource }]
      : [],
  );
  const needed = new Set((policy?.Statement ?? []).flatMap(({ Action }) => Action));
  const isWriting = (action: string) => (PERMISSIONS[action]?.access ?? 'write') === 'write';
  const writes = [...needed].filter(isWriting);
  const others = errors.filter((error) => !(error instanceof AwsError && error.reason === 'access-denied'));
  return [
    ...checkCalls(denied, { reads: needed.size - writes.length, writes }),
    ...others.map((error) => doubtful('permissions', errorInWords(error))),
  ];
}

async function checkRoom(
  { settings, runInput, account }: RoleScope,
  existing: readonly Existing[],
): Promise<Check[]> {
  if (!settings.only.has('parameters')) return [];
  const there = new Set(existing.map(({ name }) => name));
  const wanted = (runInput?.desired.resources ?? []).filter(
    ({ kind, spec }) => kind === 'AWS::SSM::Parameter' && !there.has(spec.name),
  );
  try {
    return [
      checkQuota(
        await countParameters(account.connection, account.context, STANDARD_PARAMETERS),
        wanted.length,
      ),
    ];
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return [doubtful('quota', `The parameters of the region could not be counted: ${errorInWords(error)}`)];
  }
}

async function checkKeys(scope: RoleScope, role: string | undefined): Promise<Check[]> {
  const { settings, account, caller } = scope;
  const kms = new Kms(account.connection, account.calls);
  const { kmsKeyId } = settings;
  const logs = settings.logGroup?.kmsKey;
  const host = caller.arn.startsWith('arn:aws-cn:') ? 'amazonaws.com.cn' : 'amazonaws.com';
  return [
    // Every account may use the keys that AWS manages.
    ...(kmsKeyId === undefined || /(?:^|:)alias\/aws\//.test(kmsKeyId)
      ? []
      : await checkOneKey(kms, { given: kmsKeyId, account: caller.account, role })),
    ...(logs === undefined || logs === 'none'
      ? []
      : await checkOneKey(kms, {
          given: logs,
          account: caller.account,
          role,
          service: `logs.${settings.region}.${host}`,
        })),
  ];
}

async function checkOneKey(kms: Kms, facts: Omit<KeyFacts, 'key' | 'policy'>): Promise<Check[]> {
  const { given } = facts;
  try {
    const key = await kms.key(given);
    const policy =
      key === undefined
        ? undefined
        : await kms.policy(key.id).catch((error: unknown) => {
            if (error instanceof AwsError) return undefined;
            throw error;
          });
    return checkKey({ ...facts, key, policy });
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return [doubtful('key', `The KMS key ${given} could not be checked: ${errorInWords(error)}`)];
  }
}
