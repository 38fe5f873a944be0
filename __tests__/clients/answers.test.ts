/** Answers that never end, of real servers: each is given up in its time, and sooner once the run has ended. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { SSM } from '@aws-sdk/client-ssm';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type Connection,
  clientSettings,
  limitResponses,
  prepare,
  type Transport,
} from '../../src/clients/aws.ts';
import { Calls } from '../../src/clients/aws-calls.ts';
import { AbortedError, Cancellation } from '../../src/clients/cancellation.ts';
import { systemClock } from '../../src/clients/clock.ts';
import { fetchWith } from '../../src/clients/github-fetch.ts';
import { send, TimeoutError } from '../../src/clients/http.ts';
import { limitTime, type TimeLimits } from '../../src/clients/response-limits.ts';

const open = new Set<Socket>();
const servers: { close(): void }[] = [];
afterEach(() => {
  for (const socket of open) socket.destroy();
  for (const server of servers.splice(0)) server.close();
});

/** @param first what is written at once; after it a blank comes every 10 ms, for ever */
async function drip(first: string): Promise<string> {
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => {});
    let asked = false;
    socket.on('data', () => {
      if (asked) return;
      asked = true;
      socket.write(first);
      const timer = setInterval(() => socket.write(' '), 10);
      socket.once('close', () => clearInterval(timer));
    });
    socket.once('close', () => open.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  servers.push(server);
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: application/x-amz-json-1.1\r\nx-amzn-requestid: a\r\n';
const drips = [
  ['in its body', `${HEAD}content-length: 100000\r\n\r\n{"Parameter":`],
  ['in a body of unknown length', `${HEAD}\r\n{"Parameter":`],
  ['in its head', `${HEAD}x-more: `],
] as const;

/** All that waits for an answer is gone when the request is. */
async function expectClosed(): Promise<void> {
  for (let waited = 0; open.size > 0 && waited < 100; waited++) await systemClock.sleep(10);
  expect(open.size).toBe(0);
}

function ssm(endpoint: string, limits: Partial<Connection>): SSM {
  const connection: Connection = {
    region: 'us-west-2',
    readOnly: true,
    userAgent: 'test',
    clock: systemClock,
    agent: undefined,
    ...limits,
  };
  const credentials = { accessKeyId: 'AKID', secretAccessKey: 'key' };
  return prepare(new SSM({ ...clientSettings(connection), endpoint, credentials }), connection);
}

describe.each(drips)('a slow response of AWS: %s', (_name, first) => {
  it('times out, and is retried', async () => {
    const client = ssm(await drip(first), { answerMs: 100 });
    const asked = client.getParameter({ Name: 'A' });
    await expect(asked).rejects.toMatchObject({ name: 'TimeoutError' });
    await expectClosed();
  });
});

it('a slow response of AWS has the grace period after the end of the run', async () => {
  const stop = new Cancellation();
  const client = ssm(await drip(drips[0][1]), { end: stop.signal });
  const calls = new Calls({ ...systemClock, now: () => performance.now() }, stop);
  const asked = calls.send({ operation: 'ssm:GetParameter', resource: 'A', quota: 'ssm:read' }, () =>
    client.getParameter({ Name: 'A' }),
  );
  setTimeout(() => stop.end('deadline'), 50);
  const began = performance.now();
  await expect(asked).rejects.toMatchObject({ name: 'AbortedError', reason: 'deadline' });
  expect(performance.now() - began).toBeLessThan(20_000);
  await expectClosed();
}, 30_000);

it('a response of AWS above the size limit is an error', async () => {
  async function* large() {
    for (let index = 0; index < 40; index++) yield Buffer.alloc(1024 * 1024);
  }
  const body = Object.assign(large(), { destroy: () => {} });
  const handler: Transport = { handle: async () => ({ response: { body } }) };
  limitResponses(handler, { milliseconds: 5000 });
  await expect(handler.handle({} as never)).rejects.toMatchObject({ name: 'LargeResponseError' });
});

describe.each(drips)('a slow response of an API: %s', (_name, first) => {
  it.each<[string, TimeLimits]>([
    ['times out', { milliseconds: 100 }],
    ['times out even after the end of the run', { milliseconds: 100, end: AbortSignal.abort() }],
  ])('%s', async (_how, limits) => {
    const url = await drip(first);
    const asked = send({ method: 'GET', url: new URL(url), limits, maxBytes: 1024 * 1024 });
    await expect(asked).rejects.toBeInstanceOf(TimeoutError);
    await expectClosed();
  });
});

it('a slow response of GitHub times out as a connection error', async () => {
  const url = await drip(drips[0][1]);
  const fetch = fetchWith(new URL(url), undefined, { eachMs: 100, allMs: 150 });
  await expect(fetch(`${url}/a`, {})).rejects.toMatchObject({ name: /TimeoutError|AbortError|Error/ });
  await expectClosed();
  await expect(fetch(`${url}/b`, {})).rejects.toThrow();
  // By then all answers together took too long.
  await expect(fetch(`${url}/c`, {})).rejects.toMatchObject({ name: 'GitHubError' });
});

describe('a time limit', () => {
  it.each<[string, Parameters<typeof limitTime>[0]]>([
    ['runs out', { milliseconds: 20 }],
    ['shrinks to the grace after the run', { milliseconds: 60_000, end: AbortSignal.abort(), grace: 20 }],
    ['shrinks to the grace at its end', { milliseconds: 60_000, end: AbortSignal.timeout(10), grace: 20 }],
    ['is never extended by the grace', { milliseconds: 20, end: AbortSignal.abort(), grace: 60_000 }],
  ])('%s', async (_name, limits) => {
    const alive = setInterval(() => {}, 1000);
    await new Promise<void>((resolve) => limitTime(limits, resolve));
    clearInterval(alive);
  });

  it('ends when it is no longer needed', async () => {
    let given = 0;
    limitTime({ milliseconds: 10 }, () => given++)();
    const end = new AbortController();
    limitTime({ milliseconds: 60_000, end: end.signal, grace: 1 }, () => given++)();
    end.abort();
    await systemClock.sleep(30);
    expect(given).toBe(0);
  });
});

describe('work in flight at the end of the run', () => {
  it('has the grace period, and no longer', async () => {
    const stop = new Cancellation();
    const work = systemClock.sleep(30).then(() => 'done');
    stop.end('cancelled');
    expect(await stop.graced(work, 5000)).toBe('done');
    await expect(stop.graced(new Promise(() => {}), 10)).rejects.toBeInstanceOf(AbortedError);
  });

  it('ends at the deadline, counted from the start of the run', async () => {
    const stop = new Cancellation();
    await systemClock.sleep(100);
    stop.endAfter(100 / 60_000);
    // Timers go off by their time, however late it gets: this one would be before a deadline that counted from here.
    await systemClock.sleep(50);
    expect(stop.signal.aborted).toBe(true);
    expect(stop.signal.reason).toMatchObject({ reason: 'deadline' });
  });
});

it('a wait that the end of the run interrupts keeps no timer', async () => {
  const timers = () => process.getActiveResourcesInfo().filter((what) => what === 'Timeout').length;
  const stop = new Cancellation();
  const before = timers();
  const waits = Promise.allSettled([stop.clock().sleep(60_000), stop.clock().sleep(60_000)]);
  expect(timers()).toBe(before + 2);
  stop.end('deadline');
  expect((await waits).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(timers()).toBe(before);
});
