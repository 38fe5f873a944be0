import {
  BatchGetImageCommand,
  DescribeImagesCommand,
  DescribeRepositoriesCommand,
  type ECRClient,
  type ImageDetail,
  type ImageIdentifier,
} from '@aws-sdk/client-ecr';
import type { Calls } from '../clients/aws-calls.ts';
import { isNamed } from '../clients/errors.ts';
import { type Digest, isDigest } from '../registry/digest.ts';
import {
  differInBuildTime,
  isAttestation,
  isSame,
  isStatement,
  mayDifferInBuildTime,
} from '../registry/equality.ts';
import { ImageError, quote } from '../registry/errors.ts';
import { isIndex, MANIFESTS, type Manifest, parseManifest } from '../registry/manifest.ts';
import type { ImageSource } from '../registry/source.ts';

/** BatchGetImage's limit. */
const BATCH = 100;
/** Limit for the images that are searched for layers to reuse; the newest have nearly all. */
const RELATIVES = 3;
/** Pages of 1,000 images that are looked through for the newest. */
const PAGES = 3;

/** Reads images by ECR's API: behind tags, the newest, and which tags are immutable. */
export class EcrImages {
  readonly #ecr: ECRClient;
  readonly #calls: Calls;

  constructor(ecr: ECRClient, calls: Calls) {
    this.#ecr = ecr;
    this.#calls = calls;
  }

  /** Sends a call at the rate limit of the run, with retries. */
  send<O>(operation: string, resource: string, call: (ecr: ECRClient) => Promise<O>): Promise<O> {
    return this.#calls.send({ operation: `ecr:${operation}`, resource, quota: 'ecr:read' }, () =>
      call(this.#ecr),
    );
  }

  /**
   * Images of the repository that may share layers with the pushed one: those of the configured tags, else the
   * newest.
   */
  async relatives(name: string, existing: readonly Manifest[]): Promise<readonly Manifest[]> {
    try {
      const roots = existing.length > 0 ? existing : await this.#newest(name);
      const listed = roots.flatMap(({ manifests }) => manifests);
      const children = listed.filter((child) => !isIndex(child.mediaType) && !isAttestation(child));
      const ids = children.slice(0, RELATIVES).map(({ digest }) => ({ imageDigest: digest }));
      const images = ids.length === 0 ? [] : [...(await this.read(name, ids)).values()];
      return [...roots, ...images];
    } catch (error) {
      // They only save time, and a role that may push need not have ecr:DescribeImages.
      if (isNamed(error, 'RepositoryNotFoundException')) throw error;
      return existing;
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
      const answer = await this.send('DescribeImages', name, (ecr) => ecr.send(command));
      images.push(...(answer.imageDetails ?? []));
      nextToken = answer.nextToken;
      if (nextToken === undefined) break;
    }
    const pushedAt = ({ imagePushedAt }: ImageDetail) => imagePushedAt?.getTime() ?? 0;
    const newest = images.sort((a, b) => pushedAt(b) - pushedAt(a)).slice(0, RELATIVES);
    const ids = newest.flatMap(({ imageDigest }) => (imageDigest === undefined ? [] : [{ imageDigest }]));
    if (ids.length === 0) return [];
    const read = await this.read(name, ids);
    return ids.flatMap(({ imageDigest }) => read.get(imageDigest) ?? []);
  }

  /** @returns manifests by the requested tag or digest; missing ones have no entry */
  async read(name: string, ids: readonly ImageIdentifier[]): Promise<ReadonlyMap<string, Manifest>> {
    const manifests = new Map<string, Manifest>();
    for (let from = 0; from < ids.length; from += BATCH) {
      const batch = ids.slice(from, from + BATCH);
      const command = new BatchGetImageCommand({
        repositoryName: name,
        imageIds: batch,
        // Without them ECR converts the manifest, and the digest would differ.
        acceptedMediaTypes: [...MANIFESTS],
      });
      const answer = await this.send('BatchGetImage', name, (ecr) => ecr.send(command));
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
        // A converted manifest may not be put back under its digest.
        const digest = imageId?.imageDigest;
        manifests.set(key, isDigest(digest) ? { ...manifest, digest } : manifest);
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
  async immutable(name: string, tags: readonly string[]): Promise<readonly string[]> {
    const command = new DescribeRepositoriesCommand({ repositoryNames: [name] });
    const answer = await this.send('DescribeRepositories', name, (ecr) => ecr.send(command)).catch(
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
}

/** ECR's exclusion filters have one wildcard, `*` for any text. */
function matchesWildcard(tag: string, filter: string): boolean {
  const literal = filter.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${literal.join('.*')}$`, 's').test(tag);
}

/** Reads manifests of the repository; missing ones have no entry. */
type Read = (digests: readonly Digest[]) => Promise<ReadonlyMap<string, Manifest>>;

/**
 * Finds which of the manifests behind tags are the image that would be pushed.
 * @param manifests of one repository
 * @param read called once, and only if attestations decide
 */
export async function findSame(
  manifests: readonly Manifest[],
  source: ImageSource,
  read: Read,
): Promise<readonly Manifest[]> {
  const { identity } = source;
  const doubtful = manifests.filter((manifest) => mayDifferInBuildTime(manifest, identity));
  const rebuilt = doubtful.length === 0 ? [] : await findRebuilt(doubtful, source, read);
  return manifests.filter((manifest) => isSame(manifest, identity) || rebuilt.includes(manifest));
}

async function findRebuilt(
  doubtful: readonly Manifest[],
  source: ImageSource,
  read: Read,
): Promise<readonly Manifest[]> {
  if (source.form !== 'compressed') return [];
  // An engine gives them in an export, which may break off; then the image is pushed, or the push fails with its
  // reason.
  const own = await source.manifests().catch(() => []);
  const root = own.at(-1);
  if (root === undefined) return [];
  const attestations = doubtful.flatMap((index) => index.manifests.filter(isStatement));
  const known = new Map<Digest, Manifest>(own.map((manifest) => [manifest.digest, manifest]));
  const missing = [...new Set(attestations.map(({ digest }) => digest))].filter(
    (digest) => !known.has(digest),
  );
  const answered = missing.length === 0 ? new Map<string, Manifest>() : await read(missing);
  for (const digest of missing) {
    const manifest = answered.get(digest);
    if (manifest !== undefined) known.set(digest, manifest);
  }
  return doubtful.filter((index) => differInBuildTime(root, index, known));
}
