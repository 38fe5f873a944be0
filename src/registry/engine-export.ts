import { type Digest, digestOf } from './digest.ts';
import type { Engine } from './engine.ts';
import { ImageError } from './errors.ts';
import { objects, parseJson } from './manifest.ts';
import type { BlobContent, Bytes } from './source.ts';
import { StreamByteReader, type TarEntry, walk } from './tar.ts';

/** Podman's layers, by their diff ids; what Docker names by directories it has as links beside. */
const DIFF = /^([0-9a-f]{64})\.tar$/;
const BLOB = /^blobs\/sha256\/([0-9a-f]{64})$/;
const LEGACY_LAYER = /^([0-9a-f]{64})\/layer\.tar$/;
const LEGACY_JSON = /^([0-9a-f]{64})\/json$/;
const LEGACY_CONFIG = /^([0-9a-f]{64})\.json$/;
/** Walks over an export; it is cut off as soon as the walker has all it needs. */
export async function* exported(
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

/** BlobContent of a stream: the walk passes by what of it was not read. */
export function streamed(
  digest: Digest | undefined,
  size: number,
  reader: StreamByteReader,
): { content: BlobContent; given: Promise<void> } {
  let release = () => {};
  const given = new Promise<void>((resolve) => {
    release = resolve;
  });
  const open = async function* (): Bytes {
    let missing = size;
    try {
      for await (const chunk of reader.take(size)) {
        missing -= chunk.length;
        yield chunk;
      }
      if (missing > 0) throw new ImageError('ENGINE', 'image: the engine broke off its export; push again');
    } finally {
      release();
    }
  };
  return { content: { digest, size, restartable: false, open, release: () => release() }, given };
}

/** @returns what an entry of an export is, and the 64 digits in its name */
export function kindOf(
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
 * Tells which layer a directory of a legacy export holds, before its bytes come. Engines until version 24 name the
 * directory by a digest over the layer's old-style configuration, which is in its file `json`, and over the
 * chain id of the layers below; so of the image's chain ids the one that gives the directory's name is its layer.
 * (moby, `image/v1.CreateID` and `image/tarexport`; checked against Docker 20.10.)
 * @param directory the 64 digits
 * @param json the file's content
 * @param diffIds of the image, from the base up
 * @returns the diff id, undefined when none matches: then only reading the layer shows it
 */
export function identifyLayer(
  directory: string,
  json: Buffer,
  diffIds: readonly Digest[],
): Digest | undefined {
  const [saved] = objects([tryParse(json)]);
  if (saved === undefined) return undefined;
  const { id: _, parent, os, ...rest } = saved;
  const above = typeof parent === 'string' ? { parent: `sha256:${parent}` } : {};
  // The engine adds `os` after the digest was taken, save for the topmost layer, which has it before.
  const variants = [rest, { ...rest, os }];
  for (const [i, layer_id] of chainIds(diffIds).entries()) {
    for (const variant of variants) {
      const text = asGoWrites({ ...variant, ...above, layer_id });
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

/** The image specification's chain ids: the digest over the chain below and the layer's diff id. */
function chainIds(diffIds: readonly Digest[]): readonly string[] {
  const chain: string[] = [];
  for (const diffId of diffIds) {
    const below = chain.at(-1);
    chain.push(below === undefined ? diffId : digestOf(`${below} ${diffId}`));
  }
  return chain;
}

/** Go sorts the keys of a map and escapes what HTML would read. */
function asGoWrites(value: Readonly<Record<string, unknown>>): string {
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
