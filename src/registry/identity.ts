import { type Digest, digestOf } from './digest.ts';
import type { Descriptor, Manifest } from './manifest.ts';
import { isImageConfig, isIndex } from './media-types.ts';

/**
 * By what an image is compared with the one behind a tag: by what runs. Attestations are left out, since those that
 * buildx adds by default hold the time of the build; so an index of one image is compared as that image alone.
 */
export interface Identity {
  /** Stands for the image in a plan: its configuration where that is known, else its manifest or manifests. */
  readonly digest: Digest;
  /** Of a single image; two manifests of one configuration run alike, however their layers are compressed. */
  readonly config: Digest | undefined;
  /** The manifests of the images that run, sorted; none where layers have still to be packed. */
  readonly images: readonly Digest[];
  /** Whether an index is pushed. */
  readonly isIndex: boolean;
}

/** @returns whether an index lists it beside its images, as buildx lists provenance and SBOM */
export function isAttestation({ platform, annotations }: Descriptor): boolean {
  const isNowhere = platform?.os === 'unknown' && platform.architecture === 'unknown';
  return isNowhere || annotations?.['vnd.docker.reference.type'] !== undefined;
}

/**
 * @param manifest that the tag names, or will name
 * @param known manifests that are at hand; with the only image of an index among them its configuration is known
 */
export function identityOf(manifest: Manifest, known: readonly Manifest[] = []): Identity {
  const images = imagesOf(manifest);
  const single = isIndex(manifest.mediaType)
    ? known.find(({ digest }) => images.length === 1 && digest === images[0])
    : manifest;
  return identify(images, configOf(single), isIndex(manifest.mediaType));
}

/** @returns the identity of an image whose layers have still to be packed */
export function identityOfConfig(config: Digest): Identity {
  return identify([], config, false);
}

/**
 * @param images digests of the manifests that run
 * @param listed whether an index is pushed
 */
export function identityOfImages(images: readonly Digest[], listed: boolean): Identity {
  return identify([...new Set(images)].sort(), undefined, listed);
}

function identify(images: readonly Digest[], config: Digest | undefined, listed: boolean): Identity {
  const [first] = images;
  const manifests = first !== undefined && images.length === 1 ? first : digestOf(images.join('\n'));
  return { digest: config ?? manifests, config, images, isIndex: listed };
}

/** @returns the manifests that run behind it, sorted: an index that lists none stands for itself */
function imagesOf(manifest: Manifest): readonly Digest[] {
  const listed = manifest.manifests.filter((child) => !isAttestation(child)).map(({ digest }) => digest);
  return listed.length === 0 ? [manifest.digest] : [...new Set(listed)].sort();
}

/** An artifact's configuration, the empty object say, tells nothing of it. */
function configOf(manifest: Manifest | undefined): Digest | undefined {
  const config = manifest?.config;
  return config !== undefined && isImageConfig(config.mediaType) ? config.digest : undefined;
}

/**
 * Whether what stands runs as the image that the identity means. What an index lists is told by the index itself;
 * the configurations of its images are not asked for.
 */
export function matches(manifest: Manifest, identity: Identity): boolean {
  const { config, images } = identity;
  if (config !== undefined && configOf(manifest) === config) return true;
  // An index of which the engine did not tell what it lists is known by its own digest.
  if (images.length === 1 && images[0] === manifest.digest) return true;
  const standing = imagesOf(manifest);
  return images.length === standing.length && images.every((digest, i) => digest === standing[i]);
}
