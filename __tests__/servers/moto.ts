import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cache, installOnce } from './install.ts';
import { distributionOf, executableOf, isThere, makeVenv, requirements, scriptsOf } from './python.ts';

const VERSION = '5.2.1';
const executable = executableOf('moto_server');

/** The path of moto's server at the pinned version: the one on the PATH if it is that, else one of our own. */
export async function ensureMoto(): Promise<string> {
  const installed = await findOnPath();
  if (installed) return installed;
  const folder = join(cache, `moto-${VERSION}`);
  await installOnce(folder, await readFile(requirements, 'utf8'), () =>
    makeVenv(folder, ['-r', requirements], `moto ${VERSION}`),
  );
  return join(scriptsOf(folder), executable);
}

async function findOnPath(): Promise<string | undefined> {
  for (const folder of (process.env.PATH ?? '').split(delimiter).filter(Boolean)) {
    const path = join(folder, executable);
    if (!(await isThere(path))) continue;
    const found = await distributionOf(path, 'moto');
    if (found?.version !== VERSION) return undefined;
    const own = join(found.scripts, executable);
    return (await isThere(own)) ? own : undefined;
  }
  return undefined;
}

export interface Moto extends AsyncDisposable {
  readonly url: string;
}

export async function startMoto(): Promise<Moto> {
  const program = await ensureMoto();
  let said = '';
  // A port that was free may be taken before moto binds it.
  for (let attempt = 0; attempt < 5; attempt++) {
    const port = await findFreePort();
    const child = spawn(program, ['-H', '127.0.0.1', '-p', String(port)], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, PYTHONUNBUFFERED: '1' },
      windowsHide: true,
    });
    const kill = () => void child.kill('SIGKILL');
    process.once('exit', kill);
    const gone = new Promise<void>((resolve) => {
      child.once('exit', () => resolve());
      child.once('error', () => resolve());
    });
    said = await waitUntilRunning(child, gone);
    if (child.exitCode === null && child.pid !== undefined && said.includes('Running on')) {
      const url = `http://127.0.0.1:${port}`;
      await waitForAnswer(url);
      return {
        url,
        async [Symbol.asyncDispose]() {
          process.off('exit', kill);
          // Unreferenced, it would not be waited for.
          child.ref();
          kill();
          await gone;
        },
      };
    }
    process.off('exit', kill);
    kill();
  }
  throw new Error(`moto did not start (${program}):\n${said.trim()}`);
}

/** What the child said until it serves, ends, or 60 seconds are over. */
async function waitUntilRunning(child: ChildProcess, gone: Promise<void>): Promise<string> {
  let said = '';
  const running = new Promise<void>((resolve) => {
    const listen = (data: Buffer) => {
      said = `${said}${data}`.slice(-4000);
      if (said.includes('Running on')) resolve();
    };
    child.stdout?.on('data', listen);
    child.stderr?.on('data', listen);
  });
  const patience = new AbortController();
  const timeout = sleep(60_000, undefined, { signal: patience.signal }).catch(() => {});
  await Promise.race([running, gone, timeout]);
  patience.abort();
  // From here on nobody reads, but an unread pipe would stop the child, and a referenced one us.
  for (const stream of [child.stdout, child.stderr]) {
    stream?.removeAllListeners('data');
    stream?.resume();
    (stream as { unref?: () => void } | null)?.unref?.();
  }
  child.unref();
  return said;
}

async function waitForAnswer(url: string): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      const response = await fetch(`${url}/moto-api/`);
      await response.arrayBuffer();
      return;
    } catch (error) {
      if (tries > 100) throw new Error(`moto does not answer at ${url}`, { cause: error });
      await sleep(50);
    }
  }
}

function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
