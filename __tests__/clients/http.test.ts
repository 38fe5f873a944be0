import { Agent } from 'node:https';
import { describe, expect, it } from 'vitest';
import type { Auth0Trouble } from '../../src/clients/auth0-error.ts';
import { transportError } from '../../src/clients/auth0-errors.ts';
import { send as sendText, type TextRequest } from '../../src/clients/http.ts';
import { certificate, listen } from '../servers/played.ts';

type Answer = Parameters<typeof listen>[0];

const MOST_BYTES = 2 ** 20;
const limits = { milliseconds: 5000 };

/** One request, whose failure is Auth0's. */
const send = (request: Omit<TextRequest, 'maxBytes'>) =>
  sendText({ ...request, maxBytes: MOST_BYTES }).catch((error: unknown) => {
    throw transportError(error, 'auth0-domain', Math.ceil(request.limits.milliseconds / 1000));
  });

describe('one request to Auth0', () => {
  const ask = async (answer: Answer, more: Partial<TextRequest> = {}) => {
    using played = await listen(answer);
    return await send({ method: 'GET', url: played.url, limits, ...more });
  };

  it('uses TLS and the configured agent, and stops at an untrusted certificate', async () => {
    const { key, cert } = await certificate();
    using played = await listen(
      (request, response) =>
        void request.pipe(response.writeHead(201, { 'x-seen': request.headers['content-length'] })),
      { key, cert },
    );
    const request = { method: 'POST' as const, url: played.url, body: '{"ä":1}', limits };
    const agent = new Agent({ ca: cert });
    expect(await send({ ...request, agent })).toMatchObject({
      status: 201,
      text: '{"ä":1}',
      headers: { 'x-seen': '8' },
    });
    agent.destroy();
    await expect(send(request)).rejects.toMatchObject({
      trouble: 'unreachable',
      message: expect.stringMatching(/\(DEPTH_ZERO_SELF_SIGNED_CERT\).* auth0-domain .* NODE_EXTRA_CA_CERTS/),
      passing: false,
    });
  });

  it('follows no redirect', async () => {
    const answer = await ask(
      (_, response) => void response.writeHead(302, { location: 'https://x.example' }).end(),
    );
    expect(answer).toMatchObject({ status: 302, headers: { location: 'https://x.example' } });
  });

  it.each<[what: string, answer: Answer, trouble: Auth0Trouble, key: string, timeoutMs?: number]>([
    ['silence', () => {}, 'unreachable', ' 1 s ', 400],
    [
      'a broken connection',
      (request) => void request.socket.resetAndDestroy(),
      'unreachable',
      '(ECONNRESET)',
    ],
    [
      'an answer that breaks off',
      (_, response) =>
        void response.writeHead(200, { 'content-length': 9 }).write('x', () => response.destroy()),
      'unreachable',
      '(ECONNRESET)',
    ],
    [
      'a switch of protocols, which Node answers by closing without an error',
      (request) =>
        void request.socket.end(
          'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n',
        ),
      'unreachable',
      '(ECONNRESET)',
    ],
    [
      'an answer without an end',
      (_, response) => void response.end('x'.repeat(MOST_BYTES + 1)),
      'cannot-read',
      'auth0-domain',
    ],
  ])('reports %s', async (_what, answer, trouble, key, timeoutMs = 5000) => {
    await expect(ask(answer, { limits: { milliseconds: timeoutMs } })).rejects.toMatchObject({
      trouble,
      message: expect.stringContaining(key),
      passing: trouble === 'unreachable',
    });
  });
});
