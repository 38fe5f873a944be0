import { spawnSync } from 'node:child_process';
import { mkdir, readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseManifest } from '../../src/registry/manifest.ts';
import { openImage } from '../../src/registry/open.ts';
import { DockerEngine } from '../servers/docker-engine.ts';
import { hasProgram } from '../servers/docker-process.ts';
import { DockerRegistry } from '../servers/docker-registry.ts';
import { listen } from '../servers/played.ts';
import { TestRegistry } from '../servers/registry.ts';
import { LayoutWriter, makeImage, noise, sha256, toSaved } from '../servers/registry-images.ts';
import { expectFault, pushImage, Scratch, surroundings } from './harness.ts';
import { engineOf, hostOf } from './played-engine.ts';

let scratch: Scratch;
beforeAll(async () => {
  scratch = await Scratch.make();
});
afterAll(() => scratch[Symbol.asyncDispose]());

const image = makeImage(['a'.repeat(100_000), noise(2_500_000), 'c<&>']);

function skopeo(...args: readonly string[]): string {
  const run = spawnSync('skopeo', args, { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(run.stderr);
  return run.stdout;
}

describe.skipIf(!hasProgram('docker-registry') || !hasProgram('skopeo'))("Debian's docker-registry", () => {
  let registry: DockerRegistry;
  beforeAll(async () => {
    await mkdir(scratch.at('registry'));
    registry = await DockerRegistry.start(scratch.at('registry'));
  });
  afterAll(() => registry[Symbol.asyncDispose]());

  it.each(['docker-archive', 'oci-archive', 'oci'])(
    'accepts an image from %s, which skopeo inspects and pulls',
    async (transport) => {
      const layout = new LayoutWriter();
      layout.list(layout.image(image));
      const path = scratch.at(`${transport}.x`);
      if (transport === 'oci') await layout.write(path);
      else
        await scratch.tar(
          `${transport}.x`,
          transport === 'oci-archive' ? layout.entries() : toSaved(image, ['app:v1']),
        );
      const pushed = await pushImage(`${transport}:${path}`, registry.url, { tags: [transport, 'latest'] });
      const remote = `docker://127.0.0.1:${registry.port}/app:${transport}`;
      const inspected = JSON.parse(skopeo('inspect', '--tls-verify=false', remote));
      expect(inspected.Digest).toBe(pushed.manifest.digest);
      const back = scratch.at(`${transport}-back`);
      skopeo('copy', '-q', '--src-tls-verify=false', remote, `dir:${back}`);
      const manifest = parseManifest(await readFile(`${back}/manifest.json`), undefined, 'back');
      const layers = await Promise.all(
        manifest.layers.map(({ digest }) => readFile(`${back}/${digest.slice(7)}`)),
      );
      expect(layers.map((layer) => sha256(gunzipSync(layer)))).toEqual(image.layers.map(sha256));
      const again = await pushImage(`${transport}:${path}`, registry.url, { known: [pushed.manifest] });
      expect(again.sent).toBe(0);
    },
  );
});

describe.skipIf(!hasProgram('skopeo'))("an export of containers/image, as on Podman's socket", () => {
  it.each([
    ['team/app:v1', 'v1'],
    ['feature/x', 'feature-x'],
    ['0.1.0+build', '0.1.0-build'],
  ])('is opened by the name of skopeo: %s', async (name, tag) => {
    const from = scratch.at('from');
    const to = scratch.at('to');
    const layout = new LayoutWriter();
    layout.list(layout.image(image), 'v1');
    await layout.write(from);
    skopeo('--insecure-policy', 'copy', '-q', `oci:${from}:v1`, `oci:${to}:${name}`);
    const source = await openImage(`oci:${to}:${name}`, surroundings());
    await source.close();
    expect(source.tag).toBe(tag);
  });

  it('is read layer by layer', async () => {
    const layout = new LayoutWriter();
    layout.list(layout.image(image), 'v1');
    await layout.write(scratch.at('podman'));
    const tar = scratch.at('podman.tar');
    skopeo(
      '--insecure-policy',
      'copy',
      '-q',
      `oci:${scratch.at('podman')}:v1`,
      `docker-archive:${tar}:localhost/app:v1`,
    );
    const archive = await openImage(`docker-archive:${tar}:localhost/app:v1`, surroundings());
    await archive.close();
    const { digest: config } = archive.identity;
    const Layers = image.layers.map(sha256);
    const inspect = { Id: config, RootFS: { Layers }, GraphDriver: { Name: 'overlay' } };
    await using registry = await TestRegistry.start();
    registry.create('app');
    using engine = await listen(engineOf(inspect, await readFile(tar)));
    const pushed = await pushImage('localhost/app:v1', registry, { environment: hostOf(engine) });
    expect(pushed).toMatchObject({ uploaded: image.layers.length });
    expect(pushed.manifest.config?.digest).toBe(config);
  });
});

describe.skipIf(!hasProgram('dockerd'))('a real engine', () => {
  let engine: DockerEngine;
  let registry: TestRegistry;
  beforeAll(async () => {
    engine = await DockerEngine.start(scratch.at('e'));
    registry = await TestRegistry.start();
    registry.create('app');
    engine.docker('load', '-i', await scratch.tar('load.tar', toSaved(image, ['team/app:v1'])));
    await mkdir(scratch.at('context'));
  });
  afterAll(async () => {
    await registry[Symbol.asyncDispose]();
    await engine[Symbol.asyncDispose]();
  });

  it('compares the tag without an export', async () => {
    const source = await openImage('docker:team/app:v1', surroundings({ DOCKER_HOST: engine.host }));
    const id = engine.docker('image', 'inspect', '-f', '{{.Id}}', 'team/app:v1');
    expect(source).toMatchObject({
      tag: 'v1',
      identity: { by: 'configuration', digest: id },
      platforms: ['linux/amd64'],
    });
  });

  it('streams its layers, also through a failure of the registry', async () => {
    registry.faults.push(
      { on: 'PATCH upload', resetAt: 1000 },
      { on: 'PUT upload', answer: { status: 503 } },
    );
    const environment = { DOCKER_HOST: engine.host };
    const pushed = await pushImage('team/app:v1', registry, { environment });
    const repository = registry.repositories.get('app');
    const layers = pushed.manifest.layers.map(({ digest }) =>
      gunzipSync(repository?.blobs.get(digest) ?? Buffer.alloc(0)),
    );
    expect(layers.map(sha256)).toEqual(image.layers.map(sha256));
    const more = makeImage(['1', '2', '3', 'more']);
    const diff = [...image.layers, ...more.layers.slice(3)];
    const config = Buffer.from(
      JSON.stringify({
        ...JSON.parse(more.config.toString()),
        rootfs: { type: 'layers', diff_ids: diff.map(sha256) },
      }),
    );
    engine.docker(
      'load',
      '-i',
      await scratch.tar('more.tar', toSaved({ config, layers: diff }, ['team/app:v2'])),
    );
    const next = await pushImage('team/app:v2', registry, {
      environment,
      tags: ['v2'],
      known: [pushed.manifest],
    });
    expect(next).toMatchObject({ uploaded: 1, reused: 3 });
    expect(next.sent).toBeLessThan(3000);
  });

  it('reports a missing image', async () => {
    await expectFault(
      openImage('nothing:v9', surroundings({ DOCKER_HOST: engine.host })),
      'NO_SUCH_IMAGE',
      'nothing:v9',
    );
  });
});
