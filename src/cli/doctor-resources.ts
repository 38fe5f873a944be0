import { AwsError } from '../clients/errors.ts';
import { Kms, type KmsKey } from '../clients/iam.ts';
import { PERMISSIONS } from '../clients/permissions.ts';
import type { DesiredResource } from '../desired/desired-resource.ts';
import { KINDS } from '../kinds/kinds.ts';
import { ADOPTED, CREATED, OWNER_FIELD } from '../model/ownership.ts';
import { fieldOf, type Kind, SHARED_KINDS, type Spec, Unreadable } from '../model/spec.ts';
import { countParameters } from '../providers/parameter-listing.ts';
import { noNames, observe, openProviders } from '../providers/providers.ts';
import { findUnconfigured } from '../providers/unconfigured.ts';
import { repositoryOptions } from '../reconcile.ts';
import { managedSettings } from '../settings/application.ts';
import { STANDARD_PARAMETERS } from '../settings/limits.ts';
import { type Check, doubtful, failed, passed, shellQuote } from './check.ts';
import { checkCalls } from './doctor-permissions.ts';
import type { CheckedRoles, RoleScope } from './doctor-roles.ts';
import { errorInWords } from './errors.ts';
import { isMatched, listOf, statementsOf, UnreadablePolicyError } from './trust-policy.ts';

/** Checks what exists under the configured names, the quota of parameters, and the KMS key. */
export async function checkResources(scope: RoleScope, roles: CheckedRoles): Promise<Check[]> {
  const read = await readExisting(scope);
  const desired = scope.runInput?.desired.resources ?? [];
  return [
    ...(roles.isSimulated ? [] : checkOwnCalls(read.errors, roles)),
    ...checkOwnership(desired, read.existing, scope.settings.adopt),
    ...(await checkParameterQuota(scope, read.existing)),
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

async function checkParameterQuota(
  { settings, runInput, account }: RoleScope,
  existing: readonly Existing[],
): Promise<Check[]> {
  if (!settings.only.has('parameters')) return [];
  const taken = new Set(existing.map(({ name }) => name));
  const added = (runInput?.desired.resources ?? []).filter(
    ({ kind, spec }) => kind === 'AWS::SSM::Parameter' && !taken.has(spec.name),
  );
  try {
    return [
      checkQuota(
        await countParameters(account.connection, account.context, STANDARD_PARAMETERS),
        added.length,
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

/** A configured name, and the resource that has it. */
interface Existing {
  readonly kind: Kind;
  readonly name: string;
  readonly found: Spec | Unreadable;
}

/** Checks whether existing resources with configured names may be written. */
function checkOwnership(
  desired: ReadonlyArray<Pick<DesiredResource, 'kind'> & { readonly spec: { readonly name: string } }>,
  existing: readonly Existing[],
  adopts: boolean,
): Check[] {
  const checks: Check[] = [];
  const adopted: string[] = [];
  for (const { kind, name, found } of existing) {
    if (found instanceof Unreadable) continue;
    const owner = found.metadata.ownedBy;
    const tag = fieldOf(found, OWNER_FIELD);
    const what = `The ${KINDS[kind].noun} ${name}`;
    if (owner !== undefined)
      checks.push(
        failed(
          'ownership',
          `${what} exists and belongs to ${owner}`,
          'Choose another name or prefix, or leave it out of the configuration with a rule that has to: ignore',
        ),
      );
    else if (found.metadata.unusable !== undefined)
      checks.push(
        failed('ownership', `${what}: ${found.metadata.unusable}`, 'Choose another bundle or prefix'),
      );
    else if (tag !== CREATED && tag !== ADOPTED) adopted.push(name);
  }
  if (adopted.length > 0)
    checks.push(
      adopts
        ? doubtful(
            'ownership',
            `${adopted.length} resources exist without the tag managed-by, and apply adopts them: ${adopted.join(', ')}`,
          )
        : failed(
            'ownership',
            `${adopted.length} resources exist without the tag managed-by, and adopt is false: ${adopted.join(', ')}`,
            'Set adopt: true, or choose another prefix',
          ),
    );
  const isClear = checks.every(({ status }) => status === 'ok');
  return isClear && desired.length > 0
    ? [passed('ownership', `All ${desired.length} configured names are free or managed by this tool`)]
    : checks;
}

/** @param added parameters that do not exist yet */
function checkQuota(existing: number, added: number): Check {
  const available = STANDARD_PARAMETERS - existing;
  const text = `Parameter Store has ${existing > STANDARD_PARAMETERS ? `more than ${STANDARD_PARAMETERS}` : existing} standard parameters in this region, and ${STANDARD_PARAMETERS} are allowed by default`;
  const cure =
    'Move some to the Advanced tier with parameter-tier: Advanced, which costs $0.05 a month each, or ask for a higher quota in the Service Quotas console';
  if (added > available) return failed('quota', `${text}. The configuration adds ${added}`, cure);
  if (available - added < STANDARD_PARAMETERS / 20) return doubtful('quota', text, cure);
  return passed(
    'quota',
    `Parameter Store has room: ${existing} of ${STANDARD_PARAMETERS} standard parameters`,
  );
}

export interface KeyFacts {
  /** `kms-key-id`, as it was given. */
  readonly given: string;
  readonly key: KmsKey | undefined;
  /** Undefined where it could not be read. */
  readonly policy: string | undefined;
  readonly account: string;
  /** ARN of the role that the workflow assumes; undefined where it is not known. */
  readonly role: string | undefined;
  /** For `log-group-kms-key-id`: the service that uses the key directly, so its policy must name it. */
  readonly service?: string | undefined;
}

/** Checks whether a key can encrypt, and whether its policy allows the role or the service to use it. */
export function checkKey(facts: KeyFacts): Check[] {
  const { given, key, policy } = facts;
  if (key === undefined)
    return [
      failed(
        'key',
        `There is no KMS key ${given} in this account and region`,
        'aws kms list-aliases --query "Aliases[].[AliasName,TargetKeyId]" --output text',
      ),
    ];
  const id = shellQuote(key.id);
  if (key.state === 'PendingDeletion')
    return [
      failed(
        'key',
        `The KMS key ${given} is scheduled for deletion`,
        `aws kms cancel-key-deletion --key-id ${id} && aws kms enable-key --key-id ${id}`,
      ),
    ];
  if (key.state !== 'Enabled')
    return [
      failed(
        'key',
        `The KMS key ${given} is not enabled (${key.state})`,
        `aws kms enable-key --key-id ${id}`,
      ),
    ];
  const isOther = (actual: string, expected: string) => actual !== '' && actual !== expected;
  if (isOther(key.usage, 'ENCRYPT_DECRYPT') || isOther(key.spec, 'SYMMETRIC_DEFAULT'))
    return [
      failed(
        'key',
        `The KMS key ${given} is no symmetric encryption key (${key.usage}, ${key.spec})`,
        'aws kms create-key --description aws-bootstrap',
      ),
    ];
  const usable = passed('key', `The KMS key ${given} is enabled`);
  if (policy === undefined)
    return [usable, doubtful('key-policy', `The policy of the KMS key ${given} may not be read`)];
  return [usable, checkPolicy(facts, policy, id)];
}

const NEEDED = ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey'];

function checkPolicy({ given, account, role, service }: KeyFacts, policy: string, id: string): Check {
  let statements: ReturnType<typeof statementsOf>;
  try {
    statements = statementsOf(policy);
  } catch (error) {
    if (!(error instanceof UnreadablePolicyError)) throw error;
    return doubtful('key-policy', `The policy of the KMS key ${given} cannot be read: ${error.message}`);
  }
  const isDenied = statements.some(
    (one) => one['Effect'] === 'Deny' && NEEDED.some((action) => covers(one['Action'], action)),
  );
  const allowing = (isWhom: (principal: string) => boolean) =>
    NEEDED.every((action) =>
      statements.some(
        (one) =>
          one['Effect'] === 'Allow' &&
          covers(one['Action'], action) &&
          principalsOf(one['Principal'], service === undefined ? 'AWS' : 'Service').some(isWhom),
      ),
    );
  const isRoot = (principal: string) =>
    principal === '*' || principal === account || principal.endsWith(`::${account}:root`);
  const cure = `aws kms get-key-policy --key-id ${id} --output text # then add a statement for the role and put it back with put-key-policy`;
  if (isDenied)
    return doubtful(
      'key-policy',
      `The policy of the KMS key ${given} denies some of ${NEEDED.join(', ')}`,
      cure,
    );
  if (service !== undefined)
    return allowing((principal) => principal === service || principal === '*')
      ? passed('key-policy', `The policy of the KMS key ${given} lets ${service} use it`)
      : failed(
          'key-policy',
          `The policy of the KMS key ${given} does not let ${service} use it, which encrypts the log group`,
          cure.replace('for the role', `for the service ${service}`),
        );
  if (allowing(isRoot)) return passed('key-policy', `The policy of the KMS key ${given} leaves it to IAM`);
  if (role !== undefined && allowing((principal) => principal === role || isRoot(principal)))
    return passed('key-policy', `The policy of the KMS key ${given} lets ${role} use it`);
  return failed(
    'key-policy',
    `The policy of the KMS key ${given} allows ${NEEDED.join(', ')} neither to the account nor to ${role ?? 'the role'}`,
    cure,
  );
}

function covers(actions: unknown, action: string): boolean {
  return listOf(actions).some((pattern) =>
    isMatched({ text: pattern.toLowerCase(), operator: 'StringLike' }, action.toLowerCase()),
  );
}

function principalsOf(principal: unknown, kind: 'AWS' | 'Service'): string[] {
  if (typeof principal === 'string') return [principal];
  if (typeof principal !== 'object' || principal === null) return [];
  return listOf((principal as Readonly<Record<string, unknown>>)[kind]);
}
