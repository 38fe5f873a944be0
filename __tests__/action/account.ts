import type { AwsServer } from '../servers/aws.ts';
import { connect } from '../servers/clients.ts';
import { type ActionOptions, type ActionRun, runAction } from './run.ts';

export { ARTICLE_CANARIES as CANARIES, ARTICLE_ENV as SEED } from '../seed.ts';

type Tags = Record<string, string>;
const list = (tags: Tags) => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
const map = (tags: ReadonlyArray<{ Key?: string | undefined; Value?: string | undefined }> = []) =>
  Object.fromEntries(tags.map(({ Key = '', Value = '' }) => [Key, Value]));

/** The account behind a server, looked into and changed past the action, as somebody else would. */
export function account(aws: AwsServer, prefix = '/papyrus/prd') {
  const { ssm, secrets, logs, ecr } = connect(aws.motoUrl);
  return {
    step: (inputs: Record<string, string>, more: ActionOptions = {}): Promise<ActionRun> =>
      runAction({ inputs: { prefix, ...inputs }, env: aws.env(), ...more }),

    /** Names of parameters, all of them. */
    async parameters(): Promise<string[]> {
      const names: string[] = [];
      let NextToken: string | undefined;
      do {
        const page = await ssm.describeParameters({ MaxResults: 50, NextToken });
        names.push(...(page.Parameters ?? []).flatMap(({ Name }) => Name ?? []));
        NextToken = page.NextToken;
      } while (NextToken !== undefined);
      return names.sort();
    },
    async parameter(name: string) {
      const { Parameters = [] } = await ssm.getParameters({ Names: [name], WithDecryption: true });
      const { TagList } = await ssm
        .listTagsForResource({ ResourceType: 'Parameter', ResourceId: name })
        .catch(() => ({ TagList: [] }));
      const [found] = Parameters;
      return found && { value: found.Value, type: found.Type, version: found.Version, tags: map(TagList) };
    },
    putParameter: (
      Name: string,
      tags: Tags = {},
      Value = 'existing',
      Type: 'String' | 'SecureString' = 'String',
    ) => ssm.putParameter({ Name, Value, Type, Tags: list(tags) }),
    untagParameter: (ResourceId: string, TagKeys: string[]) =>
      ssm.removeTagsFromResource({ ResourceType: 'Parameter', ResourceId, TagKeys }),

    /** Names of secrets that are not scheduled for deletion. */
    async secrets(): Promise<string[]> {
      const { SecretList = [] } = await secrets.listSecrets({ MaxResults: 100 });
      return SecretList.flatMap(({ Name }) => Name ?? []).sort();
    },
    async secret(SecretId: string) {
      const found = await secrets.describeSecret({ SecretId }).catch(() => undefined);
      if (found === undefined) return undefined;
      const value = await secrets.getSecretValue({ SecretId }).catch(() => undefined);
      return {
        tags: map(found.Tags),
        deleted: found.DeletedDate,
        value: value?.SecretString === undefined ? undefined : JSON.parse(value.SecretString),
      };
    },
    /** Writes keys into a secret beside those that it has. */
    async putSecret(SecretId: string, keys: object) {
      const { SecretString = '{}' } = await secrets.getSecretValue({ SecretId });
      const value = JSON.stringify({ ...JSON.parse(SecretString), ...keys });
      await secrets.putSecretValue({ SecretId, SecretString: value });
    },
    createSecret: (Name: string, tags: Tags = {}, value: object = { existing: 'key' }) =>
      secrets.createSecret({ Name, SecretString: JSON.stringify(value), Tags: list(tags) }),

    async logGroup(name: string) {
      const { logGroups = [] } = await logs.describeLogGroups({ logGroupNamePrefix: name });
      const found = logGroups.find(({ logGroupName }) => logGroupName === name);
      if (found === undefined) return undefined;
      const { tags } = await logs.listTagsLogGroup({ logGroupName: name });
      return { retention: found.retentionInDays, tags };
    },
    createLogGroup: (logGroupName: string) => logs.createLogGroup({ logGroupName }),
    setRetention: (logGroupName: string, retentionInDays: number) =>
      logs.putRetentionPolicy({ logGroupName, retentionInDays }),

    async repository(name: string) {
      const { repositories = [] } = await ecr
        .describeRepositories({ repositoryNames: [name] })
        .catch(() => ({ repositories: [] }));
      const arn = repositories[0]?.repositoryArn;
      if (arn === undefined) return undefined;
      return { tags: map((await ecr.listTagsForResource({ resourceArn: arn })).tags) };
    },
    createRepository: (repositoryName: string) => ecr.createRepository({ repositoryName }),
  };
}
export type Account = ReturnType<typeof account>;
