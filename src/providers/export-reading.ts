import {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  ListTagsForResourceCommand as ListTagsOfLogGroupCommand,
  type LogGroup,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  DescribeRepositoriesCommand,
  ECRClient,
  GetLifecyclePolicyCommand,
  GetRepositoryPolicyCommand,
  ListTagsForResourceCommand as ListTagsOfRepositoryCommand,
} from '@aws-sdk/client-ecr';
import {
  DescribeSecretCommand,
  type DescribeSecretCommandOutput,
  ListSecretsCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import {
  DescribeParametersCommand,
  GetParametersCommand,
  type ParameterMetadata,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { type Connection, clientSettings, prepare } from '../clients/aws.ts';
import { isNamed } from '../clients/errors.ts';
import type {
  ExportedLogGroup,
  ExportedParameter,
  ExportedRepository,
  ExportedSecret,
} from '../model/exported.ts';
import { Secret } from '../secret.ts';
import { chunks, type ProviderContext, sender } from './context.ts';
import { ParameterTags } from './parameter-listing.ts';
import { versionOf } from './secret-versions.ts';
import { ownerByTags, ownerOf, pairs } from './tags.ts';

/** Reads existing resources with all that Terraform compares. Encrypted values are not read. */
export function exportReading(connection: Connection, context: ProviderContext) {
  return {
    logGroup: (name: string) => readLogGroup(connection, context, name),
    repository: (name: string) => readRepository(connection, context, name),
    parameters: (prefix: string) => readParameters(connection, context, prefix),
    secrets: (prefix: string) => readSecrets(connection, context, prefix),
    /** Values of parameters that are not encrypted. */
    values: (names: readonly string[]) => readValues(connection, context, names),
  };
}

async function readLogGroup(
  connection: Connection,
  context: ProviderContext,
  name: string,
): Promise<ExportedLogGroup | undefined> {
  const client = prepare(new CloudWatchLogsClient(clientSettings(connection)), connection);
  const send = sender(context, 'logs');
  let group: LogGroup | undefined;
  let nextToken: string | undefined;
  do {
    const page = await send('DescribeLogGroups', name, 'logs:read', () =>
      client.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: name, limit: 50, nextToken })),
    );
    group = page.logGroups?.find(({ logGroupName }) => logGroupName === name);
    nextToken = page.nextToken;
  } while (group === undefined && nextToken !== undefined);
  const resourceArn = group?.logGroupArn ?? group?.arn?.replace(/:\*$/, '');
  if (group === undefined || resourceArn === undefined) return undefined;
  const answer = await send('ListTagsForResource', name, 'logs:read', () =>
    client.send(new ListTagsOfLogGroupCommand({ resourceArn })),
  );
  const tags = Object.entries(answer.tags ?? {});
  return {
    name,
    tags,
    ownedBy: ownerByTags(tags),
    retention: group.retentionInDays,
    class: group.logGroupClass ?? 'STANDARD',
    keyId: group.kmsKeyId,
    isProtected: group.deletionProtectionEnabled === true,
  };
}

async function readRepository(
  connection: Connection,
  context: ProviderContext,
  name: string,
): Promise<ExportedRepository | undefined> {
  const client = prepare(new ECRClient(clientSettings(connection)), connection);
  const send = sender(context, 'ecr');
  const orNone = async <T>(absent: string, read: Promise<T>): Promise<T | undefined> => {
    try {
      return await read;
    } catch (error) {
      if (isNamed(error, absent)) return undefined;
      throw error;
    }
  };
  const found = await orNone(
    'RepositoryNotFoundException',
    send('DescribeRepositories', name, 'ecr:read', () =>
      client.send(new DescribeRepositoriesCommand({ repositoryNames: [name] })),
    ),
  );
  const repository = found?.repositories?.find(({ repositoryName }) => repositoryName === name);
  if (repository === undefined) return undefined;
  const [listed, lifecycle, policy] = await Promise.all([
    send('ListTagsForResource', name, 'ecr:read', () =>
      client.send(new ListTagsOfRepositoryCommand({ resourceArn: repository.repositoryArn })),
    ),
    orNone(
      'LifecyclePolicyNotFoundException',
      send('GetLifecyclePolicy', name, 'ecr:read', () =>
        client.send(new GetLifecyclePolicyCommand({ repositoryName: name })),
      ),
    ),
    orNone(
      'RepositoryPolicyNotFoundException',
      send('GetRepositoryPolicy', name, 'ecr:read', () =>
        client.send(new GetRepositoryPolicyCommand({ repositoryName: name })),
      ),
    ),
  ]);
  const tags = pairs(listed.tags);
  const filters = repository.imageTagMutabilityExclusionFilters ?? [];
  return {
    name,
    tags,
    ownedBy: ownerByTags(tags),
    mutability: repository.imageTagMutability ?? 'MUTABLE',
    exclusions: filters.map(({ filter }) => filter ?? '').sort(),
    encryption: repository.encryptionConfiguration?.encryptionType ?? 'AES256',
    keyId: repository.encryptionConfiguration?.kmsKey,
    scansOnPush: repository.imageScanningConfiguration?.scanOnPush === true,
    lifecycle: lifecycle?.lifecyclePolicyText,
    policy: policy?.policyText,
  };
}

async function readParameters(
  connection: Connection,
  context: ProviderContext,
  prefix: string,
): Promise<ExportedParameter[]> {
  const client = prepare(new SSMClient(clientSettings(connection)), connection);
  const send = sender(context, 'ssm');
  const parameterTags = new ParameterTags(client, context);
  const found: ParameterMetadata[] = [];
  let NextToken: string | undefined;
  // A page may be empty and still have a next one.
  do {
    const page = await send('DescribeParameters', `what exists below ${prefix}`, 'ssm:describe', () =>
      client.send(
        new DescribeParametersCommand({
          ParameterFilters: [{ Key: 'Path', Option: 'OneLevel', Values: [prefix] }],
          MaxResults: 50,
          NextToken,
        }),
      ),
    );
    found.push(...(page.Parameters ?? []));
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return Promise.all(
    found.map(async (metadata): Promise<ExportedParameter> => {
      const {
        Name: name = '',
        Type,
        Tier,
        KeyId,
        Description,
        AllowedPattern,
        DataType,
        Policies,
      } = metadata;
      const tags = await parameterTags.listTags(name);
      return {
        name,
        tags,
        ownedBy: ownerByTags(tags),
        type: Type ?? 'String',
        tier: Tier ?? 'Standard',
        keyId: KeyId,
        description: Description,
        allowedPattern: AllowedPattern,
        dataType: DataType,
        hasPolicies: (Policies ?? []).length > 0,
      };
    }),
  );
}

async function readValues(
  connection: Connection,
  context: ProviderContext,
  names: readonly string[],
): Promise<ReadonlyMap<string, Secret>> {
  const client = prepare(new SSMClient(clientSettings(connection)), connection);
  const send = sender(context, 'ssm');
  const values = new Map<string, Secret>();
  await Promise.all(
    chunks(names, 10).map(async (group) => {
      const { Parameters = [] } = await send('GetParameters', group.join(', '), 'ssm:read', () =>
        // A value encrypted since the listing returns as ciphertext, and is skipped.
        client.send(new GetParametersCommand({ Names: group, WithDecryption: false })),
      );
      for (const { Name = '', Type, Value } of Parameters)
        if (Type !== 'SecureString' && Value !== undefined) values.set(Name, new Secret(Value));
    }),
  );
  return values;
}

async function readSecrets(
  connection: Connection,
  context: ProviderContext,
  prefix: string,
): Promise<ExportedSecret[]> {
  const client = prepare(new SecretsManagerClient(clientSettings(connection)), connection);
  const send = sender(context, 'secretsmanager');
  const path = `${prefix.slice(1)}/`;
  const names: string[] = [];
  let NextToken: string | undefined;
  do {
    const page = await send('ListSecrets', `what exists below ${prefix}`, 'secretsmanager:read', () =>
      client.send(
        new ListSecretsCommand({ Filters: [{ Key: 'name', Values: [path] }], MaxResults: 100, NextToken }),
      ),
    );
    // The filter matches by prefix alone, capital letters or not.
    for (const { Name = '', DeletedDate } of page.SecretList ?? [])
      if (Name.startsWith(path) && !Name.slice(path.length).includes('/') && DeletedDate === undefined)
        names.push(Name);
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return Promise.all(
    names.map(async (name) =>
      exportedSecret(
        name,
        await send('DescribeSecret', name, 'secretsmanager:read', () =>
          client.send(new DescribeSecretCommand({ SecretId: name })),
        ),
      ),
    ),
  );
}

function exportedSecret(name: string, described: DescribeSecretCommandOutput): ExportedSecret {
  const tags = pairs(described.Tags);
  return {
    name,
    tags,
    ownedBy: ownerOf(described, tags),
    arn: described.ARN ?? '',
    version: versionOf('AWSCURRENT', described),
    description: described.Description,
    keyId: described.KmsKeyId,
    replicas: (described.ReplicationStatus ?? []).map(({ Region = '', KmsKeyId }) => ({
      region: Region,
      keyId: KmsKeyId,
    })),
  };
}
