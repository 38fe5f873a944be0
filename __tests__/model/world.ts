import type { Configuration, Existing, Tampering, Variable } from './configuration.ts';
import type { Reader, Seen } from './reader.ts';
import type { Resolved } from './settings.ts';
import { type State, tagsOf } from './state.ts';

type Call = Parameters<Reader['call']>;
const list = (tags: Readonly<Record<string, string>>) =>
  Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
const lowerList = (tags: Readonly<Record<string, string>>) =>
  Object.entries(tags).map(([key, value]) => ({ Key: key, Value: value }));

const policyOf = (count: number) =>
  JSON.stringify({
    rules: [
      {
        rulePriority: 1,
        selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: count },
        action: { type: 'expire' },
      },
    ],
  });

export interface Names {
  readonly application: string;
  readonly logGroup: string | undefined;
  readonly repository: string | undefined;
}

export const namesOf = (application: string, settings: Resolved): Names => ({
  application,
  logGroup: settings.logGroup,
  repository: settings.repository,
});

/** What exists before the first run: as state, and as the calls that make it. */
export function seed(configuration: Configuration, names: Names): { state: State; calls: Call[] } {
  const { existing, variables } = configuration;
  const state = stateOf(existing, variables, names);
  const calls: Call[] = [];
  for (const [path, { type, value, tags }] of Object.entries(state.parameters))
    calls.push([
      'ssm',
      'put_parameter',
      { Name: `/${names.application}/${path}`, Type: type, Value: value, Tags: list(tags) },
    ]);
  for (const [path, { value, tags, isDeleted }] of Object.entries(state.secrets)) {
    const SecretString = typeof value === 'string' ? value : JSON.stringify(value);
    const name = `${names.application}/${path}`;
    calls.push(['secretsmanager', 'create_secret', { Name: name, SecretString, Tags: list(tags) }]);
    if (isDeleted) calls.push(schedule(name));
  }
  if (state.logGroup !== undefined) {
    const { retention, tags } = state.logGroup;
    calls.push(['logs', 'create_log_group', { logGroupName: names.logGroup, tags }]);
    if (retention !== undefined) calls.push(retain(names, retention));
  }
  if (state.repository !== undefined) {
    const { mutability, tags, keepLast } = state.repository;
    calls.push([
      'ecr',
      'create_repository',
      {
        repositoryName: names.repository,
        imageTagMutability: mutability,
        // As the action creates one: the model has no scanning.
        imageScanningConfiguration: { scanOnPush: true },
        tags: lowerList(tags),
      },
    ]);
    if (keepLast !== undefined) calls.push(putPolicy(names, keepLast));
  }
  return { state, calls };
}

const schedule = (SecretId: string): Call => [
  'secretsmanager',
  'delete_secret',
  { SecretId, RecoveryWindowInDays: 7 },
];
const retain = ({ logGroup }: Names, days: number): Call => [
  'logs',
  'put_retention_policy',
  { logGroupName: logGroup, retentionInDays: days },
];
const putPolicy = ({ repository }: Names, count: number): Call => [
  'ecr',
  'put_lifecycle_policy',
  { repositoryName: repository, lifecyclePolicyText: policyOf(count) },
];

function stateOf(existing: Existing, variables: readonly Variable[], names: Names): State {
  const configured = (path: string) => {
    const value = variables.find(({ name }) => path.endsWith(`/${name}`))?.value;
    return value === undefined || value === '' ? 'existing' : value;
  };
  const { logGroup, repository } = existing;
  return {
    parameters: Object.fromEntries(
      existing.parameters.map(({ path, value, type, owner, tags }) => [
        path,
        { type, value: value ?? configured(path), tags: tagsOf(owner, tags) },
      ]),
    ),
    secrets: Object.fromEntries(
      existing.secrets.map(({ path, keys, owner, tags, isDeleted }) => [
        path,
        { value: keys === 'no object' ? keys : { ...keys }, tags: tagsOf(owner, tags), isDeleted },
      ]),
    ),
    logGroup:
      logGroup === undefined || names.logGroup === undefined
        ? undefined
        : {
            retention: logGroup.retention,
            tags: tagsOf(logGroup.owner, logGroup.tags),
            holdsLogs: logGroup.holdsLogs,
          },
    repository:
      repository === undefined || names.repository === undefined
        ? undefined
        : {
            mutability: repository.mutability,
            tags: tagsOf(repository.owner, repository.tags),
            keepLast: repository.keepLast,
          },
  };
}

/** Changes the state as another writer would, and returns the calls. */
export function tamper(state: State, { what, pick, value }: Tampering, names: Names): Call[] {
  const choose = <T>(all: Readonly<Record<string, T>>, fits: (one: T) => boolean) => {
    const fitting = Object.entries(all).filter(([, one]) => fits(one));
    return fitting[pick % Math.max(fitting.length, 1)];
  };
  if (what.startsWith('parameter')) {
    const [path, found] = choose(state.parameters, () => true) ?? [];
    if (path === undefined || found === undefined) return [];
    const Name = `/${names.application}/${path}`;
    const id = { ResourceType: 'Parameter', ResourceId: Name };
    const put = (): Call[] => [
      ['ssm', 'put_parameter', { Name, Type: found.type, Value: found.value, Overwrite: true }],
    ];
    switch (what) {
      case 'parameter value':
        found.value = value;
        return put();
      case 'parameter type':
        found.type = found.type === 'String' ? 'SecureString' : 'String';
        return put();
      case 'parameter tag':
        found.tags['project'] = value;
        return [['ssm', 'add_tags_to_resource', { ...id, Tags: list({ project: value }) }]];
      case 'parameter disowned':
        delete found.tags['managed-by'];
        return [['ssm', 'remove_tags_from_resource', { ...id, TagKeys: ['managed-by'] }]];
      default:
        delete state.parameters[path];
        return [['ssm', 'delete_parameter', { Name }]];
    }
  }
  if (what.startsWith('secret'))
    return tamperSecret(
      state,
      what,
      value,
      names,
      choose(state.secrets, (one) => !one.isDeleted && typeof one.value === 'object'),
    );
  return what.startsWith('log group')
    ? tamperLogGroup(state, what, pick, value, names)
    : tamperRepository(state, what, pick, value, names);
}

function tamperSecret(
  state: State,
  what: Tampering['what'],
  value: string,
  names: Names,
  [path, found]: [string, State['secrets'][string]] | [] = [],
): Call[] {
  if (path === undefined || found === undefined || typeof found.value === 'string') return [];
  const SecretId = `${names.application}/${path}`;
  const [first = 'foreign'] = Object.keys(found.value);
  const keys = found.value;
  const put = (): Call[] => [
    ['secretsmanager', 'put_secret_value', { SecretId, SecretString: JSON.stringify(keys) }],
  ];
  switch (what) {
    case 'secret key changed':
      keys[first] = value;
      return put();
    case 'secret key removed':
      delete keys[first];
      return put();
    case 'secret key added':
      keys['added'] = value;
      return put();
    case 'secret tag':
      found.tags['team'] = value;
      return [['secretsmanager', 'tag_resource', { SecretId, Tags: list({ team: value }) }]];
    case 'secret scheduled':
      found.isDeleted = true;
      return [schedule(SecretId)];
    default:
      delete state.secrets[path];
      return [['secretsmanager', 'delete_secret', { SecretId, ForceDeleteWithoutRecovery: true }]];
  }
}

function tamperLogGroup(
  state: State,
  what: Tampering['what'],
  pick: number,
  value: string,
  names: Names,
): Call[] {
  if (state.logGroup === undefined) return [];
  const logGroupName = names.logGroup;
  switch (what) {
    case 'log group retention':
      state.logGroup.retention = pick % 2 === 0 ? 3 : 400;
      return [retain(names, state.logGroup.retention)];
    case 'log group tag':
      state.logGroup.tags['project'] = value;
      return [['logs', 'tag_log_group', { logGroupName, tags: { project: value } }]];
    default:
      state.logGroup = undefined;
      return [['logs', 'delete_log_group', { logGroupName }]];
  }
}

function tamperRepository(
  state: State,
  what: Tampering['what'],
  pick: number,
  value: string,
  names: Names,
): Call[] {
  if (state.repository === undefined) return [];
  const repositoryName = names.repository;
  const resourceArn = `arn:aws:ecr:us-west-2:123456789012:repository/${names.repository}`;
  switch (what) {
    case 'repository mutability':
      state.repository.mutability = pick % 2 === 0 ? 'MUTABLE' : 'IMMUTABLE';
      return [
        [
          'ecr',
          'put_image_tag_mutability',
          { repositoryName, imageTagMutability: state.repository.mutability },
        ],
      ];
    case 'repository tag':
      state.repository.tags['project'] = value;
      return [['ecr', 'tag_resource', { resourceArn, tags: lowerList({ project: value }) }]];
    case 'repository lifecycle':
      state.repository.keepLast = 3;
      return [putPolicy(names, 3)];
    default:
      state.repository = undefined;
      return [['ecr', 'delete_repository', { repositoryName, force: true }]];
  }
}

/** What boto3 has read, in the form of the model. */
export function stateSeen(seen: Seen, { application, logGroup, repository }: Names): State {
  const strip = <T>(root: string, all: Readonly<Record<string, T>>) =>
    Object.fromEntries(Object.entries(all).map(([name, one]) => [name.slice(root.length), one]));
  const group = logGroup === undefined ? null : seen.logGroups[logGroup];
  const found = repository === undefined ? null : seen.repositories[repository];
  return {
    parameters: strip(`/${application}/`, seen.parameters) as State['parameters'],
    secrets: strip(`${application}/`, seen.secrets) as State['secrets'],
    logGroup: group ? { ...group, retention: group.retention ?? undefined, holdsLogs: false } : undefined,
    repository: found
      ? { mutability: found.mutability, tags: found.tags, keepLast: countOf(found.policy) }
      : undefined,
  };
}

/** Of a policy that keeps the last images, whatever their tags; NaN for any other. */
function countOf(policy: unknown): number | undefined {
  if (policy === null) return undefined;
  const { rules = [] } = policy as {
    rules?: { selection: { tagStatus: string; countType: string; countNumber: number } }[];
  };
  const [only, ...more] = rules;
  const isKeepLast =
    more.length === 0 &&
    only?.selection.tagStatus === 'any' &&
    only.selection.countType === 'imageCountMoreThan';
  return isKeepLast ? only.selection.countNumber : Number.NaN;
}
