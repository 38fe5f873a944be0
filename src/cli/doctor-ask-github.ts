import { GitHubError } from '../clients/github-error.ts';
import { type Answer, GitHubSettings, type RepositoryFacts } from '../clients/github-settings.ts';
import { Secret } from '../secret.ts';
import { type Runner, readEnvironment } from '../settings/inputs.ts';
import { type Flags, UsageError } from './arguments.ts';
import { type Check, doubtful, failed } from './check.ts';
import { checkGitHub } from './doctor-github.ts';
import { runProgram } from './programs.ts';
import type { RepositoryFolder } from './repository-files.ts';
import type { WorkflowFacts, WorkflowJob } from './workflow-facts.ts';

/** GitHub's side of the trust. */
export interface GitHubSide {
  readonly checks: readonly Check[];
  /** `OWNER/NAME`; undefined if neither flag nor remote names it. */
  readonly repository: string | undefined;
  readonly about: RepositoryFacts | undefined;
  /** Environment of the job that deploys, where no workflow says it. */
  readonly environment: string | undefined;
  readonly branch: string;
  /** Jobs of the workflows, with the roles that variables of GitHub name. */
  readonly jobs: readonly WorkflowJob[];
}

const DEFAULT_ENVIRONMENT = 'production';

/** Asks GitHub with the token of the environment or of `gh`, where there is one. */
export async function askGitHub(
  flags: Flags,
  runner: Runner,
  folder: RepositoryFolder | undefined,
  workflows: WorkflowFacts,
): Promise<GitHubSide> {
  const repository = flags.get('github-repository') ?? folder?.repository;
  if (repository !== undefined && !/^[\w.-]+\/[\w.-]+$/.test(repository))
    throw new UsageError('--github-repository takes OWNER/NAME');
  const environment = flags.get('environment') ?? DEFAULT_ENVIRONMENT;
  const side = {
    repository,
    about: undefined,
    environment,
    branch: flags.get('branch') ?? 'main',
    jobs: workflows.jobs,
  };
  if (repository === undefined)
    return {
      ...side,
      checks: [
        doubtful(
          'github',
          'The repository on GitHub is unknown, so its settings and the trust of the role are not checked',
          'Run doctor in a clone of the repository, or add --github-repository OWNER/NAME',
        ),
      ],
    };
  const token = await findToken(runner.workspace);
  if (token === undefined)
    return {
      ...side,
      checks: [
        doubtful(
          'github',
          'No GitHub token was found, so the settings on GitHub are not checked',
          'gh auth login',
        ),
      ],
    };
  const agent = runner.usesProxy
    ? new (await import('../clients/proxy.ts')).ProxyAgent(readEnvironment)
    : undefined;
  const apiUrl = readEnvironment('GITHUB_API_URL') || 'https://api.github.com';
  const settings = new GitHubSettings({ apiUrl, repository, token, agent });
  try {
    return await ask(
      settings,
      side,
      { environment, isGiven: flags.get('environment') !== undefined },
      workflows,
    );
  } catch (error) {
    if (error instanceof GitHubError && error.status >= 300 && error.status < 400)
      return { ...side, checks: [isRenamed(repository)] };
    const text = error instanceof GitHubError ? error.message : 'GitHub does not answer';
    return {
      ...side,
      checks: [doubtful('github', `${text}, so the settings on GitHub are not checked`, 'gh auth status')],
    };
  }
}

/** GitHub sends on from the old name. Subjects of tokens have the new one, so a trust in the old one no longer holds. */
const isRenamed = (repository: string): Check =>
  failed(
    'github',
    `The repository is no longer called ${repository}: it was renamed or transferred. Subjects of tokens have its new name`,
    `git remote set-url origin "https://github.com/$(gh api repos/${repository} --jq .full_name).git"`,
  );

async function ask(
  settings: GitHubSettings,
  side: Omit<GitHubSide, 'checks'> & { readonly repository: string | undefined },
  given: { readonly environment: string; readonly isGiven: boolean },
  { jobs }: WorkflowFacts,
): Promise<GitHubSide> {
  const about = await settings.repository();
  const wanted = jobs.flatMap(({ environment }) => environment ?? []);
  const environments =
    typeof about === 'string'
      ? []
      : given.isGiven || jobs.length === 0
        ? [given.environment]
        : [...new Set(wanted)];
  const secrets =
    typeof about === 'string'
      ? []
      : jobs.flatMap((job) =>
          job.secrets.map((name) => ({
            name,
            environment: job.environment,
            isDotenv: job.dotenvSecrets.includes(name),
          })),
        );
  const roles =
    typeof about === 'string' ? new Map<string, Answer<string>>() : await readVariables(settings, jobs);
  const unique = new Map(secrets.map((one) => [JSON.stringify(one), one]));
  const checks = checkGitHub({
    repository: side.repository ?? '',
    about,
    actions: typeof about === 'string' ? 'missing' : await settings.actions(),
    environments: await Promise.all(
      environments.map(async (name) => {
        const found = await settings.environment(name);
        const isCustom = typeof found === 'object' && found.value.branchPolicy === 'custom';
        const branches: Answer<string[]> = isCustom ? await settings.branches(name) : { value: [] };
        return { name, about: found, branches };
      }),
    ),
    variables: [...roles].map(([name, found]) => ({ name, found })),
    secrets: await Promise.all(
      [...unique.values()].map(async (one) => ({
        ...one,
        found: await settings.secret(one.name, one.environment),
      })),
    ),
  });
  if (typeof about === 'string') return { ...side, checks };
  const named = (job: WorkflowJob): WorkflowJob => {
    const found = job.roleVariable === undefined ? undefined : roles.get(job.roleVariable);
    return typeof found === 'object' ? { ...job, role: found.value } : job;
  };
  return { ...side, checks, about: about.value, jobs: jobs.map(named) };
}

/** @returns what the variables hold that name roles */
async function readVariables(
  settings: GitHubSettings,
  jobs: readonly WorkflowJob[],
): Promise<Map<string, Answer<string>>> {
  const found = new Map<string, Answer<string>>();
  for (const { roleVariable, environment } of jobs)
    if (roleVariable !== undefined && !found.has(roleVariable))
      found.set(roleVariable, await settings.variable(roleVariable, environment));
  return found;
}

async function findToken(folder: string): Promise<Secret | undefined> {
  const given = readEnvironment('GH_TOKEN') || readEnvironment('GITHUB_TOKEN');
  if (given) return new Secret(given);
  const { code, output } = await runProgram('gh', ['auth', 'token'], { folder });
  const token = output.trim();
  return code === 0 && token !== '' ? new Secret(token) : undefined;
}
