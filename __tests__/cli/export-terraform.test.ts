import { describe, expect, it, test } from 'vitest';
import { type TerraformInput, writeTerraform } from '../../src/cli/export-terraform.ts';
import { expression, identifierOf, printBlocks, quote } from '../../src/cli/hcl.ts';
import type { ExportedParameter, ExportedSecret } from '../../src/model/exported.ts';
import { Secret } from '../../src/secret.ts';

const OWNED = [['managed-by', 'aws-bootstrap']] as const;
const parameter = (name: string, more: Partial<ExportedParameter> = {}): ExportedParameter => ({
  name: `/papyrus/prd/${name}`,
  tags: OWNED,
  ownedBy: undefined,
  type: 'String',
  tier: 'Standard',
  keyId: undefined,
  description: undefined,
  allowedPattern: undefined,
  dataType: 'text',
  hasPolicies: false,
  ...more,
});
const secret = (name: string, more: Partial<ExportedSecret> = {}): ExportedSecret => ({
  name: `papyrus/prd/${name}`,
  arn: `arn:aws:secretsmanager:us-west-2:123456789012:secret:papyrus/prd/${name}-AbCdEf`,
  tags: OWNED,
  ownedBy: undefined,
  version: 'v-1',
  description: undefined,
  keyId: undefined,
  replicas: [],
  ...more,
});
const write = (more: Partial<TerraformInput>) =>
  writeTerraform({
    prefix: '/papyrus/prd',
    region: 'us-west-2',
    account: '123456789012',
    logGroup: undefined,
    repository: undefined,
    parameters: [],
    secrets: [],
    plainValues: new Map(),
    ...more,
  });
const file = ({ files }: { files: ReadonlyMap<string, string> }, name: string) => files.get(name) ?? '';

describe('export terraform', () => {
  it('writes plain values, and a variable without a default for the others', () => {
    const folder = write({
      parameters: [
        parameter('LOG_LEVEL'),
        parameter('TOKEN', { type: 'SecureString', keyId: 'alias/aws/ssm' }),
      ],
      plainValues: new Map([['/papyrus/prd/LOG_LEVEL', new Secret('info')]]),
    });
    expect(folder.imports).toBe(2);
    expect(file(folder, 'parameters.tf')).toContain('value = "info"');
    expect(file(folder, 'parameters.tf')).toContain('lookup(var.secure_values, "/papyrus/prd/TOKEN", "")');
    expect(file(folder, 'parameters.tf').match(/ignore_changes = \[value\]/g)).toHaveLength(1);
    expect(file(folder, 'variables.tf')).toMatch(/sensitive += true/);
    expect(file(folder, 'variables.tf')).not.toContain('default');
    expect(file(folder, 'imports.tf')).toContain('to = aws_ssm_parameter.token\n  id = "/papyrus/prd/TOKEN"');
  });

  it('leaves out resources of others, unmanaged ones and those that Terraform does not know, and lists them', () => {
    const folder = write({
      parameters: [
        parameter('A', { tags: [] }),
        parameter('B', { ownedBy: 'the CloudFormation stack x' }),
        parameter('C', { hasPolicies: true }),
      ],
    });
    expect(folder.imports).toBe(1);
    expect(folder.omitted).toHaveLength(3);
    for (const name of ['A', 'B', 'C']) expect(file(folder, 'README.md')).toContain(`/papyrus/prd/${name}`);
  });

  it('imports a secret without a value alone, and its replicas with it', () => {
    const folder = write({
      secrets: [
        secret('empty', { version: undefined }),
        secret('db', { replicas: [{ region: 'eu-west-1', keyId: undefined }] }),
      ],
    });
    expect(folder.imports).toBe(3);
    expect(file(folder, 'secrets.tf')).toMatch(/replica \{\n {4}region = "eu-west-1"\n {2}\}/);
    expect(file(folder, 'imports.tf')).toContain('AbCdEf|v-1"');
  });

  it('writes the policies of the repository as files', () => {
    const folder = write({
      repository: {
        name: 'papyrus',
        tags: [['aws:cloudformation:stack-id', 'x'], ...OWNED],
        ownedBy: undefined,
        mutability: 'MUTABLE',
        exclusions: [],
        encryption: 'AES256',
        keyId: undefined,
        scansOnPush: true,
        lifecycle: '{"rules":[]}',
        policy: '{"Version":"2012-10-17"}',
      },
    });
    expect(folder.imports).toBe(3);
    expect(JSON.parse(file(folder, 'lifecycle-policy.json'))).toEqual({ rules: [] });
    expect(JSON.parse(file(folder, 'repository-policy.json'))).toEqual({ Version: '2012-10-17' });
    // Only AWS can set such a tag.
    expect(file(folder, 'repository.tf')).not.toContain('aws:cloudformation');
  });

  it('writes the key of a repository that KMS encrypts, and what its rule of tags leaves out', () => {
    const repository = {
      name: 'papyrus',
      tags: [],
      ownedBy: undefined,
      mutability: 'IMMUTABLE_WITH_EXCLUSION',
      exclusions: ['latest*'],
      encryption: 'KMS',
      keyId: 'alias/images',
      scansOnPush: false,
      lifecycle: undefined,
      policy: undefined,
    };
    const folder = write({ repository });
    expect(folder.imports).toBe(1);
    expect(file(folder, 'repository.tf')).toMatch(/kms_key += "alias\/images"/);
    expect(file(folder, 'repository.tf')).toMatch(/filter += "latest\*"/);
    expect(file(folder, 'repository.tf')).not.toContain('tags');
    // Terraform has nothing to ask for.
    expect([...folder.files.keys()]).not.toContain('variables.tf');
    expect(write({ repository: { ...repository, ownedBy: 'the stack x' } })).toMatchObject({
      imports: 0,
      omitted: [expect.stringContaining('papyrus')],
    });
  });

  it.each([
    [{ retention: undefined, isProtected: true }, /retention_in_days += 0\n/, true],
    [{ retention: 30, isProtected: false }, /retention_in_days += 30\n/, false],
  ])('writes a log group with %j, its tags by name', (more, retention, isProtected) => {
    const logGroup = {
      name: '/papyrus/prd',
      tags: [['z', '1'], ['a', '2'], ...OWNED] as const,
      ownedBy: undefined,
      class: 'STANDARD',
      keyId: undefined,
      ...more,
    };
    const text = file(write({ logGroup }), 'log-group.tf');
    expect(text).toMatch(retention);
    expect(text.includes('deletion_protection_enabled')).toBe(isProtected);
    expect([...text.matchAll(/^ +"?(a|managed-by|z)"? +=/gm)].map(([, key]) => key)).toEqual([
      'a',
      'managed-by',
      'z',
    ]);
  });

  it('writes the type of the data of a parameter, and no empty description of a secret', () => {
    const folder = write({
      parameters: [parameter('AMI', { dataType: 'aws:ec2:image' }), parameter('A')],
      secrets: [secret('db', { description: '' }), secret('app', { description: 'of the app' })],
    });
    expect(file(folder, 'parameters.tf').match(/data_type += "aws:ec2:image"/g)).toHaveLength(1);
    expect(file(folder, 'secrets.tf').match(/description/g)).toHaveLength(1);
  });

  it('has a README of ten lines', () => {
    expect(
      file(write({ parameters: [parameter('A')] }), 'README.md')
        .trim()
        .split('\n'),
    ).toHaveLength(10);
  });
});

describe('the notation of Terraform', () => {
  test.each([
    ['$\u007ba}', '"$$\u007ba}"'],
    ['%{b}', '"%%{b}"'],
    ['a"b\\c', '"a\\"b\\\\c"'],
    ['one\ntwo\t\u0001', '"one\\ntwo\\t\\u0001"'],
    ['$HOME 100%', '"$HOME 100%"'],
  ])('quotes %j', (text, expected) => {
    expect(quote(text)).toBe(expected);
  });

  it('sets the signs of short lines below each other, and long ones apart', () => {
    expect(
      printBlocks([
        { head: 'a "b"', attributes: { x: 1, long: 'y', map: { k: 'v', 'é 1': true }, none: undefined } },
        { head: 'c', blocks: [{ head: 'd', attributes: { e: [expression('f'), 2] } }] },
      ]),
    ).toBe(`a "b" {
  x    = 1
  long = "y"

  map = {
    k     = "v"
    "é 1" = true
  }
}

c {
  d {
    e = [f, 2]
  }
}
`);
  });

  it('gives each name an identifier of its own', () => {
    const taken = new Set<string>();
    expect(['LOG_LEVEL', 'log.level', '1st', '…'].map((name) => identifierOf(name, taken))).toEqual([
      'log_level',
      'log_level_2',
      '_1st',
      'unnamed',
    ]);
  });
});
