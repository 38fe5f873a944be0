/** An AWS account whose images are in Debian's `docker-registry`: ECR's API tells what that registry holds. */
import { mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type AwsServer, startAws } from '../../__tests__/servers/aws.ts';
import { DockerRegistry } from '../../__tests__/servers/docker-registry.ts';
import { MANIFESTS } from '../../src/registry/manifest.ts';

export class ArchiveAccount implements AsyncDisposable {
  private constructor(
    readonly aws: AwsServer,
    readonly registry: DockerRegistry,
  ) {}

  static async start(folder: string): Promise<ArchiveAccount> {
    await mkdir(folder, { recursive: true });
    const [aws, registry] = await Promise.all([startAws(), DockerRegistry.start(folder)]);
    connect(aws, registry);
    return new ArchiveAccount(aws, registry);
  }

  /** @returns every file that the registry keeps of a repository, with its time: any push changes them */
  async files(repository: string): Promise<string> {
    const root = join(this.registry.storage, 'docker/registry/v2/repositories', repository);
    const entries = await readdir(root, { recursive: true, withFileTypes: true });
    const described = entries.map(async ({ parentPath, name }) => {
      const path = join(parentPath, name);
      return `${path} ${(await stat(path)).mtimeMs}`;
    });
    return (await Promise.all(described)).sort().join('\n');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.aws.close(), this.registry[Symbol.asyncDispose]()]);
  }
}

function connect(aws: AwsServer, registry: DockerRegistry): void {
  aws.registry = registry.url.origin;
  aws.answer('ecr.GetAuthorizationToken', () => ({
    authorizationData: [
      {
        authorizationToken: Buffer.from('AWS:password').toString('base64'),
        proxyEndpoint: registry.url.origin,
        expiresAt: Math.floor(Date.now() / 1000) + 43_200,
      },
    ],
  }));
  aws.answer('ecr.BatchGetImage', async ({ repositoryName, imageIds }) => {
    const images: unknown[] = [];
    const failures: unknown[] = [];
    for (const imageId of imageIds as { imageTag?: string; imageDigest?: string }[]) {
      const found = await readManifest(
        registry,
        String(repositoryName),
        imageId.imageDigest ?? imageId.imageTag ?? '',
      );
      if (found === undefined)
        failures.push({ imageId, failureCode: 'ImageNotFound', failureReason: 'Requested image not found' });
      else
        images.push({
          registryId: '123456789012',
          repositoryName,
          imageId: { ...imageId, imageDigest: found.digest },
          imageManifest: found.text,
          imageManifestMediaType: found.mediaType,
        });
    }
    return { images, failures };
  });
  aws.answer('ecr.DescribeImages', async ({ repositoryName }) => {
    const name = String(repositoryName);
    const answer = await fetch(new URL(`/v2/${name}/tags/list`, registry.url));
    // Debian's registry makes a repository at the first push.
    const { tags = [] } = answer.ok ? ((await answer.json()) as { tags?: string[] }) : {};
    const imageDetails: unknown[] = [];
    for (const tag of tags) {
      const found = await readManifest(registry, name, tag);
      if (found === undefined) continue;
      imageDetails.push({
        imageDigest: found.digest,
        imageTags: [tag],
        imagePushedAt: Math.floor(Date.now() / 1000),
        imageManifestMediaType: found.mediaType,
      });
    }
    return { imageDetails };
  });
}

async function readManifest(registry: DockerRegistry, repository: string, reference: string) {
  const url = new URL(`/v2/${repository}/manifests/${reference}`, registry.url);
  const answer = await fetch(url, { headers: { accept: MANIFESTS.join(', ') } });
  if (!answer.ok) return undefined;
  return {
    text: await answer.text(),
    digest: answer.headers.get('docker-content-digest') ?? '',
    mediaType: answer.headers.get('content-type') ?? '',
  };
}
