import type { OutgoingHttpHeaders } from 'node:http';
import { parseErrors, parseRetryAfter } from './answer.ts';
import type { Authorization } from './authorization.ts';
import { type Digest, digestOf, isDigest, Measure } from './digest.ts';
import { ImageError } from './errors.ts';
import { type AgentFactory, type Answer, exchange, readBody } from './exchange.ts';
import { connectionFailure, isTransient, RegistryFailure, type Verb } from './failure.ts';
import { MANIFEST_BYTES } from './limits.ts';
import { followLocation, withDigest } from './location.ts';
import type { Manifest } from './manifest.ts';
import { MANIFESTS } from './media-types.ts';
import { PATIENCE, type Patience, pause, withPatience } from './retry.ts';
import type { Bytes } from './source.ts';

/** How a registry is spoken to. */
export interface Connection {
  readonly authorization: Authorization;
  /** The repository's name, without the registry's host. */
  readonly repository: string;
  readonly agentFor: AgentFactory;
  readonly patience?: Patience;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds of silence after which a request is given up. */
  readonly idle?: number;
}

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
  /** Told of each chunk that was sent, in bytes. */
  readonly onSent?: (bytes: number) => void;
}

/** What stands in the registry now. */
export interface Uploaded {
  readonly digest: Digest;
  readonly size: number;
}

interface Ask {
  readonly method: string;
  readonly path: string | URL;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: Buffer | Bytes;
  /** Statuses that are answers, not failures. */
  readonly accept: readonly number[];
  /** Bytes of the answer that are read. */
  readonly limit?: number;
}

interface Reply {
  readonly status: number;
  readonly headers: Answer['headers'];
  readonly body: Buffer;
  /** Where the answer came from. */
  readonly url: URL;
}

const IDLE = 180_000;
const ERROR_BYTES = 64 * 1024;
const REDIRECTS = 5;

/** The verbs of the distribution specification for one repository, with ECR's oddities. */
export class Distribution {
  readonly #connection: Connection;
  readonly #patience: Patience;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#patience = connection.patience ?? PATIENCE;
  }

  get repository(): string {
    return this.#connection.repository;
  }

  get patience(): Patience {
    return this.#patience;
  }

  /** @returns the same repository, with another signal to give up by */
  with(signal: AbortSignal): Distribution {
    return new Distribution({ ...this.#connection, signal });
  }

  /** @returns `host/repository`, the host as GetAuthorizationToken told it */
  async address(): Promise<string> {
    const { endpoint } = await this.#connection.authorization.get();
    return `${endpoint.host}/${this.repository}`;
  }

  /** @returns whether the repository holds the blob */
  async hasBlob(digest: Digest): Promise<boolean> {
    const reply = await this.#patiently('HEAD blob', {
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
    const { body } = await this.#patiently('GET blob', {
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
    const head = await this.#patiently('HEAD manifest', { ...ask, method: 'HEAD' });
    if (head.status === 404) return undefined;
    const told = head.headers['docker-content-digest'];
    if (isDigest(told)) return told;
    // The header is only recommended; the manifest itself always tells.
    const { status, body } = await this.#patiently('GET manifest', {
      ...ask,
      method: 'GET',
      limit: MANIFEST_BYTES,
    });
    return status === 404 ? undefined : digestOf(body);
  }

  /** @param reference a tag, or the manifest's own digest */
  async putManifest(reference: string, manifest: Pick<Manifest, 'bytes' | 'mediaType'>): Promise<void> {
    await this.#patiently('PUT manifest', {
      method: 'PUT',
      path: `manifests/${reference}`,
      headers: { 'content-type': manifest.mediaType, 'content-length': manifest.bytes.length },
      body: manifest.bytes,
      accept: [200, 201, 202],
    });
  }

  /**
   * Uploads a blob by one POST, one streamed PATCH and an empty PUT, as Docker and crane do: ECR answers several PATCHes
   * wrongly. What breaks is begun afresh with a new POST.
   * @returns undefined when `confirm` left it unmade
   * @throws ImageError `WRONG_DIGEST`; RegistryFailure
   */
  async upload(upload: Upload): Promise<Uploaded | undefined> {
    let doubted = false;
    let refreshed = false;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#uploadOnce(upload);
      } catch (error) {
        if (!upload.restartable || this.#connection.signal?.aborted === true) throw error;
        const failure = error instanceof RegistryFailure ? error : undefined;
        if (failure?.codes.includes('DIGEST_INVALID') === true && !doubted) {
          await verifyDigest(upload);
          // It was damaged on its way: once more, then it is no accident.
          doubted = true;
          continue;
        }
        if (failure?.isExpired === true && !refreshed) {
          refreshed = true;
          continue;
        }
        if (attempt >= this.#patience.tries || !isRetried(error)) throw error;
        await pause(this.#patience, attempt, error, this.#connection.signal);
      }
    }
  }

  async #uploadOnce({
    open,
    restartable,
    digest,
    size,
    confirm,
    onSent,
  }: Upload): Promise<Uploaded | undefined> {
    const begun = await this.#ask('POST upload', {
      method: 'POST',
      path: 'blobs/uploads/',
      headers: { 'content-length': 0 },
      accept: [200, 201, 202],
    });
    // The registry takes the digest of all it is sent. Where it is known beforehand, ours would tell no more; when the
    // registry's differs, what can be read again is.
    const isChecked = digest !== undefined && size !== undefined && restartable;
    const measure = isChecked ? undefined : new Measure();
    const sent = await this.#ask('PATCH upload', {
      method: 'PATCH',
      path: await this.#next(begun),
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
    await this.#ask('PUT upload', {
      method: 'PUT',
      path: withDigest(await this.#next(sent), made.digest),
      headers: { 'content-length': 0 },
      accept: [200, 201, 204],
    });
    return { digest: made.digest, size: made.size };
  }

  async #next(reply: Reply): Promise<URL> {
    const { endpoint } = await this.#connection.authorization.get();
    const { location } = reply.headers;
    if (location === undefined) return reply.url;
    return followLocation(location, reply.url, endpoint);
  }

  #patiently(verb: Verb, ask: Ask): Promise<Reply> {
    return withPatience(this.#patience, this.#connection.signal, () => this.#ask(verb, ask));
  }

  /** Asks once; when the token has expired and the body can be sent again, once more with a new one. */
  async #ask(verb: Verb, ask: Ask): Promise<Reply> {
    const { authorization } = this.#connection;
    const { token } = await authorization.get();
    try {
      return await this.#askOnce(verb, ask);
    } catch (error) {
      if (!(error instanceof RegistryFailure) || !error.mayBeExpired) throw error;
      const isStream = ask.body !== undefined && !Buffer.isBuffer(ask.body);
      if (!(await authorization.refresh(token)) || isStream) throw error;
      return this.#askOnce(verb, ask);
    }
  }

  async #askOnce(verb: Verb, ask: Ask): Promise<Reply> {
    const { authorization, repository } = this.#connection;
    const { token, endpoint } = await authorization.get();
    let url = ask.path instanceof URL ? ask.path : new URL(`/v2/${repository}/${ask.path}`, endpoint);
    for (let redirects = 0; redirects <= REDIRECTS; redirects += 1) {
      // The token is for the registry alone, not for the storage that it sends us to.
      const isOwn = url.host === endpoint.host && url.protocol === endpoint.protocol;
      const credentials = isOwn ? { authorization: `Basic ${token.reveal()}` } : {};
      const reply = await this.#send(verb, url, { ...ask, headers: { ...ask.headers, ...credentials } });
      const { location } = reply.headers;
      const isRedirect = [301, 302, 303, 307, 308].includes(reply.status) && location !== undefined;
      if (!isRedirect || ask.method !== 'GET') return accepted(verb, ask, reply);
      url = followLocation(location, url, endpoint);
    }
    throw new ImageError('REGISTRY', `the registry redirected ${verb} more than ${REDIRECTS} times`);
  }

  async #send(verb: Verb, url: URL, ask: Ask): Promise<Reply> {
    const { agentFor, signal, idle } = this.#connection;
    const { method, headers, body } = ask;
    try {
      const answer = await exchange({
        method,
        url,
        headers: headers ?? {},
        body,
        agent: agentFor(url),
        signal,
        idle: idle ?? IDLE,
      });
      const limit = Math.max(ask.limit ?? 0, ERROR_BYTES);
      const reply = {
        status: answer.status,
        headers: answer.headers,
        body: await readBody(answer.body, limit),
        url,
      };
      if (answer.whole) return reply;
      // The rest of the body was never written, so this connection is of no more use.
      answer.body.destroy();
      if (reply.status >= 300) return reply;
      throw new RegistryFailure(verb, 0, [], 'it answered before it had all', undefined);
    } catch (error) {
      throw connectionFailure(verb, error) ?? error;
    }
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

function accepted(verb: Verb, ask: Ask, reply: Reply): Reply {
  if (ask.accept.includes(reply.status)) return reply;
  const { codes, text } = parseErrors(reply.body);
  throw new RegistryFailure(verb, reply.status, codes, text, parseRetryAfter(reply.headers['retry-after']));
}
