// iam/roles.yml as a stack makes it: its roles may do what the action does of itself for the same prefix.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ask } from './asking.ts';
import { borrowMoto, type Moto } from './servers/moto.ts';

const TEMPLATE = readFileSync(new URL('../iam/roles.yml', import.meta.url), 'utf8');

let moto: Moto;
beforeAll(async () => {
  moto = await borrowMoto();
});
afterAll(() => moto?.[Symbol.asyncDispose]());

/** Calls a service of the query protocol; the response is XML. */
async function query(service: 'cloudformation' | 'iam', parameters: Record<string, string>): Promise<string> {
  const credential = `Credential=test/20260101/us-west-2/${service}/aws4_request`;
  const response = await fetch(moto.url, {
    method: 'POST',
    headers: { authorization: `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=host, Signature=none` },
    body: new URLSearchParams(parameters),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${parameters['Action']}: ${text}`);
  return text;
}

interface Statement {
  readonly Action: string | readonly string[];
  readonly Condition?: unknown;
}

/** The statements of a policy, as moto's answer holds it: it prints them as Python does. */
function statementsOf(answer: string): readonly Statement[] {
  const [, text = ''] = /<PolicyDocument>([\s\S]*)<\/PolicyDocument>/.exec(answer) ?? [];
  const json = text.replaceAll(/&quot;|&#x27;|&#39;|'/g, '"').replaceAll(/\bNone\b/g, 'null');
  return JSON.parse(json).Statement.filter((one: Statement | null) => one !== null);
}

let stacks = 0;

/** Makes a stack. @returns by the name of each role whom it trusts, and which log groups and repositories it names */
async function rolesOf(given: Record<string, string>) {
  const parameters = Object.entries({ Repository: 'OWNER/NAME', DeployerDeletes: 'true', ...given });
  await query('cloudformation', {
    Action: 'CreateStack',
    StackName: `roles-${++stacks}`,
    TemplateBody: TEMPLATE,
    'Capabilities.member.1': 'CAPABILITY_NAMED_IAM',
    ...Object.fromEntries(
      parameters.flatMap(([key, value], at) => [
        [`Parameters.member.${at + 1}.ParameterKey`, key],
        [`Parameters.member.${at + 1}.ParameterValue`, value],
      ]),
    ),
  });
  const resources = await query('cloudformation', {
    Action: 'DescribeStackResources',
    StackName: `roles-${stacks}`,
  });
  const names = [
    ...resources.matchAll(/<PhysicalResourceId>([^<:]+-(?:deploy|read|execution))<\/PhysicalResourceId>/g),
  ].map(([, name = '']) => name);
  return Promise.all(
    names.sort().map(async (name) => {
      const policies = await query('iam', { Action: 'ListRolePolicies', RoleName: name });
      const [, policy = ''] = /<member>([^<]+)<\/member>/.exec(policies) ?? [];
      const allowed = decodeURIComponent(
        await query('iam', { Action: 'GetRolePolicy', RoleName: name, PolicyName: policy }),
      );
      const role = decodeURIComponent(await query('iam', { Action: 'GetRole', RoleName: name }));
      const all = (pattern: RegExp, text: string) =>
        [...new Set([...text.matchAll(pattern)].map(([, found = '']) => found))].sort();
      return {
        name,
        subjects: all(/"(repo:[^"]+)"/g, role),
        logGroups: all(/:log-group:([^:'"&]+)/g, allowed),
        repositories: all(/:repository\/([^'"&]+)/g, allowed),
        // What AWS checks beside the action and the key.
        conditions: Object.fromEntries(
          statementsOf(allowed)
            .filter(({ Action }) => JSON.stringify(Action).includes('kms:'))
            .flatMap(({ Action, Condition }) => [Action].flat().map((action) => [action, Condition])),
        ),
      };
    }),
  );
}

const ROLES = ['deploy', 'execution', 'read'];

test.each(['/papyrus/prd', '/shop/eu/stg'])(
  '%s alone results in the default names of the action',
  async (prefix) => {
    const { logGroup, repository } = ask({ inputs: { prefix } }).settings;
    const roles = await rolesOf({ Prefix: prefix });
    expect(roles.map(({ name }) => name)).toEqual(ROLES.map((role) => `${prefix.split('/')[1]}-${role}`));
    for (const role of roles)
      expect(role).toMatchObject({ logGroups: [logGroup?.name], repositories: [repository?.name] });
  },
);

test('configured names override the defaults', async () => {
  const given = { RoleNames: 'notes-stg', LogGroup: '/ecs/notes-stg', EcrRepository: 'notes/stg' };
  const roles = await rolesOf({ Prefix: '/notes/stg', ...given });
  expect(roles.map(({ name }) => name)).toEqual(ROLES.map((role) => `notes-stg-${role}`));
  for (const role of roles)
    expect(role).toMatchObject({ logGroups: ['/ecs/notes-stg'], repositories: ['notes/stg'] });
});

test.each([
  ['production', 'repo:OWNER/NAME:environment:production'],
  ['', 'repo:OWNER/NAME:ref:refs/heads/main'],
])('the environment "%s" of the deployer', async (Environment, subject) => {
  const RoleNames = `trust-${stacks}`;
  const [deploy, , read] = await rolesOf({ Prefix: '/papyrus/prd', RoleNames, Environment });
  expect(deploy?.subjects).toEqual([subject]);
  expect(read?.subjects).toEqual(['repo:OWNER/NAME:ref:refs/heads/main']);
});

test('a key is used through the services that store the values, and granted only to ECR', async () => {
  const KmsKeyArn = 'arn:aws:kms:us-west-2:123456789012:key/1234abcd';
  const roles = await rolesOf({ Prefix: '/keys/prd', KmsKeyArn });
  const through = (...services: string[]) => {
    const hosts = services.map((service) => `${service}.us-west-2.amazonaws.com`);
    return { StringEquals: { 'kms:ViaService': hosts.length === 1 ? hosts[0] : hosts } };
  };
  const values = through('ssm', 'secretsmanager');
  const [deploy, execution] = roles.map(({ conditions }) => conditions);
  expect(execution).toEqual({ 'kms:Decrypt': values });
  expect(deploy).toEqual({
    'kms:Decrypt': values,
    'kms:Encrypt': values,
    'kms:GenerateDataKey': values,
    'kms:DescribeKey': through('ecr'),
    'kms:RetireGrant': through('ecr'),
    'kms:CreateGrant': { ...through('ecr'), Bool: { 'kms:GrantIsForAWSResource': 'true' } },
  });
});
