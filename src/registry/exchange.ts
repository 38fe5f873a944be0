import type { Agent, ClientRequest, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { limitTime } from '../clients/time-limit.ts';
import { ImageError } from './errors.ts';
import type { Bytes } from './source.ts';

/** Gives the agent for an address: the one place where a proxy or certificates come in. */
export type AgentFactory = (url: URL) => Agent | undefined;

/** How long a request waits. */
export interface Waiting {
  /**
   * Milliseconds without a byte in either direction after which the request is given up; also those in which the answer
   * must begin once all is sent, and be there once it has begun.
   */
  readonly idle: number;
  /** The end of the run: from then on an answer is given only the grace. */
  readonly end?: AbortSignal | undefined;
  /** Milliseconds. */
  readonly grace?: number | undefined;
}

/** One HTTP request. */
export interface Question extends Waiting {
  readonly method: string;
  readonly url: URL;
  /** A `content-length` is kept to: a stream that gives more or less is an error. */
  readonly headers?: OutgoingHttpHeaders;
  /** A stream is written as the receiver takes it, one chunk at a time. */
  readonly body?: Buffer | Bytes | undefined;
  readonly agent?: Agent | undefined;
  /** A local engine's socket, instead of the address's host. */
  readonly socketPath?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** An answer whose body is still to be read; `whole` tells whether the request's body was sent to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: IncomingMessage;
  readonly whole: boolean;
}

/** The server took the request and said nothing more, or not enough in its time. */
export class IdleError extends Error {
  override readonly name = 'IdleError';
  readonly code = 'ETIMEDOUT';
}

/**
 * Sends a request and waits for the answer's head. The request has ended, or is destroyed, by the time that the
 * answer's body was read or destroyed.
 * @returns an answer whose body must be read or destroyed
 * @throws what the socket or the body's source throws; ImageError `WRONG_DIGEST` where the source does not give as
 *   many bytes as were declared
 */
export async function exchange(question: Question): Promise<Answer> {
  const { method, url, headers, body, agent, socketPath, signal, idle, end, grace } = question;
  const send = url.protocol === 'https:' ? requestHttps : requestHttp;
  const request = send(url, {
    method,
    headers: headers ?? {},
    agent,
    ...(socketPath === undefined ? {} : { socketPath }),
    ...(signal === undefined ? {} : { signal }),
  });
  request.setTimeout(idle, () => request.destroy(new IdleError(`no byte for ${idle} ms`)));
  const answer = new Promise<IncomingMessage>((resolve, reject) => {
    request.once('response', resolve);
    request.on('error', reject);
  });
  // It is awaited below, after the body; until then its failure is nobody's.
  answer.catch(() => undefined);
  let whole = true;
  if (body === undefined || Buffer.isBuffer(body)) request.end(body);
  else whole = await writeBody(request, body, lengthOf(headers));
  const done = limitTime({ milliseconds: idle, end, grace }, () => request.destroy(late()));
  const response = await answer.finally(done);
  // What the server wants no more of is never ended: it would keep its connection, and with it the process.
  if (!whole) response.once('end', () => request.destroy());
  return { status: response.statusCode ?? 0, headers: response.headers, body: response, whole };
}

function late(): IdleError {
  return new IdleError('no whole answer in time');
}

/** @returns how many bytes were declared, undefined where that is left open */
function lengthOf(headers: OutgoingHttpHeaders | undefined): number | undefined {
  const declared = headers?.['content-length'];
  return declared === undefined ? undefined : Number(declared);
}

/**
 * Writes a body and ends the request with its last byte: of a declared length that is where as many were given, since
 * a server may answer from then on, whatever the source still does.
 * @returns whether all was written; a server that answers earlier wants no more
 */
async function writeBody(request: ClientRequest, body: Bytes, length: number | undefined): Promise<boolean> {
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
      if (length !== undefined && written > length) throw otherLength(length);
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
    if (length !== undefined) throw otherLength(length);
  } catch (error) {
    request.destroy();
    throw error;
  }
  request.end();
  return true;
}

function otherLength(length: number): ImageError {
  return new ImageError(
    'WRONG_DIGEST',
    `image: a blob does not have the ${length} bytes that its image names; build the image again`,
  );
}

/**
 * Reads an answer's body as far as the limit; what is longer is cut there and the connection closed.
 * @param limit in bytes
 * @throws IdleError where it is not there in its time
 */
export async function readBody(
  body: IncomingMessage,
  limit: number,
  { idle, end, grace }: Waiting,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  const done = limitTime({ milliseconds: idle, end, grace }, () => body.destroy(late()));
  try {
    for await (const chunk of body) {
      const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
      chunks.push(bytes);
      size += bytes.length;
      if (size > limit) break;
    }
  } finally {
    done();
  }
  return Buffer.concat(chunks);
}
