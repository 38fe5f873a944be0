/** Pushes an image by what `dist` holds, pulls it back by another's program, and compares. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type ActionRun, runAction } from '../../__tests__/action/run.ts';
import { call, imagesOf, pullBySkopeo, readBlobs } from '../../__tests__/servers/pulled-image.ts';
import { sha256 } from '../../__tests__/servers/registry-images.ts';
import type { ArchiveAccount } from './archive-account.ts';
import { commandOf, type Refused } from './archive-refusals.ts';

/** One image that a tool has made. */
export interface Made {
  /** What is seen here that other images do not show. */
  readonly title: string;
  /** The input `image`. */
  readonly image: string;
  /** The tag that the image must get by itself. */
  readonly tag: string;
  /** How skopeo names the same image, where it can read it. */
  readonly source?: string;
  /** Of the configuration, where the tool tells it. */
  readonly config?: string;
  /** Of the manifest, where the tool tells it. */
  readonly digest?: string;
  /** The source has manifests: the very same must be in the registry. */
  readonly isKept: boolean;
  /** skopeo pulls no index that is in another one. */
  readonly isNested?: true;
  readonly env?: Readonly<Record<string, string>>;
}

export class Judge {
  #count = 0;

  /**
   * @param workspace the folder that the images are in
   * @param back a folder for what is pulled
   */
  constructor(
    readonly account: ArchiveAccount,
    readonly workspace: string,
    readonly back: string,
    readonly regctl: () => Promise<string>,
  ) {}

  run(image: string, repository: string, env: Readonly<Record<string, string>> = {}): Promise<ActionRun> {
    const inputs = { prefix: '/papyrus/prd', only: 'repository, image', repository, image };
    return runAction({ inputs, env: { ...this.account.aws.env(), ...env }, workspace: this.workspace });
  }

  /** @returns what is wrong; nothing where all is right */
  async faults(made: Made): Promise<readonly string[]> {
    this.#count += 1;
    const repository = `case-${this.#count}`;
    const pushed = await this.run(made.image, repository, made.env);
    if (pushed.exitCode !== 0) return [`it is not pushed: ${lastError(pushed)}`];
    const faults: string[] = [];
    const expect = (what: string, found: unknown, expected: unknown) => {
      if (found !== expected) faults.push(`${what}: ${String(found)} instead of ${String(expected)}`);
    };
    const digest = pushed.outputs['image-digest'];
    const { host } = this.account.registry.url;
    expect('image-uri', pushed.outputs['image-uri'], `${host}/${repository}:${made.tag}`);
    const back = join(this.back, repository);
    await mkdir(this.back, { recursive: true });
    const remote = `${host}/${repository}:${made.tag}`;
    const blobs = made.isNested ? await this.#pullByRegctl(remote, back) : await pullBySkopeo(remote, back);
    const root = blobs.get(digest ?? '');
    if (root === undefined) return [...faults, `${digest} was not pulled`];
    const images = imagesOf(root, blobs, faults);
    if (made.config === undefined && made.digest === undefined && made.env?.['DOCKER_HOST'] !== undefined) {
      // Of what a command has just made, the engine alone knows the id.
      const name = made.image.replace('docker:', '');
      const id = call('docker', ['image', 'inspect', '-f', '{{.Id}}', name], { env: made.env });
      expect('configuration', images[0], String(id).trim());
    } else if ((made.source ?? made.config ?? made.digest) === undefined)
      faults.push('nothing is known of the source');
    if (made.source !== undefined) {
      const raw = call('skopeo', ['inspect', '--raw', made.source], { cwd: this.workspace });
      if (made.isKept) expect('digest of the manifest', digest, sha256(raw));
      else expect('configuration', images[0], JSON.parse(String(raw)).config.digest);
    }
    if (made.digest !== undefined) expect('digest of the manifest', digest, made.digest);
    if (made.config !== undefined) expect('configuration', images[0], made.config);
    if (images.length === 0) faults.push('no image was pulled');
    const before = await this.account.files(repository);
    this.account.aws.forget();
    const again = await this.run(made.image, repository, made.env);
    expect('exit of the second run', again.exitCode, 0);
    expect('changed by the second run', again.outputs['changed'], 'false');
    const writes = this.account.aws.writes().map(({ operation }) => operation);
    expect('calls of the second run that write', writes.join(), '');
    if ((await this.account.files(repository)) !== before) faults.push('the second run has pushed something');
    await rm(back, { recursive: true, force: true });
    return faults;
  }

  /** @returns what is wrong with a refusal, and with what its command makes */
  async faultsOfRefusal({ image, words, converted, env }: Refused): Promise<readonly string[]> {
    const before = this.account.aws.writes().length;
    const refused = await this.run(image, 'refused', env);
    if (refused.exitCode === 0) return ['it is taken'];
    const message = lastError(refused);
    if (this.account.aws.writes().length > before)
      return [`it is refused after something was written: ${message}`];
    const command = commandOf(message, words);
    if (command === undefined) return [`no command is named: ${message}`];
    call('bash', ['-c', command], { cwd: this.workspace, env: env ?? {} });
    return this.faults(converted);
  }

  async #pullByRegctl(remote: string, back: string): Promise<ReadonlyMap<string, Buffer>> {
    const host = ['--host', `reg=${this.account.registry.url.host},tls=disabled`];
    call(await this.regctl(), ['image', 'copy', '--digest-tags', ...host, remote, `ocidir://${back}:v1`]);
    return readBlobs(join(back, 'blobs/sha256'));
  }
}

/** @returns what a failed run says first */
export function lastError(run: ActionRun): string {
  const messages = run.annotations.filter(({ level }) => level === 'error').map(({ message }) => message);
  return messages[0] ?? run.log.slice(-500);
}
