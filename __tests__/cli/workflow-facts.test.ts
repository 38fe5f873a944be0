import { execFileSync } from 'node:child_process';
import { mkdirSync, realpathSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { findRepository, readWorkflowFiles, readWorkflows } from '../../src/cli/workflow-facts.ts';
import { REPOSITORY, WORKFLOW } from './doctor-scene.ts';
import { folderWith } from './run.ts';

const git = (folder: string, ...args: string[]) => execFileSync('git', args, { cwd: folder });

it('finds the repository of a folder within it, and its name once it has a remote on GitHub', async () => {
  const folder = realpathSync(folderWith());
  expect(await findRepository(folder)).toBeUndefined();
  git(folder, 'init', '--quiet');
  const within = join(folder, 'a', 'b');
  mkdirSync(within, { recursive: true });
  expect(await findRepository(within)).toEqual({ root: folder, repository: undefined });
  git(folder, 'config', 'remote.origin.url', 'https://gitlab.com/papyrus/shop.git');
  expect(await findRepository(within)).toEqual({ root: folder, repository: undefined });
  git(folder, 'config', 'remote.origin.url', `https://github.com/${REPOSITORY}.git`);
  expect(await findRepository(within)).toEqual({ root: folder, repository: REPOSITORY });
});

it('leaves out a workflow that is too large to read, and links that lead nowhere', () => {
  const root = folderWith({
    '.github/workflows/deploy.yml': WORKFLOW,
    '.github/workflows/huge.yaml': '#'.repeat(1024 * 1024 + 1),
    '.github/workflows/README.md': WORKFLOW,
  });
  symlinkSync('nowhere.yml', join(root, '.github/workflows/link.yml'));
  const files = readWorkflowFiles(root);
  expect(files.map(({ path }) => path)).toEqual(['.github/workflows/deploy.yml']);
  expect(readWorkflows(files).jobs.map(({ job }) => job)).toEqual(['deploy']);
});
