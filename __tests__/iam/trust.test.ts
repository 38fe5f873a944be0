/** Who may assume the roles of iam/roles.yml, evaluated by an engine: one repository, by the claims of its tokens, and no other principal. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ask } from '../asking.ts';
import { type Claimant, isTrusted } from './engine.ts';
import { HERE, PROVIDER, type RoleName, resolveRoles } from './template.ts';

type Given = Readonly<Record<string, string>>;
const GITHUB = `arn:aws:iam::${HERE.account}:oidc-provider/${PROVIDER}`;

/** A job's token, exchanged as configure-aws-credentials does it. */
const token = (sub: string, aud = 'sts.amazonaws.com', principal = GITHUB): Claimant => ({
  principal,
  action: 'sts:AssumeRoleWithWebIdentity',
  context: { [`${PROVIDER}:sub`]: sub, [`${PROVIDER}:aud`]: aud },
});
const isTrustedBy = (role: RoleName, given: Given, claimant: Claimant) =>
  isTrusted(
    resolveRoles({ Repository: 'OWNER/NAME', Prefix: '/papyrus/prd', ...given })[role].trust,
    claimant,
  );

const IDS: Given = { RepositoryIds: '1234/5678' };
const NEW = 'repo:OWNER@1234/NAME@5678';
const OLD = 'repo:OWNER/NAME';

describe.each<[form: string, given: Given, own: string, other: string]>([
  ['the subject of an older repository', {}, OLD, NEW],
  ['the subject with ids', IDS, NEW, OLD],
])('%s', (_, given, own, other) => {
  test.each<[RoleName, Given, string, boolean]>([
    ['Deployer', {}, `${own}:environment:production`, true],
    ['Deployer', { Environment: 'staging' }, `${own}:environment:staging`, true],
    ['Deployer', { Environment: 'staging' }, `${own}:environment:production`, false],
    ['Deployer', { Environment: '' }, `${own}:ref:refs/heads/main`, true],
    ['Deployer', { Environment: '', DriftBranch: 'release/1' }, `${own}:ref:refs/heads/release/1`, true],
    ['Deployer', { Environment: '', DriftBranch: 'release/1' }, `${own}:ref:refs/heads/main`, false],
    ['Deployer', { Environment: '' }, `${own}:environment:production`, false],
    ['Deployer', {}, `${own}:ref:refs/heads/main`, false],
    ['Deployer', { PlanOnPullRequests: 'true' }, `${own}:pull_request`, false],
    ['Deployer', { Environment: '' }, `${own}:ref:refs/tags/main`, false],
    ['DriftReader', {}, `${own}:ref:refs/heads/main`, true],
    ['DriftReader', { DriftBranch: 'trunk' }, `${own}:ref:refs/heads/trunk`, true],
    ['DriftReader', { DriftBranch: 'trunk' }, `${own}:ref:refs/heads/main`, false],
    ['DriftReader', { PlanOnPullRequests: 'true' }, `${own}:ref:refs/heads/main`, true],
    ['DriftReader', { PlanOnPullRequests: 'true' }, `${own}:pull_request`, true],
    ['DriftReader', {}, `${own}:pull_request`, false],
    ['DriftReader', {}, `${own}:environment:production`, false],
    ['DriftReader', {}, `${own}:ref:refs/heads/main2`, false],
    ['DriftReader', {}, `${own}:ref:refs/heads/feature/main`, false],
  ])('%s with %j: %s is trusted: %s', async (role, more, sub, expected) => {
    expect(await isTrustedBy(role, { ...given, ...more }, token(sub))).toBe(expected);
  });

  const PLANS: Given = { ...given, PlanOnPullRequests: 'true' };
  const right: Readonly<Record<string, string>> = {
    Deployer: 'environment:production',
    DriftReader: 'ref:refs/heads/main',
  };
  test.each<[what: string, (from: string) => Claimant]>([
    ['the same repository by the other form', (from) => token(`${other}:${from}`)],
    ['a fork', (from) => token(`${own.replace('OWNER', 'FORKER')}:${from}`)],
    ['another repository of the owner', (from) => token(`${own.replace('NAME', 'OTHER')}:${from}`)],
    ['a repository with this prefix in its name', (from) => token(`${own}-2:${from}`)],
    ['another owner under the same name', (from) => token(`${own.replace('@1234', '')}X:${from}`)],
    ['the name in lower case', (from) => token(`${own.toLowerCase()}:${from}`)],
    ['another owner’s ids', (from) => token(`repo:OWNER@9999/NAME@5678:${from}`)],
    ['another repository’s ids', (from) => token(`repo:OWNER@1234/NAME@9999:${from}`)],
    ['nothing after the repository', () => token(own)],
    ['something after the right subject', (from) => token(`${own}:${from}:more`)],
    ['a star', () => token('repo:*')],
    ['another audience', (from) => token(`${own}:${from}`, 'https://github.com/OWNER')],
    ['no audience', (from) => ({ ...token(''), context: { [`${PROVIDER}:sub`]: `${own}:${from}` } })],
    ['no subject', () => ({ ...token(''), context: { [`${PROVIDER}:aud`]: 'sts.amazonaws.com' } })],
    [
      'another provider of the account',
      (from) =>
        token(`${own}:${from}`, 'sts.amazonaws.com', `arn:aws:iam::${HERE.account}:oidc-provider/gitlab.com`),
    ],
    [
      'the provider of another account',
      (from) => token(`${own}:${from}`, 'sts.amazonaws.com', GITHUB.replace(HERE.account, '210987654321')),
    ],
    [
      'a user of the account',
      (from) => ({
        ...token(`${own}:${from}`),
        principal: `arn:aws:iam::${HERE.account}:user/alice`,
        action: 'sts:AssumeRole',
        context: {},
      }),
    ],
  ])('is refused to %s', async (_what, claimant) => {
    for (const role of ['Deployer', 'DriftReader'] as const) {
      const from = right[role] ?? '';
      expect(await isTrustedBy(role, PLANS, token(`${own}:${from}`))).toBe(true);
      expect(await isTrustedBy(role, PLANS, claimant(from))).toBe(false);
    }
  });
});

test('an existing provider is trusted like a created one', async () => {
  const given = { OidcProviderArn: GITHUB };
  expect(await isTrustedBy('Deployer', given, token(`${OLD}:environment:production`))).toBe(true);
  expect(await isTrustedBy('Deployer', given, token(`${OLD}:environment:staging`))).toBe(false);
});

test.each<[what: string, Claimant, boolean]>([
  ['ECS of this account', tasks(), true],
  ['ECS of another account', tasks({ context: { 'aws:SourceAccount': '210987654321' } }), false],
  ['ECS that does not say for whom', tasks({ context: {} }), false],
  ['another service', tasks({ principal: 'ec2.amazonaws.com' }), false],
  ['a user of the account', tasks({ principal: `arn:aws:iam::${HERE.account}:user/alice` }), false],
  ['a job of the repository', token(`${OLD}:environment:production`), false],
])('the execution role, by %s: %s', async (_, claimant, expected) => {
  expect(await isTrustedBy('Execution', {}, claimant)).toBe(expected);
});

function tasks(more: Partial<Claimant> = {}): Claimant {
  return {
    principal: 'ecs-tasks.amazonaws.com',
    action: 'sts:AssumeRole',
    context: { 'aws:SourceAccount': HERE.account },
    ...more,
  };
}

test.each([
  ['KmsKeyArn', 'arn:aws:kms:us-west-2:123456789012:alias/papyrus'],
  ['Repository', 'OWNER/*'],
  ['Environment', 'prod*'],
  ['DriftBranch', '*'],
  ['RepositoryIds', '*/*'],
  ['Prefix', '/papyrus/*'],
  ['Prefix', '/papyrus'],
  ['Prefix', '/'],
  ['LogGroup', '*'],
  ['EcrRepository', '*'],
  ['OidcProviderArn', 'arn:aws:iam::123456789012:role/other'],
  // Its claims have other names, which the conditions do not ask for.
  ['OidcProviderArn', `${GITHUB}/octo`],
  ['OidcProviderArn', 'arn:aws:iam::123456789012:oidc-provider/gitlab.com'],
])('%s rejects %s, which would trust or grant too little or too much', (parameter, value) => {
  const given = { Repository: 'OWNER/NAME', Prefix: '/papyrus/prd', [parameter]: value };
  expect(() => resolveRoles(given)).toThrow(parameter);
});

test.each([
  ['EcrRepository', 'repository', 'team-a/my_app/web.api'],
  ['LogGroup', 'log-group', '/ecs/papyrus_prd.1/blue'],
])('%s takes what the input %s takes: %s', (parameter, input, value) => {
  const { settings, faults } = ask({ inputs: { prefix: '/papyrus/prd', [input]: value } });
  expect(faults).toEqual([]);
  expect([settings.repository?.name, settings.logGroup?.name]).toContain(value);
  const given = { Repository: 'OWNER/NAME', Prefix: '/papyrus/prd', [parameter]: value };
  expect(JSON.stringify(resolveRoles(given).Deployer.policy)).toContain(value);
});

test('the trust policy of docs/iam.md trusts only the job that it names', async () => {
  const page = readFileSync(new URL('../../docs/iam.md', import.meta.url), 'utf8');
  const [, json = ''] = /```json\n(\{[^`]*AssumeRoleWithWebIdentity[^`]*\})\n```/.exec(page) ?? [];
  const trust = JSON.parse(json);
  expect(await isTrusted(trust, token('repo:OWNER/REPOSITORY:environment:production'))).toBe(true);
  for (const wrong of [
    token('repo:OWNER/OTHER:environment:production'),
    token('repo:OWNER/REPOSITORY:environment:staging'),
    token('repo:OWNER/REPOSITORY:pull_request'),
    token('repo:OWNER/REPOSITORY:environment:production', 'https://github.com/OWNER'),
  ])
    expect(await isTrusted(trust, wrong)).toBe(false);
});

test('the engine rejects a policy with invalid grammar', async () => {
  const { trust } = resolveRoles({ Repository: 'OWNER/NAME', Prefix: '/papyrus/prd' }).Deployer;
  const broken = { ...trust, Statement: [{ ...(trust.Statement[0] as object), Principals: '*' }] };
  await expect(isTrusted(broken, token(`${OLD}:environment:production`))).rejects.toThrow('Principals');
});
