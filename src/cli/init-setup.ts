import { prefixFault } from '../settings/limits.ts';
import { ENVIRONMENT } from './environment.ts';
import { noteText } from './errors.ts';
import { type Flags, UsageError } from './flags.ts';
import { type Findings, readEnvFile } from './init-look.ts';
import { runProgram } from './programs.ts';
import type { Terminal } from './terminal.ts';
import { styled } from './text.ts';

/** Facts about a repository and answers to the questions of `init`, from which it makes files and commands. */
export interface Setup {
  /** `/APPLICATION/ENVIRONMENT`. */
  readonly prefix: string;
  readonly region: string;
  /** `owner/name` on GitHub; undefined if it is not known yet. */
  readonly repository: string | undefined;
  /** Branch whose pushes deploy. */
  readonly branch: string;
  /** GitHub environment of the job that deploys; undefined where the role trusts the branch. */
  readonly environment: string | undefined;
  /** AWS account; undefined where GitHub variables name the roles. */
  readonly account: string | undefined;
  readonly logRetentionDays: string;
  /** The `.env`, from the root of the repository; undefined where there is none. */
  readonly envFile: string | undefined;
  /** Variables that are encrypted only because they are undecided. */
  readonly undecided: readonly string[];
  /** The Dockerfile that is built, from the root. */
  readonly dockerfile: string | undefined;
  readonly taskDefinition: TaskDefinitionSetup | undefined;
}

interface TaskDefinitionSetup {
  /** From the root of the repository. */
  readonly path: string;
  /** Needed where there are several containers. */
  readonly container: string | undefined;
  /** Undefined where the workflow does not deploy it. */
  readonly service: { readonly cluster: string; readonly name: string } | undefined;
}

export function applicationOf({ prefix }: Pick<Setup, 'prefix'>): string {
  return prefix.split('/')[1] ?? '';
}

/** @returns the name of a role of the stack */
export function roleName(setup: Setup, role: 'deploy' | 'read'): string {
  return `${applicationOf(setup)}-${role}`;
}

/** @returns the partition of a region; undefined where its name does not show it, so that no wrong ARN is written */
export function partitionOf(region: string): string | undefined {
  if (region.startsWith('cn-')) return 'aws-cn';
  if (region.startsWith('us-gov-')) return 'aws-us-gov';
  return /^(?:af|ap|ca|eu|il|me|mx|sa|us)-(?!iso)/.test(region) ? 'aws' : undefined;
}

/** GitHub variables that hold the ARNs of the roles where these are not known. */
export const ROLE_VARIABLES = { deploy: 'AWS_DEPLOY_ROLE', read: 'AWS_READ_ROLE' } as const;

/** @returns whether the workflows take the roles from GitHub variables */
export function usesVariables({ account, region }: Pick<Setup, 'account' | 'region'>): boolean {
  return account === undefined || partitionOf(region) === undefined;
}

/** Answers come from flags, from the user, or are the defaults. */
export class Prompter {
  readonly #flags: Flags;
  readonly #terminal: Terminal;
  /** Whether a user answers questions. */
  readonly isInteractive: boolean;

  constructor(flags: Flags, terminal: Terminal, asks: boolean) {
    this.#flags = flags;
    this.#terminal = terminal;
    this.isInteractive = asks;
  }

  /**
   * @param fault returns the error of an answer
   * @throws UsageError where a flag is wrong
   */
  async text(
    flag: string,
    question: string,
    fallback: string,
    fault: (answer: string) => string | undefined = () => undefined,
  ): Promise<string> {
    const given = this.#flags.get(flag)?.trim();
    if (given !== undefined) {
      const wrong = fault(given);
      if (wrong !== undefined) throw new UsageError(`--${flag}: ${wrong}`);
      return given;
    }
    while (this.isInteractive) {
      const answer = await this.#terminal.ask(`${question} [${fallback}]: `);
      if (answer === undefined) throw new UsageError('init ended before all questions were answered');
      const chosen = answer === '' ? fallback : answer;
      const wrong = fault(chosen);
      if (wrong === undefined) return chosen;
      this.#terminal.say(wrong);
    }
    return fallback;
  }

  async choice(flag: string, question: string, isDefault: boolean): Promise<boolean> {
    const given = this.#flags.switched(flag);
    if (given !== undefined || !this.isInteractive) return given ?? isDefault;
    const answer = await this.#terminal.ask(`${question} [${isDefault ? 'Y/n' : 'y/N'}] `);
    if (answer === undefined) throw new UsageError('init ended before all questions were answered');
    return answer === '' ? isDefault : /^y(?:es)?$/i.test(answer);
  }
}

const matching = (pattern: RegExp, text: string) => (answer: string) =>
  pattern.test(answer) ? undefined : text;

/** Asks for facts that the repository does not show. */
export async function readSetup(
  root: string,
  findings: Findings,
  prompter: Prompter,
  terminal: Terminal,
): Promise<Setup> {
  const { prefix, region, account } = await readAccount(findings, prompter);
  const { repository, branch, environment } = await readGitHub(findings, prompter);
  const logRetentionDays = await prompter.text(
    'log-retention-days',
    'Days that logs are kept, or never (older logs are deleted)',
    '30',
    matching(/^(?:never|[1-9]\d*)$/, 'it takes a number of days, or never'),
  );
  const envFile = await pathOf(prompter, 'env-file', 'The .env with the variables', findings.envFiles);
  const dockerfile = await pathOf(
    prompter,
    'dockerfile',
    'Dockerfile that the workflow builds',
    findings.dockerfiles,
  );
  return {
    prefix,
    region,
    repository,
    branch,
    environment,
    account,
    logRetentionDays,
    envFile,
    undecided: envFile === undefined ? [] : undecidedOf(root, envFile, terminal),
    dockerfile,
    taskDefinition: await readTaskDefinition(findings, prompter),
  };
}

async function readAccount(
  findings: Findings,
  prompter: Prompter,
): Promise<Pick<Setup, 'prefix' | 'region' | 'account'>> {
  const prefix = await prompter.text(
    'prefix',
    'Prefix, /APPLICATION/ENVIRONMENT',
    `/${findings.application}/prd`,
    (answer) => prefixFault(answer),
  );
  const region = await prompter.text(
    'region',
    'AWS region',
    ENVIRONMENT['AWS_REGION'] || ENVIRONMENT['AWS_DEFAULT_REGION'] || 'us-west-2',
    matching(/^[a-z]{2,}(?:-[a-z]+)+-\d+$/, 'this is not a region; write it like us-west-2'),
  );
  const account = await prompter.text(
    'account-id',
    'AWS account id, or none to keep the roles in GitHub variables',
    prompter.isInteractive ? ((await accountOfCredentials()) ?? 'none') : 'none',
    matching(/^(?:\d{12}|none)$/, 'an account id has 12 digits'),
  );
  return { prefix, region, account: noneOf(account) };
}

async function readGitHub(
  findings: Findings,
  prompter: Prompter,
): Promise<Pick<Setup, 'repository' | 'branch' | 'environment'>> {
  const repository = await prompter.text(
    'github-repository',
    'Repository on GitHub, OWNER/NAME',
    findings.repository ?? 'none',
    matching(/^(?:[A-Za-z0-9._-]+\/[A-Za-z0-9._-]+|none)$/, 'write it like OWNER/NAME'),
  );
  const branch = await prompter.text(
    'branch',
    'Branch whose pushes deploy',
    findings.branch ?? 'main',
    matching(/^[A-Za-z0-9._/-]+$/, 'this is not the name of a branch'),
  );
  const environment = await prompter.text(
    'environment',
    'GitHub environment of the deployment, or none (a private repository needs GitHub Pro or Team for its branch rule)',
    'production',
    matching(/^[A-Za-z0-9._-]+$/, 'use letters, digits, dots, hyphens and underscores'),
  );
  return { repository: noneOf(repository), branch, environment: noneOf(environment) };
}

/** Offered as the default of the question; no other account is guessed. */
async function accountOfCredentials(): Promise<string | undefined> {
  const args = ['sts', 'get-caller-identity', '--query', 'Account', '--output', 'text'];
  const { output } = await runProgram('aws', args, { timeoutMs: 5_000 });
  return /^\d{12}$/.test(output.trim()) ? output.trim() : undefined;
}

const noneOf = (answer: string) => (answer === 'none' ? undefined : answer);

async function pathOf(
  prompter: Prompter,
  flag: string,
  question: string,
  found: readonly string[],
): Promise<string | undefined> {
  const [first = 'none', ...others] = found;
  const more = others.length === 0 ? '' : ` (also found: ${others.join(', ')})`;
  return noneOf(await prompter.text(flag, `${question}, or none${more}`, first));
}

async function readTaskDefinition(
  { taskDefinitions }: Findings,
  prompter: Prompter,
): Promise<TaskDefinitionSetup | undefined> {
  const paths = taskDefinitions.map(({ path }) => path);
  const path = await pathOf(prompter, 'task-definition', 'ECS task definition to complete', paths);
  if (path === undefined) return undefined;
  const { containers = [] } = taskDefinitions.find((one) => one.path === path) ?? {};
  const container =
    containers.length > 1
      ? await prompter.text(
          'container-name',
          `Container that is completed: ${containers.join(', ')}`,
          containers[0] ?? '',
        )
      : undefined;
  const cluster = noneOf(await prompter.text('ecs-cluster', 'ECS cluster to deploy to, or none', 'none'));
  const name =
    cluster === undefined
      ? undefined
      : noneOf(await prompter.text('ecs-service', 'ECS service, or none', 'none'));
  return {
    path,
    container,
    service: cluster === undefined || name === undefined ? undefined : { cluster, name },
  };
}

/** Errors of the `.env` are reported; the files are written all the same. */
function undecidedOf(root: string, path: string, terminal: Terminal): readonly string[] {
  const { undecided, notes } = readEnvFile(root, path);
  for (const fault of notes.errors) terminal.say(styled('yellow', 'warning'), `: ${noteText(fault)}`);
  return undecided;
}
