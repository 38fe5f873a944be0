import { type Digest, digestOf } from './digest.ts';
import type { Engine, Inspected } from './engine.ts';
import { entryKind, identifyLayer, streamContent, walkExport } from './engine-export.ts';
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
import { resolveTree, rootOf, type Tree } from './oci-layout.ts';
import type { BlobContent, CompressedSource, ImageSource, UncompressedSource } from './source.ts';

/**
 * Opens an image of the local engine without an export: the response to `inspect` has the digest to compare and the
 * list of layers.
 * @param name name of the image in the engine
 * @param tag the image's own tag
 * @param signal aborts the request
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

/** An image of a classic store: its id is the digest of the configuration, and its layers are uncompressed. */
function openClassicStore(
  engine: Engine,
  inspected: Inspected,
  name: string,
  tag: string | undefined,
): UncompressedSource {
  const { id, diffIds, platform } = inspected;
  let config: Buffer | undefined;

  async function* contents(isNeeded: (diffId: Digest) => boolean): AsyncGenerator<BlobContent> {
    const remaining = new Set(diffIds.filter(isNeeded));
    const identified = new Map<string, Digest>();
    for await (const { reader, entry } of walkExport(engine, id, name)) {
      if (entry.type !== 'file') continue;
      const [kind, hex] = entryKind(entry.path);
      const digest: Digest = `sha256:${hex}`;
      if ((kind === 'config' || kind === 'blob') && digest === id && entry.size <= CONFIG_BYTES) {
        config = verifyConfig(await reader.read(entry.size), diffIds, name);
      } else if (kind === 'json' && entry.size <= CONFIG_BYTES) {
        const diffId = identifyLayer(hex, await reader.read(entry.size), diffIds);
        if (diffId !== undefined) identified.set(hex, diffId);
      } else if (kind === 'layer' || ((kind === 'blob' || kind === 'diff') && diffIds.includes(digest))) {
        const diffId = kind === 'layer' ? identified.get(hex) : digest;
        if (diffId !== undefined && !remaining.delete(diffId)) continue;
        const { content, consumed } = streamContent(diffId, entry.size, reader);
        yield content;
        await consumed;
      }
      if (config !== undefined && remaining.size === 0) return;
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
      // A layer of unknown diff ID is yielded as well: the export continues after its release.
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
 * In a containerd store of Docker 25 to 27, which gives no descriptor, the id may be that of a manifest or an index. It
 * must not be pushed as a configuration.
 */
function verifyConfig(config: Buffer, diffIds: readonly Digest[], name: string): Buffer {
  const named = parseConfig(config, `the configuration in the engine's export of ${name}`).diffIds;
  if (named.length === diffIds.length && named.every((diffId, i) => diffId === diffIds[i])) return config;
  throw new ImageError(
    'ENGINE',
    `image: the engine has no configuration of ${name} that names its layers; its containerd store is older than Docker 28: update the engine, or docker save the image and give docker-archive:FILE`,
  );
}

/** Limit for the manifests and configurations kept in memory during an export. */
const KEPT_BYTES = 16 * 1024 * 1024;

/** An image of a containerd store; its blobs are pushed unchanged. */
function openContainerdStore(
  engine: Engine,
  inspected: Inspected,
  target: Descriptor,
  name: string,
  tag: string | undefined,
): CompressedSource {
  // `index.json` is ignored: since Docker 29 it also lists the signatures of an image.
  const root = chooseChild(inspected, target, name) ?? target;
  let tree: Tree | undefined;

  async function* contents(isNeeded: (digest: Digest) => boolean): AsyncGenerator<BlobContent> {
    const kept = new Map<Digest, Buffer>();
    const seen = new Set<Digest>();
    let keptBytes = 0;
    for await (const { reader, entry } of walkExport(engine, inspected.id, name)) {
      if (entry.type !== 'file') continue;
      const [kind, hex] = entryKind(entry.path);
      if (kind !== 'blob') continue;
      const digest: Digest = `sha256:${hex}`;
      seen.add(digest);
      // The registry would reject it in each attempt, and each attempt exports the image again.
      if (entry.size === 0) throw emptyLayer(digest, `docker:${name}`);
      // Manifests and configurations are identified only at the end of the export. They are JSON; layers are not.
      const isJson = entry.size <= MANIFEST_BYTES && (await reader.peek()) === 0x7b;
      if (isJson && keptBytes + entry.size <= KEPT_BYTES) {
        kept.set(digest, await reader.read(entry.size));
        keptBytes += entry.size;
      } else if (isNeeded(digest)) {
        const { content, consumed } = streamContent(digest, entry.size, reader);
        yield content;
        await consumed;
      }
    }
    tree = await resolve(root, kept, name);
    for (const { digest, size } of tree.blobs.values()) {
      const bytes = kept.get(digest);
      if (bytes === undefined && !seen.has(digest)) throw missingBlob(name, digest);
      if (bytes === undefined || !isNeeded(digest)) continue;
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

/** The engine may list the images of an index, but attestations are only in the export. */
function identify({ children }: Inspected, target: Descriptor, root: Descriptor): Identity {
  const { mediaType, digest } = root;
  // Without a media type, the digest may be of a manifest or an index.
  const isSingle = root !== target || (mediaType !== '' && !isIndex(mediaType));
  const listed = children.filter(({ isImage }) => isImage).map((child) => child.digest);
  const images = listed.length === 0 ? undefined : [...new Set(listed)].sort();
  return { by: 'manifest', digest, images: isSingle ? [] : images };
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

function missingBlob(name: string, digest: Digest): ImageError {
  return new ImageError(
    'MISSING_BLOB',
    `image: the engine's ${name} lacks ${digest}: it holds only some platforms of that image; build or pull the others, or build for one platform`,
  );
}

/** @returns the manifest to push if the engine has only one platform of an index; undefined if it has all */
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
  // Its size is unknown before the export; `resolve` fills it in.
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
    if (bytes === undefined) throw missingBlob(name, digest);
    return bytes;
  };
  const bytes = await fetch(root);
  const described = root.size >= 0 ? root : { ...root, size: bytes.length };
  const tree = await resolveTree(described, fetch, `the engine's export of ${name}`);
  rootOf(tree, name);
  for (const manifest of tree.manifests) refuseEmpty(manifest, `docker:${name}`);
  return tree;
}
