/** When the image behind a tag is the one that was built. */
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { differInBuildTime, identityOf, isSame, mayDifferInBuildTime } from '../../src/registry/equality.ts';
import { hasVerifiedLayers, markVerified } from '../../src/registry/layer-reuse.ts';
import { type Manifest, parseManifest } from '../../src/registry/manifest.ts';
import {
  LayoutWriter,
  makeImage,
  PROVENANCE,
  SBOM,
  sha256,
  type TestImage,
} from '../servers/registry-images.ts';

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const CONFIG = 'application/vnd.oci.image.config.v1+json';
const GZIP = 'application/vnd.oci.image.layer.v1.tar+gzip';
const image = makeImage(['a', 'b']);
const other = makeImage(['a', 'c']);
const arm = makeImage(['arm'], 'arm64');

/** What one writing of a layout has: the root, and all its manifests. */
function write(make: (layout: LayoutWriter) => { digest: string }): { root: Manifest; all: Manifest[] } {
  const layout = new LayoutWriter();
  const { digest } = make(layout);
  const read = (bytes: Buffer) => parseManifest(bytes, undefined, 'a manifest');
  const all = [...layout.files.values()].filter((bytes) => /"schemaVersion"/.test(String(bytes))).map(read);
  return { root: read(layout.files.get(`blobs/sha256/${digest.slice(7)}`) ?? Buffer.alloc(0)), all };
}
type Written = ReturnType<typeof write>;
const plain = (of: TestImage) => write((layout) => layout.image(of));
const attested = (statement: string, predicates = [PROVENANCE], of = image) =>
  write((layout) => layout.attested(of, statement, predicates));
/** As the action compares it: by the manifests behind tags first, then by their attestations. */
function areSame(ours: Written, theirs: Written): boolean {
  const identity = identityOf(ours.root);
  if (isSame(theirs.root, identity)) return true;
  const read = new Map([...ours.all, ...theirs.all].map((manifest) => [manifest.digest, manifest]));
  return mayDifferInBuildTime(theirs.root, identity) && differInBuildTime(ours.root, theirs.root, read);
}

describe('an image with manifests is compared by its manifest', () => {
  const built = (layer: (bytes: Buffer) => Buffer, mediaType = GZIP, more: object = {}) =>
    write((layout) =>
      layout.json(MANIFEST, {
        schemaVersion: 2,
        mediaType: MANIFEST,
        config: layout.add(CONFIG, image.config),
        layers: image.layers.map((bytes) => layout.add(mediaType, layer(bytes))),
        ...more,
      }),
    );
  const annotated = { annotations: { 'org.opencontainers.image.revision': 'abc' } };

  it.each<[what: string, one: Written, two: Written]>([
    ['other annotations', plain(image), built(gzipSync, GZIP, annotated)],
    ['another compression of the layers', plain(image), built((bytes) => gzipSync(bytes, { level: 1 }))],
    ['other layer types', plain(image), built((bytes) => bytes, 'application/vnd.oci.image.layer.v1.tar')],
    ['another layer under the same configuration', plain(image), built(() => gzipSync('wrong'))],
    ['provenance', plain(image), attested('monday')],
    ['an index around it', plain(image), write((layout) => layout.index([layout.image(image)]))],
    ['another configuration', plain(image), plain(other)],
  ])('%s: another image, in both directions', (_, one, two) => {
    expect(one.root.digest).not.toBe(two.root.digest);
    expect([areSame(one, one), areSame(two, two)]).toEqual([true, true]);
    expect([areSame(one, two), areSame(two, one)]).toEqual([false, false]);
  });
});

describe('attestations of buildx', () => {
  const multi = (images: readonly TestImage[], statement?: string, annotations?: object) =>
    write((layout) => {
      const held = images.map((one) => layout.image(one));
      const statements = held.map(({ digest }) => layout.attestation(digest, statement ?? ''));
      const mediaType = 'application/vnd.oci.image.index.v1+json';
      const manifests = statement === undefined ? held : [...held, ...statements];
      return layout.json(mediaType, { schemaVersion: 2, mediaType, manifests, annotations });
    });

  it.each<[what: string, one: Written, two: Written]>([
    ['of one image', attested('monday'), attested('tuesday')],
    ['of one, with an SBOM', attested('monday', [PROVENANCE, SBOM]), attested('tuesday', [SBOM, PROVENANCE])],
    ['of two images', multi([image, arm], 'monday'), multi([image, arm], 'tuesday')],
  ])('%s that differ only in build times are no change', (_, one, two) => {
    expect(one.root.digest).not.toBe(two.root.digest);
    expect([areSame(one, two), areSame(two, one)]).toEqual([true, true]);
  });

  it('are no change in any order of keys in the index', () => {
    const two = attested('tuesday');
    const json = JSON.parse(String(two.root.bytes));
    const turned = Buffer.from(JSON.stringify(Object.fromEntries(Object.entries(json).reverse())));
    expect(areSame(attested('monday'), { ...two, root: parseManifest(turned, undefined, 'it') })).toBe(true);
  });

  it.each<[what: string, one: Written, two: Written]>([
    ['an SBOM is added', attested('monday'), attested('tuesday', [PROVENANCE, SBOM])],
    ['another provenance', attested('monday'), attested('tuesday', ['https://slsa.dev/provenance/v0.2'])],
    ['no attestation', multi([image, arm], 'monday'), multi([image, arm])],
    ['another image', attested('monday'), attested('tuesday', [PROVENANCE], other)],
    ['an added image', multi([image], 'monday'), multi([image, arm], 'tuesday')],
    ['another order', multi([image, arm], 'monday'), multi([arm, image], 'tuesday')],
    ['an annotation of the index', multi([image], 'monday'), multi([image], 'tuesday', { a: 'b' })],
    [
      'of another image of the index',
      write((layout) => {
        const held = [layout.image(image), layout.image(arm)];
        return layout.index([...held, layout.attestation(held[0]?.digest ?? '', 'monday')]);
      }),
      write((layout) => {
        const held = [layout.image(image), layout.image(arm)];
        return layout.index([...held, layout.attestation(held[1]?.digest ?? '', 'monday')]);
      }),
    ],
  ])('%s: a change, in both directions', (_, one, two) => {
    expect([areSame(one, two), areSame(two, one)]).toEqual([false, false]);
  });

  it('are a change if they cannot be read', () => {
    const [one, two] = [attested('monday'), attested('tuesday')];
    expect(areSame(one, { ...two, all: [] })).toBe(false);
  });

  it('are read only if nothing else differs', () => {
    const ours = identityOf(attested('monday').root);
    expect(mayDifferInBuildTime(attested('tuesday').root, ours)).toBe(true);
    for (const { root } of [
      attested('monday'),
      attested('monday', [PROVENANCE], other),
      plain(image),
      multi([image]),
    ])
      expect(mayDifferInBuildTime(root, ours)).toBe(false);
    // An engine that does not say what its index lists.
    const unknown = { by: 'manifest', digest: sha256('x'), images: undefined } as const;
    expect(mayDifferInBuildTime(attested('tuesday').root, unknown)).toBe(true);
    expect(mayDifferInBuildTime(plain(image).root, unknown)).toBe(false);
    expect(mayDifferInBuildTime(attested('x').root, { by: 'configuration', digest: sha256('x') })).toBe(
      false,
    );
  });
});

describe('an image without manifests', () => {
  const digest = sha256(image.config);
  const identity = { by: 'configuration', digest } as const;
  const json = String(plain(image).root.bytes);
  const parse = (bytes: Buffer) => parseManifest(bytes, MANIFEST, 'it');

  it('is the same as a manifest with its configuration and verified layers, and as no other', () => {
    expect(isSame(parse(markVerified(json)), identity)).toBe(true);
    expect(isSame(parse(Buffer.from(json)), identity)).toBe(false);
    expect(isSame(parse(markVerified(String(plain(other).root.bytes))), identity)).toBe(false);
  });

  it('has a mark of white space, which an edited manifest loses', () => {
    const marked = markVerified(json);
    expect(JSON.parse(String(marked))).toEqual(JSON.parse(json));
    expect(hasVerifiedLayers({ bytes: marked })).toBe(true);
    const [wrong, good] = [sha256('wrong'), sha256(gzipSync(image.layers[0] ?? ''))];
    const edited = String(marked).replace(good, wrong);
    expect(edited).not.toBe(String(marked));
    const flipped = Buffer.from(marked);
    flipped[7] = flipped[7] === 9 ? 32 : 9;
    for (const bytes of [
      Buffer.from(edited),
      flipped,
      Buffer.from(`{${' '.repeat(128)}${json.slice(1)}`),
      Buffer.from(JSON.stringify(JSON.parse(json), undefined, 3)),
      marked.subarray(0, 129),
      Buffer.from('{'),
      Buffer.alloc(0),
    ])
      expect(hasVerifiedLayers({ bytes })).toBe(false);
  });
});
