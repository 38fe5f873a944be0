import { type Digest, digestOf } from './digest.ts';
import type { Engine, Inspected } from './engine.ts';
import { ImageError } from './errors.ts';
import { identifyLayer } from './legacy-export.ts';
import { CONFIG_BYTES, MANIFEST_BYTES } from './limits.ts';
import type { Descriptor, Manifest } from './manifest.ts';
import { isIndex } from './media-types.ts';
import { chooseRoot, follow, rootOf, type Tree } from './oci-layout.ts';
import type { Bytes, ClassicSource, Content, ImageSource, ReadySource } from './source.ts';
import { StreamTape } from './tape.ts';
import { type TarEntry, walk } from './tar.ts';

const BLOB = /^blobs\/sha256\/([0-9a-f]{64})$/;
const LEGACY_LAYER = /^([0-9a-f]{64})\/layer\.tar$/;
const LEGACY_JSON = /^([0-9a-f]{64})\/json$/;
const LEGACY_CONFIG = /^([0-9a-f]{64})\.json$/;
/** Manifests and configurations of one image that are kept while its export streams by. */
const KEPT_BYTES = 16 * 1024 * 1024;

/**
 * Opens an image of the local engine. Nothing is exported yet: the engine's answer to an inspection tells what the
 * tag is compared by, and which layers there are.
 * @param name as the engine knows it
 * @param tag the image's own
 */
export async function openEngineImage(
  engine: Engine,
  name: string,
  tag: string | undefined,
): Promise<ImageSource> {
  const inspected = await engine.inspect(name);
  return inspected.target === undefined
    ? classic(engine, inspected, name, tag)
    : containerd(engine, inspected, inspected.target, name, tag);
}

/** Walks over an export; it is cut off as soon as the walker has all it needs. */
async function* exported(
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
function streamed(
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

function classic(engine: Engine, inspected: Inspected, name: string, tag: string | undefined): ClassicSource {
  const { id, diffIds, platform } = inspected;
  let config: Buffer | undefined;

  async function* contents(wanted: (diffId: Digest) => boolean): AsyncGenerator<Content> {
    const open = new Set(diffIds.filter(wanted));
    const identified = new Map<string, Digest>();
    for await (const { tape, entry } of exported(engine, id, name)) {
      if (entry.type !== 'file') continue;
      const [kind, hex] = kindOf(entry.path);
      const digest: Digest = `sha256:${hex}`;
      if ((kind === 'config' || kind === 'blob') && digest === id && entry.size <= CONFIG_BYTES) {
        config = await tape.read(entry.size);
      } else if (kind === 'json' && entry.size <= CONFIG_BYTES) {
        const diffId = identifyLayer(hex, await tape.read(entry.size), diffIds);
        if (diffId !== undefined) identified.set(hex, diffId);
      } else if (kind === 'layer' || (kind === 'blob' && diffIds.includes(digest))) {
        const diffId = kind === 'blob' ? digest : identified.get(hex);
        if (diffId !== undefined && !open.delete(diffId)) continue;
        const { content, given } = streamed(diffId, entry.size, tape);
        yield content;
        await given;
      }
      if (config !== undefined && open.size === 0) return;
    }
  }

  return {
    form: 'classic',
    name: `docker:${name}`,
    tag,
    diffIds,
    identity: { by: 'config', digest: id },
    platforms: platform === undefined ? [] : [platform],
    notices: [],
    sizeOf: () => undefined,
    contents,
    async configuration() {
      if (config === undefined) for await (const _ of contents(() => false));
      if (config === undefined || digestOf(config) !== id) {
        throw new ImageError(
          'ENGINE',
          `the engine's export of ${name} lacks the configuration ${id}; build the image again`,
        );
      }
      return config;
    },
    close: async () => {},
  };
}

function kindOf(path: string): readonly [kind: 'layer' | 'json' | 'config' | 'blob' | 'other', hex: string] {
  const forms = [
    ['layer', LEGACY_LAYER],
    ['json', LEGACY_JSON],
    ['config', LEGACY_CONFIG],
    ['blob', BLOB],
  ] as const;
  for (const [kind, form] of forms) {
    const hex = form.exec(path)?.[1];
    if (hex !== undefined) return [kind, hex];
  }
  return ['other', ''];
}

function containerd(
  engine: Engine,
  inspected: Inspected,
  target: Descriptor,
  name: string,
  tag: string | undefined,
): ReadySource {
  const wantedRoot = chooseChild(inspected, target, name);
  let tree: Tree | undefined;

  async function* contents(wanted: (digest: Digest) => boolean): AsyncGenerator<Content> {
    const kept = new Map<Digest, Buffer>();
    const seen = new Set<Digest>();
    let index: Buffer | undefined;
    let keptBytes = 0;
    for await (const { tape, entry } of exported(engine, inspected.id, name)) {
      if (entry.type !== 'file') continue;
      if (entry.path === 'index.json' && entry.size <= MANIFEST_BYTES) index = await tape.read(entry.size);
      const [kind, hex] = kindOf(entry.path);
      if (kind !== 'blob') continue;
      const digest: Digest = `sha256:${hex}`;
      seen.add(digest);
      // Which blob is a manifest or a configuration is known only when all have come; they are JSON, layers are not.
      const isJson = entry.size <= MANIFEST_BYTES && (await tape.peek()) === 0x7b;
      if (isJson && keptBytes + entry.size <= KEPT_BYTES) {
        kept.set(digest, await tape.read(entry.size));
        keptBytes += entry.size;
      } else if (wanted(digest)) {
        const { content, given } = streamed(digest, entry.size, tape);
        yield content;
        await given;
      }
    }
    if (index === undefined)
      throw new ImageError('ENGINE', `the engine's export of ${name} holds no index.json`);
    const root = wantedRoot ?? chooseRoot(index, undefined, `the engine's export of ${name}`).root;
    tree = await resolve(root, kept, name);
    for (const { digest, size } of tree.blobs.values()) {
      const bytes = kept.get(digest);
      if (bytes === undefined && !seen.has(digest)) throw lacking(name, digest);
      if (bytes === undefined || !wanted(digest)) continue;
      yield { digest, size, restartable: true, open: () => once(bytes), release() {} };
    }
  }

  return {
    form: 'ready',
    name: `docker:${name}`,
    tag,
    identity: { by: 'manifest', digest: (wantedRoot ?? target).digest },
    platforms: inspected.platform === undefined ? [] : [inspected.platform],
    notices: noticesOf(inspected, name),
    expected: undefined,
    contents,
    async manifests(): Promise<readonly Manifest[]> {
      if (tree === undefined) for await (const _ of contents(() => false));
      return tree?.manifests ?? [];
    },
    close: async () => {},
  };
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

function lacking(name: string, digest: Digest): ImageError {
  return new ImageError(
    'MISSING_BLOB',
    `image: the engine's ${name} lacks ${digest}: it holds only some platforms of that image; build or pull the others, or build for one platform`,
  );
}

/** The manifest that is pushed where the engine has only one platform of an index; undefined where it has all. */
function chooseChild({ children }: Inspected, target: Descriptor, name: string): Descriptor | undefined {
  if (!isIndex(target.mediaType) || children.length === 0 || children.every(({ available }) => available)) {
    return undefined;
  }
  const images = children.filter(({ isImage, available }) => isImage && available);
  const [child] = images;
  if (child === undefined || images.length > 1) {
    const held = images.length === 0 ? 'none' : `only ${images.length}`;
    throw new ImageError(
      'PLATFORM',
      `image: the engine holds ${held} of the platforms that ${name} lists; build or pull them all, or build for one platform`,
    );
  }
  // Its size is told by no one before the export; `follow` is given it with the bytes.
  return { mediaType: '', digest: child.digest, size: -1 };
}

function noticesOf(inspected: Inspected, name: string): readonly string[] {
  const missing = inspected.children.filter(({ isImage, available }) => isImage && !available).length;
  if (missing === 0) return [];
  return [
    `The engine holds one platform of ${name} (${inspected.platform ?? 'unknown'}); ${missing} others that its index lists are not pushed.`,
  ];
}

async function resolve(root: Descriptor, kept: ReadonlyMap<Digest, Buffer>, name: string): Promise<Tree> {
  const fetch = async ({ digest }: Descriptor) => {
    const bytes = kept.get(digest);
    if (bytes === undefined) throw lacking(name, digest);
    return bytes;
  };
  const bytes = await fetch(root);
  const described = root.size >= 0 ? root : { ...root, size: bytes.length };
  const tree = await follow(described, fetch, `the engine's export of ${name}`);
  rootOf(tree, name);
  return tree;
}
