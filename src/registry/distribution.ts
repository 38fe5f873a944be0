import { type Digest, digestOf, isDigest, Measure } from './digest.ts';
import { ImageError } from './errors.ts';
import { isTransient, RegistryFailure } from './failure.ts';
import { MANIFEST_BYTES } from './limits.ts';
import { withDigest } from './location.ts';
import { MANIFESTS, type Manifest } from './manifest.ts';
import { type RegistryConnection, Session } from './session.ts';
import type { Bytes } from './source.ts';

/** A blob on its way up. */
export interface Upload {
  /** Gives the bytes, from the start at every call. */
  readonly open: () => Bytes;
  /** Whether `open` may be called again. */
  readonly restartable: boolean;
  /** Undefined where the digest is known only when all bytes went by. */
  readonly digest: Digest | undefined;
  /** Bytes; undefined where unknown. */
  readonly size: number | undefined;
  /** Asked when all bytes went by and before the blob is made: false leaves it unmade. It may throw. */
  readonly confirm?: () => boolean;
  /** Called for each chunk that was sent, in bytes. */
  readonly onSent?: (bytes: number) => void;
}

/** A blob that is in the registry now. */
export interface Uploaded {
  readonly digest: Digest;
  readonly size: number;
}

/** The verbs of the distribution specification for one repository, with ECR's oddities. */
export class Distribution {
  readonly #session: Session;

  constructor(connection: RegistryConnection) {
    this.#session = new Session(connection);
  }

  get repository(): string {
    return this.#session.connection.repository;
  }

  /** Repeats work while `isRetried` says that its failure may be over at the next attempt. */
  repeat<T>(work: () => Promise<T>, isRetried: (error: unknown) => boolean): Promise<T> {
    return this.#session.repeat(work, isRetried);
  }

  /** @returns the same repository, with another signal to give up by */
  with(signal: AbortSignal): Distribution {
    return new Distribution({ ...this.#session.connection, signal });
  }

  /** @returns `host/repository`, the host as GetAuthorizationToken names it */
  async address(): Promise<string> {
    const { endpoint } = await this.#session.connection.authorization.get();
    return `${endpoint.host}/${this.repository}`;
  }

  /** @returns whether the repository holds the blob */
  async hasBlob(digest: Digest): Promise<boolean> {
    const reply = await this.#session.askRepeatedly('HEAD blob', {
      method: 'HEAD',
      path: `blobs/${digest}`,
      accept: [200, 404],
    });
    return reply.status === 200;
  }

  /**
   * Reads a small blob; ECR answers with a redirect to its storage.
   * @param limit in bytes
   * @throws ImageError `WRONG_DIGEST`, `ADDRESS`; RegistryFailure
   */
  async getBlob(digest: Digest, limit: number): Promise<Buffer> {
    const { body } = await this.#session.askRepeatedly('GET blob', {
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

  /** @returns the digest behind a tag, undefined when the tag does not exist */
  async headManifest(reference: string): Promise<Digest | undefined> {
    const ask = {
      path: `manifests/${reference}`,
      headers: { accept: MANIFESTS.join(', ') },
      accept: [200, 404],
    };
    const head = await this.#session.askRepeatedly('HEAD manifest', { ...ask, method: 'HEAD' });
    if (head.status === 404) return undefined;
    const told = head.headers['docker-content-digest'];
    if (isDigest(told)) return told;
    // The header is only recommended; the manifest itself always has a digest.
    return this.#session.repeat(async () => {
      const get = { ...ask, method: 'GET', limit: MANIFEST_BYTES };
      const { status, body } = await this.#session.ask('GET manifest', get);
      if (status === 404) return undefined;
      // Half of a manifest has a digest, too.
      if (!isJson(body)) throw new RegistryFailure('GET manifest', 0, [], 'it came cut short', undefined);
      return digestOf(body);
    });
  }

  /** @param reference a tag, or the manifest's own digest */
  async putManifest(reference: string, manifest: Pick<Manifest, 'bytes' | 'mediaType'>): Promise<void> {
    await this.#session.askRepeatedly('PUT manifest', {
      method: 'PUT',
      path: `manifests/${reference}`,
      headers: { 'content-type': manifest.mediaType, 'content-length': manifest.bytes.length },
      body: manifest.bytes,
      accept: [200, 201, 202],
    });
    this.#session.connection.onManifest?.();
  }

  /**
   * Uploads a blob by one POST, one streamed PATCH and an empty PUT, as Docker and crane do: ECR answers several PATCHes
   * wrongly. A broken upload starts again with a new POST.
   * @returns undefined when `confirm` left it unmade
   * @throws ImageError `WRONG_DIGEST`; RegistryFailure
   */
  async upload(upload: Upload): Promise<Uploaded | undefined> {
    if (!upload.restartable) return this.#uploadOnce(upload);
    let doubted = false;
    let refreshed = false;
    const isAtOnce = async (error: unknown): Promise<boolean> => {
      if (!(error instanceof RegistryFailure)) return false;
      if (error.codes.includes('DIGEST_INVALID') && !doubted) {
        await verifyDigest(upload);
        // It was damaged on its way: once more, then it is no accident.
        doubted = true;
        return true;
      }
      const isFirst = error.isExpired && !refreshed;
      refreshed ||= isFirst;
      return isFirst;
    };
    return this.#session.repeat(() => this.#uploadOnce(upload), isRetried, isAtOnce);
  }

  async #uploadOnce({
    open,
    restartable,
    digest,
    size,
    confirm,
    onSent,
  }: Upload): Promise<Uploaded | undefined> {
    const begun = await this.#session.ask('POST upload', {
      method: 'POST',
      path: 'blobs/uploads/',
      headers: { 'content-length': 0 },
      accept: [200, 201, 202],
    });
    // The registry takes the digest of all it is sent. Where it is known beforehand, ours would add nothing; when the
    // registry's differs, what can be read again is.
    const isChecked = digest !== undefined && size !== undefined && restartable;
    const measure = isChecked ? undefined : new Measure();
    const sent = await this.#session.ask('PATCH upload', {
      method: 'PATCH',
      path: await this.#session.next(begun),
      headers: {
        'content-type': 'application/octet-stream',
        ...(size === undefined ? {} : { 'content-length': size }),
      },
      body: measured(open(), measure, onSent),
      // The specification says 202; ECR says 201.
      accept: [200, 201, 202, 204],
    });
    const made = measure === undefined ? { digest, size } : { digest: measure.digest(), size: measure.size };
    if (made.digest === undefined || made.size === undefined) return undefined;
    if (digest !== undefined && made.digest !== digest) throw wrongDigest(digest, made.digest);
    if (confirm !== undefined && !confirm()) return undefined;
    await this.#session.ask('PUT upload', {
      method: 'PUT',
      path: withDigest(await this.#session.next(sent), made.digest),
      headers: { 'content-length': 0 },
      accept: [200, 201, 204],
    });
    return { digest: made.digest, size: made.size };
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

function isRetried(error: unknown): boolean {
  return error instanceof RegistryFailure && isTransientUpload(error);
}

function isTransientUpload(failure: RegistryFailure): boolean {
  // A session that the registry lost answers 404 to PATCH and PUT, whatever its code.
  const isLost = failure.status === 404 && (failure.verb === 'PATCH upload' || failure.verb === 'PUT upload');
  return isLost || isTransient(failure);
}

async function* measured(
  bytes: Bytes,
  measure: Measure | undefined,
  onSent: ((bytes: number) => void) | undefined,
): AsyncGenerator<Buffer> {
  for await (const chunk of bytes) {
    measure?.update(chunk);
    yield chunk;
    onSent?.(chunk.length);
  }
}

/** Reads again what the registry found damaged. @throws ImageError `WRONG_DIGEST` when it is so at its source */
async function verifyDigest({ open, digest }: Upload): Promise<void> {
  if (digest === undefined) return;
  const measure = new Measure();
  for await (const chunk of open()) measure.update(chunk);
  if (measure.digest() !== digest) throw wrongDigest(digest, measure.digest());
}

function wrongDigest(expected: Digest, found: Digest): ImageError {
  return new ImageError(
    'WRONG_DIGEST',
    `image: what was read as ${expected} has the digest ${found}; build the image again`,
  );
}
