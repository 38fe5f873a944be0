import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** @returns whether a program is on the PATH; in CI a missing one is a fault, so that no suite is skipped unseen */
export function hasProgram(name: string): boolean {
  const found = spawnSync('which', [name]).status === 0;
  if (!found && process.env['CI'] === 'true') throw new Error(`${name} is not installed`);
  return found;
}

/** @returns a port of 127.0.0.1 that is free */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** A server that was started for a test and ends with it; only this very process is ended. */
export class Daemon implements AsyncDisposable {
  readonly #child: ChildProcess;
  #log = '';

  private constructor(child: ChildProcess) {
    this.#child = child;
    const keep = (chunk: Buffer) => {
      this.#log = (this.#log + chunk.toString()).slice(-20_000);
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
  }

  /** @param isReady asked every 50 ms until it says so, for 30 s at most */
  static async start(
    command: string,
    args: readonly string[],
    isReady: () => Promise<boolean>,
    environment: Readonly<Record<string, string>> = {},
  ): Promise<Daemon> {
    const env = { ...process.env, ...environment };
    const daemon = new Daemon(spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env }));
    for (let i = 0; i < 600; i += 1) {
      if (await isReady().catch(() => false)) return daemon;
      if (daemon.#child.exitCode !== null) break;
      await sleep(50);
    }
    await daemon[Symbol.asyncDispose]();
    throw new Error(`${command} did not start: ${daemon.#log}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await exit;
  }
}
