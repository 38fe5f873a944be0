import { type ChildProcess, spawn } from 'node:child_process';
import { access, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { cache, installOnce, run } from './install.ts';

const VERSION = '5.2.1';
const windows = process.platform === 'win32';
const executable = windows ? 'moto_server.exe' : 'moto_server';
const requirements = fileURLToPath(new URL('./requirements.txt', import.meta.url));

/** The path of moto's server at the pinned version: the one on the PATH if it is that, else one of our own. */
export async function ensureMoto(): Promise<string> {
  const installed = await findOnPath();
  if (installed) return installed;
  const folder = join(cache, `moto-${VERSION}`);
  const scripts = join(folder, windows ? 'Scripts' : 'bin');
  await installOnce(folder, await readFile(requirements, 'utf8'), async () => {
    const python = await findPython();
    await must(python, ['-m', 'venv', folder], MISSING);
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements];
    await must(
      join(scripts, windows ? 'python.exe' : 'python'),
      pip,
      `moto ${VERSION} could not be installed with pip.`,
    );
  });
  return join(scripts, executable);
}

const MISSING = `Python 3.11 or newer with venv is missing. The tests and the demo run against moto, a local AWS, which is \
written in Python. Get it with "apt-get install python3 python3-venv" (Debian, Ubuntu), "brew install python" (macOS) \
or from python.org (Windows).`;

async function must(program: string, args: readonly string[], message: string): Promise<void> {
  const { code, output } = await run(program, args);
  if (code !== 0) throw new Error(`${message}\n${program} ${args.join(' ')} said:\n${output.trim()}`);
}

async function findPython(): Promise<string> {
  for (const name of ['python3', 'python']) {
    const { code } = await run(name, ['-c', 'import sys; sys.exit(sys.version_info < (3, 11))']);
    if (code === 0) return name;
  }
  throw new Error(MISSING);
}

// moto_server cannot tell its version, so the Python that it belongs to is asked.
const ASK = `
import importlib.metadata, sysconfig
print(importlib.metadata.version("moto"), sysconfig.get_path("scripts"), sep="\\n")`;

async function findOnPath(): Promise<string | undefined> {
  for (const folder of (process.env.PATH ?? '').split(delimiter).filter(Boolean)) {
    const path = join(folder, executable);
    if (!(await isThere(path))) continue;
    const [, python] = /^#!(\S*python\S*)/.exec(await readFile(path, 'latin1')) ?? [];
    const { code, output } = await run(python ?? (windows ? 'python' : 'python3'), ['-c', ASK]);
    const [version, scripts = ''] = output.trim().split(/\r?\n/);
    const own = join(scripts, executable);
    return code === 0 && version === VERSION && (await isThere(own)) ? own : undefined;
  }
  return undefined;
}

const isThere = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

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
