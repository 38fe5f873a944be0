import { type AddressInfo, createServer, type Socket } from 'node:net';
import { type Moto, RETURNED, startMoto } from './moto.ts';

export interface Lender extends AsyncDisposable {
  readonly port: string;
}

/**
 * Lends moto to the processes that vitest starts, one for each test file: to start one takes longer than many a file.
 * A connection is a loan. Who returns it in order says so; from one that just ends (a test file that was cut off),
 * requests may still be under way, and its moto ends as well. So does all that was lent when the lending ends.
 */
export async function lendMoto(): Promise<Lender> {
  const all = new Set<Moto>();
  const idle: Moto[] = [];
  const connections = new Set<Socket>();

  async function take(): Promise<Moto> {
    const kept = idle.pop();
    if (kept !== undefined) return kept;
    const moto = await startMoto();
    all.add(moto);
    return moto;
  }

  async function end(moto: Moto): Promise<void> {
    all.delete(moto);
    await moto[Symbol.asyncDispose]();
  }

  async function serve(socket: Socket): Promise<void> {
    let said = '';
    const over = new Promise<void>((resolve) => void socket.once('close', () => resolve()));
    socket.on('data', (data) => {
      said += data;
      if (said === RETURNED) socket.end();
    });
    const moto = await take();
    try {
      await empty(moto);
      socket.write(`${moto.url}\n`);
      await over;
    } finally {
      if (said === RETURNED) idle.push(moto);
      else await end(moto);
    }
  }

  const server = createServer((socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
    socket.on('error', () => socket.destroy());
    serve(socket).catch((error: unknown) => void socket.end(`${JSON.stringify(String(error))}\n`));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  server.unref();
  return {
    port: String((server.address() as AddressInfo).port),
    async [Symbol.asyncDispose]() {
      server.close();
      for (const socket of connections) socket.destroy();
      await Promise.all([...all].map(end));
    },
  };
}

async function empty(moto: Moto): Promise<void> {
  const response = await fetch(`${moto.url}/moto-api/reset`, { method: 'POST' });
  const text = await response.text();
  if (!response.ok) throw new Error(`moto could not be reset: ${response.status} ${text}`);
}
