import type { ServerResponse } from 'node:http';
import type { TestRegistry, TestRepository } from './registry.ts';

/** Answers as much of ECR's API as a push reads: the rest of the account is an emulator's. */
export function answerEcr(
  registry: TestRegistry,
  operation: string,
  body: Buffer,
  response: ServerResponse,
): ServerResponse {
  const input = JSON.parse(body.toString() || '{}');
  const fail = (type: string, message: string) => {
    response.writeHead(400, { 'content-type': 'application/x-amz-json-1.1' });
    return response.end(JSON.stringify({ __type: type, message }));
  };
  const answer = (output: unknown) => {
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' });
    return response.end(JSON.stringify(output));
  };
  if (registry.denied.has(`ecr:${operation}`))
    return fail('AccessDeniedException', `not authorized to perform: ecr:${operation}`);
  if (operation === 'GetAuthorizationToken') {
    return answer({
      authorizationData: [
        { authorizationToken: registry.token, proxyEndpoint: registry.url.origin, expiresAt: 1420070400 },
      ],
    });
  }
  const name: string = input.repositoryName ?? input.repositoryNames?.[0];
  const repository = registry.repositories.get(name);
  if (repository === undefined)
    return fail('RepositoryNotFoundException', `The repository with name '${name}' does not exist`);
  if (operation === 'DescribeRepositories')
    return answer({ repositories: [describe(registry, name, repository)] });
  if (operation === 'DescribeImages') return answer({ imageDetails: imageDetails(repository) });
  if (operation === 'BatchGetImage') return answer(batchGet(name, repository, input.imageIds));
  return fail('UnknownOperationException', operation);
}

function describe(registry: TestRegistry, name: string, repository: TestRepository) {
  return {
    repositoryName: name,
    registryId: '123456789012',
    repositoryArn: `arn:aws:ecr:us-west-2:123456789012:repository/${name}`,
    repositoryUri: `${registry.url.host}/${name}`,
    imageTagMutability: repository.mutability,
    imageTagMutabilityExclusionFilters: repository.exclusions.map((filter) => ({
      filterType: 'WILDCARD',
      filter,
    })),
  };
}

function imageDetails(repository: TestRepository) {
  return [...repository.manifests].map(([imageDigest, { pushedAt, mediaType }]) => ({
    imageDigest,
    imageTags: [...repository.tags].filter(([, digest]) => digest === imageDigest).map(([tag]) => tag),
    imagePushedAt: pushedAt / 1000,
    imageManifestMediaType: mediaType,
  }));
}

function batchGet(
  name: string,
  repository: TestRepository,
  ids: readonly { imageTag?: string; imageDigest?: string }[],
) {
  const images: unknown[] = [];
  const failures: unknown[] = [];
  for (const imageId of ids) {
    const digest = imageId.imageDigest ?? repository.tags.get(imageId.imageTag ?? '') ?? '';
    const manifest = repository.manifests.get(digest);
    if (manifest === undefined) {
      failures.push({ imageId, failureCode: 'ImageNotFound', failureReason: 'Requested image not found' });
      continue;
    }
    images.push({
      registryId: '123456789012',
      repositoryName: name,
      imageId: {
        imageDigest: digest,
        ...(imageId.imageTag === undefined ? {} : { imageTag: imageId.imageTag }),
      },
      imageManifest: manifest.bytes.toString(),
      imageManifestMediaType: manifest.mediaType,
    });
  }
  return { images, failures };
}
