import { availableParallelism } from 'node:os';
import pLimit from 'p-limit';
import { compressLayer, openWorkerPool, type WorkerPool } from './compress.ts';
import { type Digest, Digester } from './digest.ts';
import type { Distribution } from './distribution.ts';
import { ImageError } from './errors.ts';
import { explain, isTransient, RegistryFailure, type Subject } from './failure.ts';
import { knownBlobs, knownLayers, markVerified } from './layer-reuse.ts';
import { CONCURRENT_COMPRESSIONS, CONCURRENT_REQUESTS, CONCURRENT_UPLOADS } from './limits.ts';
import {
  type Descriptor,
  DOCKER_CONFIG,
  DOCKER_LAYER,
  DOCKER_MANIFEST,
  type Manifest,
  parseManifest,
} from './manifest.ts';
import type { Meter, Progress } from './progress.ts';
import type { BlobContent, Bytes, CompressedSource, ImageSource, UncompressedSource } from './source.ts';

/** An image to push to a repository. */
export interface PushRequest {
  readonly source: ImageSource;
  readonly registry: Distribution;
  readonly tags: readonly string[];
  /** Images of the repository, most likely layer donors first: their blobs are not sent again. */
  readonly known: readonly Manifest[];
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** State of a push in progress. */
export interface PushContext extends PushRequest {
  readonly signal: AbortSignal;
  /** Aborts the other uploads after a permanent failure. */
  readonly stop: AbortController;
  readonly meter: Meter;
  uploaded: number;
  reused: number;
}

/** @returns the subject of an error message */
export async function subject(registry: Distribution, what: string): Promise<Subject> {
  return { address: await registry.address(), repository: registry.repository, what };
}

/** Counts the bytes that are read from a content. A retry does not count them twice. */
export function countBytes(content: BlobContent, meter: Meter): () => Bytes {
  let counted = 0;
  return async function* () {
    meter.bytes -= counted;
    counted = 0;
    for await (const chunk of content.open()) {
      counted += chunk.length;
      meter.bytes += chunk.length;
      yield chunk;
    }
  };
}

/**
 * Sends the blobs of a source, in parallel if the source has random access. A blob of a sequential stream whose upload
 * failed is read again in the next pass; nothing is stored on disk for it.
 */
async function sendContents(
  context: PushContext,
  source: ImageSource,
  isNeeded: (digest: Digest) => boolean,
  send: (content: BlobContent) => Promise<void>,
): Promise<void> {
  const isLost = (error: unknown) => error instanceof RegistryFailure;
  try {
    await context.registry.repeat(() => sendPass(context, source, isNeeded, send), isLost);
  } catch (error) {
    throw explain(error, await subject(context.registry, 'a layer'));
  }
}

/** @throws RegistryFailure if another pass is needed */
async function sendPass(
  context: PushContext,
  source: ImageSource,
  isNeeded: (digest: Digest) => boolean,
  send: (content: BlobContent) => Promise<void>,
): Promise<void> {
  const limit = pLimit(CONCURRENT_REQUESTS);
  const compressions = pLimit(source.form === 'uncompressed' ? CONCURRENT_COMPRESSIONS : CONCURRENT_REQUESTS);
  const tasks: Promise<void>[] = [];
  const fatal: unknown[] = [];
  let lost: RegistryFailure | undefined;
  const sendOne = async (content: BlobContent): Promise<void> => {
    try {
      if (!context.signal.aborted) await compressions(() => send(content));
    } catch (error) {
      const failure = error instanceof RegistryFailure ? error : undefined;
      const isRepeated =
        failure !== undefined && (isTransient(failure) || failure.isExpired || failure.status === 404);
      if (!content.restartable && isRepeated) lost = failure;
      else {
        fatal.push(explain(error, await subject(context.registry, `the layer ${content.digest ?? ''}`)));
        context.stop.abort();
      }
    } finally {
      content.release();
    }
  };
  try {
    for await (const content of source.contents(isNeeded)) {
      if (context.signal.aborted) {
        content.release();
        break;
      }
      tasks.push(limit(() => sendOne(content)));
    }
  } catch (error) {
    fatal.push(error);
    context.stop.abort();
  }
  await Promise.all(tasks);
  if (fatal.length > 0) throw fatal[0];
  context.signal.throwIfAborted();
  if (lost !== undefined) throw lost;
}

/** Sends the blobs that the repository lacks, unchanged. @returns the manifests that reference them */
export async function sendCompressed(
  context: PushContext,
  source: CompressedSource,
): Promise<readonly Manifest[]> {
  const { registry, meter } = context;
  const known = knownBlobs(context.known);
  const done = new Set<Digest>();
  const uploads = pLimit(CONCURRENT_UPLOADS);
  const send = async (content: BlobContent): Promise<void> => {
    const { digest, size, restartable } = content;
    if (digest === undefined)
      throw new ImageError('LAYOUT', `image: ${source.name} gave a blob without a digest`);
    const exists = known.has(digest) || (await registry.hasBlob(digest));
    if (!exists) {
      const open = countBytes(content, meter);
      await uploads(() =>
        registry.upload({ open, restartable, digest, size, onSent: (bytes) => meter.addSent(bytes) }),
      );
    }
    done.add(digest);
    meter.layers += 1;
    if (exists) context.reused += 1;
    else context.uploaded += 1;
  };
  await sendContents(context, source, (digest) => !done.has(digest), send);
  return source.manifests();
}

/** Compresses and sends the layers that the repository lacks. @returns the manifest of all layers */
export async function sendUncompressed(context: PushContext, source: UncompressedSource): Promise<Manifest> {
  const { registry, meter } = context;
  const needed = new Set(source.diffIds);
  const known = await knownLayers(context.known, needed, (digest, limit) => registry.getBlob(digest, limit));
  const blobs = new Map<Digest, Descriptor>(known);
  context.reused = known.size;
  meter.layers = known.size;
  const pool = openWorkerPool();
  const send = async (content: BlobContent): Promise<void> => {
    const sent = await sendLayer(context, source, content, pool, blobs);
    if (sent === undefined) return;
    blobs.set(sent.diffId, sent.blob);
    meter.layers += 1;
    context.uploaded += 1;
  };
  await sendContents(context, source, (diffId) => !blobs.has(diffId), send);
  return makeManifest(context, source, blobs);
}

async function sendLayer(
  context: PushContext,
  source: UncompressedSource,
  content: BlobContent,
  pool: WorkerPool,
  blobs: ReadonlyMap<Digest, Descriptor>,
): Promise<{ diffId: Digest; blob: Descriptor } | undefined> {
  const { registry, meter } = context;
  const { restartable } = content;
  const where = `image: the layer ${content.digest ?? ''} of ${source.name}`;
  // A sequential stream yields one layer at a time, which then uses all cores.
  const ahead = restartable ? 1 : availableParallelism() + 1;
  const open = countBytes(content, meter);
  let digester = new Digester();
  const confirm = () => {
    const diffId = digester.digest();
    const isExpected =
      content.digest === undefined ? source.diffIds.includes(diffId) : content.digest === diffId;
    if (!isExpected) {
      throw new ImageError(
        'WRONG_DIGEST',
        `${where} has the digest ${diffId}, which its configuration does not name; save the image again`,
      );
    }
    return !blobs.has(diffId);
  };
  const uploaded = await registry.upload({
    restartable,
    digest: undefined,
    size: undefined,
    confirm,
    onSent: (bytes) => meter.addSent(bytes),
    open: () => {
      digester = new Digester();
      return compressLayer(open(), digester, pool, ahead, where);
    },
  });
  if (uploaded === undefined) return undefined;
  return { diffId: digester.digest(), blob: { mediaType: DOCKER_LAYER, ...uploaded } };
}

async function makeManifest(
  context: PushContext,
  source: UncompressedSource,
  blobs: ReadonlyMap<Digest, Descriptor>,
): Promise<Manifest> {
  const { registry, meter } = context;
  const bytes = await source.configuration();
  const { digest } = source.identity;
  try {
    if (!(await registry.hasBlob(digest))) {
      const open = () => once(bytes);
      await registry.upload({
        open,
        restartable: true,
        digest,
        size: bytes.length,
        onSent: (count) => meter.addSent(count),
      });
    }
  } catch (error) {
    throw explain(error, await subject(context.registry, `the configuration ${digest}`));
  }
  const layers = source.diffIds.map((diffId) => {
    const blob = blobs.get(diffId);
    if (blob === undefined) {
      throw new ImageError(
        'MISSING_BLOB',
        `image: ${source.name} did not give the layer ${diffId}; build the image again`,
      );
    }
    return { mediaType: blob.mediaType, size: blob.size, digest: blob.digest };
  });
  const config = { mediaType: DOCKER_CONFIG, size: bytes.length, digest };
  const json = { schemaVersion: 2, mediaType: DOCKER_MANIFEST, config, layers };
  return parseManifest(markVerified(JSON.stringify(json)), DOCKER_MANIFEST, 'our manifest');
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}
