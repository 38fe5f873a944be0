import { createHash } from 'node:crypto';
import type { Digest } from './digest.ts';
import { CONFIG_BYTES } from './limits.ts';
import {
  type Descriptor,
  DOCKER_LAYER,
  isGzipLayer,
  isImageConfig,
  type Manifest,
  parseConfig,
} from './manifest.ts';

/** Number of blanks and tabs after the first brace, one for each bit of a checksum. */
const BITS = 128;
const PURPOSE = 'aws-bootstrap: every blob of this manifest holds the layer that its configuration names\n';

/**
 * Marks a manifest whose layers this action compressed, or decompressed to verify their diff IDs. A manifest of another
 * client may name blobs that do not match its configuration, and nothing else distinguishes the two: Docker's manifest
 * has no annotations, and some services of AWS reject OCI's, which has. So the mark is white space in the JSON. Every
 * parser ignores it, and every registry keeps it, since the manifest's digest covers it. It encodes a checksum of the
 * content, so an edited manifest has no valid mark.
 * @param json the manifest as a JSON object
 */
export function markVerified(json: string): Buffer {
  return Buffer.from(`{${markOf(json)}${json.slice(1)}`);
}

/** @returns whether the manifest has the valid mark */
export function hasVerifiedLayers({ bytes }: Pick<Manifest, 'bytes'>): boolean {
  const mark = bytes.subarray(1, 1 + BITS).toString('latin1');
  // The first bytes exclude all manifests without a mark.
  if (!/^[ \t]+$/.test(mark)) return false;
  return markOf(`{${bytes.subarray(1 + BITS).toString('utf8')}`) === mark;
}

function markOf(json: string): string {
  const checksum = createHash('sha256')
    .update(PURPOSE)
    .update(json)
    .digest()
    .subarray(0, BITS / 8);
  return [...checksum]
    .flatMap((byte) => [...byte.toString(2).padStart(8, '0')])
    .map((bit) => (bit === '1' ? '\t' : ' '))
    .join('');
}

/** @returns the blobs that images of the repository reference; these need no HEAD request */
export function knownBlobs(images: readonly Manifest[]): ReadonlySet<Digest> {
  return new Set(
    images.flatMap(({ config, layers }) =>
      [...layers, ...(config === undefined ? [] : [config])].map(({ digest }) => digest),
    ),
  );
}

/**
 * Maps diff IDs to blobs of the repository: a configuration lists its diff IDs in the order of the blobs in the
 * manifest. So an existing layer is neither compressed nor sent again, even from a machine that never pushed before.
 * Only manifests with verified layers count: a wrong blob would spread to every image that shares the layer.
 * @param images newest first
 * @param needed diff IDs to find; once all are found, no further configuration is read
 * @param getConfig reads a configuration from the registry
 */
export async function knownLayers(
  images: readonly Manifest[],
  needed: ReadonlySet<Digest>,
  getConfig: (digest: Digest, limit: number) => Promise<Buffer>,
): Promise<ReadonlyMap<Digest, Descriptor>> {
  const known = new Map<Digest, Descriptor>();
  for (const image of images) {
    if (known.size === needed.size) break;
    const { config, layers } = image;
    if (!hasVerifiedLayers(image)) continue;
    if (config === undefined || !isImageConfig(config.mediaType)) continue;
    // Reuse only saves time. Its failure (a role without ecr:GetDownloadUrlForLayer) must not fail the push.
    const bytes = await getConfig(config.digest, CONFIG_BYTES).catch(() => undefined);
    const diffIds = bytes === undefined ? [] : diffIdsOf(bytes);
    if (diffIds.length !== layers.length) continue;
    for (const [i, layer] of layers.entries()) {
      const diffId = diffIds[i];
      if (diffId === undefined || known.has(diffId) || !needed.has(diffId)) continue;
      // Only gzip has a media type in both Docker's and OCI's manifests.
      if (!isGzipLayer(layer.mediaType) || (layer.urls ?? []).length > 0) continue;
      known.set(diffId, { mediaType: DOCKER_LAYER, digest: layer.digest, size: layer.size });
    }
  }
  return known;
}

function diffIdsOf(bytes: Buffer): readonly Digest[] {
  try {
    return parseConfig(bytes, 'the configuration').diffIds;
  } catch {
    return [];
  }
}
