import type { ParameterMetadata } from '@aws-sdk/client-ssm';
import type { Clients } from '../../__tests__/servers/clients.ts';
import { REGION } from '../../__tests__/servers/protocol.ts';

type Tags = Readonly<Record<string, string>>;
type Named<Content> = Readonly<Record<string, Content>>;

/** Everything that exists in an account, of the kinds that this action knows. */
export interface WholeAccount {
  readonly logGroups: Named<{ retention: number | 'never'; class: string; tags: Tags }>;
  readonly parameters: Named<{
    type: string;
    value: string;
    tier: string;
    key: string | undefined;
    version: number;
    tags: Tags;
  }>;
  readonly secrets: Named<{
    /** Undefined where it is scheduled for deletion. */
    value: unknown;
    key: string | undefined;
    version: string | undefined;
    tags: Tags;
  }>;
  readonly repositories: Named<{
    mutability: string;
    encryption: string;
    key: string | undefined;
    lifecycle: unknown;
    tags: Tags;
  }>;
}

export type Content = ReturnType<typeof contentOf>;

const tagsOf = (
  tags: ReadonlyArray<{ Key?: string | undefined; Value?: string | undefined }> | undefined,
): Tags => Object.fromEntries((tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));

async function named<Item, Content>(
  items: readonly Item[],
  nameOf: (item: Item) => string | undefined,
  read: (item: Item, name: string) => Promise<Content>,
): Promise<Named<Content>> {
  const entries = items.map(async (item) => {
    const name = nameOf(item) ?? '';
    return [name, await read(item, name)] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** Reads all of it by the SDK, nothing by the action's own code. */
export async function readWholeAccount({ ssm, secrets, logs, ecr }: Clients): Promise<WholeAccount> {
  const { logGroups = [] } = await logs.describeLogGroups({});
  const { SecretList = [] } = await secrets.listSecrets({ IncludePlannedDeletion: true, MaxResults: 100 });
  const { repositories = [] } = await ecr.describeRepositories({});
  const parameters: ParameterMetadata[] = [];
  let NextToken: string | undefined;
  do {
    const page = await ssm.describeParameters({ NextToken });
    parameters.push(...(page.Parameters ?? []));
    NextToken = page.NextToken;
  } while (NextToken !== undefined);

  return {
    logGroups: await named(
      logGroups,
      ({ logGroupName }) => logGroupName,
      async ({ arn = '', logGroupClass, retentionInDays }) => {
        const resourceArn = arn.replace(/:\*$/, '');
        const { tags = {} } = await logs.listTagsForResource({ resourceArn });
        return { retention: retentionInDays ?? ('never' as const), class: logGroupClass ?? 'STANDARD', tags };
      },
    ),
    parameters: await named(
      parameters,
      ({ Name }) => Name,
      async ({ Tier, KeyId }, Name) => {
        const { Parameter } = await ssm.getParameter({ Name, WithDecryption: true });
        const { TagList } = await ssm.listTagsForResource({ ResourceType: 'Parameter', ResourceId: Name });
        return {
          type: Parameter?.Type ?? '',
          value: Parameter?.Value ?? '',
          tier: Tier ?? '',
          key: KeyId,
          version: Parameter?.Version ?? 0,
          tags: tagsOf(TagList),
        };
      },
    ),
    secrets: await named(
      SecretList,
      ({ Name }) => Name,
      async (_, SecretId) => {
        const { KmsKeyId, Tags, DeletedDate } = await secrets.describeSecret({ SecretId });
        const isThere = DeletedDate === undefined;
        const current = isThere ? await secrets.getSecretValue({ SecretId }) : undefined;
        return {
          value: current?.SecretString === undefined ? undefined : JSON.parse(current.SecretString),
          key: KmsKeyId,
          version: current?.VersionId,
          tags: tagsOf(Tags),
        };
      },
    ),
    repositories: await named(
      repositories,
      ({ repositoryName }) => repositoryName,
      async ({ repositoryArn, imageTagMutability = '', encryptionConfiguration }, repositoryName) => {
        const { tags } = await ecr.listTagsForResource({ resourceArn: repositoryArn });
        const policy = await ecr.getLifecyclePolicy({ repositoryName }).catch(orNone);
        return {
          mutability: imageTagMutability,
          encryption: encryptionConfiguration?.encryptionType ?? '',
          key: encryptionConfiguration?.kmsKey,
          lifecycle: policy && JSON.parse(policy.lifecyclePolicyText ?? ''),
          tags: tagsOf(tags),
        };
      },
    ),
  };
}

/** The same without the numbers of versions, which tell how often something was written. */
export function contentOf(account: WholeAccount) {
  const strip = <Content extends { readonly version: unknown }>(named: Named<Content>) =>
    Object.fromEntries(Object.entries(named).map(([name, { version: _, ...content }]) => [name, content]));
  return { ...account, parameters: strip(account.parameters), secrets: strip(account.secrets) };
}

/** A KMS key, made without a client of KMS, which nothing else needs. @returns its ARN */
export async function createKey(url: string): Promise<string> {
  const scope = `Credential=test/20260101/${REGION}/kms/aws4_request, SignedHeaders=host, Signature=0`;
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'TrentService.CreateKey',
      authorization: `AWS4-HMAC-SHA256 ${scope}`,
    },
    body: '{}',
  });
  const { KeyMetadata } = (await response.json()) as { KeyMetadata: { Arn: string } };
  return KeyMetadata.Arn;
}

function orNone(error: unknown): undefined {
  if (error instanceof Error && error.name === 'LifecyclePolicyNotFoundException') return undefined;
  throw error;
}
