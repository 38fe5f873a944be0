import { mkdir, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { Daemon, freePort } from './docker-process.ts';

/** Debian's `docker-registry`: a registry that no one here wrote. */
export class DockerRegistry implements AsyncDisposable {
  #daemon: Daemon | undefined;

  private constructor(
    readonly port: number,
    readonly directory: string,
  ) {}

  /** @param directory an empty one, for its storage and configuration */
  static async start(directory: string): Promise<DockerRegistry> {
    const registry = new DockerRegistry(await freePort(), directory);
    await registry.#run();
    return registry;
  }

  get url(): URL {
    return new URL(`http://127.0.0.1:${this.port}`);
  }

  /** Where its blobs lie. */
  get storage(): string {
    return join(this.directory, 'storage');
  }

  /** Forgets everything, under the same address. */
  async reset(): Promise<void> {
    await this.#daemon?.[Symbol.asyncDispose]();
    await rm(this.storage, { recursive: true, force: true });
    await this.#run();
  }

  async #run(): Promise<void> {
    await mkdir(this.storage, { recursive: true });
    const config = join(this.directory, 'config.yml');
    await writeFile(
      config,
      `version: 0.1
log: { level: error, accesslog: { disabled: true } }
storage:
  filesystem: { rootdirectory: ${JSON.stringify(this.storage)} }
  delete: { enabled: true }
http: { addr: "127.0.0.1:${this.port}" }
`,
    );
    this.#daemon = await Daemon.start('docker-registry', ['serve', config], () => answers(this.url));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#daemon?.[Symbol.asyncDispose]();
  }
}

function answers(url: URL): Promise<boolean> {
  return new Promise((resolve, reject) => {
    request(new URL('/v2/', url), (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    })
      .once('error', reject)
      .end();
  });
}
