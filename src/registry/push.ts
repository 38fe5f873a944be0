import pLimit from 'p-limit';
import type { Distribution } from './distribution.ts';
import { ImageError } from './errors.ts';
import { explain, isAlreadyThere, isImmutable, lacksBlobs, RegistryFailure } from './failure.ts';
import { MANIFEST_BYTES, UPLOADS } from './limits.ts';
import type { Manifest } from './manifest.ts';
import { Meter } from './progress.ts';
import { type PushContext, type PushOrder, sendCompressed, sendUncompressed, subject } from './send.ts';
import type { ImageSource } from './source.ts';

/** The result of a push. */
export interface Pushed {
  /** The manifest that the tags name now. */
  readonly manifest: Manifest;
  /** Layers and other blobs that were sent. */
  readonly uploaded: number;
  /** Those that were in the repository. */
  readonly reused: number;
  /** Bytes that were sent, those of lost tries as well. */
  readonly sent: number;
  readonly seconds: number;
}

/**
 * Pushes an image: blobs first, then manifests by digest, then tags; at the end each tag is asked for and must name
 * our digest. Until the last step nothing of it is visible.
 * @throws ImageError with the remedy
 */
export async function push(order: PushOrder): Promise<Pushed> {
  try {
    return await pushOnce(order);
  } catch (error) {
    // Blobs of a known image were gone after all (a lifecycle policy, an archive): everything is sent then.
    const isStale =
      error instanceof ImageError && error.cause instanceof RegistryFailure && lacksBlobs(error.cause);
    if (!isStale || order.known.length === 0) throw error;
    return pushOnce({ ...order, known: [] });
  }
}

async function pushOnce(order: PushOrder): Promise<Pushed> {
  const { source } = order;
  const { layers, total } = expectedOf(source);
  const meter = new Meter(layers, total, order.onProgress);
  const stop = new AbortController();
  const signal = order.signal === undefined ? stop.signal : AbortSignal.any([order.signal, stop.signal]);
  const run: PushContext = {
    ...order,
    registry: order.registry.with(signal),
    signal,
    stop,
    meter,
    uploaded: 0,
    reused: 0,
  };
  try {
    const manifests =
      source.form === 'compressed'
        ? await sendCompressed(run, source)
        : [await sendUncompressed(run, source)];
    const manifest = await putManifests(run.registry, run.tags, manifests);
    const { sent, seconds } = meter.stop();
    return { manifest, uploaded: run.uploaded, reused: run.reused, sent, seconds };
  } finally {
    meter.stop();
  }
}

function expectedOf(source: ImageSource): { layers: number | undefined; total: number | undefined } {
  if (source.form === 'compressed') return { layers: source.expected?.blobs, total: source.expected?.bytes };
  const distinct = [...new Set(source.diffIds)];
  const sizes = distinct.map((diffId) => source.sizeOf(diffId));
  const known = sizes.filter((size) => size !== undefined);
  const total = known.length === sizes.length ? known.reduce((sum, size) => sum + size, 0) : undefined;
  return { layers: distinct.length, total };
}

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
    // An immutable tag that already names this very image is the desired result.
    if (isRefused && (await registry.headManifest(reference)) === manifest.digest) return;
    const what = reference === manifest.digest ? `the manifest ${reference}` : `the tag ${reference}`;
    throw explain(error, await subject(registry, what));
  }
}
