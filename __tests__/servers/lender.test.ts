import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connect as connectTo } from './clients.ts';
import { type Lender, lendMoto } from './lender.ts';
import { borrowMoto, ensureMoto } from './moto.ts';
import { Origin } from './origin.ts';

let lender: Lender;
beforeAll(async () => {
  lender = await lendMoto();
});
afterAll(() => lender?.[Symbol.asyncDispose]());

const put = (url: string) => connectTo(url).ssm.putParameter({ Name: '/a/b', Value: 'v', Type: 'String' });
const missing = async (url: string) =>
  (await connectTo(url).ssm.getParameters({ Names: ['/a/b'] })).InvalidParameters;
/** Waits until the port is closed. */
async function untilGone(url: string): Promise<void> {
  for (;;) {
    try {
      await (await fetch(url)).arrayBuffer();
    } catch {
      return;
    }
  }
}

it('what was returned is lent again, empty', async () => {
  const first = await borrowMoto(lender.port);
  await put(first.url);
  expect(await missing(first.url)).toEqual([]);
  await first[Symbol.asyncDispose]();
  await using second = await borrowMoto(lender.port);
  expect(second.url).toBe(first.url);
  expect(await missing(second.url)).toEqual(['/a/b']);
});

it('what a borrower held that just ended is never lent again', async () => {
  const socket = connect(Number(lender.port), '127.0.0.1');
  const [line] = await once(socket, 'data');
  const url = String(line).trim();
  expect(await missing(url)).toEqual(['/a/b']);
  socket.destroy();
  await untilGone(url);
  await using next = await borrowMoto(lender.port);
  expect(next.url).not.toBe(url);
});

it('moto does not outlive a process that was killed', async () => {
  const { python, modules } = await ensureMoto();
  const launcher = fileURLToPath(new URL('./moto_server.py', import.meta.url));
  const script = `require('node:child_process').spawn(${JSON.stringify(python)}, [${JSON.stringify(launcher)}], {
    stdio: ['pipe', 'inherit', 'inherit'], env: { ...process.env, PYTHONPATH: ${JSON.stringify(modules ?? '')} } })`;
  const parent = spawn(process.execPath, ['--eval', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [port] = await once(parent.stdout, 'data');
  const url = `http://127.0.0.1:${String(port).trim()}`;
  expect(await missing(url)).toEqual(['/a/b']);
  parent.kill('SIGKILL');
  await untilGone(url);
});

it('before it is returned, what is under way comes to its end, and nothing more is asked', async () => {
  const held: ServerResponse[] = [];
  const server = createServer((_, response) => void held.push(response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = new Origin(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const request = { method: 'POST', path: '/', headers: {}, body: Buffer.from('x') };
  const asked = origin.ask(request);
  await once(server, 'request');
  let isClosed = false;
  const closed = origin.close().then(() => {
    isClosed = true;
  });
  await expect(origin.ask(request)).rejects.toThrow('closed');
  expect([isClosed, held.length]).toEqual([false, 1]);
  held[0]?.end('answer');
  expect(String((await asked).body)).toBe('answer');
  await closed;
  server.close();
});
