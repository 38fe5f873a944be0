/** Joins the account to a registry: what is pushed is seen by ECR's API, and repositories made by the API take images. */
import { request } from 'node:http';
import type { AwsServer } from './aws.ts';
import type { TestRegistry } from './registry.ts';

const OF_IMAGES = ['GetAuthorizationToken', 'BatchGetImage', 'DescribeImages'];

export function joinRegistry(aws: AwsServer, registry: TestRegistry): void {
  aws.registry = registry.url.origin;
  for (const operation of OF_IMAGES)
    aws.answer(`ecr.${operation}`, (input) => ask(registry, operation, input));
  aws.onCall((call, moment) => {
    if (moment !== 'after' || call.applied !== true) return;
    const { repositoryName, imageTagMutability } = call.input;
    // A repository goes with its images.
    if (call.operation === 'DeleteRepository') registry.repositories.delete(String(repositoryName));
    if (call.operation === 'CreateRepository' || call.operation === 'PutImageTagMutability') {
      const name = String(repositoryName);
      const mutability = String(imageTagMutability ?? 'MUTABLE');
      const existing = registry.repositories.get(name);
      if (existing === undefined) registry.create(name, mutability);
      else registry.repositories.set(name, { ...existing, mutability });
    }
  });
}

/** @returns the registry's answer; undefined where it knows no such repository, which the account then says itself. */
function ask(registry: TestRegistry, operation: string, input: object): Promise<object | undefined> {
  return new Promise((resolve, reject) => {
    const call = request(
      registry.url,
      { method: 'POST', headers: { 'x-amz-target': `AmazonEC2ContainerRegistry_V20150921.${operation}` } },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () =>
          resolve(answer.statusCode === 200 ? JSON.parse(Buffer.concat(chunks).toString()) : undefined),
        );
      },
    );
    call.on('error', reject);
    call.end(JSON.stringify(input));
  });
}
