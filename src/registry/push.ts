import { availableParallelism } from 'node:os';
import pLimit from 'p-limit';
import { type Lanes, openLanes, packLayer } from './compress.ts';
import { type Digest, Measure } from './digest.ts';
import type { Distribution } from './distribution.ts';
import { ImageError } from './errors.ts';
import { explain, isAlreadyThere, isImmutable, lacksBlobs } from './explain.ts';
import { isTransient, RegistryFailure } from './failure.ts';
import { knownBlobs, knownLayers } from './known-layers.ts';
import { MANIFEST_BYTES, QUESTIONS, UPLOADS } from './limits.ts';
import { type Descriptor, type Manifest, parseManifest } from './manifest.ts';
import { DOCKER_CONFIG, DOCKER_LAYER, DOCKER_MANIFEST } from './media-types.ts';
import { Meter, type Progress } from './progress.ts';
import { pause } from './retry.ts';
import type { Bytes, ClassicSource, Content, ImageSource, ReadySource } from './source.ts';

/** One image on its way to one repository. */
export interface Push {
  readonly source: ImageSource;
  readonly registry: Distribution;
  readonly tags: readonly string[];
  /** Images that stand in the repository, the likeliest relatives first: what they hold is not sent again. */
  readonly known: readonly Manifest[];
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

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
    const manifest = await putManifests(run, manifests);
    const { sent, seconds } = meter.stop();
    return { manifest, uploaded: run.uploaded, reused: run.reused, sent, seconds };
  } finally {
    meter.stop();
  }
}

interface Run extends Push {
  readonly signal: AbortSignal;
  /** Ends the other uploads when one has failed for good. */
  readonly stop: AbortController;
  readonly meter: Meter;
  uploaded: number;
  reused: number;
}

function expectedOf(source: ImageSource): { layers: number | undefined; total: number | undefined } {
  if (source.form === 'ready') return { layers: source.expected?.blobs, total: source.expected?.bytes };
  const distinct = [...new Set(source.diffIds)];
  const sizes = distinct.map((diffId) => source.sizeOf(diffId));
  const known = sizes.filter((size) => size !== undefined);
  const total = known.length === sizes.length ? known.reduce((sum, size) => sum + size, 0) : undefined;
  return { layers: distinct.length, total };
}

async function sendReady(run: Run, source: ReadySource): Promise<readonly Manifest[]> {
  const { registry, meter } = run;
  const known = knownBlobs(run.known);
  const done = new Set<Digest>();
  const uploads = pLimit(UPLOADS);
  const send = async (content: Content): Promise<void> => {
    const { digest, size, restartable } = content;
    if (digest === undefined)
      throw new ImageError('LAYOUT', `image: ${source.name} gave a blob without a digest`);
    const isThere = known.has(digest) || (await registry.hasBlob(digest));
    if (!isThere) {
      const open = counted(content, meter);
      await uploads(() =>
        registry.upload({ open, restartable, digest, size, onSent: (bytes) => addSent(meter, bytes) }),
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

async function sendClassic(run: Run, source: ClassicSource): Promise<Manifest> {
  const { registry, meter } = run;
  const wanted = new Set(source.diffIds);
  const known = await knownLayers(run.known, wanted, (digest, limit) => registry.getBlob(digest, limit));
  const blobs = new Map<Digest, Descriptor>(known);
  run.reused = known.size;
  meter.layers = known.size;
  const lanes = openLanes();
  const send = async (content: Content): Promise<void> => {
    const sent = await sendLayer(run, source, content, lanes, blobs);
    if (sent === undefined) return;
    blobs.set(sent.diffId, sent.blob);
    meter.layers += 1;
    run.uploaded += 1;
  };
  await sendContents(run, source, (diffId) => !blobs.has(diffId), send);
  return makeManifest(run, source, blobs);
}

async function sendLayer(
  run: Run,
  source: ClassicSource,
  content: Content,
  lanes: Lanes,
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
    onSent: (bytes) => addSent(meter, bytes),
    open: () => {
      measure = new Measure();
      return packLayer(open(), measure, lanes, ahead, where);
    },
  });
  if (uploaded === undefined) return undefined;
  return { diffId: measure.digest(), blob: { mediaType: DOCKER_LAYER, ...uploaded } };
}

async function makeManifest(
  run: Run,
  source: ClassicSource,
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
        onSent: (count) => addSent(meter, count),
      });
    }
  } catch (error) {
    throw explain(error, await subject(run, `the configuration ${digest}`));
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
  return parseManifest(Buffer.from(JSON.stringify(json)), DOCKER_MANIFEST, 'our manifest');
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

function addSent(meter: Meter, bytes: number): void {
  meter.sent += bytes;
}

/** Counts what is read of a content; what a new try reads again is counted once. */
function counted(content: Content, meter: Meter): () => Bytes {
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
 * Sends what the source gives, several at once where it can be read at several places. What of a stream was lost on
 * the way comes by again in the next pass; nothing is written to the disk for it.
 */
async function sendContents(
  run: Run,
  source: ImageSource,
  wanted: (digest: Digest) => boolean,
  send: (content: Content) => Promise<void>,
): Promise<void> {
  const { patience } = run.registry;
  for (let pass = 1; ; pass += 1) {
    const lost = await sendPass(run, source, wanted, send);
    if (lost === undefined) return;
    if (pass >= patience.tries) throw explain(lost, await subject(run, 'a layer'));
    await pause(patience, pass, lost, run.signal);
  }
}

/** @returns why something must come by again, undefined when all is done */
async function sendPass(
  run: Run,
  source: ImageSource,
  wanted: (digest: Digest) => boolean,
  send: (content: Content) => Promise<void>,
): Promise<RegistryFailure | undefined> {
  const limit = pLimit(QUESTIONS);
  const packing = pLimit(source.form === 'classic' ? UPLOADS : QUESTIONS);
  const tasks: Promise<void>[] = [];
  const fatal: unknown[] = [];
  let lost: RegistryFailure | undefined;
  const sendOne = async (content: Content): Promise<void> => {
    try {
      if (!run.signal.aborted) await packing(() => send(content));
    } catch (error) {
      const failure = error instanceof RegistryFailure ? error : undefined;
      const comesBack =
        failure !== undefined && (isTransient(failure) || failure.isExpired || failure.status === 404);
      if (!content.restartable && comesBack) lost = failure;
      else {
        fatal.push(explain(error, await subject(run, `the layer ${content.digest ?? ''}`)));
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
  return lost;
}

/** Children by their digests, then the root under every tag; @returns the root */
async function putManifests(run: Run, manifests: readonly Manifest[]): Promise<Manifest> {
  const root = manifests.at(-1);
  if (root === undefined) throw new ImageError('LAYOUT', `image: ${run.source.name} holds no manifest`);
  for (const { bytes, digest } of manifests) {
    if (bytes.length <= MANIFEST_BYTES) continue;
    throw new ImageError(
      'TOO_LARGE',
      `image: the manifest ${digest} has ${bytes.length} bytes; ECR takes 4 MiB at most`,
    );
  }
  // In order: ECR refuses an index before what it lists.
  for (const child of manifests.slice(0, -1)) await putManifest(run, child.digest, child);
  await tagImage(run.registry, run.tags, root);
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
        await putManifest({ registry }, tag, manifest);
        const found = await registry.headManifest(tag).catch(async (error: unknown) => {
          throw explain(error, await subject({ registry }, `the tag ${tag}`));
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

async function putManifest(
  { registry }: Pick<Push, 'registry'>,
  reference: string,
  manifest: Manifest,
): Promise<void> {
  try {
    await registry.putManifest(reference, manifest);
  } catch (error) {
    const isRefused = error instanceof RegistryFailure && (isImmutable(error) || isAlreadyThere(error));
    // An immutable tag that already names this very image is what was wanted.
    if (isRefused && (await registry.headManifest(reference)) === manifest.digest) return;
    const what = reference === manifest.digest ? `the manifest ${reference}` : `the tag ${reference}`;
    throw explain(error, await subject({ registry }, what));
  }
}

async function subject({ registry }: Pick<Push, 'registry'>, what: string) {
  return { address: await registry.address(), repository: registry.repository, what };
}
