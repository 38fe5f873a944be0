// What a job downloads when it uses the action: GitHub's archive of the repository, which `git archive` makes.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import * as tar from 'tar';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { passed } from './outcome.ts';
import { dotenv, openStage } from './stage.ts';

const ROOT = resolve(import.meta.dirname, '../..');
let folder: string;
let archive: Buffer;

/** Of the files on disk, so that a change is judged before its commit; the repository gets no object and no index of it. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'archive-'));
  const objects = join(folder, 'objects');
  mkdirSync(objects);
  const common = execFileSync('git', ['rev-parse', '--git-common-dir'], { cwd: ROOT, encoding: 'utf8' });
  const git = (...args: string[]) =>
    execFileSync('git', args, {
      cwd: ROOT,
      maxBuffer: 100_000_000,
      env: {
        ...process.env,
        GIT_INDEX_FILE: join(folder, 'index'),
        GIT_OBJECT_DIRECTORY: objects,
        GIT_ALTERNATE_OBJECT_DIRECTORIES: join(resolve(ROOT, common.trim()), 'objects'),
      },
    });
  git('add', '--all', '.');
  archive = git('archive', '--format=tar', '--prefix=action/', git('write-tree').toString().trim());
  writeFileSync(join(folder, 'archive.tar'), archive);
  tar.extract({ file: join(folder, 'archive.tar'), cwd: folder, sync: true });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// Each job that uses the action downloads it.
it('has at most 450 KB', () => {
  expect(gzipSync(archive).length).toBeLessThanOrEqual(450_000);
});

it('holds the action, its licences, and nothing for its development', () => {
  const paths: string[] = [];
  tar.list({ file: join(folder, 'archive.tar'), sync: true, onReadEntry: ({ path }) => paths.push(path) });
  const tops = paths.map((path) => path.split('/')[1]).filter(Boolean);
  expect([...new Set(tops)].sort()).toEqual(['LICENSE', 'README.md', 'action.yml', 'dist', 'package.json']);
  expect(paths).toContain('action/dist/licenses.txt');
});

it('is all that the action needs to run', async () => {
  await using stage = await openStage();
  const act = () =>
    stage.act(
      { mode: 'apply', dotenv: dotenv(), config: 'rules.yml' },
      {
        entry: join(folder, 'action/dist/index.js'),
        manifest: join(folder, 'action/action.yml'),
        files: { 'rules.yml': 'rules:\n  - match: STRIPE_*\n    to: secret/payments\n' },
      },
    );
  await using first = passed(await act());
  expect(first.outputs['changed']).toBe('true');
  await using second = passed(await act());
  expect(second.outputs['changed']).toBe('false');
});

it('is all that the command line needs to run', () => {
  const run = (...args: string[]) =>
    execFileSync(process.execPath, ['--', join(folder, 'action/dist/cli.js'), ...args], {
      cwd: mkdtempSync(join(folder, 'terminal-')),
      encoding: 'utf8',
    });
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  expect(run('--version')).toBe(`${version}\n`);
  expect(run('apply', '--help')).toContain('--log-retention-days');
  expect(run('init', '--environment', 'none')).toContain('aws cloudformation deploy');
});

it('is all that the steps of fleet.yml need to run', () => {
  const workspace = mkdtempSync(join(folder, 'workspace-'));
  writeFileSync(
    join(workspace, 'fleet.yml'),
    `accounts:
  - { id: "111122223333", name: live }
regions: [us-west-2]
environments: [prd]
prefix: "/papyrus/{environment}"
role: "arn:aws:iam::{account}:role/deploy"
`,
  );
  const output = join(workspace, 'output');
  execFileSync(process.execPath, [join(folder, 'action/dist/index.js'), 'fleet', 'targets'], {
    cwd: workspace,
    env: {
      FLEET_FILE: 'fleet.yml',
      FLEET_MODE: 'apply',
      FLEET_TARGETS: join(workspace, 'targets.json'),
      GITHUB_OUTPUT: output,
    },
  });
  expect(readFileSync(output, 'utf8')).toContain('count=1\n');
});
