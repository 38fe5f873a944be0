import { lstatSync, realpathSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import type { Diagnostic } from './diagnostics.ts';
import { isInIndex } from './git-index.ts';
import { type Runner, readEnvironment } from './inputs.ts';
import { readRegular } from './workspace-file.ts';

/*
 * Which files of the workspace git tracks. An annotation with another file shows nowhere in the diff of a pull request.
 * Loaded only where there is one to write. Git itself is not needed: a container of a job may lack it, or refuse a
 * checkout that another user owns.
 */

/** The index of a repository with a million files has about 100 MB. */
const MAX_INDEX_BYTES = 256 * 1024 * 1024;
const MAX_TEXT_BYTES = 1024 * 1024;

/** Where a repository has its files, and where git has its own. */
interface Repository {
  readonly root: string;
  readonly gitFolder: string;
}

/** @returns the notes, each with its path in the repository if git tracks its file */
export function inRepository(notes: readonly Diagnostic[], runner: Runner): Diagnostic[] {
  const paths = new Map<string, string | undefined>();
  return notes.map((note) => {
    if (note.file === undefined) return note;
    if (!paths.has(note.file)) paths.set(note.file, trackedPath(note.file, runner));
    return { ...note, trackedFile: paths.get(note.file) };
  });
}

function trackedPath(file: string, runner: Runner): string | undefined {
  // A terminal has no diff: each line is shown.
  if (runner.commandLine !== undefined) return file;
  try {
    // The text that a link leads to has the lines, so its file is the location.
    const real = realpathSync(resolve(runner.workspace, file));
    const repository = repositoryOf(real, realpathSync(runner.workspace));
    if (repository === undefined) return undefined;
    const path = relative(repository.root, real).replaceAll(sep, '/');
    const config = readCommon(repository.gitFolder, 'config');
    if (!isRemote(config, runner.repository)) return undefined;
    const objectBytes = /^\s*objectformat\s*=\s*sha256\s*$/im.test(config) ? 32 : 20;
    const index = join(repository.gitFolder, 'index');
    return isInIndex(readRegular(index, index, MAX_INDEX_BYTES), path, objectBytes) ? path : undefined;
  } catch {
    // There is no index, or none that can be read: then only the log has the location.
    return undefined;
  }
}

/** @returns the nearest repository above the file, inside the workspace */
function repositoryOf(file: string, workspace: string): Repository | undefined {
  const named = readEnvironment('GIT_DIR') ?? '';
  if (named !== '') {
    const root = realpathSync(resolve(workspace, readEnvironment('GIT_WORK_TREE') ?? ''));
    return { root, gitFolder: resolve(workspace, named) };
  }
  for (let root = dirname(file); `${root}${sep}`.startsWith(`${workspace}${sep}`); root = dirname(root)) {
    const git = join(root, '.git');
    const about = lstatSync(git, { throwIfNoEntry: false });
    if (about?.isDirectory()) return { root, gitFolder: git };
    // Worktrees and submodules have a file that names the folder.
    const folder = about && /^gitdir: (.+)/.exec(readGitText(git))?.[1];
    if (folder) return { root, gitFolder: resolve(root, folder) };
  }
  return undefined;
}

const readGitText = (path: string) => readRegular(path, path, MAX_TEXT_BYTES).toString('utf8');

/** Reads a file that all worktrees of a repository share. */
function readCommon(gitFolder: string, name: string): string {
  const pointer = join(gitFolder, 'commondir');
  const isWorktree = lstatSync(pointer, { throwIfNoEntry: false }) !== undefined;
  const folder = isWorktree ? resolve(gitFolder, readGitText(pointer).trim()) : gitFolder;
  return readGitText(join(folder, name));
}

/**
 * @param repository `OWNER/NAME` of the workflow
 * @returns whether the checkout is of this repository and not of another, a submodule, say
 */
function isRemote(config: string, repository: string): boolean {
  const remotes = config.split(/^\s*\[/m).filter((section) => /^remote\b/i.test(section));
  const urls = remotes.flatMap((section) => /^\s*url\s*=\s*(\S+)/im.exec(section)?.[1] ?? []);
  const ending = repository.toLowerCase();
  return (
    urls.length === 0 ||
    urls.some((url) => {
      const path = url
        .toLowerCase()
        .replace(/\/$/, '')
        .replace(/\.git$/, '');
      return path.endsWith(`/${ending}`) || path.endsWith(`:${ending}`);
    })
  );
}
