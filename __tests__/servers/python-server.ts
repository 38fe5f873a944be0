import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A server on a port of this machine. */
export interface PythonServer extends AsyncDisposable {
  readonly url: string;
}

export interface PythonServerOptions {
  readonly name: string;
  readonly python: string;
  /** A script whose first line of output is the port, and which ends with its standard input. */
  readonly launcher: string;
  readonly env: NodeJS.ProcessEnv;
}

/** Starts a server that ends with this process at the latest. */
export async function startPythonServer({
  name,
  python,
  launcher,
  env,
}: PythonServerOptions): Promise<PythonServer> {
  const child = spawn(python, [launcher], { stdio: ['pipe', 'pipe', 'pipe'], env, windowsHide: true });
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  const kill = async () => {
    // Unreferenced, it would not be waited for.
    child.ref();
    child.kill('SIGKILL');
    await gone;
  };
  const { port, text } = await readPort(child, gone);
  if (port === undefined) {
    await kill();
    throw new Error(`${name} did not start (${python} ${launcher}):\n${text.trim()}`);
  }
  return { url: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: kill };
}

/** The port that the child serves, and what it printed until then, until it ended, or until 60 seconds were over. */
async function readPort(
  child: ChildProcess,
  gone: Promise<void>,
): Promise<{ port: string | undefined; text: string }> {
  let text = '';
  let port: string | undefined;
  const serving = new Promise<void>((resolve) => {
    child.stdout?.on('data', (data: Buffer) => {
      text += data;
      port = /^(\d+)\r?\n/.exec(text)?.[1];
      if (port !== undefined) resolve();
    });
  });
  let errors = '';
  child.stderr?.on('data', (data: Buffer) => {
    errors = `${errors}${data}`.slice(-4000);
  });
  const deadline = new AbortController();
  const timeout = sleep(60_000, undefined, { signal: deadline.signal }).catch(() => {});
  await Promise.race([serving, gone, timeout]);
  deadline.abort();
  // From here on nothing reads, but an unread pipe would stop the child, and a referenced one us.
  for (const stream of [child.stdout, child.stderr]) {
    stream?.removeAllListeners('data');
    stream?.resume();
  }
  for (const stream of child.stdio) (stream as Partial<Socket> | null)?.unref?.();
  child.unref();
  return { port, text: `${text}${errors}` };
}
