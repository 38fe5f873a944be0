import pLimit from 'p-limit';
import type { Distribution } from './distribution.ts';
import { ImageError } from './errors.ts';
import { explain, isAlreadyPushed, isImmutable, lacksBlobs, RegistryFailure } from './failure.ts';
import { CONCURRENT_UPLOADS, MANIFEST_BYTES } from './limits.ts';
import type { Manifest } from './manifest.ts';
import { Meter } from './progress.ts';
import { type PushContext, type PushRequest, sendCompressed, sendUncompressed, subject } from './send.ts';
import type { ImageSource } from './source.ts';

/** The result of a push. */
export interface PushResult {
  /** Manifest that the tags reference now. */
  readonly manifest: Manifest;
  /** Number of layers and other blobs that were sent. */
  readonly uploaded: number;
  /** Number of those that the repository had. */
  readonly reused: number;
  /** Bytes sent, including failed attempts. */
  readonly sent: number;
  readonly seconds: number;
}

/**
 * Pushes an image: blobs first, then manifests by digest, then tags. At the end, each tag is read and must reference
 * the pushed digest. Nothing is visible before the tags are set.
 * @throws ImageError with the remedy
 */
export async function push(request: PushRequest): Promise<PushResult> {
  try {
    return await pushOnce(request);
  } catch (error) {
    // Blobs of a known image no longer exist (a lifecycle policy, an archive): a second push relies on none.
    const isStale =
      error instanceof ImageError && error.cause instanceof RegistryFailure && lacksBlobs(error.cause);
    if (!isStale || request.known.length === 0) throw error;
    return pushOnce({ ...request, known: [] });
  }
}

async function pushOnce(request: PushRequest): Promise<PushResult> {
  const { source } = request;
  const { layers, total } = totalsOf(source);
  const meter = new Meter(layers, total, request.onProgress);
  const stop = new AbortController();
  const signal = request.signal === undefined ? stop.signal : AbortSignal.any([request.signal, stop.signal]);
  const context: PushContext = {
    ...request,
    registry: request.registry.with(signal),
    signal,
    stop,
    meter,
    uploaded: 0,
    reused: 0,
  };
  try {
    const manifests =
      source.form === 'compressed'
        ? await sendCompressed(context, source)
        : [await sendUncompressed(context, source)];
    const manifest = await putManifests(context.registry, context.tags, manifests);
    const { sent, seconds } = meter.stop();
    return { manifest, uploaded: context.uploaded, reused: context.reused, sent, seconds };
  } finally {
    meter.stop();
  }
}

function totalsOf(source: ImageSource): { layers: number | undefined; total: number | undefined } {
  if (source.form === 'compressed') return { layers: source.expected?.blobs, total: source.expected?.bytes };
  const distinct = [...new Set(source.diffIds)];
  const sizes = distinct.map((diffId) => source.sizeOf(diffId));
  const known = sizes.filter((size) => size !== undefined);
  const total = known.length === sizes.length ? known.reduce((sum, size) => sum + size, 0) : undefined;
  return { layers: distinct.length, total };
}

/** Puts children by their digests, then the root under every tag. @returns the root */
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
  // In sequence: ECR rejects an index before its entries exist.
  for (const child of manifests.slice(0, -1)) await putManifest(registry, child.digest, child);
  await tagImage(registry, tags, root);
  return root;
}

/**
 * Sets tags of an image whose blobs the repository has, and verifies them.
 * @throws ImageError `IMMUTABLE_TAG`, `DENIED`, `UNVERIFIED`, …
 */
export async function tagImage(
  registry: Distribution,
  tags: readonly string[],
  manifest: Manifest,
): Promise<void> {
  const limit = pLimit(CONCURRENT_UPLOADS);
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
    const isRefused = error instanceof RegistryFailure && (isImmutable(error) || isAlreadyPushed(error));
    // An immutable tag that already references this image is the desired result.
    if (isRefused && (await registry.headManifest(reference)) === manifest.digest) return;
    const what = reference === manifest.digest ? `the manifest ${reference}` : `the tag ${reference}`;
    throw explain(error, await subject(registry, what));
  }
}
