import { ImageError } from './errors.ts';
import { isTransient, PERMISSION, RegistryFailure } from './failure.ts';

/** What a failure is told about. */
export interface Subject {
  /** `host/repository`. */
  readonly address: string;
  readonly repository: string;
  /** `the layer sha256:…`, `the tag v1`. */
  readonly what: string;
}

/** @returns whether a tag refused the manifest because it may not be moved */
export function isImmutable(failure: RegistryFailure): boolean {
  if (failure.verb !== 'PUT manifest') return false;
  return failure.codes.includes('TAG_INVALID') || /immutable|ImageTagAlreadyExists/i.test(failure.text);
}

/** @returns whether the registry already holds the very manifest, which immutable repositories tell as a fault */
export function isAlreadyThere(failure: RegistryFailure): boolean {
  return failure.verb === 'PUT manifest' && /ImageAlreadyExists|image .* already exists/i.test(failure.text);
}

/** @returns whether a manifest names blobs that the repository lacks */
export function lacksBlobs(failure: RegistryFailure): boolean {
  const codes = ['MANIFEST_BLOB_UNKNOWN', 'BLOB_UNKNOWN'];
  return (
    failure.verb === 'PUT manifest' &&
    (failure.codes.some((code) => codes.includes(code)) || /LayersNotFound/.test(failure.text))
  );
}

/**
 * Says in words why the registry took something not.
 * @returns what it was given when it is no failure of the registry
 */
export function explain(error: unknown, { address, repository, what }: Subject): unknown {
  if (!(error instanceof RegistryFailure)) return error;
  const { verb, status, codes, text } = error;
  const options = { cause: error };
  const said = text === '' ? '' : ` (${text})`;
  if (codes.includes('NAME_UNKNOWN') || (verb === 'POST upload' && (status === 0 || status === 404))) {
    // ECR closes the connection on the first upload to a repository that does not exist.
    const sure = codes.includes('NAME_UNKNOWN') || status === 404;
    const message = sure
      ? `image: the repository ${repository} does not exist in ${address}; let this action create it (input repository), or create it first`
      : `image: ${address} closed the connection when the upload of ${what} began; ECR does so when the repository ${repository} does not exist, else the network is at fault`;
    return new ImageError('NO_REPOSITORY', message, options);
  }
  if (error.isExpired) {
    return new ImageError(
      'DENIED',
      `image: ${address} refused a new token as well, at ${what}${said}; check the clock of the runner and the role's session`,
      options,
    );
  }
  if (status === 403 || codes.includes('DENIED')) {
    const permission = /\becr:[A-Za-z]+/.exec(text)?.[0] ?? PERMISSION[verb];
    return new ImageError(
      'DENIED',
      `image: ${address} denied ${what}; the role needs ${permission} on the repository ${repository}${said}`,
      options,
    );
  }
  if (isImmutable(error)) {
    return new ImageError(
      'IMMUTABLE_TAG',
      `image: ${what} of ${repository} is immutable and holds another image; give a new tag in image-tags${said}`,
      options,
    );
  }
  if (status === 413 || /LayerPartTooLarge|too large|exceeds/i.test(text)) {
    return new ImageError(
      'TOO_LARGE',
      `image: ${what} is too large for ${address}${said}; ECR takes layers to 52,000 MiB and manifests to 4 MiB`,
      options,
    );
  }
  const answer =
    status === 0
      ? 'broke the connection'
      : `answered ${status}${codes.length > 0 ? ` ${codes.join(' ')}` : ''}`;
  const often = isTransient(error) ? ', again and again' : '';
  return new ImageError(
    'REGISTRY',
    `image: ${address} ${answer} at ${what} (${verb})${often}${said}`,
    options,
  );
}
