import { availableParallelism } from 'node:os';
import { type Lanes, openLanes, packLayer } from './compress.ts';
import { type Digest, Measure } from './digest.ts';
import { ImageError } from './errors.ts';
import { explain } from './explain.ts';
import { knownLayers } from './known-layers.ts';
import { type Descriptor, type Manifest, parseManifest } from './manifest.ts';
import { DOCKER_CONFIG, DOCKER_LAYER, DOCKER_MANIFEST } from './media-types.ts';
import { type Run, subject } from './run.ts';
import { counted, sendContents } from './send.ts';
import type { ClassicSource, Content } from './source.ts';
import { markVerified } from './verified-layers.ts';

/** Packs and sends the layers that the repository lacks. @returns the manifest that is made of all */
export async function sendClassic(run: Run, source: ClassicSource): Promise<Manifest> {
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
    onSent: (bytes) => meter.addSent(bytes),
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
