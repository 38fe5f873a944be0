import { GitHubError } from '../clients/github-error.ts';
import {
  type EnvironmentFacts,
  GitHubSettings,
  type ReadResult,
  type RepositoryFacts,
} from '../clients/github-settings.ts';
import { Secret } from '../secret.ts';
import { type Runner, readEnvironment } from '../settings/inputs.ts';
import { type Check, doubtful, failed, passed, shellQuote } from './check.ts';
import { type Flags, UsageError } from './flags.ts';
import { runProgram } from './programs.ts';
import type { RepositoryFolder, WorkflowFacts, WorkflowJob } from './workflow-facts.ts';

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
export async function inspectGitHub(
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
  const settings = await openSettings(repository, token, runner);
  try {
    return await inspect(
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

async function openSettings(repository: string, token: Secret, runner: Runner): Promise<GitHubSettings> {
  const agent = runner.usesProxy
    ? new (await import('../clients/proxy.ts')).ProxyAgent(readEnvironment)
    : undefined;
  const apiUrl = readEnvironment('GITHUB_API_URL') || 'https://api.github.com';
  return new GitHubSettings({ apiUrl, repository, token, agent });
}

/** GitHub redirects from the old name. Subjects of tokens have the new one, so a trust policy with the old one fails. */
const isRenamed = (repository: string): Check =>
  failed(
    'github',
    `The repository is no longer called ${repository}: it was renamed or transferred. Subjects of tokens have its new name`,
    `git remote set-url origin "https://github.com/$(gh api repos/${repository} --jq .full_name).git"`,
  );

async function inspect(
  settings: GitHubSettings,
  side: Omit<GitHubSide, 'checks'> & { readonly repository: string | undefined },
  given: { readonly environment: string; readonly isGiven: boolean },
  { jobs }: WorkflowFacts,
): Promise<GitHubSide> {
  const about = await settings.repository();
  const ofJobs = jobs.flatMap(({ environment }) => environment ?? []);
  const environments =
    typeof about === 'string'
      ? []
      : given.isGiven || jobs.length === 0
        ? [given.environment]
        : [...new Set(ofJobs)];
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
    typeof about === 'string' ? new Map<string, ReadResult<string>>() : await readVariables(settings, jobs);
  const unique = new Map(secrets.map((one) => [JSON.stringify(one), one]));
  const checks = checkGitHub({
    repository: side.repository ?? '',
    about,
    actions: typeof about === 'string' ? 'missing' : await settings.actions(),
    environments: await Promise.all(
      environments.map(async (name) => {
        const found = await settings.environment(name);
        const isCustom = typeof found === 'object' && found.value.branchPolicy === 'custom';
        const branches: ReadResult<string[]> = isCustom ? await settings.branches(name) : { value: [] };
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

/** @returns values of the variables that name roles */
async function readVariables(
  settings: GitHubSettings,
  jobs: readonly WorkflowJob[],
): Promise<Map<string, ReadResult<string>>> {
  const found = new Map<string, ReadResult<string>>();
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

/** Responses of GitHub about one repository. */
export interface GitHubFacts {
  /** `OWNER/NAME`, as the user or the git remote gives it. */
  readonly repository: string;
  readonly about: ReadResult<RepositoryFacts>;
  readonly actions: ReadResult<{ readonly isEnabled: boolean; readonly allowed: string }>;
  readonly environments: ReadonlyArray<{
    readonly name: string;
    readonly about: ReadResult<EnvironmentFacts>;
    readonly branches: ReadResult<readonly string[]>;
  }>;
  readonly secrets: ReadonlyArray<{
    readonly name: string;
    readonly environment: string | undefined;
    readonly isDotenv: boolean;
    readonly found: ReadResult<true>;
  }>;
  /** Variables that name roles. */
  readonly variables: ReadonlyArray<{ readonly name: string; readonly found: ReadResult<string> }>;
}

/** Checks GitHub's side: whether the environment is limited, and whether the secrets exist. */
function checkGitHub(facts: GitHubFacts): Check[] {
  const { repository, about } = facts;
  if (about === 'denied')
    return [doubtful('github', 'GitHub does not accept the token', 'gh auth refresh --scopes repo')];
  if (about === 'missing')
    return [
      failed(
        'github',
        `There is no repository ${repository} on GitHub, or the token may not see it`,
        'gh auth status && git remote --verbose',
      ),
    ];
  const { fullName, defaultBranch } = about.value;
  return [
    fullName === repository
      ? passed('github', `GitHub knows ${repository}`)
      : doubtful(
          'github',
          `The repository is called ${fullName} on GitHub, and here ${repository}. Subjects of tokens have GitHub's name`,
          `git remote set-url origin https://github.com/${fullName}.git`,
        ),
    ...checkActions(facts),
    ...facts.environments.flatMap((one) => checkEnvironment(fullName, one, defaultBranch)),
    ...facts.secrets.map((one) => checkSecret(fullName, one)),
    ...facts.variables.map((one) => checkVariable(fullName, one)),
  ];
}

function checkActions({ repository, actions }: GitHubFacts): Check[] {
  if (typeof actions === 'string') return [];
  const { isEnabled, allowed } = actions.value;
  if (!isEnabled)
    return [
      failed(
        'workflow-permissions',
        'GitHub Actions are disabled for the repository',
        `gh api -X PUT repos/${repository}/actions/permissions -F enabled=true -f allowed_actions=all`,
      ),
    ];
  if (allowed === 'local_only')
    return [
      failed(
        'workflow-permissions',
        'The repository runs only actions of its own owner, so neither this action nor configure-aws-credentials',
        `gh api -X PUT repos/${repository}/actions/permissions -F enabled=true -f allowed_actions=all`,
      ),
    ];
  return allowed === 'selected'
    ? [
        doubtful(
          'workflow-permissions',
          'The repository runs only selected actions. This action and configure-aws-credentials must be among them',
          `gh api repos/${repository}/actions/permissions/selected-actions`,
        ),
      ]
    : [passed('workflow-permissions', 'The repository may run this action')];
}

function checkEnvironment(
  repository: string,
  { name, about, branches }: GitHubFacts['environments'][number],
  branch: string,
): Check[] {
  const path = `repos/${repository}/environments/${encodeURIComponent(name)}`;
  const limit = [
    `echo '{"deployment_branch_policy":{"protected_branches":false,"custom_branch_policies":true}}' | gh api -X PUT ${path} --input -`,
    `gh api -X POST ${path}/deployment-branch-policies -f name=${shellQuote(branch)}`,
  ].join('\n');
  if (about === 'denied')
    return [doubtful('github-environment', `The token may not read the environment ${name}`)];
  if (about === 'missing')
    return [
      failed(
        'github-environment',
        `There is no environment ${name}. GitHub creates it without restrictions when a job first uses it`,
        limit,
      ),
    ];
  const exists = passed('github-environment', `The environment ${name} exists`);
  const { branchPolicy } = about.value;
  if (branchPolicy === undefined)
    return [
      exists,
      failed(
        'branch-policy',
        `Every branch may deploy to ${name}, so anyone who can push a branch can assume the role`,
        limit,
      ),
    ];
  if (branchPolicy === 'protected')
    return [exists, passed('branch-policy', `Only protected branches deploy to ${name}`)];
  const names = typeof branches === 'string' ? [] : branches.value;
  if (names.includes('*') || names.includes('**'))
    return [
      exists,
      failed(
        'branch-policy',
        `Every branch may deploy to ${name}: its policy has ${names.join(', ')}`,
        limit,
      ),
    ];
  return [
    exists,
    passed('branch-policy', `Only ${names.join(', ') || 'selected branches'} may deploy to ${name}`),
  ];
}

function checkSecret(
  repository: string,
  { name, environment, isDotenv, found }: GitHubFacts['secrets'][number],
): Check {
  const scope = environment === undefined ? '' : ` --env ${shellQuote(environment)}`;
  if (typeof found === 'object') return passed('github-secret', `The GitHub secret ${name} exists`);
  if (found === 'denied')
    return doubtful('github-secret', `The token may not see whether the GitHub secret ${name} exists`);
  return failed(
    'github-secret',
    `There is no GitHub secret ${name}. It arrives empty in the workflow`,
    `gh secret set ${name} --repo ${repository}${scope}${isDotenv ? ' < .env' : ''}`,
  );
}

function checkVariable(repository: string, { name, found }: GitHubFacts['variables'][number]): Check {
  if (found === 'denied')
    return doubtful('github-variable', `The token may not see whether the GitHub variable ${name} exists`);
  const cure = `gh variable set ${name} --repo ${repository} --body arn:aws:iam::ACCOUNT:role/NAME`;
  if (found === 'missing')
    return failed('github-variable', `There is no GitHub variable ${name}, which names the role`, cure);
  return /^arn:[\w-]+:iam::\d{12}:role\/./.test(found.value)
    ? passed('github-variable', `The GitHub variable ${name} names a role`)
    : failed('github-variable', `The GitHub variable ${name} does not hold the ARN of a role`, cure);
}

/** Checks the workflows themselves, which needs no token. */
export function checkWorkflows({ jobs, broken }: WorkflowFacts): Check[] {
  const syntaxErrors = broken.map(({ file, line }) =>
    failed(
      'workflow',
      `${file} line ${line} is not valid YAML`,
      `Correct the line, then check it: actionlint ${shellQuote(file)}`,
    ),
  );
  if (jobs.length === 0)
    return [
      ...syntaxErrors,
      doubtful(
        'workflow',
        'No workflow of this folder runs papyrus/aws-bootstrap',
        'npx github:papyrus/aws-bootstrap init',
      ),
    ];
  return [...syntaxErrors, ...jobs.flatMap(checkJob)];
}

function checkJob({ file, job, mayAskForToken, hasCredentials }: WorkflowJob): Check[] {
  const where = `The job ${job} of ${file}`;
  const checks: Check[] = [];
  if (!mayAskForToken)
    checks.push(
      failed(
        'workflow-permissions',
        `${where} may not ask GitHub for a token, so configure-aws-credentials cannot assume the role`,
        'Add to the job: permissions: { contents: read, id-token: write }',
      ),
    );
  if (!hasCredentials)
    checks.push(
      failed(
        'workflow',
        `${where} has no aws-actions/configure-aws-credentials before this action`,
        'Add a step before it: - uses: aws-actions/configure-aws-credentials@v6 with role-to-assume and aws-region',
      ),
    );
  if (checks.length === 0)
    checks.push(passed('workflow', `${where} asks for a token and for AWS credentials`));
  return checks;
}
