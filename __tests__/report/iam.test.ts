/** The permissions that the report prints against the calls that are made: none missing, none more. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { AwsError } from '../../src/clients/errors.ts';
import {
  type Condition,
  EXECUTION,
  missingStatement,
  PERMISSIONS,
  TERMINAL_READS,
} from '../../src/clients/permissions.ts';
import { type Policy, policiesOf, type Scope } from '../../src/report/iam.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const SERVICES: Record<string, string> = {
  'cloudwatch-logs': 'logs',
  ecr: 'ecr',
  iam: 'iam',
  kms: 'kms',
  'secrets-manager': 'secretsmanager',
  ssm: 'ssm',
  sts: 'sts',
};

/** Every command that the source sends, as IAM calls it. */
function commandsOfSource(): Set<string> {
  const found = new Set<string>();
  for (const entry of readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })) {
    if (!entry.name.endsWith('.ts')) continue;
    const text = readFileSync(join(entry.parentPath, entry.name), 'utf8');
    for (const [, names = '', client = ''] of text.matchAll(
      /import (?:type )?\{([^}]*)\} from '@aws-sdk\/client-([\w-]+)'/g,
    ))
      for (const [, command] of names.matchAll(/(\w+)Command(?: as (\w+))?\b/g))
        if (new RegExp(`new ${command}Command\\(`).test(text)) found.add(`${SERVICES[client]}:${command}`);
  }
  return found;
}

const actionsOf = ({ Statement }: Policy) => Statement.flatMap(({ Action }) => Action);

/** The scope of an apply that looks after everything. */
const run = (more: Partial<Scope['settings']>, partition = 'aws'): Scope => ({
  caller: { account: '123456789012', arn: `arn:${partition}:sts::123456789012:assumed-role/x/y` },
  desired: { destinations: [{ kind: 'AWS::SSM::Parameter' }, { kind: 'AWS::SecretsManager::Secret' }] },
  settings: {
    mode: 'apply',
    prefix: '/papyrus/prd',
    region: 'us-west-2',
    only: new Set(['parameters', 'secrets']),
    allow: new Set(),
    ownership: { prune: 'report' },
    logGroup: { name: '/ecs/papyrus' },
    repository: { name: 'papyrus', lifecycle: '{}', pullAccounts: undefined, kmsKeyId: undefined },
    image: {},
    kmsKeyId: undefined,
    ...more,
  },
});

describe('the table of permissions', () => {
  it('holds every command of the source, and no other', () => {
    const printed = Object.keys(PERMISSIONS).filter((action) => PERMISSIONS[action]?.byRegistry !== true);
    expect([...printed, ...TERMINAL_READS].sort()).toEqual(
      [...commandsOfSource()].filter((action) => action !== 'sts:GetCallerIdentity').sort(),
    );
  });

  it('reports what only a terminal asks for, which is read alone', () => {
    for (const action of TERMINAL_READS) expect(action).toMatch(/:(Get|Describe|List|Simulate)/);
  });

  it('lets nothing through that writes under the name of reading', () => {
    for (const [action, { access }] of Object.entries(PERMISSIONS))
      if (access !== 'write') expect(action).toMatch(/:(Get|BatchGet|Describe|List)/);
  });

  it('holds what AWS checks together as an action of its own, granted as often', () => {
    const together = Object.values(PERMISSIONS).flatMap(({ also = [], access, only }) =>
      also.map((action) => ({ action, access, only })),
    );
    expect(together.length).toBeGreaterThan(3);
    for (const { action, access, only } of together)
      expect([action, PERMISSIONS[action]?.access, PERMISSIONS[action]?.only]).toEqual([
        action,
        access,
        only,
      ]);
  });

  it('makes the hint after AccessDenied, with what AWS checks together', () => {
    const arn = 'arn:aws:ssm:us-west-2:123456789012:parameter/papyrus/prd/X';
    expect(missingStatement('ssm:PutParameter', arn)).toEqual({
      Effect: 'Allow',
      Action: 'ssm:PutParameter',
      Resource: arn,
    });
    expect(missingStatement('logs:DescribeLogGroups', arn).Resource).toBe('*');
    const message = `User: arn:x is not authorized to perform: ssm:PutParameter on resource: ${arn} because`;
    const error = new AwsError(
      Object.assign(new Error(message), { name: 'AccessDeniedException' }),
      'ssm:PutParameter',
      '/x',
      true,
    );
    expect(error.remedy).toContain('ssm:AddTagsToResource');
  });
});

describe('the policies of a configuration', () => {
  const everything: Partial<Scope['settings']> = {
    mode: 'destroy',
    allow: new Set(['change-type', 'delete-log-group', 'delete-repository']),
    repository: { name: 'papyrus', lifecycle: '{}', pullAccounts: '111122223333', kmsKeyId: undefined },
    logGroup: { name: '/ecs/papyrus', kmsKey: 'none' },
  };
  const DELETES = /:(Delete(?!RetentionPolicy)|Untag|Remove)/;
  const deletes = (more: Partial<Scope['settings']>) =>
    actionsOf(policiesOf(run(more))?.deployer ?? { Version: '2012-10-17', Statement: [] })
      .filter((action) => DELETES.test(action))
      .sort();

  it.each<[what: string, more: Partial<Scope['settings']>, granted: string[]]>([
    ['a plain apply', {}, []],
    [
      'accounts that may pull',
      {
        repository: {
          name: 'papyrus',
          lifecycle: undefined,
          pullAccounts: '111122223333',
          kmsKeyId: undefined,
        },
      },
      ['ecr:DeleteRepositoryPolicy', 'ecr:UntagResource'],
    ],
    ['the consent to change a type', { allow: new Set(['change-type']) }, ['ssm:DeleteParameter']],
    [
      'prune: delete',
      { ownership: { prune: 'delete' } },
      [
        'secretsmanager:DeleteSecret',
        'secretsmanager:UntagResource',
        'ssm:DeleteParameters',
        'ssm:RemoveTagsFromResource',
      ],
    ],
    ['opt-ins of destroy elsewhere', { allow: new Set(['delete-log-group', 'delete-repository']) }, []],
    [
      'destroy',
      { mode: 'destroy' },
      [
        'ecr:UntagResource',
        'logs:UntagResource',
        'secretsmanager:DeleteSecret',
        'secretsmanager:UntagResource',
        'ssm:DeleteParameters',
        'ssm:RemoveTagsFromResource',
      ],
    ],
  ])('take away only what the configuration lets them: %s', (_, more, granted) => {
    expect(deletes(more)).toEqual(granted);
  });

  it('set apart what a drift check without values leaves out', () => {
    const reader = policiesOf(run({ kmsKeyId: 'alias/mine' }))?.reader.Statement ?? [];
    const values = reader.filter(({ Sid }) => Sid.endsWith('Values')).flatMap(({ Action }) => Action);
    expect([...new Set(values)].sort()).toEqual([
      'kms:Decrypt',
      'secretsmanager:BatchGetSecretValue',
      'secretsmanager:GetSecretValue',
      'ssm:GetParameters',
    ]);
    const rest = reader.filter(({ Sid }) => !Sid.endsWith('Values')).flatMap(({ Action }) => Action);
    expect(rest.filter((action) => values.includes(action))).toEqual([]);
  });

  it('hold every action, each on its own resources', () => {
    const all = policiesOf(run(everything));
    expect(new Set(all === undefined ? [] : actionsOf(all.deployer))).toEqual(
      new Set(Object.keys(PERMISSIONS)),
    );
    expect(
      all === undefined
        ? []
        : actionsOf(all.reader).filter((action) => !/:(Get|BatchGet|Describe|List)/.test(action)),
    ).toEqual([]);
    expect(new Set(all === undefined ? [] : actionsOf(all.execution))).toEqual(
      new Set(Object.keys(EXECUTION)),
    );
    expect(JSON.stringify(all)).toContain(
      'arn:aws:secretsmanager:us-west-2:123456789012:secret:papyrus/prd/*',
    );
    for (const { Sid, Resource } of all?.deployer.Statement ?? [])
      if (Resource === '*') expect(Sid).toMatch(/All$/);
  });

  it('are none where AWS returned no ARN of the caller', () => {
    expect(policiesOf({ ...run({}), caller: { account: '123456789012', arn: '' } })).toBeUndefined();
  });

  it('leave out what is not looked after, and follow partition and key', () => {
    const small = policiesOf(
      run({ repository: undefined, image: undefined, logGroup: undefined, kmsKeyId: 'alias/mine' }, 'aws-cn'),
    );
    const text = JSON.stringify(small?.deployer);
    expect(text).not.toMatch(/"(ecr|logs):/);
    expect(text).toContain('arn:aws-cn:ssm');
    expect(text).toContain('"kms:ResourceAliases":"alias/mine"');
    expect(text).toContain('ssm.us-west-2.amazonaws.com.cn');
  });
});

describe('the key of a configuration', () => {
  const KEY = 'arn:aws:kms:us-west-2:123456789012:key/';
  const ALIAS = 'arn:aws:kms:us-west-2:123456789012:alias/';
  const through = ['ssm.us-west-2.amazonaws.com', 'secretsmanager.us-west-2.amazonaws.com'];
  const keysOf = (policy: Policy | undefined) =>
    policy?.Statement.filter(({ Action }) => JSON.stringify(Action).includes('kms:')) ?? [];

  it.each<[kmsKeyId: string, resource: string, alias: string | undefined]>([
    ['1234abcd', `${KEY}1234abcd`, undefined],
    [`${KEY}1234abcd`, `${KEY}1234abcd`, undefined],
    [
      'arn:aws:kms:us-west-2:210987654321:key/theirs',
      'arn:aws:kms:us-west-2:210987654321:key/theirs',
      undefined,
    ],
    ['alias/mine', `${KEY}*`, 'alias/mine'],
    [`${ALIAS}mine`, `${KEY}*`, 'alias/mine'],
    [
      'arn:aws:kms:us-west-2:210987654321:alias/theirs',
      'arn:aws:kms:us-west-2:210987654321:key/*',
      'alias/theirs',
    ],
  ])('%s is named by the resource, or by its alias in the condition', (kmsKeyId, resource, alias) => {
    const all = policiesOf(run({ kmsKeyId }));
    for (const policy of [all?.deployer, all?.reader, all?.execution])
      expect(keysOf(policy)).toEqual([
        expect.objectContaining({
          Resource: resource,
          Condition: {
            StringEquals: { 'kms:ViaService': through },
            ...(alias === undefined ? {} : { 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': alias } }),
          },
        }),
      ]);
  });

  it('is granted to ECR where the repository has it, and only to who makes one', () => {
    const repository = {
      name: 'papyrus',
      lifecycle: undefined,
      pullAccounts: undefined,
      kmsKeyId: '1234abcd',
    };
    const all = policiesOf(run({ kmsKeyId: '1234abcd', repository }));
    expect(keysOf(all?.deployer).map(({ Sid }) => Sid)).toEqual([
      'Key',
      'KeyOfRepository',
      'GrantOfRepository',
    ]);
    const StringEquals = { 'kms:ViaService': ['ecr.us-west-2.amazonaws.com'] };
    expect(keysOf(all?.deployer).slice(1)).toEqual([
      expect.objectContaining({ Resource: `${KEY}1234abcd`, Condition: { StringEquals } }),
      expect.objectContaining({
        Action: ['kms:CreateGrant'],
        Resource: `${KEY}1234abcd`,
        Condition: { StringEquals, Bool: { 'kms:GrantIsForAWSResource': 'true' } },
      }),
    ]);
    expect(keysOf(all?.execution)).toHaveLength(1);
  });
});

describe('iam/roles.yml', () => {
  const path = join(root, 'iam', 'roles.yml');
  // `!If [condition, statement, nothing]` is an array; whatever else has a tag does not matter here.
  const template = parse(readFileSync(path, 'utf8'), { logLevel: 'silent' });
  /** What is granted always, or under a condition. */
  const actions = (role: string, condition?: string): string[] => {
    const [{ PolicyDocument }] = template.Resources[role].Properties.Policies;
    const chosen = (PolicyDocument.Statement as unknown[]).filter((statement) =>
      Array.isArray(statement) ? statement[0] === condition : condition === undefined,
    );
    return JSON.stringify(chosen).match(/(?:ssm|secretsmanager|logs|ecr):[A-Z]\w+/g) ?? [];
  };

  it('grants what the table says', () => {
    const needing = (...occasions: readonly Condition[]) =>
      Object.keys(PERMISSIONS).filter(
        (action) =>
          PERMISSIONS[action]?.access === 'write' &&
          [PERMISSIONS[action]?.only].flat().some((only) => only !== undefined && occasions.includes(only)),
      );
    const taking = needing('removal', 'end', 'change-type', 'delete-log-group', 'delete-repository');
    const sharing = needing('pull-accounts');
    const encrypting = needing('log-group-kms-key-id');
    expect(new Set(actions('Deployer', 'Deletes'))).toEqual(new Set(taking));
    expect(new Set(actions('Deployer', 'Shares'))).toEqual(new Set(sharing));
    expect(new Set(actions('Deployer', 'Encrypts'))).toEqual(new Set(encrypting));
    const asked = [...taking, ...sharing, ...encrypting];
    expect(new Set([...actions('Deployer'), ...asked])).toEqual(new Set(Object.keys(PERMISSIONS)));
    expect(actions('Deployer').filter((action) => asked.includes(action))).toEqual([]);
    const reading = (access: string) =>
      Object.keys(PERMISSIONS).filter((action) => PERMISSIONS[action]?.access === access);
    expect(new Set(actions('DriftReader'))).toEqual(new Set(reading('read')));
    expect(new Set(actions('DriftReader', 'ReadsValues'))).toEqual(new Set(reading('value')));
    for (const parameter of [
      'DeployerDeletes',
      'PullAccounts',
      'LogGroupKmsKey',
      'DriftReadsValues',
      'PlanOnPullRequests',
    ])
      expect(template.Parameters[parameter].Default).toBe('false');
    expect(new Set(actions('Execution'))).toEqual(new Set(Object.keys(EXECUTION)));
  });
});

it('a run without variables may list what they would be for, and touches nothing of it', () => {
  const none = { ...run({ only: new Set(['parameters', 'secrets']) }), desired: { destinations: [] } };
  const of = (policy: Policy | undefined) => actionsOf(policy ?? { Version: '2012-10-17', Statement: [] });
  const listings = ['secretsmanager:ListSecrets', 'ssm:DescribeParameters'];
  const isOfStores = (action: string) => /^(?:ssm|secretsmanager):/.test(action);
  expect(of(policiesOf(none)?.deployer).filter(isOfStores).sort()).toEqual(listings);
  expect(of(policiesOf(none)?.reader).filter(isOfStores).sort()).toEqual(listings);
  expect(of(policiesOf(none)?.execution).filter(isOfStores)).toEqual([]);
});

describe('what a task definition refers to and the run leaves alone', () => {
  const referred = {
    parameters: true,
    secrets: true,
    logGroup: '/ecs/papyrus',
    image: { name: 'docker:papyrus:1', tags: [], repository: 'papyrus', account: undefined },
  };
  const scope = run({
    only: new Set(['auth0']),
    logGroup: undefined,
    repository: undefined,
    image: undefined,
    referred,
  });
  const policies = policiesOf({ ...scope, desired: { destinations: [] } });

  it('is read, and not written', () => {
    const reads = Object.keys(PERMISSIONS).filter((action) => {
      const { access, only } = PERMISSIONS[action] ?? {};
      return access !== 'write' && (only === undefined || only === 'image');
    });
    for (const policy of [policies?.deployer, policies?.reader])
      expect(new Set(policy && actionsOf(policy))).toEqual(new Set(reads));
  });

  it('is what the task reads', () => {
    expect(new Set(policies && actionsOf(policies.execution))).toEqual(new Set(Object.keys(EXECUTION)));
  });

  it('is written where the run looks after it', () => {
    const both = policiesOf(run({ referred: { ...referred, parameters: false, logGroup: undefined } }));
    const granted = both === undefined ? [] : actionsOf(both.deployer);
    expect(granted).toContain('ssm:PutParameter');
    expect(granted).toContain('logs:CreateLogGroup');
    expect(granted).not.toContain('secretsmanager:CreateSecret');
  });
});
