import {
  BatchGetImageCommand,
  DescribeImagesCommand,
  DescribeRepositoriesCommand,
  type ECRClient,
  GetAuthorizationTokenCommand,
  type ImageDetail,
  type ImageIdentifier,
} from '@aws-sdk/client-ecr';
import type { Calls } from '../clients/aws.ts';
import { AwsError } from '../clients/errors.ts';
import { Authorization, secretsOf } from '../registry/authorization.ts';
import { isDigest } from '../registry/digest.ts';
import { Distribution } from '../registry/distribution.ts';
import { ImageError, quote } from '../registry/errors.ts';
import type { AgentFactory } from '../registry/exchange.ts';
import { identityOf, type Manifest, matches, parseManifest } from '../registry/manifest.ts';
import { isIndex, MANIFESTS } from '../registry/media-types.ts';
import type { Progress } from '../registry/progress.ts';
import { type Pushed, push } from '../registry/push.ts';
import type { Patience } from '../registry/retry.ts';
import type { ImageSource } from '../registry/source.ts';
import { tagImage } from '../registry/tag.ts';
import { Secret } from '../secret.ts';
import {
  ABSENT,
  type Difference,
  type Fields,
  type ImageFields,
  type Resource,
  type Specs,
  Unreadable,
} from './resource.ts';

export type ImageSpec = Specs['Image'];

/** What the room works with. */
export interface ImageRoom {
  readonly ecr: ECRClient;
  /** The pace and the patience of all calls to AWS. */
  readonly calls: Calls;
  /** The image to push; opened, since the specs were made of it. */
  readonly source: ImageSource;
  /** The wanted tags. */
  readonly tags: readonly string[];
  /** The one place where a proxy comes in. */
  readonly agentFor: AgentFactory;
  /** Masks what no log may show; called before the token is used. */
  readonly mask: (secret: Secret) => void;
  /** Told every few seconds of a push. */
  readonly onProgress?: (progress: Progress) => void;
  readonly signal?: AbortSignal;
  readonly patience?: Patience;
}

const PREFIX = 'image:';
/** BatchGetImage's limit. */
const BATCH = 100;
/** Images that are asked for layers which need not be sent; the newest tell nearly all. */
const RELATIVES = 3;
/** Pages of 1,000 images that are looked through for the newest. */
const PAGES = 3;

/** @returns the tags that a spec's fields name */
export function tagsOf(fields: Fields): readonly string[] {
  return Object.keys(fields)
    .filter((field) => field.startsWith(PREFIX))
    .map((field) => field.slice(PREFIX.length));
}

function fieldsOf(digests: ReadonlyMap<string, string>): ImageFields {
  return Object.fromEntries([...digests].map(([tag, digest]) => [`${PREFIX}${tag}`, digest]));
}

/** The images behind the wanted tags of one repository. */
export class ImageResource implements Resource<ImageSpec> {
  readonly #room: ImageRoom;
  /** What `observe` read, by repository and tag: an update needs the manifests again. */
  readonly #standing = new Map<string, ReadonlyMap<string, Manifest>>();

  constructor(room: ImageRoom) {
    this.#room = room;
  }

  /**
   * One BatchGetImage a repository; only when a wanted tag names another image is the repository asked whether its
   * tags may be moved.
   */
  async observe(names: readonly string[]): Promise<Map<string, ImageSpec | Unreadable>> {
    const found = await Promise.all(names.map(async (name) => [name, await this.#observeOne(name)] as const));
    const present = found.flatMap(([name, spec]) => (spec === undefined ? [] : [[name, spec] as const]));
    return new Map(present);
  }

  async #observeOne(name: string): Promise<ImageSpec | Unreadable | undefined> {
    try {
      const standing = await this.#read(
        name,
        this.#room.tags.map((imageTag) => ({ imageTag })),
      );
      this.#standing.set(name, standing);
      if (standing.size === 0) return undefined;
      return await this.#toSpec(name, standing);
    } catch (error) {
      if (isNamed(error, 'RepositoryNotFoundException')) return undefined;
      return new Unreadable(error);
    }
  }

  async #toSpec(name: string, standing: ReadonlyMap<string, Manifest>): Promise<ImageSpec> {
    const { identity } = this.#room.source;
    const digests = new Map([...standing].map(([tag, manifest]) => [tag, this.#digestOf(manifest)]));
    const moved = [...standing].filter(([, manifest]) => !matches(manifest, identity)).map(([tag]) => tag);
    const fixed = moved.length > 0 ? await this.#immutable(name, moved) : [];
    const distinct = new Set([...standing.values()].map(({ digest }) => digest));
    const [digest] = distinct;
    return {
      name,
      fields: fieldsOf(digests),
      facts: {
        ...(distinct.size === 1 ? { digest } : {}),
        ...(fixed.length > 0 ? { unusable: tellImmutable(name, fixed) } : {}),
      },
    };
  }

  /** By the digest of the kind that the source is known by, so that equal images have equal fields. */
  #digestOf(manifest: Manifest): string {
    const { by } = this.#room.source.identity;
    return by === 'manifest' ? manifest.digest : identityOf(manifest).digest;
  }

  async create(desired: ImageSpec): Promise<ImageSpec> {
    return this.#push(desired, tagsOf(desired.fields));
  }

  async update(
    desired: ImageSpec,
    _observed: ImageSpec,
    differences: readonly Difference[],
  ): Promise<ImageSpec> {
    const wanted = differences.filter(({ to }) => to !== ABSENT && to !== undefined);
    return this.#push(desired, tagsOf(Object.fromEntries(wanted.map(({ field, to }) => [field, to]))));
  }

  async #push(desired: ImageSpec, tags: readonly string[]): Promise<ImageSpec> {
    const { name } = desired;
    const { source, agentFor, signal, patience, onProgress } = this.#room;
    const registry = new Distribution({
      authorization: new Authorization(() => this.#token(name)),
      repository: name,
      agentFor,
      signal,
      ...(patience === undefined ? {} : { patience }),
    });
    try {
      const known = await this.#relatives(name);
      const same = known.find((manifest) => matches(manifest, source.identity));
      const began = performance.now();
      let pushed: Pushed;
      if (same === undefined) pushed = await push({ source, registry, tags, known, onProgress, signal });
      else {
        await tagImage(registry, tags, same);
        const seconds = (performance.now() - began) / 1000;
        pushed = { manifest: same, uploaded: 0, reused: same.layers.length, sent: 0, seconds };
      }
      const { manifest, ...facts } = pushed;
      const uri = `${await registry.address()}:${tags[0] ?? 'latest'}`;
      return { ...desired, facts: { digest: manifest.digest, uri, pushed: facts } };
    } catch (error) {
      throw await this.#explain(error, name);
    }
  }

  #send<O>(operation: string, resource: string, call: (ecr: ECRClient) => Promise<O>): Promise<O> {
    const { calls, ecr } = this.#room;
    return calls.send({ operation: `ecr:${operation}`, resource, lane: 'ecr:read' }, () => call(ecr));
  }

  async #token(name: string) {
    const answer = await this.#send('GetAuthorizationToken', name, (ecr) =>
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
    for (const secret of secretsOf(token)) this.#room.mask(secret);
    return { token, endpoint: new URL(proxyEndpoint) };
  }

  /** Images of the repository that may share layers with ours: those behind the wanted tags, else the newest. */
  async #relatives(name: string): Promise<readonly Manifest[]> {
    const standing = [...(this.#standing.get(name)?.values() ?? [])];
    try {
      const roots = standing.length > 0 ? standing : await this.#newest(name);
      const children = roots.flatMap(({ manifests }) => manifests).filter(isRunnable);
      const ids = children.slice(0, RELATIVES).map(({ digest }) => ({ imageDigest: digest }));
      const images = ids.length === 0 ? [] : [...(await this.#read(name, ids)).values()];
      return [...roots, ...images];
    } catch (error) {
      // They only save time; a role that may push need not be able to list (ecr:DescribeImages).
      if (isNamed(error, 'RepositoryNotFoundException')) throw error;
      return standing;
    }
  }

  async #newest(name: string): Promise<readonly Manifest[]> {
    const images: ImageDetail[] = [];
    let nextToken: string | undefined;
    for (let page = 0; page < PAGES; page += 1) {
      const command = new DescribeImagesCommand({
        repositoryName: name,
        filter: { tagStatus: 'TAGGED' },
        maxResults: 1000,
        nextToken,
      });
      const answer = await this.#send('DescribeImages', name, (ecr) => ecr.send(command));
      images.push(...(answer.imageDetails ?? []));
      nextToken = answer.nextToken;
      if (nextToken === undefined) break;
    }
    const pushedAt = ({ imagePushedAt }: ImageDetail) => imagePushedAt?.getTime() ?? 0;
    const newest = images.sort((a, b) => pushedAt(b) - pushedAt(a)).slice(0, RELATIVES);
    const ids = newest.flatMap(({ imageDigest }) => (imageDigest === undefined ? [] : [{ imageDigest }]));
    if (ids.length === 0) return [];
    const read = await this.#read(name, ids);
    return ids.flatMap(({ imageDigest }) => read.get(imageDigest) ?? []);
  }

  /** @returns manifests by the tag or digest that they were asked by; what does not exist has no entry */
  async #read(name: string, ids: readonly ImageIdentifier[]): Promise<ReadonlyMap<string, Manifest>> {
    const manifests = new Map<string, Manifest>();
    for (let from = 0; from < ids.length; from += BATCH) {
      const batch = ids.slice(from, from + BATCH);
      const command = new BatchGetImageCommand({
        repositoryName: name,
        imageIds: batch,
        // Without them ECR converts what it holds, and the digest would be another.
        acceptedMediaTypes: [...MANIFESTS],
      });
      const answer = await this.#send('BatchGetImage', name, (ecr) => ecr.send(command));
      for (const { imageId, imageManifest, imageManifestMediaType } of answer.images ?? []) {
        const key = batch.some(({ imageTag }) => imageTag !== undefined)
          ? imageId?.imageTag
          : imageId?.imageDigest;
        if (key === undefined || imageManifest === undefined) continue;
        const manifest = parseManifest(
          Buffer.from(imageManifest),
          imageManifestMediaType,
          `the image ${key} of ${name}`,
        );
        // A manifest that was converted on its way may not be put back under its digest.
        const told = imageId?.imageDigest;
        manifests.set(key, isDigest(told) ? { ...manifest, digest: told } : manifest);
      }
      const [failure] = (answer.failures ?? []).filter(({ failureCode }) => failureCode !== 'ImageNotFound');
      if (failure !== undefined) {
        throw new ImageError(
          'REGISTRY',
          `image: ECR could not read ${failure.imageId?.imageTag ?? failure.imageId?.imageDigest} of ${name}: ${failure.failureCode} ${quote(failure.failureReason ?? '')}`,
        );
      }
    }
    return manifests;
  }

  /** @returns those of the tags that may not be moved */
  async #immutable(name: string, tags: readonly string[]): Promise<readonly string[]> {
    const command = new DescribeRepositoriesCommand({ repositoryNames: [name] });
    const answer = await this.#send('DescribeRepositories', name, (ecr) => ecr.send(command)).catch(
      () => undefined,
    );
    const repository = answer?.repositories?.[0];
    const filters = (repository?.imageTagMutabilityExclusionFilters ?? []).map(({ filter }) => filter ?? '');
    const isExcluded = (tag: string) => filters.some((filter) => matchesWildcard(tag, filter));
    switch (repository?.imageTagMutability) {
      case 'IMMUTABLE':
        return tags;
      case 'IMMUTABLE_WITH_EXCLUSION':
        return tags.filter((tag) => !isExcluded(tag));
      case 'MUTABLE_WITH_EXCLUSION':
        return tags.filter(isExcluded);
      default:
        return [];
    }
  }

  async #explain(error: unknown, name: string): Promise<unknown> {
    if (isNamed(error, 'RepositoryNotFoundException')) return noRepository(name, error);
    if (!(error instanceof ImageError) || error.fault !== 'NO_REPOSITORY') return error;
    // The registry only hangs up; the API tells whether the repository is what is missing.
    const command = new DescribeRepositoriesCommand({ repositoryNames: [name] });
    const asked = await this.#send('DescribeRepositories', name, (ecr) => ecr.send(command)).catch(
      (cause: unknown) => cause,
    );
    return isNamed(asked, 'RepositoryNotFoundException') ? noRepository(name, error) : error;
  }
}

function noRepository(name: string, cause: unknown): ImageError {
  return new ImageError(
    'NO_REPOSITORY',
    `image: the repository ${name} does not exist; let this action create it (input repository, only: repository), or create it first`,
    { cause },
  );
}

/** Attestations are listed as images of an unknown platform. */
function isRunnable({ mediaType, platform }: Manifest['manifests'][number]): boolean {
  return !isIndex(mediaType) && platform?.os !== 'unknown';
}

function tellImmutable(name: string, tags: readonly string[]): string {
  const which = tags.length === 1 ? `the tag ${tags[0]}` : `the tags ${tags.join(', ')}`;
  return `${which} of ${name} cannot be moved (immutable) and hold another image; give a new tag in image-tags`;
}

/** ECR's exclusion filters know one sign, `*` for any text. */
function matchesWildcard(tag: string, filter: string): boolean {
  const literal = filter.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${literal.join('.*')}$`, 's').test(tag);
}

function isNamed(error: unknown, code: string): boolean {
  return error instanceof AwsError && error.code === code;
}
