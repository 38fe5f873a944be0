/** GitHub's side of `doctor`, in process: what each answer of GitHub means to the user. */
import { chmodSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, test, vi } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.ts';
import { checkWorkflows, type GitHubSide, inspectGitHub } from '../../src/cli/doctor-github.ts';
import { COMMON_FLAGS, readArguments, UsageError } from '../../src/cli/flags.ts';
import { readWorkflows } from '../../src/cli/workflow-facts.ts';
import { type Runner, readRunner } from '../../src/settings/inputs.ts';
import { REPOSITORY, ROLE_ARN, WORKFLOW } from './doctor-scene.ts';
import { type SettingsServer, startSettingsServer, TOKEN } from './github-settings-server.ts';
import { folderWith } from './run.ts';

let github: SettingsServer;
beforeAll(async () => {
  github = await startSettingsServer(REPOSITORY);
});
afterAll(async () => {
  await github?.[Symbol.asyncDispose]();
});
const ENVIRONMENT = '/environments/production';
const POLICIES = `${ENVIRONMENT}/deployment-branch-policies`;
beforeEach(() => {
  for (const name of ['GH_TOKEN', 'GITHUB_TOKEN']) vi.stubEnv(name, '');
  vi.stubEnv('GH_TOKEN', TOKEN);
  vi.stubEnv('GITHUB_API_URL', github.url);
  github.calls.length = 0;
  github.answers.clear();
  const custom = { protected_branches: false, custom_branch_policies: true };
  github.answers.set('', { full_name: REPOSITORY, id: 5678, owner: { id: 1234 }, default_branch: 'main' });
  github.answers.set('/actions/permissions', { enabled: true, allowed_actions: 'all' });
  github.answers.set(ENVIRONMENT, { deployment_branch_policy: custom });
  github.answers.set(POLICIES, { branch_policies: [{ name: 'main' }] });
  github.answers.set(`${ENVIRONMENT}/secrets/DOTENV`, { name: 'DOTENV' });
});
afterEach(() => vi.unstubAllEnvs());

const WITH_VARIABLE = WORKFLOW.replace(/"arn:[^"]+"/, '"\u0024{{ vars.AWS_ROLE }}"');
const WITHOUT_ENVIRONMENT = WITH_VARIABLE.replace('    environment: production\n', '');
const factsOf = (...texts: string[]) =>
  readWorkflows(texts.map((text, index) => ({ path: `.github/workflows/${index}.yml`, text })));
const flagsOf = (...args: string[]) =>
  readArguments(args, { ...COMMANDS.find(({ name }) => name === 'doctor')?.flags, ...COMMON_FLAGS });

interface Given {
  readonly args?: readonly string[];
  readonly workflow?: string;
  readonly repository?: string | undefined;
  readonly runner?: Partial<Runner>;
}
function inspect(given: Given = {}): Promise<GitHubSide> {
  const root = folderWith();
  const runner = { ...readRunner(), workspace: root, usesProxy: false, ...given.runner };
  const repository = 'repository' in given ? given.repository : REPOSITORY;
  const workflows = given.workflow === '' ? factsOf() : factsOf(given.workflow ?? WORKFLOW);
  return inspectGitHub(flagsOf(...(given.args ?? [])), runner, { root, repository }, workflows);
}
const brief = ({ checks }: Pick<GitHubSide, 'checks'>) =>
  checks.map(({ code, status }) => `${code} ${status}`);
const wrong = (side: GitHubSide) => brief(side).filter((text) => !text.endsWith(' ok'));

it('finds nothing wrong where GitHub has all that the workflow names', async () => {
  const side = await inspect();
  expect(wrong(side)).toEqual([]);
  expect(side.about?.ids).toBe('1234/5678');
});

describe('what GitHub answers', () => {
  type Answers = ReadonlyArray<readonly [path: string, answer: object | number]>;
  test.each<[what: string, answers: Answers, expected: string[]]>([
    ['about the repository: 401', [['', 401]], ['github warning']],
    ['about the repository: 403', [['', 403]], ['github warning']],
    ['about the repository: 404', [['', 404]], ['github failure']],
    ['about the repository: 500', [['', 500]], ['github warning']],
    ['about the repository: another case', [['', { full_name: 'papyrus/shop' }]], ['github warning']],
    ['about Actions: nothing', [['/actions/permissions', 403]], []],
    ['about Actions: off', [['/actions/permissions', { enabled: false }]], ['workflow-permissions failure']],
    ['about Actions: no list', [['/actions/permissions', { enabled: true }]], []],
    [
      'about Actions: own ones',
      [['/actions/permissions', { enabled: true, allowed_actions: 'local_only' }]],
      ['workflow-permissions failure'],
    ],
    [
      'about Actions: selected ones',
      [['/actions/permissions', { enabled: true, allowed_actions: 'selected' }]],
      ['workflow-permissions warning'],
    ],
    ['about the environment: 403', [[ENVIRONMENT, 403]], ['github-environment warning']],
    ['about the environment: 404', [[ENVIRONMENT, 404]], ['github-environment failure']],
    ['about the environment: every branch', [[ENVIRONMENT, {}]], ['branch-policy failure']],
    [
      'about the environment: protected branches',
      [[ENVIRONMENT, { deployment_branch_policy: { protected_branches: true } }]],
      [],
    ],
    ['about its branches: 403', [[POLICIES, 403]], []],
    ['about its branches: none', [[POLICIES, { branch_policies: [] }]], []],
    ...['*', '**'].map((name): [string, Answers, string[]] => [
      `about its branches: ${name}`,
      [[POLICIES, { branch_policies: [{ name: 'main' }, { name }] }]],
      ['branch-policy failure'],
    ]),
    ['about the secret: 404', [[`${ENVIRONMENT}/secrets/DOTENV`, 404]], ['github-secret failure']],
    ['about the secret: 403', [[`${ENVIRONMENT}/secrets/DOTENV`, 403]], ['github-secret warning']],
  ])('%s', async (_what, answers, expected) => {
    for (const [path, answer] of answers) github.answers.set(path, answer);
    expect(wrong(await inspect())).toEqual(expected);
  });

  it.each([401, 404])('asks nothing more about a repository that it may not see: %i', async (status) => {
    github.answers.set('', status);
    const side = await inspect();
    expect(side).toMatchObject({ repository: REPOSITORY, about: undefined });
    expect(github.calls).toEqual([`GET /repos/${REPOSITORY}`]);
  });

  it('does without the fields that an older GitHub Enterprise Server leaves out', async () => {
    github.answers.set('', { id: 1, owner: { id: 2 } });
    const side = await inspect();
    expect(side.about).toEqual({ fullName: REPOSITORY, ids: '2/1', createdAt: '', defaultBranch: 'main' });
  });

  it('warns where the server is down', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    vi.stubEnv('GITHUB_API_URL', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    await new Promise((resolve) => server.close(resolve));
    expect(brief(await inspect())).toEqual(['github warning']);
  });
});

describe('a variable of GitHub that names the role', () => {
  test.each<[what: string, answer: object | number, expected: string]>([
    ['holds its ARN', { value: ROLE_ARN }, 'github-variable ok'],
    ['holds its name alone', { value: 'papyrus-deploy' }, 'github-variable failure'],
    ['holds nothing', {}, 'github-variable failure'],
    ['is not there', 404, 'github-variable failure'],
    ['may not be read', 403, 'github-variable warning'],
  ])('%s', async (_what, answer, expected) => {
    github.answers.set(`${ENVIRONMENT}/variables/AWS_ROLE`, answer);
    const side = await inspect({ workflow: WITH_VARIABLE });
    expect(brief(side).filter((text) => text.startsWith('github-variable'))).toEqual([expected]);
    const role = typeof answer === 'object' ? String(Object.values(answer)[0] ?? '') : undefined;
    expect(side.jobs.map((job) => job.role)).toEqual([role]);
  });

  it('is read from the repository where the job has no environment', async () => {
    github.answers.set('/actions/variables/AWS_ROLE', { value: ROLE_ARN });
    github.answers.set('/actions/secrets/DOTENV', { name: 'DOTENV' });
    const side = await inspect({ workflow: WITHOUT_ENVIRONMENT });
    expect(wrong(side)).toEqual([]);
    expect(github.calls.filter((call) => call.includes('/environments/'))).toEqual([]);
  });
});

describe('the environment', () => {
  it('of the flag is checked in place of those of the workflows', async () => {
    const side = await inspect({ args: ['--environment', 'staging & more', '--branch', 'trunk'] });
    expect(wrong(side)).toEqual(['github-environment failure']);
    expect(github.calls).toContain(`GET /repos/${REPOSITORY}/environments/staging%20%26%20more`);
    expect(side).toMatchObject({ environment: 'staging & more', branch: 'trunk' });
  });

  it('is production where no workflow runs the action', async () => {
    expect(brief(await inspect({ workflow: '' }))).toContain('github-environment ok');
  });
});

describe('the repository', () => {
  it.each(['Shop', 'https://github.com/Papyrus/Shop', 'Papyrus/Shop/x', 'Papyrus/'])(
    'is not %s',
    async (name) => {
      await expect(inspect({ args: ['--github-repository', name] })).rejects.toThrow(UsageError);
      expect(github.calls).toEqual([]);
    },
  );

  it('of the flag goes before the remote', async () => {
    const side = await inspect({ args: ['--github-repository', REPOSITORY], repository: 'other/name' });
    expect(wrong(side)).toEqual([]);
  });

  it('that nothing names is a warning, and GitHub is not asked', async () => {
    const side = await inspect({ repository: undefined });
    expect(brief(side)).toEqual(['github warning']);
    expect(github.calls).toEqual([]);
  });
});

describe('the token', () => {
  /** Puts a `gh` before all other programs. */
  function withGh(script: string): void {
    const folder = folderWith({ gh: `#!/bin/sh\n${script}\n` });
    chmodSync(join(folder, 'gh'), 0o755);
    vi.stubEnv('GH_TOKEN', '');
    vi.stubEnv('PATH', `${folder}${delimiter}${process.env['PATH']}`);
  }

  it('is the one of a workflow where there is no other', async () => {
    withGh('exit 1');
    vi.stubEnv('GITHUB_TOKEN', TOKEN);
    expect(wrong(await inspect())).toEqual([]);
  });

  it('is the one that gh is logged in with', async () => {
    withGh(`[ "$*" = "auth token" ] && echo ${TOKEN}`);
    expect(wrong(await inspect())).toEqual([]);
  });

  it.each(['exit 1', 'echo', `echo ${TOKEN}; exit 4`])('is missing where gh says: %s', async (script) => {
    withGh(script);
    const { checks } = await inspect();
    expect(checks).toMatchObject([{ code: 'github', status: 'warning', cure: 'gh auth login' }]);
    expect(github.calls).toEqual([]);
  });

  it('goes through the proxy, to github.com where no other server is named', async () => {
    const asked: string[] = [];
    const proxy = createServer().on('connect', (request, socket) => {
      asked.push(String(request.url));
      socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    vi.stubEnv('GITHUB_API_URL', '');
    for (const name of ['NO_PROXY', 'no_proxy', 'https_proxy']) vi.stubEnv(name, '');
    vi.stubEnv('HTTPS_PROXY', `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`);
    const side = await inspect({ runner: { usesProxy: true } });
    proxy.closeAllConnections();
    await new Promise((resolve) => proxy.close(resolve));
    expect(asked).toEqual(['api.github.com:443']);
    expect(brief(side)).toEqual(['github warning']);
  });
});

describe('a workflow', () => {
  const worst = (...texts: string[]) => brief({ checks: checkWorkflows(factsOf(...texts)) });

  test.each<[what: string, text: string, expected: string[]]>([
    ['that has all it needs', WORKFLOW, ['workflow ok']],
    ['with permissions for all jobs', `permissions: write-all\n${WORKFLOW}`, ['workflow ok']],
    ['that is no YAML', 'jobs: {', ['workflow failure', 'workflow warning']],
    ['that does not run this action', 'jobs: { a: { steps: [{ run: make }] } }', ['workflow warning']],
    ['that calls another', 'jobs: { a: { uses: ./.github/workflows/b.yml } }', ['workflow warning']],
    ['that has no jobs', 'jobs: []', ['workflow warning']],
    [
      'without credentials and permissions',
      'jobs: { a: { steps: [{ run: make }, { uses: papyrus/aws-bootstrap@v1 }] } }',
      ['workflow-permissions failure', 'workflow failure'],
    ],
    [
      'whose credentials come too late',
      'permissions: { id-token: write }\njobs: { a: { steps: [{ uses: papyrus/aws-bootstrap@v1 }, { uses: aws-actions/configure-aws-credentials@v6 }] } }',
      ['workflow failure'],
    ],
  ])('%s', (_what, text, expected) => {
    expect(worst(text)).toEqual(expected);
  });

  test.each<[on: string, events: string[]]>([
    ['push', ['push']],
    ['[push, pull_request]', ['push', 'pull_request']],
    ['{ schedule: [{ cron: "0 6 * * *" }], workflow_dispatch: }', ['schedule', 'workflow_dispatch']],
  ])('runs on %s', (on, events) => {
    const text = WORKFLOW.replace(/^on: .*$/m, `on: ${on}`);
    expect(factsOf(text).jobs.map((job) => job.events)).toEqual([events]);
  });

  it('takes the role of the last credentials before the action, and none without one', () => {
    const text = WORKFLOW.replace(/ {8}with: \{ role-to-assume.*\n/, '').replace(/ {4}permissions.*\n/, '');
    expect(factsOf(text).jobs).toMatchObject([
      { role: undefined, roleVariable: undefined, hasCredentials: true, mayAskForToken: false },
    ]);
  });
});
