import type {
  Agent,
  ClientRequest,
  IncomingHttpHeaders,
  IncomingMessage,
  OutgoingHttpHeaders,
} from 'node:http';
import { limitTime, readUpTo, type TimeLimits } from './response-limits.ts';

/** Time limits for the parts of an exchange. */
export interface Timeouts {
  /**
   * Milliseconds without a byte in either direction after which the request is given up; also those in which the
   * response must begin once all is sent, and be there once it has begun.
   */
  readonly idle: number;
  /** Cancellation of the run: a response then has only the grace period. */
  readonly end?: AbortSignal | undefined;
  /** Milliseconds. */
  readonly grace?: number | undefined;
}

/** One HTTP request. Redirects are not followed: the token of one host is for no other. */
export interface HttpRequest extends Timeouts {
  readonly method: string;
  readonly url: URL;
  /** A `content-length` is enforced: a stream with more or fewer bytes is an error. */
  readonly headers?: OutgoingHttpHeaders | undefined;
  /** A stream is written as the receiver takes it, one chunk at a time. */
  readonly body?: Buffer | AsyncIterable<Buffer> | undefined;
  /** Agent for a proxy or certificates, if needed. */
  readonly agent?: Agent | undefined;
  /** A local socket, instead of the host of the URL. */
  readonly socketPath?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A response whose body is not read yet; `whole` says whether the request's body was sent completely. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: IncomingMessage;
  readonly whole: boolean;
}

/** The server sent no response, or no whole response in time. */
export class TimeoutError extends Error {
  override readonly name = 'TimeoutError';
  readonly code = 'ETIMEDOUT';
}

/** The connection was closed without a response or an error. */
class ClosedError extends Error {
  override readonly name = 'ClosedError';
  readonly code = 'ECONNRESET';
}

/** A body is longer or shorter than its `content-length`. */
export class LengthError extends Error {
  override readonly name = 'LengthError';

  constructor(readonly length: number) {
    super(`the body does not have ${length} bytes`);
  }
}

/** A response is longer than any response of this API. */
export class TooLargeError extends Error {
  override readonly name = 'TooLargeError';
}

/**
 * Sends a request and waits for the response's head. The request has ended, or is destroyed, by the time that the
 * response's body was read or destroyed.
 * @returns a response whose body must be read or destroyed
 * @throws errors of the socket and of the body's source; TimeoutError, LengthError
 */
export async function exchange(httpRequest: HttpRequest): Promise<HttpResponse> {
  const { method, url, headers, body, agent, socketPath, signal, idle, end, grace } = httpRequest;
  // Each costs some milliseconds at the start of a run, and most need only one of them.
  const { request: open } =
    url.protocol === 'https:' ? await import('node:https') : await import('node:http');
  const request = open(url, {
    method,
    headers: headers ?? {},
    ...(agent === undefined ? {} : { agent }),
    ...(socketPath === undefined ? {} : { socketPath }),
    ...(signal === undefined ? {} : { signal }),
  });
  request.setTimeout(idle, () => request.destroy(new TimeoutError(`no byte for ${idle} ms`)));
  const head = new Promise<IncomingMessage>((resolve, reject) => {
    request.once('response', resolve);
    request.on('error', reject);
    // To a server that switches protocols unasked (101), Node closes the connection without a response or an error.
    request.once('close', () => reject(new ClosedError('closed without a response')));
  });
  // It is awaited below, after the body; a failure before that must not count as unhandled.
  head.catch(() => undefined);
  let whole = true;
  if (body === undefined || Buffer.isBuffer(body)) request.end(body);
  else whole = await writeBody(request, body, lengthOf(headers));
  const done = limitTime({ milliseconds: idle, end, grace }, () => request.destroy(timeoutError()));
  const response = await head.finally(done);
  // A request that the server stopped reading never ends: its connection would keep the process alive.
  if (!whole) response.once('end', () => request.destroy());
  return { status: response.statusCode ?? 0, headers: response.headers, body: response, whole };
}

/**
 * Reads a response's body as far as the limit; a longer body is cut there and the connection closed.
 * @param limit in bytes
 * @throws TimeoutError if it is incomplete at the time limit
 */
export async function readBody(
  body: IncomingMessage,
  limit: number,
  { idle, end, grace }: Timeouts,
): Promise<Buffer> {
  const done = limitTime({ milliseconds: idle, end, grace }, () => body.destroy(timeoutError()));
  try {
    return await readUpTo(body, limit);
  } finally {
    done();
  }
}

/** A request of an API: its response is a text of some size. */
export interface TextRequest extends Pick<HttpRequest, 'method' | 'url' | 'headers' | 'agent'> {
  readonly body?: string | undefined;
  /** Limits of the whole exchange, from the look-up of the host to the last byte. */
  readonly limits: TimeLimits;
  /** Bytes; a longer response is not from this API. */
  readonly maxBytes: number;
}

export interface TextResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Empty for a redirect. */
  readonly text: string;
}

/** @throws TimeoutError, TooLargeError, errors of the socket */
export async function send({ body, limits, maxBytes, ...request }: TextRequest): Promise<TextResponse> {
  const { milliseconds: idle, end, grace } = limits;
  const timeout = new AbortController();
  const done = limitTime(limits, () => timeout.abort(timeoutError()));
  try {
    const bytes = body === undefined ? undefined : Buffer.from(body);
    const response = await exchange({ ...request, body: bytes, signal: timeout.signal, idle, end, grace });
    const { status, headers } = response;
    if (status >= 300 && status < 400) {
      // A body that is never read would keep its connection, and with it the process, alive.
      response.body.destroy();
      return { status, headers, text: '' };
    }
    const read = await readBody(response.body, maxBytes, { idle, end, grace });
    // A body without a length ends with its connection, even if that is cut off.
    timeout.signal.throwIfAborted();
    if (read.length > maxBytes) throw new TooLargeError(`more than ${maxBytes} bytes`);
    return { status, headers, text: read.toString('utf8') };
  } catch (error) {
    throw timeout.signal.aborted ? timeout.signal.reason : error;
  } finally {
    done();
  }
}

function timeoutError(): TimeoutError {
  return new TimeoutError('no whole response in time');
}

/** @returns the declared number of bytes, undefined if none is declared */
function lengthOf(headers: OutgoingHttpHeaders | undefined): number | undefined {
  const declared = headers?.['content-length'];
  return declared === undefined ? undefined : Number(declared);
}

/**
 * Writes a body and ends the request with its last byte. With a declared length, it ends at that number of bytes, since
 * the server may respond from then on while the source is still open.
 * @returns whether all was written; a server that responds earlier reads no more
 */
async function writeBody(
  request: ClientRequest,
  body: AsyncIterable<Buffer>,
  length: number | undefined,
): Promise<boolean> {
  let stopped = false;
  let wake = () => {};
  const stop = () => {
    stopped = true;
    wake();
  };
  request.once('response', stop);
  request.once('error', stop);
  request.once('close', stop);
  let written = 0;
  let ended = false;
  const endAt = (bytes: number | undefined) => {
    if (written !== bytes) return;
    ended = true;
    request.end();
  };
  try {
    endAt(length);
    for await (const chunk of body) {
      if (stopped && !ended) return false;
      if (chunk.length === 0) continue;
      written += chunk.length;
      if (length !== undefined && written > length) throw new LengthError(length);
      await new Promise<void>((resolve) => {
        wake = resolve;
        // Called when the chunk has left for the kernel, so that its memory may be read into again.
        request.write(chunk, () => resolve());
        endAt(length);
      });
    }
    if (ended) return true;
    if (stopped) return false;
    // The server would wait for the rest.
    if (length !== undefined) throw new LengthError(length);
  } catch (error) {
    request.destroy();
    throw error;
  }
  request.end();
  return true;
}
