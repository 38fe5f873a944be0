import { chmodSync, existsSync, mkdirSync, readdirSync, realpathSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { exists, isFolder } from './files.ts';
import { UsageError } from './flags.ts';
import { runProgram } from './programs.ts';

/*
 * Files that exports write.
 */

/**
 * Rejects a file for secrets that a commit could include.
 * @throws UsageError inside a git work tree whose rules do not ignore the file
 */
export async function refuseTracked(path: string): Promise<void> {
  const file = realPath(resolve(path));
  if (!isInWorkTree(dirname(file))) return;
  // Only git knows all of its rules; without git the file counts as not ignored.
  const { code } = await runProgram('git', ['check-ignore', '--quiet', file], { folder: dirname(file) });
  if (code !== 0)
    throw new UsageError(
      'secrets are not written into a git work tree where the file is not ignored. Add the file to .gitignore, or choose a path outside',
    );
}

/** For a file that does not exist yet, the real path of its folder: a link may lead into a work tree. */
function realPath(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    const folder = dirname(file);
    return existsSync(folder) ? join(realpathSync(folder), basename(file)) : file;
  }
}

function isInWorkTree(folder: string): boolean {
  if (existsSync(join(folder, '.git'))) return true;
  const parent = dirname(folder);
  return parent !== folder && isInWorkTree(parent);
}

/** Whether an existing file or folder at `--output` is replaced: `--force`. */
export interface Replacing {
  readonly replaces: boolean;
}

/** @throws UsageError where a file cannot be written to the path; checked before the first call to AWS */
export function checkFile(path: string, { replaces }: Replacing): void {
  const file = resolve(path);
  if (isFolder(file)) throw new UsageError('--output names a folder; name a file');
  if (!isFolder(dirname(file))) throw new UsageError('the folder of --output does not exist');
  if (!exists(file)) return;
  if (!replaces) throw new UsageError('the file of --output exists; add --force to replace it');
  // It would be created at the target of the link, in a folder that was not checked.
  if (!existsSync(file)) throw new UsageError('the file of --output is a link that leads nowhere');
}

/**
 * Writes a file that only its user may read.
 * @throws UsageError where it exists and is not to be replaced, or cannot be written
 */
export function writeExport(path: string, text: string, replacing: Replacing): void {
  checkFile(path, replacing);
  const file = resolve(path);
  const isNew = !exists(file);
  try {
    // The mode applies to new files only, and no other user can read the file while it is written.
    if (!isNew) chmodSync(file, 0o600);
    writeFileSync(file, text, { mode: 0o600, flag: isNew ? 'wx' : 'w' });
  } catch {
    throw new UsageError('the file of --output cannot be written; check its permissions');
  }
}

/** @throws UsageError where the folder holds something and is not to be written into */
export function checkFolder(path: string, { replaces }: Replacing): void {
  const folder = resolve(path);
  if (exists(folder) && !isFolder(folder)) throw new UsageError('--output names a file; name a folder');
  if (isFolder(folder) && readdirSync(folder).length > 0 && !replaces)
    throw new UsageError(
      'the folder of --output is not empty; choose another, or add --force to write into it',
    );
}

/**
 * Writes the files of a folder.
 * @throws UsageError where the folder holds something and is not to be written into, or cannot be written
 */
export function writeFolder(path: string, files: ReadonlyMap<string, string>, replacing: Replacing): void {
  checkFolder(path, replacing);
  const folder = resolve(path);
  try {
    mkdirSync(folder, { recursive: true });
    for (const [name, text] of files) writeFileSync(join(folder, name), text);
  } catch {
    throw new UsageError('the folder of --output cannot be written; check its permissions');
  }
}
