import { gunzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseManifest } from '../../src/registry/manifest.ts';
import { openImage } from '../../src/registry/open.ts';
import { push } from '../../src/registry/push.ts';
import { type Fault, TestRegistry, type TestRepository } from '../servers/registry.ts';
import {
  LayoutWriter,
  makeImage,
  noise,
  sha256,
  type TestImage,
  toSaved,
} from '../servers/registry-images.ts';
import { connect, expectFault, HURRIED, pushImage, Scratch, surroundings } from './harness.ts';

let registry: TestRegistry;
let repository: TestRepository;
let scratch: Scratch;
beforeEach(async () => {
  registry = await TestRegistry.start();
  repository = registry.create('app');
});
afterEach(async () => {
  await registry[Symbol.asyncDispose]();
});

/** The second layer has more than one block of what is compressed in parallel. */
const image = makeImage(['a'.repeat(5000), noise(1_200_000), 'c']);
beforeAll(async () => {
  scratch = await Scratch.make();
  const layout = new LayoutWriter();
  layout.list(layout.image(image));
  await scratch.tar('oci.tar', layout.entries());
  await scratch.tar('saved.tar', toSaved(image, ['app:v1']));
});
afterAll(() => scratch[Symbol.asyncDispose]());

const written = {
  oci: () => `oci-archive:${scratch.at('oci.tar')}`,
  saved: () => `docker-archive:${scratch.at('saved.tar')}`,
};
const forms = [
  ['oci', written.oci],
  ['docker archive', written.saved],
] as const;

async function writeSaved(of: TestImage): Promise<string> {
  return `docker-archive:${await scratch.tar('other.tar', toSaved(of, ['app:v1']))}`;
}

/** Reads the pushed image back: its layers' contents must be those that we had. */
function layersOf(tag: string): readonly Buffer[] {
  const manifest = repository.manifests.get(repository.tags.get(tag) ?? '');
  const json = JSON.parse(manifest?.bytes.toString() ?? '{}');
  return json.layers.map(({ digest }: { digest: string }) =>
    gunzipSync(repository.blobs.get(digest) ?? Buffer.alloc(0)),
  );
}

function pushedManifest() {
  const { bytes = Buffer.alloc(0), mediaType } =
    repository.manifests.get(repository.tags.get('v1') ?? '') ?? {};
  return parseManifest(bytes, mediaType, 'v1');
}

describe.each(forms)('a push from an %s', (_, write) => {
  it('sends each blob once, by one POST, PATCH and PUT, and verifies the tag', async () => {
    const pushed = await pushImage(write(), registry, { tags: ['v1', 'latest'] });
    expect(pushed.uploaded + pushed.reused).toBeGreaterThanOrEqual(3);
    expect(layersOf('v1').map(sha256)).toEqual(image.layers.map(sha256));
    expect(repository.tags.get('latest')).toBe(pushed.manifest.digest);
    expect(registry.count('POST upload')).toBe(4);
    expect(registry.count('PATCH upload')).toBe(4);
    expect(registry.count('PUT upload')).toBe(4);
    expect(registry.count('HEAD manifest')).toBe(2);
  });

  const faults: readonly (readonly [string, Fault])[] = [
    ['a reset in the middle of a layer', { on: 'PATCH upload', resetAt: 500 }],
    ['a reset at the first POST', { on: 'POST upload', resetAt: 0 }],
    ['a reset at the closing PUT', { on: 'PUT upload', resetAt: 0 }],
    ['429 and Retry-After', { on: 'PATCH upload', answer: { status: 429, headers: { 'retry-after': '0' } } }],
    ['500', { on: 'POST upload', times: 2, answer: { status: 500, body: '<html>oops</html>' } }],
    ['503 at the manifest', { on: 'PUT manifest', times: 2, answer: { status: 503 } }],
    ['503 at HEAD', { on: 'HEAD blob', answer: { status: 503 } }],
    ['a lost upload session at PATCH', { on: 'PATCH upload', loseUpload: true }],
    ['a lost upload session at PUT', { on: 'PUT upload', loseUpload: true }],
    ['a byte that is damaged in transfer', { on: 'PATCH upload', damage: true }],
    [
      'a transient error code',
      { on: 'PUT upload', answer: { status: 400, body: '{"errors":[{"code":"BLOB_UPLOAD_INVALID"}]}' } },
    ],
  ];
  it.each(faults)('survives %s', async (_name, fault) => {
    registry.faults.push(fault);
    await pushImage(write(), registry);
    expect(layersOf('v1').map(sha256)).toEqual(image.layers.map(sha256));
    expect(registry.faults).toEqual([]);
  });

  it('fails after some attempts, and names the subject', async () => {
    registry.faults.push({ on: 'PATCH upload', times: 99, answer: { status: 500, body: 'oops' } });
    await expectFault(pushImage(write(), registry), 'REGISTRY', /500 .*\(PATCH upload\).*\(oops\)/);
    expect(registry.count('PATCH upload')).toBeGreaterThanOrEqual(HURRIED.attempts);
    expect(repository.tags.size).toBe(0);
  });

  it('requests one new token when the old one expires during the push', async () => {
    const source = await openImage(write(), surroundings());
    const client = connect(registry);
    await client.address();
    registry.expireToken();
    await push({ source, registry: client, tags: ['v1'], known: [] });
    await source.close();
    expect(repository.tags.has('v1')).toBe(true);
  });

  it.each([
    ['ecr:BatchCheckLayerAvailability'],
    ['ecr:InitiateLayerUpload'],
    ['ecr:UploadLayerPart'],
    ['ecr:CompleteLayerUpload'],
    ['ecr:PutImage'],
    ['ecr:BatchGetImage'],
  ])('names %s when it is denied', async (action) => {
    registry.denied.add(action);
    await expectFault(pushImage(write(), registry), 'DENIED', action);
  });

  it.each(['http://169.254.169.254/upload', 'http://10.0.0.7/x', 'http://localhost:1/x'])(
    'sends nothing to %s',
    async (location) => {
      registry.faults.push({ on: 'POST upload', times: 9, location });
      await expectFault(pushImage(write(), registry), 'ADDRESS', location);
    },
  );

  it('reports an immutable tag', async () => {
    await pushImage(write(), registry);
    repository.mutability = 'IMMUTABLE';
    await pushImage(write(), registry);
    const next = await writeSaved(makeImage(['other']));
    await expectFault(pushImage(next, registry), 'IMMUTABLE_TAG', /\bv1\b.*\bapp\b/);
  });

  it('sends nothing twice', async () => {
    await pushImage(write(), registry);
    const known = [pushedManifest()];
    const before = registry.count('POST upload');
    const pushed = await pushImage(write(), registry, { known, tags: ['v2'] });
    expect(pushed).toMatchObject({ uploaded: 0, sent: 0 });
    expect(registry.count('POST upload')).toBe(before);
    expect(layersOf('v2').map(sha256)).toEqual(image.layers.map(sha256));
  });
});

describe('a pushed image', () => {
  it('may have many small files, with early responses of the registry', async () => {
    registry.isEager = true;
    const many = makeImage(Array.from({ length: 60 }, (_, index) => `layer ${index}`));
    const layout = new LayoutWriter();
    layout.list(layout.image(many));
    await layout.write(scratch.at('many'));
    await pushImage(`oci:${scratch.at('many')}`, registry);
    expect(layersOf('v1').map(sha256)).toEqual(many.layers.map(sha256));
    expect(registry.count('PATCH upload')).toBe(61);
  });

  it('may be an index with attestations; children are pushed first', async () => {
    const layout = new LayoutWriter();
    const index = layout.index([layout.image(image), layout.image(makeImage(['z'], 'arm64'))]);
    layout.list(index);
    const pushed = await pushImage(`oci-archive:${await scratch.tar('i.tar', layout.entries())}`, registry);
    expect(pushed.manifest.digest).toBe(index.digest);
    expect(repository.manifests.size).toBe(3);
  });

  it('is rejected if a layer does not match its digest', async () => {
    const layout = new LayoutWriter();
    layout.list(layout.image(image));
    const [path = ''] = [...layout.files].find(([, bytes]) => bytes.length > 1_000_000) ?? [];
    const bytes = Buffer.from(layout.files.get(path) ?? Buffer.alloc(0));
    bytes[500_000] = (bytes[500_000] ?? 0) ^ 1;
    layout.files.set(path, bytes);
    await expectFault(
      pushImage(`oci-archive:${await scratch.tar('w.tar', layout.entries())}`, registry),
      'WRONG_DIGEST',
      path.slice(-64),
    );
    expect(repository.tags.size).toBe(0);
  });

  it('is rejected if a saved layer has another diff ID', async () => {
    const files = toSaved(image, ['app:v1']).map(
      ([path, content], i) => [path, i === 0 ? noise(4096) : content] as const,
    );
    const path = await scratch.tar('d.tar', files as never);
    await expectFault(pushImage(`docker-archive:${path}`, registry), 'WRONG_DIGEST');
    expect(repository.tags.size).toBe(0);
  });

  it('reuses layers by diff ID, and sends the others', async () => {
    await pushImage(written.saved(), registry);
    const known = [pushedManifest()];
    const layers = [...image.layers.slice(0, 2), ...makeImage(['new', 'new', 'changed']).layers.slice(2)];
    const config = Buffer.from(
      JSON.stringify({ os: 'linux', architecture: 'amd64', rootfs: { diff_ids: layers.map(sha256) } }),
    );
    const pushed = await pushImage(await writeSaved({ config, layers }), registry, { known, tags: ['v2'] });
    expect(pushed).toMatchObject({ uploaded: 1, reused: 2 });
    expect(pushed.sent).toBeLessThan(3000);
    expect(layersOf('v2').map(sha256)).toEqual(layers.map(sha256));
  });

  it('has one upload for a layer that occurs twice', async () => {
    const layer = image.layers[0] ?? Buffer.alloc(0);
    const config = Buffer.from(
      JSON.stringify({
        os: 'linux',
        architecture: 'amd64',
        rootfs: { diff_ids: [sha256(layer), sha256(layer)] },
      }),
    );
    await pushImage(await writeSaved({ config, layers: [layer, layer] }), registry);
    expect(registry.count('POST upload')).toBe(2);
    expect(layersOf('v1')).toHaveLength(2);
  });
});
