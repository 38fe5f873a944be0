import pLimit from 'p-limit';
import type { Distribution } from './distribution.ts';
import { ImageError } from './errors.ts';
import { explain, isAlreadyThere, isImmutable } from './explain.ts';
import { RegistryFailure } from './failure.ts';
import { MANIFEST_BYTES, UPLOADS } from './limits.ts';
import type { Manifest } from './manifest.ts';
import { subject } from './run.ts';

/** Children by their digests, then the root under every tag; @returns the root */
export async function putManifests(
  registry: Distribution,
  tags: readonly string[],
  manifests: readonly Manifest[],
): Promise<Manifest> {
  const root = manifests.at(-1);
  if (root === undefined) throw new ImageError('LAYOUT', 'image: it holds no manifest');
  for (const { bytes, digest } of manifests) {
    if (bytes.length <= MANIFEST_BYTES) continue;
    throw new ImageError(
      'TOO_LARGE',
      `image: the manifest ${digest} has ${bytes.length} bytes; ECR takes 4 MiB at most`,
    );
  }
  // In order: ECR refuses an index before what it lists.
  for (const child of manifests.slice(0, -1)) await putManifest(registry, child.digest, child);
  await tagImage(registry, tags, root);
  return root;
}

/**
 * Lets tags name an image whose blobs the repository holds, and makes sure that they do.
 * @throws ImageError `IMMUTABLE_TAG`, `DENIED`, `UNVERIFIED`, …
 */
export async function tagImage(
  registry: Distribution,
  tags: readonly string[],
  manifest: Manifest,
): Promise<void> {
  const limit = pLimit(UPLOADS);
  await Promise.all(
    tags.map((tag) =>
      limit(async () => {
        await putManifest(registry, tag, manifest);
        const found = await registry.headManifest(tag).catch(async (error: unknown) => {
          throw explain(error, await subject(registry, `the tag ${tag}`));
        });
        if (found === manifest.digest) return;
        throw new ImageError(
          'UNVERIFIED',
          `image: the tag ${tag} of ${registry.repository} names ${found ?? 'nothing'} after the push of ${manifest.digest}; someone else pushed it at the same time`,
        );
      }),
    ),
  );
}

async function putManifest(registry: Distribution, reference: string, manifest: Manifest): Promise<void> {
  try {
    await registry.putManifest(reference, manifest);
  } catch (error) {
    const isRefused = error instanceof RegistryFailure && (isImmutable(error) || isAlreadyThere(error));
    // An immutable tag that already names this very image is what was wanted.
    if (isRefused && (await registry.headManifest(reference)) === manifest.digest) return;
    const what = reference === manifest.digest ? `the manifest ${reference}` : `the tag ${reference}`;
    throw explain(error, await subject(registry, what));
  }
}
