import { ImageError } from './errors.ts';
import { lacksBlobs } from './explain.ts';
import { RegistryFailure } from './failure.ts';
import type { Manifest } from './manifest.ts';
import { Meter } from './progress.ts';
import type { Push, Run } from './run.ts';
import { sendClassic } from './send-classic.ts';
import { sendReady } from './send-ready.ts';
import type { ImageSource } from './source.ts';
import { putManifests } from './tag.ts';

/** What a push has done. */
export interface Pushed {
  /** The manifest that the tags name now. */
  readonly manifest: Manifest;
  /** Layers and other blobs that were sent. */
  readonly uploaded: number;
  /** Those that stood in the repository. */
  readonly reused: number;
  /** Bytes that were sent, those of lost tries as well. */
  readonly sent: number;
  readonly seconds: number;
}

/**
 * Pushes an image: blobs first, then manifests by digest, then tags; at the end each tag is asked for and must name
 * our digest. Until the last step nobody sees anything of it.
 * @throws ImageError told in words
 */
export async function push(order: Push): Promise<Pushed> {
  try {
    return await pushOnce(order);
  } catch (error) {
    // What a known image names was gone after all (a lifecycle policy, an archive): everything is sent then.
    const isStale =
      error instanceof ImageError && error.cause instanceof RegistryFailure && lacksBlobs(error.cause);
    if (!isStale || order.known.length === 0) throw error;
    return pushOnce({ ...order, known: [] });
  }
}

async function pushOnce(order: Push): Promise<Pushed> {
  const { source } = order;
  const { layers, total } = expectedOf(source);
  const meter = new Meter(layers, total, order.onProgress);
  const stop = new AbortController();
  const signal = order.signal === undefined ? stop.signal : AbortSignal.any([order.signal, stop.signal]);
  const run: Run = {
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
      source.form === 'ready' ? await sendReady(run, source) : [await sendClassic(run, source)];
    const manifest = await putManifests(run.registry, run.tags, manifests);
    const { sent, seconds } = meter.stop();
    return { manifest, uploaded: run.uploaded, reused: run.reused, sent, seconds };
  } finally {
    meter.stop();
  }
}

function expectedOf(source: ImageSource): { layers: number | undefined; total: number | undefined } {
  if (source.form === 'ready') return { layers: source.expected?.blobs, total: source.expected?.bytes };
  const distinct = [...new Set(source.diffIds)];
  const sizes = distinct.map((diffId) => source.sizeOf(diffId));
  const known = sizes.filter((size) => size !== undefined);
  const total = known.length === sizes.length ? known.reduce((sum, size) => sum + size, 0) : undefined;
  return { layers: distinct.length, total };
}
