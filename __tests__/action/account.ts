import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  DescribeLogGroupsCommand,
  ListTagsLogGroupCommand,
  PutRetentionPolicyCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  CreateRepositoryCommand,
  DescribeRepositoriesCommand,
  ECRClient,
  ListTagsForResourceCommand as ListEcrTags,
} from '@aws-sdk/client-ecr';
import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import {
  DescribeParametersCommand,
  GetParametersCommand,
  ListTagsForResourceCommand,
  PutParameterCommand,
  RemoveTagsFromResourceCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import type { AwsServer } from '../servers/aws.ts';
import { type ActionOptions, type ActionRun, runAction } from './run.ts';

export { ARTICLE_CANARIES as CANARIES, ARTICLE_ENV as SEED } from '../seed.ts';

type Tags = Record<string, string>;
const list = (tags: Tags) => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
const map = (tags: ReadonlyArray<{ Key?: string | undefined; Value?: string | undefined }> = []) =>
  Object.fromEntries(tags.map(({ Key = '', Value = '' }) => [Key, Value]));

/** The account behind a server, looked into and changed past the action, as somebody else would. */
export function account(aws: AwsServer, prefix = '/papyrus/prd') {
  const settings = {
    endpoint: aws.motoUrl,
    region: 'us-west-2',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  };
  const ssm = new SSMClient(settings);
  const secrets = new SecretsManagerClient(settings);
  const logs = new CloudWatchLogsClient(settings);
  const ecr = new ECRClient(settings);
  return {
    step: (inputs: Record<string, string>, more: ActionOptions = {}): Promise<ActionRun> =>
      runAction({ inputs: { prefix, ...inputs }, env: aws.env(), ...more }),

    /** Names of parameters, all of them. */
    async parameters(): Promise<string[]> {
      const names: string[] = [];
      let NextToken: string | undefined;
      do {
        const page = await ssm.send(new DescribeParametersCommand({ MaxResults: 50, NextToken }));
        names.push(...(page.Parameters ?? []).flatMap(({ Name }) => Name ?? []));
        NextToken = page.NextToken;
      } while (NextToken !== undefined);
      return names.sort();
    },
    async parameter(name: string) {
      const { Parameters = [] } = await ssm.send(
        new GetParametersCommand({ Names: [name], WithDecryption: true }),
      );
      const { TagList } = await ssm
        .send(new ListTagsForResourceCommand({ ResourceType: 'Parameter', ResourceId: name }))
        .catch(() => ({ TagList: [] }));
      const [found] = Parameters;
      return found && { value: found.Value, type: found.Type, version: found.Version, tags: map(TagList) };
    },
    putParameter: (
      Name: string,
      tags: Tags = {},
      Value = 'stood before',
      Type: 'String' | 'SecureString' = 'String',
    ) => ssm.send(new PutParameterCommand({ Name, Value, Type, Tags: list(tags) })),
    untagParameter: (ResourceId: string, TagKeys: string[]) =>
      ssm.send(new RemoveTagsFromResourceCommand({ ResourceType: 'Parameter', ResourceId, TagKeys })),

    /** Names of secrets that are not scheduled for deletion. */
    async secrets(): Promise<string[]> {
      const { SecretList = [] } = await secrets.send(new ListSecretsCommand({ MaxResults: 100 }));
      return SecretList.flatMap(({ Name }) => Name ?? []).sort();
    },
    async secret(SecretId: string) {
      const found = await secrets.send(new DescribeSecretCommand({ SecretId })).catch(() => undefined);
      if (found === undefined) return undefined;
      const value = await secrets.send(new GetSecretValueCommand({ SecretId })).catch(() => undefined);
      return {
        tags: map(found.Tags),
        deleted: found.DeletedDate,
        value: value?.SecretString === undefined ? undefined : JSON.parse(value.SecretString),
      };
    },
    /** Writes keys into a secret beside those that it has. */
    async putSecret(SecretId: string, keys: object) {
      const { SecretString = '{}' } = await secrets.send(new GetSecretValueCommand({ SecretId }));
      const value = JSON.stringify({ ...JSON.parse(SecretString), ...keys });
      await secrets.send(new PutSecretValueCommand({ SecretId, SecretString: value }));
    },
    createSecret: (Name: string, tags: Tags = {}, value: object = { stood: 'before' }) =>
      secrets.send(new CreateSecretCommand({ Name, SecretString: JSON.stringify(value), Tags: list(tags) })),

    async logGroup(name: string) {
      const { logGroups = [] } = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: name }));
      const found = logGroups.find(({ logGroupName }) => logGroupName === name);
      if (found === undefined) return undefined;
      const { tags } = await logs.send(new ListTagsLogGroupCommand({ logGroupName: name }));
      return { retention: found.retentionInDays, tags };
    },
    createLogGroup: (logGroupName: string) => logs.send(new CreateLogGroupCommand({ logGroupName })),
    setRetention: (logGroupName: string, retentionInDays: number) =>
      logs.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays })),

    async repository(name: string) {
      const { repositories = [] } = await ecr
        .send(new DescribeRepositoriesCommand({ repositoryNames: [name] }))
        .catch(() => ({ repositories: [] }));
      const arn = repositories[0]?.repositoryArn;
      if (arn === undefined) return undefined;
      return { tags: map((await ecr.send(new ListEcrTags({ resourceArn: arn }))).tags) };
    },
    createRepository: (repositoryName: string) => ecr.send(new CreateRepositoryCommand({ repositoryName })),
  };
}
export type Account = ReturnType<typeof account>;
