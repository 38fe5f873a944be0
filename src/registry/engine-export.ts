import { type Digest, digestOf } from './digest.ts';
import type { Engine } from './engine.ts';
import { ImageError } from './errors.ts';
import { objects, parseJson } from './manifest.ts';
import type { BlobContent, Bytes } from './source.ts';
import { StreamByteReader, type TarEntry, walk } from './tar.ts';

/** Layers of Podman, named by diff ID; Docker's directory names are links to them. */
const DIFF = /^([0-9a-f]{64})\.tar$/;
const BLOB = /^blobs\/sha256\/([0-9a-f]{64})$/;
const LEGACY_LAYER = /^([0-9a-f]{64})\/layer\.tar$/;
const LEGACY_JSON = /^([0-9a-f]{64})\/json$/;
const LEGACY_CONFIG = /^([0-9a-f]{64})\.json$/;
/** Walks over the entries of an export. The stream is destroyed as soon as the consumer stops. */
export async function* walkExport(
  engine: Engine,
  id: Digest,
  name: string,
): AsyncGenerator<{ reader: StreamByteReader; entry: TarEntry }> {
  const stream = await engine.save(id, name);
  try {
    const reader = new StreamByteReader(stream);
    for await (const entry of walk(reader, `the engine's export of ${name}`)) yield { reader, entry };
  } finally {
    stream.destroy();
  }
}

/** Content of a sequential stream; the walk skips its unread rest. */
export function streamContent(
  digest: Digest | undefined,
  size: number,
  reader: StreamByteReader,
): { content: BlobContent; consumed: Promise<void> } {
  let release = () => {};
  const consumed = new Promise<void>((resolve) => {
    release = resolve;
  });
  const open = async function* (): Bytes {
    let remaining = size;
    try {
      for await (const chunk of reader.take(size)) {
        remaining -= chunk.length;
        yield chunk;
      }
      if (remaining > 0)
        throw new ImageError('ENGINE', 'image: the engine ended its export early; run the job again');
    } finally {
      release();
    }
  };
  return {
    content: { digest, size, restartable: false, open, release: () => release() },
    consumed: consumed,
  };
}

/** @returns the kind of an entry, and the 64 digits in its path */
export function entryKind(
  path: string,
): readonly [kind: 'layer' | 'json' | 'config' | 'blob' | 'diff' | 'other', hex: string] {
  const forms = [
    ['layer', LEGACY_LAYER],
    ['json', LEGACY_JSON],
    ['config', LEGACY_CONFIG],
    ['blob', BLOB],
    ['diff', DIFF],
  ] as const;
  for (const [kind, form] of forms) {
    const hex = form.exec(path)?.[1];
    if (hex !== undefined) return [kind, hex];
  }
  return ['other', ''];
}

/**
 * Identifies the layer in a directory of a legacy export before its bytes arrive. Engines up to version 24 name the
 * directory by a digest of the layer's version 1 configuration (its file `json`) and the chain ID. So the layer is the
 * one whose chain ID results in the name of the directory. (moby, `image/v1.CreateID` and `image/tarexport`; checked
 * against Docker 20.10.)
 * @param directory the 64 digits
 * @param json content of the file
 * @param diffIds diff IDs of the image, base layer first
 * @returns the diff ID; undefined if none matches: only the layer's content then identifies it
 */
export function identifyLayer(
  directory: string,
  json: Buffer,
  diffIds: readonly Digest[],
): Digest | undefined {
  const [saved] = objects([tryParse(json)]);
  if (saved === undefined) return undefined;
  const { id: _, parent, os, ...rest } = saved;
  const parentField = typeof parent === 'string' ? { parent: `sha256:${parent}` } : {};
  // The engine adds `os` after computing the digest, except for the topmost layer.
  const variants = [rest, { ...rest, os }];
  for (const [i, layer_id] of chainIds(diffIds).entries()) {
    for (const variant of variants) {
      const text = goJson({ ...variant, ...parentField, layer_id });
      if (digestOf(text) === `sha256:${directory}`) return diffIds[i];
    }
  }
  return undefined;
}

function tryParse(json: Buffer): unknown {
  try {
    return parseJson(json, 'json');
  } catch {
    return undefined;
  }
}

/** Chain IDs by the image specification: the digest of the chain ID below and the layer's diff ID. */
function chainIds(diffIds: readonly Digest[]): readonly string[] {
  const chain: string[] = [];
  for (const diffId of diffIds) {
    const below = chain.at(-1);
    chain.push(below === undefined ? diffId : digestOf(`${below} ${diffId}`));
  }
  return chain;
}

/** JSON as Go writes it: map keys are sorted, and characters with a meaning in HTML are escaped. */
function goJson(value: Readonly<Record<string, unknown>>): string {
  const sorted = Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, value[key]]),
  );
  return JSON.stringify(sorted).replace(
    /[<>&\u2028\u2029]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
