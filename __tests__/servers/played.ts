import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import { generate } from 'selfsigned';

export interface Played extends Disposable {
  readonly url: URL;
  readonly server: Server;
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
    server,
    [Symbol.dispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}

let made: Promise<{ key: string; cert: string }> | undefined;

/** A key and a certificate for 127.0.0.1 and localhost that is its own authority; made once in a process. */
export function certificate(): Promise<{ key: string; cert: string }> {
  made ??= generate([{ name: 'commonName', value: '127.0.0.1' }], {
    extensions: [
      {
        name: 'subjectAltName',
        altNames: [
          { type: 7, ip: '127.0.0.1' },
          { type: 2, value: 'localhost' },
        ],
      },
    ],
  }).then(({ private: key, cert }) => ({ key, cert }));
  return made;
}
