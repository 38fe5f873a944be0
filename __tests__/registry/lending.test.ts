/** What is in the repository after pushes of images that builders wrote wrong, and of the mended ones. */
import { gunzipSync, gzipSync } from 'node:zlib';
import type { ECR } from '@aws-sdk/client-ecr';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Calls } from '../../src/clients/aws-calls.ts';
import { desiredImage, desiredTags } from '../../src/desired/application.ts';
import type { Difference } from '../../src/model/fields.ts';
import { fieldOf, Unreadable } from '../../src/model/spec.ts';
import { ImageResource, type ImageSpec } from '../../src/providers/image.ts';
import { openImage } from '../../src/registry/open.ts';
import { connect as connectAws } from '../servers/clients.ts';
import { TestRegistry, type TestRepository } from '../servers/registry.ts';
import {
  LayoutWriter,
  makeImage,
  PROVENANCE,
  SBOM,
  sha256,
  type TestImage,
  toSaved,
} from '../servers/registry-images.ts';
import { HURRIED, Scratch, surroundings } from './harness.ts';

let registry: TestRegistry;
let repository: TestRepository;
let scratch: Scratch;
let ecr: ECR;
let count = 0;
beforeEach(async () => {
  registry = await TestRegistry.start();
  repository = registry.create('app');
  scratch = await Scratch.make();
  ecr = connectAws(registry.url.href).ecr;
});
afterEach(async () => {
  ecr.destroy();
  await registry[Symbol.asyncDispose]();
  await scratch[Symbol.asyncDispose]();
});

/** Observes as the action does, and pushes what differs. @returns whether anything did */
async function reconcile(
  image: string,
  tags: readonly string[] = ['v1'],
): Promise<{ changed: boolean; spec: ImageSpec }> {
  const source = await openImage(image, surroundings());
  try {
    const desired = desiredImage('app', desiredTags(source, tags), source.identity.digest).spec;
    const calls = new Calls({
      now: () => performance.now(),
      epoch: () => Date.now(),
      sleep: async () => {},
      random: () => 0,
    });
    const settings = {
      ecr,
      calls,
      source,
      tags,
      agentFor: () => undefined,
      mask: () => {},
      retryPolicy: HURRIED,
    };
    const resource = new ImageResource(settings);
    const observed = (await resource.observe(['app'])).get('app');
    if (observed instanceof Unreadable) throw observed.error;
    if (observed === undefined) return { changed: true, spec: await resource.create(desired) };
    const differences: readonly Difference[] = Object.entries(desired.fields).flatMap(([field, to]) =>
      fieldOf(observed, field) === to ? [] : [{ field, from: fieldOf(observed, field), to }],
    );
    if (differences.length === 0) return { changed: false, spec: observed };
    return { changed: true, spec: await resource.update(desired, observed, differences) };
  } finally {
    await source.close();
  }
}

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const CONFIG = 'application/vnd.oci.image.config.v1+json';
const GZIP = 'application/vnd.oci.image.layer.v1.tar+gzip';
const LAYER = 'application/vnd.oci.image.layer.v1.tar';

/** @param layers compressed, whatever the configuration says of them */
async function layout(
  config: Buffer,
  layers: readonly Buffer[],
  more: object = {},
  type = CONFIG,
): Promise<string> {
  const written = new LayoutWriter();
  const manifest = {
    schemaVersion: 2,
    mediaType: MANIFEST,
    config: written.add(type, config),
    layers: layers.map((bytes) => written.add(GZIP, bytes)),
    ...more,
  };
  written.list(written.json(MANIFEST, manifest), 'v1');
  return `oci-archive:${await scratch.tar(`${count++}.tar`, written.entries())}`;
}
const good = (image: TestImage) =>
  layout(
    image.config,
    image.layers.map((bytes) => gzipSync(bytes)),
  );
const saved = async (image: TestImage) =>
  `docker-archive:${await scratch.tar(`${count++}.tar`, toSaved(image, ['app:v1']))}`;
const manifestOf = (tag: string) =>
  JSON.parse(String(repository.manifests.get(repository.tags.get(tag) ?? '')?.bytes));
/** What a node would find behind a tag: the digests of the unpacked layers. */
const unpacked = (tag: string) =>
  manifestOf(tag).layers.map(({ digest }: { digest: string }) =>
    sha256(gunzipSync(repository.blobs.get(digest) ?? Buffer.alloc(0))),
  );

const image = makeImage(['base', 'app']);
const wrong = gzipSync('this is not the layer');
const broken = () => layout(image.config, [gzipSync(image.layers[0] ?? ''), wrong]);

describe('an image with blobs that do not match its configuration', () => {
  it('is replaced by the right one under the same tag, from any source', async () => {
    for (const mend of [good, saved]) {
      await reconcile(await broken());
      expect(unpacked('v1')).not.toEqual(image.layers.map(sha256));
      const mended = await mend(image);
      expect((await reconcile(mended)).changed).toBe(true);
      expect(unpacked('v1')).toEqual(image.layers.map(sha256));
      expect((await reconcile(mended)).changed).toBe(false);
    }
  });

  it('is no layer donor for later images', async () => {
    await reconcile(await broken(), ['old']);
    const next = makeImage(['base', 'app', 'more']);
    await reconcile(await saved(next), ['new']);
    expect(unpacked('new')).toEqual(next.layers.map(sha256));
    await reconcile(await saved(image), ['same']);
    expect(unpacked('same')).toEqual(image.layers.map(sha256));
  });
});

it.each<[what: string, layers: readonly Buffer[], type: string, isTold: boolean]>([
  ['more layers than the configuration names', [...image.layers, image.layers[0] ?? wrong], GZIP, true],
  ['another layer, uncompressed', [image.layers[0] ?? wrong, Buffer.from('other')], LAYER, true],
  ['its layers, uncompressed', image.layers, LAYER, false],
  ['its layers, compressed', image.layers.map((bytes) => gzipSync(bytes)), GZIP, false],
])('an image with %s', async (_, layers, type, isTold) => {
  const written = new LayoutWriter();
  const config = written.add(CONFIG, image.config);
  const manifest = { schemaVersion: 2, config, layers: layers.map((bytes) => written.add(type, bytes)) };
  written.list(written.json(MANIFEST, manifest));
  const path = await scratch.tar(`${count++}.tar`, written.entries());
  const source = await openImage(`oci-archive:${path}`, surroundings());
  await source.close();
  expect(source.notices).toHaveLength(isTold ? 1 : 0);
});

describe('an image without manifests', () => {
  it('is a layer donor for the next one, and unchanged in the second run', async () => {
    const first = await saved(image);
    await reconcile(first);
    expect((await reconcile(first)).changed).toBe(false);
    const next = makeImage(['base', 'app', 'more']);
    const { spec } = await reconcile(await saved(next));
    expect(spec.metadata.pushed).toMatchObject({ uploaded: 1, reused: 2 });
  });

  it('is pushed again over one of another client, then unchanged', async () => {
    await reconcile(await good(image));
    const again = await saved(image);
    expect((await reconcile(again)).changed).toBe(true);
    expect((await reconcile(again)).changed).toBe(false);
  });

  it('under an immutable tag of another client is blocked, with the reason', async () => {
    await reconcile(await good(image));
    Object.assign(repository, { mutability: 'IMMUTABLE' });
    const source = await openImage(await saved(image), surroundings());
    const calls = new Calls({
      now: () => performance.now(),
      epoch: () => Date.now(),
      sleep: async () => {},
      random: () => 0,
    });
    const settings = { ecr, calls, source, tags: ['v1'], agentFor: () => undefined, mask: () => {} };
    const observed = (await new ImageResource(settings).observe(['app'])).get('app');
    await source.close();
    expect(observed instanceof Unreadable ? '' : observed?.metadata.unusable).toMatch(/\bv1\b.*\bapp\b/);
  });
});

describe('an image with manifests', () => {
  it.each<[what: string, one: () => Promise<string>, two: () => Promise<string>]>([
    [
      'annotations',
      () => good(image),
      () =>
        layout(
          image.config,
          image.layers.map((b) => gzipSync(b)),
          { annotations: { a: 'b' } },
        ),
    ],
    [
      'another compression',
      () => good(image),
      () =>
        layout(
          image.config,
          image.layers.map((b) => gzipSync(b, { level: 1 })),
        ),
    ],
    [
      'an artifact of the same configuration',
      () => layout(Buffer.from('{}'), [gzipSync('one')]),
      () => layout(Buffer.from('{}'), [gzipSync('two')]),
    ],
    [
      'an artifact of the same empty configuration',
      () => layout(Buffer.from('{}'), [gzipSync('one')], {}, 'application/vnd.oci.empty.v1+json'),
      () => layout(Buffer.from('{}'), [gzipSync('two')], {}, 'application/vnd.oci.empty.v1+json'),
    ],
  ])('%s: each is pushed as it was built, under the same tag and a new one', async (_, one, two) => {
    const [first, second] = [await one(), await two()];
    const digests = await Promise.all(
      [first, second].map(async (path) => {
        const source = await openImage(path, surroundings());
        await source.close();
        return source.identity.digest;
      }),
    );
    await reconcile(first);
    expect(repository.tags.get('v1')).toBe(digests[0]);
    const { spec } = await reconcile(second, ['v2']);
    expect([spec.metadata.digest, repository.tags.get('v2')]).toEqual([digests[1], digests[1]]);
    expect((await reconcile(second)).changed).toBe(true);
    expect(repository.tags.get('v1')).toBe(digests[1]);
    expect((await reconcile(second)).changed).toBe(false);
  });

  it('and an added SBOM is pushed; a rebuild of both is not', async () => {
    const build = async (statement: string, predicates: readonly string[]) => {
      const written = new LayoutWriter();
      const index = written.attested(image, statement, predicates);
      written.list(index, 'v1');
      const path = await scratch.tar(`${count++}.tar`, written.entries());
      return { digest: index.digest, path: `oci-archive:${path}` };
    };
    await reconcile((await build('monday', [PROVENANCE])).path);
    const withSbom = await build('tuesday', [PROVENANCE, SBOM]);
    expect((await reconcile(withSbom.path)).changed).toBe(true);
    expect(repository.tags.get('v1')).toBe(withSbom.digest);
    const next = await reconcile((await build('wednesday', [PROVENANCE, SBOM])).path);
    expect([next.changed, next.spec.metadata.digest]).toEqual([false, withSbom.digest]);
    const without = await good(image);
    expect((await reconcile(without)).changed).toBe(true);
    expect(manifestOf('v1').mediaType).toBe(MANIFEST);
  });
});

describe('an image that ECR would reject is an error before anything is sent', () => {
  const nothing = Buffer.alloc(0);
  const noLayers: TestImage = {
    config: Buffer.from('{"os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":[]}}'),
    layers: [],
  };
  const lost = { ...image, layers: [image.layers[0] ?? nothing, nothing] };
  it.each<[what: string, write: () => Promise<string>]>([
    ['an empty layer', () => layout(image.config, [gzipSync('a'), nothing])],
    ['an empty configuration', () => layout(nothing, [gzipSync('a')], {}, 'application/vnd.example+json')],
    ['no layers', () => layout(noLayers.config, [])],
    ['an artifact without layers', () => layout(Buffer.from('{}'), [])],
    ['an archive without layers', () => saved(noLayers)],
    ['an archive with a truncated layer', () => saved(lost)],
    [
      'an archive of an index with such an image and a valid one',
      async () => {
        const written = new LayoutWriter();
        const bad = written.json(MANIFEST, {
          schemaVersion: 2,
          mediaType: MANIFEST,
          config: written.add(CONFIG, image.config),
          layers: [gzipSync('a'), nothing].map((bytes) => written.add(GZIP, bytes)),
        });
        written.list(written.index([written.image(image), bad]));
        const entries = [...toSaved(image, ['app:v1']), ...written.entries()];
        return `docker-archive:${await scratch.tar(`${count++}.tar`, entries)}`;
      },
    ],
    [
      'an index of such an image',
      async () => {
        const written = new LayoutWriter();
        written.list(written.index([written.image(image), written.image(noLayers)]));
        return `oci-archive:${await scratch.tar(`${count++}.tar`, written.entries())}`;
      },
    ],
  ])('%s', async (_, write) => {
    await expect(openImage(await write(), surroundings())).rejects.toMatchObject({ fault: 'EMPTY' });
    expect(registry.seen).toEqual([]);
  });
});
