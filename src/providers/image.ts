import {
  DescribeRepositoriesCommand,
  type ECRClient,
  GetAuthorizationTokenCommand,
} from '@aws-sdk/client-ecr';
import type { Calls } from '../clients/aws-calls.ts';
import type { Clock } from '../clients/clock.ts';
import { isNamed } from '../clients/errors.ts';
import { UserFacingError } from '../clients/explanation.ts';
import { ABSENT, type Difference } from '../model/fields.ts';
import { imageFields, imageTagsOf, type Specs, Unreadable } from '../model/spec.ts';
import { Authorization, secretsOf } from '../registry/authorization.ts';
import { Distribution } from '../registry/distribution.ts';
import { isSame } from '../registry/equality.ts';
import { ImageError } from '../registry/errors.ts';
import { hasVerifiedLayers } from '../registry/layer-reuse.ts';
import type { Manifest } from '../registry/manifest.ts';
import type { Progress } from '../registry/progress.ts';
import { type PushResult, push, tagImage } from '../registry/push.ts';
import type { AgentFactory, RetryPolicy } from '../registry/session.ts';
import type { ImageSource } from '../registry/source.ts';
import { Secret } from '../secret.ts';
import { EcrImages, findSame } from './image-reading.ts';
import type { Provider } from './provider.ts';

export type ImageSpec = Specs['Image'];

/** The dependencies of the provider. */
interface ImageContext {
  readonly ecr: ECRClient;
  /** The rate limit and the retries of all calls to AWS. */
  readonly calls: Calls;
  /** The image to push, already open. */
  readonly source: ImageSource;
  /** The configured tags. */
  readonly tags: readonly string[];
  /** The only place with a proxy. */
  readonly agentFor: AgentFactory;
  /** Masks a secret in the log; called before the token is used. */
  readonly mask: (secret: Secret) => void;
  /** Called every few seconds of a push. */
  readonly onProgress?: (progress: Progress) => void;
  readonly signal?: AbortSignal;
  /** The cancellation of the run: an active upload finishes, and nothing is retried. */
  readonly end?: AbortSignal;
  readonly retryPolicy?: RetryPolicy;
  readonly clock?: Clock;
  /** Milliseconds of silence after which the registry is given up. */
  readonly idle?: number;
}

/** The images behind the configured tags of one repository. */
export class ImageResource implements Provider<ImageSpec> {
  readonly #context: ImageContext;
  /** The manifests from `observe`, by repository and tag: an update needs them again. */
  readonly #existing = new Map<string, ReadonlyMap<string, Manifest>>();
  /** Of those, the manifests that are the image, by repository. */
  readonly #same = new Map<string, readonly Manifest[]>();

  readonly #images: EcrImages;

  constructor(context: ImageContext) {
    this.#context = context;
    this.#images = new EcrImages(context.ecr, context.calls);
  }

  /**
   * One BatchGetImage a repository; the mutability of the repository is read only if a configured tag names another
   * image.
   */
  async observe(names: readonly string[]): Promise<Map<string, ImageSpec | Unreadable>> {
    const found = await Promise.all(names.map(async (name) => [name, await this.#observeOne(name)] as const));
    const present = found.flatMap(([name, spec]) => (spec === undefined ? [] : [[name, spec] as const]));
    return new Map(present);
  }

  async #observeOne(name: string): Promise<ImageSpec | Unreadable | undefined> {
    try {
      const existing = await this.#images.read(
        name,
        this.#context.tags.map((imageTag) => ({ imageTag })),
      );
      this.#existing.set(name, existing);
      if (existing.size === 0) return undefined;
      return await this.#toSpec(name, existing);
    } catch (error) {
      if (isNamed(error, 'RepositoryNotFoundException')) return undefined;
      return new Unreadable(error);
    }
  }

  async #toSpec(name: string, existing: ReadonlyMap<string, Manifest>): Promise<ImageSpec> {
    const same = await findSame([...existing.values()], this.#context.source, (ids) =>
      this.#images.read(
        name,
        ids.map((imageDigest) => ({ imageDigest })),
      ),
    );
    this.#same.set(name, same);
    const digests = new Map(
      [...existing].map(([tag, one]) => [tag, this.#digestOf(one, same.includes(one))]),
    );
    const moved = [...existing].filter(([, manifest]) => !same.includes(manifest)).map(([tag]) => tag);
    const fixed = moved.length > 0 ? await this.#images.immutable(name, moved) : [];
    // Tags of one image may name indexes that differ in their attestations; reports show the first.
    const [first] = this.#context.tags.flatMap((tag) => existing.get(tag) ?? []);
    const distinct = new Set([...existing.values()].map(({ digest }) => digest));
    const digest = moved.length === 0 || distinct.size === 1 ? first?.digest : undefined;
    const isUnverified = fixed.some((tag) => this.#isUnverified(existing.get(tag)));
    return {
      name,
      fields: imageFields(digests),
      metadata: {
        ...(digest === undefined ? {} : { digest }),
        ...(fixed.length > 0 ? { unusable: explainImmutable(name, fixed, isUnverified) } : {}),
      },
    };
  }

  /** Equal images have equal fields; another one shows a digest of the same kind as the source. */
  #digestOf(manifest: Manifest, isEqual: boolean): string {
    const { identity } = this.#context.source;
    if (isEqual) return identity.digest;
    const isKnown = identity.by === 'configuration' && !this.#isUnverified(manifest);
    return (isKnown ? manifest.config?.digest : undefined) ?? manifest.digest;
  }

  /** Whether its configuration matches the image, but its layers are unverified. */
  #isUnverified(manifest: Manifest | undefined): boolean {
    const { identity } = this.#context.source;
    if (manifest === undefined || identity.by !== 'configuration') return false;
    return manifest.config?.digest === identity.digest && !isSame(manifest, identity);
  }

  async create(desired: ImageSpec): Promise<ImageSpec> {
    return this.#push(desired, imageTagsOf(desired.fields));
  }

  async update(
    desired: ImageSpec,
    _observed: ImageSpec,
    differences: readonly Difference[],
  ): Promise<ImageSpec> {
    const configured = differences.filter(({ to }) => to !== ABSENT && to !== undefined);
    return this.#push(
      desired,
      imageTagsOf(Object.fromEntries(configured.map(({ field, to }) => [field, to]))),
    );
  }

  /** Images go with their repository. */
  async delete(): Promise<void> {
    throw new UserFacingError('an image is deleted with its repository');
  }

  async #push(desired: ImageSpec, tags: readonly string[]): Promise<ImageSpec> {
    const { name } = desired;
    const { calls, source, agentFor, signal, end, retryPolicy, clock, idle, onProgress } = this.#context;
    const registry = new Distribution({
      authorization: new Authorization(() => this.#token(name)),
      repository: name,
      agentFor,
      signal,
      end,
      onManifest: () => {
        calls.written += 1;
      },
      retryPolicy,
      clock,
      ...(idle === undefined ? {} : { idle }),
    });
    try {
      const existing = [...(this.#existing.get(name)?.values() ?? [])];
      const donors = source.form === 'uncompressed' ? existing.filter(hasVerifiedLayers) : existing;
      // An existing manifest of a configured tag goes first, so that all tags name one manifest.
      let [same] = this.#same.get(name) ?? [];
      const known = same === undefined ? await this.#images.relatives(name, donors) : [];
      same ??= known.find((one) => isSame(one, source.identity));
      const began = performance.now();
      let pushed: PushResult;
      if (same === undefined) pushed = await push({ source, registry, tags, known, onProgress, signal });
      else {
        await tagImage(registry, tags, same);
        const seconds = (performance.now() - began) / 1000;
        pushed = { manifest: same, uploaded: 0, reused: same.layers.length, sent: 0, seconds };
      }
      const { manifest, ...metadata } = pushed;
      const uri = `${await registry.address()}:${tags[0] ?? 'latest'}`;
      return { ...desired, metadata: { digest: manifest.digest, uri, pushed: metadata } };
    } catch (error) {
      throw await this.#explain(error, name);
    }
  }

  async #token(name: string) {
    const answer = await this.#images.send('GetAuthorizationToken', name, (ecr) =>
      ecr.send(new GetAuthorizationTokenCommand({})),
    );
    const [data] = answer.authorizationData ?? [];
    const { authorizationToken, proxyEndpoint } = data ?? {};
    if (authorizationToken === undefined || proxyEndpoint === undefined || !URL.canParse(proxyEndpoint)) {
      throw new ImageError(
        'REGISTRY',
        'image: GetAuthorizationToken answered without a token or a proxyEndpoint',
      );
    }
    const token = new Secret(authorizationToken);
    for (const secret of secretsOf(token)) this.#context.mask(secret);
    return { token, endpoint: new URL(proxyEndpoint) };
  }

  async #explain(error: unknown, name: string): Promise<unknown> {
    const { signal } = this.#context;
    // An aborted upload may throw any error: users need the reason for the abort.
    if (signal?.aborted === true) return signal.reason;
    if (isNamed(error, 'RepositoryNotFoundException')) return noRepository(name, error);
    if (!(error instanceof ImageError) || error.fault !== 'NO_REPOSITORY') return error;
    // The registry only closes the connection; the API says whether the repository is missing.
    const command = new DescribeRepositoriesCommand({ repositoryNames: [name] });
    const answer = await this.#images
      .send('DescribeRepositories', name, (ecr) => ecr.send(command))
      .catch((cause: unknown) => cause);
    return isNamed(answer, 'RepositoryNotFoundException') ? noRepository(name, error) : error;
  }
}

function noRepository(name: string, cause: unknown): ImageError {
  return new ImageError(
    'NO_REPOSITORY',
    `image: the repository ${name} does not exist; let this action create it (input repository, only: repository), or create it first`,
    { cause },
  );
}

function explainImmutable(name: string, tags: readonly string[], isUnverified: boolean): string {
  const which = tags.length === 1 ? `the tag ${tags[0]}` : `the tags ${tags.join(', ')}`;
  const remedy = 'give a new tag in image-tags';
  if (isUnverified)
    return `${which} of ${name} cannot be moved (immutable): the image behind has the same configuration, but its layers were not verified by this action; ${remedy}, or delete the image and run again`;
  return `${which} of ${name} cannot be moved (immutable) and hold another image; ${remedy}`;
}
