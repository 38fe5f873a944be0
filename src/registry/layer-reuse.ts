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

/** Blanks and tabs behind the first brace, one for each bit of a checksum. */
const BITS = 128;
const PURPOSE = 'aws-bootstrap: every blob of this manifest holds the layer that its configuration names\n';

/**
 * Marks a manifest whose layers this action compressed, or unpacked to take their digests. Another registry client may
 * have built a manifest whose blobs are not those that its configuration names, and nothing else distinguishes the two:
 * Docker's manifest has no annotations, and OCI's, which has, is refused by some services of AWS. So the mark is white
 * space in the JSON, which every reader passes over and every registry keeps, since the manifest's digest covers it.
 * It spells a checksum of the content: a manifest that was edited has lost it.
 * @param json the manifest, an object
 */
export function markVerified(json: string): Buffer {
  return Buffer.from(`{${markOf(json)}${json.slice(1)}`);
}

/** @returns whether the manifest carries the mark of its content */
export function hasVerifiedLayers({ bytes }: Pick<Manifest, 'bytes'>): boolean {
  const mark = bytes.subarray(1, 1 + BITS).toString('latin1');
  // Its first bytes rule out every other manifest.
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

/** @returns every blob that images of the repository name; it need not be asked for */
export function knownBlobs(images: readonly Manifest[]): ReadonlySet<Digest> {
  return new Set(
    images.flatMap(({ config, layers }) =>
      [...layers, ...(config === undefined ? [] : [config])].map(({ digest }) => digest),
    ),
  );
}

/**
 * Learns from images of the repository which blob holds which layer: a configuration lists the diff ids in the order
 * in which its manifest lists the blobs. So a layer that the repository has is neither compressed nor sent again, also on a
 * machine that never pushed. Only a manifest whose layers were verified is believed: a wrong blob would spread to every
 * image that shares the layer.
 * @param images newest first
 * @param wanted diff ids; no further configuration is read once all are known
 * @param getConfig reads a configuration from the registry
 */
export async function knownLayers(
  images: readonly Manifest[],
  wanted: ReadonlySet<Digest>,
  getConfig: (digest: Digest, limit: number) => Promise<Buffer>,
): Promise<ReadonlyMap<Digest, Descriptor>> {
  const known = new Map<Digest, Descriptor>();
  for (const image of images) {
    if (known.size === wanted.size) break;
    const { config, layers } = image;
    if (!hasVerifiedLayers(image)) continue;
    if (config === undefined || !isImageConfig(config.mediaType)) continue;
    // Learning saves time; that it fails (a role without ecr:GetDownloadUrlForLayer) must not fail the push.
    const bytes = await getConfig(config.digest, CONFIG_BYTES).catch(() => undefined);
    const diffIds = bytes === undefined ? [] : diffIdsOf(bytes);
    if (diffIds.length !== layers.length) continue;
    for (const [i, layer] of layers.entries()) {
      const diffId = diffIds[i];
      if (diffId === undefined || known.has(diffId) || !wanted.has(diffId)) continue;
      // Only gzip has a name in Docker's manifest as well as in OCI's.
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
