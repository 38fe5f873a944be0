import { shellQuote } from './check.ts';
import { ROLE_VARIABLES, roleName, type Setup, usesVariables } from './init-setup.ts';

/** One command that the user runs, or `--run` does. */
export interface SetupCommand {
  /** What it does, as a sentence. */
  readonly purpose: string;
  /** Ready to be pasted into a shell. */
  readonly text: string;
  /** What `--run` starts, one after the other, without a shell. */
  readonly programs: readonly Program[];
}

export interface Program {
  readonly name: 'aws' | 'gh';
  /** A part may be the output of a program, with its line breaks taken off. */
  readonly args: ReadonlyArray<string | { readonly before: string; readonly output: Program }>;
  readonly input?: { readonly text: string } | { readonly file: string };
}

/** Where `--run` finds the CloudFormation template, in place of the file that the pasted command downloads. */
export const TEMPLATE = 'roles.yml';

const PROVIDER: Program = {
  name: 'aws',
  args: [
    'iam',
    'list-open-id-connect-providers',
    '--query',
    "OpenIDConnectProviderList[?ends_with(Arn, '/token.actions.githubusercontent.com')].Arn",
    '--output',
    'text',
  ],
};

/** The form of the subject that GitHub signs; empty where it is the old one, which has no ids. */
const idsOf = (repository: string): Program => ({
  name: 'gh',
  args: [
    'api',
    `repos/${repository}`,
    '--jq',
    'if .created_at > "2026-07-15" then "\\(.owner.id)/\\(.id)" else "" end',
  ],
});

/** @returns what is left to do, in order: the roles, the secret, the environment, and variables where no account is known */
export function setupCommands(setup: Setup): SetupCommand[] {
  const repository = setup.repository ?? 'OWNER/NAME';
  return [
    roles(setup, repository),
    ...(usesVariables(setup) ? variables(setup, repository) : []),
    ...(setup.environment === undefined ? [] : environment(setup, setup.environment, repository)),
    secret(setup, repository),
  ];
}

function roles(setup: Setup, repository: string): SetupCommand {
  const { prefix, region, environment: name, branch } = setup;
  const args = [
    'cloudformation',
    'deploy',
    '--region',
    region,
    '--stack-name',
    stackName(setup),
    '--template-file',
    TEMPLATE,
    '--capabilities',
    'CAPABILITY_NAMED_IAM',
    '--no-fail-on-empty-changeset',
    '--parameter-overrides',
    `Repository=${repository}`,
    `Prefix=${prefix}`,
    `Environment=${name ?? ''}`,
    `DriftBranch=${branch}`,
    'PlanOnPullRequests=true',
    { before: 'RepositoryIds=', output: idsOf(repository) },
    { before: 'OidcProviderArn=', output: PROVIDER },
  ];
  const program: Program = { name: 'aws', args };
  return {
    purpose: 'Create the IAM roles that GitHub Actions will use',
    text: `curl -fsSLO https://raw.githubusercontent.com/papyrus/aws-bootstrap/v1/iam/roles.yml\n${inShell(program)}`,
    programs: [program],
  };
}

const stackName = ({ prefix }: Setup) => `${prefix.slice(1).replace(/[^A-Za-z0-9]+/g, '-')}-roles`;

function variables(setup: Setup, repository: string): SetupCommand[] {
  const arn = (role: 'deploy' | 'read'): Program => ({
    name: 'aws',
    args: [
      'iam',
      'get-role',
      '--role-name',
      roleName(setup, role),
      '--query',
      'Role.Arn',
      '--output',
      'text',
    ],
  });
  const set = (role: 'deploy' | 'read'): Program => ({
    name: 'gh',
    args: [
      'variable',
      'set',
      ROLE_VARIABLES[role],
      '--repo',
      repository,
      '--body',
      { before: '', output: arn(role) },
    ],
  });
  const programs = [set('deploy'), set('read')];
  return [
    {
      purpose: 'Tell the workflows the ARNs of the roles',
      text: programs.map(inShell).join('\n'),
      programs,
    },
  ];
}

function environment({ branch }: Setup, name: string, repository: string): SetupCommand[] {
  const path = `repos/${repository}/environments/${encodeURIComponent(name)}`;
  const policy = '{"deployment_branch_policy":{"protected_branches":false,"custom_branch_policies":true}}';
  const programs: Program[] = [
    { name: 'gh', args: ['api', '-X', 'PUT', path, '--input', '-'], input: { text: policy } },
    { name: 'gh', args: ['api', '-X', 'POST', `${path}/deployment-branch-policies`, '-f', `name=${branch}`] },
  ];
  return [
    {
      purpose: `Create the environment ${name} and limit it to the branch ${branch}`,
      text: programs.map(inShell).join('\n'),
      programs,
    },
  ];
}

function secret({ envFile = '.env' }: Setup, repository: string): SetupCommand {
  const program: Program = {
    name: 'gh',
    args: ['secret', 'set', 'DOTENV', '--repo', repository],
    input: { file: envFile },
  };
  return {
    purpose: 'Store the .env, with the values of production, as a GitHub secret',
    text: inShell(program),
    programs: [program],
  };
}

/** @returns the command as a POSIX shell takes it */
export function inShell({ name, args, input }: Program): string {
  const parts = args.map((arg) =>
    typeof arg === 'string' ? shellQuote(arg) : `${arg.before}"$(${inShell(arg.output)})"`,
  );
  const command = [name, ...parts].join(' ');
  if (input === undefined) return command;
  return 'file' in input
    ? `${command} < ${shellQuote(input.file)}`
    : `echo ${shellQuote(input.text)} | ${command}`;
}
