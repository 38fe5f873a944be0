import { join } from 'node:path';

export interface Event {
  name: string;
  payload?: unknown;
}

/** Where a run's folders and files are. */
export interface Places {
  root: string;
  workspace: string;
  /** RUNNER_TEMP. */
  temp: string;
  home: string;
  /** TMPDIR. */
  scratch: string;
  tools: string;
  event: string;
  commands: Record<FileCommand, string>;
}

export const FILE_COMMANDS = ['output', 'env', 'path', 'state', 'step_summary'] as const;
export type FileCommand = (typeof FILE_COMMANDS)[number];

const SHA = '5f3c1e0b9a7d2468ace013579bdf02468ace1357';
const REPOSITORY = 'papyrus/demo';
const BRANCH = 'main';

/** GITHUB_* and RUNNER_* as a step on a hosted runner sees them. */
export function defaultVariables(event: Event, places: Places, debug: boolean): Record<string, string> {
  const reference = referenceOf(event);
  return {
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_ACTION: '__papyrus_aws-bootstrap',
    GITHUB_ACTION_REF: 'v1',
    GITHUB_ACTION_REPOSITORY: 'papyrus/aws-bootstrap',
    GITHUB_ACTOR: 'octocat',
    GITHUB_ACTOR_ID: '583231',
    GITHUB_API_URL: 'https://api.github.com',
    GITHUB_BASE_REF: reference.base,
    GITHUB_EVENT_NAME: event.name,
    GITHUB_EVENT_PATH: places.event,
    GITHUB_GRAPHQL_URL: 'https://api.github.com/graphql',
    GITHUB_HEAD_REF: reference.head,
    GITHUB_JOB: 'deploy',
    GITHUB_REF: reference.ref,
    GITHUB_REF_NAME: reference.ref.replace(/^refs\/(heads|tags|pull)\//, ''),
    GITHUB_REF_PROTECTED: 'false',
    GITHUB_REF_TYPE: reference.ref.startsWith('refs/tags/') ? 'tag' : 'branch',
    GITHUB_REPOSITORY: REPOSITORY,
    GITHUB_REPOSITORY_ID: '700000001',
    GITHUB_REPOSITORY_OWNER: 'papyrus',
    GITHUB_REPOSITORY_OWNER_ID: '700000000',
    GITHUB_RETENTION_DAYS: '90',
    GITHUB_RUN_ATTEMPT: '1',
    GITHUB_RUN_ID: '16000000001',
    GITHUB_RUN_NUMBER: '42',
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_SHA: SHA,
    GITHUB_TRIGGERING_ACTOR: 'octocat',
    GITHUB_WORKFLOW: 'deploy',
    GITHUB_WORKFLOW_REF: `${REPOSITORY}/.github/workflows/deploy.yml@${reference.ref}`,
    GITHUB_WORKFLOW_SHA: SHA,
    GITHUB_WORKSPACE: places.workspace,
    ...fileCommandVariables(places),
    RUNNER_ARCH: process.arch === 'arm64' ? 'ARM64' : 'X64',
    RUNNER_ENVIRONMENT: 'github-hosted',
    RUNNER_NAME: 'GitHub Actions 1',
    RUNNER_OS: { darwin: 'macOS', win32: 'Windows' }[process.platform as string] ?? 'Linux',
    RUNNER_TEMP: places.temp,
    RUNNER_TOOL_CACHE: places.tools,
    RUNNER_WORKSPACE: join(places.workspace, '..'),
    ...(debug ? { RUNNER_DEBUG: '1' } : {}),
  };
}

function fileCommandVariables({ commands }: Places): Record<string, string> {
  return Object.fromEntries(FILE_COMMANDS.map((name) => [`GITHUB_${name.toUpperCase()}`, commands[name]]));
}

/** What any process needs to start at all; all else of the test's environment stays outside. */
export function bareVariables({ home, scratch }: Places): Record<string, string> {
  const kept =
    process.platform === 'win32' ? ['SystemRoot', 'windir', 'ComSpec', 'PATHEXT', 'Path', 'PATH'] : ['PATH'];
  return {
    ...Object.fromEntries(
      kept.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
    ),
    HOME: home,
    TMPDIR: scratch,
    ...(process.platform === 'win32' ? { USERPROFILE: home, TEMP: scratch, TMP: scratch } : {}),
  };
}

/** What `${{ github.* }}` may be in a default of action.yml. */
export function githubContext(variables: Record<string, string>, token: string): Record<string, string> {
  const named = Object.entries(variables).filter(([name]) => name.startsWith('GITHUB_'));
  return { ...Object.fromEntries(named.map(([name, value]) => [name.slice(7).toLowerCase(), value])), token };
}

export function payloadOf(event: Event): unknown {
  if (event.payload !== undefined) return event.payload;
  const repository = {
    id: 700000001,
    name: 'demo',
    full_name: REPOSITORY,
    private: true,
    fork: false,
    default_branch: BRANCH,
    html_url: `https://github.com/${REPOSITORY}`,
    owner: { login: 'papyrus', id: 700000000 },
  };
  const common = { repository, sender: { login: 'octocat', id: 583231 } };
  if (!event.name.startsWith('pull_request')) return { ...common, ref: referenceOf(event).ref, after: SHA };
  const side = (ref: string) => ({ ref, sha: SHA, repo: repository });
  return {
    ...common,
    action: 'synchronize',
    number: 1,
    pull_request: { number: 1, head: side('feature'), base: side(BRANCH) },
  };
}

interface Reference {
  ref: string;
  head: string;
  base: string;
}

function referenceOf(event: Event): Reference {
  const payload = (event.payload ?? {}) as {
    number?: number;
    ref?: string;
    pull_request?: { number?: number; head?: { ref?: string }; base?: { ref?: string } };
  };
  if (!event.name.startsWith('pull_request')) {
    const ref = payload.ref ?? BRANCH;
    return { ref: ref.startsWith('refs/') ? ref : `refs/heads/${ref}`, head: '', base: '' };
  }
  const { number, head, base } = payload.pull_request ?? {};
  const target = base?.ref ?? BRANCH;
  return {
    ref:
      event.name === 'pull_request_target'
        ? `refs/heads/${target}`
        : `refs/pull/${number ?? payload.number ?? 1}/merge`,
    head: head?.ref ?? 'feature',
    base: target,
  };
}
