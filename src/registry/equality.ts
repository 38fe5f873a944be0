import type { Digest } from './digest.ts';
import { hasVerifiedLayers } from './layer-reuse.ts';
import { type Descriptor, isIndex, type Manifest, parseObject } from './manifest.ts';

/** By what an image is compared with the one behind a tag. */
export type Identity =
  | {
      /** The source has manifests, which are pushed byte for byte. */
      readonly by: 'manifest';
      /** Of the manifest that the tag will name. */
      readonly digest: Digest;
      /** The images of its index without attestations, sorted; undefined where only an export has them. */
      readonly images: readonly Digest[] | undefined;
    }
  | {
      /** The source has none: its layers have still to be compressed. */
      readonly by: 'configuration';
      readonly digest: Digest;
    };

/** @param root the manifest that the tag will name */
export function identityOf(root: Manifest): Identity {
  return { by: 'manifest', digest: root.digest, images: imagesOf(root) };
}

/**
 * Whether a manifest of the repository is the image. A configuration alone proves nothing of the layers: those of the
 * manifest must have been verified when it was made.
 */
export function isSame(manifest: Manifest, identity: Identity): boolean {
  if (identity.by === 'manifest') return manifest.digest === identity.digest;
  return manifest.config?.digest === identity.digest && hasVerifiedLayers(manifest);
}

/** Whether another index may differ from the source in build times alone, which only its attestations show. */
export function mayDifferInBuildTime(manifest: Manifest, identity: Identity): boolean {
  if (identity.by !== 'manifest' || !isIndex(manifest.mediaType)) return false;
  if (manifest.digest === identity.digest || !manifest.manifests.some(isStatement)) return false;
  if (identity.images === undefined) return true;
  const listed = imagesOf(manifest);
  return (
    listed.length === identity.images.length && listed.every((digest, i) => digest === identity.images?.[i])
  );
}

/** How buildx marks its attestations in an index (moby/buildkit, `docs/attestations/attestation-storage.md`). */
const TYPE = 'vnd.docker.reference.type';
const SUBJECT = 'vnd.docker.reference.digest';
const PREDICATE = 'in-toto.io/predicate-type';

/** @returns whether an index lists it beside its images: it does not run */
export function isAttestation({ platform, annotations }: Descriptor): boolean {
  const isNowhere = platform?.os === 'unknown' && platform.architecture === 'unknown';
  return isNowhere || annotations?.[TYPE] !== undefined;
}

/** @returns whether it is one of buildx's attestations, with the image that it is of */
export function isStatement({ annotations }: Descriptor): boolean {
  return annotations?.[TYPE] === 'attestation-manifest' && annotations[SUBJECT] !== undefined;
}

/** @returns the images that an index lists, sorted; none for what is no index */
export function imagesOf({ manifests }: Manifest): readonly Digest[] {
  const images = manifests.filter((child) => !isAttestation(child)).map(({ digest }) => digest);
  return [...new Set(images)].sort();
}

/**
 * Whether two indexes differ in build times alone. buildx's attestations hold the time of the build, so every build gives
 * another index; what they are of, and the types of their predicates, say whether anything else was attested.
 * @param read attestations of both, by their digests; with one missing, the indexes differ
 */
export function differInBuildTime(
  one: Manifest,
  other: Manifest,
  read: ReadonlyMap<Digest, Manifest>,
): boolean {
  const [ours, theirs] = [outline(one, read), outline(other, read)];
  return ours !== undefined && ours === theirs;
}

/** @returns the index with every attestation described by its types, undefined where one could not be read */
function outline(index: Manifest, read: ReadonlyMap<Digest, Manifest>): string | undefined {
  const json = parseObject(index.bytes, 'the index');
  const listed: unknown[] = Array.isArray(json['manifests']) ? json['manifests'] : [];
  const described: unknown[] = [];
  for (const [i, descriptor] of index.manifests.entries()) {
    if (!isStatement(descriptor)) {
      described.push(listed[i]);
      continue;
    }
    const attestation = read.get(descriptor.digest);
    if (attestation === undefined) return undefined;
    const { digest: _, size: __, ...rest } = descriptor;
    described.push({ ...rest, ...contentOf(attestation) });
  }
  return canonical({ ...json, manifests: described });
}

function contentOf({ mediaType, bytes, layers }: Manifest): object {
  const { artifactType } = parseObject(bytes, 'the attestation');
  const predicates = layers.map((layer) => layer.annotations?.[PREDICATE] ?? layer.mediaType);
  return { manifest: mediaType, artifactType, predicates: [...new Set(predicates)].sort() };
}

/** JSON with sorted keys. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );
}
