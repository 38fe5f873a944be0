import type { Digest } from '../registry/digest.ts';
import { differInBuildTime, isSame, isStatement, mayDifferInBuildTime } from '../registry/equality.ts';
import type { Manifest } from '../registry/manifest.ts';
import type { ImageSource } from '../registry/source.ts';

/** Reads manifests of the repository; missing ones have no entry. */
type Read = (digests: readonly Digest[]) => Promise<ReadonlyMap<string, Manifest>>;

/**
 * Finds which of the manifests behind tags are the image that would be pushed.
 * @param manifests of one repository
 * @param read called once, and only if attestations decide
 */
export async function findSame(
  manifests: readonly Manifest[],
  source: ImageSource,
  read: Read,
): Promise<readonly Manifest[]> {
  const { identity } = source;
  const doubtful = manifests.filter((manifest) => mayDifferInBuildTime(manifest, identity));
  const rebuilt = doubtful.length === 0 ? [] : await findRebuilt(doubtful, source, read);
  return manifests.filter((manifest) => isSame(manifest, identity) || rebuilt.includes(manifest));
}

async function findRebuilt(
  doubtful: readonly Manifest[],
  source: ImageSource,
  read: Read,
): Promise<readonly Manifest[]> {
  if (source.form !== 'compressed') return [];
  // An engine gives them in an export, which may break off; then the image is pushed, or the push fails with its
  // reason.
  const own = await source.manifests().catch(() => []);
  const root = own.at(-1);
  if (root === undefined) return [];
  const attestations = doubtful.flatMap((index) => index.manifests.filter(isStatement));
  const known = new Map<Digest, Manifest>(own.map((manifest) => [manifest.digest, manifest]));
  const missing = [...new Set(attestations.map(({ digest }) => digest))].filter(
    (digest) => !known.has(digest),
  );
  const answered = missing.length === 0 ? new Map<string, Manifest>() : await read(missing);
  for (const digest of missing) {
    const manifest = answered.get(digest);
    if (manifest !== undefined) known.set(digest, manifest);
  }
  return doubtful.filter((index) => differInBuildTime(root, index, known));
}
