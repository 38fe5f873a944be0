/**
 * What the widest policies of one deployment do not allow, evaluated by an engine: each call that is denied is allowed on the
 * deployment's own resource, so that it is the resource or the condition that denies it.
 */
import { describe, expect, test } from 'vitest';
import { type Policy, policiesOf } from '../../src/report/iam.ts';
import { type Ask, isAllowed, isAllowedAnyhow } from './engine.ts';
import { HERE, type PolicyDocument, type RoleName, resolveRoles } from './template.ts';

const KEY = 'arn:aws:kms:us-west-2:123456789012:key/1234abcd';
const GIVEN = { Repository: 'OWNER/NAME', Prefix: '/papyrus/prd' };

type Roles = Readonly<Record<RoleName, PolicyDocument>>;

function ofTemplate(more: Readonly<Record<string, string>> = {}): Roles {
  const { Deployer, DriftReader, Execution } = resolveRoles({ ...GIVEN, ...more });
  return { Deployer: Deployer.policy, DriftReader: DriftReader.policy, Execution: Execution.policy };
}

function printed(mode: 'apply' | 'destroy', kmsKeyId: string | undefined, readsValues: boolean): Roles {
  const pullAccounts = mode === 'destroy' ? '111122223333' : undefined;
  const policies = policiesOf({
    caller: { account: HERE.account, arn: `arn:aws:sts::${HERE.account}:assumed-role/x/y` },
    desired: { destinations: [{ kind: 'AWS::SSM::Parameter' }, { kind: 'AWS::SecretsManager::Secret' }] },
    settings: {
      mode,
      prefix: '/papyrus/prd',
      region: HERE.region,
      only: new Set(['parameters', 'secrets']),
      allow: new Set(mode === 'destroy' ? ['change-type', 'delete-log-group', 'delete-repository'] : []),
      ownership: { prune: 'report' },
      logGroup: { name: '/ecs/papyrus', kmsKey: mode === 'destroy' ? 'none' : undefined },
      repository: { name: 'papyrus', lifecycle: '{}', pullAccounts, kmsKeyId },
      image: {},
      kmsKeyId,
    },
  });
  if (policies === undefined) throw new Error('no policy was made');
  const reader: Policy = {
    ...policies.reader,
    Statement: policies.reader.Statement.filter(({ Sid }) => readsValues || !Sid.endsWith('Values')),
  };
  return { Deployer: policies.deployer, DriftReader: reader, Execution: policies.execution };
}

const WIDE = {
  DeployerDeletes: 'true',
  PullAccounts: 'true',
  LogGroupKmsKey: 'true',
  DriftReadsValues: 'true',
  KmsKeyArn: KEY,
};
const SOURCES: ReadonlyArray<readonly [string, wide: Roles, narrow: Roles]> = [
  ['iam/roles.yml', ofTemplate(WIDE), ofTemplate()],
  ['the output of iam-policies', printed('destroy', KEY, true), printed('apply', undefined, false)],
];

const arn = (service: string, rest: string, place = { region: HERE.region, account: HERE.account }) =>
  `arn:aws:${service}:${place.region}:${place.account}:${rest}`;
const ABROAD = { region: 'us-east-1', account: HERE.account };
const FOREIGN = { region: HERE.region, account: '210987654321' };

interface Kind {
  readonly service: string;
  /** The deployment's own, by what follows the account in its ARN. */
  readonly own: string;
  readonly others: Readonly<Record<string, string>>;
}
const parameter = (name: string) => `parameter/${name}`;
const secret = (name: string) => `secret:${name}-AbCdEf`;
const group = (name: string) => `log-group:${name}`;
const KINDS: Readonly<Record<string, Kind>> = {
  parameter: {
    service: 'ssm',
    own: parameter('papyrus/prd/LOG_LEVEL'),
    others: {
      'a prefix that begins so': parameter('papyrus/prd2/LOG_LEVEL'),
      'the name of the prefix itself': parameter('papyrus/prd'),
      'another environment': parameter('papyrus/stg/LOG_LEVEL'),
      'what the application shares': parameter('papyrus/LOG_LEVEL'),
      'another application': parameter('notes/prd/LOG_LEVEL'),
      'the prefix below another': parameter('team/papyrus/prd/LOG_LEVEL'),
      'the prefix in other letters': parameter('Papyrus/prd/LOG_LEVEL'),
      'no prefix': parameter('LOG_LEVEL'),
    },
  },
  secret: {
    service: 'secretsmanager',
    own: secret('papyrus/prd/db'),
    others: {
      'a prefix that begins so': secret('papyrus/prd2/db'),
      'the name of the prefix itself': secret('papyrus/prd'),
      'another environment': secret('papyrus/stg/db'),
      'what the application shares': secret('papyrus/db'),
      'another application': secret('notes/prd/db'),
      'the prefix below another': secret('team/papyrus/prd/db'),
      'the name with a slash before it': secret('/papyrus/prd/db'),
      'one that RDS manages': secret('rds!db-1234'),
    },
  },
  'log group': {
    service: 'logs',
    own: group('/ecs/papyrus'),
    others: {
      'a name that begins so': group('/ecs/papyrus2'),
      'a name below it': group('/ecs/papyrus/prd'),
      'another application': group('/ecs/notes'),
      'the name without its folder': group('papyrus'),
      'the log group of a function': group('/aws/lambda/papyrus'),
    },
  },
  repository: {
    service: 'ecr',
    own: 'repository/papyrus',
    others: {
      'a name that begins so': 'repository/papyrus2',
      'a name below it': 'repository/papyrus/web',
      'the name below another': 'repository/team/papyrus',
      'another application': 'repository/notes',
    },
  },
};

/** The actions that a role has on one kind: those that it needs most, and those that would hurt most. */
const ACTIONS: ReadonlyArray<readonly [RoleName, kind: string, actions: readonly string[]]> = [
  ['Deployer', 'parameter', ['PutParameter', 'GetParameters', 'AddTagsToResource', 'DeleteParameters']],
  ['Deployer', 'secret', ['CreateSecret', 'GetSecretValue', 'PutSecretValue', 'DeleteSecret', 'TagResource']],
  ['Deployer', 'log group', ['CreateLogGroup', 'PutRetentionPolicy', 'DeleteLogGroup', 'TagResource']],
  ['Deployer', 'repository', ['CreateRepository', 'PutImage', 'BatchGetImage', 'DeleteRepository']],
  ['DriftReader', 'parameter', ['GetParameters', 'ListTagsForResource']],
  ['DriftReader', 'secret', ['GetSecretValue', 'DescribeSecret']],
  ['DriftReader', 'log group', ['ListTagsForResource']],
  ['DriftReader', 'repository', ['DescribeRepositories', 'BatchGetImage']],
  ['Execution', 'parameter', ['GetParameters']],
  ['Execution', 'secret', ['GetSecretValue']],
  ['Execution', 'repository', ['BatchGetImage', 'GetDownloadUrlForLayer']],
];

describe.each(SOURCES)('the widest roles of %s', (_source, wide) => {
  test.each(
    ACTIONS.flatMap(([role, kind, actions]) => {
      const { service, own, others } = KINDS[kind] as Kind;
      return Object.entries({
        ...others,
        'another region': arn(service, own, ABROAD),
        'another account': arn(service, own, FOREIGN),
      }).map(([what, rest]) => {
        const resource = rest.startsWith('arn:') ? rest : arn(service, rest);
        return [role, kind, what, resource, service, arn(service, own), actions] as const;
      });
    }),
  )('%s, a %s: nothing on %s', async (role, _kind, _what, resource, service, own, actions) => {
    for (const name of actions) {
      const action = `${service}:${name}`;
      expect([action, await isAllowed(wide[role], { action, resource: own })]).toEqual([action, true]);
      expect([action, await isAllowed(wide[role], { action, resource })]).toEqual([action, false]);
    }
  });

  test('a task writes only to its own log group', async () => {
    const stream = (name: string) => arn('logs', `log-group:${name}:log-stream:web/1`);
    for (const action of ['logs:CreateLogStream', 'logs:PutLogEvents']) {
      expect(await isAllowed(wide.Execution, { action, resource: stream('/ecs/papyrus') })).toBe(true);
      for (const name of ['/ecs/papyrus2', '/ecs/notes', '/aws/lambda/papyrus'])
        expect(await isAllowed(wide.Execution, { action, resource: stream(name) })).toBe(false);
    }
  });

  const via = (service: string, region = HERE.region) => ({
    'kms:ViaService': `${service}.${region}.amazonaws.com`,
  });
  const forAws = { 'kms:GrantIsForAWSResource': 'true' };
  const key = (action: string, context: Ask['context'], resource = KEY): Ask => ({
    action: `kms:${action}`,
    resource,
    context: context ?? {},
  });
  test.each<[what: string, RoleName, right: Ask, wrong: Ask]>([
    ['by itself', 'Deployer', key('Decrypt', via('ssm')), key('Decrypt', {})],
    ['through a store', 'Deployer', key('Decrypt', via('ssm')), key('Decrypt', via('s3'))],
    ['through a database', 'Deployer', key('Encrypt', via('ssm')), key('Encrypt', via('rds'))],
    ['through ECR', 'Deployer', key('Decrypt', via('secretsmanager')), key('Decrypt', via('ecr'))],
    [
      'in another region',
      'Deployer',
      key('GenerateDataKey', via('ssm')),
      key('GenerateDataKey', via('ssm', 'us-east-1')),
    ],
    [
      'to lend it to a person',
      'Deployer',
      key('CreateGrant', { ...via('ecr'), ...forAws }),
      key('CreateGrant', { ...via('ecr'), 'kms:GrantIsForAWSResource': 'false' }),
    ],
    [
      'to lend it without a word for whom',
      'Deployer',
      key('CreateGrant', { ...via('ecr'), ...forAws }),
      key('CreateGrant', via('ecr')),
    ],
    [
      'to lend it to a database',
      'Deployer',
      key('CreateGrant', { ...via('ecr'), ...forAws }),
      key('CreateGrant', { ...via('rds'), ...forAws }),
    ],
    [
      'that is another',
      'Deployer',
      key('Decrypt', via('ssm')),
      key('Decrypt', via('ssm'), KEY.replace('1234abcd', 'other')),
    ],
    ['to write', 'DriftReader', key('Decrypt', via('ssm')), key('Encrypt', via('ssm'))],
    ['for new data', 'DriftReader', key('Decrypt', via('ssm')), key('GenerateDataKey', via('ssm'))],
    ['by itself', 'DriftReader', key('Decrypt', via('ssm')), key('Decrypt', {})],
    ['by itself', 'Execution', key('Decrypt', via('ssm')), key('Decrypt', {})],
    ['to write', 'Execution', key('Decrypt', via('secretsmanager')), key('Encrypt', via('ssm'))],
  ])('a key %s: not by the %s', async (_what, role, right, wrong) => {
    expect(await isAllowed(wide[role], right)).toBe(true);
    expect(await isAllowed(wide[role], wrong)).toBe(false);
  });

  test.each(['ScheduleKeyDeletion', 'DisableKey', 'PutKeyPolicy', 'ReEncryptFrom', 'Sign', 'RevokeGrant'])(
    'no role may kms:%s',
    async (name) => {
      for (const role of Object.values(wide))
        for (const context of [{}, via('ssm'), via('ecr')])
          expect(await isAllowed(role, key(name, context))).toBe(false);
    },
  );
});

const own = (kind: string) => {
  const { service, own: rest } = KINDS[kind] as Kind;
  return arn(service, rest);
};
/** What would hurt, on the deployment's own resources as elsewhere. */
const NEVER: readonly string[] = [
  ...['iam:CreateUser', 'iam:CreateRole', 'iam:PutRolePolicy', 'iam:AttachRolePolicy', 'iam:PassRole'],
  ...['iam:UpdateAssumeRolePolicy', 'iam:CreateAccessKey', 'iam:CreateOpenIDConnectProvider'],
  ...['sts:AssumeRole', 'sts:GetFederationToken', 'organizations:LeaveOrganization'],
  ...['ec2:RunInstances', 's3:GetObject', 's3:DeleteBucket', 'lambda:UpdateFunctionCode'],
  ...[
    'cloudformation:UpdateStack',
    'ecs:RegisterTaskDefinition',
    'ecs:UpdateService',
    'rds:DeleteDBInstance',
  ],
  ...['secretsmanager:PutResourcePolicy', 'secretsmanager:RotateSecret'],
  ...['secretsmanager:ReplicateSecretToRegions', 'secretsmanager:GetRandomPassword'],
  ...['ssm:SendCommand', 'ssm:StartSession', 'ssm:GetParameterHistory', 'ssm:GetParametersByPath'],
  ...['ssm:PutResourcePolicy', 'ssm:LabelParameterVersion'],
  ...['logs:GetLogEvents', 'logs:FilterLogEvents', 'logs:StartQuery', 'logs:PutResourcePolicy'],
  ...['logs:PutSubscriptionFilter', 'logs:DeleteLogStream'],
  ...['ecr:PutRegistryPolicy', 'ecr:PutRegistryScanningConfiguration', 'ecr:BatchDeleteImage'],
  ...['ecr:PutReplicationConfiguration', 'ecr:DeleteLifecyclePolicy'],
];
const PLACES = [
  '*',
  ...Object.keys(KINDS).map(own),
  arn('iam', 'role/papyrus-deploy').replace('us-west-2', ''),
];

describe.each(SOURCES)('no role of %s', (_source, wide) => {
  test.each(NEVER)('may %s', (action) => {
    for (const role of Object.values(wide))
      for (const resource of PLACES) expect(isAllowedAnyhow(role, { action, resource })).toBe(false);
  });
});

/** What the narrow roles lack, and the wide ones have. */
const LACKING: ReadonlyArray<readonly [RoleName, kind: string, actions: readonly string[]]> = [
  ['Deployer', 'parameter', ['ssm:DeleteParameter', 'ssm:DeleteParameters', 'ssm:RemoveTagsFromResource']],
  ['Deployer', 'secret', ['secretsmanager:DeleteSecret', 'secretsmanager:UntagResource']],
  ['Deployer', 'log group', ['logs:DeleteLogGroup', 'logs:UntagResource']],
  ['Deployer', 'log group', ['logs:AssociateKmsKey', 'logs:DisassociateKmsKey']],
  ['Deployer', 'repository', ['ecr:DeleteRepository', 'ecr:UntagResource']],
  ['Deployer', 'repository', ['ecr:SetRepositoryPolicy', 'ecr:DeleteRepositoryPolicy']],
  ['DriftReader', 'parameter', ['ssm:GetParameters']],
  ['DriftReader', 'secret', ['secretsmanager:GetSecretValue']],
];
describe.each(SOURCES)('the plain roles of %s', (_source, wide, narrow) => {
  test.each(LACKING)('%s, a %s: not %j', async (role, kind, actions) => {
    for (const action of actions) {
      expect(await isAllowed(wide[role], { action, resource: own(kind) })).toBe(true);
      expect(await isAllowed(narrow[role], { action, resource: own(kind) })).toBe(false);
    }
  });

  test('the reader reads no values in a batch, and no role uses an unconfigured key', async () => {
    const batch = { action: 'secretsmanager:BatchGetSecretValue', resource: '*' };
    expect(await isAllowed(wide.DriftReader, batch)).toBe(true);
    expect(await isAllowed(narrow.DriftReader, batch)).toBe(false);
    const context = { 'kms:ViaService': 'ssm.us-west-2.amazonaws.com' };
    for (const role of Object.values(narrow))
      expect(await isAllowed(role, { action: 'kms:Decrypt', resource: KEY, context })).toBe(false);
  });

  test.each<[RoleName, kind: string, actions: readonly string[]]>([
    ['DriftReader', 'parameter', ['ssm:PutParameter', 'ssm:AddTagsToResource', 'ssm:DeleteParameters']],
    [
      'DriftReader',
      'secret',
      [
        ...['CreateSecret', 'PutSecretValue', 'UpdateSecret', 'RestoreSecret', 'DeleteSecret', 'TagResource'],
      ].map((name) => `secretsmanager:${name}`),
    ],
    ['DriftReader', 'log group', ['logs:CreateLogGroup', 'logs:PutRetentionPolicy', 'logs:TagResource']],
    [
      'DriftReader',
      'repository',
      ['ecr:CreateRepository', 'ecr:InitiateLayerUpload', 'ecr:PutImage', 'ecr:DeleteRepository'],
    ],
    ['DriftReader', 'repository', ['ecr:SetRepositoryPolicy', 'ecr:PutImageScanningConfiguration']],
    ['Execution', 'parameter', ['ssm:PutParameter', 'ssm:DeleteParameter']],
    ['Execution', 'secret', ['secretsmanager:PutSecretValue', 'secretsmanager:DeleteSecret']],
    ['Execution', 'log group', ['logs:CreateLogGroup', 'logs:DeleteLogGroup', 'logs:PutRetentionPolicy']],
    ['Execution', 'repository', ['ecr:PutImage', 'ecr:InitiateLayerUpload', 'ecr:DeleteRepository']],
  ])('%s, a %s: however wide, no %j', async (role, kind, actions) => {
    for (const action of actions)
      expect([action, await isAllowed(wide[role], { action, resource: own(kind) })]).toEqual([action, false]);
  });
});

test('an alias selects only the key of this account and region', async () => {
  const { Deployer, DriftReader, Execution } = printed('apply', 'alias/papyrus', true);
  const ask = (aliases: string[], resource = KEY): Ask => ({
    action: 'kms:Decrypt',
    resource,
    context: { 'kms:ViaService': 'ssm.us-west-2.amazonaws.com', 'kms:ResourceAliases': aliases },
  });
  for (const role of [Deployer, DriftReader, Execution]) {
    expect(await isAllowed(role, ask(['alias/other', 'alias/papyrus']))).toBe(true);
    for (const wrong of [
      ask(['alias/other']),
      ask(['alias/papyrus2']),
      ask([]),
      ask(['alias/papyrus'], KEY.replace(HERE.region, 'us-east-1')),
      ask(['alias/papyrus'], KEY.replace(HERE.account, '210987654321')),
    ])
      expect(await isAllowed(role, wrong)).toBe(false);
  }
});
