import { type Digest, digestOf, isDigest } from './digest.ts';
import { ImageError, quoteInput } from './errors.ts';

/** The media types of Docker's image manifest 2.2 and of the OCI image specification 1.1. */
export const DOCKER_MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';
const DOCKER_INDEX = 'application/vnd.docker.distribution.manifest.list.v2+json';
export const DOCKER_CONFIG = 'application/vnd.docker.container.image.v1+json';
export const DOCKER_LAYER = 'application/vnd.docker.image.rootfs.diff.tar.gzip';
const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';
const OCI_CONFIG = 'application/vnd.oci.image.config.v1+json';
const OCI_LAYER = 'application/vnd.oci.image.layer.v1.tar';
const OCI_LAYER_GZIP = 'application/vnd.oci.image.layer.v1.tar+gzip';

/**
 * Media types that a tag may reference. BatchGetImage and `Accept` list them; otherwise the registry converts
 * manifests.
 */
export const MANIFESTS: readonly string[] = [DOCKER_MANIFEST, OCI_MANIFEST, DOCKER_INDEX, OCI_INDEX];

/** @returns whether it is an index: a list of manifests for platforms and attestations. */
export function isIndex(mediaType: string): boolean {
  return mediaType === DOCKER_INDEX || mediaType === OCI_INDEX;
}

/** @returns whether it is the configuration of a runnable image, with the diff IDs of its layers. */
export function isImageConfig(mediaType: string): boolean {
  return mediaType === DOCKER_CONFIG || mediaType === OCI_CONFIG;
}

/** @returns whether the layer is non-distributable, such as base layers of Windows, which only Microsoft serves. */
export function isForeign(mediaType: string): boolean {
  return mediaType.includes('.foreign.') || mediaType.includes('.nondistributable.');
}

/** @returns whether it is an uncompressed layer. */
export function isUncompressedLayer(mediaType: string): boolean {
  return mediaType === OCI_LAYER || mediaType === 'application/vnd.docker.image.rootfs.diff.tar';
}

/** @returns whether it is a gzip layer, by Docker's or OCI's media type. */
export function isGzipLayer(mediaType: string): boolean {
  return mediaType === DOCKER_LAYER || mediaType === OCI_LAYER_GZIP;
}

/** A content descriptor of the image specification. */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
  readonly urls?: readonly string[];
  readonly annotations?: Readonly<Record<string, string>>;
  readonly platform?: { readonly os: string; readonly architecture: string; readonly variant?: string };
}

/** A manifest or an index, with the exact bytes of its digest. */
export interface Manifest {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly bytes: Buffer;
  /** Configuration of an image; undefined for an index. */
  readonly config: Descriptor | undefined;
  readonly layers: readonly Descriptor[];
  /** Entries of an index. */
  readonly manifests: readonly Descriptor[];
}

/** The fields of a configuration that a push needs. */
export interface ImageConfig {
  /** `linux/amd64`; undefined for an artifact. */
  readonly platform: string | undefined;
  readonly diffIds: readonly Digest[];
}

type Json = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * @param where name of the document in the message
 * @throws ImageError `LAYOUT` if it is not a JSON object; the message never repeats the text
 */
export function parseObject(bytes: Buffer, where: string): Json {
  const value = parseJson(bytes, where);
  if (!isObject(value)) throw new ImageError('LAYOUT', `${where} is not a JSON object`);
  return value;
}

/** As {@link parseObject}, for any JSON value. */
export function parseJson(bytes: Buffer, where: string): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new ImageError('LAYOUT', `${where} is not JSON`);
  }
}

/** @returns the strings of a list, undefined for anything but a list of strings. */
export function strings(value: unknown): readonly string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.every((item): item is string => typeof item === 'string') ? value : undefined;
}

/** @returns the objects of a list, without its other items. */
export function objects(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** @throws ImageError `LAYOUT` if digest, size or media type is missing or malformed */
export function parseDescriptor(value: unknown, where: string): Descriptor {
  if (!isObject(value)) throw new ImageError('LAYOUT', `${where} holds a descriptor that is no object`);
  const { mediaType, digest, size, urls, annotations, platform } = value;
  if (!isDigest(digest)) {
    throw new ImageError(
      'LAYOUT',
      `${where}: ${typeof digest === 'string' ? quoteInput(digest) : 'this value'} is not a sha256 digest`,
    );
  }
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) {
    throw new ImageError('LAYOUT', `${where}: the size of ${digest} is not a number of bytes`);
  }
  if (typeof mediaType !== 'string' || mediaType === '') {
    throw new ImageError('LAYOUT', `${where}: ${digest} has no media type`);
  }
  const addresses = strings(urls);
  return {
    mediaType,
    digest,
    size,
    ...(addresses === undefined ? {} : { urls: addresses }),
    ...(isObject(annotations) ? { annotations: onlyStrings(annotations) } : {}),
    ...(isObject(platform) ? { platform: parsePlatform(platform) } : {}),
  };
}

function onlyStrings(value: Json): Record<string, string> {
  const entries = Object.entries(value).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return Object.fromEntries(entries);
}

function parsePlatform(value: Json): { os: string; architecture: string; variant?: string } {
  const os = typeof value['os'] === 'string' ? value['os'] : 'unknown';
  const architecture = typeof value['architecture'] === 'string' ? value['architecture'] : 'unknown';
  return { os, architecture, ...(typeof value['variant'] === 'string' ? { variant: value['variant'] } : {}) };
}

/**
 * Reads an image manifest or an index, Docker's or OCI's.
 * @param mediaType media type of the descriptor or the response; OCI documents may omit their own
 * @throws ImageError `LAYOUT` if it is neither, or a schema 1 manifest, which has no configuration
 */
export function parseManifest(bytes: Buffer, mediaType: string | undefined, where: string): Manifest {
  const json = parseObject(bytes, where);
  const own = typeof json['mediaType'] === 'string' ? json['mediaType'] : undefined;
  const guessed = Array.isArray(json['manifests']) ? OCI_INDEX : OCI_MANIFEST;
  // Some engines return an empty media type.
  const type = own ?? (mediaType || guessed);
  if (json['schemaVersion'] !== 2) {
    throw new ImageError('LAYOUT', `${where} is not a manifest of version 2; build the image again`);
  }
  const listed = isIndex(type);
  const list = listed ? json['manifests'] : json['layers'];
  if (!Array.isArray(list)) {
    throw new ImageError('LAYOUT', `${where} has no list of ${listed ? 'manifests' : 'layers'}`);
  }
  const descriptors = list.map((item: unknown) => parseDescriptor(item, where));
  return {
    mediaType: type,
    digest: digestOf(bytes),
    bytes,
    config: listed ? undefined : parseDescriptor(json['config'], where),
    layers: listed ? [] : descriptors,
    manifests: listed ? descriptors : [],
  };
}

/** Reads an image's configuration. */
export function parseConfig(bytes: Buffer, where: string): ImageConfig {
  const json = parseObject(bytes, where);
  const rootfs = isObject(json['rootfs']) ? strings(json['rootfs']['diff_ids']) : undefined;
  const { os, architecture, variant } = json;
  const platform =
    typeof os === 'string' && typeof architecture === 'string'
      ? [os, architecture, ...(typeof variant === 'string' && variant !== '' ? [variant] : [])].join('/')
      : undefined;
  return { platform, diffIds: (rootfs ?? []).filter(isDigest) };
}

/** @throws ImageError `FOREIGN_LAYER` for non-distributable layers */
export function refuseForeign(layer: Descriptor, where: string): void {
  if (!isForeign(layer.mediaType) && (layer.urls ?? []).length === 0) return;
  throw new ImageError(
    'FOREIGN_LAYER',
    `${where}: the layer ${layer.digest} is foreign (only its vendor serves it, like base layers of Windows) and cannot be pushed to ECR; build on a base image whose layers may be distributed`,
  );
}

/** The digest of empty content. */
const EMPTY_DIGEST = digestOf('');

/** @throws ImageError `EMPTY` for a manifest that ECR would reject: without a layer, or with an empty blob */
export function refuseEmpty({ mediaType, config, layers }: Manifest, name: string): void {
  if (isIndex(mediaType)) return;
  const empty = layers.find(({ size }) => size === 0);
  if (empty !== undefined) throw emptyLayer(empty.digest, name);
  if (config?.size === 0) {
    throw new ImageError(
      'EMPTY',
      `image: the configuration ${config.digest} of ${name} has no bytes, and ECR takes no empty blob; write {} as the configuration of an artifact, or build the image again`,
    );
  }
  refuseNoLayers(layers, name);
}

/** @throws ImageError `EMPTY` for an image without layers */
export function refuseNoLayers(layers: readonly unknown[], name: string): void {
  if (layers.length > 0) return;
  throw new ImageError(
    'EMPTY',
    `image: ${name} has no layers, and ECR takes no image without one; build it with a COPY, ADD or RUN that leaves a file`,
  );
}

/**
 * @throws ImageError `EMPTY` if an uncompressed layer has no bytes although its diff ID is of other content. An empty
 *   layer with the right diff ID is allowed: compressed, it has some bytes
 */
export function refuseEmptyDiff(diffId: Digest, name: string): void {
  if (diffId !== EMPTY_DIGEST) throw emptyLayer(diffId, name);
}

/** @returns the error for an empty blob, which ECR would reject */
export function emptyLayer(digest: Digest, name: string): ImageError {
  return new ImageError(
    'EMPTY',
    `image: the layer ${digest} of ${name} has no bytes, and ECR takes no empty blob; build the image again without the build cache (docker buildx build --no-cache), or with a newer builder`,
  );
}
