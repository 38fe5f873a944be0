import type { Digest } from './digest.ts';
import { hasVerifiedLayers } from './layer-reuse.ts';
import { type Descriptor, isIndex, type Manifest, parseObject } from './manifest.ts';

/** The digest by which an image is compared with the image of a tag. */
export type Identity =
  | {
      /** The source has manifests. They are pushed unchanged. */
      readonly by: 'manifest';
      /** Digest of the manifest to tag. */
      readonly digest: Digest;
      /** Images of the index without attestations, sorted; undefined if only an export lists them. */
      readonly images: readonly Digest[] | undefined;
    }
  | {
      /** The source has no manifest: its layers are not compressed yet. */
      readonly by: 'configuration';
      readonly digest: Digest;
    };

/** @param root the manifest to tag */
export function identityOf(root: Manifest): Identity {
  return { by: 'manifest', digest: root.digest, images: imagesOf(root) };
}

/**
 * @returns whether a manifest of the repository is the same image. An equal configuration alone proves nothing about
 * the layers: they must have been verified when the manifest was created.
 */
export function isSame(manifest: Manifest, identity: Identity): boolean {
  if (identity.by === 'manifest') return manifest.digest === identity.digest;
  return manifest.config?.digest === identity.digest && hasVerifiedLayers(manifest);
}

/** @returns whether another index may differ from the source only in build times. Its attestations decide this. */
export function mayDifferInBuildTime(manifest: Manifest, identity: Identity): boolean {
  if (identity.by !== 'manifest' || !isIndex(manifest.mediaType)) return false;
  if (manifest.digest === identity.digest || !manifest.manifests.some(isStatement)) return false;
  if (identity.images === undefined) return true;
  const listed = imagesOf(manifest);
  return (
    listed.length === identity.images.length && listed.every((digest, i) => digest === identity.images?.[i])
  );
}

/** Annotations of buildx's attestations in an index (moby/buildkit, `docs/attestations/attestation-storage.md`). */
const TYPE = 'vnd.docker.reference.type';
const SUBJECT = 'vnd.docker.reference.digest';
const PREDICATE = 'in-toto.io/predicate-type';

/** @returns whether an entry of an index is no image but belongs to one */
export function isAttestation({ platform, annotations }: Descriptor): boolean {
  const hasNoPlatform = platform?.os === 'unknown' && platform.architecture === 'unknown';
  return hasNoPlatform || annotations?.[TYPE] !== undefined;
}

/** @returns whether it is an attestation of buildx that names its image */
export function isStatement({ annotations }: Descriptor): boolean {
  return annotations?.[TYPE] === 'attestation-manifest' && annotations[SUBJECT] !== undefined;
}

/** @returns the images that an index lists, sorted; empty for a manifest of one image */
export function imagesOf({ manifests }: Manifest): readonly Digest[] {
  const images = manifests.filter((child) => !isAttestation(child)).map(({ digest }) => digest);
  return [...new Set(images)].sort();
}

/**
 * @returns whether two indexes differ only in build times. Attestations of buildx contain the time of the build, so
 * every build results in another index. Their subjects and predicate types show whether the indexes attest the same.
 * @param attestations attestations of both, by digest; if one is missing, the indexes differ
 */
export function differInBuildTime(
  one: Manifest,
  other: Manifest,
  attestations: ReadonlyMap<Digest, Manifest>,
): boolean {
  const [ours, theirs] = [comparableIndex(one, attestations), comparableIndex(other, attestations)];
  return ours !== undefined && ours === theirs;
}

/** @returns the index with each attestation replaced by its types, undefined if one could not be read */
function comparableIndex(index: Manifest, attestations: ReadonlyMap<Digest, Manifest>): string | undefined {
  const json = parseObject(index.bytes, 'the index');
  const listed: unknown[] = Array.isArray(json['manifests']) ? json['manifests'] : [];
  const described: unknown[] = [];
  for (const [i, descriptor] of index.manifests.entries()) {
    if (!isStatement(descriptor)) {
      described.push(listed[i]);
      continue;
    }
    const attestation = attestations.get(descriptor.digest);
    if (attestation === undefined) return undefined;
    const { digest: _, size: __, ...rest } = descriptor;
    described.push({ ...rest, ...attestationTypes(attestation) });
  }
  return canonical({ ...json, manifests: described });
}

function attestationTypes({ mediaType, bytes, layers }: Manifest): object {
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
