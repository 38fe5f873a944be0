import { type Digest, hexOf } from './digest.ts';
import { ImageError, quote } from './errors.ts';
import { isSelected, type OwnTag, ownTagOf } from './image-name.ts';
import { MANIFEST_BYTES } from './limits.ts';
import { type Descriptor, objects, parseDescriptor, parseObject } from './manifest.ts';

const REF_NAME = 'org.opencontainers.image.ref.name';
const IMAGE_NAME = 'io.containerd.image.name';
/** Names the image that a signature or another referrer is of. */
const SUBJECT = 'io.containerd.manifest.subject';

/** Where registries without an API for referrers keep them, and where cosign keeps signatures, attestations and SBOMs. */
const REFERRERS_TAG = /^sha256-[0-9a-f]{64}(?:\.[a-z]+)?$/;
/** `cosign save` says so what a descriptor is; an image has another kind. */
const COSIGN = /^dev\.cosignproject\.cosign\/(?:sigs|atts)$/;

/** @returns where the layout keeps a blob, as the image layout specification has it. */
export function blobPath(digest: Digest): string {
  return `blobs/sha256/${hexOf(digest)}`;
}

/** Reads a file of the layout whole. */
export type Read = (path: string, limit: number) => Promise<Buffer>;

/** What an image layout holds, before it is known which of it is pushed. */
interface Layout extends OwnTag {
  /** The descriptor that `index.json` gives for the image. */
  readonly root: Descriptor;
}

/**
 * Finds the image in a layout's `index.json`.
 * @param select the tag or the name to take where there are several
 * @throws ImageError `LAYOUT`, `NO_SUCH_IMAGE` when it is not one image that is meant
 */
export async function chooseRoot(read: Read, select: string | undefined, name: string): Promise<Layout> {
  const json = parseObject(await read('index.json', MANIFEST_BYTES), `index.json of ${name}`);
  const all = objects(json['manifests']).map((item) => parseDescriptor(item, `index.json of ${name}`));
  const listed = await withoutReferrers(all, read);
  const found =
    select === undefined
      ? listed
      : listed.filter((descriptor) => names(descriptor).some((own) => isSelected(select, own)));
  // One image under several tags stands there several times.
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
  const meant = names(root).filter((own) => select === undefined || isSelected(select, own));
  return { root, ...ownTagOf(meant) };
}

function names(descriptor: Descriptor): readonly string[] {
  const { [REF_NAME]: ref, [IMAGE_NAME]: image } = descriptor.annotations ?? {};
  return [ref, image].filter((text) => text !== undefined);
}

/** @returns whether its entry alone says that it is of an image that stands beside: a signature, or a list of them */
function isReferrer({ annotations }: Descriptor): boolean {
  const { [SUBJECT]: subject, [REF_NAME]: ref = '', kind = '' } = annotations ?? {};
  return subject !== undefined || REFERRERS_TAG.test(ref) || COSIGN.test(kind);
}

/**
 * Signatures and the like stand beside the image that they are of: Docker 29 and cosign say so in an annotation, regctl
 * and oras by their tag, other tools only in the manifest, which is read where there are several. They are not pushed
 * with it.
 */
async function withoutReferrers(listed: readonly Descriptor[], read: Read): Promise<readonly Descriptor[]> {
  const images = listed.filter((descriptor) => !isReferrer(descriptor));
  const digests = new Set<string>(images.map(({ digest }) => digest));
  if (digests.size < 2) return images;
  const kept: Descriptor[] = [];
  for (const image of images) {
    // One that is missing or damaged is told when it is the one that is meant.
    const manifest = await read(blobPath(image.digest), MANIFEST_BYTES)
      .then((bytes) => parseObject(bytes, `the manifest ${image.digest}`))
      .catch(() => undefined);
    const [subject] = objects([manifest?.['subject']]);
    if (typeof subject?.['digest'] !== 'string' || !digests.has(subject['digest'])) kept.push(image);
  }
  return kept;
}
