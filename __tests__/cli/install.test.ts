// What npm makes of the repository: `npx` fetches it by git, and neither installs nor builds anything.
import { execFile, execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
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

/**
 * The files of the root, dist, and one file of two other folders, which npm leaves out. npx clones the repository four
 * times, so the rest would only cost time.
 */
beforeAll(() => {
  const listed = execFileSync('git', ['ls-files', '-z'], { cwd: ROOT, encoding: 'utf8' });
  const inRoot = listed.split('\0').filter((path) => path !== '' && !path.includes('/'));
  for (const path of [...inRoot, 'dist', 'src/main.ts', 'docs/terminal.md'])
    cpSync(join(ROOT, path), join(repository, path), { recursive: true });
  const git = (...args: string[]) => execFileSync('git', args, { cwd: repository });
  git('init', '--quiet', '--initial-branch', 'main');
  git('add', '--all');
  git('-c', 'user.name=a', '-c', 'user.email=a@example.com', 'commit', '--quiet', '--message', 'all');
});

/** npm has a cache of its own and no registry: a download fails. The server is in this process, so nothing here blocks. */
function npx(args: readonly string[], input = ''): Promise<string> {
  const env = {
    ...stage.aws.env(),
    PATH: process.env['PATH'],
    HOME: folder,
    npm_config_cache: join(folder, 'cache'),
    npm_config_registry: 'http://127.0.0.1:9',
    npm_config_update_notifier: 'false',
    npm_config_audit: 'false',
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
  // Without the hyphens Node.js would take --env-file for its own.
  it.each([
    [['--', 'plan', '--env-file', '-', '--prefix', '/papyrus/prd']],
    [['plan', '--dotenv', '-', '--prefix', '/papyrus/prd']],
  ])('runs the command line, with a .env of standard input: %s', async (args) => {
    expect(await npx(args, 'LOG_LEVEL=warning\n')).toContain('value: "warning"');
  });

  it('installs only the archive', () => {
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
