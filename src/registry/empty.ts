import { type Digest, digestOf } from './digest.ts';
import { ImageError } from './errors.ts';
import type { Manifest } from './manifest.ts';
import { isIndex } from './media-types.ts';

/** The digest of no bytes. */
const NOTHING = digestOf('');

/** @throws ImageError `EMPTY` for a manifest that ECR would refuse: it has no layer, or a blob of no bytes */
export function refuseEmpty({ mediaType, config, layers }: Manifest, name: string): void {
  if (isIndex(mediaType)) return;
  const empty = layers.find(({ size }) => size === 0);
  if (empty !== undefined) throw emptyLayer(empty.digest, name);
  if (config?.size === 0) {
    throw new ImageError(
      'EMPTY',
      `image: the configuration ${config.digest} of ${name} has no bytes, and ECR takes no empty blob; write {} as the configuration of an artifact, or build the image again`,
    );
  }
  refuseNoLayers(layers, name);
}

/** @throws ImageError `EMPTY` for an image without layers */
export function refuseNoLayers(layers: readonly unknown[], name: string): void {
  if (layers.length > 0) return;
  throw new ImageError(
    'EMPTY',
    `image: ${name} has no layers, and ECR takes no image without one; build it with a COPY, ADD or RUN that leaves a file`,
  );
}

/** @throws ImageError `EMPTY` for an uncompressed layer that lost its bytes; one that never had any is compressed to some */
export function refuseLost(diffId: Digest, name: string): void {
  if (diffId !== NOTHING) throw emptyLayer(diffId, name);
}

/** @returns the error for a blob that ECR would refuse */
export function emptyLayer(digest: Digest, name: string): ImageError {
  return new ImageError(
    'EMPTY',
    `image: the layer ${digest} of ${name} has no bytes, and ECR takes no empty blob; build the image again without the build cache (docker buildx build --no-cache), or with a newer builder`,
  );
}
