/** The account, the registry and the tenant of Auth0 as they are, versions and dates apart. */
import type { Harness } from './harness.ts';
import { URL_LISTS } from './scenes.ts';

export type State = Readonly<Record<string, unknown>>;

const mapped = (list: ReadonlyArray<{ Key?: string | undefined; Value?: string | undefined }> = []) =>
  Object.fromEntries(list.map(({ Key = '', Value }) => [Key, Value]));

/** @returns each resource by its name, those that the run does not know too */
export async function readState({ others, registry, auth0 }: Harness): Promise<State> {
  const { ssm, secrets, logs, ecr } = others;
  const [{ Parameters = [] }, { SecretList = [] }, { logGroups = [] }, { repositories = [] }] =
    await Promise.all([
      ssm.describeParameters({ MaxResults: 50 }),
      secrets.listSecrets({ MaxResults: 100, IncludePlannedDeletion: true }),
      logs.describeLogGroups({}),
      ecr.describeRepositories({}),
    ]);
  const found = await Promise.all([
    ...Parameters.map(async ({ Name = '', Type, Tier, KeyId }) => {
      const [values, about] = await Promise.all([
        ssm.getParameters({ Names: [Name], WithDecryption: true }),
        ssm.listTagsForResource({ ResourceType: 'Parameter', ResourceId: Name }),
      ]);
      const value = values.Parameters?.[0]?.Value;
      return [Name, { type: Type, tier: Tier, key: KeyId, value, tags: mapped(about.TagList) }];
    }),
    ...SecretList.map(async ({ Name = '', Tags, KmsKeyId, DeletedDate }) => {
      const value =
        DeletedDate !== undefined
          ? 'scheduled for deletion'
          : JSON.parse((await secrets.getSecretValue({ SecretId: Name })).SecretString ?? '{}');
      return [Name, { value, key: KmsKeyId, tags: mapped(Tags) }];
    }),
    ...logGroups.map(async ({ logGroupName = '', retentionInDays, logGroupClass, kmsKeyId, logGroupArn }) => {
      const { tags = {} } = await logs.listTagsForResource({ resourceArn: logGroupArn });
      return [logGroupName, { retention: retentionInDays, class: logGroupClass, key: kmsKeyId, tags }];
    }),
    ...repositories.map(async ({ repositoryName = '', repositoryArn, ...settings }) => {
      const [{ tags }, lifecycle, policy] = await Promise.all([
        ecr.listTagsForResource({ resourceArn: repositoryArn }),
        ecr.getLifecyclePolicy({ repositoryName }).catch(absent('LifecyclePolicyNotFoundException')),
        ecr.getRepositoryPolicy({ repositoryName }).catch(absent('RepositoryPolicyNotFoundException')),
      ]);
      const about = {
        mutability: settings.imageTagMutability,
        encryption: settings.encryptionConfiguration?.encryptionType,
        scans: settings.imageScanningConfiguration?.scanOnPush === true,
        lifecycle: lifecycle?.lifecyclePolicyText,
        policy: policy?.policyText,
        tags: mapped(tags),
      };
      return [`repository ${repositoryName}`, about];
    }),
  ]);
  const application = auth0.application('app-id');
  return Object.fromEntries([
    ...found,
    ...[...registry.repositories].map(([name, { tags }]) => [`image ${name}`, Object.fromEntries(tags)]),
    ...URL_LISTS.map((list) => [list, application[list]]),
  ]);
}

const absent =
  (code: string) =>
  (error: unknown): undefined => {
    if (!(error instanceof Error && error.name === code)) throw error;
  };

/** @returns the names of the resources that differ between the two */
export function differingNames(left: State, right: State): string[] {
  const names = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...names].filter(
    (name) => JSON.stringify(sorted(left[name])) !== JSON.stringify(sorted(right[name])),
  );
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
