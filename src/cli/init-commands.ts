import { join, resolve } from 'node:path';
import { shellQuote } from './check.ts';
import { EXIT } from './command.ts';
import { makeTemporaryFolder, readIfThere, readShipped, writeText } from './files.ts';
import { ROLE_VARIABLES, roleName, type Setup, usesVariables } from './init-setup.ts';
import { runProgram } from './programs.ts';
import type { Terminal } from './terminal.ts';
import { styled } from './text.ts';

/** One command that the user runs, or `--run` does. */
export interface SetupCommand {
  /** A sentence. */
  readonly purpose: string;
  /** Ready to be pasted into a shell. */
  readonly text: string;
  /** Programs that `--run` starts, one after the other, without a shell. */
  readonly programs: readonly Program[];
}

interface Program {
  readonly name: 'aws' | 'gh';
  /** A part may be the output of a program, with its line breaks taken off. */
  readonly args: ReadonlyArray<string | { readonly before: string; readonly output: Program }>;
  readonly input?: { readonly text: string } | { readonly file: string };
}

/** Where `--run` finds the CloudFormation template, in place of the file that the pasted command downloads. */
const TEMPLATE = 'roles.yml';

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

/** Ids in the subject that GitHub signs; empty where the subject has the old form without ids. */
const idsOf = (repository: string): Program => ({
  name: 'gh',
  args: [
    'api',
    `repos/${repository}`,
    '--jq',
    'if .created_at > "2026-07-15" then "\\(.owner.id)/\\(.id)" else "" end',
  ],
});

/** @returns the commands that are left to run, in order: roles, variables where no account is known, environment, secret */
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

interface Running {
  readonly root: string;
  /** Every command runs without a question. */
  readonly isYes: boolean;
  readonly terminal: Terminal;
}

/** CloudFormation may take minutes. */
const TIMEOUT_MS = 15 * 60_000;

/**
 * Runs the commands one by one, each after a question, and ends with the first that fails.
 * @returns the exit code
 */
export async function runCommands(commands: readonly SetupCommand[], running: Running): Promise<number> {
  const { terminal, isYes } = running;
  for (const { purpose, text, programs } of commands) {
    terminal.print(styled('bold', purpose));
    for (const line of text.split('\n')) terminal.printCommand(`  ${line}`);
    if (!isYes) {
      const answer = await terminal.ask('Run this? [y/N] ');
      if (answer === undefined) return EXIT.failed;
      if (!/^y(?:es)?$/i.test(answer)) {
        terminal.print('Skipped.');
        continue;
      }
    }
    for (const program of programs) {
      const error = await start(program, running);
      if (error === undefined) continue;
      terminal.say(styled('red', 'error'), `: ${error}`);
      return EXIT.failed;
    }
    terminal.print(styled('green', 'Done.'));
  }
  return EXIT.ok;
}

/** @returns why it failed, in the program's own words */
async function start(program: Program, { root, terminal }: Running): Promise<string | undefined> {
  const args: string[] = [];
  for (const arg of program.args) {
    if (typeof arg === 'string') args.push(arg === TEMPLATE ? templateFile() : arg);
    else {
      const { code, output, errors } = await runProgram(arg.output.name, plainArgs(arg.output), {
        folder: root,
      });
      if (code !== 0) return failureOf(arg.output.name, code, errors);
      args.push(`${arg.before}${output.trim()}`);
    }
  }
  const { input } = program;
  const text =
    input === undefined ? undefined : 'file' in input ? readIfThere(resolve(root, input.file)) : input.text;
  if (input !== undefined && text === undefined) return 'the .env cannot be read; name it with --env-file';
  terminal.waitFor(`${program.name} ${args[0] ?? ''} ${args[1] ?? ''}…`);
  const { code, errors } = await runProgram(program.name, args, {
    folder: root,
    timeoutMs: TIMEOUT_MS,
    ...(text === undefined ? {} : { input: text }),
  });
  terminal.progress(undefined);
  return code === 0 ? undefined : failureOf(program.name, code, errors);
}

const plainArgs = ({ args }: Program) => args.filter((arg) => typeof arg === 'string');

function failureOf(name: string, code: number, errors: string): string {
  if (code === 127) return `${name} is not installed, or not on the PATH`;
  const last = errors.trim().split('\n').at(-1) ?? '';
  return `${name} ended with ${code}${last === '' ? '' : `: ${last}`}`;
}

/** The template of this version, as a file that aws reads. */
function templateFile(): string {
  const path = join(makeTemporaryFolder(), TEMPLATE);
  writeText(path, readShipped(process.argv[1] ?? '', `dist/${TEMPLATE}`));
  return path;
}
