import { once } from 'node:events';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProxyAgent, proxyFor } from '../../src/clients/proxy.ts';
import { certificate, listen, type Played } from '../servers/played.ts';

type Env = Readonly<Record<string, string>>;
/** @returns an agent that finds these variables and no others. */
const agentOf = (env: Env) => new ProxyAgent((name) => env[name]);

let proxy: Played;
/** What the proxy was asked for: `CONNECT host:port`, or method and URL. */
let asked: string[];
/** What it was given to let a tunnel through. */
let credentials: Array<string | undefined>;
beforeEach(async () => {
  asked = [];
  credentials = [];
  proxy = await listen((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.end('by the proxy');
  });
  proxy.server.on('connect', (request, client, head) => {
    asked.push(`CONNECT ${request.url}`);
    credentials.push(request.headers['proxy-authorization']);
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
afterEach(() => proxy[Symbol.dispose]());

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

const UNTRUSTED = { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' };
async function secureTarget() {
  const { key, cert } = await certificate();
  return { target: await listen((_, response) => void response.end('by itself'), { key, cert }), ca: cert };
}

describe('an address of https', () => {
  it('is reached by a tunnel of HTTPS_PROXY, and trusted only by its own certificate', async () => {
    const { target, ca } = await secureTarget();
    using _ = target;
    const agent = agentOf({ HTTPS_PROXY: proxy.url.href, HTTP_PROXY: 'http://127.0.0.1:1' });
    expect(await get(target.url, agent, ca)).toBe('by itself');
    expect(await get(target.url, agent, ca)).toBe('by itself');
    expect(new Set(asked)).toEqual(new Set([`CONNECT ${target.url.host}`]));
    await expect(get(target.url, agent)).rejects.toMatchObject(UNTRUSTED);
    agent.destroy();
  });

  it('is reached by a tunnel of a proxy without a scheme, with its password', async () => {
    const { target, ca } = await secureTarget();
    using _ = target;
    const agent = agentOf({ HTTPS_PROXY: `user:p%40ss@${proxy.url.host}` });
    expect(await get(target.url, agent, ca)).toBe('by itself');
    expect(asked).toEqual([`CONNECT ${target.url.host}`]);
    expect(credentials).toEqual([`Basic ${Buffer.from('user:p@ss').toString('base64')}`]);
    agent.destroy();
  });

  it.each(['127.0.0.1', 'localhost', '.example,127.0.0.1,localhost', '127.0.0.0/8,localhost'])(
    'that NO_PROXY (%s) names is reached without it',
    async (list) => {
      const { target, ca } = await secureTarget();
      using _ = target;
      const agent = agentOf({ HTTPS_PROXY: proxy.url.href, NO_PROXY: list });
      const host = list === 'localhost' ? 'localhost' : '127.0.0.1';
      expect(await get(`https://${host}:${target.url.port}`, agent, ca)).toBe('by itself');
      await expect(get(`https://${host}:${target.url.port}`, agent)).rejects.toMatchObject(UNTRUSTED);
      expect(asked).toEqual([]);
      agent.destroy();
    },
  );

  it('with an unreachable proxy is reported by the code of the system', async () => {
    const agent = agentOf({ HTTPS_PROXY: 'http://127.0.0.1:1' });
    await expect(get('https://sts.us-west-2.amazonaws.com', agent)).rejects.toMatchObject({
      code: 'ECONNREFUSED',
    });
    agent.destroy();
  });
});

describe('an address of http', () => {
  it('is sent to HTTP_PROXY as an absolute URL, an IPv6 address in brackets', async () => {
    const agent = agentOf({ HTTP_PROXY: proxy.url.href });
    for (const url of ['http://aws.example:4566/a?b=c', 'http://aws.example:4566/d', 'http://[::1]:4566/'])
      expect(await get(url, agent)).toBe('by the proxy');
    expect(asked).toEqual([
      'GET http://aws.example:4566/a?b=c',
      'GET http://aws.example:4566/d',
      'GET http://[::1]:4566/',
    ]);
    agent.destroy();
  });

  it('is reached directly if only HTTPS_PROXY is set', async () => {
    using target = await listen((_, response) => void response.end('by itself'));
    const agent = agentOf({ HTTPS_PROXY: proxy.url.href });
    expect(await get(target.url, agent)).toBe('by itself');
    expect(asked).toEqual([]);
    agent.destroy();
  });
});

describe('NO_PROXY', () => {
  const asks = (entries: string, address: string) => {
    const { protocol, hostname, port } = new URL(address);
    const isSecure = protocol === 'https:';
    const host = hostname.replace(/^\[|\]$/g, '');
    const env: Env = { HTTPS_PROXY: 'http://proxy', HTTP_PROXY: 'http://proxy', NO_PROXY: entries };
    return proxyFor({ host, port: Number(port || (isSecure ? 443 : 80)), isSecure }, (name) => env[name]);
  };
  const STS = 'https://sts.us-west-2.amazonaws.com';

  it.each<[entries: string, address: string]>([
    ['amazonaws.com', STS],
    ['amazonaws.com', 'https://123456789012.dkr.ecr.us-west-2.amazonaws.com'],
    ['amazonaws.com', 'https://amazonaws.com'],
    ['AmazonAWS.com', 'https://STS.amazonaws.com'],
    ['.amazonaws.com', STS],
    ['*.amazonaws.com', STS],
    ['example.com, amazonaws.com', STS],
    ['example.com amazonaws.com', STS],
    ['*', STS],
    ['example.com,*', 'http://10.0.0.1'],
    ['amazonaws.com:443', STS],
    ['.amazonaws.com:443', STS],
    ['localhost:4566', 'http://localhost:4566'],
    ['github.example.com', 'https://github.example.com/api/v3'],
    ['10.1.2.3', 'https://10.1.2.3'],
    ['10.0.0.0/8', 'https://10.1.2.3'],
    ['10.0.0.0/8:8443', 'https://10.1.2.3:8443'],
    ['0.0.0.0/0', 'http://169.254.169.254'],
    ['::1', 'http://[::1]:4566'],
    ['[::1]', 'http://[::1]:4566'],
    ['[::1]:4566', 'http://[::1]:4566'],
    ['0:0:0:0:0:0:0:1', 'http://[::1]'],
    ['fd00::/8', 'http://[fd12::1]'],
  ])('%s leaves out %s', (entries, address) => {
    expect(asks(entries, address)).toBeUndefined();
  });

  it.each<[entries: string, address: string]>([
    ['', STS],
    [' , ', STS],
    ['amazonaws.com', 'https://notamazonaws.com'],
    ['amazonaws.com', 'https://amazonaws.com.example.com'],
    ['.amazonaws.com', 'https://amazonaws.com'],
    ['sts.us-east-1.amazonaws.com', STS],
    ['amazonaws.com:8443', STS],
    ['localhost:80', 'http://localhost:4566'],
    ['10.1.2.3', 'https://10.1.2.30'],
    ['2.3', 'https://10.0.2.3'],
    ['10.0.0.0/8', 'https://11.1.2.3'],
    ['10.0.0.0/8', STS],
    ['10.0.0.0/33', 'https://10.1.2.3'],
    ['10.0.0.0/', 'https://10.1.2.3'],
    ['10.0.0.0/x', 'https://10.1.2.3'],
    ['[::1]:80', 'http://[::1]:4566'],
    ['fd00::/8', 'http://[fe80::1]'],
    ['::/0', 'https://10.1.2.3'],
  ])('%s does not leave out %s', (entries, address) => {
    expect(asks(entries, address)).toBe('http://proxy');
  });
});

it.each<[what: string, env: Env, isSecure: boolean, proxy: string | undefined]>([
  ['HTTPS_PROXY', { HTTPS_PROXY: 'http://proxy:3128' }, true, 'http://proxy:3128'],
  ['its lower case', { https_proxy: 'http://proxy:3128' }, true, 'http://proxy:3128'],
  ['the lower case before the upper', { https_proxy: 'http://a', HTTPS_PROXY: 'http://b' }, true, 'http://a'],
  ['the upper case where the lower is empty', { https_proxy: '', HTTPS_PROXY: 'http://b' }, true, 'http://b'],
  ['HTTP_PROXY', { HTTP_PROXY: 'http://proxy:3128' }, false, 'http://proxy:3128'],
  ['the one of the other scheme', { HTTP_PROXY: 'http://proxy:3128' }, true, undefined],
  ['ALL_PROXY', { ALL_PROXY: 'http://all:3128' }, true, 'http://all:3128'],
  ['ALL_PROXY last', { all_proxy: 'http://all', HTTP_PROXY: 'http://proxy' }, false, 'http://proxy'],
  ['one that speaks TLS', { HTTPS_PROXY: 'https://proxy:3129' }, true, 'https://proxy:3129'],
  ['one without a scheme', { HTTPS_PROXY: 'proxy:3128' }, true, 'http://proxy:3128'],
  ['one without a scheme, for http', { http_proxy: ' proxy:3128 ' }, false, 'http://proxy:3128'],
  ['a lower case no_proxy', { HTTPS_PROXY: 'http://proxy', no_proxy: 'example.com' }, true, undefined],
])('is chosen: %s', (_what, env, isSecure, proxy) => {
  const target = { host: 'api.example.com', port: isSecure ? 443 : 80, isSecure };
  expect(proxyFor(target, (name) => env[name])).toBe(proxy);
});
