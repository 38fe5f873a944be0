import { spawnSync } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { Daemon } from './docker-process.ts';

/** A real `dockerd` with a socket and a data directory of its own. */
export class DockerEngine implements AsyncDisposable {
  #daemon: Daemon | undefined;

  private constructor(readonly directory: string) {}

  /** @param directory a short path: a socket's has 107 bytes at most */
  static async start(directory: string): Promise<DockerEngine> {
    const engine = new DockerEngine(directory);
    await engine.#run();
    return engine;
  }

  get socketPath(): string {
    return join(this.directory, 'd.sock');
  }

  /** What DOCKER_HOST is set to. */
  get host(): string {
    return `unix://${this.socketPath}`;
  }

  /** Runs the client. @throws with what it said when it fails */
  docker(...args: readonly string[]): string {
    const run = spawnSync('docker', args, {
      env: { ...process.env, DOCKER_HOST: this.host },
      encoding: 'utf8',
    });
    if (run.status !== 0) throw new Error(`docker ${args[0]}: ${run.stderr}`);
    return run.stdout.trim();
  }

  /** Forgets what it has pushed and where, as if it ran on another machine. */
  async forgetPushes(): Promise<void> {
    await this.#daemon?.[Symbol.asyncDispose]();
    await rm(join(this.directory, 'data/image/vfs/distribution'), { recursive: true, force: true });
    await this.#run();
  }

  async #run(): Promise<void> {
    const { directory } = this;
    await mkdir(directory, { recursive: true });
    const flags = ['--storage-driver', 'vfs', '--iptables=false', '--ip6tables=false', '--bridge=none'];
    const places = ['--data-root', `${directory}/data`, '--exec-root', `${directory}/exec`];
    const own = ['--pidfile', `${directory}/pid`, '-H', this.host];
    this.#daemon = await Daemon.start('dockerd', [...flags, ...places, ...own], () => pings(this.socketPath));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#daemon?.[Symbol.asyncDispose]();
  }
}

function pings(socketPath: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    request({ socketPath, path: '/_ping' }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    })
      .once('error', reject)
      .end();
  });
}
