/** Whom a trust policy lets in, compared with the engine of another project; and what doctor reports of it. */
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { checkTrust } from '../../src/cli/doctor-trust.ts';
import {
  AUDIENCE,
  isAccepted,
  isMatched,
  type Job,
  readTrust,
  subjectsOf,
} from '../../src/cli/trust-policy.ts';
import { isTrusted } from '../iam/engine.ts';
import { HERE, PROVIDER, resolveRoles } from '../iam/template.ts';

const ARN = `arn:aws:iam::${HERE.account}:oidc-provider/${PROVIDER}`;
const SUB = `${PROVIDER}:sub`;
const AUD = `${PROVIDER}:aud`;
const statement = (condition: object, more: object = {}) => ({
  Effect: 'Allow',
  Principal: { Federated: ARN },
  Action: 'sts:AssumeRoleWithWebIdentity',
  Condition: condition,
  ...more,
});
const policy = (...statements: object[]) => ({ Version: '2012-10-17', Statement: statements });
const audience = { StringEquals: { [AUD]: AUDIENCE } };

const SUBJECTS = [
  'repo:OWNER/NAME:environment:production',
  'repo:OWNER@1/NAME@2:environment:production',
  'repo:owner/name:environment:production',
  'repo:OWNER/NAME:ref:refs/heads/main',
  'repo:OWNER/NAME:pull_request',
  'repo:OTHER/NAME:environment:production',
];
const PATTERNS = [
  ...SUBJECTS,
  'repo:OWNER/NAME:*',
  'repo:OWNER/*',
  'repo:*/NAME:environment:*',
  'repo:OWNER/NAM?:environment:production',
  '*',
  'repo:OWNER/NAME:environment:*on',
];

describe('a trust policy', () => {
  it('is read as the engine reads it', async () => {
    const patterns = fc.uniqueArray(fc.constantFrom(...PATTERNS), { minLength: 1, maxLength: 3 });
    const operator = fc.constantFrom('StringEquals', 'StringLike', 'StringEqualsIgnoreCase');
    const conditions = fc.array(fc.tuple(operator, patterns), { maxLength: 2 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(conditions, { minLength: 1, maxLength: 2 }),
        fc.constantFrom(...SUBJECTS),
        fc.constantFrom(AUDIENCE, 'https://github.com/OWNER'),
        async (all, subject, aud) => {
          const trust = policy(
            ...all.map((one) => {
              const condition: Record<string, Record<string, unknown>> = {
                StringEquals: { [AUD]: AUDIENCE },
              };
              for (const [name, values] of one) condition[name] = { ...condition[name], [SUB]: values };
              return statement(condition);
            }),
          );
          const token = {
            principal: ARN,
            action: 'sts:AssumeRoleWithWebIdentity',
            context: { [SUB]: subject, [AUD]: aud },
          };
          const mine = readTrust(JSON.stringify(trust), ARN).some((read) =>
            isAccepted(read, { subject, audience: aud }),
          );
          expect(mine).toBe(await isTrusted(trust, token));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('with stars is matched in little time', () => {
    const text = `${'*a'.repeat(50)}*b`;
    const began = performance.now();
    expect(isMatched({ text, operator: 'StringLike' }, 'a'.repeat(2_000))).toBe(false);
    expect(performance.now() - began).toBeLessThan(3_000);
  });
});

const JOB: Job = {
  repository: 'OWNER/NAME',
  ids: '1/2',
  createdAt: '2026-08-01T00:00:00Z',
  environment: 'production',
  branch: 'main',
  isPullRequest: false,
};
const NEW = 'repo:OWNER@1/NAME@2:environment:production';
const OLD = 'repo:OWNER/NAME:environment:production';
const check = (trust: object, job: Job = JOB) =>
  checkTrust(
    {
      name: 'papyrus-deploy',
      arn: 'arn:aws:iam::123456789012:role/papyrus-deploy',
      trust: JSON.stringify(trust),
    },
    ARN,
    job,
  );
const worst = (trust: object, job?: Job) => {
  const found = check(trust, job).map(({ status }) => status);
  return found.includes('failure') ? 'failure' : found.includes('warning') ? 'warning' : 'ok';
};
const trusts = (sub: unknown, operator = 'StringEquals') =>
  policy(
    statement({
      StringEquals: { [AUD]: AUDIENCE, ...(operator === 'StringEquals' && { [SUB]: sub }) },
      ...(operator !== 'StringEquals' && { [operator]: { [SUB]: sub } }),
    }),
  );

describe('doctor', () => {
  test.each<[what: string, trust: object, job: Partial<Job>, status: string]>([
    ['the subject with ids of a new repository', trusts(NEW), {}, 'ok'],
    ['the old subject of a new repository', trusts(OLD), {}, 'failure'],
    ['both subjects of a new repository', trusts([OLD, NEW]), {}, 'ok'],
    ['the old subject of an older repository', trusts(OLD), { createdAt: '2020-01-01T00:00:00Z' }, 'warning'],
    ['the old subject, GitHub not asked', trusts(OLD), { createdAt: undefined, ids: undefined }, 'warning'],
    ['both subjects, date unknown', trusts([OLD, NEW]), { createdAt: undefined }, 'ok'],
    ['another environment', trusts(NEW.replace('production', 'staging')), {}, 'failure'],
    ['a branch, not the environment', trusts('repo:OWNER@1/NAME@2:ref:refs/heads/main'), {}, 'failure'],
    [
      'a branch, of a job without an environment',
      trusts('repo:OWNER@1/NAME@2:ref:refs/heads/main'),
      { environment: undefined },
      'ok',
    ],
    [
      'pull requests',
      trusts('repo:OWNER@1/NAME@2:pull_request'),
      { environment: undefined, isPullRequest: true },
      'ok',
    ],
    ['another case', trusts(NEW.toLowerCase()), {}, 'failure'],
    ['another case, without regard to it', trusts(NEW.toLowerCase(), 'StringEqualsIgnoreCase'), {}, 'ok'],
    ['a wildcard below StringEquals', trusts('repo:OWNER@1/NAME@2:*'), {}, 'failure'],
    ['every branch of the repository', trusts('repo:OWNER@1/NAME@2:*', 'StringLike'), {}, 'warning'],
    ['every repository of the owner', trusts('repo:OWNER*', 'StringLike'), {}, 'warning'],
    ['an owner with a longer name', trusts([NEW, 'repo:OWNERS/NAME:environment:production']), {}, 'warning'],
    ['every subject that begins with repo', trusts('repo*', 'StringLike'), {}, 'warning'],
    [
      'a wildcard that another operator narrows',
      policy(
        statement({
          StringEquals: { [AUD]: AUDIENCE, [SUB]: NEW },
          StringLike: { [SUB]: 'repo:OWNER*' },
          'ForAllValues:StringLike': { [SUB]: '*' },
        }),
      ),
      {},
      'ok',
    ],
    ['everybody', policy(statement(audience)), {}, 'failure'],
    ['tokens without a subject', trusts(NEW, 'ForAllValues:StringEquals'), {}, 'failure'],
    ['any audience', policy(statement({ StringEquals: { [SUB]: NEW } })), {}, 'warning'],
    ['another audience', policy(statement({ StringEquals: { [SUB]: NEW, [AUD]: 'other' } })), {}, 'failure'],
    ['another provider', policy(statement(audience, { Principal: { Federated: `${ARN}x` } })), {}, 'failure'],
    [
      'users of the account',
      policy({ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' }),
      {},
      'failure',
    ],
    [
      'an unknown condition',
      policy(
        statement({
          ...audience,
          StringEquals: { [AUD]: AUDIENCE, [SUB]: NEW },
          Bool: { 'aws:SecureTransport': 'true' },
        }),
      ),
      {},
      'warning',
    ],
    [
      'a statement that denies',
      policy(statement({ StringEquals: { [AUD]: AUDIENCE, [SUB]: NEW } }), {
        Effect: 'Deny',
        Principal: '*',
        Action: 'sts:*',
      }),
      {},
      'warning',
    ],
  ])('of a role that trusts %s: %s', (_, trust, job, status) => {
    expect(worst(trust, { ...JOB, ...job })).toBe(status);
  });

  it('finds nothing to correct in the policy of its cure', () => {
    const [first] = check(trusts('repo:OTHER/NAME:environment:production'));
    const document = /--policy-document '(.*)'$/.exec(first?.cure ?? '')?.[1] ?? '';
    expect(worst(JSON.parse(document))).toBe('ok');
  });

  it.each(['OWNER@1/NAME@2', 'OWNER/NAME'])('agrees with the roles of iam/roles.yml (%s)', (form) => {
    const isNew = form.includes('@');
    const { trust } = resolveRoles({
      Repository: 'OWNER/NAME',
      Prefix: '/papyrus/prd',
      ...(isNew && { RepositoryIds: '1/2' }),
    }).Deployer;
    const status = worst(trust, { ...JOB, ...(!isNew && { createdAt: undefined }) });
    expect(status).toBe(isNew ? 'ok' : 'warning');
  });

  it('warns of a document that is no policy', () => {
    const role = { name: 'x', arn: 'arn:aws:iam::123456789012:role/x', trust: 'no JSON' };
    expect(checkTrust(role, ARN, JOB).map(({ status }) => status)).toEqual(['warning']);
  });

  it('encodes a colon in the name of an environment as GitHub does', () => {
    expect(subjectsOf({ ...JOB, environment: 'eu:prod' }).old).toBe('repo:OWNER/NAME:environment:eu%3Aprod');
  });
});
