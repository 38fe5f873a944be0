import { join } from 'node:path';
import { listFiles, readIfThere } from './files.ts';
import { repositoryOf } from './init-look.ts';
import { runProgram } from './programs.ts';
import type { WorkflowFile } from './workflow-facts.ts';

/** Facts about the folder of a repository. */
export interface RepositoryFolder {
  /** Of the work tree. */
  readonly root: string;
  /** `OWNER/NAME` of the remote `origin` on GitHub; undefined where it is elsewhere. */
  readonly repository: string | undefined;
}

/** @returns undefined outside of a git work tree */
export async function findRepository(folder: string): Promise<RepositoryFolder | undefined> {
  const git = async (...args: string[]) => {
    const { code, output } = await runProgram('git', args, { folder });
    return code === 0 ? output.trim() : undefined;
  };
  const root = await git('rev-parse', '--show-toplevel');
  if (root === undefined || root === '') return undefined;
  const remote = await git('remote', 'get-url', 'origin');
  return { root, repository: remote === undefined ? undefined : repositoryOf(remote) };
}

const WORKFLOWS = '.github/workflows';

/** @returns the workflows of the repository; one that cannot be read is left out */
export function readWorkflowFiles(root: string): WorkflowFile[] {
  return listFiles(join(root, WORKFLOWS), 0)
    .filter((name) => /\.ya?ml$/.test(name))
    .sort()
    .flatMap((name) => {
      const path = `${WORKFLOWS}/${name}`;
      const text = readIfThere(join(root, path));
      return text === undefined ? [] : [{ path, text }];
    });
}
