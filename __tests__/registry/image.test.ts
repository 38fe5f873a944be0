import { Agent } from 'node:http';
import type { ECR } from '@aws-sdk/client-ecr';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Calls } from '../../src/clients/aws-calls.ts';
import { desiredImage, desiredTags } from '../../src/desired/application.ts';
import type { Difference } from '../../src/model/fields.ts';
import { fieldOf, Unreadable } from '../../src/model/spec.ts';
import { ImageResource, type ImageSpec } from '../../src/providers/image.ts';
import { openImage } from '../../src/registry/open.ts';
import type { ImageSource } from '../../src/registry/source.ts';
import { connect as connectAws } from '../servers/clients.ts';
import { TestRegistry, type TestRepository } from '../servers/registry.ts';
import { LayoutWriter, makeImage, noise, sha256, toSaved } from '../servers/registry-images.ts';
import { expectFault, HURRIED, imageError, Scratch, surroundings } from './harness.ts';

let registry: TestRegistry;
let repository: TestRepository;
let scratch: Scratch;
let ecr: ECR;
const masked: string[] = [];
const IMPATIENT = {
  now: () => performance.now(),
  epoch: () => Date.now(),
  sleep: async () => {},
  random: () => 0,
};
const open: ImageSource[] = [];
beforeEach(async () => {
  registry = await TestRegistry.start();
  repository = registry.create('app');
  scratch = await Scratch.make();
  ecr = connectAws(registry.url.href).ecr;
});
afterEach(async () => {
  ecr.destroy();
  for (const source of open.splice(0)) await source.close();
  await registry[Symbol.asyncDispose]();
  await scratch[Symbol.asyncDispose]();
});

const base = makeImage([noise(200_000), 'b']);
const changed = { layers: [...base.layers, ...makeImage(['x', 'y', 'z']).layers.slice(2)] };
const next = {
  layers: changed.layers,
  config: Buffer.from(
    JSON.stringify({ os: 'linux', architecture: 'amd64', rootfs: { diff_ids: changed.layers.map(sha256) } }),
  ),
};

async function openResource(tags: readonly string[], of = base, name = 'saved.tar') {
  const files = toSaved(of, ['app:v1']);
  return resourceOf(tags, `docker-archive:${await scratch.tar(name, files)}`);
}

/** As buildx writes it by default: an index of the image and of an attestation, which every build makes anew. */
async function attestedResource(tags: readonly string[], statement: string, of = base) {
  const layout = new LayoutWriter();
  const index = layout.attested(of, statement);
  layout.list(index, 'v1');
  return {
    digest: index.digest,
    ...(await resourceOf(tags, `oci-archive:${await scratch.tar(`${statement}.tar`, layout.entries())}`)),
  };
}

async function resourceOf(tags: readonly string[], image: string) {
  const source = await openImage(image, surroundings());
  open.push(source);
  const agent = new Agent({ keepAlive: true });
  const desired = desiredImage('app', desiredTags(source, tags), source.identity.digest).spec;
  const resource = new ImageResource({
    ecr,
    calls: new Calls(IMPATIENT),
    source,
    tags: tags.length > 0 ? tags : [source.tag ?? 'latest'],
    agentFor: () => agent,
    mask: (secret) => masked.push(secret.reveal()),
    retryPolicy: HURRIED,
  });
  return { resource, desired };
}

async function read(resource: ImageResource): Promise<ImageSpec> {
  const spec = (await resource.observe(['app'])).get('app');
  if (spec === undefined || spec instanceof Unreadable) throw new Error(`not read: ${spec?.error}`);
  return spec;
}

function differences(desired: ImageSpec, observed: ImageSpec): readonly Difference[] {
  return Object.entries(desired.fields).flatMap(([field, to]) =>
    fieldOf(observed, field) === to ? [] : [{ field, from: fieldOf(observed, field), to }],
  );
}

describe('the image', () => {
  it('is created with all tags, then a second run reads it once and reports nothing', async () => {
    const { resource, desired } = await openResource(['v1', 'latest']);
    expect((await resource.observe(['app'])).has('app')).toBe(false);
    const made = await resource.create(desired);
    expect(made.metadata).toMatchObject({
      uri: `${registry.url.host}/app:v1`,
      pushed: { uploaded: 2, reused: 0 },
    });
    expect(made.metadata.digest).toBe(repository.tags.get('latest'));
    registry.seen.length = 0;
    const again = await openResource(['v1', 'latest']);
    const observed = await read(again.resource);
    expect(observed.fields).toEqual(again.desired.fields);
    expect(observed.metadata.digest).toBe(made.metadata.digest);
    expect(registry.seen.map(({ verb }) => verb)).toEqual(['API BatchGetImage']);
  });

  it('with a new tag needs one manifest', async () => {
    const first = await openResource(['v1']);
    await first.resource.create(first.desired);
    registry.seen.length = 0;
    const { resource, desired } = await openResource(['v2']);
    await resource.observe(['app']);
    const made = await resource.create(desired);
    expect(made.metadata.pushed).toMatchObject({ uploaded: 0, sent: 0 });
    expect(registry.count('POST upload', 'HEAD blob', 'GET blob')).toBe(0);
    expect(registry.count('PUT manifest')).toBe(1);
    expect(repository.tags.get('v2')).toBe(repository.tags.get('v1'));
  });

  it.each([
    ['the same tag', ['v1']],
    ['a new tag', ['v2']],
  ])('with one more layer under %s sends that layer and the configuration', async (_, tags) => {
    const first = await openResource(['v1']);
    await first.resource.create(first.desired);
    registry.seen.length = 0;
    const { resource, desired } = await openResource(tags, next, 'next.tar');
    const observed = (await resource.observe(['app'])).get('app');
    const made =
      observed === undefined || observed instanceof Unreadable
        ? await resource.create(desired)
        : await resource.update(desired, observed, differences(desired, observed));
    expect(made.metadata.pushed).toMatchObject({ uploaded: 1, reused: 2 });
    expect(registry.count('POST upload')).toBe(2);
  });

  it('is pushed without reuse if the role may not read or list', async () => {
    const first = await openResource(['v1']);
    await first.resource.create(first.desired);
    registry.denied.add('ecr:DescribeImages').add('ecr:GetDownloadUrlForLayer');
    const { resource, desired } = await openResource(['v2'], next, 'next.tar');
    await resource.observe(['app']);
    expect((await resource.create(desired)).metadata.pushed).toMatchObject({ uploaded: 3 });
  });

  it.each([
    ['IMMUTABLE', [], ['v1']],
    ['IMMUTABLE_WITH_EXCLUSION', ['v*'], undefined],
    ['IMMUTABLE_WITH_EXCLUSION', ['latest'], ['v1']],
    ['MUTABLE_WITH_EXCLUSION', ['v*'], ['v1']],
    ['MUTABLE', [], undefined],
  ])('names fixed tags before the upload: %s %j', async (mutability, exclusions, fixed) => {
    const first = await openResource(['v1']);
    await first.resource.create(first.desired);
    Object.assign(repository, { mutability, exclusions });
    const { resource } = await openResource(['v1'], next, 'next.tar');
    const { metadata } = await read(resource);
    for (const tag of fixed ?? []) expect(metadata.unusable).toContain(tag);
    expect(metadata.unusable?.includes('image-tags') ?? false).toBe(fixed !== undefined);
  });

  it('masks the token and its password before use', async () => {
    const { resource, desired } = await openResource(['v1']);
    await resource.create(desired);
    expect(masked).toContain(registry.token);
    expect(masked).toContain('password-1');
    expect(registry.seen.some(({ path }) => path.includes('password'))).toBe(false);
  });

  it('is unreadable without the permission, which the error names', async () => {
    registry.denied.add('ecr:BatchGetImage');
    const { resource } = await openResource(['v1']);
    const found = (await resource.observe(['app'])).get('app');
    expect(String(found instanceof Unreadable ? found.error : found)).toContain('ecr:BatchGetImage');
    registry.denied.clear();
    registry.denied.add('ecr:GetAuthorizationToken');
    const other = await openResource(['v1']);
    await expect(other.resource.create(other.desired)).rejects.toThrow('ecr:GetAuthorizationToken');
  });

  it('of an index is compared by the index; its layers are not reused by diff ID', async () => {
    const layout = new LayoutWriter();
    layout.list(layout.index([layout.image(base), layout.image(makeImage(['q'], 'arm64'))]));
    const source = await openImage(
      `oci-archive:${await scratch.tar('i.tar', layout.entries())}`,
      surroundings(),
    );
    open.push(source);
    const options = {
      ecr,
      calls: new Calls(IMPATIENT),
      source,
      tags: ['v1'],
      agentFor: () => undefined,
      mask: () => {},
      retryPolicy: HURRIED,
    };
    const desired = desiredImage('app', ['v1'], source.identity.digest).spec;
    await new ImageResource(options).create(desired);
    const observed = await read(new ImageResource(options));
    expect(observed.fields).toEqual(desired.fields);
    const classic = await openResource(['v2'], next, 'next.tar');
    await classic.resource.observe(['app']);
    expect((await classic.resource.create(classic.desired)).metadata.pushed).toMatchObject({
      uploaded: 3,
      reused: 0,
    });
  });

  describe('with attestations', () => {
    const make = async (tags: readonly string[], statement: string, of = base) => {
      const { resource, desired, digest } = await attestedResource(tags, statement, of);
      await resource.observe(['app']);
      return { digest, made: await resource.create(desired) };
    };

    it('that differ from the existing ones is the same image, also with immutable tags', async () => {
      const first = await make(['v1'], 'monday');
      expect(first.made.metadata.digest).toBe(first.digest);
      Object.assign(repository, { mutability: 'IMMUTABLE' });
      registry.seen.length = 0;
      const { resource, desired, digest } = await attestedResource(['v1'], 'tuesday');
      const observed = await read(resource);
      expect(digest).not.toBe(first.digest);
      expect(observed.fields).toEqual(desired.fields);
      expect(observed.metadata).toEqual({ digest: first.digest });
      // The tags, then the attestations of what they name.
      expect(registry.seen.map(({ verb }) => verb)).toEqual(['API BatchGetImage', 'API BatchGetImage']);
      const changed = await attestedResource(['v1'], 'wednesday', next);
      const { fields, metadata } = await read(changed.resource);
      expect(fields).not.toEqual(changed.desired.fields);
      expect(metadata.unusable).toMatch(/\bv1\b.*\bapp\b.*\(immutable\)/);
    });

    it('with a further tag needs one manifest: all tags reference the existing one', async () => {
      const first = await make(['v1'], 'monday');
      registry.seen.length = 0;
      const { made } = await make(['v1', 'v2'], 'tuesday');
      expect(made.metadata.digest).toBe(first.digest);
      expect(registry.count('POST upload')).toBe(0);
      expect(repository.tags.get('v2')).toBe(first.digest);
    });

    it('is pushed with them if the repository has only the image', async () => {
      const layout = new LayoutWriter();
      const alone = layout.image(base);
      layout.list(alone);
      const plain = await resourceOf(
        ['v1'],
        `oci-archive:${await scratch.tar('alone.tar', layout.entries())}`,
      );
      await plain.resource.create(plain.desired);
      const { digest } = await make(['v2'], 'monday');
      expect(repository.tags.get('v2')).toBe(digest);
      expect(repository.tags.get('v1')).toBe(alone.digest);
      // And the other way: an image without them is not the index under a new tag.
      const again = await resourceOf(['v3'], `oci-archive:${scratch.at('alone.tar')}`);
      await again.resource.observe(['app']);
      await again.resource.create(again.desired);
      expect(repository.tags.get('v3')).toBe(alone.digest);
    });

    it('of two builds under two tags is the one of the first tag', async () => {
      const first = await make(['v1'], 'monday');
      // Whoever pushed the second did not see the first.
      says('DescribeImages', {});
      const second = await make(['v2'], 'tuesday');
      expect([first.made.metadata.digest, second.made.metadata.digest]).toEqual([
        first.digest,
        second.digest,
      ]);
      const { resource, desired } = await attestedResource(['v2', 'v1'], 'wednesday');
      const observed = await read(resource);
      expect([observed.fields, observed.metadata]).toEqual([desired.fields, { digest: second.digest }]);
      // Of tags that name different images none is the digest.
      const moved = await attestedResource(['v2', 'v1'], 'thursday', next);
      expect((await read(moved.resource)).metadata.digest).toBeUndefined();
    });
  });

  const says = (operation: string, value: object) =>
    registry.faults.push({ on: `API ${operation}`, answer: { status: 200, body: JSON.stringify(value) } });

  it.each<[failure: object, key: string]>([
    [
      {
        imageId: { imageTag: 'v1' },
        failureCode: 'UnableToAccessUpstreamRegistry',
        failureReason: 'no\nway',
      },
      'v1 of app: UnableToAccessUpstreamRegistry no way',
    ],
    [{ imageId: { imageDigest: 'sha256:1' }, failureCode: 'KmsError' }, 'sha256:1 of app: KmsError '],
  ])('that ECR has but cannot return is an error: %j', async (failure, key) => {
    says('BatchGetImage', { failures: [failure] });
    const found = (await (await openResource(['v1'])).resource.observe(['app'])).get('app');
    expect(found instanceof Unreadable && found.error).toMatchObject(imageError('REGISTRY', key));
  });

  it('that ECR converted is identified by the digest of ECR', async () => {
    const first = await openResource(['v1']);
    await first.resource.create(first.desired);
    const { bytes } = repository.manifests.get(repository.tags.get('v1') ?? '') ?? {};
    const digests = [sha256('converted'), 'none'];
    for (const imageDigest of digests)
      says('BatchGetImage', {
        images: [{ imageId: { imageTag: 'v1', imageDigest }, imageManifest: String(bytes) }],
      });
    const observed = [];
    for (const _ of digests)
      observed.push((await read((await openResource(['v1'])).resource)).metadata.digest);
    expect(observed).toEqual([digests[0], repository.tags.get('v1')]);
  });

  it('finds layer donors among the newest of three pages of any size', async () => {
    const first = await openResource(['v1']);
    await first.resource.create(first.desired);
    const [imageDigest] = [...repository.manifests.keys()];
    says('DescribeImages', { nextToken: 'a' });
    says('DescribeImages', { imageDetails: [{}, { imagePushedAt: 1 }], nextToken: 'b' });
    says('DescribeImages', { imageDetails: [{ imageDigest, imagePushedAt: 2 }], nextToken: 'c' });
    const { resource, desired } = await openResource(['v2'], next, 'next.tar');
    expect((await resource.create(desired)).metadata.pushed).toMatchObject({ uploaded: 1, reused: 2 });
    expect(registry.count('API DescribeImages')).toBe(4);
  });

  it.each([
    {},
    { authorizationData: [{ authorizationToken: 'x', proxyEndpoint: 'no url' }] },
    { authorizationData: [{ proxyEndpoint: 'https://1.dkr.ecr.us-west-2.amazonaws.com' }] },
  ])('is not pushed with the token of %j', async (answer) => {
    const { resource, desired } = await openResource(['v1']);
    says('GetAuthorizationToken', answer);
    await expectFault(resource.create(desired), 'REGISTRY', 'GetAuthorizationToken');
  });

  it('is absent if ECR returns no manifest, or nothing', async () => {
    for (const answer of [{}, { images: [{ imageId: { imageTag: 'v1' } }, { imageManifest: '{}' }] }]) {
      says('BatchGetImage', answer);
      expect((await (await openResource(['v1'])).resource.observe(['app'])).size).toBe(0);
    }
  });

  it('with a repository that is deleted before the push is an error of the API', async () => {
    const { resource, desired } = await openResource(['v1']);
    says('DescribeImages', {});
    registry.repositories.delete('app');
    await expectFault(
      resource.create(desired),
      'NO_REPOSITORY',
      /\bapp\b.*\(input repository, only: repository\)/,
    );
  });

  it('does not read which of several tags are immutable if they all reference it', async () => {
    const first = await openResource(['v1', 'v2']);
    await first.resource.create(first.desired);
    Object.assign(repository, { mutability: 'IMMUTABLE' });
    expect((await read((await openResource(['v1', 'v2'])).resource)).metadata.unusable).toBeUndefined();
    const { metadata } = await read((await openResource(['v1', 'v2'], next, 'next.tar')).resource);
    expect(metadata.unusable).toMatch(/\bv1, v2\b.*\bapp\b.*\(immutable\)/);
    says('DescribeRepositories', { repositories: [{ imageTagMutability: 'MUTABLE_WITH_EXCLUSION' }] });
    expect(
      (await read((await openResource(['v1'], next, 'next.tar')).resource)).metadata.unusable,
    ).toBeUndefined();
  });
});
