import {
  EXECUTION,
  PERMISSIONS,
  type Permission,
  type Statement,
  type Target,
} from '../clients/permissions.ts';
import { partsOf } from './console-link.ts';
import type { Run } from './run.ts';

export interface Policy {
  readonly Version: '2012-10-17';
  readonly Statement: readonly Named[];
}
interface Named extends Statement {
  readonly Sid: string;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** The three roles of a deployment. */
export interface Policies {
  /** For mode apply. */
  readonly deployer: Policy;
  /** For modes plan and drift. */
  readonly reader: Policy;
  /** The task execution role of ECS. */
  readonly execution: Policy;
}

/** @returns the least that this configuration needs; undefined where AWS did not tell who calls. */
export function policiesOf(run: Run): Policies | undefined {
  const caller = partsOf(run.caller.arn);
  if (caller === undefined) return undefined;
  const resources = resourcesOf(run, caller.partition, run.caller.account);
  const all = Object.entries(PERMISSIONS).filter(([, { only }]) => isAskedFor(run, only));
  const actions = (wanted: typeof all) =>
    wanted.flatMap(([action, { target, also }]) => [
      { action, target },
      ...(also ?? []).map((other) => ({ action: other, target: PERMISSIONS[other]?.target ?? target })),
    ]);
  return {
    deployer: policy(actions(all), resources, kms(run, caller.partition, 'write')),
    reader: policy(
      actions(all.filter(([, { access }]) => access !== 'write')),
      resources,
      kms(run, caller.partition, 'read'),
    ),
    execution: policy(
      Object.entries(EXECUTION).map(([action, target]) => ({ action, target })),
      resources,
      kms(run, caller.partition, 'read'),
    ),
  };
}

function isAskedFor({ settings }: Run, only: Permission['only']): boolean {
  if (only === 'image') return settings.image !== undefined;
  return only === undefined || settings.repository?.lifecycle !== undefined;
}

type Resources = Readonly<Record<Target, readonly string[]>>;

/**
 * A policy must name what does not stand yet, so these ARNs are written, in the partition and account of the caller.
 * The tail of a secret's ARN is six characters that AWS picks.
 */
function resourcesOf({ settings, desired }: Run, partition: string, account: string): Resources {
  const arn = (service: string, rest: string) =>
    `arn:${partition}:${service}:${settings.region}:${account}:${rest}`;
  const kinds = new Set(desired.placements.map(({ kind }) => kind));
  const group = settings.logGroup?.name;
  const repository = settings.repository?.name;
  return {
    any: ['*'],
    'log-group': group === undefined ? [] : [arn('logs', `log-group:${group}`)],
    'log-streams': group === undefined ? [] : [arn('logs', `log-group:${group}:*`)],
    parameter: kinds.has('AWS::SSM::Parameter') ? [arn('ssm', `parameter${settings.prefix}/*`)] : [],
    secret: kinds.has('AWS::SecretsManager::Secret')
      ? [arn('secretsmanager', `secret:${settings.prefix.slice(1)}/*`)]
      : [],
    repository: repository === undefined ? [] : [arn('ecr', `repository/${repository}`)],
  };
}

const SERVICE_TARGETS: Readonly<Record<string, Target>> = {
  logs: 'log-group',
  ssm: 'parameter',
  secretsmanager: 'secret',
  ecr: 'repository',
};

function policy(
  actions: ReadonlyArray<{ action: string; target: Target }>,
  resources: Resources,
  more: readonly Named[],
): Policy {
  const statements = new Map<string, { action: Set<string>; resource: readonly string[] }>();
  for (const { action, target } of actions) {
    const service = action.split(':')[0] ?? '';
    const resource = resources[target];
    // What this configuration does not touch needs no permission, the calls without a resource included.
    const isTouched = resources[SERVICE_TARGETS[service] ?? 'any'].length > 0;
    if (resource.length === 0 || !isTouched) continue;
    const sid = `${sidOf(service)}${target === 'any' ? 'All' : target === 'log-streams' ? 'Group' : target === 'log-group' ? 'Tags' : ''}`;
    const statement = statements.get(sid) ?? { action: new Set<string>(), resource };
    statement.action.add(action);
    statements.set(sid, statement);
  }
  return {
    Version: '2012-10-17',
    Statement: [
      ...[...statements].map(
        ([Sid, { action, resource }]): Named => ({
          Sid,
          Effect: 'Allow',
          Action: [...action].sort(),
          Resource: resource.length === 1 ? (resource[0] ?? '*') : resource,
        }),
      ),
      ...more,
    ],
  };
}

function sidOf(service: string): string {
  return (
    { logs: 'Logs', ssm: 'Parameters', secretsmanager: 'Secrets', ecr: 'Repository' }[service] ?? 'Other'
  );
}

/** Only a key of one's own needs a statement: the keys that AWS manages let the account's roles in by their own policy. */
function kms({ settings, caller }: Run, partition: string, access: 'read' | 'write'): Named[] {
  const key = settings.kmsKeyId;
  if (key === undefined || key.startsWith('alias/aws/')) return [];
  const host = partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com';
  const alias = /(?:^|:)(alias\/.+)$/.exec(key)?.[1];
  const arn = key.startsWith('arn:')
    ? key
    : `arn:${partition}:kms:${settings.region}:${caller.account}:key/${key}`;
  const through = ['ssm', 'secretsmanager'].map((service) => `${service}.${settings.region}.${host}`);
  const statement = (Sid: string, Action: string[], services: string[]): Named => ({
    Sid,
    Effect: 'Allow',
    Action,
    // An alias is no resource of a key policy: the condition names it.
    Resource: alias === undefined ? arn : '*',
    Condition: {
      StringEquals: { 'kms:ViaService': services },
      ...(alias === undefined ? {} : { 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': alias } }),
    },
  });
  if (access === 'read') return [statement('Key', ['kms:Decrypt'], through)];
  const all = [statement('Key', ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey'], through)];
  if (settings.repository?.kmsKeyId !== undefined)
    all.push(
      statement(
        'KeyOfRepository',
        ['kms:CreateGrant', 'kms:DescribeKey', 'kms:RetireGrant'],
        [`ecr.${settings.region}.${host}`],
      ),
    );
  return all;
}
