import {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  ListTagsForResourceCommand as ListLogTagsCommand,
  PutRetentionPolicyCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  DescribeRepositoriesCommand,
  ECRClient,
  ListTagsForResourceCommand as ListRepositoryTagsCommand,
  TagResourceCommand,
} from '@aws-sdk/client-ecr';
import {
  GetSecretValueCommand,
  ListSecretsCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import {
  GetParametersByPathCommand,
  GetParametersCommand,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';

process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

/** The account as somebody else has it in hand: reads it back, and changes it behind the action's back. */
export interface Account {
  /** One line a resource: kind, name, and what is known of it; values apart. */
  look(): Promise<string[]>;
  /** @returns the value, undefined where there is none. */
  readParameter(name: string): Promise<string | undefined>;
  setParameter(name: string, value: string): Promise<string>;
  setRetention(logGroup: string, days: number): Promise<string>;
  tagRepository(name: string, key: string, value: string): Promise<string>;
  deleteSecretKey(name: string, key: string): Promise<string>;
}

export function openAccount(endpoint: string): Account {
  const settings = {
    endpoint,
    region: 'us-west-2',
    credentials: { accessKeyId: 'somebody', secretAccessKey: 'else' },
  };
  const logs = new CloudWatchLogsClient(settings);
  const ecr = new ECRClient(settings);
  const secrets = new SecretsManagerClient(settings);
  const ssm = new SSMClient(settings);

  async function readKeys(name: string): Promise<Record<string, unknown>> {
    const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId: name }));
    return JSON.parse(SecretString ?? '{}');
  }

  async function lookAtGroups(): Promise<string[]> {
    const { logGroups = [] } = await logs.send(new DescribeLogGroupsCommand({}));
    return Promise.all(
      logGroups.map(async ({ logGroupName, logGroupArn, arn, retentionInDays }) => {
        const resourceArn = logGroupArn ?? arn?.replace(/:\*$/, '');
        const { tags = {} } = await logs.send(new ListLogTagsCommand({ resourceArn }));
        return line('log group', logGroupName, `retention ${retentionInDays ?? 'never'}`, tagTexts(tags));
      }),
    );
  }

  async function lookAtParameters(): Promise<string[]> {
    const lines: string[] = [];
    let NextToken: string | undefined;
    do {
      const page = await ssm.send(new GetParametersByPathCommand({ Path: '/', Recursive: true, NextToken }));
      for (const { Name, Type, Version } of page.Parameters ?? [])
        lines.push(line('parameter', Name, String(Type), [`version ${Version}`]));
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    return lines;
  }

  async function lookAtSecrets(): Promise<string[]> {
    const { SecretList = [] } = await secrets.send(new ListSecretsCommand({}));
    return Promise.all(
      SecretList.map(async ({ Name = '' }) =>
        line('secret', Name, 'JSON', Object.keys(await readKeys(Name)).sort()),
      ),
    );
  }

  async function lookAtRepositories(): Promise<string[]> {
    const { repositories = [] } = await ecr.send(new DescribeRepositoriesCommand({}));
    return Promise.all(
      repositories.map(
        async ({ repositoryName, repositoryArn, imageTagMutability, encryptionConfiguration }) => {
          const { tags = [] } = await ecr.send(new ListRepositoryTagsCommand({ resourceArn: repositoryArn }));
          return line('repository', repositoryName, String(imageTagMutability), [
            String(encryptionConfiguration?.encryptionType),
            ...tagTexts(Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]))),
          ]);
        },
      ),
    );
  }

  return {
    async look() {
      const all = await Promise.all([
        lookAtGroups(),
        lookAtRepositories(),
        lookAtParameters(),
        lookAtSecrets(),
      ]);
      return all.flatMap((lines) => lines.sort());
    },
    async readParameter(Name) {
      const { Parameters = [] } = await ssm.send(
        new GetParametersCommand({ Names: [Name], WithDecryption: true }),
      );
      return Parameters[0]?.Value;
    },
    async setParameter(Name, Value) {
      await ssm.send(new PutParameterCommand({ Name, Value, Type: 'String', Overwrite: true }));
      return `a value:      ${Name} = ${Value}`;
    },
    async setRetention(logGroupName, retentionInDays) {
      await logs.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays }));
      return `a retention:  ${logGroupName} keeps ${retentionInDays} days`;
    },
    async tagRepository(name, Key, Value) {
      const { repositories = [] } = await ecr.send(
        new DescribeRepositoriesCommand({ repositoryNames: [name] }),
      );
      const resourceArn = repositories[0]?.repositoryArn;
      await ecr.send(new TagResourceCommand({ resourceArn, tags: [{ Key, Value }] }));
      return `a tag:        ${Key}=${Value} on the repository ${name}`;
    },
    async deleteSecretKey(SecretId, key) {
      const { [key]: _, ...kept } = await readKeys(SecretId);
      await secrets.send(new PutSecretValueCommand({ SecretId, SecretString: JSON.stringify(kept) }));
      return `a JSON key:   ${key} deleted from ${SecretId}`;
    },
  };
}

function tagTexts(tags: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(tags)
    .map(([key, value]) => `${key}=${value}`)
    .sort();
}

function line(kind: string, name: string | undefined, what: string, more: readonly string[]): string {
  return `${kind.padEnd(11)}${(name ?? '').padEnd(34)}${what.padEnd(13)}${more.join(', ')}`;
}
