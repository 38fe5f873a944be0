import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { Unclear } from '../settings/texts.ts';
import { readRegular } from '../settings/workspace-file.ts';
import type { WorkflowFile } from './workflow-facts.ts';

/*
 * What the folder of a repository tells, read without git.
 */

export interface RepositoryFolder {
  /** Of the work tree. */
  readonly root: string;
  /** `OWNER/NAME` of the remote `origin` on GitHub; undefined where it is elsewhere. */
  readonly repository: string | undefined;
  /** The branch that is checked out; undefined where none is. */
  readonly branch: string | undefined;
}

/** @returns undefined outside of a git work tree */
export function findRepository(folder: string): RepositoryFolder | undefined {
  const root = rootOf(resolve(folder));
  if (root === undefined) return undefined;
  const own = gitFolderOf(root);
  const shared = own === undefined ? undefined : sharedFolderOf(own);
  return {
    root,
    repository: shared === undefined ? undefined : repositoryOf(readIfThere(join(shared, 'config')) ?? ''),
    branch:
      own === undefined
        ? undefined
        : /^ref: refs\/heads\/(.+)$/m.exec(readIfThere(join(own, 'HEAD')) ?? '')?.[1]?.trim(),
  };
}

function rootOf(folder: string): string | undefined {
  if (existsSync(join(folder, '.git'))) return folder;
  const parent = dirname(folder);
  return parent === folder ? undefined : rootOf(parent);
}

/** Of a submodule and of a further work tree `.git` is a file that names the folder. */
function gitFolderOf(root: string): string | undefined {
  const path = join(root, '.git');
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return path;
  const named = /^gitdir: (.+)$/m.exec(readIfThere(path) ?? '')?.[1]?.trim();
  return named === undefined ? undefined : resolve(root, named);
}

function sharedFolderOf(folder: string): string {
  const named = readIfThere(join(folder, 'commondir'))?.trim();
  if (named === undefined || named === '') return folder;
  return isAbsolute(named) ? named : resolve(folder, named);
}

const MOST_BYTES = 1024 * 1024;

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').slice(0, MOST_BYTES);
  } catch {
    return undefined;
  }
}

/**
 * @param config text of git's configuration
 * @returns `OWNER/NAME` of the remote `origin`, without the credentials that its URL may hold
 */
export function repositoryOf(config: string): string | undefined {
  let isOrigin = false;
  for (const line of config.split(/\r?\n/)) {
    const section = /^\s*\[\s*([^\]]*?)\s*\]/.exec(line)?.[1];
    if (section !== undefined) isOrigin = /^remote\s+"origin"$/.test(section);
    const url = isOrigin ? /^\s*url\s*=\s*(.+?)\s*$/.exec(line)?.[1] : undefined;
    if (url !== undefined)
      return /^(?:(?:https?|ssh|git):\/\/(?:[^@/]*@)?|(?:[\w.-]+@)?)github\.com(?::\d+)?[:/]+([\w.-]+\/[\w.-]+?)(?:\.git)?\/?$/.exec(
        url,
      )?.[1];
  }
  return undefined;
}

const WORKFLOWS = join('.github', 'workflows');

/** @returns the workflows of the repository; one that cannot be read is left out */
export function readWorkflowFiles(root: string): WorkflowFile[] {
  let names: string[];
  try {
    names = readdirSync(join(root, WORKFLOWS)).filter((name) => /\.ya?ml$/.test(name));
  } catch {
    return [];
  }
  return names.sort().flatMap((name): WorkflowFile[] => {
    const path = join(root, WORKFLOWS, name);
    try {
      return [
        { path: `.github/workflows/${name}`, text: readRegular(path, name, MOST_BYTES).toString('utf8') },
      ];
    } catch (error) {
      if (error instanceof Unclear || error instanceof Error) return [];
      throw error;
    }
  });
}
