/** By what images are compared: what runs, whatever is attested beside it. */
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { identityOf, identityOfConfig, identityOfImages, matches } from '../../src/registry/identity.ts';
import { type Manifest, parseManifest } from '../../src/registry/manifest.ts';
import { LayoutWriter, makeImage, sha256, type TestImage } from '../servers/registry-images.ts';

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
const attested = (of: TestImage, statement: string) => write((layout) => layout.attested(of, statement));
const plain = (of: TestImage) => write((layout) => layout.image(of));
const identify = ({ root, all }: ReturnType<typeof write>) => identityOf(root, all);

describe('an index of one image and its attestations', () => {
  const [monday, tuesday] = [attested(image, 'monday'), attested(image, 'tuesday')];

  it('is another index after every build, and the same image', () => {
    expect(monday.root.digest).not.toBe(tuesday.root.digest);
    expect(identify(monday)).toEqual(identify(tuesday));
    expect(matches(monday.root, identify(tuesday))).toBe(true);
    expect(identify(monday)).toMatchObject({ digest: sha256(image.config), isIndex: true });
  });

  it('is the same as that image alone, either way, also when its layers were packed otherwise', () => {
    expect(matches(plain(image).root, identify(monday))).toBe(true);
    expect(matches(monday.root, identify(plain(image)))).toBe(true);
    const packed = write((layout) =>
      layout.json('application/vnd.oci.image.manifest.v1+json', {
        schemaVersion: 2,
        config: layout.add('application/vnd.oci.image.config.v1+json', image.config),
        layers: image.layers.map((layer) =>
          layout.add('application/vnd.oci.image.layer.v1.tar+gzip', gzipSync(layer, { level: 1 })),
        ),
      }),
    );
    expect(packed.root.digest).not.toBe(plain(image).root.digest);
    expect(matches(packed.root, identify(monday))).toBe(true);
  });

  it('is not another image, alone or attested', () => {
    for (const { root } of [plain(other), attested(other, 'monday')])
      expect(matches(root, identify(monday))).toBe(false);
    // Its configuration is not asked for.
    expect(matches(monday.root, identityOfConfig(sha256(image.config)))).toBe(false);
  });

  it('is known by its image also to an engine that tells no configuration', () => {
    const [child] = monday.root.manifests.map(({ digest }) => digest);
    expect(child).toBe(plain(image).root.digest);
    const told = identityOfImages(child === undefined ? [] : [child], true);
    expect(told.digest).toBe(child);
    for (const { root } of [monday, tuesday, plain(image)]) expect(matches(root, told)).toBe(true);
    expect(matches(attested(other, 'monday').root, told)).toBe(false);
  });
});

describe('an index of several images', () => {
  const multi = (images: readonly TestImage[], statement?: string) =>
    write((layout) => {
      const held = images.map((one) => layout.image(one));
      const statements = held.map(({ digest }) => layout.attestation(digest, statement ?? ''));
      return layout.index(statement === undefined ? held : [...held, ...statements]);
    });

  it('is the same in any order, with any attestations', () => {
    const ours = identify(multi([image, arm], 'monday'));
    expect(ours.config).toBeUndefined();
    for (const { root } of [multi([arm, image], 'tuesday'), multi([image, arm])])
      expect(matches(root, ours)).toBe(true);
  });

  it('is another with one image more, less or changed', () => {
    const ours = identify(multi([image, arm], 'monday'));
    for (const { root } of [plain(image), multi([image]), multi([other, arm]), multi([image, arm, other])])
      expect(matches(root, ours)).toBe(false);
  });
});

it('what lists no image, or is none, stands for itself alone', () => {
  const attestation = (statement: string) =>
    write((layout) => layout.index([layout.attestation(sha256('gone'), statement)]));
  const one = attestation('one');
  expect(identify(one).digest).toBe(one.root.digest);
  expect(matches(one.root, identify(one))).toBe(true);
  expect(matches(attestation('two').root, identify(one))).toBe(false);
  const signature = write((layout) => layout.signature({ digest: sha256('x') }));
  expect(identify(signature)).toMatchObject({ digest: signature.root.digest, config: undefined });
});
