import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where test servers are installed: below the repository, outside git. */
export const cache = fileURLToPath(new URL('../../.cache/', import.meta.url));

export interface Ran {
  code: number | null;
  output: string;
}

/** Runs a program to its end; `code` is null when it could not be started. */
export function run(
  program: string,
  args: readonly string[],
  options: { shell?: boolean } = {},
): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true, ...options });
    let output = '';
    child.stdout.on('data', (data) => {
      output += data;
    });
    child.stderr.on('data', (data) => {
      output += data;
    });
    child.on('error', (error) => resolve({ code: null, output: error.message }));
    child.on('close', (code) => resolve({ code, output }));
  });
}

/**
 * Fills a folder once. What is installed is made beside it and takes its name at the end: an installation that was cut
 * off counts for nothing, and of two at the same time one is kept. A folder of another `key` is replaced.
 * @param install fills the folder that it is given; nothing in there may hold its path, which changes
 */
export async function installOnce(
  folder: string,
  key: string,
  install: (folder: string) => Promise<void>,
): Promise<void> {
  const isComplete = async () =>
    (await readFile(join(folder, '.complete'), 'utf8').catch(() => undefined)) === key;
  if (await isComplete()) return;
  await mkdir(dirname(folder), { recursive: true });
  await sweep(folder);
  const work = await mkdtemp(`${folder}-`);
  try {
    await install(work);
    await writeFile(join(work, '.complete'), key);
    await rename(work, folder).catch(async () => {
      if (await isComplete()) return;
      await rm(folder, { recursive: true, force: true });
      await rename(work, folder);
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

const HOUR = 3_600_000;

/** What an installation that was killed has left goes when it is an hour old. */
async function sweep(folder: string): Promise<void> {
  for (const name of await readdir(dirname(folder))) {
    // Six characters are what mkdtemp puts behind.
    if (!name.startsWith(`${basename(folder)}-`) || name.length !== basename(folder).length + 7) continue;
    const path = join(dirname(folder), name);
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined && Date.now() - found.mtimeMs > HOUR)
      await rm(path, { recursive: true, force: true });
  }
}
