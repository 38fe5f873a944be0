/** A repository, an account and GitHub's settings without a fault, for tests that plant one. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { IAM } from '@aws-sdk/client-iam';
import { isAllowed, isAllowedAnyhow } from '../iam/engine.ts';
import { type PolicyDocument, type Role, resolveRoles } from '../iam/template.ts';
import type { AwsServer } from '../servers/aws.ts';
import { type SettingsServer, TOKEN } from './github-settings-server.ts';
import { type CliRun, folderWith, runCli } from './run.ts';

export const REPOSITORY = 'Papyrus/Shop';
export const SECRET_CANARY = 'Kanari-db-0a1b2c';
const ROLE = 'papyrus-deploy';
const READER = 'papyrus-read';
export const ROLE_ARN = `arn:aws:iam::123456789012:role/${ROLE}`;

export const WORKFLOW = `name: deploy
on: { push: { branches: [main] } }
jobs:
  deploy:
    runs-on: ubuntu-latest
    environment: production
    permissions: { contents: read, id-token: write }
    steps:
      - uses: actions/checkout@v5
      - uses: aws-actions/configure-aws-credentials@v6
        with: { role-to-assume: "${ROLE_ARN}", aws-region: us-west-2 }
      - uses: papyrus/aws-bootstrap@v1
        with: { prefix: /papyrus/prd, dotenv: "\${{ secrets.DOTENV }}" }
`;

export interface Scene {
  readonly aws: AwsServer;
  readonly github: SettingsServer;
  readonly folder: string;
  readonly iam: IAM;
  /** What the role of the workflow has, once it is there. */
  policy: PolicyDocument;
  trust: PolicyDocument;
  /** The role of plan and drift, where it is there. */
  reader?: Pick<Role, 'policy' | 'trust'>;
  flags: string[];
}

/** @returns what is written into the account by {@link establish}, to be changed before */
export async function makeScene(aws: AwsServer, github: SettingsServer): Promise<Scene> {
  await aws.reset();
  const { policy, trust } = resolveRoles({ Repository: REPOSITORY, Prefix: '/papyrus/prd' }).Deployer;
  const iam = new IAM({
    endpoint: aws.motoUrl,
    region: 'us-west-2',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  });
  const folder = folderWith({
    '.env': `DB_USER=papyrus\nDB_PASSWORD=${SECRET_CANARY}\nLOG_LEVEL=info\n`,
    '.github/workflows/deploy.yml': WORKFLOW,
  });
  execFileSync('git', ['init', '--quiet'], { cwd: folder });
  execFileSync('git', ['config', 'remote.origin.url', `git@github.com:${REPOSITORY}.git`], { cwd: folder });
  github.answers.clear();
  for (const [path, body] of [
    [
      '',
      {
        full_name: REPOSITORY,
        id: 5678,
        owner: { id: 1234 },
        created_at: '2024-01-01T00:00:00Z',
        default_branch: 'main',
      },
    ],
    ['/actions/permissions', { enabled: true, allowed_actions: 'all' }],
    [
      '/environments/production',
      { deployment_branch_policy: { protected_branches: false, custom_branch_policies: true } },
    ],
    ['/environments/production/deployment-branch-policies', { branch_policies: [{ name: 'main' }] }],
    ['/environments/production/secrets/DOTENV', { name: 'DOTENV' }],
  ] as const)
    github.answers.set(path, body);
  return {
    aws,
    github,
    folder,
    iam,
    policy,
    trust,
    flags: ['--prefix', '/papyrus/prd', '--env-file', '.env', '--allowed-account-ids', '123456789012'],
  };
}

/** Writes files of the repository. */
export function put({ folder }: Pick<Scene, 'folder'>, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text);
}

/** @returns everything that was printed */
export const printed = ({ output, errors }: CliRun): string => output + errors;

/** Writes role and identity provider into the account, and lets IAM simulate the role's policy. */
export async function establish(
  { aws, iam, policy, trust, reader }: Scene,
  { provider = true, role = true } = {},
): Promise<void> {
  if (provider)
    await iam.createOpenIDConnectProvider({
      Url: 'https://token.actions.githubusercontent.com',
      ClientIDList: ['sts.amazonaws.com'],
      ThumbprintList: ['a'.repeat(40)],
    });
  const roles = [
    ...(role ? [[ROLE, { policy, trust }] as const] : []),
    ...(reader === undefined ? [] : [[READER, reader] as const]),
  ];
  for (const [RoleName, documents] of roles) {
    await iam.createRole({ RoleName, AssumeRolePolicyDocument: JSON.stringify(documents.trust) });
    await iam.putRolePolicy({
      RoleName,
      PolicyName: 'own',
      PolicyDocument: JSON.stringify(documents.policy),
    });
  }
  aws.answer('SimulatePrincipalPolicy', async (input) => {
    const members = (name: string) =>
      Object.entries(input).flatMap(([key, value]) =>
        new RegExp(`^${name}\\.member\\.\\d+$`).test(key) ? [String(value)] : [],
      );
    const context = contextOf(input);
    const isReader = String(input['PolicySourceArn']).endsWith(`/${READER}`);
    const own = isReader && reader !== undefined ? reader.policy : policy;
    const requests = members('ActionNames').flatMap((action) =>
      members('ResourceArns').map((resource) => ({ action, resource, context })),
    );
    const results = await Promise.all(
      requests.map(async (request) => {
        // The engine looks at key policies only where it knows the action.
        const isKey = request.action.startsWith('kms:');
        const isAllowedThere = isKey ? await isAllowed(own, request) : isAllowedAnyhow(own, request);
        return {
          EvalActionName: request.action,
          EvalResourceName: request.resource,
          EvalDecision: isAllowedThere ? 'allowed' : 'implicitDeny',
        };
      }),
    );
    return { EvaluationResults: results, IsTruncated: false };
  });
}

function contextOf(input: Readonly<Record<string, unknown>>): Record<string, string | string[]> {
  const context: Record<string, string | string[]> = {};
  for (const [key, value] of Object.entries(input)) {
    const index = /^ContextEntries\.member\.(\d+)\.ContextKeyName$/.exec(key)?.[1];
    if (index === undefined) continue;
    const values = Object.entries(input).flatMap(([name, one]) =>
      name.startsWith(`ContextEntries.member.${index}.ContextKeyValues.member.`) ? [String(one)] : [],
    );
    context[String(value)] = values.length === 1 ? (values[0] ?? '') : values;
  }
  return context;
}

export interface FoundCheck {
  readonly code: string;
  readonly status: 'ok' | 'warning' | 'failure';
  readonly text: string;
  readonly cure?: string;
}

/** Runs doctor with `--json`. */
export async function diagnose(
  { aws, github, folder, flags }: Scene,
  more: { readonly env?: Readonly<Record<string, string>>; readonly args?: readonly string[] } = {},
): Promise<{ run: CliRun; checks: FoundCheck[] }> {
  const run = await runCli(['doctor', ...flags, '--json', ...(more.args ?? [])], {
    folder,
    env: { ...aws.env(), GITHUB_API_URL: github.url, GH_TOKEN: TOKEN, ...more.env },
  });
  const { checks } = JSON.parse(run.output || '{"checks":[]}') as { checks: FoundCheck[] };
  return { run, checks };
}
