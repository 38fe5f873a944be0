import { type Digest, digestOf } from './digest.ts';
import type { Engine, Inspected } from './engine.ts';
import { exported, identifyLayer, kindOf, streamed } from './engine-export.ts';
import type { Identity } from './equality.ts';
import { ImageError } from './errors.ts';
import { CONFIG_BYTES, MANIFEST_BYTES } from './limits.ts';
import {
  type Descriptor,
  emptyLayer,
  isIndex,
  type Manifest,
  parseConfig,
  refuseEmpty,
  refuseNoLayers,
} from './manifest.ts';
import { follow, rootOf, type Tree } from './oci-layout.ts';
import type { BlobContent, CompressedSource, ImageSource, UncompressedSource } from './source.ts';

/**
 * Opens an image of the local engine. Nothing is exported yet: the engine's response to an inspection has what the
 * tag is compared by, and which layers there are.
 * @param name as the engine knows it
 * @param tag the image's own
 * @param signal by which the question is given up
 */
export async function openEngineImage(
  engine: Engine,
  name: string,
  tag: string | undefined,
  signal?: AbortSignal,
): Promise<ImageSource> {
  const inspected = await engine.inspect(name, signal);
  if (inspected.hasLayers || inspected.target === undefined)
    refuseNoLayers(inspected.diffIds, `docker:${name}`);
  return inspected.target === undefined
    ? openClassicStore(engine, inspected, name, tag)
    : openContainerdStore(engine, inspected, inspected.target, name, tag);
}

/** An image of a classic store, whose id is its configuration's digest and whose layers come uncompressed. */
function openClassicStore(
  engine: Engine,
  inspected: Inspected,
  name: string,
  tag: string | undefined,
): UncompressedSource {
  const { id, diffIds, platform } = inspected;
  let config: Buffer | undefined;

  async function* contents(wanted: (diffId: Digest) => boolean): AsyncGenerator<BlobContent> {
    const open = new Set(diffIds.filter(wanted));
    const identified = new Map<string, Digest>();
    for await (const { reader, entry } of exported(engine, id, name)) {
      if (entry.type !== 'file') continue;
      const [kind, hex] = kindOf(entry.path);
      const digest: Digest = `sha256:${hex}`;
      if ((kind === 'config' || kind === 'blob') && digest === id && entry.size <= CONFIG_BYTES) {
        config = checked(await reader.read(entry.size), diffIds, name);
      } else if (kind === 'json' && entry.size <= CONFIG_BYTES) {
        const diffId = identifyLayer(hex, await reader.read(entry.size), diffIds);
        if (diffId !== undefined) identified.set(hex, diffId);
      } else if (kind === 'layer' || ((kind === 'blob' || kind === 'diff') && diffIds.includes(digest))) {
        const diffId = kind === 'layer' ? identified.get(hex) : digest;
        if (diffId !== undefined && !open.delete(diffId)) continue;
        const { content, given } = streamed(diffId, entry.size, reader);
        yield content;
        await given;
      }
      if (config !== undefined && open.size === 0) return;
    }
  }

  return {
    form: 'uncompressed',
    name: `docker:${name}`,
    tag,
    diffIds,
    identity: { by: 'configuration', digest: id },
    platforms: platform === undefined ? [] : [platform],
    notices: [],
    sizeOf: () => undefined,
    contents,
    async configuration() {
      // A layer without a known diff id is given too: the export goes on when it is released.
      if (config === undefined) for await (const { release } of contents(() => false)) release();
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

/**
 * A containerd store that does not say what it is (Docker 25 to 27) has a manifest or an index under the id, which
 * must not be pushed as a configuration.
 */
function checked(config: Buffer, diffIds: readonly Digest[], name: string): Buffer {
  const told = parseConfig(config, `the configuration in the engine's export of ${name}`).diffIds;
  if (told.length === diffIds.length && told.every((diffId, i) => diffId === diffIds[i])) return config;
  throw new ImageError(
    'ENGINE',
    `image: the engine has no configuration of ${name} that names its layers; its containerd store is older than Docker 28: update the engine, or docker save the image and give docker-archive:FILE`,
  );
}

/** Manifests and configurations of one image that are kept while its export streams by. */
const KEPT_BYTES = 16 * 1024 * 1024;

/** An image of a containerd store, whose blobs are pushed as they are. */
function openContainerdStore(
  engine: Engine,
  inspected: Inspected,
  target: Descriptor,
  name: string,
  tag: string | undefined,
): CompressedSource {
  // Never what `index.json` lists: from Docker 29 on it also lists the signatures of an image.
  const root = chooseChild(inspected, target, name) ?? target;
  let tree: Tree | undefined;

  async function* contents(wanted: (digest: Digest) => boolean): AsyncGenerator<BlobContent> {
    const kept = new Map<Digest, Buffer>();
    const seen = new Set<Digest>();
    let keptBytes = 0;
    for await (const { reader, entry } of exported(engine, inspected.id, name)) {
      if (entry.type !== 'file') continue;
      const [kind, hex] = kindOf(entry.path);
      if (kind !== 'blob') continue;
      const digest: Digest = `sha256:${hex}`;
      seen.add(digest);
      // The registry would refuse it at each try, and each try exports the image again.
      if (entry.size === 0) throw emptyLayer(digest, `docker:${name}`);
      // Which blob is a manifest or a configuration is known only when all have come; they are JSON, layers are not.
      const isJson = entry.size <= MANIFEST_BYTES && (await reader.peek()) === 0x7b;
      if (isJson && keptBytes + entry.size <= KEPT_BYTES) {
        kept.set(digest, await reader.read(entry.size));
        keptBytes += entry.size;
      } else if (wanted(digest)) {
        const { content, given } = streamed(digest, entry.size, reader);
        yield content;
        await given;
      }
    }
    tree = await resolve(root, kept, name);
    for (const { digest, size } of tree.blobs.values()) {
      const bytes = kept.get(digest);
      if (bytes === undefined && !seen.has(digest)) throw lacking(name, digest);
      if (bytes === undefined || !wanted(digest)) continue;
      yield { digest, size, restartable: true, open: () => once(bytes), release() {} };
    }
  }

  return {
    form: 'compressed',
    name: `docker:${name}`,
    tag,
    identity: identify(inspected, target, root),
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

/** The engine may list the images of an index; only an export has its attestations. */
function identify({ children }: Inspected, target: Descriptor, root: Descriptor): Identity {
  const { mediaType, digest } = root;
  // Without a media type, the id may be of either.
  const isSingle = root !== target || (mediaType !== '' && !isIndex(mediaType));
  const told = children.filter(({ isImage }) => isImage).map((child) => child.digest);
  const images = told.length === 0 ? undefined : [...new Set(told)].sort();
  return { by: 'manifest', digest, images: isSingle ? [] : images };
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
  // Its size is unknown before the export; `follow` gets it with the bytes.
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
  for (const manifest of tree.manifests) refuseEmpty(manifest, `docker:${name}`);
  return tree;
}
