import type { Caller } from '../clients/identity.ts';
import {
  type Condition,
  EXECUTION,
  PERMISSIONS,
  type Permission,
  type PermissionTarget,
  SERVICES,
  type Statement,
  TARGETS,
  type Target,
} from '../clients/permissions.ts';
import { LISTED_KINDS } from '../model/inventory.ts';
import { type Kind, type ListedKind, NAMES, SHARED_KINDS } from '../model/spec.ts';
import { type ApplicationSettings, SHARED_SETTINGS } from '../settings/application.ts';
import type { Settings } from '../settings/settings.ts';
import { partsOf } from './console-link.ts';

export interface Policy {
  readonly Version: '2012-10-17';
  readonly Statement: readonly Named[];
}
export interface Named extends Statement {
  readonly Sid: string;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** Facts that a policy depends on; a run has them. */
export interface Scope {
  readonly caller: Caller;
  readonly settings: Pick<Settings, 'mode' | 'prefix' | 'region' | 'only' | 'allow' | 'kmsKeyId'> & {
    readonly ownership: Pick<Settings['ownership'], 'prune'>;
  } & { readonly [Name in keyof ApplicationSettings]?: { readonly name: string } | undefined } & {
    readonly logGroup: { readonly name: string; readonly kmsKey?: string | undefined } | undefined;
    readonly repository:
      | Pick<NonNullable<Settings['repository']>, 'name' | 'lifecycle' | 'pullAccounts' | 'kmsKeyId'>
      | undefined;
    readonly image: object | undefined;
    readonly referred?: Settings['referred'];
  };
  readonly desired: { readonly destinations: ReadonlyArray<{ readonly kind: Kind }> };
}

/** The three roles of a deployment. */
interface Policies {
  /** For mode apply, with deletions only where this configuration allows them. */
  readonly deployer: Policy;
  /** For modes plan and drift. Without the statements whose Sid ends with Values, a run compares everything but values. */
  readonly reader: Policy;
  /** The task execution role of ECS. */
  readonly execution: Policy;
}

/** @returns the least permissions of this configuration; undefined where the caller is unknown. */
export function policiesOf(scope: Scope): Policies | undefined {
  const caller = partsOf(scope.caller.arn);
  if (caller === undefined) return undefined;
  const resources = resourcesOf(scope, caller.partition, scope.caller.account);
  const listed = listingsOf(scope);
  const readOnly = readOnlyTargets(scope);
  const all = Object.entries(PERMISSIONS).filter(
    ([, { only, access, target }]) =>
      (only === undefined || [only].flat().some((occasion) => has(scope, occasion, access))) &&
      !(access === 'write' && readOnly.has(target)),
  );
  const actions = (permissions: typeof all, part: (access: Permission['access']) => string): Grant[] =>
    permissions.map(([action, { target, access }]) => ({ action, target, part: part(access) }));
  const reading = all.filter(([, { access }]) => access !== 'write');
  return {
    deployer: policy(
      actions(all, () => ''),
      resources,
      listed,
      kms(scope, caller.partition, 'write'),
    ),
    reader: policy(
      actions(reading, (access) => (access === 'value' ? VALUES : '')),
      resources,
      listed,
      kms(scope, caller.partition, 'read', `Key${VALUES}`),
    ),
    execution: policy(
      Object.entries(EXECUTION).map(([action, target]) => ({ action, target, part: '' })),
      resources,
      NO_LISTINGS,
      kms(scope, caller.partition, 'read'),
    ),
  };
}

/** End of the Sid of statements that a drift check without values omits. */
const VALUES = 'Values';

/** Targets that the task definition references and the run does not write. */
function readOnlyTargets({ settings: { referred, repository } }: Scope): ReadonlySet<PermissionTarget> {
  const targets: Array<readonly [isReferred: boolean, ...PermissionTarget[]]> = [
    [referred?.parameters === true, 'parameter'],
    [referred?.secrets === true, 'secret'],
    [referred?.logGroup !== undefined, 'log-group', 'log-streams'],
    [referred?.image !== undefined && repository === undefined, 'repository'],
  ];
  return new Set(targets.flatMap(([isReferred, ...all]) => (isReferred ? all : [])));
}

function has({ settings }: Scope, occasion: Condition, access: Permission['access']): boolean {
  const isEnd = settings.mode === 'destroy';
  switch (occasion) {
    case 'image':
      return settings.image !== undefined || (settings.referred?.image !== undefined && access !== 'write');
    case 'lifecycle':
      return settings.repository?.lifecycle !== undefined;
    case 'log-group-kms-key-id':
      return settings.logGroup?.kmsKey !== undefined;
    case 'pull-accounts':
      return settings.repository?.pullAccounts !== undefined;
    case 'removal':
      return isEnd || settings.ownership.prune === 'delete';
    case 'end':
      return isEnd;
    case 'change-type':
      return settings.allow.has(occasion);
    default:
      return isEnd && settings.allow.has(occasion);
  }
}

/** Undefined for targets that this configuration does not use. */
export type Resources = Readonly<Record<PermissionTarget, string | readonly string[] | undefined>>;

/** @returns the resources of each target */
export function resourcesOf({ settings, desired }: Scope, partition: string, account: string): Resources {
  const arn = (service: string, rest: string) =>
    `arn:${partition}:${service}:${settings.region}:${account}:${rest}`;
  const kinds = new Set(desired.destinations.map(({ kind }) => kind));
  // Orphans are listed in both stores, even if all variables go to one of them.
  const listsOrphans = settings.mode === 'destroy' || (kinds.size > 0 && settings.ownership.prune !== 'off');
  const { referred } = settings;
  const touches = (kind: ListedKind) => {
    const { part } = NAMES[kind];
    return referred?.[part] === true || (settings.only.has(part) && (listsOrphans || kinds.has(kind)));
  };
  const referredNames: Partial<Record<Kind, string | undefined>> = {
    'AWS::Logs::LogGroup': referred?.logGroup,
    'AWS::ECR::Repository': referred?.image?.repository,
  };
  // A kind whose permissions are missing does not compile here.
  const names = new Map<PermissionTarget, string | undefined>([
    ...LISTED_KINDS.map((kind) => [NAMES[kind].ignore, touches(kind) ? settings.prefix : undefined] as const),
    ...SHARED_KINDS.map(
      (kind) => [NAMES[kind].ignore, settings[SHARED_SETTINGS[kind]]?.name ?? referredNames[kind]] as const,
    ),
  ]);
  const resources = ({ kind, resources: of }: Target) => {
    const name = kind === undefined ? '' : names.get(kind);
    return name === undefined ? undefined : of(name, arn);
  };
  return Object.fromEntries(
    Object.entries(TARGETS).map(([target, one]) => [target, resources(one)]),
  ) as Resources;
}

const NO_LISTINGS: ReadonlySet<string> = new Set();

/** A run without variables lists each managed store, to report missing variables. */
function listingsOf({ settings, desired }: Scope): ReadonlySet<string> {
  if (desired.destinations.length > 0) return NO_LISTINGS;
  return new Set([
    ...(settings.only.has('parameters') ? ['ssm:DescribeParameters'] : []),
    ...(settings.only.has('secrets') ? ['secretsmanager:ListSecrets'] : []),
  ]);
}

/** `part` is the end of the Sid of statements that may be omitted. */
interface Grant {
  readonly action: string;
  readonly target: PermissionTarget;
  readonly part: string;
}

/** @param listed calls without a resource that are granted even if the configuration does not use their service */
function policy(
  grants: readonly Grant[],
  resources: Resources,
  listed: ReadonlySet<string>,
  more: readonly Named[],
): Policy {
  const statements = new Map<string, { action: Set<string>; resource: string | readonly string[] }>();
  for (const [service, { word, target: touched }] of Object.entries(SERVICES)) {
    // A service that this configuration does not use needs no permission, not even for calls without a resource.
    const isTouched = resources[touched] !== undefined;
    for (const { action, target, part } of grants) {
      if (!isTouched && !listed.has(action)) continue;
      const resource = resources[target];
      if (resource === undefined || !action.startsWith(`${service}:`)) continue;
      const sid = `${word}${TARGETS[target].part}${part}`;
      const statement = statements.get(sid) ?? { action: new Set<string>(), resource };
      statement.action.add(action);
      statements.set(sid, statement);
    }
  }
  return {
    Version: '2012-10-17',
    Statement: [
      ...[...statements].map(
        ([Sid, { action, resource }]): Named => ({
          Sid,
          Effect: 'Allow',
          Action: [...action].sort(),
          Resource: resource,
        }),
      ),
      ...more,
    ],
  };
}

/** Only a customer managed key needs a statement: the policies of AWS managed keys allow the roles of the account. */
export function kms(
  { settings, caller }: Scope,
  partition: string,
  access: 'read' | 'write',
  sid = 'Key',
): Named[] {
  const key = settings.kmsKeyId;
  if (key === undefined || /(?:^|:)alias\/aws\//.test(key)) return [];
  const host = partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com';
  // An alias cannot be a resource of a policy: a condition names it, and the resource is any key of its account and region.
  const [, place = `arn:${partition}:kms:${settings.region}:${caller.account}`, alias] =
    /^(?:(.+):)?(alias\/.+)$/.exec(key) ?? [];
  const id = alias === undefined ? key : '*';
  const arn = id.startsWith('arn:') ? id : `${place}:key/${id}`;
  const through = ['ssm', 'secretsmanager'].map((service) => `${service}.${settings.region}.${host}`);
  const statement = (
    Sid: string,
    Action: string[],
    services: string[],
    more: Named['Condition'] = {},
  ): Named => ({
    Sid,
    Effect: 'Allow',
    Action,
    Resource: arn,
    Condition: {
      StringEquals: { 'kms:ViaService': services },
      ...(alias === undefined ? {} : { 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': alias } }),
      ...more,
    },
  });
  if (access === 'read') return [statement(sid, ['kms:Decrypt'], through)];
  const all = [statement(sid, ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey'], through)];
  if (settings.repository?.kmsKeyId !== undefined) {
    const byEcr = [`ecr.${settings.region}.${host}`];
    all.push(
      statement('KeyOfRepository', ['kms:DescribeKey', 'kms:RetireGrant'], byEcr),
      // The other two calls lack this condition key, and would be refused with it.
      statement('GrantOfRepository', ['kms:CreateGrant'], byEcr, {
        Bool: { 'kms:GrantIsForAWSResource': 'true' },
      }),
    );
  }
  return all;
}
