// iam/roles.yml as a stack makes it: its roles may do what the action does of itself for the same prefix.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ask } from './asking.ts';
import { type Moto, startMoto } from './servers/moto.ts';

const TEMPLATE = readFileSync(new URL('../iam/roles.yml', import.meta.url), 'utf8');

let moto: Moto;
beforeAll(async () => {
  moto = await startMoto();
});
afterAll(() => moto?.[Symbol.asyncDispose]());

/** Asks a service of the query protocol; the answer is XML. */
async function query(service: 'cloudformation' | 'iam', parameters: Record<string, string>): Promise<string> {
  const credential = `Credential=test/20260101/us-west-2/${service}/aws4_request`;
  const response = await fetch(moto.url, {
    method: 'POST',
    headers: { authorization: `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=host, Signature=none` },
    body: new URLSearchParams(parameters),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${parameters.Action}: ${text}`);
  return text;
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
      };
    }),
  );
}

const ROLES = ['deploy', 'execution', 'read'];

test.each(['/papyrus/prd', '/shop/eu/stg'])(
  '%s alone names what the action takes by default',
  async (prefix) => {
    const { logGroup, repository } = ask({ inputs: { prefix } }).settings;
    const roles = await rolesOf({ Prefix: prefix });
    expect(roles.map(({ name }) => name)).toEqual(ROLES.map((role) => `${prefix.split('/')[1]}-${role}`));
    for (const role of roles)
      expect(role).toMatchObject({ logGroups: [logGroup?.name], repositories: [repository?.name] });
  },
);

test('names that are given win', async () => {
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
