import { spawn } from 'node:child_process';
import { mkdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
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

/** Milliseconds. */
export interface LockTimes {
  /** A lock that nobody has touched for so long has lost its owner, whatever process has its pid by now. */
  readonly stale: number;
  /** How often its owner touches it. */
  readonly touch: number;
  /** How long somebody waits for it. */
  readonly patience: number;
}
const TIMES: LockTimes = { stale: 600_000, touch: 30_000, patience: 900_000 };

/**
 * A lock file that holds its owner's pid. One left behind is taken over: by a dead process at once, else (a container
 * that kept it, a process killed before it wrote its pid) once nobody touches it any more.
 * @returns the way to unlock
 * @throws Error with the file's name when patience is over
 */
export async function lock(path: string, times: LockTimes = TIMES): Promise<() => Promise<void>> {
  const end = performance.now() + times.patience;
  for (;;) {
    try {
      await writeFile(path, String(process.pid), { flag: 'wx' });
      return hold(path, times);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    if (await isLeft(path, times)) await rm(path, { force: true });
    else if (performance.now() > end)
      throw new Error(`somebody else holds ${path}; remove it if nothing is being installed`);
    else await sleep(Math.min(200, times.stale));
  }
}

function hold(path: string, { touch }: LockTimes): () => Promise<void> {
  const timer = setInterval(() => void utimes(path, new Date(), new Date()).catch(() => {}), touch);
  timer.unref();
  return () => {
    clearInterval(timer);
    return rm(path, { force: true });
  };
}

async function isLeft(path: string, { stale }: LockTimes): Promise<boolean> {
  const [owner, found] = await Promise.all([
    readFile(path, 'utf8').catch(() => ''),
    stat(path).catch(() => undefined),
  ]);
  if (found === undefined) return false;
  if (Date.now() - found.mtimeMs > stale) return true;
  // An empty file belongs to someone who is just about to write into it.
  return owner !== '' && !isAlive(Number(owner));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
