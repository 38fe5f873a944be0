import { ImageError, quote } from './errors.ts';

/** Where the local Docker engine listens. */
export interface EngineAddress {
  /** As it is told in messages. */
  readonly name: string;
  readonly url: URL;
  /** A Unix socket or a named pipe of Windows. */
  readonly socketPath: string | undefined;
  /** A directory with ca.pem, cert.pem and key.pem; undefined where no TLS is spoken. */
  readonly certificates: string | undefined;
}

/** The variables of Docker's own client that say where the engine is. */
export interface EngineEnvironment {
  readonly DOCKER_HOST?: string | undefined;
  readonly DOCKER_TLS_VERIFY?: string | undefined;
  readonly DOCKER_CERT_PATH?: string | undefined;
}

const SOCKET = 'unix:///var/run/docker.sock';
const PIPE = 'npipe:////./pipe/docker_engine';

/**
 * @param environment of the step; `DOCKER_HOST` as Docker's client reads it
 * @param platform as `process.platform` tells it
 * @throws ImageError `ENGINE` for an address that cannot be spoken to, `ssh:` above all
 */
export function engineAddress(environment: EngineEnvironment, platform: string): EngineAddress {
  const given = environment.DOCKER_HOST?.trim();
  const host = given === undefined || given === '' ? (platform === 'win32' ? PIPE : SOCKET) : given;
  const local = /^(unix|npipe):\/\/(.+)$/.exec(host);
  if (local !== null) {
    // The host is only a word in the request's head; the socket is the address.
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

/** A password may stand before the host, and the address is told in messages. */
function withoutPassword(host: string): string {
  return host.replace(/(\/\/[^/:@]*):[^/]*@/, '$1@');
}
