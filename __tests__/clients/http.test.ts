import { Agent } from 'node:https';
import { describe, expect, it } from 'vitest';
import { transportError } from '../../src/clients/auth0-errors.ts';
import { send as sendText, type TextRequest } from '../../src/clients/http.ts';
import { certificate, listen } from '../servers/played.ts';

type Answer = Parameters<typeof listen>[0];
const told = (error: unknown) => {
  const { code, message, passing } = error as { code?: string; message: string; passing?: boolean };
  return { code, message, passing };
};

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
    const error = await send(request).catch(told);
    expect(error).toMatchObject({
      message:
        'Auth0 could not be reached (DEPTH_ZERO_SELF_SIGNED_CERT); check auth0-domain and the network; where a proxy shows a certificate of its own, name the file of its authority in NODE_EXTRA_CA_CERTS',
      passing: false,
    });
  });

  it('follows no redirect', async () => {
    const answer = await ask(
      (_, response) => void response.writeHead(302, { location: 'https://x.example' }).end(),
    );
    expect(answer).toMatchObject({ status: 302, headers: { location: 'https://x.example' } });
  });

  it.each<[what: string, answer: Answer, message: RegExp, passing: boolean, timeoutMs?: number]>([
    [
      'silence',
      () => {},
      /^Auth0 did not answer within 1 s \(check auth0-domain and the network\)$/,
      true,
      400,
    ],
    ['a broken connection', (request) => void request.socket.resetAndDestroy(), /\(ECONNRESET\)/, true],
    [
      'an answer that breaks off',
      (_, response) =>
        void response.writeHead(200, { 'content-length': 9 }).write('x', () => response.destroy()),
      /could not be reached \(ECONNRESET\)/,
      true,
    ],
    [
      'a switch of protocols, which Node answers by closing without an error',
      (request) =>
        void request.socket.end(
          'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n',
        ),
      /could not be reached \(ECONNRESET\)/,
      true,
    ],
    [
      'an answer without an end',
      (_, response) => void response.end('x'.repeat(MOST_BYTES + 1)),
      /^The answer is too long for Auth0; check auth0-domain$/,
      false,
    ],
  ])('reports %s', async (_what, answer, message, passing, timeoutMs = 5000) => {
    const error = await ask(answer, { limits: { milliseconds: timeoutMs } }).catch(told);
    expect(error).toMatchObject({ message: expect.stringMatching(message) });
    expect((error as { passing?: boolean }).passing === true).toBe(passing);
  });
});
