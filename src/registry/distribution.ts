import { type Digest, Digester, digestOf, isDigest } from './digest.ts';
import { ImageError } from './errors.ts';
import { isTransient, RegistryFailure } from './failure.ts';
import { MANIFEST_BYTES } from './limits.ts';
import { withDigest } from './location.ts';
import { MANIFESTS, type Manifest } from './manifest.ts';
import { type RegistryConnection, Session } from './session.ts';
import type { Bytes } from './source.ts';

/** A blob to upload. */
export interface Upload {
  /** Opens the bytes; each call begins at the first byte. */
  readonly open: () => Bytes;
  /** Whether `open` may be called again. */
  readonly restartable: boolean;
  /** Undefined if the digest is known only after all bytes were read. */
  readonly digest: Digest | undefined;
  /** In bytes; undefined if unknown. */
  readonly size: number | undefined;
  /** Called after all bytes were sent and before the blob is committed; false abandons the upload. It may throw. */
  readonly confirm?: () => boolean;
  /** Called after each sent chunk, with its size in bytes. */
  readonly onSent?: (bytes: number) => void;
}

/** Digest and size of an uploaded blob. */
export interface Uploaded {
  readonly digest: Digest;
  readonly size: number;
}

/** Client of the OCI distribution specification for one repository, with ECR's deviations. */
export class Distribution {
  readonly #session: Session;

  constructor(connection: RegistryConnection) {
    this.#session = new Session(connection);
  }

  get repository(): string {
    return this.#session.connection.repository;
  }

  /** Retries work while `isRetryable` accepts its error. */
  repeat<T>(work: () => Promise<T>, isRetryable: (error: unknown) => boolean): Promise<T> {
    return this.#session.repeat(work, isRetryable);
  }

  /** @returns a client of the same repository that `signal` aborts */
  with(signal: AbortSignal): Distribution {
    return new Distribution({ ...this.#session.connection, signal });
  }

  /** @returns `host/repository`, with the host of GetAuthorizationToken */
  async address(): Promise<string> {
    const { endpoint } = await this.#session.connection.authorization.get();
    return `${endpoint.host}/${this.repository}`;
  }

  /** @returns whether the repository has the blob */
  async hasBlob(digest: Digest): Promise<boolean> {
    const response = await this.#session.requestWithRetries('HEAD blob', {
      method: 'HEAD',
      path: `blobs/${digest}`,
      accept: [200, 404],
    });
    return response.status === 200;
  }

  /**
   * Reads a small blob; ECR redirects to its storage.
   * @param limit in bytes
   * @throws ImageError `WRONG_DIGEST`, `ADDRESS`; RegistryFailure
   */
  async getBlob(digest: Digest, limit: number): Promise<Buffer> {
    const { body } = await this.#session.requestWithRetries('GET blob', {
      method: 'GET',
      path: `blobs/${digest}`,
      accept: [200],
      limit,
    });
    if (digestOf(body) === digest) return body;
    throw new ImageError(
      'WRONG_DIGEST',
      `the registry's blob ${digest} does not have the content that its digest names`,
    );
  }

  /** @returns the digest of a tag's manifest, undefined if the tag does not exist */
  async headManifest(reference: string): Promise<Digest | undefined> {
    const request = {
      path: `manifests/${reference}`,
      headers: { accept: MANIFESTS.join(', ') },
      accept: [200, 404],
    };
    const head = await this.#session.requestWithRetries('HEAD manifest', { ...request, method: 'HEAD' });
    if (head.status === 404) return undefined;
    const headerDigest = head.headers['docker-content-digest'];
    if (isDigest(headerDigest)) return headerDigest;
    // The header is optional; the digest of the manifest's bytes replaces it.
    return this.#session.repeat(async () => {
      const get = { ...request, method: 'GET', limit: MANIFEST_BYTES };
      const { status, body } = await this.#session.request('GET manifest', get);
      if (status === 404) return undefined;
      // A truncated manifest would have another digest.
      if (!isJson(body)) throw new RegistryFailure('GET manifest', 0, [], 'it was truncated', undefined);
      return digestOf(body);
    });
  }

  /** @param reference a tag, or the manifest's own digest */
  async putManifest(reference: string, manifest: Pick<Manifest, 'bytes' | 'mediaType'>): Promise<void> {
    await this.#session.requestWithRetries('PUT manifest', {
      method: 'PUT',
      path: `manifests/${reference}`,
      headers: { 'content-type': manifest.mediaType, 'content-length': manifest.bytes.length },
      body: manifest.bytes,
      accept: [200, 201, 202],
    });
    this.#session.connection.onManifest?.();
  }

  /**
   * Uploads a blob by one POST, one streamed PATCH and an empty PUT, like Docker and crane: ECR does not handle several
   * PATCH requests correctly. A failed upload starts again with a new POST.
   * @returns undefined if `confirm` abandoned the upload
   * @throws ImageError `WRONG_DIGEST`; RegistryFailure
   */
  async upload(upload: Upload): Promise<Uploaded | undefined> {
    if (!upload.restartable) return this.#uploadOnce(upload);
    let isVerified = false;
    let isRefreshed = false;
    const isImmediate = async (error: unknown): Promise<boolean> => {
      if (!(error instanceof RegistryFailure)) return false;
      if (error.codes.includes('DIGEST_INVALID') && !isVerified) {
        await verifyDigest(upload);
        // The source is intact, so the transfer damaged the bytes. One retry: a second time is no coincidence.
        isVerified = true;
        return true;
      }
      const isFirst = error.isExpired && !isRefreshed;
      isRefreshed ||= isFirst;
      return isFirst;
    };
    return this.#session.repeat(() => this.#uploadOnce(upload), isRetryable, isImmediate);
  }

  async #uploadOnce({
    open,
    restartable,
    digest,
    size,
    confirm,
    onSent,
  }: Upload): Promise<Uploaded | undefined> {
    const started = await this.#session.request('POST upload', {
      method: 'POST',
      path: 'blobs/uploads/',
      headers: { 'content-length': 0 },
      accept: [200, 201, 202],
    });
    // The registry verifies the digest. With a digest known beforehand, another one computed here is redundant; if the
    // registry reports a mismatch, a restartable source is read again.
    const isChecked = digest !== undefined && size !== undefined && restartable;
    const digester = isChecked ? undefined : new Digester();
    const sent = await this.#session.request('PATCH upload', {
      method: 'PATCH',
      path: await this.#session.next(started),
      headers: {
        'content-type': 'application/octet-stream',
        ...(size === undefined ? {} : { 'content-length': size }),
      },
      body: countAndDigest(open(), digester, onSent),
      // The specification says 202; ECR says 201.
      accept: [200, 201, 202, 204],
    });
    const uploaded =
      digester === undefined ? { digest, size } : { digest: digester.digest(), size: digester.size };
    if (uploaded.digest === undefined || uploaded.size === undefined) return undefined;
    if (digest !== undefined && uploaded.digest !== digest) throw wrongDigest(digest, uploaded.digest);
    if (confirm !== undefined && !confirm()) return undefined;
    await this.#session.request('PUT upload', {
      method: 'PUT',
      path: withDigest(await this.#session.next(sent), uploaded.digest),
      headers: { 'content-length': 0 },
      accept: [200, 201, 204],
    });
    return { digest: uploaded.digest, size: uploaded.size };
  }
}

function isJson(body: Buffer): boolean {
  try {
    JSON.parse(body.toString('utf8'));
    return true;
  } catch {
    return false;
  }
}

function isRetryable(error: unknown): boolean {
  return error instanceof RegistryFailure && isTransientUpload(error);
}

function isTransientUpload(failure: RegistryFailure): boolean {
  // The registry returns 404 to PATCH and PUT if it lost the upload session, with any code.
  const isLost = failure.status === 404 && (failure.verb === 'PATCH upload' || failure.verb === 'PUT upload');
  return isLost || isTransient(failure);
}

async function* countAndDigest(
  bytes: Bytes,
  digester: Digester | undefined,
  onSent: ((bytes: number) => void) | undefined,
): AsyncGenerator<Buffer> {
  for await (const chunk of bytes) {
    digester?.update(chunk);
    yield chunk;
    onSent?.(chunk.length);
  }
}

/**
 * Reads a blob again after the registry rejected its digest. @throws ImageError `WRONG_DIGEST` if the source has
 * another digest
 */
async function verifyDigest({ open, digest }: Upload): Promise<void> {
  if (digest === undefined) return;
  const digester = new Digester();
  for await (const chunk of open()) digester.update(chunk);
  if (digester.digest() !== digest) throw wrongDigest(digest, digester.digest());
}

function wrongDigest(expected: Digest, found: Digest): ImageError {
  return new ImageError(
    'WRONG_DIGEST',
    `image: what was read as ${expected} has the digest ${found}; build the image again`,
  );
}
