import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import { makeTar, type TarFile } from '../servers/registry-images.ts';

export interface Played {
  readonly url: URL;
  [Symbol.dispose](): void;
}

/** A server on this machine that answers what a test wants it to. */
export async function listen(answer: RequestListener, tls?: ServerOptions): Promise<Played> {
  const server = tls === undefined ? createServer(answer) : createTlsServer(tls, answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening');
  return {
    url: new URL(`${tls === undefined ? 'http' : 'https'}://127.0.0.1:${address.port}`),
    [Symbol.dispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** A Docker engine that knows one image: what it tells of it, and its export. */
export function engineOf(inspect: object, files: readonly TarFile[] | Buffer): RequestListener {
  return (request, response) => {
    if (request.url?.endsWith('/get') === true) response.end(Buffer.isBuffer(files) ? files : makeTar(files));
    else response.end(JSON.stringify(inspect));
  };
}

/** What the step's environment says of an engine. */
export function hostOf({ url }: Played): { DOCKER_HOST: string } {
  return { DOCKER_HOST: `tcp://${url.host}` };
}
