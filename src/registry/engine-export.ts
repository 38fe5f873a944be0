import type { Digest } from './digest.ts';
import type { Engine } from './engine.ts';
import { ImageError } from './errors.ts';
import type { Bytes, Content } from './source.ts';
import { StreamTape } from './tape.ts';
import { type TarEntry, walk } from './tar.ts';

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
): AsyncGenerator<{ tape: StreamTape; entry: TarEntry }> {
  const stream = await engine.save(id, name);
  try {
    const tape = new StreamTape(stream);
    for await (const entry of walk(tape, `the engine's export of ${name}`)) yield { tape, entry };
  } finally {
    stream.destroy();
  }
}

/** Content of a stream: the walk passes by what of it was not read. */
export function streamed(
  digest: Digest | undefined,
  size: number,
  tape: StreamTape,
): { content: Content; given: Promise<void> } {
  let release = () => {};
  const given = new Promise<void>((resolve) => {
    release = resolve;
  });
  const open = async function* (): Bytes {
    let missing = size;
    try {
      for await (const chunk of tape.take(size)) {
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
