import { imagesOf, isStatement } from './attestations.ts';
import type { Digest } from './digest.ts';
import type { Manifest } from './manifest.ts';
import { isIndex } from './media-types.ts';
import { hasVerifiedLayers } from './verified-layers.ts';

/** By what an image is compared with the one behind a tag. */
export type Identity =
  | {
      /** The source has manifests, which are pushed byte for byte. */
      readonly by: 'manifest';
      /** Of the manifest that the tag will name. */
      readonly digest: Digest;
      /** What its index lists beside attestations, sorted; undefined where only an export tells. */
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

/** Whether another index may differ from the source in build times alone, which only its attestations tell. */
export function mayDifferInBuildTime(manifest: Manifest, identity: Identity): boolean {
  if (identity.by !== 'manifest' || !isIndex(manifest.mediaType)) return false;
  if (manifest.digest === identity.digest || !manifest.manifests.some(isStatement)) return false;
  if (identity.images === undefined) return true;
  const listed = imagesOf(manifest);
  return (
    listed.length === identity.images.length && listed.every((digest, i) => digest === identity.images?.[i])
  );
}
