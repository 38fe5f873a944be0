import { spawn } from 'node:child_process';
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
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

const exists = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  );

/**
 * Fills a folder once. Only a folder with the marker, written last and holding `key`, counts as installed, so an
 * interrupted installation is started anew. Processes that want the same folder at the same time wait for each other.
 */
export async function installOnce(folder: string, key: string, install: () => Promise<void>): Promise<void> {
  const marker = join(folder, '.complete');
  const complete = async () => (await readFile(marker, 'utf8').catch(() => undefined)) === key;
  if (await complete()) return;
  await mkdir(dirname(folder), { recursive: true });
  const unlock = await lock(`${folder}.lock`);
  try {
    if (await complete()) return;
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await install();
    await writeFile(marker, key);
  } finally {
    await unlock();
  }
}

/** A lock file that holds its owner's pid; one left behind by a dead process is taken over. */
async function lock(path: string): Promise<() => Promise<void>> {
  for (;;) {
    try {
      await writeFile(path, String(process.pid), { flag: 'wx' });
      return () => rm(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const owner = Number(await readFile(path, 'utf8').catch(() => '0'));
    // An empty file belongs to someone who is just about to write into it.
    if (owner && !isAlive(owner) && (await exists(path))) await rm(path, { force: true });
    else await sleep(200);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
