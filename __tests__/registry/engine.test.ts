import { mkdir, writeFile } from 'node:fs/promises';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findSame } from '../../src/providers/image-reading.ts';
import { isSame, mayDifferInBuildTime } from '../../src/registry/equality.ts';
import type { ImageFault } from '../../src/registry/errors.ts';
import { parseManifest } from '../../src/registry/manifest.ts';
import { openImage } from '../../src/registry/open.ts';
import { certificate, listen } from '../servers/played.ts';
import { TestRegistry } from '../servers/registry.ts';
import {
  LayoutWriter,
  makeImage,
  makeTar,
  noise,
  PROVENANCE,
  SBOM,
  sha256,
  type TarFile,
  type TestImage,
  toSaved,
} from '../servers/registry-images.ts';
import { toSavedByPodman, toSavedWithLayout } from '../servers/registry-saved.ts';
import { expectFault, pushImage, Scratch, surroundings } from './harness.ts';
import { engineOf, hostOf } from './played-engine.ts';

const image = makeImage(['a'.repeat(10_000), noise(200_000)]);
/** What a classic store answers about an image. */
const inspected = ({ config, layers }: TestImage) => ({
  Id: sha256(config),
  RootFS: { Layers: layers.map(sha256) },
  Os: 'linux',
  Architecture: 'amd64',
});
const classic = inspected(image);

let registry: TestRegistry;
let scratch: Scratch;
beforeAll(async () => {
  registry = await TestRegistry.start();
  registry.create('app');
  scratch = await Scratch.make();
});
afterAll(async () => {
  await registry[Symbol.asyncDispose]();
  await scratch[Symbol.asyncDispose]();
});

/** Pushes what an engine inspects and exports. */
async function push(inspect: object, files: readonly TarFile[] | Buffer) {
  using engine = await listen(engineOf(inspect, files));
  return await pushImage('app:v1', registry, { environment: hostOf(engine) });
}

describe('an engine with TLS', () => {
  it('is verified by the certificates of DOCKER_CERT_PATH, and gets the client certificate', async () => {
    const { key, cert } = await certificate();
    const tls = { key, cert, ca: cert, requestCert: true, rejectUnauthorized: true };
    const played = engineOf(classic, toSaved(image, ['app:v1']));
    let shown: string | undefined;
    using engine = await listen((request, response) => {
      shown = (request.socket as TLSSocket).getPeerCertificate().subject.CN as string;
      played(request, response);
    }, tls);
    const folder = scratch.at('certificates');
    const environment = { ...hostOf(engine), DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: folder };
    await expectFault(
      openImage('app:v1', surroundings(environment)),
      'ENGINE',
      /DOCKER_CERT_PATH .* ca\.pem/,
    );
    await mkdir(folder);
    for (const [name, pem] of Object.entries({ 'ca.pem': cert, 'cert.pem': cert, 'key.pem': key }))
      await writeFile(`${folder}/${name}`, pem);
    expect((await pushImage('app:v1', registry, { environment })).uploaded).toBe(2);
    expect(shown).toBe('127.0.0.1');
    await expectFault(
      openImage('app:v1', surroundings({ ...environment, DOCKER_CERT_PATH: undefined })),
      'ENGINE',
      '(DEPTH_ZERO_SELF_SIGNED_CERT)',
    );
  });
});

describe('an engine with invalid responses', () => {
  const refusal = async (answer: Parameters<typeof listen>[0]) => {
    using engine = await listen(answer);
    await openImage('app:v1', surroundings(hostOf(engine)));
  };

  it.each<[string, Parameters<typeof listen>[0], ImageFault, string]>([
    ['without an id', engineOf({ RootFS: {} }, []), 'ENGINE', 'app:v1'],
    ['that is no JSON', (_, response) => void response.end('<html>'), 'LAYOUT', 'app:v1'],
    [
      'of a server error',
      (_, response) => void response.writeHead(500).end('{"message":"disk full"}'),
      'ENGINE',
      '500 about app:v1: {"message":"disk full"}',
    ],
    [
      'with an invalid descriptor',
      engineOf({ ...classic, Descriptor: { digest: 'x' } }, []),
      'LAYOUT',
      'app:v1: "x"',
    ],
  ])('%s', (_what, answer, fault, key) => expectFault(refusal(answer), fault, key));

  it('at an unknown host is an error with the reason', async () => {
    const environment = { DOCKER_HOST: 'tcp://nowhere.invalid:2375' };
    await expectFault(
      openImage('app:v1', surroundings(environment)),
      'ENGINE',
      /\((ENOTFOUND|EAI_AGAIN)\) at tcp:\/\/nowhere\.invalid:2375/,
    );
  });
});

describe('the export of a classic store', () => {
  it('without the configuration is an error', async () => {
    const files = toSaved(image, ['app:v1']).filter(([path]) => !path.endsWith('.json'));
    await expectFault(push(classic, files), 'ENGINE', sha256(image.config));
  });

  it('with other layers than inspected is an error', async () => {
    const config = Buffer.from(JSON.stringify({ rootfs: { diff_ids: [sha256('another')] } }));
    const inspect = { ...classic, Id: sha256(config) };
    await expectFault(push(inspect, toSaved({ ...image, config }, ['app:v1'])), 'ENGINE', 'app:v1');
  });

  it('of Podman, with layers named by diff ID, is read', async () => {
    const one = makeImage([noise(1000), 'podman']);
    const { manifest } = await push(inspected(one), toSavedByPodman(one, ['localhost/app:v1']));
    expect(manifest.config?.digest).toBe(sha256(one.config));
    const [layer, ...rest] = one.layers;
    const swapped = { ...one, layers: [Buffer.from('not it'), ...rest] };
    const damaged = toSavedByPodman(swapped, []).map(([path, content]): TarFile => {
      const real = `${sha256(layer ?? '').slice(7)}.tar`;
      return [path === `${sha256('not it').slice(7)}.tar` ? real : path, content as Buffer];
    });
    await expectFault(push(inspected(one), damaged), 'WRONG_DIGEST', sha256('not it'));
  });

  it('is read again while the registry fails, then reported as an error', async () => {
    registry.faults.push({ on: 'PATCH upload', times: 99, answer: { status: 503, body: 'busy' } });
    const other = makeImage(['other']);
    await expectFault(
      push(inspected(other), toSaved(other, ['app:v1'])),
      'REGISTRY',
      /503 .*\(PATCH upload\).*\(busy\)/,
    );
    expect(registry.count('PATCH upload')).toBeGreaterThanOrEqual(4);
    registry.faults.splice(0);
  });

  it('of an image without a platform has none', async () => {
    using engine = await listen(engineOf({ ...classic, Os: '', Architecture: undefined }, []));
    const source = await openImage('app:v1', surroundings(hostOf(engine)));
    expect(source).toMatchObject({ form: 'uncompressed', platforms: [] });
  });

  it('without a layer is an error', async () => {
    const files = toSavedWithLayout(image, ['app:v1']).slice(1);
    await expectFault(push(classic, files), 'MISSING_BLOB', sha256(image.layers[0] ?? ''));
  });
});

describe('the export of a containerd store', () => {
  const layout = new LayoutWriter();
  const held = layout.image(image, { platform: { os: 'linux', architecture: 'amd64' } });
  const arm = layout.image(makeImage(['arm'], 'arm64'));
  const index = layout.index([held, arm]);
  layout.list(index, 'v1');
  const inspect = { Id: index.digest, Descriptor: index, RootFS: {}, Os: 'linux', Architecture: 'amd64' };
  const without = (...digests: string[]) =>
    layout.entries().filter(([path]) => !digests.some((digest) => path.endsWith(digest.slice(7))));
  const layerOf = (files: LayoutWriter, { digest }: { digest: string }) =>
    JSON.parse(String(files.files.get(`blobs/sha256/${digest.slice(7)}`))).layers[0].digest as string;

  it.each<[string, missing: string]>([
    ['its index', index.digest],
    ['a manifest', arm.digest],
    ['a layer', layerOf(layout, held)],
  ])('without %s is an error', (_what, missing) =>
    expectFault(push(inspect, without(missing)), 'MISSING_BLOB', missing),
  );

  it('with folders and links between its blobs is read', async () => {
    const files: TarFile[] = [['blobs/link', { to: 'sha256' }], ...layout.entries()];
    expect((await push(inspect, files)).manifest.digest).toBe(index.digest);
  });

  it('is the inspected image, although index.json of Docker 29 also lists signatures', async () => {
    const signed = new LayoutWriter();
    const one = signed.image(image);
    signed.list(one, 'v1').list(signed.signature(one));
    const { manifest } = await push({ ...inspect, Id: one.digest, Descriptor: one }, signed.entries());
    expect(manifest.digest).toBe(one.digest);
  });

  it('with two of three platforms is refused: neither all nor one can be pushed', async () => {
    const Manifests = [
      { ID: held.digest, Kind: 'image', Available: true },
      { ID: arm.digest, Kind: 'image', Available: true },
      { ID: sha256('absent'), Kind: 'image', Available: false },
    ];
    await expectFault(push({ ...inspect, Manifests }, layout.entries()), 'PLATFORM', /\b2 .*app:v1/);
    const all = { ...inspect, Manifests: [...Manifests.slice(0, 2), { ID: 'none', Kind: 'attestation' }] };
    expect((await push(all, layout.entries())).manifest.digest).toBe(index.digest);
  });

  it('with one unknown platform has a notice', async () => {
    const Manifests = [
      { ID: held.digest, Kind: 'image', Available: true },
      { ID: arm.digest, Kind: 'image', Available: false },
    ];
    using engine = await listen(engineOf({ ...inspect, Os: undefined, Manifests }, layout.entries()));
    const source = await openImage('app:v1', surroundings(hostOf(engine)));
    expect(source.platforms).toEqual([]);
    expect(source.notices).toEqual([expect.stringMatching(/app:v1 \(unknown\).*\b1\b/)]);
  });
});

describe('an image with attestations in a containerd store', () => {
  const build = (statement: string) => {
    const layout = new LayoutWriter();
    const index = layout.attested(image, statement);
    layout.list(index, 'v1');
    const [held, attestation] = JSON.parse(
      String(layout.files.get(`blobs/sha256/${index.digest.slice(7)}`)),
    ).manifests;
    return { layout, index, held, attestation };
  };
  const open = async (statement: string, attests = true) => {
    const { layout, index, held, attestation } = build(statement);
    const Manifests = [
      { ID: held.digest, Kind: 'image', Available: true },
      { ID: attestation.digest, Kind: 'attestation', Available: attests },
    ];
    using engine = await listen(
      engineOf({ ...inspected(image), Id: index.digest, Descriptor: index, Manifests }, layout.entries()),
    );
    const pushed = await pushImage('app:v1', registry, { environment: hostOf(engine) });
    const { identity } = await openImage('app:v1', surroundings(hostOf(engine)));
    return { identity, pushed: pushed.manifest, index, held };
  };

  it('is pushed with them, and identified by its index and images', async () => {
    const [monday, tuesday] = [await open('monday'), await open('tuesday')];
    expect(tuesday.pushed.digest).toBe(tuesday.index.digest);
    const images = [monday.held.digest];
    expect(tuesday.identity).toEqual({ by: 'manifest', digest: tuesday.index.digest, images });
    expect(isSame(tuesday.pushed, tuesday.identity)).toBe(true);
    // Only its attestations tell whether anything but the time differs.
    expect(isSame(monday.pushed, tuesday.identity)).toBe(false);
    expect(mayDifferInBuildTime(monday.pushed, tuesday.identity)).toBe(true);
  });

  it.each<[what: string, predicates: readonly string[], tells: boolean, same: boolean]>([
    ['no change', [PROVENANCE], true, true],
    ['no change, also of an engine that does not list them', [PROVENANCE], false, true],
    ['a change with an SBOM more', [PROVENANCE, SBOM], true, false],
  ])('that were rebuilt are %s, as only the export shows', async (_, predicates, tells, same) => {
    const layout = new LayoutWriter();
    const index = layout.attested(image, 'tuesday', predicates);
    layout.list(index, 'v1');
    const [held, attestation] = JSON.parse(
      String(layout.files.get(`blobs/sha256/${index.digest.slice(7)}`)),
    ).manifests;
    const Manifests = [
      { ID: held.digest, Kind: 'image', Available: true },
      { ID: attestation.digest, Kind: 'attestation', Available: true },
    ];
    const inspect = {
      ...inspected(image),
      Id: index.digest,
      Descriptor: index,
      ...(tells ? { Manifests } : {}),
    };
    using engine = await listen(engineOf(inspect, layout.entries()));
    const before = new LayoutWriter();
    const pushed = before.attested(image, 'monday');
    const read = ({ digest }: { digest: string }) =>
      parseManifest(before.files.get(`blobs/sha256/${digest.slice(7)}`) ?? Buffer.alloc(0), undefined, 'it');
    const asked: string[] = [];
    const source = await openImage('app:v1', surroundings(hostOf(engine)));
    const found = await findSame([read(pushed)], source, async (digests) => {
      asked.push(...digests);
      return new Map(digests.map((digest) => [digest, read({ digest })]));
    });
    expect(found.map(({ digest }) => digest)).toEqual(same ? [pushed.digest] : []);
    expect(asked).toHaveLength(1);
  });

  it('that was pulled without them is another image', async () => {
    const [built, pulled] = [await open('monday'), await open('monday', false)];
    expect(pulled.pushed.digest).toBe(built.held.digest);
    expect(pulled.identity).toEqual({ by: 'manifest', digest: built.held.digest, images: [] });
    expect([isSame(built.pushed, pulled.identity), isSame(pulled.pushed, built.identity)]).toEqual([
      false,
      false,
    ]);
    expect(mayDifferInBuildTime(built.pushed, pulled.identity)).toBe(false);
  });
});

describe('a containerd store without descriptors (Docker 25 to 27)', () => {
  const uncompressed = () => {
    const layout = new LayoutWriter();
    const layers = image.layers.map((one) => layout.add('application/vnd.oci.image.layer.v1.tar', one));
    const config = layout.add('application/vnd.oci.image.config.v1+json', image.config);
    const manifest = { schemaVersion: 2, mediaType: held, config, layers };
    return { layout, root: layout.json(held, manifest) };
  };
  const held = 'application/vnd.oci.image.manifest.v1+json';
  const attested = () => {
    const layout = new LayoutWriter();
    return { layout, root: layout.attested(image, 'monday') };
  };

  it.each([
    ['an index', attested],
    ['a manifest of uncompressed layers', uncompressed],
  ])('is identified by the name of its snapshotter: %s is pushed unchanged', async (_, write) => {
    const { layout, root } = write();
    layout.list(root, 'v1');
    const inspect = { ...classic, Id: root.digest, GraphDriver: { Name: 'overlayfs', Data: null } };
    const { manifest } = await push(inspect, layout.entries());
    expect(manifest.digest).toBe(root.digest);
    using engine = await listen(engineOf(inspect, layout.entries()));
    const { identity } = await openImage('app:v1', surroundings(hostOf(engine)));
    expect(isSame(manifest, identity)).toBe(true);
  });

  it.each([
    ['an index', attested],
    ['a manifest of uncompressed layers', uncompressed],
  ])('with another snapshotter is an error: %s is no configuration', async (_, write) => {
    const { layout, root } = write();
    layout.list(root, 'v1');
    const inspect = { ...classic, Id: root.digest, GraphDriver: { Name: 'native' } };
    await expectFault(
      push(inspect, layout.entries()),
      'ENGINE',
      /Docker 28: .*docker save .* docker-archive:FILE/,
    );
  });
});

describe('an image of an engine', () => {
  const image = makeImage(['a'.repeat(100_000), noise(2_500_000), 'c<&>']);
  const classic = inspected(image);

  it('with a containerd store has its manifests after its layers', async () => {
    const layout = new LayoutWriter();
    const index = layout.index([layout.image(image), layout.image(makeImage(['z'], 'arm64'))]);
    layout.list(index, 'v1');
    await using registry = await TestRegistry.start();
    registry.create('app');
    using engine = await listen(
      engineOf(
        { Id: index.digest, Descriptor: index, RootFS: {}, Os: 'linux', Architecture: 'amd64' },
        layout.entries(),
      ),
    );
    registry.faults.push({ on: 'PATCH upload', resetAt: 1000 });
    const pushed = await pushImage('app:v1', registry, { environment: hostOf(engine) });
    expect(pushed.manifest.digest).toBe(index.digest);
    const source = await openImage('app:v1', surroundings(hostOf(engine)));
    expect(source.identity).toEqual({ by: 'manifest', digest: index.digest, images: undefined });
  });

  it('with one platform of an index is that platform, with a notice', async () => {
    const layout = new LayoutWriter();
    const held = layout.image(image);
    const absent = { ...held, digest: sha256('absent') };
    const index = layout.index([held, absent]);
    layout.list(index, 'v1');
    const Manifests = [
      { ID: held.digest, Kind: 'image', Available: true },
      { ID: absent.digest, Kind: 'image', Available: false },
    ];
    await using registry = await TestRegistry.start();
    registry.create('app');
    const inspect = {
      Id: index.digest,
      Descriptor: index,
      RootFS: {},
      Os: 'linux',
      Architecture: 'amd64',
      Manifests,
    };
    using engine = await listen(engineOf(inspect, layout.entries()));
    const source = await openImage('app:v1', surroundings(hostOf(engine)));
    expect(source.notices.join()).toMatch(/app:v1 \(linux\/amd64\).*\b1\b/);
    const pushed = await pushImage('app:v1', registry, { environment: hostOf(engine) });
    expect(pushed.manifest.digest).toBe(held.digest);
    using none = await listen(engineOf({ ...inspect, Manifests: Manifests.slice(1) }, []));
    await expectFault(openImage('app:v1', surroundings(hostOf(none))), 'PLATFORM', 'app:v1');
  });

  it.each([
    ['of version 25', toSavedWithLayout],
    ['with directories that match no layer', toSaved],
  ] as const)('%s has uncompressed layers', async (_, write) => {
    await using registry = await TestRegistry.start();
    registry.create('app');
    using engine = await listen(engineOf(classic, write(image, ['app:v1'])));
    const pushed = await pushImage('app:v1', registry, { environment: hostOf(engine) });
    expect(pushed.uploaded).toBe(3);
    const known = [pushed.manifest];
    const again = await pushImage('app:v1', registry, { environment: hostOf(engine), tags: ['v2'], known });
    expect(again).toMatchObject({ uploaded: 0, reused: 3 });
  });

  it('with a truncated export is an error', async () => {
    await using registry = await TestRegistry.start();
    registry.create('app');
    using engine = await listen(engineOf(classic, makeTar(toSavedWithLayout(image, [])).subarray(0, 60_000)));
    await expectFault(pushImage('app:v1', registry, { environment: hostOf(engine) }), 'LAYOUT');
    expect(registry.repositories.get('app')?.tags.size).toBe(0);
  });
});
