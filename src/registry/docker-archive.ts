import { type Digest, digestOf, isDigest } from './digest.ts';
import { ImageError, quote } from './errors.ts';
import { compressionOf, MAGIC_BYTES, ROOT_FILE_SYSTEM } from './file-signatures.ts';
import { readAll } from './files.ts';
import { isSelected, ownTagOf, pathOf } from './image-name.ts';
import { CONFIG_BYTES, LAYER_BYTES, MANIFEST_BYTES } from './limits.ts';
import {
  isIndex,
  isUncompressedLayer,
  objects,
  parseConfig,
  parseJson,
  refuseEmpty,
  refuseEmptyDiff,
  refuseForeign,
  refuseNoLayers,
  strings,
} from './manifest.ts';
import { openLayout } from './oci-layout.ts';
import type { BlobContent, CompressedSource, ImageSource, UncompressedSource } from './source.ts';
import type { FileStore } from './store.ts';

/** An image in the `manifest.json` of `docker save`. */
interface Saved {
  readonly config: string;
  readonly tags: readonly string[];
  readonly layers: readonly string[];
}

/**
 * Opens an archive of `docker save`. All engines write a `manifest.json`; since version 25 the archive is an OCI image
 * layout too. Compressed layers and indexes of such a layout (from a containerd store) are pushed unchanged.
 * @param select `NAME:TAG` or a tag, if there are several images
 */
export async function openDockerArchive(store: FileStore, select: string | undefined): Promise<ImageSource> {
  const { name } = store;
  if ((await store.size('manifest.json')) === undefined) {
    const layout = (await store.size('index.json')) !== undefined;
    const hint = layout
      ? `it is an OCI layout: write oci-archive:${pathOf(name)}`
      : `name the archive that docker save wrote; ${ROOT_FILE_SYSTEM}`;
    throw new ImageError(
      'LAYOUT',
      `image: ${name} holds no manifest.json, so docker save did not write it; ${hint}`,
    );
  }
  return (await openCompressed(store, select)) ?? openUncompressed(store, select);
}

async function openCompressed(
  store: FileStore,
  select: string | undefined,
): Promise<CompressedSource | undefined> {
  if ((await store.size('index.json')) === undefined) return undefined;
  try {
    // Checked below: an uncompressed layer without bytes has some once it is compressed.
    const source = await openLayout(store, select, () => undefined);
    const manifests = await source.manifests();
    const isUncompressed = manifests.every(
      ({ mediaType, layers }) =>
        !isIndex(mediaType) && layers.every((layer) => isUncompressedLayer(layer.mediaType)),
    );
    if (isUncompressed) return undefined;
    for (const manifest of manifests) refuseEmpty(manifest, store.name);
    return source;
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    // A containerd store saves the whole index even if it has one platform only; manifest.json names that platform.
    // manifest.json also has names that the layout lacks, and lists all images to choose from.
    if (error.fault === 'MISSING_BLOB' || error.fault === 'NO_SUCH_IMAGE') return undefined;
    throw error;
  }
}

async function openUncompressed(store: FileStore, select: string | undefined): Promise<UncompressedSource> {
  const { name } = store;
  const read = (path: string, limit: number) =>
    readAll(store.stream(path), limit, `${quote(path, 120)} in ${name}`);
  const saved = choose(parseSaved(await read('manifest.json', MANIFEST_BYTES), name), select, name);
  const config = await read(saved.config, CONFIG_BYTES);
  const where = `the configuration of ${name}`;
  const digest = digestOf(config);
  const named = /([0-9a-f]{64})(?:\.json)?$/.exec(saved.config)?.[1];
  if (named !== undefined && digest !== `sha256:${named}`) {
    throw new ImageError(
      'WRONG_DIGEST',
      `image: ${where} does not have the content that its digest names; save the image again`,
    );
  }
  const { diffIds, platform } = parseConfig(config, where);
  const layers = await matchLayers(store, saved.layers, diffIds);
  refuseNoLayers(diffIds, name);
  // In manifest.json, a name without a colon is never a tag: it means latest.
  const chosen = saved.tags.filter((tag) => select === undefined || isSelected(select, tag));
  return {
    form: 'uncompressed',
    name,
    diffIds,
    identity: { by: 'configuration', digest },
    ...ownTagOf(chosen.slice(0, 1).filter((tag) => tag.includes(':'))),
    platforms: platform === undefined ? [] : [platform],
    notices: [],
    sizeOf: (diffId) => layers.get(diffId)?.size,
    configuration: async () => config,
    contents: (isNeeded) => layerContents(store, layers, isNeeded),
    close: () => store.close(),
  };
}

function parseSaved(bytes: Buffer, name: string): readonly Saved[] {
  return objects(parseJson(bytes, `manifest.json of ${name}`)).map((item) => {
    const layers = strings(item['Layers']);
    if (typeof item['Config'] !== 'string' || layers === undefined) {
      throw new ImageError('LAYOUT', `manifest.json of ${name} names no configuration or no layers`);
    }
    refuseForeignSources(item['LayerSources'], name);
    return {
      config: item['Config'],
      layers,
      tags: (strings(item['RepoTags']) ?? []).filter((tag) => tag !== ''),
    };
  });
}

/** `LayerSources` has the descriptors of layers: since Docker 25 of all, before only of foreign ones. */
function refuseForeignSources(sources: unknown, name: string): void {
  if (typeof sources !== 'object' || sources === null) return;
  for (const [digest, source] of Object.entries(sources)) {
    const [described] = objects([source]);
    if (!isDigest(digest) || described === undefined) continue;
    const mediaType = typeof described['mediaType'] === 'string' ? described['mediaType'] : '';
    const urls = strings(described['urls']) ?? [];
    refuseForeign({ mediaType, digest, size: 0, urls }, `image: ${name}`);
  }
}

function choose(images: readonly Saved[], select: string | undefined, name: string): Saved {
  const matches = ({ tags }: Saved) => select === undefined || tags.some((tag) => isSelected(select, tag));
  const found = images.filter(matches);
  const [image] = found;
  if (image !== undefined && found.length === 1) return image;
  const all = quote(images.flatMap(({ tags }) => tags).join(', ') || 'none', 500);
  const what = image === undefined ? 'holds no such image' : 'holds more than one image';
  throw new ImageError(
    'NO_SUCH_IMAGE',
    `image: ${name} ${what}; choose one by docker-archive:FILE:NAME:TAG of: ${all}`,
  );
}

interface Layer {
  readonly path: string;
  readonly size: number;
}

async function matchLayers(
  store: FileStore,
  paths: readonly string[],
  diffIds: readonly Digest[],
): Promise<ReadonlyMap<Digest, Layer>> {
  if (paths.length !== diffIds.length) {
    throw new ImageError(
      'LAYOUT',
      `image: ${store.name} has ${paths.length} layers, its configuration ${diffIds.length}; save the image again`,
    );
  }
  const layers = new Map<Digest, Layer>();
  for (const [i, diffId] of diffIds.entries()) {
    const path = paths[i] ?? '';
    const size = await store.size(path);
    if (size === undefined) {
      throw new ImageError(
        'MISSING_BLOB',
        `image: ${store.name} lacks the layer ${quote(path, 120)}; save the image again`,
      );
    }
    if (size === 0) refuseEmptyDiff(diffId, store.name);
    if (size > LAYER_BYTES) {
      throw new ImageError(
        'TOO_LARGE',
        `image: the layer ${diffId} of ${store.name} is larger than the 52,000 MiB that ECR takes; build smaller layers`,
      );
    }
    await refuseCompressed(store, path);
    layers.set(diffId, { path, size });
  }
  return layers;
}

/** Layers are decompressed to verify their diff IDs, and Node 20 decompresses only gzip. */
async function refuseCompressed(store: FileStore, path: string): Promise<void> {
  const start = await readAll(store.stream(path, MAGIC_BYTES), MAGIC_BYTES, quote(path, 120));
  const found = compressionOf(start);
  if (found === undefined || found.name === 'gzip') return;
  throw new ImageError(
    'LAYOUT',
    `image: ${store.name}: the layer ${quote(path, 120)} is compressed by ${found.name}, which this kind of archive cannot hold; convert it (skopeo copy ${quote(store.name, 200)} oci:DIR), and write oci:DIR`,
  );
}

/** Largest first, so that the last upload is short. */
async function* layerContents(
  store: FileStore,
  layers: ReadonlyMap<Digest, Layer>,
  isNeeded: (diffId: Digest) => boolean,
): AsyncGenerator<BlobContent> {
  const ordered = [...layers].sort(([, a], [, b]) => b.size - a.size);
  for (const [digest, { path, size }] of ordered) {
    if (isNeeded(digest))
      yield { digest, size, restartable: true, open: () => store.stream(path), release() {} };
  }
}
