// What npm makes of the repository: `npx` fetches it by git, and neither installs nor builds anything.
import { execFile, execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { dotenv, openStage } from '../action/stage.ts';
import { folderWith } from './run.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'cli-install-'));
const repository = join(folder, 'repository');
const stage = await openStage();
afterAll(() => stage[Symbol.asyncDispose]());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** All that git has of the repository, and dist as it is on disk. */
beforeAll(() => {
  mkdirSync(repository);
  const listed = execFileSync('git', ['ls-files', '-z'], { cwd: ROOT, encoding: 'utf8' });
  for (const path of listed.split('\0').filter((each) => each !== '' && !each.startsWith('dist/')))
    cpSync(join(ROOT, path), join(repository, path), { recursive: true });
  cpSync(join(ROOT, 'dist'), join(repository, 'dist'), { recursive: true });
  const git = (...args: string[]) => execFileSync('git', args, { cwd: repository });
  git('init', '--quiet', '--initial-branch', 'main');
  git('add', '--all');
  git('-c', 'user.name=a', '-c', 'user.email=a@example.com', 'commit', '--quiet', '--message', 'all');
});

/** npm has a cache of its own and no registry: whatever it would fetch fails. The server is in this process, so it is not held up. */
function npx(args: readonly string[], input = ''): Promise<string> {
  const env = {
    ...stage.aws.env(),
    PATH: process.env['PATH'],
    HOME: folder,
    npm_config_cache: join(folder, 'cache'),
    npm_config_registry: 'http://127.0.0.1:9',
    npm_config_update_notifier: 'false',
  };
  return new Promise((done, fail) => {
    const child = execFile(
      'npx',
      ['--yes', `git+file://${repository}`, ...args],
      { cwd: folderWith({ '.env': dotenv() }), env, timeout: 60_000 },
      (error, output) => (error === null ? done(output) : fail(error)),
    );
    child.stdin?.end(input);
  });
}

describe('npx', () => {
  it('runs the command line, with a .env of standard input', async () => {
    const args = ['plan', '--env-file', '-', '--prefix', '/papyrus/prd'];
    expect(await npx(['--', ...args], 'LOG_LEVEL=warning\n')).toContain('value: "warning"');
    // Without the hyphens Node.js would take --env-file for its own.
    const short = ['plan', '--dotenv', '-', '--prefix', '/papyrus/prd'];
    expect(await npx(short, 'LOG_LEVEL=warning\n')).toContain('value: "warning"');
  });

  it('installs nothing beside the archive', async () => {
    expect((await npx(['--version'])).trim()).toBe(manifest.version);
    const cache = join(folder, 'cache', '_npx');
    const [run = ''] = readdirSync(cache);
    const modules = join(cache, run, 'node_modules');
    expect(readdirSync(modules).filter((name) => !name.startsWith('.'))).toEqual(['aws-bootstrap']);
    const files = readdirSync(join(modules, 'aws-bootstrap')).sort();
    // npm takes every README, whatever `files` says.
    expect(files).toEqual(['LICENSE', 'README.ja.md', 'README.md', 'action.yml', 'dist', 'package.json']);
  });
});

describe('package.json', () => {
  it('has no script that npm runs for a dependency from git, and no dependency', () => {
    // npm looks for these before it packs a repository: pacote, lib/git.js, `#prepareDir`.
    const run = [
      'postinstall',
      'build',
      'preinstall',
      'install',
      'prepack',
      'prepare',
      'preprepare',
      'postprepare',
      'prepublish',
    ];
    expect(Object.keys(manifest.scripts).filter((name) => run.includes(name))).toEqual([]);
    for (const name of ['dependencies', 'optionalDependencies', 'peerDependencies', 'workspaces'])
      expect(manifest).not.toHaveProperty(name);
    expect(manifest.bin).toEqual({ 'aws-bootstrap': 'dist/cli.js' });
  });
});
