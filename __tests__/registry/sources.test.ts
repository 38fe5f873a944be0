import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Header } from 'tar/header';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readAll } from '../../src/registry/files.ts';
import { openImage } from '../../src/registry/open.ts';
import type { ImageSource } from '../../src/registry/source.ts';
import {
  LayoutWriter,
  makeImage,
  makeTar,
  noise,
  sha256,
  type TarFile,
  toSaved,
} from '../servers/registry-images.ts';
import {
  toSavedByContainerd,
  toSavedByPodman,
  toSavedTogether,
  toSavedWithLayout,
} from '../servers/registry-saved.ts';
import { expectFault, Scratch, surroundings } from './harness.ts';

let scratch: Scratch;
beforeAll(async () => {
  scratch = await Scratch.make();
});
afterAll(() => scratch[Symbol.asyncDispose]());

const image = makeImage(['a', 'b', 'c']);
const other = makeImage(['a', 'x'], 'arm64');
let count = 0;
const blobOf = (digest: string) => `blobs/${digest.replace(':', '/')}`;

/** @returns the digest of the configuration, whatever the source is known by */
async function configOf(source: ImageSource): Promise<string | undefined> {
  if (source.form === 'uncompressed') return sha256(await source.configuration());
  return (await source.manifests()).find(({ config }) => config !== undefined)?.config?.digest;
}

async function open(transport: string, files: readonly TarFile[], select = '') {
  const path = await scratch.tar(`${count++}.tar`, files);
  const source = await openImage(`${transport}:${path}${select}`, surroundings());
  await source.close();
  return source;
}

describe('an OCI layout', () => {
  it('is identified by its manifest, and has its platform and tag', async () => {
    const layout = new LayoutWriter();
    const held = layout.image(image);
    layout.list(held, 'v7');
    const source = await open('oci-archive', layout.entries());
    expect(source).toMatchObject({
      form: 'compressed',
      tag: 'v7',
      identity: { by: 'manifest', digest: held.digest, images: [] },
      platforms: ['linux/amd64'],
      expected: { blobs: 4 },
    });
  });

  it('with an index is identified by its images, children first', async () => {
    const layout = new LayoutWriter();
    const held = [layout.image(image), layout.image(other)];
    const index = layout.index(held);
    layout.list(index);
    const source = await open('oci-archive', layout.entries());
    expect(source.identity).toEqual({
      by: 'manifest',
      digest: index.digest,
      images: held.map(({ digest }) => digest).sort(),
    });
    expect(source.platforms).toEqual(['linux/amd64', 'linux/arm64']);
    const manifests = source.form === 'compressed' ? await source.manifests() : [];
    expect(manifests.map(({ digest }) => digest).at(-1)).toBe(index.digest);
    expect(manifests).toHaveLength(3);
  });

  it('with several images needs a tag', async () => {
    const layout = new LayoutWriter();
    layout.list(layout.image(image), 'one').list(layout.image(other), 'two');
    await expectFault(open('oci-archive', layout.entries()), 'NO_SUCH_IMAGE', 'one, two');
    expect(await configOf(await open('oci-archive', layout.entries(), ':two'))).toBe(sha256(other.config));
    await expectFault(open('oci-archive', layout.entries(), ':three'), 'NO_SUCH_IMAGE', /\bthree\b/);
  });

  it('with attestations is identified by the index and its image', async () => {
    for (const statement of ['monday', 'tuesday']) {
      const layout = new LayoutWriter();
      const index = layout.attested(image, statement);
      layout.list(index, 'v1');
      const source = await open('oci-archive', layout.entries());
      expect(source.identity).toMatchObject({ digest: index.digest, images: [expect.any(String)] });
      expect(source.platforms).toEqual(['linux/amd64']);
      const manifests = source.form === 'compressed' ? await source.manifests() : [];
      expect([manifests.length, manifests.at(-1)?.digest]).toEqual([3, index.digest]);
    }
  });

  it('with a signature that is marked only in its manifest is the image', async () => {
    const layout = new LayoutWriter();
    const held = layout.image(image);
    layout.list(held, 'v1').list(layout.signature(held));
    for (const select of ['', ':v1'])
      expect((await open('oci-archive', layout.entries(), select)).identity.digest).toBe(held.digest);
  });

  it('returns only the requested part', async () => {
    const layout = new LayoutWriter();
    layout.list(layout.image(image));
    const source = await open('oci-archive', layout.entries());
    const given: (string | undefined)[] = [];
    for await (const { digest } of source.contents((digest) => digest === sha256(image.config)))
      given.push(digest);
    expect(given).toEqual([sha256(image.config)]);
  });

  it('in a directory is read; links out of it and a missing directory are errors', async () => {
    const layout = new LayoutWriter();
    layout.list(layout.image(image));
    await layout.write(scratch.at('layout'));
    const source = await openImage(`oci:${scratch.at('layout')}`, surroundings());
    expect(await configOf(source)).toBe(sha256(image.config));
    await expect(openImage(`oci:${scratch.at('none')}`, surroundings())).rejects.toMatchObject({
      fault: 'NO_SUCH_IMAGE',
    });
    await mkdir(scratch.at('linked'));
    await symlink('/etc/hostname', scratch.at('linked/index.json'));
    await expectFault(openImage(`oci:${scratch.at('linked')}`, surroundings()), 'UNSAFE_PATH', 'index.json');
  });

  it.each(['index.json', 'oci-layout', 'the manifest', 'the configuration', 'a layer'])(
    'in a directory with a pipe (%s) is rejected without waiting for it',
    async (what) => {
      const layout = new LayoutWriter();
      const described = layout.image(image);
      const { digest } = described;
      layout.list(described);
      const folder = scratch.at(`pipe ${what}`);
      await layout.write(folder);
      const manifest = JSON.parse(await readFile(join(folder, blobOf(digest)), 'utf8'));
      const files: Record<string, string> = {
        'the manifest': blobOf(digest),
        'the configuration': blobOf(manifest.config.digest),
        'a layer': blobOf(manifest.layers[0].digest),
      };
      const path = join(folder, files[what] ?? what);
      await rm(path, { force: true });
      execFileSync('mkfifo', [path]);
      const opening = openImage(`oci:${folder}`, surroundings());
      // What is never read may be anything.
      if (what === 'oci-layout') await (await opening).close();
      else
        await expect(opening).rejects.toMatchObject({
          fault: expect.stringMatching(/^(LAYOUT|MISSING_BLOB)$/),
        });
    },
  );

  it('is aborted at the end of the run', async () => {
    const end = new AbortController();
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    const here = { ...surroundings({ DOCKER_HOST: `tcp://127.0.0.1:${port}` }), signal: end.signal };
    const opening = openImage('app:v1', here);
    setTimeout(() => end.abort(new Error('over')), 50);
    await expect(opening).rejects.toThrow('over');
    await expect(openImage('app:v1', here)).rejects.toThrow('over');
    silent.closeAllConnections();
    silent.close();
  });

  it('with a signature of a missing image is an error, and so is a damaged second image', async () => {
    const layout = new LayoutWriter();
    layout.list(layout.image(image), 'v1').list(layout.signature({ digest: sha256('elsewhere') }));
    await expectFault(open('oci-archive', layout.entries()), 'NO_SUCH_IMAGE', 'v1');
    const damaged = new LayoutWriter();
    damaged.list(damaged.image(image), 'v1').list(damaged.add('x', Buffer.from('{')), 'v2');
    expect((await open('oci-archive', damaged.entries(), ':v1')).tag).toBe('v1');
    await expectFault(open('oci-archive', damaged.entries(), ':v2'), 'LAYOUT');
  });

  it('in another format is an error that names the format', async () => {
    const saved = open('oci-archive', toSaved(image, ['app:v1']));
    await expectFault(saved, 'LAYOUT', 'docker-archive:');
    const layout = new LayoutWriter();
    layout.list(layout.image(image), 'v1');
    await expectFault(open('docker-archive', layout.entries()), 'LAYOUT', 'oci-archive:');
    const folder = scratch.at('loose');
    await mkdir(folder);
    await writeFile(join(folder, 'version'), 'Directory Transport Version: 1.1\n');
    await writeFile(join(folder, 'manifest.json'), '{}');
    await expectFault(openImage(`oci:${folder}`, surroundings()), 'LAYOUT', /skopeo copy dir:.* oci:OTHER/);
    await writeFile(scratch.at('file.tar'), '');
    await expectFault(
      openImage(`oci:${scratch.at('file.tar')}`, surroundings()),
      'LAYOUT',
      /oci-archive:.*file\.tar/,
    );
    await expectFault(openImage(`oci-archive:${folder}`, surroundings()), 'LAYOUT', 'oci:DIR');
  });
});

describe('a docker archive', () => {
  it.each([
    ['legacy', toSaved],
    ['with a layout', toSavedWithLayout],
  ] as const)('%s has uncompressed layers', async (_, write) => {
    const twice = makeImage(['a', 'b', 'a']);
    const source = await open(
      'docker-archive',
      write({ ...twice, layers: image.layers, config: image.config }, ['team/app:v3']),
    );
    expect(source).toMatchObject({
      form: 'uncompressed',
      tag: 'v3',
      identity: { by: 'configuration', digest: sha256(image.config) },
      diffIds: image.layers.map(sha256),
    });
  });

  it('with compressed layers (of a containerd store) is pushed unchanged', async () => {
    const layout = new LayoutWriter();
    layout.list(layout.image(image));
    const manifest = [{ Config: 'c', RepoTags: ['app:v1'], Layers: [] }];
    const files: TarFile[] = [...layout.entries(), ['manifest.json', Buffer.from(JSON.stringify(manifest))]];
    expect((await open('docker-archive', files)).form).toBe('compressed');
  });

  it('of a containerd store that lacks the other platforms of an index is read by its manifest.json', async () => {
    const layout = new LayoutWriter();
    const held = layout.image(image);
    layout.list(layout.index([held, { ...held, digest: sha256('absent') }]));
    const blob = (bytes: Buffer) => `blobs/sha256/${sha256(bytes).slice(7)}`;
    const { layers } = JSON.parse(String(layout.files.get(`blobs/sha256/${held.digest.slice(7)}`)));
    const saved = [
      {
        Config: blob(image.config),
        RepoTags: null,
        Layers: layers.map(({ digest }: { digest: string }) => `blobs/sha256/${digest.slice(7)}`),
      },
    ];
    const entries: TarFile[] = [...layout.entries(), ['manifest.json', Buffer.from(JSON.stringify(saved))]];
    expect(await open('docker-archive', entries)).toMatchObject({
      form: 'uncompressed',
      tag: undefined,
      identity: { by: 'configuration', digest: sha256(image.config) },
    });
  });

  it('with empty layers and a header for all entries is read', async () => {
    const empty = {
      layers: [Buffer.alloc(0)],
      config: Buffer.from(
        JSON.stringify({
          os: 'linux',
          architecture: 'arm',
          variant: 'v7',
          rootfs: { diff_ids: [sha256('')] },
        }),
      ),
    };
    const body = Buffer.from('16 comment=alls\n');
    const header = Buffer.alloc(512);
    new Header({
      path: 'pax',
      type: 'GlobalExtendedHeader',
      size: body.length,
      mode: 0,
      mtime: new Date(0),
    }).encode(header);
    const tar = Buffer.concat([
      header,
      body,
      Buffer.alloc(512 - body.length),
      makeTar(toSaved(empty, ['app:v1'])),
    ]);
    await writeFile(scratch.at('empty.tar'), tar);
    const source = await openImage(`docker-archive:${scratch.at('empty.tar')}`, surroundings());
    const sizes: number[] = [];
    for await (const { open: bytes } of source.contents(() => true))
      for await (const chunk of bytes()) sizes.push(chunk.length);
    expect([source.platforms, sizes]).toEqual([['linux/arm/v7'], []]);
    await source.close();
  });

  it('with links for equal layers finds them', async () => {
    const layer = image.layers[0] ?? Buffer.alloc(0);
    const config = Buffer.from(JSON.stringify({ rootfs: { diff_ids: [sha256(layer), sha256(layer)] } }));
    const source = await open('docker-archive', toSaved({ config, layers: [layer, layer] }, ['app:v1']));
    expect(source.form === 'uncompressed' && source.sizeOf(sha256(layer))).toBe(layer.length);
  });

  it('with several images needs a name', async () => {
    const [one, two] = [toSaved(image, ['app:one']), toSaved(other, ['app:two'])];
    const parse = (files: readonly TarFile[]) => JSON.parse(String(files.at(-1)?.[1]));
    const rename = (files: readonly TarFile[]): TarFile[] =>
      files.slice(0, -1).map(([path, content]) => [`x${path}`, content] as TarFile);
    const second = parse(two).map((item: { Config: string; Layers: string[] }) => ({
      ...item,
      Config: `x${item.Config}`,
      Layers: item.Layers.map((layer) => `x${layer}`),
    }));
    const files: TarFile[] = [
      ...one.slice(0, -1),
      ...rename(two),
      ['manifest.json', Buffer.from(JSON.stringify([...parse(one), ...second]))],
    ];
    await expectFault(open('docker-archive', files), 'NO_SUCH_IMAGE', 'app:one, app:two');
    expect((await open('docker-archive', files, ':app:two')).identity.digest).toBe(sha256(other.config));
    expect((await open('docker-archive', files, ':one')).identity.digest).toBe(sha256(image.config));
  });

  describe.each([
    ['a classic store', toSavedTogether, 'uncompressed'],
    ['a containerd store', toSavedByContainerd, 'compressed'],
  ] as const)('of %s', (_, write, form) => {
    it.each([
      ['app:latest', image],
      ['worker:latest', other],
      ['library/app:latest', image],
      ['docker.io/library/worker:latest', other],
      ['docker.io/worker:latest', other],
    ])('with two images under one tag gives %s', async (select, meant) => {
      const files = write([
        [image, 'app:latest'],
        [other, 'worker:latest'],
      ]);
      const found = await open('docker-archive', files, `:${select}`);
      expect([found.form, await configOf(found), found.tag]).toEqual([form, sha256(meant.config), 'latest']);
    });

    it('accepts only a tag if one image has it, and a name without a tag as latest', async () => {
      const files = write([
        [image, 'team/app:latest'],
        [other, 'team/worker:latest'],
        [makeImage(['third']), 'team/worker:v2'],
      ]);
      const all = 'team/app:latest, team/worker:latest, team/worker:v2';
      await expectFault(
        open('docker-archive', files, ':latest'),
        'NO_SUCH_IMAGE',
        `docker-archive:FILE:NAME:TAG of: ${all}`,
      );
      expect(await open('docker-archive', files, ':v2')).toMatchObject({ form, tag: 'v2' });
      const worker = await open('docker-archive', files, ':team/worker');
      expect([await configOf(worker), worker.tag]).toEqual([sha256(other.config), 'latest']);
    });

    it('never returns the image of another name for a tag that the named one lacks', async () => {
      const files = write([
        [image, 'app:v1'],
        [other, 'worker:v2'],
      ]);
      await expectFault(open('docker-archive', files, ':app:v2'), 'NO_SUCH_IMAGE', 'app:v1, worker:v2');
    });
  });

  it('of a signed image (Docker 29 also saves the signature) is the image', async () => {
    const layout = new LayoutWriter();
    const held = layout.image(image);
    const annotations = { 'io.containerd.manifest.subject': held.digest };
    layout.list(held, 'v1').list(layout.signature(held, { annotations }));
    const files = layout.saved([{ Config: 'c', RepoTags: ['app:v1'], Layers: [] }]);
    expect(await open('docker-archive', files)).toMatchObject({ form: 'compressed', tag: 'v1' });
  });

  it('of Podman has uncompressed layers', async () => {
    const files = toSavedByPodman(image, ['localhost/app:v1']);
    const source = await open('docker-archive', files, ':localhost/app:v1');
    expect(source).toMatchObject({ form: 'uncompressed', tag: 'v1', diffIds: image.layers.map(sha256) });
  });

  describe('in gzip', () => {
    const packed = async (files: readonly TarFile[], name: string) => {
      await writeFile(scratch.at(name), gzipSync(makeTar(files)));
      return scratch.at(name);
    };

    it.each(['docker-archive', 'oci-archive'])(
      'is read as %s at any offset, and leaves no file',
      async (transport) => {
        const layout = new LayoutWriter();
        layout.list(layout.image(image), 'v1');
        const files = transport === 'oci-archive' ? layout.entries() : toSaved(image, ['app:v1']);
        const path = await packed(files, `${transport}.tar.gz`);
        const temp = scratch.at(`${transport}-temp`);
        await mkdir(temp);
        const source = await openImage(`${transport}:${path}`, { ...surroundings(), temp });
        expect(await readdir(temp)).toEqual([]);
        expect(source.tag).toBe('v1');
        expect(await configOf(source)).toBe(sha256(image.config));
        for (const _ of ['once', 'again'])
          for await (const content of source.contents(() => true))
            expect(sha256(await readAll(content.open(), 1_000_000, 'it'))).toBe(content.digest);
        await source.close();
      },
    );

    it('is not decompressed further after the end of the run', async () => {
      const end = new AbortController();
      const path = await packed(toSaved(makeImage([Buffer.alloc(60_000_000)]), ['app:v1']), 'long.tar.gz');
      const temp = scratch.at('long-temp');
      await mkdir(temp);
      const opening = openImage(`docker-archive:${path}`, { ...surroundings(), temp, signal: end.signal });
      setTimeout(() => end.abort(new Error('over')), 5);
      await expect(opening).rejects.toThrow('over');
      await expect.poll(() => readdir(temp)).toEqual([]);
    });

    it('is an error if the temporary folder does not exist', async () => {
      const path = await packed(toSaved(image, ['app:v1']), 'nowhere.tar.gz');
      const opening = openImage(`docker-archive:${path}`, { ...surroundings(), temp: scratch.at('nowhere') });
      await expect(opening).rejects.toMatchObject({ fault: 'COMPRESSED_ARCHIVE' });
    });
  });

  it('with names past 100 characters is read', async () => {
    const long = `${'d'.repeat(90)}/${'e'.repeat(90)}`;
    const files = toSaved(image, ['app:v1']);
    const manifest = JSON.parse(String(files.at(-1)?.[1]));
    manifest[0].Layers[0] = long;
    const moved = files.map(([path, content], i) => [i === 0 ? long : path, content] as TarFile);
    const source = await open('docker-archive', [
      ...moved.slice(0, -1),
      ['manifest.json', Buffer.from(JSON.stringify(manifest))],
    ]);
    expect(source.form).toBe('uncompressed');
  });

  it('that is truncated after it was opened is an error when its layers are read', async () => {
    const path = await scratch.tar('short.tar', toSaved(makeImage([noise(50_000)]), ['app:v1']));
    const source = await openImage(`docker-archive:${path}`, surroundings());
    await truncate(path, 1024);
    const read = async () => {
      for await (const { open: bytes } of source.contents(() => true)) for await (const _ of bytes());
    };
    await expectFault(read(), 'MISSING_BLOB');
    await source.close();
  });
});

describe('the engine', () => {
  it('is an error with the remedy if it does not run', async () => {
    const environment = { DOCKER_HOST: `unix://${scratch.at('none.sock')}` };
    await expectFault(openImage('app:v1', surroundings(environment)), 'ENGINE', 'DOCKER_HOST');
  });
});
