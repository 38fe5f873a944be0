/** The media types of Docker's image manifest 2.2 and of the OCI image specification 1.1. */
export const DOCKER_MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';
const DOCKER_INDEX = 'application/vnd.docker.distribution.manifest.list.v2+json';
export const DOCKER_CONFIG = 'application/vnd.docker.container.image.v1+json';
export const DOCKER_LAYER = 'application/vnd.docker.image.rootfs.diff.tar.gzip';
export const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
export const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';
const OCI_CONFIG = 'application/vnd.oci.image.config.v1+json';
const OCI_LAYER = 'application/vnd.oci.image.layer.v1.tar';
const OCI_LAYER_GZIP = 'application/vnd.oci.image.layer.v1.tar+gzip';

/** All that may stand behind a tag; BatchGetImage and `Accept` name them, else the registry converts. */
export const MANIFESTS: readonly string[] = [DOCKER_MANIFEST, OCI_MANIFEST, DOCKER_INDEX, OCI_INDEX];

/** @returns whether it is a list of manifests: several platforms, attestations. */
export function isIndex(mediaType: string): boolean {
  return mediaType === DOCKER_INDEX || mediaType === OCI_INDEX;
}

/** @returns whether it is the configuration of an image that runs, with the diff ids of its layers. */
export function isImageConfig(mediaType: string): boolean {
  return mediaType === DOCKER_CONFIG || mediaType === OCI_CONFIG;
}

/** @returns whether the layer may not be distributed: base layers of Windows, which only Microsoft serves. */
export function isForeign(mediaType: string): boolean {
  return mediaType.includes('.foreign.') || mediaType.includes('.nondistributable.');
}

/** @returns whether it is a layer that is neither gzip nor zstd. */
export function isUncompressedLayer(mediaType: string): boolean {
  return mediaType === OCI_LAYER || mediaType === 'application/vnd.docker.image.rootfs.diff.tar';
}

/** @returns whether it is a gzip layer, under Docker's or OCI's name. */
export function isGzipLayer(mediaType: string): boolean {
  return mediaType === DOCKER_LAYER || mediaType === OCI_LAYER_GZIP;
}
