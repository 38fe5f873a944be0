import { createHash } from 'node:crypto';
import type { Manifest } from './manifest.ts';

/** Blanks and tabs behind the first brace, one for each bit of a checksum. */
const BITS = 128;
const PURPOSE = 'aws-bootstrap: every blob of this manifest holds the layer that its configuration names\n';

/**
 * Marks a manifest whose layers this action compressed, or unpacked to take their digests. Another registry client may
 * have built a manifest whose blobs are not what its configuration names, and nothing else tells the two apart:
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
  // Every other manifest is told by its first bytes.
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
