import { isDigest } from './digest.ts';
import { ImageError, quoteInput } from './errors.ts';

/** Location of the built image, by skopeo's transport names. */
export type ImageReference =
  | { readonly transport: 'docker'; readonly name: string; readonly tag: string | undefined }
  | {
      readonly transport: 'oci' | 'oci-archive' | 'docker-archive';
      readonly path: string;
      /** A tag, a whole `NAME:TAG`, or another name of the image in the file. */
      readonly select: string | undefined;
    };

/** The tag grammar of the distribution specification. ECR's API would accept 300 characters, its registry does not. */
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
/** Names of an image in a file: a tag, a whole name, or a reference of the image layout specification. */
const NAME = /^[A-Za-z0-9_](?:[A-Za-z0-9._/:+@-]{0,253}[A-Za-z0-9._-])?$/;
/** Characters: the longest path on Linux. */
const MAX_LENGTH = 4096;
const FILES = ['oci', 'oci-archive', 'docker-archive'] as const;

/** @returns whether the text may be an image's tag. */
export function isTag(text: string): boolean {
  return TAG.test(text);
}

/**
 * Reads the input `image`.
 * @param text `[docker:]NAME[:TAG]`, or `oci:DIR`, `oci-archive:FILE` or `docker-archive:FILE` with `[:[NAME:]TAG]`
 * @throws ImageError `REFERENCE` if it names nothing that can be opened
 */
export function parseReference(text: string): ImageReference {
  const given = text.trim();
  if (given.length > MAX_LENGTH)
    throw new ImageError(
      'REFERENCE',
      `image: it has ${given.length} characters, and no name or path of a file has more than ${MAX_LENGTH}`,
    );
  for (const transport of FILES) {
    if (given.startsWith(`${transport}:`)) return parseFile(transport, given.slice(transport.length + 1));
  }
  const isNamed = /^docker:(?!\/\/)/.test(given);
  const wrong = isNamed ? undefined : otherSource(given);
  if (wrong !== undefined) throw new ImageError('REFERENCE', `image: ${quoteInput(given)} ${wrong}`);
  return parseName(isNamed ? given.slice('docker:'.length) : given);
}

function parseFile(transport: (typeof FILES)[number], rest: string): ImageReference {
  // The colon of a drive letter is no separator (`oci:C:\image:v1`).
  const from = /^[A-Za-z]:[\\/]/.test(rest) ? 2 : 0;
  const colon = rest.indexOf(':', from);
  const path = colon < 0 ? rest : rest.slice(0, colon);
  const select = colon < 0 ? undefined : rest.slice(colon + 1);
  // A line break would break messages, and a NUL would end the path for the system.
  if (/\p{Cc}/u.test(path))
    throw new ImageError(
      'REFERENCE',
      `image: the path behind ${transport}: holds a line break or another control character; write one path`,
    );
  if (path === '') throw new ImageError('REFERENCE', `image: ${transport}: needs a path behind the colon`);
  if (select !== undefined && !NAME.test(select)) {
    throw new ImageError(
      'REFERENCE',
      `image: ${quoteInput(select)} behind the path of ${transport}: is not a tag; write letters, digits, "_", "." and "-", or a whole NAME:TAG`,
    );
  }
  return { transport, path, select };
}

/** One path component of a repository's name, and a registry's host with port. */
const COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const HOST = /^[A-Za-z0-9]+(?:[.-]+[A-Za-z0-9]+)*(?::[0-9]+)?$/;

function parseName(given: string): ImageReference {
  const wrong = () =>
    new ImageError(
      'REFERENCE',
      `image: ${quoteInput(given)} is not an image's name; write docker:NAME[:TAG], with lower-case letters in NAME`,
    );
  if (isDigest(given) || /^[0-9a-f]{12,64}$/.test(given))
    return { transport: 'docker', name: given, tag: undefined };
  const at = given.indexOf('@');
  if (at >= 0 && !isDigest(given.slice(at + 1))) throw wrong();
  const tagged = at < 0 ? given : given.slice(0, at);
  const colon = tagged.lastIndexOf(':');
  const hasTag = colon > tagged.lastIndexOf('/');
  const tag = hasTag ? tagged.slice(colon + 1) : undefined;
  const parts = (hasTag ? tagged.slice(0, colon) : tagged).split('/');
  const host = parts.length > 1 && /[.:]|^localhost$/.test(parts[0] ?? '') ? parts.shift() : undefined;
  if (host !== undefined && !HOST.test(host)) throw wrong();
  if (parts.some((part) => !COMPONENT.test(part))) throw wrong();
  if (tag !== undefined && !isTag(tag)) throw wrong();
  return { transport: 'docker', name: given, tag: tag ?? (at < 0 ? 'latest' : undefined) };
}

/** References of other tools, and the remedy for each. */
const OTHER_FORMS: readonly (readonly [form: RegExp, what: string])[] = [
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
 * @param given the input `image`, without a supported transport
 * @returns its kind and the remedy, as the end of a sentence; undefined for a possible name
 */
function otherSource(given: string): string | undefined {
  return OTHER_FORMS.find(([form]) => form.test(given))?.[1];
}
