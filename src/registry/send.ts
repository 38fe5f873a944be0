import { availableParallelism } from 'node:os';
import pLimit from 'p-limit';
import { openWorkerPool, packLayer, type WorkerPool } from './compress.ts';
import { type Digest, Measure } from './digest.ts';
import type { Distribution } from './distribution.ts';
import { ImageError } from './errors.ts';
import { explain, isTransient, RegistryFailure, type Subject } from './failure.ts';
import { knownBlobs, knownLayers, markVerified } from './layer-reuse.ts';
import { PACKINGS, QUESTIONS, UPLOADS } from './limits.ts';
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

/** One image on its way to one repository. */
export interface PushOrder {
  readonly source: ImageSource;
  readonly registry: Distribution;
  readonly tags: readonly string[];
  /** Images of the repository, the likeliest layer donors first: their blobs are not sent again. */
  readonly known: readonly Manifest[];
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A push that is under way. */
export interface PushContext extends PushOrder {
  readonly signal: AbortSignal;
  /** Ends the other uploads when one has failed for good. */
  readonly stop: AbortController;
  readonly meter: Meter;
  uploaded: number;
  reused: number;
}

/** @returns the subject of a failure's message */
export async function subject(registry: Distribution, what: string): Promise<Subject> {
  return { address: await registry.address(), repository: registry.repository, what };
}

/** Counts what is read of a content; what a new try reads again is counted once. */
export function counted(content: BlobContent, meter: Meter): () => Bytes {
  let before = 0;
  return async function* () {
    meter.bytes -= before;
    before = 0;
    for await (const chunk of content.open()) {
      before += chunk.length;
      meter.bytes += chunk.length;
      yield chunk;
    }
  };
}

/**
 * Sends the blobs of a source, several at once where it can be read at several places. A blob of a stream that was lost
 * on the way comes again in the next pass; nothing is written to the disk for it.
 */
async function sendContents(
  run: PushContext,
  source: ImageSource,
  wanted: (digest: Digest) => boolean,
  send: (content: BlobContent) => Promise<void>,
): Promise<void> {
  const isLost = (error: unknown) => error instanceof RegistryFailure;
  try {
    await run.registry.repeat(() => sendPass(run, source, wanted, send), isLost);
  } catch (error) {
    throw explain(error, await subject(run.registry, 'a layer'));
  }
}

/** @throws RegistryFailure where something must come by again */
async function sendPass(
  run: PushContext,
  source: ImageSource,
  wanted: (digest: Digest) => boolean,
  send: (content: BlobContent) => Promise<void>,
): Promise<void> {
  const limit = pLimit(QUESTIONS);
  const packing = pLimit(source.form === 'uncompressed' ? PACKINGS : QUESTIONS);
  const tasks: Promise<void>[] = [];
  const fatal: unknown[] = [];
  let lost: RegistryFailure | undefined;
  const sendOne = async (content: BlobContent): Promise<void> => {
    try {
      if (!run.signal.aborted) await packing(() => send(content));
    } catch (error) {
      const failure = error instanceof RegistryFailure ? error : undefined;
      const comesBack =
        failure !== undefined && (isTransient(failure) || failure.isExpired || failure.status === 404);
      if (!content.restartable && comesBack) lost = failure;
      else {
        fatal.push(explain(error, await subject(run.registry, `the layer ${content.digest ?? ''}`)));
        run.stop.abort();
      }
    } finally {
      content.release();
    }
  };
  try {
    for await (const content of source.contents(wanted)) {
      if (run.signal.aborted) {
        content.release();
        break;
      }
      tasks.push(limit(() => sendOne(content)));
    }
  } catch (error) {
    fatal.push(error);
    run.stop.abort();
  }
  await Promise.all(tasks);
  if (fatal.length > 0) throw fatal[0];
  run.signal.throwIfAborted();
  if (lost !== undefined) throw lost;
}

/** Sends the blobs that the repository lacks, as they are. @returns the manifests that name them */
export async function sendCompressed(
  run: PushContext,
  source: CompressedSource,
): Promise<readonly Manifest[]> {
  const { registry, meter } = run;
  const known = knownBlobs(run.known);
  const done = new Set<Digest>();
  const uploads = pLimit(UPLOADS);
  const send = async (content: BlobContent): Promise<void> => {
    const { digest, size, restartable } = content;
    if (digest === undefined)
      throw new ImageError('LAYOUT', `image: ${source.name} gave a blob without a digest`);
    const isThere = known.has(digest) || (await registry.hasBlob(digest));
    if (!isThere) {
      const open = counted(content, meter);
      await uploads(() =>
        registry.upload({ open, restartable, digest, size, onSent: (bytes) => meter.addSent(bytes) }),
      );
    }
    done.add(digest);
    meter.layers += 1;
    if (isThere) run.reused += 1;
    else run.uploaded += 1;
  };
  await sendContents(run, source, (digest) => !done.has(digest), send);
  return source.manifests();
}

/** Packs and sends the layers that the repository lacks. @returns the manifest that is made of all */
export async function sendUncompressed(run: PushContext, source: UncompressedSource): Promise<Manifest> {
  const { registry, meter } = run;
  const wanted = new Set(source.diffIds);
  const known = await knownLayers(run.known, wanted, (digest, limit) => registry.getBlob(digest, limit));
  const blobs = new Map<Digest, Descriptor>(known);
  run.reused = known.size;
  meter.layers = known.size;
  const pool = openWorkerPool();
  const send = async (content: BlobContent): Promise<void> => {
    const sent = await sendLayer(run, source, content, pool, blobs);
    if (sent === undefined) return;
    blobs.set(sent.diffId, sent.blob);
    meter.layers += 1;
    run.uploaded += 1;
  };
  await sendContents(run, source, (diffId) => !blobs.has(diffId), send);
  return makeManifest(run, source, blobs);
}

async function sendLayer(
  run: PushContext,
  source: UncompressedSource,
  content: BlobContent,
  pool: WorkerPool,
  blobs: ReadonlyMap<Digest, Descriptor>,
): Promise<{ diffId: Digest; blob: Descriptor } | undefined> {
  const { registry, meter } = run;
  const { restartable } = content;
  const where = `image: the layer ${content.digest ?? ''} of ${source.name}`;
  // A stream gives one layer at a time, which then has all cores.
  const ahead = restartable ? 1 : availableParallelism() + 1;
  const open = counted(content, meter);
  let measure = new Measure();
  const confirm = () => {
    const diffId = measure.digest();
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
      measure = new Measure();
      return packLayer(open(), measure, pool, ahead, where);
    },
  });
  if (uploaded === undefined) return undefined;
  return { diffId: measure.digest(), blob: { mediaType: DOCKER_LAYER, ...uploaded } };
}

async function makeManifest(
  run: PushContext,
  source: UncompressedSource,
  blobs: ReadonlyMap<Digest, Descriptor>,
): Promise<Manifest> {
  const { registry, meter } = run;
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
    throw explain(error, await subject(run.registry, `the configuration ${digest}`));
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
