/** The permissions that are told against the calls that are made: none missing, none more. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { AwsError } from '../../src/clients/errors.ts';
import { EXECUTION, missingStatement, PERMISSIONS } from '../../src/clients/permissions.ts';
import { type Policy, policiesOf } from '../../src/report/iam.ts';
import type { Run } from '../../src/report/run.ts';
import { lintTemplate } from '../servers/cfn-lint.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const SERVICES: Record<string, string> = {
  'cloudwatch-logs': 'logs',
  ecr: 'ecr',
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

describe('the table of permissions', () => {
  it('holds every command of the source, and no other', () => {
    const told = Object.keys(PERMISSIONS).filter((action) => PERMISSIONS[action]?.byRegistry !== true);
    expect(told.sort()).toEqual(
      [...commandsOfSource()].filter((action) => action !== 'sts:GetCallerIdentity').sort(),
    );
  });

  it('lets nothing through that writes under the name of reading', () => {
    for (const [action, { access }] of Object.entries(PERMISSIONS))
      if (access !== 'write') expect(action).toMatch(/:(Get|BatchGet|Describe|List)/);
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
  const run = (more: object, partition = 'aws') =>
    ({
      caller: { account: '123456789012', arn: `arn:${partition}:sts::123456789012:assumed-role/x/y` },
      desired: {
        wishes: [],
        placements: [{ kind: 'AWS::SSM::Parameter' }, { kind: 'AWS::SecretsManager::Secret' }],
      },
      settings: {
        prefix: '/papyrus/prd',
        region: 'us-west-2',
        logGroup: { name: '/ecs/papyrus' },
        repository: { name: 'papyrus', lifecycle: '{}' },
        image: { name: 'x', tags: [] },
        kmsKeyId: undefined,
        ...more,
      },
    }) as unknown as Run;

  it('hold every action, each on its own resources', () => {
    const all = policiesOf(run({}));
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

describe('iam/roles.yml', () => {
  const path = join(root, 'iam', 'roles.yml');
  const template = parse(readFileSync(path, 'utf8'), { logLevel: 'silent' });
  const actions = (role: string): string[] =>
    JSON.stringify(template.Resources[role].Properties.Policies).match(
      /(?:ssm|secretsmanager|logs|ecr):[A-Z]\w+/g,
    ) ?? [];

  it('is a template without a fault', async () => {
    const { code, output } = await lintTemplate(path);
    expect(output.trim()).toBe('');
    expect(code).toBe(0);
  });

  it('grants what the table says', () => {
    expect(new Set(actions('Deployer'))).toEqual(new Set(Object.keys(PERMISSIONS)));
    const reading = Object.keys(PERMISSIONS).filter((action) => PERMISSIONS[action]?.access !== 'write');
    expect(new Set(actions('DriftReader'))).toEqual(new Set(reading));
    expect(new Set(actions('Execution'))).toEqual(new Set(Object.keys(EXECUTION)));
  });
});
