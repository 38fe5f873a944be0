import type { Agent, ClientRequest, IncomingHttpHeaders, IncomingMessage, RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import { Auth0Error } from './auth0-error.ts';
import { isUntrusted, TRUST } from './certificate.ts';
import { limitTime } from './time-limit.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** For the whole exchange, from the look-up of the host to the last byte. */
  readonly timeoutMs: number;
  /** The end of the run: from then on only a grace of the time is left. */
  readonly end?: AbortSignal | undefined;
  /** Where a proxy is set in the environment. */
  readonly agent?: Agent | undefined;
  /** What named the host, for people; `auth0-domain`, where it is not given. */
  readonly domain?: string | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** An application with three full lists is below 100 KB; more than this is no answer of Auth0. */
const MAX_ANSWER_BYTES = 1024 * 1024;

/**
 * One request, one answer. Redirects are answers like any other: following one would carry the Authorization
 * header to a host that nobody named.
 * @throws Auth0Error `unreachable`; passing, unless the name or the certificate is wrong: a time-out, a broken
 *   connection, an answer cut short. `cannot-read` where the answer is far too long
 */
export async function send(request: HttpRequest): Promise<HttpAnswer> {
  const url = new URL(request.url);
  const { domain = 'auth0-domain' } = request;
  const open = url.protocol === 'http:' ? await loopbackRequest() : requestHttps;
  const timeout = new AbortController();
  const done = limitTime({ milliseconds: request.timeoutMs, end: request.end }, () => timeout.abort());
  try {
    return await exchange(open, url, request, timeout.signal);
  } catch (error) {
    if (error instanceof Auth0Error) throw error;
    if (timeout.signal.aborted)
      throw new Auth0Error(
        'unreachable',
        `Auth0 did not answer within ${Math.ceil(request.timeoutMs / 1000)} s (check ${domain} and the network)`,
        { passing: true },
      );
    const code = codeOf(error);
    const untrusted = code !== undefined && isUntrusted(code);
    throw new Auth0Error(
      'unreachable',
      `Auth0 could not be reached${code === undefined ? '' : ` (${code})`}; check ${domain} and the network${untrusted ? `; ${TRUST}` : ''}`,
      // A name that does not resolve, or a certificate that is not theirs, will not get better by itself.
      { passing: !untrusted && code !== 'ENOTFOUND' && code?.startsWith('ERR_TLS_') !== true },
    );
  } finally {
    done();
  }
}

type Open = (url: URL, options: RequestOptions, answered: (answer: IncomingMessage) => void) => ClientRequest;

/** Only a test server is spoken to in plain http; on Node 24 importing node:http costs 30 ms, so it waits until then. */
async function loopbackRequest(): Promise<Open> {
  return (await import('node:http')).request;
}

function exchange(open: Open, url: URL, request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const headers: Record<string, string> = { ...request.headers };
    if (request.body !== undefined) headers['content-length'] = String(Buffer.byteLength(request.body));
    const call = open(
      url,
      {
        method: request.method,
        headers,
        signal,
        ...(request.agent === undefined ? {} : { agent: request.agent }),
      },
      (answer) => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        answer.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes > MAX_ANSWER_BYTES) {
            reject(
              new Auth0Error(
                'cannot-read',
                `The answer is too long for Auth0; check ${request.domain ?? 'auth0-domain'}`,
              ),
            );
            call.destroy();
            return;
          }
          chunks.push(chunk);
        });
        answer.on('error', reject);
        answer.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text });
        });
      },
    );
    call.on('error', reject);
    call.end(request.body);
  });
}

/** Codes are Node's or OpenSSL's own words; the message beside them names hosts and is not repeated. */
function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' && /^[A-Z0-9_]+$/.test(error.code) ? error.code : undefined;
}
