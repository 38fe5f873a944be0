import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compressLayer, openWorkerPool } from '../../src/registry/compress.ts';
import { Digester, digestOf } from '../../src/registry/digest.ts';
import { engineAddress } from '../../src/registry/engine.ts';
import { identifyLayer } from '../../src/registry/engine-export.ts';
import { connectionFailure, isTransient, parseErrors, RegistryFailure } from '../../src/registry/failure.ts';
import { ownTagOf } from '../../src/registry/image-name.ts';
import { followLocation, isPrivate } from '../../src/registry/location.ts';
import { parseConfig, parseManifest } from '../../src/registry/manifest.ts';
import { formatProgress } from '../../src/registry/progress.ts';
import { isTag, parseReference } from '../../src/registry/reference.ts';
import { delayOf, RETRY_POLICY } from '../../src/registry/session.ts';
import { noise } from '../servers/registry-images.ts';

describe('the input image', () => {
  it.each([
    ['app', { transport: 'docker', name: 'app', tag: 'latest' }],
    ['docker:app:v1', { transport: 'docker', name: 'app:v1', tag: 'v1' }],
    ['localhost:5000/team/app', { transport: 'docker', name: 'localhost:5000/team/app', tag: 'latest' }],
    [
      'docker:ghcr.io/team/app:1.2-rc_3',
      { transport: 'docker', name: 'ghcr.io/team/app:1.2-rc_3', tag: '1.2-rc_3' },
    ],
    [
      `app@sha256:${'a'.repeat(64)}`,
      { transport: 'docker', name: `app@sha256:${'a'.repeat(64)}`, tag: undefined },
    ],
    [`sha256:${'a'.repeat(64)}`, { transport: 'docker', name: `sha256:${'a'.repeat(64)}`, tag: undefined }],
    ['oci:out', { transport: 'oci', path: 'out', select: undefined }],
    ['oci:out:team/app:v1', { transport: 'oci', path: 'out', select: 'team/app:v1' }],
    ['oci:out:feature/x', { transport: 'oci', path: 'out', select: 'feature/x' }],
    ['oci-archive:a.tar:0.1.0+build', { transport: 'oci-archive', path: 'a.tar', select: '0.1.0+build' }],
    ['docker:app.tar', { transport: 'docker', name: 'app.tar', tag: 'latest' }],
    ['oci:/tmp/out:v1', { transport: 'oci', path: '/tmp/out', select: 'v1' }],
    ['oci:C:\\out\\image:v1', { transport: 'oci', path: 'C:\\out\\image', select: 'v1' }],
    ['oci-archive:image.tar', { transport: 'oci-archive', path: 'image.tar', select: undefined }],
    [
      'docker-archive:a.tar:team/app:v1',
      { transport: 'docker-archive', path: 'a.tar', select: 'team/app:v1' },
    ],
  ])('%s', (text, reference) => {
    expect(parseReference(text)).toEqual(reference);
  });
});

describe('the own tag of an image', () => {
  it.each<[name: string, tag: string | undefined, isChanged: boolean]>([
    ['v1', 'v1', false],
    ['app:v1', 'v1', false],
    ['docker.io/library/app:latest', 'latest', false],
    ['localhost:5000/app:v2', 'v2', false],
    ['0.1.0+build', '0.1.0-build', true],
    ['feature/x', 'feature-x', true],
    ['app:0.1.0+build', '0.1.0-build', true],
    ['localhost:5000/app:feature/x', 'feature-x', true],
    ['dependabot/npm_and_yarn/@types/node-20', 'dependabot-npm_and_yarn-types-node-20', true],
    ['v1.2/fix', 'v1.2-fix', true],
    ['1.0/feature', '1.0-feature', true],
    ['10.0.0.1/app', undefined, false],
    ['.hidden', 'hidden', true],
    ['x'.repeat(130), 'x'.repeat(128), true],
    ['+', undefined, true],
    ['localhost:5000/app', undefined, false],
    ['ghcr.io/team/app', undefined, false],
    [`app@sha256:${'a'.repeat(64)}`, undefined, false],
  ])('%s: %s', (name, tag, isChanged) => {
    const { tag: own, tagNotice } = ownTagOf([name]);
    expect([own, tagNotice !== undefined]).toEqual([tag, isChanged]);
    if (own !== undefined) expect(isTag(own)).toBe(true);
    if (isChanged) expect(tagNotice).toContain(tag ?? 'latest');
  });

  it('is the first legal tag in its names', () => {
    expect(ownTagOf(['feature/x', 'app:v2'])).toEqual({ tag: 'v2', tagNotice: undefined });
    expect(ownTagOf([])).toEqual({ tag: undefined, tagNotice: undefined });
  });
});

describe('the address of the engine', () => {
  it.each([
    [{}, 'linux', '/var/run/docker.sock', 'http://docker/'],
    [{}, 'win32', '//./pipe/docker_engine', 'http://docker/'],
    [{ DOCKER_HOST: 'unix:///run/x.sock' }, 'linux', '/run/x.sock', 'http://docker/'],
    [{ DOCKER_HOST: 'tcp://10.0.0.1:2375' }, 'linux', undefined, 'http://10.0.0.1:2375/'],
    [
      { DOCKER_HOST: 'tcp://h:2376', DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/c' },
      'linux',
      undefined,
      'https://h:2376/',
    ],
  ])('%j on %s', (environment, platform, socketPath, url) => {
    const address = engineAddress(environment, platform);
    expect([address.socketPath, address.url.href]).toEqual([socketPath, url]);
  });

  it('does not support ssh', () => {
    expect(() => engineAddress({ DOCKER_HOST: 'ssh://u@h' }, 'linux')).toThrow('DOCKER_HOST "ssh://u@h"');
  });
});

describe('Location', () => {
  const registry = new URL('https://1.dkr.ecr.us-west-2.amazonaws.com');
  it('follows the registry and its storage', () => {
    expect(followLocation('/v2/x?_state=a%2Bb', registry, registry).href).toBe(
      `${registry.href}v2/x?_state=a%2Bb`,
    );
    expect(followLocation('https://bucket.s3.amazonaws.com/l', registry, registry).host).toBe(
      'bucket.s3.amazonaws.com',
    );
    const own = new URL('http://127.0.0.1:5000');
    expect(followLocation('http://127.0.0.1:5000/x', own, own).port).toBe('5000');
  });

  it.each([
    'http://169.254.169.254/latest',
    'https://10.1.2.3/',
    'https://127.0.0.1/',
    'https://localhost/x',
    'https://[::1]/',
    'https://[::ffff:10.0.0.1]/',
    'https://[fe80::1]/',
    'https://[fd00::1]/',
    'https://0x7f.1/',
    'https://2130706433/',
    'http://example.com/',
    'file:///etc/passwd',
    'https://metadata.google.internal/',
    'https://100.64.0.1/',
    'https://[',
    ...'localhost. LOCALHOST a.localhost. metadata.google.internal. printer.local intranet router.home.arpa'
      .split(' ')
      .map((host) => `https://${host}/`),
    ...'0.1.2.3 10.0.0.1. 0177.0.0.1 127.1 192.0.0.192 192.0.2.1 198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.9'
      .split(' ')
      .map((host) => `https://${host}/`),
    ...'224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255 172.16.0.1 192.168.1.1 192.88.99.1'
      .split(' ')
      .map((host) => `https://${host}/`),
    ...':: ::1 ::127.0.0.1 ::a9fe:a9fe ::ffff:169.254.169.254 ::ffff:0:127.0.0.1 64:ff9b::a9fe:a9fe 64:ff9b:1::1'
      .split(' ')
      .map((host) => `https://[${host}]/`),
    ...'100::1 2001::1 2001:db8::1 2002:7f00:1::1 3fff::1 4000::1 fc00::1 fd00:ec2::254 fe80::1 fec0::1 ff02::1'
      .split(' ')
      .map((host) => `https://[${host}]/`),
  ])('refuses %s', (location) => {
    expect(() => followLocation(location, registry, registry)).toThrow(
      expect.objectContaining({ fault: 'ADDRESS' }),
    );
  });

  it('allows public addresses', () => {
    const hosts = [
      '8.8.8.8',
      '172.32.0.1',
      '100.128.0.1',
      '[2600::1]',
      '[2400:6500::1]',
      'a.example',
      'a.example.',
    ];
    expect(hosts.filter(isPrivate)).toEqual([]);
    expect(['192.0.1.1', '198.17.0.1', '198.20.0.1', '223.255.255.255'].filter(isPrivate)).toEqual([]);
  });
});

describe('a retry', () => {
  it('waits three times as long each time, up to a limit, or as long as the registry requests', () => {
    const waits = [1, 2, 3, 4, 5].map((attempt) => delayOf(RETRY_POLICY, attempt, undefined, 0.5));
    expect(waits).toEqual([1000, 3000, 9000, 20_000, 20_000]);
    const asked = (ms: number) => new RegistryFailure('HEAD blob', 429, [], '', ms);
    expect(delayOf(RETRY_POLICY, 1, asked(30_000), 0.5)).toBe(30_000);
    expect(delayOf(RETRY_POLICY, 1, asked(900_000), 0.5)).toBe(60_000);
  });

  it('prints progress in one line', () => {
    const line = formatProgress({
      layers: 3,
      layersTotal: 8,
      bytes: 120e6,
      total: 336e6,
      sent: 1,
      seconds: 2,
    });
    expect(line).toBe('layers 3/8, 120 of 336 MB, 60.0 MB/s');
    const begun = { layers: 0, layersTotal: undefined, bytes: 0, total: undefined, sent: 0, seconds: 0 };
    expect(formatProgress(begun)).toBe('layers 0, 0 MB, 0.0 MB/s');
  });

  it('follows a broken connection or a busy registry, and nothing else', () => {
    const failed = (status: number, ...codes: string[]) =>
      isTransient(new RegistryFailure('PUT manifest', status, codes, '', undefined));
    expect([failed(0), failed(503), failed(400, 'UNKNOWN')]).toEqual([true, true, true]);
    expect([failed(400), failed(404, 'NAME_UNKNOWN'), isTransient(new Error('x'))]).toEqual([
      false,
      false,
      false,
    ]);
  });

  it('follows a broken connection, identified by code or message', () => {
    const codes = (error: unknown) => connectionFailure('HEAD blob', error)?.codes;
    expect(codes(Object.assign(new Error('x'), { code: 'EPIPE' }))).toEqual(['EPIPE']);
    expect(codes(Object.assign(new Error('x'), { code: 'HPE_INVALID_CONSTANT' }))).toEqual([
      'HPE_INVALID_CONSTANT',
    ]);
    expect(codes(new Error('socket hang up'))).toEqual([]);
    expect(codes(Object.assign(new Error('x'), { code: 'ENOSPC' }))).toBeUndefined();
    expect(codes('socket hang up')).toBeUndefined();
  });
});

describe('a manifest', () => {
  const config = { mediaType: 'application/vnd.oci.image.config.v1+json', digest: digestOf('c'), size: 1 };
  const read = (document: object, mediaType?: string) =>
    parseManifest(Buffer.from(JSON.stringify({ schemaVersion: 2, ...document })), mediaType, 'it');

  it('has its own media type, else that of its descriptor, else one by its fields', () => {
    const [docker, oci] = [
      'application/vnd.docker.distribution.manifest.v2+json',
      'application/vnd.oci.image.manifest.v1+json',
    ];
    expect(read({ config, layers: [], mediaType: docker }, oci).mediaType).toBe(docker);
    expect(read({ config, layers: [] }, docker).mediaType).toBe(docker);
    expect(read({ config, layers: [] }).mediaType).toBe(oci);
    expect(read({ config, layers: [] }, '').mediaType).toBe(oci);
    expect(read({ manifests: [] })).toMatchObject({
      mediaType: 'application/vnd.oci.image.index.v1+json',
      config: undefined,
      layers: [],
    });
  });

  it('keeps the valid fields of a descriptor', () => {
    const [first, second] = read({
      manifests: [
        { ...config, platform: {}, annotations: { a: 'b', c: 5 }, urls: [1] },
        { ...config, platform: { os: 'linux', architecture: 'arm', variant: 'v7' }, urls: ['https://a/'] },
      ],
    }).manifests;
    expect(first).toEqual({
      ...config,
      platform: { os: 'unknown', architecture: 'unknown' },
      annotations: { a: 'b' },
    });
    expect(second).toMatchObject({ platform: { variant: 'v7' }, urls: ['https://a/'] });
  });

  it.each<[object, string | undefined]>([
    [{ os: 'linux', architecture: 'arm', variant: 'v7' }, 'linux/arm/v7'],
    [{ os: 'linux', architecture: 'arm64', variant: '' }, 'linux/arm64'],
    [{ os: 'linux', architecture: 'amd64', variant: 5 }, 'linux/amd64'],
    [{ os: 'linux' }, undefined],
    [{}, undefined],
  ])('with the configuration %j runs on %s', (json, platform) => {
    expect(parseConfig(Buffer.from(JSON.stringify(json)), 'it')).toEqual({ platform, diffIds: [] });
  });
});

describe('the message of a registry', () => {
  it.each([
    ['{"errors":[{"code":"A","message":"b"},{"code":5},"x"]}', { codes: ['A'], text: 'b' }],
    ['{"message":"else"}', { codes: [], text: '' }],
    ['[]', { codes: [], text: '' }],
    ['Bad\r\nGateway', { codes: [], text: 'Bad Gateway' }],
  ])('%s', (body, words) => expect(parseErrors(Buffer.from(body))).toEqual(words));
});

async function pack(layer: Buffer, chunk: number): Promise<{ packed: Buffer; measure: Digester }> {
  const measure = new Digester();
  const parts: Buffer[] = [];
  async function* chunks() {
    // One buffer for all chunks, as a file is read: whoever keeps one sees it overwritten.
    const shared = Buffer.alloc(chunk);
    for (let at = 0; at < layer.length; at += chunk) {
      const length = layer.copy(shared, 0, at, at + chunk);
      yield shared.subarray(0, length);
      shared.fill(0xee);
    }
  }
  for await (const part of compressLayer(chunks(), measure, openWorkerPool(), 2, 'the layer'))
    parts.push(Buffer.from(part));
  return { packed: Buffer.concat(parts), measure };
}

describe('the compression of a layer', () => {
  const MIB = 1024 * 1024;
  const prose = Buffer.from('the quick brown fox jumps over the lazy dog; '.repeat(120_000));

  it.each([
    ['text', prose],
    ['noise', noise(3 * MIB + 17)],
    ['both', Buffer.concat([prose.subarray(0, MIB), noise(MIB), prose.subarray(0, 2 * MIB), noise(MIB)])],
    ['a block exactly', prose.subarray(0, MIB)],
    ['nothing', Buffer.alloc(0)],
  ])('gives one gzip member of %s', async (_, layer) => {
    const { packed, measure } = await pack(layer, 700_000);
    expect(gunzipSync(packed).equals(layer)).toBe(true);
    expect(measure.digest()).toBe(digestOf(layer));
  });

  it('deflates compressible blocks, and stores the others with 0.01 % overhead', async () => {
    expect((await pack(prose, MIB)).packed.length).toBeLessThan(prose.length / 20);
    const still = noise(4 * MIB);
    const { packed } = await pack(still, MIB);
    expect(packed.length).toBeLessThan(still.length * 1.0001);
  });

  it('has the same output for any chunks', async () => {
    const layer = Buffer.concat([prose, noise(2 * MIB)]);
    const one = await pack(layer, 65_536);
    const two = await pack(layer, MIB);
    expect(digestOf(one.packed)).toBe(digestOf(two.packed));
  });

  it('passes a gzipped layer through, and computes the digest of its content', async () => {
    const gzipped = gzipSync(prose);
    const { packed, measure } = await pack(gzipped, 1000);
    expect(packed.equals(gzipped)).toBe(true);
    expect(measure.digest()).toBe(digestOf(prose));
  });

  it('rejects a damaged gzipped layer', async () => {
    const gzipped = gzipSync(noise(100_000));
    gzipped[50_000] = (gzipped[50_000] ?? 0) ^ 255;
    await expect(pack(gzipped, 1000)).rejects.toMatchObject({ fault: 'WRONG_DIGEST' });
    await expect(pack(gzipSync(prose).subarray(0, 5000), 1000)).rejects.toMatchObject({
      fault: 'WRONG_DIGEST',
    });
  });

  it('preserves any bytes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 50_000 }),
        fc.integer({ min: 1, max: 9000 }),
        async (bytes, chunk) => {
          // Two first bytes of gzip would mean that it is packed already.
          const layer = Buffer.concat([Buffer.from('t'), bytes]);
          expect(gunzipSync((await pack(layer, chunk)).packed).equals(layer)).toBe(true);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('rejects zstd', async () => {
    await expect(pack(Buffer.from('28b52ffd00', 'hex'), 10)).rejects.toMatchObject({ fault: 'LAYOUT' });
  });
});

describe('a legacy export', () => {
  it('identifies no layer if no chain ID matches', () => {
    const diffId = digestOf('x');
    expect(identifyLayer('0'.repeat(64), Buffer.from('{"id":"0"}'), [diffId])).toBeUndefined();
    expect(identifyLayer('0'.repeat(64), Buffer.from('nonsense'), [diffId])).toBeUndefined();
  });
});
