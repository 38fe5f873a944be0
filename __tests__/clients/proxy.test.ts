import { once } from 'node:events';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProxyAgent } from '../../src/clients/proxy.ts';
import { certificate, listen, type Played } from '../servers/played.ts';

const NAMES = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy'];
const before = Object.fromEntries(NAMES.map((name) => [name, process.env[name]]));
const set = (values: Readonly<Record<string, string | undefined>>) => {
  for (const [name, value] of Object.entries(values))
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
};

let proxy: Played;
/** What the proxy was asked for: `CONNECT host:port`, or method and URL. */
let asked: string[];
beforeEach(async () => {
  set(Object.fromEntries(NAMES.map((name) => [name, undefined])));
  asked = [];
  proxy = await listen((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.end('by the proxy');
  });
  proxy.server.on('connect', (request, client, head) => {
    asked.push(`CONNECT ${request.url}`);
    const { hostname, port } = new URL(`http://${request.url}`);
    const target = connect(Number(port), hostname, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      target.write(head);
      client.pipe(target).pipe(client);
    });
    for (const socket of [client, target]) socket.on('error', () => socket.destroy());
    client.on('close', () => target.destroy());
  });
});
afterEach(() => {
  set(before);
  proxy[Symbol.dispose]();
});

/** @returns the answer's text */
async function get(url: URL | string, agent: ProxyAgent, ca?: string): Promise<string> {
  const secure = new URL(url).protocol === 'https:';
  const call = secure ? requestHttps(url, { agent, ca }) : requestHttp(url, { agent });
  call.end();
  const [answer] = await once(call, 'response');
  let text = '';
  for await (const chunk of answer) text += chunk;
  return text;
}

async function secureTarget() {
  const { key, cert } = await certificate();
  return { target: await listen((_, response) => void response.end('by itself'), { key, cert }), ca: cert };
}

describe('an address of https', () => {
  it('is reached by a tunnel of HTTPS_PROXY, and trusted only by its own certificate', async () => {
    const { target, ca } = await secureTarget();
    using _ = target;
    set({ HTTPS_PROXY: proxy.url.href, HTTP_PROXY: 'http://127.0.0.1:1' });
    const agent = new ProxyAgent();
    expect(await get(target.url, agent, ca)).toBe('by itself');
    expect(await get(target.url, agent, ca)).toBe('by itself');
    expect(new Set(asked)).toEqual(new Set([`CONNECT ${target.url.host}`]));
    await expect(get(target.url, agent)).rejects.toThrow(/self-signed certificate/);
    agent.destroy();
  });

  it.each(['127.0.0.1', 'localhost', '.example,127.0.0.1,localhost'])(
    'that NO_PROXY (%s) names is reached without it',
    async (list) => {
      const { target, ca } = await secureTarget();
      using _ = target;
      set({ HTTPS_PROXY: proxy.url.href, NO_PROXY: list });
      const agent = new ProxyAgent();
      const host = list === 'localhost' ? 'localhost' : '127.0.0.1';
      expect(await get(`https://${host}:${target.url.port}`, agent, ca)).toBe('by itself');
      await expect(get(`https://${host}:${target.url.port}`, agent)).rejects.toThrow(
        /self-signed certificate/,
      );
      expect(asked).toEqual([]);
      agent.destroy();
    },
  );

  it('whose proxy is gone is told by the code of the system', async () => {
    set({ HTTPS_PROXY: 'http://127.0.0.1:1' });
    const agent = new ProxyAgent();
    await expect(get('https://sts.us-west-2.amazonaws.com', agent)).rejects.toMatchObject({
      code: 'ECONNREFUSED',
    });
    agent.destroy();
  });
});

describe('an address of http', () => {
  it('goes to HTTP_PROXY whole, an IPv6 address in its brackets', async () => {
    set({ HTTP_PROXY: proxy.url.href });
    const agent = new ProxyAgent();
    for (const url of ['http://aws.example:4566/a?b=c', 'http://aws.example:4566/d', 'http://[::1]:4566/'])
      expect(await get(url, agent)).toBe('by the proxy');
    expect(asked).toEqual([
      'GET http://aws.example:4566/a?b=c',
      'GET http://aws.example:4566/d',
      'GET http://[::1]:4566/',
    ]);
    agent.destroy();
  });

  it('is reached by itself where only HTTPS_PROXY is set', async () => {
    using target = await listen((_, response) => void response.end('by itself'));
    set({ HTTPS_PROXY: proxy.url.href });
    const agent = new ProxyAgent();
    expect(await get(target.url, agent)).toBe('by itself');
    expect(asked).toEqual([]);
    agent.destroy();
  });
});
