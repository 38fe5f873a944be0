import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Tampered } from './faults.ts';
import { answerEcr } from './registry-ecr.ts';

/** What a repository holds. */
export interface TestRepository {
  mutability: string;
  /** Wildcard filters of the two `*_WITH_EXCLUSION` values. */
  exclusions: string[];
  readonly blobs: Map<string, Buffer>;
  readonly manifests: Map<
    string,
    { readonly bytes: Buffer; readonly mediaType: string; readonly pushedAt: number }
  >;
  readonly tags: Map<string, string>;
}

/** What goes wrong, and how often; the first fault that fits a request is used up by it. */
export interface Fault {
  /** `PATCH upload`, `PUT manifest`, … as the registry client names them, or `API` and the operation's name. */
  readonly on: string;
  readonly times?: number;
  /** The connection is reset after so many bytes of the body. */
  readonly resetAt?: number;
  /** This is answered instead. */
  readonly answer?: { status: number; body?: string; headers?: Record<string, string> };
  /** The answer's Location is replaced. */
  readonly location?: string;
  /** The upload is forgotten before the request is worked at. */
  readonly loseUpload?: boolean;
  /** The answer waits. */
  readonly delayMs?: number;
  /** What happens to the connection: before it is worked at, after that, or in the answer's body; `cut` halves the body. */
  readonly broken?: 'reset-before' | 'reset-after' | 'reset-body' | 'hang' | 'cut';
  /** One byte of the body is turned on its way. */
  readonly damage?: boolean;
}

export interface Seen {
  readonly verb: string;
  readonly path: string;
  readonly bytes: number;
  readonly headers: IncomingMessage['headers'];
}

/**
 * A registry that behaves as ECR does where ECR departs from the specification: PATCH answers 201, an expired token
 * 403 in plain text, a missing repository a closed connection, immutable tags refuse even their own image. On the same
 * port it speaks as much of ECR's API as a push needs.
 */
export class TestRegistry implements AsyncDisposable {
  readonly repositories = new Map<string, TestRepository>();
  readonly seen: Seen[] = [];
  readonly faults: Fault[] = [];
  /** Actions that AccessDenied is answered for, e.g. `ecr:PutImage`. */
  readonly denied = new Set<string>();
  /** Asked for each request, before the faults: the one that hits it. */
  tamper: (verb: string) => Tampered<Fault> = () => undefined;
  /** Answers to HEAD lack the digest, which the specification only recommends. */
  hidesDigest = false;
  /** Each request is answered as soon as all bytes that it announced are there, whether or not it has ended. */
  isEager = false;
  #token = 1;
  #uploads = new Map<string, Buffer[]>();
  #next = 1;
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      this.#serve(request, response).catch((error: unknown) => response.destroy(new Error(String(error))));
    });
  }

  static async start(): Promise<TestRegistry> {
    const registry = new TestRegistry();
    registry.#server.listen(0, '127.0.0.1');
    await once(registry.#server, 'listening');
    return registry;
  }

  get url(): URL {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('not listening');
    return new URL(`http://127.0.0.1:${address.port}`);
  }

  create(name: string, mutability = 'MUTABLE', exclusions: string[] = []): TestRepository {
    const repository = { mutability, exclusions, blobs: new Map(), manifests: new Map(), tags: new Map() };
    this.repositories.set(name, repository);
    return repository;
  }

  /** Base64 of `AWS:password`, as GetAuthorizationToken gives it. */
  get token(): string {
    return Buffer.from(`AWS:password-${this.#token}`).toString('base64');
  }

  /** From now on the token that was given out is refused. */
  expireToken(): void {
    this.#token += 1;
  }

  /** @returns how many requests of these verbs came; all without one */
  count(...verbs: readonly string[]): number {
    return this.seen.filter(({ verb }) => verbs.length === 0 || verbs.includes(verb)).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<unknown> {
    const url = new URL(request.url ?? '/', this.url);
    const api = request.headers['x-amz-target'];
    const verb =
      typeof api === 'string' ? `API ${api.split('.')[1] ?? ''}` : verbOf(request.method ?? '', url.pathname);
    const fault = (await this.tamper(verb)) ?? this.#takeFault(verb);
    const body = await this.#read(request, fault?.resetAt);
    this.seen.push({ verb, path: url.pathname, bytes: body?.length ?? 0, headers: request.headers });
    if (body === undefined) {
      return request.socket.resetAndDestroy();
    }
    if (fault?.broken === 'hang') return undefined;
    if (fault?.broken === 'reset-before') return request.socket.resetAndDestroy();
    if (fault?.broken !== undefined) breakAnswer(response, fault.broken);
    if (fault?.delayMs !== undefined) await sleep(fault.delayMs);
    if (fault?.answer !== undefined)
      return send(response, fault.answer.status, fault.answer.body ?? '', fault.answer.headers);
    if (fault?.damage === true && body.length > 0) body[0] = (body[0] ?? 0) ^ 1;
    if (fault?.loseUpload === true) this.#uploads.clear();
    if (fault?.location !== undefined) response.setHeader('x-test-location', fault.location);
    if (typeof api === 'string') return answerEcr(this, api.split('.')[1] ?? '', body, response);
    if (request.headers.authorization !== `Basic ${this.token}`) {
      return send(response, 403, 'Your Authorization Token has expired. Please run aws ecr get-login again.');
    }
    const match = /^\/v2\/(.+)\/(blobs|manifests)\/(.+?)\/?$/.exec(url.pathname);
    const [, name = '', kind, reference = ''] = match ?? [];
    const repository = this.repositories.get(name);
    if (repository === undefined) {
      if (verb === 'POST upload') return request.socket.destroy();
      return send(response, 404, errors('NAME_UNKNOWN', `The repository with name '${name}' does not exist`));
    }
    const action = ACTIONS[verb] ?? '';
    if (this.denied.has(action)) {
      const text = `User: arn:aws:sts::123456789012:assumed-role/ci/x is not authorized to perform: ${action}`;
      return send(response, 403, errors('DENIED', text));
    }
    if (kind === 'manifests')
      return this.#manifest(verb, name, repository, reference, request, body, response);
    if (reference === 'uploads' || reference.startsWith('uploads/'))
      return this.#upload(verb, name, repository, reference, url, body, response);
    return this.#blob(verb, repository, reference, response);
  }

  #takeFault(verb: string): Fault | undefined {
    const at = this.faults.findIndex(({ on }) => on === verb);
    const fault = this.faults[at];
    if (fault === undefined) return undefined;
    const times = (fault.times ?? 1) - 1;
    if (times > 0) this.faults[at] = { ...fault, times };
    else this.faults.splice(at, 1);
    return fault;
  }

  /** @returns undefined when the connection is to be reset */
  async #read(request: IncomingMessage, resetAt: number | undefined): Promise<Buffer | undefined> {
    const announced = Number(request.headers['content-length']);
    if (this.isEager && announced > 0) return readAnnounced(request, announced);
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of request) {
      chunks.push(chunk);
      size += chunk.length;
      if (resetAt !== undefined && size >= resetAt) return undefined;
    }
    return resetAt === undefined ? Buffer.concat(chunks) : undefined;
  }

  #upload(
    verb: string,
    name: string,
    repository: TestRepository,
    reference: string,
    url: URL,
    body: Buffer,
    response: ServerResponse,
  ): ServerResponse {
    const id = reference.replace(/^uploads\/?/, '');
    const redirect = response.getHeader('x-test-location');
    if (verb === 'POST upload') {
      const made = String(this.#next++);
      this.#uploads.set(made, []);
      const location =
        typeof redirect === 'string' ? redirect : `/v2/${name}/blobs/uploads/${made}?_state=a%2Bb~c%3D%3D`;
      return send(response, 202, '', { location });
    }
    const parts = this.#uploads.get(id);
    if (parts === undefined) return send(response, 404, errors('BLOB_UPLOAD_UNKNOWN', 'upload unknown'));
    // A state that was written anew by the client would be refused by a registry that signs it.
    if (!url.search.startsWith('?_state=a%2Bb~c%3D%3D'))
      return send(response, 400, errors('BLOB_UPLOAD_INVALID', 'state'));
    if (verb === 'PATCH upload') {
      // ECR drops what a second PATCH brings.
      if (parts.length === 0) parts.push(body);
      return send(response, 201, '', {
        location: `${url.pathname}${url.search}`,
        range: `0-${Math.max(body.length - 1, 0)}`,
      });
    }
    const blob = Buffer.concat([...parts, body]);
    this.#uploads.delete(id);
    const digest = url.searchParams.get('digest');
    if (digestOf(blob) !== digest)
      return send(response, 400, errors('DIGEST_INVALID', 'provided digest did not match'));
    // ECR takes no empty blob (radius#7855).
    if (blob.length === 0) return send(response, 400, errors('BLOB_UPLOAD_INVALID', 'blob upload invalid'));
    repository.blobs.set(digest, blob);
    return send(response, 201, '', {
      location: `/v2/${name}/blobs/${digest}`,
      'docker-content-digest': digest,
    });
  }

  #blob(verb: string, repository: TestRepository, digest: string, response: ServerResponse): ServerResponse {
    const blob = repository.blobs.get(digest);
    if (blob === undefined) return send(response, 404, errors('BLOB_UNKNOWN', 'blob unknown'));
    const redirect = response.getHeader('x-test-location');
    if (typeof redirect === 'string') return send(response, 307, '', { location: redirect });
    response.writeHead(200, { 'content-length': blob.length, 'docker-content-digest': digest });
    return response.end(verb === 'HEAD blob' ? undefined : blob);
  }

  #manifest(
    verb: string,
    name: string,
    repository: TestRepository,
    reference: string,
    request: IncomingMessage,
    body: Buffer,
    response: ServerResponse,
  ): ServerResponse {
    if (verb === 'PUT manifest') {
      const mediaType = request.headers['content-type'] ?? '';
      const [status, text, digest] = putManifest(repository, name, reference, body, mediaType);
      return send(response, status, text, digest === undefined ? {} : { 'docker-content-digest': digest });
    }
    const digest = reference.startsWith('sha256:') ? reference : repository.tags.get(reference);
    const manifest = digest === undefined ? undefined : repository.manifests.get(digest);
    if (digest === undefined || manifest === undefined)
      return send(response, 404, errors('MANIFEST_UNKNOWN', 'unknown'));
    response.writeHead(200, {
      'content-type': manifest.mediaType,
      ...(this.hidesDigest && verb === 'HEAD manifest' ? {} : { 'docker-content-digest': digest }),
      'content-length': manifest.bytes.length,
    });
    return response.end(verb === 'HEAD manifest' ? undefined : manifest.bytes);
  }
}

function readAnnounced(request: IncomingMessage, announced: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  return new Promise((resolve, reject) => {
    request.on('error', reject);
    request.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size === announced) resolve(Buffer.concat(chunks));
    });
  });
}

/** @returns status, body and digest, by ECR's rules for what a manifest names and for tags that may not be moved */
export function putManifest(
  repository: TestRepository,
  name: string,
  reference: string,
  bytes: Buffer,
  mediaType: string,
): readonly [number, string, string | undefined] {
  const digest = digestOf(bytes);
  const json = JSON.parse(bytes.toString());
  const blobs: string[] = [...(json.layers ?? []), ...(json.config === undefined ? [] : [json.config])].map(
    (item) => item.digest,
  );
  const missing = blobs.find((blob) => !repository.blobs.has(blob));
  if (missing !== undefined)
    return [
      404,
      errors(
        'MANIFEST_BLOB_UNKNOWN',
        `Layers with digests '${missing}' required for pushing image not found`,
      ),
      undefined,
    ];
  // ECR takes no image without layers (werf#2544).
  if (json.config !== undefined && json.layers?.length === 0)
    return [405, errors('UNSUPPORTED', 'Invalid parameter: layers'), undefined];
  const children: string[] = (json.manifests ?? []).map((item: { digest: string }) => item.digest);
  if (children.some((child) => !repository.manifests.has(child))) {
    return [
      404,
      errors('MANIFEST_UNKNOWN', 'Images with digests required for pushing index do not exist'),
      undefined,
    ];
  }
  if (!reference.startsWith('sha256:')) {
    if (repository.tags.has(reference) && isFixed(repository, reference)) {
      const text = `The image tag '${reference}' already exists in the '${name}' repository and cannot be overwritten because the tag is immutable.`;
      return [400, errors('TAG_INVALID', text), undefined];
    }
    repository.tags.set(reference, digest);
  }
  repository.manifests.set(digest, { bytes, mediaType, pushedAt: Date.now() + repository.manifests.size });
  return [201, '', digest];
}

function isFixed({ mutability, exclusions }: TestRepository, tag: string): boolean {
  const excluded = exclusions.some((filter) => new RegExp(`^${filter.replaceAll('*', '.*')}$`).test(tag));
  return mutability.startsWith('IMMUTABLE') ? !excluded : mutability === 'MUTABLE_WITH_EXCLUSION' && excluded;
}

/** The answer goes wrong on its way back, whatever it is. */
function breakAnswer(response: ServerResponse, how: 'reset-after' | 'reset-body' | 'cut'): void {
  const head = response.writeHead.bind(response);
  const end = response.end.bind(response);
  let answered: [status: number, headers: Record<string, string | number>] = [200, {}];
  Object.assign(response, {
    writeHead: (...given: typeof answered) => {
      answered = given;
      return response;
    },
    end: (body: string | Buffer = '') => {
      if (how === 'reset-after') return response.socket?.resetAndDestroy();
      const half = Buffer.from(body).subarray(0, Buffer.byteLength(body) >> 1);
      const [status, headers] = answered;
      if (how === 'cut') {
        head(status, { ...headers, 'content-length': half.length });
        return end(half);
      }
      head(status, headers);
      response.write(half, () => response.socket?.destroy());
      return response;
    },
  });
}

const ACTIONS: Readonly<Record<string, string>> = {
  'HEAD blob': 'ecr:BatchCheckLayerAvailability',
  'GET blob': 'ecr:GetDownloadUrlForLayer',
  'POST upload': 'ecr:InitiateLayerUpload',
  'PATCH upload': 'ecr:UploadLayerPart',
  'PUT upload': 'ecr:CompleteLayerUpload',
  'HEAD manifest': 'ecr:BatchGetImage',
  'GET manifest': 'ecr:BatchGetImage',
  'PUT manifest': 'ecr:PutImage',
};

function verbOf(method: string, path: string): string {
  if (path.includes('/manifests/')) return `${method} manifest`;
  return path.includes('/blobs/uploads') ? `${method} upload` : `${method} blob`;
}

function errors(code: string, message: string): string {
  return JSON.stringify({ errors: [{ code, message }] });
}

function send(
  response: ServerResponse,
  status: number,
  body: string,
  headers: Record<string, string> = {},
): ServerResponse {
  response.removeHeader('x-test-location');
  response.writeHead(status, { 'content-length': Buffer.byteLength(body), ...headers });
  return response.end(body);
}

function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
