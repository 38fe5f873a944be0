/** `doctor` as a child process: it finds nothing in an account without faults, and each fault that is planted here. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { KMS } from '@aws-sdk/client-kms';
import { SSM } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, beforeEach, expect, it, test } from 'vitest';
import { resolveRoles } from '../iam/template.ts';
import { type AwsServer, startAws } from '../servers/aws.ts';
import {
  diagnose,
  establish,
  makeScene,
  printed,
  put,
  REPOSITORY,
  type Scene,
  SECRET_CANARY,
  WORKFLOW,
} from './doctor-scene.ts';
import { type SettingsServer, startSettingsServer, TOKEN } from './github-settings-server.ts';
import { runCli } from './run.ts';

let aws: AwsServer;
let github: SettingsServer;
let scene: Scene;
beforeAll(async () => {
  aws = await startAws();
  github = await startSettingsServer('Papyrus/Shop');
});
afterAll(async () => {
  await aws?.close();
  await github?.[Symbol.asyncDispose]();
});
beforeEach(async () => {
  scene = await makeScene(aws, github);
});

const clientSettings = () => ({
  endpoint: aws.motoUrl,
  region: 'us-west-2',
  credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
});

it('finds no failure without a fault, and writes nothing', async () => {
  await establish(scene);
  aws.forget();
  const { run, checks } = await diagnose(scene);
  expect(checks.filter(({ status }) => status === 'failure')).toEqual([]);
  // An older repository may have been renamed since, which its date does not show.
  expect(checks.filter(({ status }) => status === 'warning').map(({ code }) => code)).toEqual(['trust']);
  expect(run.code).toBe(0);
  expect(aws.writes().filter(({ operation }) => !/^Simulate/.test(operation))).toEqual([]);
  expect(new Set(checks.map(({ code }) => code))).toEqual(
    new Set([
      'input',
      'region',
      'workflow',
      'github',
      'workflow-permissions',
      'github-environment',
      'branch-policy',
      'github-secret',
      'credentials',
      'account',
      'oidc-provider',
      'role',
      'trust',
      'permissions',
      'ownership',
      'quota',
    ]),
  );
});

it('knows a repository with ids in its subjects by its date', async () => {
  Object.assign(github.answers.get('') ?? {}, { created_at: '2026-08-01T00:00:00Z' });
  setSubject('repo:Papyrus@1234/Shop@5678:environment:production');
  await establish(scene);
  const { run, checks } = await diagnose(scene);
  expect(checks.filter(({ status }) => status !== 'ok')).toEqual([]);
  expect(run.code).toBe(0);
});

it('finds secrets and variables that the organization shares, on any page', async () => {
  await establish(scene);
  put(scene, {
    '.github/workflows/deploy.yml': WORKFLOW.replace(/"arn:[^"]+"/, '"\u0024{{ vars.AWS_ROLE }}"'),
  });
  github.answers.delete('/environments/production/secrets/DOTENV');
  const others = [...Array(250).keys()].map((index) => ({ name: `OTHER_${index}`, value: 'x' }));
  github.answers.set('/actions/organization-secrets', { secrets: [...others, { name: 'DOTENV' }] });
  github.answers.set('/actions/organization-variables', {
    variables: [...others, { name: 'AWS_ROLE', value: 'arn:aws:iam::123456789012:role/papyrus-deploy' }],
  });
  const { checks } = await diagnose(scene);
  for (const kind of ['github-secret', 'github-variable'])
    expect(checks.filter(({ code }) => code === kind).map(({ status }) => status)).toEqual(['ok']);
});

it('finds nothing to correct in the files of init', async () => {
  const { folder } = scene;
  rmSync(join(folder, '.github'), { recursive: true });
  const args = ['init', '--prefix', '/papyrus/prd', '--region', 'us-west-2', '--branch', 'main', '--yes'];
  const written = await runCli(args, { folder, env: aws.env() });
  expect(written.code, printed(written)).toBe(0);
  const given = { Repository: REPOSITORY, Prefix: '/papyrus/prd', PlanOnPullRequests: 'true' };
  scene.reader = resolveRoles(given).DriftReader;
  for (const [name, role] of [
    ['AWS_DEPLOY_ROLE', 'papyrus-deploy'],
    ['AWS_READ_ROLE', 'papyrus-read'],
  ] as const)
    github.answers.set(`/actions/variables/${name}`, {
      name,
      value: `arn:aws:iam::123456789012:role/${role}`,
    });
  // Jobs without an environment take the secret of the repository.
  github.answers.set('/actions/secrets/DOTENV', { name: 'DOTENV' });
  await establish(scene);
  const { run, checks } = await diagnose(scene);
  expect(checks.filter(({ status }) => status === 'failure')).toEqual([]);
  expect(run.code).toBe(0);
  const roles = checks.filter(({ code }) => code === 'role').map(({ text }) => text);
  expect(roles).toHaveLength(2);
  expect(checks.filter(({ code }) => code === 'permissions').map(({ status }) => status)).toEqual([
    'ok',
    'ok',
  ]);
});

interface TrustStatement {
  Condition: Record<string, Record<string, unknown>>;
}
const SUB = 'token.actions.githubusercontent.com:sub';
function conditionOf(): TrustStatement['Condition'] {
  return (scene.trust.Statement[0] as unknown as TrustStatement).Condition;
}
function setSubject(subject: string, operator = 'StringEquals'): void {
  const condition = conditionOf();
  delete condition['StringEquals']?.[SUB];
  condition[operator] = { ...condition[operator], [SUB]: subject };
}

async function withKey(change?: (kms: KMS, id: string) => Promise<unknown>): Promise<void> {
  const kms = new KMS(clientSettings());
  const { KeyMetadata } = await kms.createKey({});
  const id = KeyMetadata?.KeyId ?? '';
  await change?.(kms, id);
  scene.flags.push('--kms-key-id', KeyMetadata?.Arn ?? '');
  const all = { Sid: 'Key', Effect: 'Allow', Action: 'kms:*', Resource: '*' };
  scene.policy = { ...scene.policy, Statement: [...scene.policy.Statement, all] };
}

type Fault = readonly [
  what: string,
  code: string,
  cure: RegExp,
  plant: () => unknown,
  options?: { provider?: boolean; role?: boolean },
];
/** Faults that are planted together, each with the check that finds it, and what its cure begins with or holds. */
const FAULTS: ReadonlyArray<readonly Fault[]> = [
  [
    [
      'the GitHub secret does not exist',
      'github-secret',
      /^gh secret set DOTENV .*--env production < \.env$/,
      () => github.answers.delete('/environments/production/secrets/DOTENV'),
    ],
    [
      'a GitHub secret that holds no .env does not exist',
      'github-secret',
      /^gh secret set AUTH0_SECRET .*--env production$/,
      () =>
        put(scene, {
          '.github/workflows/deploy.yml': WORKFLOW.replace(
            'dotenv:',
            'auth0-management-client-secret: "\u0024{{ secrets.AUTH0_SECRET }}", dotenv:',
          ),
        }),
    ],
    [
      'every branch may deploy to the environment',
      'branch-policy',
      /deployment-branch-policies -f name=main$/,
      () => github.answers.set('/environments/production', { deployment_branch_policy: null }),
    ],
    [
      'the role lacks a permission',
      'permissions',
      /^aws iam put-role-policy --role-name papyrus-deploy .*ssm:PutParameter/,
      () => {
        scene.policy = JSON.parse(
          JSON.stringify(scene.policy).replace('"ssm:PutParameter"', '"ssm:GetParameter"'),
        );
      },
    ],
    [
      'the KMS key is disabled',
      'key',
      /^aws kms enable-key --key-id /,
      () => withKey((kms, id) => kms.disableKey({ KeyId: id })),
    ],
    [
      'a name belongs to somebody else',
      'ownership',
      /^Choose another name/,
      () =>
        new SSM(clientSettings()).putParameter({
          Name: '/papyrus/prd/LOG_LEVEL',
          Value: 'info',
          Type: 'String',
          Tags: [{ Key: 'managed-by', Value: 'terraform' }],
        }),
    ],
    [
      'the quota of parameters is used up',
      'quota',
      /Service Quotas/,
      () =>
        aws.answer('DescribeParameters', (input) =>
          input['ParameterFilters'] === undefined
            ? {
                Parameters: Array.from({ length: 2_500 }, (_, index) => ({ Name: `/x/${index}` })),
                NextToken: 'more',
              }
            : undefined,
        ),
    ],
  ],
  [
    ['no YAML', 'workflow', /^Correct the line/, () => put(scene, { '.github/workflows/other.yml': 'a: [' })],
    [
      'GitHub Actions are disabled',
      'workflow-permissions',
      /^gh api -X PUT .*enabled=true/,
      () => github.answers.set('/actions/permissions', { enabled: false }),
    ],
    [
      'the account has no identity provider',
      'oidc-provider',
      /^aws iam create-open-id-connect-provider /,
      () => {},
      { provider: false },
    ],
  ],
  [
    [
      'the job may not ask for a token',
      'workflow-permissions',
      /id-token: write/,
      () => put(scene, { '.github/workflows/deploy.yml': WORKFLOW.replace(', id-token: write', '') }),
    ],
    [
      'a line of the .env cannot be read',
      'input',
      /\+2 \.env$/,
      () => put(scene, { '.env': `A=1\nDB_PASSWORD=${SECRET_CANARY}#x\n` }),
    ],
    [
      'no role exists',
      'role',
      /aws cloudformation deploy .*Repository=Papyrus\/Shop/,
      () => {},
      { role: false },
    ],
  ],
  [
    [
      'the repository was renamed',
      'github',
      /^git remote set-url origin /,
      () => github.answers.set('', 301),
    ],
    [
      'the credentials have expired',
      'credentials',
      /^Sign in/,
      () => aws.fault({ operation: 'GetCallerIdentity', kind: 'expired-token', times: 9 }),
    ],
  ],
  [
    [
      'the environment does not exist',
      'github-environment',
      /\| gh api -X PUT .*environments\/production/,
      () => github.answers.delete('/environments/production'),
    ],
    [
      'the account is not the one that is allowed',
      'account',
      /^aws configure list-profiles/,
      () => {
        scene.flags[scene.flags.length - 1] = '210987654321';
      },
    ],
  ],
  [
    [
      'the trust lacks the ids of a new repository',
      'trust',
      /repo:Papyrus@1234\/Shop@5678:environment:production/,
      () => Object.assign(github.answers.get('') ?? {}, { created_at: '2026-08-01T00:00:00Z' }),
    ],
  ],
];

test.each(FAULTS.map((faults) => [faults.map(([what]) => what).join(', '), faults] as const))(
  'finds that %s',
  async (_, faults) => {
    for (const [, , , plant] of faults) await plant();
    await establish(scene, Object.assign({}, ...faults.map(([, , , , options]) => options)));
    const { run, checks } = await diagnose(scene);
    const failures = checks.filter(({ status }) => status === 'failure');
    expect(failures.map(({ code }) => code).sort(), printed(run)).toEqual(
      faults.map(([, code]) => code).sort(),
    );
    for (const [what, code, cure] of faults)
      expect(
        failures.some((one) => one.code === code && cure.test(one.cure ?? '')),
        what,
      ).toBe(true);
    expect(run.code).toBe(1);
    expect(printed(run)).not.toContain(SECRET_CANARY);
    expect(printed(run)).not.toContain(TOKEN);
  },
);

it('warns of permissions that IAM does not simulate, and names them', async () => {
  await establish(scene);

  aws.fault({ operation: 'SimulatePrincipalPolicy', kind: 'access-denied', times: 9 });
  const { checks } = await diagnose(scene);
  const doubts = checks.filter(({ code, status }) => code === 'permissions' && status === 'warning');
  expect(doubts).toHaveLength(1);
  expect(doubts[0]?.text).toContain('ssm:PutParameter');
});

it('prints each check with a sign, and with a command to paste', async () => {
  await establish(scene, { provider: false });
  const run = await runCli(['doctor', ...scene.flags], {
    folder: scene.folder,
    env: { ...aws.env(), GITHUB_API_URL: github.url, GH_TOKEN: TOKEN },
  });
  expect(run.code).toBe(1);
  expect(run.output).toMatch(/^✓ /m);
  expect(run.output).toMatch(/^✗ .*identity provider.*\n {4}aws iam create-open-id-connect-provider /m);
});

it('runs without git, without GitHub and without a token', async () => {
  await establish(scene);
  const { checks } = await diagnose(scene, { env: { GH_TOKEN: '', PATH: '/nonexistent' } });
  expect(checks.filter(({ status }) => status === 'failure')).toEqual([]);
  expect(checks.some(({ code, status }) => code === 'github' && status === 'warning')).toBe(true);
});
