/**
 * Images as tools write them that CI cannot have, or that are too many to be made by a tool each; by hand, as their source
 * writes them. Each is pushed to Debian's docker-registry, and pulled back by skopeo. scripts/witness-archives.ts has the tools.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isSame } from '../../src/registry/equality.ts';
import { openImage } from '../../src/registry/open.ts';
import { hasProgram } from '../servers/docker-process.ts';
import { DockerRegistry } from '../servers/docker-registry.ts';
import { imagesOf, pullBySkopeo } from '../servers/pulled-image.ts';
import {
  LayoutWriter,
  makeImage,
  makeTar,
  noise,
  SBOM,
  sha256,
  type TarFile,
  type TestImage,
} from '../servers/registry-images.ts';
import { pushImage, Scratch, surroundings } from './harness.ts';

const image = makeImage([noise(100_000), 'two', 'three']);
const arm = makeImage(['for arm'], 'arm64');
const hex = (bytes: Buffer) => sha256(bytes).slice(7);
const json = (value: unknown) => Buffer.from(JSON.stringify(value));
/** A tar without any entry: what `WORKDIR /` or a `COPY` of nothing gave for years. */
const nothing = Buffer.alloc(1024);

function withLayers(layers: readonly Buffer[]): TestImage {
  const { config } = makeImage(['x']);
  const rootfs = { type: 'layers', diff_ids: layers.map(sha256) };
  return { config: json({ ...JSON.parse(String(config)), rootfs }), layers };
}

/** jib's `jib-image.tar`: gzipped layers by the digest of what they unpack to, the configuration under one name. */
function byJib({ config, layers }: TestImage): readonly TarFile[] {
  const paths = layers.map((layer) => `${hex(layer)}.tar.gz`);
  const manifest = { Config: 'config.json', RepoTags: ['team/app:v1'], Layers: paths };
  const files = new Map(layers.map((layer, i) => [paths[i] ?? '', gzipSync(layer)]));
  return [...files, ['config.json', config], ['manifest.json', json([manifest])]];
}

/** kaniko's `--tar-path`: gzipped layers by their own digest, the configuration under its digest. */
function byKaniko({ config, layers }: TestImage): readonly TarFile[] {
  const packed = layers.map((layer) => gzipSync(layer));
  const paths = packed.map((bytes) => `${hex(bytes)}.tar.gz`);
  const manifest = { Config: sha256(config), RepoTags: ['team/app:v1'], Layers: paths };
  const files = new Map(packed.map((bytes, i) => [paths[i] ?? '', bytes]));
  return [[sha256(config), config], ...files, ['manifest.json', json([manifest])]];
}

/** nix's `dockerTools.buildImage`: all below `./`, folders by any name, and the whole of it in gzip. */
function byNix({ config, layers }: TestImage): readonly TarFile[] {
  const folders = layers.map((_, i) => String(i).repeat(64));
  const manifest = {
    Config: `${hex(config)}.json`,
    RepoTags: ['team/app:v1'],
    Layers: folders.map((folder) => `${folder}/layer.tar`),
  };
  return [
    ...layers.flatMap((layer, i): TarFile[] => [
      [`./${folders[i]}/VERSION`, Buffer.from('1.0')],
      [`./${folders[i]}/layer.tar`, layer],
      [`./${folders[i]}/json`, json({ id: folders[i] })],
    ]),
    [`./${hex(config)}.json`, config],
    ['./manifest.json', json([manifest])],
    ['./repositories', json({ 'team/app': { v1: folders.at(-1) } })],
  ];
}

/** What `docker save` writes where Docker keeps its images in containerd: the index with attestations, and the names. */
function byContainerdStore(): { files: readonly TarFile[]; root: string } {
  const layout = new LayoutWriter();
  const index = layout.attested(image, 'monday', ['https://slsa.dev/provenance/v1', SBOM]);
  const names = {
    'io.containerd.image.name': 'docker.io/team/app:v1',
    'org.opencontainers.image.ref.name': 'v1',
  };
  layout.list({ ...index, annotations: names });
  const layers = image.layers.map((layer) => `blobs/sha256/${hex(gzipSync(layer))}`);
  const config = `blobs/sha256/${hex(image.config)}`;
  return {
    files: layout.saved([{ Config: config, RepoTags: ['team/app:v1'], Layers: layers }]),
    root: index.digest,
  };
}

function layoutOf(write: (layout: LayoutWriter) => { digest: string }) {
  const layout = new LayoutWriter();
  const { digest } = write(layout);
  return { files: layout.entries(), root: digest };
}

const twice = withLayers([image.layers[0] ?? nothing, nothing, image.layers[0] ?? nothing]);
const signed = (more: (of: string) => object, tag?: (of: string) => string) =>
  layoutOf((layout) => {
    const held = layout.image(image);
    layout.list(held, 'v1');
    const of = held.digest.slice(7);
    layout.list(layout.image(makeImage(['signature']), more(of)), tag?.(of));
    return held;
  });
const cosign = (kind: string) => ({ annotations: { kind: `dev.cosignproject.cosign/${kind}` } });

/** With the digest of the manifest that must be kept, or of the configuration where the source has no manifest. */
const CASES: readonly (readonly [
  what: string,
  transport: 'docker-archive' | 'oci-archive',
  made: { files: readonly TarFile[]; root?: string; config?: Buffer },
  packed?: 'gzip',
])[] = [
  ['jib', 'docker-archive', { files: byJib(image), config: image.config }],
  ['jib, a layer twice and one empty', 'docker-archive', { files: byJib(twice), config: twice.config }],
  ['kaniko', 'docker-archive', { files: byKaniko(image), config: image.config }],
  ['kaniko, a layer twice, one empty', 'docker-archive', { files: byKaniko(twice), config: twice.config }],
  ['nix dockerTools.buildImage', 'docker-archive', { files: byNix(image), config: image.config }, 'gzip'],
  ['nix, a layer twice, one empty', 'docker-archive', { files: byNix(twice), config: twice.config }, 'gzip'],
  ["docker save of Docker's containerd store", 'docker-archive', byContainerdStore()],
  ["docker save of Docker's containerd store | gzip", 'docker-archive', byContainerdStore(), 'gzip'],
  [
    'a layout with the same layer twice and one without entries',
    'oci-archive',
    layoutOf((layout) => {
      const held = layout.image(twice);
      layout.list(held, 'v1');
      return held;
    }),
  ],
  [
    'buildx, two platforms with attestations',
    'oci-archive',
    layoutOf((layout) => {
      const [one, two] = [layout.image(image), layout.image(arm)];
      const index = layout.index([
        { ...one, platform: { os: 'linux', architecture: 'amd64' } },
        { ...two, platform: { os: 'linux', architecture: 'arm64' } },
        layout.attestation(one.digest, 'one'),
        layout.attestation(two.digest, 'two', [SBOM]),
      ]);
      layout.list(index, 'v1');
      return index;
    }),
  ],
  [
    "an image beside cosign's signatures and attestations",
    'oci-archive',
    layoutOf((layout) => {
      const held = layout.image(image, cosign('image'));
      layout.list(held, 'v1');
      for (const kind of ['sigs', 'atts']) layout.list(layout.image(makeImage([kind]), cosign(kind)));
      return held;
    }),
  ],
  [
    'an image with the tag of its referrers',
    'oci-archive',
    signed(
      () => ({}),
      (of) => `sha256-${of}`,
    ),
  ],
  [
    "an image beside cosign's tag of its signature",
    'oci-archive',
    signed(
      () => ({}),
      (of) => `sha256-${of}.sig`,
    ),
  ],
];

describe.skipIf(!hasProgram('docker-registry') || !hasProgram('skopeo'))('an image of another tool', () => {
  let scratch: Scratch;
  let registry: DockerRegistry;
  beforeAll(async () => {
    scratch = await Scratch.make();
    await mkdir(scratch.at('registry'));
    registry = await DockerRegistry.start(scratch.at('registry'));
  });
  afterAll(async () => {
    await registry[Symbol.asyncDispose]();
    await scratch[Symbol.asyncDispose]();
  });

  it.each(CASES.map(([what, ...rest], i) => ({ what, rest, i })))('$what', async ({ rest, i }) => {
    const [transport, { files, root, config }, packed] = rest;
    const tar = makeTar(files);
    const path = scratch.at(`${i}.tar`);
    await writeFile(path, packed === 'gzip' ? gzipSync(tar) : tar);
    const tag = `v${i}`;
    const pushed = await pushImage(`${transport}:${path}`, registry.url, { tags: [tag] });
    const blobs = await pullBySkopeo(`${registry.url.host}/app:${tag}`, scratch.at(`${i}`));
    const pulled = blobs.get(pushed.manifest.digest) ?? Buffer.from('{}');
    const faults: string[] = [];
    const configs = imagesOf(pulled, blobs, faults);
    expect(faults).toEqual([]);
    expect(configs.length).toBeGreaterThan(0);
    if (root !== undefined) expect(sha256(pulled)).toBe(root);
    if (config !== undefined) expect(configs).toEqual([sha256(config)]);
    // A second run finds it behind the tag.
    const source = await openImage(`${transport}:${path}`, surroundings());
    await source.close();
    expect(source.tag).toBe('v1');
    expect(isSame(pushed.manifest, source.identity)).toBe(true);
  });
});
