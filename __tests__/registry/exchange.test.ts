/** One request and its answer, beside servers that keep to the letter of HTTP and no more. */
import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcp } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { exchange, readBody } from '../../src/clients/http.ts';
import { Authorization } from '../../src/registry/authorization.ts';
import { Distribution } from '../../src/registry/distribution.ts';
import { Secret } from '../../src/secret.ts';
import { sha256 } from '../servers/registry-images.ts';
import { connect } from './harness.ts';

const closings: (() => void)[] = [];
afterEach(() => {
  for (const close of closings.splice(0)) close();
});

/** @returns the address of a server that works so until the test ends */
async function serve(work: (request: IncomingMessage, response: ServerResponse) => void): Promise<URL> {
  const server = createServer(work);
  return listening(server, () => server.closeAllConnections());
}

async function listening(server: Server | ReturnType<typeof createTcp>, cut: () => void): Promise<URL> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closings.push(() => {
    cut();
    server.close();
  });
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

/** Answers when as many bytes are there as were announced, which may be before the client has called `end()`. */
function answerEarly(request: IncomingMessage, response: ServerResponse, answer: () => void): void {
  const announced = Number(request.headers['content-length'] ?? 0);
  let come = 0;
  const look = () => {
    if (come < announced || response.headersSent) return;
    answer();
  };
  request.on('data', (chunk: Buffer) => {
    come += chunk.length;
    look();
  });
  look();
}

/** A registry that takes every upload, and answers each request as early as HTTP lets it. */
async function startEager(): Promise<{ url: URL; verbs: string[]; blobs: Set<string> }> {
  const verbs: string[] = [];
  const blobs = new Set<string>();
  const url = await serve((request, response) => {
    answerEarly(request, response, () => {
      const { method = '', url: path = '' } = request;
      verbs.push(method);
      const digest = new URL(path, 'http://x').searchParams.get('digest');
      if (digest !== null) blobs.add(digest);
      response.writeHead(method === 'PATCH' ? 202 : 201, {
        location: '/v2/app/blobs/uploads/1',
        'content-length': 0,
      });
      response.end();
    });
  });
  return { url, verbs, blobs };
}

/** A file whose close takes a while, as on a busy disk. */
async function* slowToClose(bytes: Buffer, closed?: () => void): AsyncGenerator<Buffer> {
  try {
    yield bytes;
  } finally {
    await sleep(60);
    closed?.();
  }
}

/** What keeps this process alive beside the timers and pipes of the test's own. */
const sockets = () => process.getActiveResourcesInfo().filter((what) => what === 'TCPSocketWrap').length;

describe('a response right after the last byte', () => {
  it('succeeds, even if the source is slow to close', async () => {
    const { url, verbs, blobs } = await startEager();
    const bytes = Buffer.from('a layer');
    const digest = sha256(bytes);
    let closed = 0;
    const open = () => slowToClose(bytes, () => closed++);
    const uploaded = await connect(url).upload({ open, restartable: true, digest, size: bytes.length });
    expect(uploaded).toEqual({ digest, size: bytes.length });
    expect(verbs).toEqual(['POST', 'PATCH', 'PUT']);
    expect([...blobs]).toEqual([digest]);
    // Whoever opened the file is through with it before the upload is.
    expect(closed).toBe(1);
  });

  it('frees its connection, which does not keep the process alive', async () => {
    const { url } = await startEager();
    const agent = new Agent({ keepAlive: true });
    const body = () => slowToClose(Buffer.from('a layer'));
    const headers = { 'content-length': 7 };
    const before = sockets();
    const answer = await exchange({ method: 'PATCH', url, headers, body: body(), agent, idle: 5000 });
    await readBody(answer.body, 100, { idle: 5000 });
    expect(answer.whole).toBe(true);
    await sleep(20);
    // The connection is kept for the next request, and not held by this one.
    expect(Object.values(agent.sockets).flat()).toEqual([]);
    expect(Object.values(agent.freeSockets).flat()).toHaveLength(1);
    agent.destroy();
    await sleep(20);
    expect(sockets()).toBeLessThanOrEqual(before);
  });
});

describe('a response before the last byte', () => {
  const endless = async function* () {
    for (;;) yield Buffer.alloc(1024 * 1024);
  };
  it.each<[string, Record<string, number>]>([
    ['of a declared length', { 'content-length': 1024 ** 4 }],
    ['of an unknown length', {}],
  ])('ends the request, of a body %s', async (_name, headers) => {
    const url = await serve((request, response) => {
      request.once('data', () => {
        request.pause();
        response.writeHead(201, { 'content-length': 2 });
        response.end('ok');
      });
    });
    const agent = new Agent({ keepAlive: true });
    const answer = await exchange({ method: 'PATCH', url, headers, body: endless(), agent, idle: 5000 });
    expect(answer.whole).toBe(false);
    expect((await readBody(answer.body, 100, { idle: 5000 })).toString()).toBe('ok');
    await sleep(20);
    expect(Object.values(agent.sockets).flat()).toEqual([]);
    expect(Object.values(agent.freeSockets).flat()).toEqual([]);
  });
});

describe('a source with another size than announced', () => {
  it.each<[string, string]>([
    ['less', 'a lay'],
    ['more', 'a layer and more'],
  ])('%s: is an error at once, and sent once', async (_name, given) => {
    const { url, verbs } = await startEager();
    const open = () => slowToClose(Buffer.from(given));
    const digest = sha256('a layer');
    const upload = connect(url).upload({ open, restartable: true, digest, size: 7 });
    await expect(upload).rejects.toMatchObject({ name: 'ImageError', fault: 'WRONG_DIGEST' });
    expect(verbs.filter((verb) => verb === 'PUT')).toEqual([]);
    expect(verbs.filter((verb) => verb === 'POST')).toHaveLength(1);
  });
});

describe('a slow response', () => {
  /** One byte every few milliseconds, so that no time-out of silence ends it. */
  async function drip(head: string): Promise<URL> {
    const server = createTcp((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => {
        socket.write(head);
        const timer = setInterval(() => socket.write('x'), 5);
        socket.once('close', () => clearInterval(timer));
        closings.push(() => socket.destroy());
      });
    });
    return listening(server, () => {});
  }

  it.each([
    ['in its head', 'HTTP/1.1 200 OK\r\nx-a: '],
    ['in its body', 'HTTP/1.1 200 OK\r\ncontent-length: 60000\r\n\r\n'],
  ])('%s times out', async (_name, head) => {
    const url = await drip(head);
    const limits = { idle: 150 };
    const asked = exchange({ method: 'GET', url, ...limits }).then(({ body }) =>
      readBody(body, 100_000, limits),
    );
    await expect(asked).rejects.toMatchObject({ code: 'ETIMEDOUT' });
  });

  it('has only the grace period after the end of the run', async () => {
    const url = await drip('HTTP/1.1 200 OK\r\ncontent-length: 60000\r\n\r\n');
    const limits = { idle: 60_000, end: AbortSignal.timeout(20), grace: 50 };
    const asked = exchange({ method: 'GET', url, ...limits }).then(({ body }) =>
      readBody(body, 100_000, limits),
    );
    await expect(asked).rejects.toMatchObject({ code: 'ETIMEDOUT' });
  });
});

it('nothing is retried after the end of the run', async () => {
  let asked = 0;
  const url = await serve((_request, response) => {
    asked += 1;
    response.writeHead(503, { 'content-length': 0 }).end();
  });
  const registry = new Distribution({
    authorization: new Authorization(async () => ({ token: new Secret('none'), endpoint: url })),
    repository: 'app',
    agentFor: () => undefined,
    retryPolicy: { attempts: 4, firstDelay: 60_000, longestDelay: 60_000 },
    end: AbortSignal.timeout(50),
  });
  await expect(registry.hasBlob(sha256('x'))).rejects.toMatchObject({ status: 503 });
  const open = () => slowToClose(Buffer.from('x'));
  const upload = registry.upload({ open, restartable: true, digest: sha256('x'), size: 1 });
  await expect(upload).rejects.toMatchObject({ status: 503 });
  expect(asked).toBe(2);
});
