import type { DesiredResource } from '../../src/desired/desired-resource.ts';
import { ABSENT, type Fields } from '../../src/model/fields.ts';
import { Secret } from '../../src/secret.ts';
import { canonicalJson } from '../../src/settings/canonical-lifecycle.ts';
import type { Clients } from '../servers/clients.ts';
import { type Bench, desiredFor } from './bench.ts';

/** The existing resource, read by the plainest calls there are, in a form that a test can compare. */
export interface Standing {
  readonly tags: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

/** Something that another writer does. */
export interface Drift {
  readonly what: string;
  readonly act: (bench: Bench) => Promise<unknown>;
  /** The fields that the plan must name; a deleted resource is created anew. */
  readonly fields: readonly string[] | 'create';
}

export interface Update {
  readonly what: string;
  readonly fields: Fields;
  /** Of the plan. */
  readonly differs: readonly string[];
  readonly state: Readonly<Record<string, unknown>>;
}

/** One kind of resource, as the contract sees it. */
export interface Subject {
  readonly kind: string;
  readonly name: string;
  /** The desired resource: some fields configured, the others defaults. */
  desired(fields?: Fields): DesiredResource;
  /** The state after the creation, tags apart. */
  readonly created: Readonly<Record<string, unknown>>;
  readonly createCalls: readonly string[];
  /** What creates it takes in two calls: the second may never come. */
  readonly second?: { readonly operation: string; readonly fields: Fields };
  readonly updates: readonly Update[];
  readonly drifts: readonly Drift[];
  /** Made by others: a tag of theirs, and settings that are none of our defaults. */
  readonly foreign: (clients: Clients, tags: Readonly<Record<string, string>>) => Promise<unknown>;
  tag(clients: Clients, tags: Readonly<Record<string, string>>): Promise<unknown>;
  /** What of the foreign one stays when nothing but values and tags are asked for. */
  readonly kept: Readonly<Record<string, unknown>>;
  /** What the configuration changes of the foreign one beside its tags. */
  readonly taken: readonly string[];
  read(clients: Clients): Promise<Standing | undefined>;
  /** A fault of a write that says "try again" and is none of the usual ones. */
  readonly conflicts: boolean;
}

const paired = (tags: Readonly<Record<string, string>>) =>
  Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
const mapped = (tags: ReadonlyArray<{ Key?: string | undefined; Value?: string | undefined }> | undefined) =>
  Object.fromEntries((tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));
const missing =
  (...codes: string[]) =>
  (error: unknown): undefined => {
    if (error instanceof Error && codes.includes(error.name)) return undefined;
    throw error;
  };

const GROUP = '/ecs/papyrus';
export const LOG_KEY = 'arn:aws:kms:us-west-2:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab';
const GROUP_ARN = `arn:aws:logs:us-west-2:123456789012:log-group:${GROUP}`;

export const logGroup: Subject = {
  kind: 'AWS::Logs::LogGroup',
  name: GROUP,
  desired: (fields) =>
    desiredFor(
      'AWS::Logs::LogGroup',
      GROUP,
      { retention: 1, class: 'STANDARD', ...fields },
      { defaults: new Set(['class', 'retention'].filter((field) => fields?.[field] === undefined)) },
    ),
  created: { retention: 1, class: 'STANDARD' },
  createCalls: ['CreateLogGroup', 'PutRetentionPolicy'],
  second: { operation: 'PutRetentionPolicy', fields: {} },
  updates: [
    {
      what: 'a longer retention',
      fields: { retention: 7 },
      differs: ['retention'],
      state: { retention: 7 },
    },
    {
      what: 'retention for ever',
      fields: { retention: 'never' },
      differs: ['retention'],
      state: { retention: undefined },
    },
    { what: 'a key', fields: { 'key-id': LOG_KEY }, differs: ['key-id'], state: { key: LOG_KEY } },
  ],
  drifts: [
    {
      what: 'retention',
      act: ({ others }) => others.logs.putRetentionPolicy({ logGroupName: GROUP, retentionInDays: 30 }),
      fields: ['retention'],
    },
    {
      what: 'retention taken away',
      act: ({ others }) => others.logs.deleteRetentionPolicy({ logGroupName: GROUP }),
      fields: ['retention'],
    },
    {
      what: 'a tag changed',
      act: ({ others }) => others.logs.tagResource({ resourceArn: GROUP_ARN, tags: { project: 'other' } }),
      fields: ['tag:project'],
    },
    {
      what: 'a tag taken away',
      act: ({ others }) => others.logs.untagResource({ resourceArn: GROUP_ARN, tagKeys: ['project'] }),
      fields: ['tag:project'],
    },
    {
      what: 'deleted',
      act: ({ front }) => front.logs.deleteLogGroup({ logGroupName: GROUP }),
      fields: 'create',
    },
  ],
  async foreign({ logs }, tags) {
    await logs.createLogGroup({ logGroupName: GROUP, tags });
    await logs.putRetentionPolicy({ logGroupName: GROUP, retentionInDays: 30 });
  },
  tag: ({ logs }, tags) => logs.tagResource({ resourceArn: GROUP_ARN, tags }),
  kept: { retention: 30 },
  taken: [],
  async read({ logs }) {
    const { logGroups } = await logs.describeLogGroups({ logGroupNamePrefix: GROUP });
    const group = logGroups?.find(({ logGroupName }) => logGroupName === GROUP);
    if (group === undefined) return undefined;
    const { tags = {} } = await logs.listTagsForResource({ resourceArn: GROUP_ARN });
    return {
      retention: group.retentionInDays,
      class: group.logGroupClass ?? 'STANDARD',
      ...(group.kmsKeyId === undefined ? {} : { key: group.kmsKeyId }),
      tags,
    };
  },
  conflicts: true,
};

const KEY_ID = '1234abcd-12ab-34cd-56ef-1234567890ab';

function parameter(type: 'String' | 'SecureString'): Subject {
  const name = `/papyrus/prd/${type === 'String' ? 'AUTH0_CALLBACK_URL' : 'API_TOKEN'}`;
  const secure = type === 'SecureString';
  const value = (text: string) => (secure ? new Secret(text) : text);
  const hidden: Fields = secure ? { 'key-id': 'alias/aws/ssm' } : {};
  const tag = (clients: Clients, tags: Readonly<Record<string, string>>) =>
    clients.ssm.addTagsToResource({ ResourceType: 'Parameter', ResourceId: name, Tags: paired(tags) });
  const remove = (clients: Clients) => clients.ssm.deleteParameter({ Name: name });
  return {
    kind: 'AWS::SSM::Parameter',
    name,
    desired: (fields) =>
      desiredFor(
        'AWS::SSM::Parameter',
        name,
        { value: value('one'), type, tier: undefined, ...hidden, ...fields },
        { defaults: new Set(secure && fields?.['key-id'] === undefined ? ['key-id'] : []) },
      ),
    created: { value: 'one', type, tier: 'Standard', ...(secure ? { key: 'alias/aws/ssm' } : {}) },
    createCalls: ['PutParameter'],
    updates: [
      { what: 'value', fields: { value: value('two') }, differs: ['value'], state: { value: 'two' } },
      { what: 'tier', fields: { tier: 'Advanced' }, differs: ['tier'], state: { tier: 'Advanced' } },
      ...(secure
        ? [
            {
              what: 'key',
              fields: { 'key-id': 'alias/ours' },
              differs: ['key-id'],
              state: { key: 'alias/ours', value: 'one' },
            },
            {
              what: 'key by its id',
              fields: { 'key-id': KEY_ID },
              differs: ['key-id'],
              state: { key: KEY_ID },
            },
          ]
        : [
            {
              what: 'type and value',
              fields: { type: 'SecureString', value: new Secret('three'), 'key-id': 'alias/aws/ssm' },
              differs: ['value', 'type', 'key-id'],
              state: { type: 'SecureString', value: 'three', key: 'alias/aws/ssm' },
            },
          ]),
    ],
    drifts: [
      {
        what: 'value',
        act: ({ others }) => others.ssm.putParameter({ Name: name, Value: 'x', Type: type, Overwrite: true }),
        fields: ['value'],
      },
      {
        what: 'a tag changed',
        act: ({ others }) => tag(others, { project: 'other' }),
        fields: ['tag:project'],
      },
      {
        what: 'a tag taken away',
        act: ({ others }) =>
          others.ssm.removeTagsFromResource({
            ResourceType: 'Parameter',
            ResourceId: name,
            TagKeys: ['project'],
          }),
        fields: ['tag:project'],
      },
      ...(secure
        ? [
            {
              what: 'type, by another writer who deleted and created it',
              act: async ({ others }: Bench) => {
                await remove(others);
                await others.ssm.putParameter({ Name: name, Value: 'x', Type: 'String' });
                await tag(others, { project: 'portfolio', 'managed-by': 'aws-bootstrap' });
              },
              fields: ['value', 'type', 'key-id'],
            },
            {
              what: 'key',
              act: ({ others }: Bench) =>
                others.ssm.putParameter({
                  Name: name,
                  Value: 'one',
                  Type: type,
                  KeyId: 'alias/theirs',
                  Overwrite: true,
                }),
              fields: ['key-id'],
            },
          ]
        : []),
      { what: 'deleted', act: ({ others }) => remove(others), fields: 'create' },
    ],
    async foreign({ ssm }, tags) {
      await ssm.putParameter({
        Name: name,
        Value: 'theirs',
        Type: type,
        Tier: 'Advanced',
        Tags: paired(tags),
        ...(secure ? { KeyId: 'alias/theirs' } : {}),
      });
    },
    tag,
    kept: { tier: 'Advanced', ...(secure ? { key: 'alias/theirs' } : {}) },
    taken: ['value'],
    async read({ ssm }) {
      const got = await ssm
        .getParameter({ Name: name, WithDecryption: true })
        .catch(missing('ParameterNotFound'));
      if (got === undefined) return undefined;
      const [{ Parameters }, { TagList }] = await Promise.all([
        ssm.describeParameters({ ParameterFilters: [{ Key: 'Name', Values: [name] }] }),
        ssm.listTagsForResource({ ResourceType: 'Parameter', ResourceId: name }),
      ]);
      const key = Parameters?.[0]?.KeyId;
      return {
        value: got.Parameter?.Value,
        type: got.Parameter?.Type,
        version: got.Parameter?.Version,
        tier: Parameters?.[0]?.Tier,
        ...(key === undefined ? {} : { key }),
        tags: mapped(TagList),
      };
    },
    conflicts: true,
  };
}

export const plainParameter = parameter('String');
export const secureParameter = parameter('SecureString');

const BUNDLE = 'papyrus/prd/db';

export const bundle: Subject = {
  kind: 'AWS::SecretsManager::Secret',
  name: BUNDLE,
  desired: (fields) =>
    desiredFor(
      'AWS::SecretsManager::Secret',
      BUNDLE,
      {
        'key-id': 'alias/aws/secretsmanager',
        'key:username': new Secret('papyrus'),
        'key:password': new Secret('p4ss'),
        ...fields,
      },
      { defaults: new Set(fields?.['key-id'] === undefined ? ['key-id'] : []) },
    ),
  created: { value: { username: 'papyrus', password: 'p4ss' } },
  createCalls: ['CreateSecret'],
  updates: [
    {
      what: 'a value',
      fields: { 'key:password': new Secret('new') },
      differs: ['key:password'],
      state: { value: { username: 'papyrus', password: 'new' } },
    },
    {
      what: 'one more key',
      fields: { 'key:host': new Secret('db.internal') },
      differs: ['key:host'],
      state: { value: { username: 'papyrus', password: 'p4ss', host: 'db.internal' } },
    },
    {
      what: 'KMS key',
      fields: { 'key-id': 'alias/ours' },
      differs: ['key-id'],
      state: { key: 'alias/ours', value: { username: 'papyrus', password: 'p4ss' } },
    },
  ],
  drifts: [
    {
      what: 'a value',
      act: ({ others }) =>
        others.secrets.putSecretValue({
          SecretId: BUNDLE,
          SecretString: '{"username":"x","password":"p4ss"}',
        }),
      fields: ['key:username'],
    },
    {
      what: 'a missing key',
      act: ({ others }) =>
        others.secrets.putSecretValue({ SecretId: BUNDLE, SecretString: '{"password":"p4ss"}' }),
      fields: ['key:username'],
    },
    {
      what: 'a key of another type',
      act: ({ others }) =>
        others.secrets.putSecretValue({
          SecretId: BUNDLE,
          SecretString: '{"username":{"papyrus":1},"password":"p4ss"}',
        }),
      fields: ['key:username'],
    },
    {
      what: 'KMS key',
      act: ({ others }) => others.secrets.updateSecret({ SecretId: BUNDLE, KmsKeyId: 'alias/theirs' }),
      fields: ['key-id'],
    },
    {
      what: 'a tag changed',
      act: ({ others }) =>
        others.secrets.tagResource({ SecretId: BUNDLE, Tags: paired({ project: 'other' }) }),
      fields: ['tag:project'],
    },
    {
      what: 'a tag taken away',
      act: ({ others }) => others.secrets.untagResource({ SecretId: BUNDLE, TagKeys: ['project'] }),
      fields: ['tag:project'],
    },
    {
      what: 'deleted for good',
      act: ({ others }) =>
        others.secrets.deleteSecret({ SecretId: BUNDLE, ForceDeleteWithoutRecovery: true }),
      fields: 'create',
    },
  ],
  async foreign({ secrets }, tags) {
    await secrets.createSecret({
      Name: BUNDLE,
      SecretString: '{"username":"theirs","password":"p4ss","port":5432}',
      KmsKeyId: 'alias/theirs',
      Tags: paired(tags),
    });
  },
  tag: ({ secrets }, tags) => secrets.tagResource({ SecretId: BUNDLE, Tags: paired(tags) }),
  kept: { key: 'alias/theirs', value: { username: 'papyrus', password: 'p4ss', port: 5432 } },
  taken: ['key:username'],
  async read({ secrets }) {
    const about = await secrets
      .describeSecret({ SecretId: BUNDLE })
      .catch(missing('ResourceNotFoundException'));
    if (about === undefined) return undefined;
    const { SecretString } = await secrets.getSecretValue({ SecretId: BUNDLE });
    return {
      value: JSON.parse(SecretString ?? 'null'),
      ...(about.KmsKeyId === undefined ? {} : { key: about.KmsKeyId }),
      tags: mapped(about.Tags),
    };
  },
  conflicts: false,
};

const REPOSITORY = 'papyrus';
const REPOSITORY_ARN = 'arn:aws:ecr:us-west-2:123456789012:repository/papyrus';

export const lifecycleOf = (count: number) => ({
  rules: [
    {
      rulePriority: 1,
      description: `Keep the last ${count} images`,
      selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: count },
      action: { type: 'expire' },
    },
  ],
});

/** The fields that let accounts pull, joined by commas. */
export const pulled = (accounts: string | undefined): Fields => ({
  'pull-accounts': accounts ?? ABSENT,
  'tag:aws-bootstrap:pull-accounts': accounts === undefined ? ABSENT : 'granted',
});

export const repository: Subject = {
  kind: 'AWS::ECR::Repository',
  name: REPOSITORY,
  desired: (fields) => {
    const defaults = new Set<string>();
    if (fields?.['mutability'] === undefined) defaults.add('mutability').add('exclusions');
    if (fields?.['encryption'] === undefined) defaults.add('encryption');
    if (fields?.['scan-on-push'] === undefined) defaults.add('scan-on-push');
    return desiredFor(
      'AWS::ECR::Repository',
      REPOSITORY,
      {
        mutability: 'MUTABLE',
        encryption: 'AES256',
        'scan-on-push': 'true',
        ...pulled(undefined),
        ...fields,
      },
      { defaults },
    );
  },
  created: { mutability: 'MUTABLE', encryption: 'AES256', scans: true },
  createCalls: ['CreateRepository'],
  second: { operation: 'PutLifecyclePolicy', fields: { lifecycle: canonicalJson(lifecycleOf(10)) } },
  updates: [
    {
      what: 'mutability',
      fields: { mutability: 'IMMUTABLE' },
      differs: ['mutability'],
      state: { mutability: 'IMMUTABLE' },
    },
    {
      what: 'mutability with exclusions',
      fields: { mutability: 'IMMUTABLE_WITH_EXCLUSION', exclusions: 'dev-*,latest' },
      differs: ['mutability', 'exclusions'],
      state: { mutability: 'IMMUTABLE_WITH_EXCLUSION', exclusions: ['dev-*', 'latest'] },
    },
    {
      what: 'lifecycle policy',
      fields: { lifecycle: canonicalJson(lifecycleOf(10)) },
      differs: ['lifecycle'],
      state: { lifecycle: lifecycleOf(10) },
    },
    {
      what: 'scan on push',
      fields: { 'scan-on-push': 'false' },
      differs: ['scan-on-push'],
      state: { scans: false },
    },
  ],
  drifts: [
    {
      what: 'mutability',
      act: ({ others }) =>
        others.ecr.putImageTagMutability({ repositoryName: REPOSITORY, imageTagMutability: 'IMMUTABLE' }),
      fields: ['mutability'],
    },
    {
      what: 'scan on push',
      act: ({ others }) =>
        others.ecr.putImageScanningConfiguration({
          repositoryName: REPOSITORY,
          imageScanningConfiguration: { scanOnPush: false },
        }),
      fields: ['scan-on-push'],
    },
    {
      what: 'a tag changed',
      act: ({ others }) =>
        others.ecr.tagResource({ resourceArn: REPOSITORY_ARN, tags: paired({ project: 'other' }) }),
      fields: ['tag:project'],
    },
    {
      what: 'a tag taken away',
      act: ({ others }) => others.ecr.untagResource({ resourceArn: REPOSITORY_ARN, tagKeys: ['project'] }),
      fields: ['tag:project'],
    },
    {
      what: 'deleted',
      act: ({ others }) => others.ecr.deleteRepository({ repositoryName: REPOSITORY }),
      fields: 'create',
    },
  ],
  async foreign({ ecr }, tags) {
    await ecr.createRepository({
      repositoryName: REPOSITORY,
      imageTagMutability: 'IMMUTABLE',
      encryptionConfiguration: { encryptionType: 'KMS', kmsKey: 'alias/theirs' },
      tags: paired(tags),
    });
    await ecr.putLifecyclePolicy({
      repositoryName: REPOSITORY,
      lifecyclePolicyText: JSON.stringify(lifecycleOf(3)),
    });
  },
  tag: ({ ecr }, tags) => ecr.tagResource({ resourceArn: REPOSITORY_ARN, tags: paired(tags) }),
  kept: { mutability: 'IMMUTABLE', encryption: 'KMS', scans: false, lifecycle: lifecycleOf(3) },
  taken: [],
  async read({ ecr }) {
    const found = await ecr
      .describeRepositories({ repositoryNames: [REPOSITORY] })
      .catch(missing('RepositoryNotFoundException'));
    const one = found?.repositories?.[0];
    if (one === undefined) return undefined;
    const [{ tags }, policy] = await Promise.all([
      ecr.listTagsForResource({ resourceArn: REPOSITORY_ARN }),
      ecr
        .getLifecyclePolicy({ repositoryName: REPOSITORY })
        .catch(missing('LifecyclePolicyNotFoundException')),
    ]);
    const filters = one.imageTagMutabilityExclusionFilters?.map(({ filter }) => filter).sort();
    return {
      mutability: one.imageTagMutability,
      encryption: one.encryptionConfiguration?.encryptionType,
      scans: one.imageScanningConfiguration?.scanOnPush === true,
      ...(filters === undefined || filters.length === 0 ? {} : { exclusions: filters }),
      ...(policy?.lifecyclePolicyText === undefined
        ? {}
        : { lifecycle: JSON.parse(policy.lifecyclePolicyText) }),
      tags: mapped(tags),
    };
  },
  conflicts: false,
};

/** Takes the lifecycle policy away, behind our back. */
export const dropLifecycle = ({ ecr }: Clients) => ecr.deleteLifecyclePolicy({ repositoryName: REPOSITORY });

export const SUBJECTS: ReadonlyArray<readonly [string, Subject]> = [
  ['log group', logGroup],
  ['parameter, String', plainParameter],
  ['parameter, SecureString', secureParameter],
  ['secret bundle', bundle],
  ['repository', repository],
];
