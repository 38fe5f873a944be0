import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

/** A file that a run left behind. */
export interface Trace {
  /** Below its folder, with forward slashes. */
  path: string;
  content: string;
  /** Permission bits, such as 0o600. */
  mode: number;
}

/** Path and a stamp that changes whenever the file is written. */
export type Stamps = Map<string, string>;

const UNSEEN = new Set(['.git', 'node_modules']);

export async function stampFiles(folder: string): Promise<Stamps> {
  const stamps: Stamps = new Map();
  for (const path of await listFiles(folder)) {
    const { mtimeNs, ctimeNs, size } = await lstat(path, { bigint: true });
    stamps.set(path, `${mtimeNs} ${ctimeNs} ${size}`);
  }
  return stamps;
}

/** What is new or changed since; a link's content is its target. */
export async function findTraces(folder: string, before: Stamps): Promise<Trace[]> {
  const traces: Trace[] = [];
  for (const [path, stamp] of await stampFiles(folder)) {
    if (before.get(path) === stamp) continue;
    const status = await lstat(path);
    const content = status.isSymbolicLink()
      ? await readlink(path)
      : status.isFile()
        ? await readFile(path, 'utf8')
        : '';
    traces.push({ path: relative(folder, path).split(sep).join('/'), content, mode: status.mode & 0o777 });
  }
  return traces;
}

async function listFiles(folder: string): Promise<string[]> {
  const files: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (!entry.isDirectory()) files.push(path);
    else if (!UNSEEN.has(entry.name)) files.push(...(await listFiles(path)));
  }
  return files.sort();
}
