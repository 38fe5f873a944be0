import { type Digest, digestOf, hexOf } from './digest.ts';
import { identityOf } from './equality.ts';
import { ImageError, quote } from './errors.ts';
import { ROOT_FILE_SYSTEM } from './file-signatures.ts';
import { readAll } from './files.ts';
import { isSelected, type OwnTag, ownTagOf, pathOf } from './image-name.ts';
import { CONFIG_BYTES, LAYER_BYTES, MANIFEST_BYTES } from './limits.ts';
import {
  type Descriptor,
  isImageConfig,
  isIndex,
  isUncompressedLayer,
  MANIFESTS,
  type Manifest,
  objects,
  parseConfig,
  parseDescriptor,
  parseManifest,
  parseObject,
  refuseEmpty,
  refuseForeign,
} from './manifest.ts';
import type { BlobContent, CompressedSource } from './source.ts';
import type { FileStore } from './store.ts';

/** Deepest nesting of indexes: no tool nests this deep. */
const MAX_DEPTH = 4;

/** The manifests of an image, and the blobs that they reference. */
export interface Tree {
  /** Children first, root last. */
  readonly manifests: readonly Manifest[];
  readonly blobs: ReadonlyMap<Digest, Descriptor>;
}

/**
 * Reads an image's manifests from the root down.
 * @param fetch reads the bytes of a manifest
 * @throws ImageError `LAYOUT`, `WRONG_DIGEST`, `TOO_LARGE`, `FOREIGN_LAYER`, `MISSING_BLOB`
 */
export async function resolveTree(
  root: Descriptor,
  fetch: (descriptor: Descriptor) => Promise<Buffer>,
  name: string,
): Promise<Tree> {
  const manifests = new Map<Digest, Manifest>();
  const blobs = new Map<Digest, Descriptor>();
  const visit = async (descriptor: Descriptor, depth: number): Promise<void> => {
    if (manifests.has(descriptor.digest)) return;
    const where = `the manifest ${descriptor.digest} in ${name}`;
    if (depth > MAX_DEPTH)
      throw new ImageError('LAYOUT', `${where} is nested deeper than ${MAX_DEPTH} indexes`);
    if (descriptor.size > MANIFEST_BYTES) {
      throw new ImageError(
        'TOO_LARGE',
        `${where} has ${descriptor.size} bytes; ECR takes 4 MiB at most; build it with fewer layers or annotations`,
      );
    }
    const bytes = await fetch(descriptor);
    verify(bytes, descriptor, where);
    const manifest = parseManifest(bytes, descriptor.mediaType, where);
    for (const child of manifest.manifests) {
      if (!isIndex(child.mediaType) && !MANIFESTS.includes(child.mediaType)) {
        throw new ImageError('LAYOUT', `${where} lists ${child.digest}, which is no image manifest`);
      }
      await visit(child, depth + 1);
    }
    for (const layer of manifest.layers) {
      refuseForeign(layer, where);
      if (layer.size > LAYER_BYTES) {
        throw new ImageError(
          'TOO_LARGE',
          `${where}: the layer ${layer.digest} is larger than the 52,000 MiB that ECR takes; build smaller layers`,
        );
      }
      blobs.set(layer.digest, layer);
    }
    if (manifest.config !== undefined) blobs.set(manifest.config.digest, manifest.config);
    manifests.set(descriptor.digest, manifest);
  };
  await visit(root, 0);
  return { manifests: [...manifests.values()], blobs };
}

/** @throws ImageError `WRONG_DIGEST` if the bytes do not match the descriptor */
export function verify(bytes: Buffer, descriptor: Descriptor, where: string): void {
  if (bytes.length === descriptor.size && digestOf(bytes) === descriptor.digest) return;
  throw new ImageError(
    'WRONG_DIGEST',
    `${where} does not have the content that its digest names; build the image again`,
  );
}

/**
 * Opens an image layout and verifies it: the digests of manifests and configurations, and the sizes of all blobs. The
 * digests of layers are verified while they are sent.
 * @param store a directory or an archive; the caller closes it if this throws
 * @param select the tag to choose if there are several images; for an archive of `docker save` also a whole name
 * @param check throws if a manifest cannot be pushed
 */
export async function openLayout(
  store: FileStore,
  select: string | undefined,
  check: typeof refuseEmpty = refuseEmpty,
): Promise<CompressedSource> {
  const { name } = store;
  if ((await store.size('index.json')) === undefined) throw await noLayout(store);
  const read: Read = (path, limit) => readAll(store.stream(path), limit, `${path} in ${name}`);
  const { root, tag, tagNotice } = await chooseRoot(read, select, name);
  const tree = await resolveTree(root, async ({ digest }) => read(blobPath(digest), MANIFEST_BYTES), name);
  for (const { digest, size } of tree.blobs.values()) await checkSize(store, digest, size);
  const { platforms, notices } = await readConfigs(tree, read, name);
  for (const manifest of tree.manifests) check(manifest, name);
  const top = rootOf(tree, name);
  const bytes = [...tree.blobs.values()].reduce((sum, blob) => sum + blob.size, 0);
  return {
    form: 'compressed',
    name,
    tag,
    tagNotice,
    platforms,
    notices,
    identity: identityOf(top),
    expected: { blobs: tree.blobs.size, bytes },
    manifests: async () => tree.manifests,
    contents: (isNeeded) => blobContents(store, tree, isNeeded),
    close: () => store.close(),
  };
}

/** @returns an error with the format of the files, and the command that converts them */
async function noLayout(store: FileStore): Promise<ImageError> {
  const { name } = store;
  const path = quote(pathOf(name), 200);
  const has = async (file: string) => (await store.size(file)) !== undefined;
  const isDirectory = name.startsWith('oci:');
  let hint = isDirectory ? 'write the image again' : ROOT_FILE_SYSTEM;
  // skopeo's directory format has a file `version`.
  if ((await has('manifest.json')) && (await has('version')))
    hint = `it is skopeo's dir: convert it (skopeo copy dir:${path} oci:OTHER), and write oci:OTHER`;
  else if (await has('manifest.json'))
    hint = isDirectory
      ? `docker save wrote it: pack it again (tar -C ${path} -cf FILE .), and write docker-archive:FILE`
      : `docker save wrote it: write docker-archive:${path}`;
  else if (await has('config.json'))
    hint = `it is a bundle for a runtime: make an image of its files (tar -C ${path}/rootfs -c . | docker import - NAME:TAG), and write docker:NAME:TAG`;
  return new ImageError('LAYOUT', `image: ${name} is no OCI image layout: it holds no index.json; ${hint}`);
}

/** @returns the manifest to tag */
export function rootOf(tree: Tree, name: string): Manifest {
  const root = tree.manifests.at(-1);
  if (root === undefined) throw new ImageError('LAYOUT', `image: ${name} holds no manifest`);
  return root;
}

async function checkSize(store: FileStore, digest: Digest, size: number): Promise<void> {
  const found = await store.size(blobPath(digest));
  if (found === undefined) {
    throw new ImageError(
      'MISSING_BLOB',
      `image: ${store.name} lacks the blob ${digest}, which a manifest of it names; write it again`,
    );
  }
  if (found !== size) {
    throw new ImageError(
      'WRONG_DIGEST',
      `image: ${store.name}: the blob ${digest} has ${found} bytes, its manifest says ${size}; write it again`,
    );
  }
}

async function readConfigs(
  tree: Tree,
  read: Read,
  name: string,
): Promise<{ platforms: readonly string[]; notices: readonly string[] }> {
  const platforms = new Set<string>();
  const notices: string[] = [];
  for (const manifest of tree.manifests) {
    const { config } = manifest;
    if (config === undefined || !isImageConfig(config.mediaType)) continue;
    const where = `the configuration ${config.digest} in ${name}`;
    const bytes = await read(blobPath(config.digest), CONFIG_BYTES);
    verify(bytes, config, where);
    const { platform, diffIds } = parseConfig(bytes, where);
    // Attestations have "unknown/unknown".
    if (platform !== undefined && !platform.startsWith('unknown/')) platforms.add(platform);
    if (!layersMayMatch(manifest, diffIds))
      notices.push(
        `The layers of the manifest ${manifest.digest} in ${name} are not those of its configuration. It is pushed as it is, but will not run; build the image again.`,
      );
  }
  return { platforms: [...platforms], notices };
}

/** @returns whether the layers may match the configuration; for compressed ones only their number can be compared. */
function layersMayMatch({ layers }: Manifest, diffIds: readonly Digest[]): boolean {
  // The configuration of an artifact has no diff IDs.
  if (diffIds.length === 0) return true;
  if (diffIds.length !== layers.length) return false;
  return layers.every(({ mediaType, digest }, i) => !isUncompressedLayer(mediaType) || digest === diffIds[i]);
}

/** Largest first, so that the last upload is short. */
async function* blobContents(
  store: FileStore,
  tree: Tree,
  isNeeded: (digest: Digest) => boolean,
): AsyncGenerator<BlobContent> {
  const blobs = [...tree.blobs.values()].sort((a, b) => b.size - a.size);
  for (const { digest, size } of blobs) {
    if (!isNeeded(digest)) continue;
    yield { digest, size, restartable: true, open: () => store.stream(blobPath(digest)), release() {} };
  }
}

const REF_NAME = 'org.opencontainers.image.ref.name';
const IMAGE_NAME = 'io.containerd.image.name';
/** The subject of a signature or another referrer. */
const SUBJECT = 'io.containerd.manifest.subject';

/** Tags of referrers in registries without the referrers API, and of cosign's signatures, attestations and SBOMs. */
const REFERRERS_TAG = /^sha256-[0-9a-f]{64}(?:\.[a-z]+)?$/;
/** Kinds in the annotations of `cosign save`; an image has another kind. */
const COSIGN = /^dev\.cosignproject\.cosign\/(?:sigs|atts)$/;

/** @returns the path of a blob, by the image layout specification. */
function blobPath(digest: Digest): string {
  return `blobs/sha256/${hexOf(digest)}`;
}

/** Reads a file of the layout, up to a limit in bytes. */
export type Read = (path: string, limit: number) => Promise<Buffer>;

/** The chosen image of a layout, before its manifests are read. */
interface Layout extends OwnTag {
  /** Descriptor of the image in `index.json`. */
  readonly root: Descriptor;
}

/**
 * Chooses the image in a layout's `index.json`.
 * @param select the tag or name to choose if there are several
 * @throws ImageError `LAYOUT`; `NO_SUCH_IMAGE` unless exactly one image is selected
 */
async function chooseRoot(read: Read, select: string | undefined, name: string): Promise<Layout> {
  const json = parseObject(await read('index.json', MANIFEST_BYTES), `index.json of ${name}`);
  const all = objects(json['manifests']).map((item) => parseDescriptor(item, `index.json of ${name}`));
  const listed = await withoutReferrers(all, read);
  const found =
    select === undefined
      ? listed
      : listed.filter((descriptor) => names(descriptor).some((own) => isSelected(select, own)));
  // An image has one entry for each of its tags.
  const distinct = new Set(found.map((descriptor) => descriptor.digest));
  const [root] = found;
  if (root === undefined || distinct.size > 1) {
    const own = quote(listed.flatMap((descriptor) => names(descriptor)[0] ?? []).join(', ') || 'none', 500);
    const what = root === undefined ? 'holds no image' : 'holds more than one image';
    const which = select === undefined ? '' : ` under the tag ${select}`;
    throw new ImageError(
      'NO_SUCH_IMAGE',
      `image: ${name} ${what}${which}; its tags: ${own}; choose one of them behind the path, or write the image again`,
    );
  }
  const selected = names(root).filter((own) => select === undefined || isSelected(select, own));
  return { root, ...ownTagOf(selected) };
}

function names(descriptor: Descriptor): readonly string[] {
  const { [REF_NAME]: ref, [IMAGE_NAME]: image } = descriptor.annotations ?? {};
  return [ref, image].filter((text) => text !== undefined);
}

/** @returns whether its entry alone shows that it refers to another image: a signature, or a list of them */
function isReferrer({ annotations }: Descriptor): boolean {
  const { [SUBJECT]: subject, [REF_NAME]: ref = '', kind = '' } = annotations ?? {};
  return subject !== undefined || REFERRERS_TAG.test(ref) || COSIGN.test(kind);
}

/**
 * Signatures and other referrers are listed together with their image, and are not pushed with it. Docker 29 and cosign
 * mark them by an annotation, regctl and oras by a tag, other tools only in the manifest, which is read if several
 * entries remain.
 */
async function withoutReferrers(listed: readonly Descriptor[], read: Read): Promise<readonly Descriptor[]> {
  const images = listed.filter((descriptor) => !isReferrer(descriptor));
  const digests = new Set<string>(images.map(({ digest }) => digest));
  if (digests.size < 2) return images;
  const kept: Descriptor[] = [];
  for (const image of images) {
    // A missing or damaged manifest is an error only if it is the selected one.
    const manifest = await read(blobPath(image.digest), MANIFEST_BYTES)
      .then((bytes) => parseObject(bytes, `the manifest ${image.digest}`))
      .catch(() => undefined);
    const [subject] = objects([manifest?.['subject']]);
    if (typeof subject?.['digest'] !== 'string' || !digests.has(subject['digest'])) kept.push(image);
  }
  return kept;
}
