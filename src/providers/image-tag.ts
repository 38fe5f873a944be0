import { BatchGetImageCommand, type ECRClient } from '@aws-sdk/client-ecr';
import { isNamed } from '../clients/errors.ts';
import { UserFacingError } from '../clients/explanation.ts';
import { imageFields, type Specs } from '../model/spec.ts';
import { MANIFESTS } from '../registry/manifest.ts';
import { observeEach, type ProviderContext, sender } from './context.ts';
import type { Provider } from './provider.ts';

type ImageSpec = Specs['Image'];

/** The image behind one tag of a repository, for a run that refers to it and does not push it. */
export function taggedImages(ecr: ECRClient, context: ProviderContext, tag: string): Provider<ImageSpec> {
  const send = sender(context, 'ecr');
  const refuse = () => Promise.reject(new UserFacingError('this run only refers to the image'));

  async function read(name: string): Promise<ImageSpec | undefined> {
    try {
      const answer = await send('BatchGetImage', name, 'ecr:read', () =>
        ecr.send(
          new BatchGetImageCommand({
            repositoryName: name,
            imageIds: [{ imageTag: tag }],
            // Without them ECR converts the manifest, and the digest would differ.
            acceptedMediaTypes: [...MANIFESTS],
          }),
        ),
      );
      const digest = answer.images?.find(({ imageId }) => imageId?.imageTag === tag)?.imageId?.imageDigest;
      const failure = answer.failures?.find(({ failureCode }) => failureCode !== 'ImageNotFound');
      if (failure !== undefined)
        throw new UserFacingError(`ECR could not read the tag ${tag} of ${name}: ${failure.failureCode}`, {
          reason: 'aws',
        });
      if (digest === undefined) return undefined;
      return { name, fields: imageFields([[tag, digest]]), metadata: { digest } };
    } catch (error) {
      if (isNamed(error, 'RepositoryNotFoundException')) return undefined;
      throw error;
    }
  }

  return {
    observe: (names) => observeEach(names, read),
    create: refuse,
    update: refuse,
    delete: refuse,
  };
}
