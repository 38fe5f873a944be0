// init in repositories of several shapes: as a child process, and in this one for what needs no terminal.
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { COMMANDS } from '../../src/cli/commands.ts';
import { COMMON_FLAGS, readArguments, UsageError } from '../../src/cli/flags.ts';
import { run } from '../../src/cli/init.ts';
import { PINS } from '../../src/cli/init-files.ts';
import { repositoryOf } from '../../src/cli/init-look.ts';
import { readConfig } from '../../src/settings/config.ts';
import { Diagnostics } from '../../src/settings/diagnostics.ts';
import { dotenv } from '../action/stage.ts';
import { recordTerminal } from './recorded-terminal.ts';
import { folderWith, runCli, runOnTerminal } from './run.ts';

const WORKFLOWS = ['deploy', 'plan', 'drift'].map((name) => `.github/workflows/${name}.yml`);
const CONFIG = '.github/aws-bootstrap.yml';

const template = mkdtempSync(join(tmpdir(), 'cli-git-'));
execFileSync('git', ['init', '--quiet', '--initial-branch', 'main', '--template='], { cwd: template });

function repository(
  files: Readonly<Record<string, string>>,
  remote = 'https://github.com/me/shop.git',
): string {
  const folder = folderWith(files);
  cpSync(join(template, '.git'), join(folder, '.git'), { recursive: true });
  appendFileSync(join(folder, '.git/config'), `[remote "origin"]\n\turl = ${remote}\n`);
  return folder;
}

/** Runs `init` in this process, for a folder of the repository. */
async function initIn(folder: string, args: readonly string[] = []) {
  const command = COMMANDS.find(({ name }) => name === 'init');
  const terminal = recordTerminal();
  const flags = readArguments([folder, ...args], { ...command?.flags, ...COMMON_FLAGS });
  expect(await run(flags, terminal)).toBe(0);
  return { output: terminal.output.join('\n'), errors: terminal.errors.join('\n') };
}

/** @returns the error that keeps `init` from writing */
async function refusalOf(folder: string, args: readonly string[] = []): Promise<string> {
  const error: unknown = await initIn(folder, args).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UsageError);
  return error instanceof UsageError ? error.message : '';
}

const read = (folder: string, path: string) => readFileSync(join(folder, path), 'utf8');

interface Job {
  readonly environment?: string;
  readonly permissions: Readonly<Record<string, string>>;
  readonly steps: ReadonlyArray<{ readonly uses: string; readonly with?: Readonly<Record<string, string>> }>;
}

/** @returns the only job of a workflow */
function jobOf(folder: string, name: string): Job {
  const { jobs } = parse(read(folder, `.github/workflows/${name}.yml`)) as { jobs: Record<string, Job> };
  const [job] = Object.values(jobs);
  if (job === undefined) throw new Error(`${name} has no job`);
  return job;
}

const stepOf = (job: Job, action: string) => job.steps.find(({ uses }) => uses.startsWith(action))?.with;

/** Each shape, and what `init` makes of it beside the four files. */
const SHAPES: ReadonlyArray<readonly [string, () => string, (folder: string, output: string) => void]> = [
  [
    'empty',
    () => repository({}),
    (folder, output) => {
      expect(output).toContain('gh secret set DOTENV --repo me/shop < .env');
      expect(read(folder, CONFIG)).toContain('prefix: /shop/prd\n');
      expect(read(folder, CONFIG)).not.toContain('rules:');
      expect(stepOf(jobOf(folder, 'deploy'), 'docker/build-push-action')).toBeUndefined();
    },
  ],
  [
    'Flask with a Dockerfile',
    () =>
      repository({
        '.env': `${dotenv()}SOMETHING=Zq81kfh3jJk29\n`,
        Dockerfile: 'FROM python:3.12\n',
        'requirements.txt': 'flask\n',
        'app/__init__.py': '',
        'task-definition.json': '{"family":"shop","containerDefinitions":[{"name":"app"},{"name":"proxy"}]}',
      }),
    (folder) => {
      expect(read(folder, CONFIG)).toMatch(/rules:\n {2}- match: \[SOMETHING\]\n {4}to: secure-parameter\n/);
      expect(read(folder, '.gitignore')).toBe('.env\n');
      const deploy = jobOf(folder, 'deploy');
      expect(stepOf(deploy, 'docker/build-push-action')).toMatchObject({ context: '.', file: 'Dockerfile' });
      expect(stepOf(deploy, 'papyrus/aws-bootstrap')).toMatchObject({
        'task-definition': 'task-definition.json',
        'container-name': 'app',
      });
    },
  ],
  [
    'a Node monorepo',
    () =>
      repository(
        {
          'package.json': '{"name":"@acme/platform","workspaces":["apps/*"]}',
          'apps/api/package.json': '{"name":"api"}',
          'apps/api/Dockerfile': 'FROM node:20\n',
          'apps/web/package.json': '{"name":"web"}',
          'apps/api/.env': 'LOG_LEVEL=info\n',
          'node_modules/x/Dockerfile': 'FROM scratch\n',
          '.gitignore': 'node_modules',
        },
        'git@github.com:acme/platform.git',
      ),
    (folder, output) => {
      expect(output).toContain('gh secret set DOTENV --repo acme/platform < apps/api/.env');
      const build = stepOf(jobOf(folder, 'deploy'), 'docker/build-push-action');
      expect(build).toMatchObject({ context: 'apps/api', file: 'apps/api/Dockerfile' });
      expect(read(folder, '.gitignore')).toBe('node_modules\n.env\n');
    },
  ],
  [
    'with workflows',
    () =>
      repository({
        '.github/workflows/deploy.yml': 'name: mine\non: push\njobs: {}\n',
        '.github/workflows/ci.yml': 'name: ci\n',
        '.gitignore': '.env\n',
      }),
    (folder, output) => {
      expect(read(folder, '.github/workflows/deploy.yml')).toBe('name: mine\non: push\njobs: {}\n');
      expect(read(folder, '.github/workflows/ci.yml')).toBe('name: ci\n');
      expect(read(folder, '.gitignore')).toBe('.env\n');
      expect(output).toContain('- name: mine');
    },
  ],
  [
    'not a git repository',
    () => folderWith({ '.env': 'LOG_LEVEL=info\n' }),
    (folder, output) => {
      expect(output).toContain('git init');
      expect(output).toContain('OWNER/NAME');
      expect(read(folder, '.gitignore')).toBe('.env\n');
    },
  ],
];

describe.each(SHAPES)('%s', (_, make, check) => {
  it('gets its files without a question, and a second init changes nothing', async () => {
    const folder = make();
    const { code, output } = await runCli(['init'], { folder });
    expect(code).toBe(0);
    check(folder, output);
    const notes = new Diagnostics();
    readConfig(read(folder, CONFIG), CONFIG, notes);
    expect(notes.errors).toEqual([]);
    expect(read(folder, CONFIG)).toMatch(/^# yaml-language-server: \$schema=https:/);
    for (const path of WORKFLOWS) expect(existsSync(join(folder, path))).toBe(true);

    const texts = () => [CONFIG, '.gitignore', ...WORKFLOWS].map((path) => read(folder, path));
    const before = texts();
    await initIn(folder);
    expect(texts()).toEqual(before);
  });
});

describe('the files', () => {
  it('are replaced with --force alone', async () => {
    const folder = repository({ [CONFIG]: 'prefix: /mine/prd\n' });
    const kept = await initIn(folder, ['--prefix', '/shop/stg']);
    expect(read(folder, CONFIG)).toBe('prefix: /mine/prd\n');
    expect(kept.errors).toContain('--force');
    await initIn(folder, ['--prefix', '/shop/stg', '--force']);
    expect(read(folder, CONFIG)).toContain('prefix: /shop/stg\n');
  });

  it('hold the roles of a known account, and the variables of an unknown one', async () => {
    const folder = repository({});
    await initIn(folder, ['--account-id', '123456789012', '--region', 'eu-west-1']);
    const credentials = stepOf(jobOf(folder, 'deploy'), 'aws-actions/configure-aws-credentials');
    expect(credentials).toEqual({
      'role-to-assume': 'arn:aws:iam::123456789012:role/shop-deploy',
      'aws-region': 'eu-west-1',
    });
    expect(parse(read(folder, CONFIG))).toMatchObject({ 'allowed-account-ids': ['123456789012'] });
    const { output } = await initIn(folder, ['--force']);
    expect(read(folder, '.github/workflows/drift.yml')).toContain('vars.AWS_READ_ROLE');
    expect(output).toContain('gh variable set AWS_DEPLOY_ROLE --repo me/shop');
  });

  it('name actions at the commits of the workflows of this repository', () => {
    const example = readFileSync('examples/flask-on-ecs/.github/workflows/deploy.yml', 'utf8');
    for (const pin of Object.values(PINS)) expect(example).toContain(`uses: ${pin}`);
  });

  it.each([
    [['--region', 'Oregon'], '--region'],
    [['--log-retention-days', '-1'], '--log-retention-days'],
    [['two'], 'init'],
    [['--run'], '--yes'],
  ])('are not written with %s', async (args, named) => {
    const folder = repository({});
    expect(await refusalOf(folder, args)).toContain(named);
    expect(existsSync(join(folder, '.github'))).toBe(false);
  });

  it('are written only into a folder that exists', async () => {
    const folder = join(repository({}), 'nowhere');
    const { code } = await runCli(['init', folder]);
    expect(code).toBe(2);
    expect(existsSync(folder)).toBe(false);
  });

  it('are written only to the root of a repository, where GitHub looks for workflows', async () => {
    const folder = join(repository({ 'apps/api/package.json': '{"name":"api"}' }), 'apps/api');
    expect(await refusalOf(folder)).toContain('cd ../../');
    expect(existsSync(join(folder, '.github'))).toBe(false);
  });

  it.each(['.gitignore', CONFIG, '.github/workflows/drift.yml'])(
    'are all left unwritten if %s is a link that leads nowhere, also with --force',
    async (path) => {
      const folder = repository({ '.github/workflows/ci.yml': 'name: ci\n' });
      const elsewhere = join(mkdtempSync(join(tmpdir(), 'cli-')), 'file');
      symlinkSync(elsewhere, join(folder, path));
      expect(await refusalOf(folder, ['--force'])).toContain(path);
      expect(existsSync(elsewhere)).toBe(false);
      expect(existsSync(join(folder, '.github/workflows/deploy.yml'))).toBe(false);
    },
  );

  it('leave .gitignore alone for a .env outside of the repository', async () => {
    const folder = repository({});
    const outside = join(folderWith({ 'prd.env': 'SOMETHING=Zq81kfh3jJk29\n' }), 'prd.env');
    const { output } = await initIn(folder, ['--env-file', outside]);
    expect(read(folder, CONFIG)).toContain('match: [SOMETHING]');
    expect(output).toContain(`gh secret set DOTENV --repo me/shop < ${outside}\n`);
    expect(existsSync(join(folder, '.gitignore'))).toBe(false);
    expect(output).toContain('git add .github\n');
  });
});

it('asks on a terminal, with defaults, and again after an invalid answer', async () => {
  const folder = repository({});
  const { code, output } = await runOnTerminal(['init', '--account-id', '123456789012'], {
    folder,
    steps: [
      { after: 'Prefix', type: 'shop\r' },
      { after: 'Prefix', type: '/shop/stg\r' },
      { after: 'region', type: 'eu-west-1\r' },
      { after: 'GitHub, OWNER', type: '\r' },
      { after: 'Branch', type: '\r' },
      { after: 'environment', type: 'staging\r' },
      { after: 'logs', type: '90\r' },
      { after: 'The .env', type: '\r' },
      { after: 'Dockerfile', type: '\r' },
      { after: 'task definition', type: '\r' },
    ],
  });
  expect(code, output).toBe(0);
  expect(jobOf(folder, 'deploy').environment).toBe('staging');
  expect(parse(read(folder, CONFIG))).toMatchObject({ prefix: '/shop/stg', 'log-retention-days': 90 });
});

it('takes answers that are typed before their questions', async () => {
  const folder = repository({});
  const answers = ['/shop/stg', 'eu-west-1', 'none', '', '', 'staging', '90', '', '', ''];
  const { code, output } = await runOnTerminal(['init'], {
    folder,
    steps: [{ after: 'Prefix', type: answers.map((answer) => `${answer}\r`).join('') }],
  });
  expect(code, output).toBe(0);
  expect(jobOf(folder, 'deploy').environment).toBe('staging');
  expect(parse(read(folder, CONFIG))).toMatchObject({ prefix: '/shop/stg', 'log-retention-days': 90 });
});

describe('--run', () => {
  /** Programs that note how they were called, and what they read. */
  function stubs(): { folder: string; calls: () => string } {
    const folder = mkdtempSync(join(tmpdir(), 'cli-stubs-'));
    const record = join(folder, 'record');
    writeFileSync(record, '');
    const script = (name: string, body: string) => {
      const path = join(folder, 'bin', name);
      mkdirSync(join(folder, 'bin'), { recursive: true });
      writeFileSync(
        path,
        `#!/bin/sh\nprintf '%s' "${name}" >> ${record}\nfor a; do printf ' [%s]' "$a" >> ${record}; done\n${body}\n`,
      );
      chmodSync(path, 0o755);
    };
    script(
      'aws',
      `case "$*" in *list-open-id*) echo arn:aws:iam::123456789012:oidc-provider/x ;; *deploy*) grep -c AWSTemplate "$8" >> ${record} ;; esac; echo >> ${record}`,
    );
    script(
      'gh',
      `case "$*" in *.created_at*) echo 12/34 ;; *"--input -"*|"secret set"*) cat >> ${record} ;; esac; echo >> ${record}`,
    );
    return { folder: join(folder, 'bin'), calls: () => readFileSync(record, 'utf8') };
  }

  const pathOf = (folder: string) => `${folder}${delimiter}${process.env['PATH']}`;

  it('runs every command with --yes, one after the other, without a value in an argument', async () => {
    const { folder: bin, calls } = stubs();
    const folder = repository({ '.env': 'API_PASSWORD=c4nary-run-Qx\n' });
    const { code, errors } = await runCli(['init', '--run', '--yes', '--account-id', '123456789012'], {
      folder,
      env: { PATH: pathOf(bin) },
    });
    expect(code, errors).toBe(0);
    const text = calls();
    expect(text).toContain('[RepositoryIds=12/34]');
    expect(text).toContain('[OidcProviderArn=arn:aws:iam::123456789012:oidc-provider/x]');
    expect(text).toContain('[PUT] [repos/me/shop/environments/production]');
    expect(text).toContain('gh [secret] [set] [DOTENV] [--repo] [me/shop]API_PASSWORD=c4nary-run-Qx');
    expect(text.indexOf('cloudformation')).toBeLessThan(text.indexOf('[secret]'));
  });

  it('asks before each command on a terminal', async () => {
    const { folder: bin, calls } = stubs();
    const folder = repository({ '.env': 'LOG_LEVEL=info\n' });
    const flags = ['--prefix', '/shop/prd', '--region', 'us-west-2', '--account-id', '123456789012'];
    const more = ['--github-repository', 'me/shop', '--branch', 'main', '--environment', 'production'];
    const files = [
      '--log-retention-days',
      '30',
      '--env-file',
      '.env',
      '--dockerfile',
      'none',
      '--task-definition',
      'none',
    ];
    const { code } = await runOnTerminal(['init', '--run', ...flags, ...more, ...files], {
      folder,
      env: { PATH: pathOf(bin) },
      steps: [
        { after: 'Run this? [y/N] ', type: 'n\r' },
        { after: 'Run this? [y/N] ', type: 'y\r' },
        { after: 'Run this? [y/N] ', type: 'n\r' },
      ],
    });
    expect(code).toBe(0);
    expect(calls()).toContain('environments/production');
    expect(calls()).not.toContain('cloudformation');
    expect(calls()).not.toContain('[secret]');
  });
});

it.each([
  ['https://github.com/me/shop.git', 'me/shop'],
  ['https://github.com/me/shop', 'me/shop'],
  ['https://user@github.com/me/shop/', 'me/shop'],
  ['git@github.com:me/shop.git', 'me/shop'],
  ['ssh://git@github.com/me/my.shop.git', 'me/my.shop'],
  ['ssh://git@ssh.github.com:443/me/shop.git', 'me/shop'],
  ['https://gitlab.com/me/shop.git', undefined],
  ['https://github.com.example.com/me/shop.git', undefined],
  ['/srv/git/shop.git', undefined],
])('the repository of %s', (remote, repository) => {
  expect(repositoryOf(remote)).toBe(repository);
});
