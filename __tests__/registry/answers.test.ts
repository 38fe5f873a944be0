import { Agent as PlainAgent } from 'node:http';
import { Agent } from 'node:https';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Authorization } from '../../src/registry/authorization.ts';
import { Distribution } from '../../src/registry/distribution.ts';
import type { ImageFault } from '../../src/registry/errors.ts';
import { parseManifest } from '../../src/registry/manifest.ts';
import { openImage } from '../../src/registry/open.ts';
import { push, putManifests } from '../../src/registry/push.ts';
import { Secret } from '../../src/secret.ts';
import { certificate, listen, type Played } from '../servers/played.ts';
import { type Fault, TestRegistry, type TestRepository } from '../servers/registry.ts';
import {
  LayoutWriter,
  makeImage,
  noise,
  sha256,
  type TestImage,
  toSaved,
} from '../servers/registry-images.ts';
import { connect, expectFault, pushImage, Scratch, surroundings } from './harness.ts';

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

const image = makeImage(['a'.repeat(5000), noise(100_000)]);
let layout: string;
let saved: string;
beforeAll(async () => {
  scratch = await Scratch.make();
  layout = await writeLayout(image);
  saved = `docker-archive:${await scratch.tar('saved.tar', toSaved(image, ['app:v1']))}`;
});
afterAll(() => scratch[Symbol.asyncDispose]());

async function writeLayout(of: TestImage, name = 'oci.tar'): Promise<string> {
  const writer = new LayoutWriter();
  writer.list(writer.image(of));
  return `oci-archive:${await scratch.tar(name, writer.entries())}`;
}

/** The specification's least: no digest with a manifest, and only the first address of an upload. */
function plainRegistry() {
  const blobs = new Map<string, Buffer>();
  const manifests = new Map<string, Buffer>();
  const uploads = new Map<string, Buffer>();
  const answer: Parameters<typeof listen>[0] = async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const url = new URL(request.url ?? '/', 'http://registry');
    const last = url.pathname.split('/').at(-1) ?? '';
    const give = (held: Buffer | undefined) =>
      void response.writeHead(held === undefined ? 404 : 200).end(request.method === 'HEAD' ? '' : held);
    if (request.method === 'POST') {
      const location = `/uploads/${uploads.size}`;
      uploads.set(location, Buffer.alloc(0));
      response.writeHead(202, { location }).end();
    } else if (request.method === 'PATCH') {
      uploads.set(url.pathname, body);
      response.writeHead(202).end();
    } else if (request.method === 'PUT' && url.pathname.startsWith('/uploads/')) {
      blobs.set(url.searchParams.get('digest') ?? '', uploads.get(url.pathname) ?? body);
      response.writeHead(201).end();
    } else if (request.method === 'PUT') {
      manifests.set(last, body);
      response.writeHead(201).end();
    } else give((url.pathname.includes('/manifests/') ? manifests : blobs).get(last));
  };
  return { answer, blobs, manifests };
}

describe('a minimal registry', () => {
  it('accepts a push over TLS with a certificate that the agent trusts', async () => {
    const { key, cert } = await certificate();
    const { answer, blobs, manifests } = plainRegistry();
    using played = await listen(answer, { key, cert });
    const agent = new Agent({ ca: cert });
    const source = await openImage(layout, surroundings());
    const fetch = async () => ({ token: new Secret('none'), endpoint: played.url });
    const client = new Distribution({
      authorization: new Authorization(fetch),
      repository: 'app',
      agentFor: () => agent,
    });
    const pushed = await push({ source, registry: client, tags: ['v1'], known: [] });
    await source.close();
    agent.destroy();
    expect(pushed.uploaded).toBe(3);
    expect([...blobs].every(([digest, bytes]) => sha256(bytes) === digest)).toBe(true);
    expect(sha256(manifests.get('v1') ?? '')).toBe(pushed.manifest.digest);
  });

  it.each([
    [
      'with an unknown certificate',
      undefined,
      /\b127\.0\.0\.1:\d+ .*\(DEPTH_ZERO_SELF_SIGNED_CERT\).* NODE_EXTRA_CA_CERTS$/,
    ],
    ['with an unknown host name', 'https://nowhere.invalid', /\bnowhere\.invalid .*\(ENOTFOUND\)/],
  ])('%s is an error without a retry', async (_what, address, named) => {
    const { key, cert } = await certificate();
    using played = await listen(plainRegistry().answer, { key, cert });
    const agents: URL[] = [];
    const agent = new Agent();
    const endpoint = new URL(address ?? played.url);
    const client = new Distribution({
      authorization: new Authorization(async () => ({ token: new Secret('none'), endpoint })),
      repository: 'app',
      agentFor: (url) => {
        agents.push(url);
        return agent;
      },
    });
    await expectFault(client.hasBlob(sha256('x')), 'REGISTRY', named);
    expect(agents).toHaveLength(1);
    agent.destroy();
  });

  it('may respond to a large upload before its end', async () => {
    // More than the kernel takes for a socket that is not read.
    const large = makeImage([noise(16_000_000)]);
    const early = async (status: number) => {
      const { answer } = plainRegistry();
      using played: Played = await listen((request, response) => {
        if (request.method === 'PATCH') response.writeHead(status).end();
        else void answer(request, response);
      });
      await pushImage(await writeLayout(large, 'large.tar'), played.url);
    };
    await expectFault(early(413), 'TOO_LARGE', /127\.0\.0\.1:\d+\/app.* 52,000 MiB/);
    await expectFault(early(202), 'REGISTRY', '(PATCH upload)');
  });
});

describe('the error for a response', () => {
  it.each<[string, Fault, ImageFault, RegExp]>([
    [
      'a tag that references another image after the push',
      { on: 'HEAD manifest', answer: { status: 200, headers: { 'docker-content-digest': sha256('x') } } },
      'UNVERIFIED',
      new RegExp(`\\bv1\\b.*\\bapp\\b.*${sha256('x')}.*sha256:`),
    ],
    [
      'a tag that is missing after the push',
      { on: 'HEAD manifest', answer: { status: 404 } },
      'UNVERIFIED',
      /\bv1\b.*\bapp\b/,
    ],
    [
      'a new token that is rejected too',
      { on: 'POST upload', times: 99, answer: { status: 401 } },
      'DENIED',
      /\blayer sha256:/,
    ],
    [
      'a missing repository, without an error code',
      { on: 'POST upload', times: 99, answer: { status: 404 } },
      'NO_REPOSITORY',
      /\bapp\b.* 127\.0\.0\.1:\d+\/app.*input repository/,
    ],
    [
      'a layer that is too large',
      {
        on: 'PUT upload',
        answer: { status: 400, body: '{"errors":[{"message":"LayerTooLarge: exceeds"}]}' },
      },
      'TOO_LARGE',
      /\(LayerTooLarge: exceeds\)/,
    ],
    [
      'an unknown error code',
      { on: 'PUT manifest', answer: { status: 418, body: '{"errors":[{"code":"TEAPOT"}]}' } },
      'REGISTRY',
      /418 TEAPOT .*\bv1 \(PUT manifest\)$/,
    ],
  ])('%s', async (_what, fault, kind, key) => {
    registry.faults.push(fault);
    await expectFault(pushImage(layout, registry), kind, key);
  });

  it('a manifest below an index, by its digest', async () => {
    const writer = new LayoutWriter();
    const child = writer.image(image);
    writer.list(writer.index([child]));
    registry.denied.add('ecr:PutImage');
    const archive = `oci-archive:${await scratch.tar('index.tar', writer.entries())}`;
    await expectFault(pushImage(archive, registry), 'DENIED', child.digest);
  });

  it.each([
    ['because no permissions boundary allows the ecr:InitiateLayerUpload action', 'permissions boundary'],
    ['with an explicit deny in a service control policy', 'AWS organization'],
    ['because no VPC endpoint policy allows the ecr:InitiateLayerUpload action', 'VPC endpoint'],
    ['because no identity-based policy allows the action', 'role needs ecr:InitiateLayerUpload'],
  ])('a denied request has the remedy of its cause: %s', async (cause, key) => {
    const arn = 'arn:aws:ecr:us-west-2:123456789012:repository/app';
    const message = `User: arn:aws:sts::123456789012:assumed-role/deploy-of-papyrus-in-production/GitHubActions is not authorized to perform: ecr:InitiateLayerUpload on resource: ${arn} ${cause}`;
    const body = JSON.stringify({ errors: [{ code: 'DENIED', message }] });
    registry.faults.push({ on: 'POST upload', answer: { status: 403, body } });
    await expectFault(pushImage(layout, registry), 'DENIED', key);
  });
});

describe('an accepted response', () => {
  it.each<[string, Fault]>([
    ['a token that expires at a layer', { on: 'PATCH upload', answer: { status: 401 } }],
    ['a token that HEAD rejects without an error code', { on: 'HEAD blob', answer: { status: 403 } }],
    [
      'a Retry-After with a date',
      {
        on: 'HEAD blob',
        answer: { status: 429, headers: { 'retry-after': new Date(Date.now() - 1000).toUTCString() } },
      },
    ],
    [
      'an invalid Retry-After',
      { on: 'HEAD blob', answer: { status: 503, headers: { 'retry-after': 'soon' } } },
    ],
  ])('%s', async (_what, fault) => {
    for (const archive of [layout, saved]) {
      registry.faults.push(fault);
      await pushImage(archive, registry);
      expect(registry.faults).toEqual([]);
      expect(repository.tags.has('v1')).toBe(true);
      repository.blobs.clear();
    }
  });

  it('of an immutable repository that reports the same image as an error', async () => {
    await pushImage(layout, registry);
    const body =
      '{"errors":[{"code":"DENIED","message":"ImageAlreadyExistsException: image already exists"}]}';
    registry.faults.push({ on: 'PUT manifest', answer: { status: 400, body } });
    await pushImage(layout, registry);
    registry.faults.push({ on: 'PUT manifest', answer: { status: 400, body } });
    await expectFault(pushImage(layout, registry, { tags: ['v2'] }), 'DENIED', /\bv2\b/);
  });

  it('to GET of a manifest if HEAD has no digest: a truncated one is retried, a missing one is not', async () => {
    registry.hidesDigest = true;
    registry.faults.push({ on: 'GET manifest', broken: 'cut' });
    await pushImage(layout, registry);
    expect(registry.count('GET manifest')).toBe(2);
    registry.faults.push({ on: 'GET manifest', answer: { status: 404 } });
    await expectFault(pushImage(layout, registry), 'UNVERIFIED');
  });
});

describe('a blob of the registry', () => {
  const bytes = Buffer.from('{"rootfs":{}}');
  const digest = sha256(bytes);

  it('is read through redirects, but not in a loop', async () => {
    repository.blobs.set(digest, bytes);
    const location = new URL(`/v2/app/blobs/${digest}`, registry.url).href;
    registry.faults.push({ on: 'GET blob', times: 2, location });
    expect(await connect(registry).getBlob(digest, 1000)).toEqual(bytes);
    registry.faults.push({ on: 'GET blob', times: 99, location });
    await expectFault(connect(registry).getBlob(digest, 1000), 'REGISTRY', /GET blob .*\b5\b/);
  });

  it('is read from the storage of a redirect, which does not get the token', async () => {
    const shown: (string | undefined)[] = [];
    using storage = await listen((request, response) => {
      shown.push(request.headers.authorization);
      response.end(bytes);
    });
    repository.blobs.set(digest, bytes);
    const location = `http://storage.example:${storage.url.port}/signed?x=y`;
    registry.faults.push({ on: 'GET blob', location });
    const here = new PlainAgent({
      lookup: (_host, _options, found) => found(null, [{ address: '127.0.0.1', family: 4 }]),
    });
    const token = new Secret(registry.token);
    const client = new Distribution({
      authorization: new Authorization(async () => ({ token, endpoint: registry.url })),
      repository: 'app',
      agentFor: () => here,
    });
    expect(await client.getBlob(digest, 1000)).toEqual(bytes);
    expect(registry.seen.map(({ headers }) => headers.authorization)).toEqual([`Basic ${registry.token}`]);
    expect(shown).toEqual([undefined]);
    here.destroy();
  });

  it('must match its digest', async () => {
    registry.faults.push({ on: 'GET blob', answer: { status: 200, body: 'other' } });
    await expectFault(connect(registry).getBlob(digest, 1000), 'WRONG_DIGEST', digest);
  });

  it('has a time-out', async () => {
    registry.faults.push({ on: 'GET blob', times: 99, broken: 'hang' });
    await expect(connect(registry, 'app', 50).getBlob(digest, 1000)).rejects.toMatchObject({
      name: 'RegistryFailure',
      verb: 'GET blob',
      status: 0,
      codes: ['ETIMEDOUT'],
    });
  });
});

describe('manifests', () => {
  const manifest = parseManifest(
    Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: sha256('c'), size: 1 },
        layers: [],
        annotations: { long: 'x'.repeat(4 * 2 ** 20) },
      }),
    ),
    undefined,
    'ours',
  );

  it('that ECR would reject are not sent', async () => {
    await expectFault(putManifests(connect(registry), ['v1'], []), 'LAYOUT');
    await expectFault(putManifests(connect(registry), ['v1'], [manifest]), 'TOO_LARGE', manifest.digest);
    expect(registry.seen).toEqual([]);
  });
});

describe('images of the repository', () => {
  const known = async () => {
    await pushImage(saved, registry);
    const { bytes = Buffer.alloc(0), mediaType } =
      repository.manifests.get(repository.tags.get('v1') ?? '') ?? {};
    return parseManifest(bytes, mediaType, 'v1');
  };
  const pushBeside = async (...images: Awaited<ReturnType<typeof known>>[]) =>
    pushImage(saved, registry, { tags: ['v2'], known: images });

  it('are read until all layers are found; indexes and artifacts are skipped', async () => {
    const one = await known();
    const artifact = { ...one, config: { ...one.layers[0], mediaType: 'application/vnd.oci.empty.v1+json' } };
    const before = registry.count('GET blob');
    const pushed = await pushBeside({ ...one, config: undefined }, artifact as typeof one, one, one);
    expect(pushed).toMatchObject({ uploaded: 0, reused: 2 });
    expect(registry.count('GET blob')).toBe(before + 1);
  });

  it.each<[string, Fault]>([
    ['with a denied configuration', { on: 'GET blob', answer: { status: 403 } }],
    ['with an invalid configuration', { on: 'GET blob', answer: { status: 200, body: '<html>' } }],
  ])('%s are sent again', async (_what, fault) => {
    const one = await known();
    registry.faults.push({ ...fault, times: 9 });
    repository.blobs.clear();
    expect(await pushBeside(one)).toMatchObject({ uploaded: 2, reused: 0 });
  });

  it('with another number of layers, zstd or foreign layers are not reused', async () => {
    const one = await known();
    const [first, second] = one.layers;
    if (first === undefined || second === undefined) throw new Error('two layers were pushed');
    const others = [
      { ...one, layers: [first] },
      {
        ...one,
        layers: [
          { ...first, mediaType: 'application/vnd.oci.image.layer.v1.tar+zstd' },
          { ...second, urls: ['https://mcr.example/w'] },
        ],
      },
    ];
    expect(await pushBeside(...others)).toMatchObject({ uploaded: 2, reused: 0 });
  });
});
