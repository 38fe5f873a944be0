/** What people write for an image that lies elsewhere, or in another form, and what to write or do instead. */
const OTHERS: readonly (readonly [form: RegExp, what: string])[] = [
  [
    /^docker:\/\//,
    'names an image of a registry; pull it first (docker pull), and write docker:NAME[:TAG] for the local engine',
  ],
  [
    /^docker-daemon:/,
    'is how skopeo names an image of the local engine; write docker:NAME[:TAG] for the local engine',
  ],
  [
    /^containers-storage:/,
    "names an image of podman's storage; save it first (podman save --format oci-archive -o FILE NAME), and write oci-archive:FILE",
  ],
  [
    /^(?:docker-)?dir:/,
    "is skopeo's directory of loose blobs, which holds no index.json; convert it (skopeo copy dir:DIR oci:OTHER), and write oci:OTHER",
  ],
  [
    /^tarball:/,
    'is a root file system without a configuration, which skopeo makes an image of; convert it (skopeo copy tarball:FILE oci:DIR), and write oci:DIR',
  ],
  [
    /^(?:ostree|sif):(?=.*[/.])/,
    'is another form of skopeo; convert it (skopeo copy SOURCE oci:DIR), and write oci:DIR',
  ],
  [
    /^(?:oci-layout|oci-dir|ocidir):/,
    'is how docker, podman or regctl name an OCI layout; write oci:DIR[:TAG]',
  ],
  [
    /^docker-image:\/\//,
    'names an image of a registry; pull it first (docker pull NAME), and write docker:NAME[:TAG] for the local engine',
  ],
  [
    /^(?:podman|containerd):/,
    'is no transport; save the image first (podman save --format oci-archive -o FILE NAME, or ctr images export FILE NAME), and write oci-archive:FILE',
  ],
  [
    /^ko:\/\//,
    'names a Go package; build its image first (ko build --push=false --tarball FILE PACKAGE), and write docker-archive:FILE',
  ],
  [
    /^type=[a-z]+/,
    'is an output of buildx; write oci-archive:FILE for the dest of type=oci, oci:DIR where it says tar=false, or docker-archive:FILE for type=docker',
  ],
  [
    /^(?:file:|[./~]|[A-Za-z]:[\\/])|^[^:]*\\|\.(?:tar|tgz|tar\.[a-z0-9]+)(?::[^/]*)?$/i,
    "is not an image's name but a path; write docker-archive:FILE for what docker save wrote, oci-archive:FILE for type=oci of buildx, or oci:DIR for a directory",
  ],
];

/**
 * @param given the input `image`, with none of our transports before it
 * @returns what it is and what to do, for the end of a sentence; undefined for what may be a name
 */
export function otherSource(given: string): string | undefined {
  return OTHERS.find(([form]) => form.test(given))?.[1];
}
