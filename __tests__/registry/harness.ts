import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { Authorization } from '../../src/registry/authorization.ts';
import { Distribution } from '../../src/registry/distribution.ts';
import type { ImageFault } from '../../src/registry/errors.ts';
import { type OpenOptions, openImage } from '../../src/registry/open.ts';
import { type PushResult, push } from '../../src/registry/push.ts';
import type { RetryPolicy } from '../../src/registry/session.ts';
import { Secret } from '../../src/secret.ts';
import type { TestRegistry } from '../servers/registry.ts';
import { makeTar, type TarFile } from '../servers/registry-images.ts';

/** As many attempts as the action makes, with short delays. */
export const HURRIED: RetryPolicy = { attempts: 4, firstDelay: 5, longestDelay: 20 };

/** An image error of this kind, whose message names this key. */
export const imageError = (fault: ImageFault, key: string | RegExp = '') => ({
  name: 'ImageError',
  fault,
  message: typeof key === 'string' ? expect.stringContaining(key) : expect.stringMatching(key),
});

/** Expects this work to end with such an error. */
export const expectFault = (work: Promise<unknown>, fault: ImageFault, key?: string | RegExp) =>
  expect(work).rejects.toMatchObject(imageError(fault, key));

/** A directory that goes away with the test. */
export class Scratch implements AsyncDisposable {
  private constructor(readonly path: string) {}

  static async make(): Promise<Scratch> {
    return new Scratch(await mkdtemp(join(tmpdir(), 'img-')));
  }

  at(name: string): string {
    return join(this.path, name);
  }

  async tar(name: string, files: readonly TarFile[]): Promise<string> {
    await writeFile(this.at(name), makeTar(files));
    return this.at(name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }
}

export function surroundings(
  environment: OpenOptions['environment'] = {},
  roots: readonly string[] = [],
): OpenOptions {
  return { environment, platform: 'linux', roots };
}

/** A client of the test registry, whose token comes from its API as it would. */
export function connect(registry: TestRegistry | URL, repository = 'app', idle = 5000): Distribution {
  const agent = new Agent({ keepAlive: true });
  const isTest = !(registry instanceof URL);
  const fetch = async () => ({
    token: new Secret(isTest ? registry.token : 'none'),
    endpoint: isTest ? registry.url : registry,
  });
  return new Distribution({
    authorization: new Authorization(fetch),
    repository,
    agentFor: () => agent,
    retryPolicy: HURRIED,
    idle,
  });
}

/** Opens, pushes and closes. */
export async function pushImage(
  image: string,
  registry: TestRegistry | URL,
  options: {
    tags?: readonly string[];
    environment?: OpenOptions['environment'];
    known?: Parameters<typeof push>[0]['known'];
  } = {},
): Promise<PushResult> {
  const source = await openImage(image, surroundings(options.environment));
  try {
    return await push({
      source,
      registry: connect(registry),
      tags: options.tags ?? ['v1'],
      known: options.known ?? [],
    });
  } finally {
    await source.close();
  }
}
