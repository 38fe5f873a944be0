import type { Agent, ClientRequest, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Bytes } from './source.ts';

/** Gives the agent for an address: the one place where a proxy or certificates come in. */
export type AgentFactory = (url: URL) => Agent | undefined;

/** One HTTP request. */
export interface Question {
  readonly method: string;
  readonly url: URL;
  readonly headers?: OutgoingHttpHeaders;
  /** A stream is written as the receiver takes it, one chunk at a time. */
  readonly body?: Buffer | Bytes | undefined;
  readonly agent?: Agent | undefined;
  /** A local engine's socket, instead of the address's host. */
  readonly socketPath?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds without a byte in either direction after which the request is given up. */
  readonly idle: number;
}

/** An answer whose body is still to be read; `whole` tells whether the request's body was sent to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: IncomingMessage;
  readonly whole: boolean;
}

/** The server took the request and said nothing more. */
export class IdleError extends Error {
  override readonly name = 'IdleError';
  readonly code = 'ETIMEDOUT';
}

/**
 * Sends a request and waits for the answer's head.
 * @returns an answer whose body must be read or destroyed
 * @throws what the socket or the body's source throws
 */
export async function exchange(question: Question): Promise<Answer> {
  const { method, url, headers, body, agent, socketPath, signal, idle } = question;
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
  else whole = await writeBody(request, body);
  const response = await answer;
  return { status: response.statusCode ?? 0, headers: response.headers, body: response, whole };
}

/** @returns whether all was written; a server that answers early wants no more */
async function writeBody(request: ClientRequest, body: Bytes): Promise<boolean> {
  let stopped = false;
  let wake = () => {};
  const stop = () => {
    stopped = true;
    wake();
  };
  request.once('response', stop);
  request.once('error', stop);
  request.once('close', stop);
  try {
    for await (const chunk of body) {
      if (stopped) return false;
      if (chunk.length === 0) continue;
      await new Promise<void>((resolve) => {
        wake = resolve;
        // Called when the chunk has left for the kernel, so that its memory may be read into again.
        request.write(chunk, () => resolve());
      });
    }
  } catch (error) {
    request.destroy();
    throw error;
  }
  if (stopped) return false;
  request.end();
  return true;
}

/**
 * Reads an answer's body as far as the limit; what is longer is cut there and the connection closed.
 * @param limit in bytes
 */
export async function readBody(body: IncomingMessage, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    chunks.push(bytes);
    size += bytes.length;
    if (size > limit) break;
  }
  return Buffer.concat(chunks);
}
