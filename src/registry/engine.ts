import type { Agent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { join } from 'node:path';
import { exchange, type HttpResponse, readBody } from '../clients/http.ts';
import { systemCode } from '../clients/network-errors.ts';
import { type Digest, isDigest } from './digest.ts';
import { ImageError, quote } from './errors.ts';
import { readRegular } from './files.ts';
import { type Descriptor, objects, parseDescriptor, parseObject, strings } from './manifest.ts';

/** Address of the local Docker engine. */
export interface EngineAddress {
  /** For messages. */
  readonly name: string;
  readonly url: URL;
  /** A Unix socket or a named pipe of Windows. */
  readonly socketPath: string | undefined;
  /** A directory with ca.pem, cert.pem and key.pem; undefined without TLS. */
  readonly certificates: string | undefined;
}

/** The environment variables of Docker's client that name the engine. */
export interface EngineEnvironment {
  readonly DOCKER_HOST?: string | undefined;
  readonly DOCKER_TLS_VERIFY?: string | undefined;
  readonly DOCKER_CERT_PATH?: string | undefined;
}

const SOCKET = 'unix:///var/run/docker.sock';
const PIPE = 'npipe:////./pipe/docker_engine';

/**
 * @param environment environment of the step; `DOCKER_HOST` is read like Docker's client does
 * @param platform value of `process.platform`
 * @throws ImageError `ENGINE` for an unsupported address, such as `ssh:`
 */
export function engineAddress(environment: EngineEnvironment, platform: string): EngineAddress {
  const given = environment.DOCKER_HOST?.trim();
  const host = given === undefined || given === '' ? (platform === 'win32' ? PIPE : SOCKET) : given;
  const local = /^(unix|npipe):\/\/(.+)$/.exec(host);
  if (local !== null) {
    // Only the `Host` header uses this name; the connection goes to the socket.
    return { name: host, url: new URL('http://docker'), socketPath: local[2], certificates: undefined };
  }
  const remote = /^(tcp|http|https):\/\/(.+)$/.exec(host);
  if (remote === null || !URL.canParse(`http://${remote[2]}`)) {
    throw new ImageError(
      'ENGINE',
      `DOCKER_HOST "${quote(withoutPassword(host), 120)}" cannot be used; give unix://, npipe:// or tcp://, or save the image and give docker-archive:FILE`,
    );
  }
  const isTls = (environment.DOCKER_TLS_VERIFY ?? '') !== '' || remote[1] === 'https';
  const url = new URL(`${isTls ? 'https' : 'http'}://${remote[2]}`);
  return {
    name: withoutPassword(host),
    url,
    socketPath: undefined,
    certificates: isTls ? environment.DOCKER_CERT_PATH : undefined,
  };
}

/** Messages show the address, and a password may precede its host. */
function withoutPassword(host: string): string {
  return host.replace(/(\/\/[^/:@]*):[^/]*@/, '$1@');
}

/** The engine's description of an image, without an export. */
export interface Inspected {
  /** In a classic store the digest of the configuration, in a containerd store that of the manifest or index. */
  readonly id: Digest;
  readonly diffIds: readonly Digest[];
  /** Whether the engine names layers: it names none for an index without an image for this machine. */
  readonly hasLayers: boolean;
  readonly platform: string | undefined;
  /** Descriptor in a containerd store; undefined for a classic store. */
  readonly target: Descriptor | undefined;
  /** Entries of an index in a containerd store, if the engine lists them (API 1.48, Docker 28). */
  readonly children: readonly {
    readonly digest: Digest;
    readonly isImage: boolean;
    readonly available: boolean;
  }[];
}

/** Milliseconds without a byte. Before the first byte of an export, the engine writes all layers to its own disk. */
const TIMEOUTS = { idle: 600_000 };
/** A certificate or a chain has a few KiB. */
const CERTIFICATE_BYTES = 1024 * 1024;
const INSPECT_BYTES = 16 * 1024 * 1024;

/** Client of a Docker engine, with two calls. */
export class Engine {
  readonly #address: EngineAddress;
  readonly #agent: Agent | undefined;

  private constructor(address: EngineAddress, agent: Agent | undefined) {
    this.#address = address;
    this.#agent = agent;
  }

  static async at(address: EngineAddress): Promise<Engine> {
    const { certificates } = address;
    if (certificates === undefined) return new Engine(address, undefined);
    const read = (file: string) =>
      readRegular(join(certificates, file), CERTIFICATE_BYTES).catch((error: unknown) => {
        throw new ImageError('ENGINE', `DOCKER_CERT_PATH holds no readable ${file}`, { cause: error });
      });
    // Read in sequence: if several are missing, each run names the same one.
    const ca = await read('ca.pem');
    const cert = await read('cert.pem');
    const key = await read('key.pem');
    return new Engine(address, new HttpsAgent({ ca, cert, key, keepAlive: true }));
  }

  /** @throws ImageError `NO_SUCH_IMAGE`, `ENGINE` */
  async inspect(name: string, signal?: AbortSignal): Promise<Inspected> {
    // Older engines ignore the unknown parameter `manifests`.
    const response = await this.#get(`/images/${encodeURI(name)}/json?manifests=1`, name, signal);
    const json = parseObject(
      await readBody(response.body, INSPECT_BYTES, TIMEOUTS),
      `the engine's response about ${name}`,
    );
    const { Id, RootFS, Os, Architecture, Variant, Descriptor: target, Manifests, GraphDriver } = json;
    if (!isDigest(Id))
      throw new ImageError('ENGINE', `the engine at ${this.#address.name} returned no id for ${name}`);
    const [rootfs] = objects([RootFS]);
    const parts = [Os, Architecture, Variant].filter((part) => typeof part === 'string' && part !== '');
    return {
      id: Id,
      diffIds: (strings(rootfs?.['Layers']) ?? []).filter(isDigest),
      hasLayers: rootfs?.['Type'] === 'layers',
      platform: parts.length >= 2 ? parts.join('/') : undefined,
      // Only a containerd store has a descriptor; the id is its digest.
      target:
        target === undefined || target === null
          ? guessTarget(Id, GraphDriver)
          : parseDescriptor(target, `the engine's ${name}`),
      children: objects(Manifests).flatMap(({ ID, Kind, Available }) =>
        isDigest(ID) ? [{ digest: ID, isImage: Kind === 'image', available: Available === true }] : [],
      ),
    };
  }

  /**
   * Opens an export: the stream of `docker save`.
   * @param id id of the image; its tag may be moved in the meantime
   */
  async save(id: Digest, name: string): Promise<HttpResponse['body']> {
    return (await this.#get(`/images/${id}/get`, name)).body;
  }

  async #get(path: string, image: string, signal?: AbortSignal): Promise<HttpResponse> {
    const { url, socketPath, name } = this.#address;
    const target = new URL(path, url);
    let response: HttpResponse;
    try {
      response = await exchange({
        method: 'GET',
        url: target,
        socketPath,
        agent: this.#agent,
        signal,
        ...TIMEOUTS,
      });
    } catch (error) {
      throw new ImageError('ENGINE', `${unreachable(error)} at ${name}; ${REMEDY}`, { cause: error });
    }
    if (response.status === 200) return response;
    const text = quote((await readBody(response.body, 4096, TIMEOUTS)).toString('utf8'));
    if (response.status === 404) {
      throw new ImageError(
        'NO_SUCH_IMAGE',
        `image: the Docker engine at ${name} has no image ${quote(image)}; build it in an earlier step of this job, with --load when buildx builds it`,
      );
    }
    throw new ImageError(
      'ENGINE',
      `the Docker engine at ${name} answered ${response.status} about ${quote(image)}: ${text}`,
    );
  }
}

/**
 * Docker 25 to 27 (API below 1.48) return no descriptor. The name of the snapshotter identifies a containerd store:
 * no driver of a classic store has this name. Only the export shows whether the id is a manifest's or an index's.
 */
function guessTarget(id: Digest, driver: unknown): Descriptor | undefined {
  const isContainerd = objects([driver])[0]?.['Name'] === 'overlayfs';
  return isContainerd ? { mediaType: '', digest: id, size: -1 } : undefined;
}

const REMEDY = 'start it, set DOCKER_HOST, or give oci:DIR, oci-archive:FILE or docker-archive:FILE as image';

function unreachable(error: unknown): string {
  const code = systemCode(error);
  if (code === 'EACCES' || code === 'EPERM') return 'image: this user may not connect to the Docker engine';
  if (code === 'ENOENT' || code === 'ECONNREFUSED') return 'image: no Docker engine is running';
  return `image: the Docker engine cannot be reached (${code ?? 'unknown reason'})`;
}
