import type { Agent } from 'node:http';
import type { Readable } from 'node:stream';
import type { Secret } from '../secret.ts';
import { READING } from './aws-calls.ts';
import type { Clock } from './clock.ts';
import { rememberCall } from './errors.ts';
import { limitTime, readUpTo, type TimeLimits } from './response-limits.ts';

// The SDK warns at every run that it will drop Node 20. That concerns this action, not its users.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

/** Temporary or lasting keys of an account. */
export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: Secret;
  readonly sessionToken: Secret | undefined;
}

/** Settings that all clients of a run share. */
export interface Connection {
  readonly region: string;
  /** Whether only reading commands may be sent: plan and drift. */
  readonly readOnly: boolean;
  /** Added to the user agent, so that CloudTrail names the run. */
  readonly userAgent: string;
  readonly clock: Clock;
  /** Agent for a proxy of the environment. */
  readonly agent: Agent | undefined;
  /** Keys to sign with; by default the SDK looks for credentials in its own order. */
  readonly keys?: Keys | undefined;
  /** Milliseconds for a response: half a minute by default. */
  readonly answerMs?: number;
  /** Cancellation of the run: calls in flight then have only the grace period. */
  readonly end?: AbortSignal;
}

/** A write in plan or drift: a bug of this action, stopped before it is sent. */
class ReadOnlyError extends Error {
  constructor(command: string) {
    super(`${command} writes, and this mode only reads`);
    this.name = 'ReadOnlyError';
  }
}

/** The used part of the SDK's middleware stack. */
interface Stack {
  add(
    middleware: (
      next: (args: Args) => Promise<object>,
      context: { commandName?: string },
    ) => (args: Args) => Promise<object>,
    options: { step: 'initialize' | 'finalizeRequest'; name: string; priority: 'high' },
  ): void;
}
interface Args {
  readonly input?: unknown;
  readonly request?: { headers?: Record<string, string> };
}

const ANSWER_MS = 30_000;
/** Limit for a whole response, however short its pauses are. */
const WHOLE_MS = 60_000;

/**
 * @returns settings for every client: one attempt, since `Calls` retries; time-outs that throw, since the SDK waits for
 * ever by default.
 */
export function clientSettings(connection: Connection) {
  return {
    region: connection.region,
    ...(connection.keys === undefined ? {} : { credentials: credentialsOf(connection.keys) }),
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: 5_000,
      requestTimeout: connection.answerMs ?? ANSWER_MS,
      socketTimeout: 30_000,
      throwOnRequestTimeout: true,
      ...(connection.agent === undefined
        ? {}
        : { httpAgent: connection.agent, httpsAgent: connection.agent }),
    },
  };
}

function credentialsOf({ accessKeyId, secretAccessKey, sessionToken }: Keys) {
  return {
    accessKeyId,
    secretAccessKey: secretAccessKey.reveal(),
    ...(sessionToken === undefined ? {} : { sessionToken: sessionToken.reveal() }),
  };
}

/**
 * Makes a client name the run, limits its responses, and refuses writes in plan and drift. The SDK's own setting for
 * the name would turn the slash and the @ of `repository@sha` into hyphens.
 */
export function prepare<C extends { middlewareStack: unknown; config: { requestHandler: object } }>(
  client: C,
  connection: Connection,
): C {
  limitResponses(client.config.requestHandler as Transport, {
    milliseconds: connection.answerMs === undefined ? WHOLE_MS : 2 * connection.answerMs,
    end: connection.end,
  });
  const stack = client.middlewareStack as Stack;
  stack.add(
    (next) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        rememberCall(error, { region: connection.region, input: args.input });
        throw error;
      }
    },
    { step: 'initialize', name: 'rememberCall', priority: 'high' },
  );
  if (connection.readOnly)
    stack.add(
      (next, context) => (args) => {
        const command = context.commandName ?? '';
        if (!READING.test(command)) throw new ReadOnlyError(command);
        return next(args);
      },
      { step: 'initialize', name: 'readOnly', priority: 'high' },
    );
  stack.add(
    (next) => (args) => {
      const headers = args.request?.headers;
      if (headers !== undefined)
        headers['user-agent'] = `${headers['user-agent'] ?? ''} ${connection.userAgent}`.trim();
      return next(args);
    },
    { step: 'finalizeRequest', name: 'nameTheRun', priority: 'high' },
  );
  return client;
}

/** GetSecretValue and BatchGetImage have the largest responses, some MiB at most; a longer one is not from AWS. */
const MAX_BYTES = 32 * 1024 * 1024;

/** It has the name of a time-out of the system, which is retried. */
class LateResponseError extends Error {
  override readonly name = 'TimeoutError';
}

/** It is not retried: another attempt would be as long. */
class LargeResponseError extends Error {
  override readonly name = 'LargeResponseError';
}

/** The used part of the SDK's request handler. */
export interface Transport {
  handle(request: never, options?: SendOptions): Promise<{ response: { body?: unknown } }>;
}
interface SendOptions {
  readonly abortSignal?: AbortSignal;
}

/**
 * Limits time and size of each response of an SDK client: its own time-outs restart with every byte, and its bodies
 * have no limit.
 * @param handler handler of the client, which is changed
 * @param limits limits of the whole exchange: connection, request, response
 */
export function limitResponses(handler: Transport, limits: TimeLimits): void {
  const handle = handler.handle.bind(handler);
  handler.handle = async (request, options) => {
    const timeout = new AbortController();
    const done = limitTime(limits, () => timeout.abort(new LateResponseError('no whole answer in time')));
    const given = options?.abortSignal;
    const abortSignal = given === undefined ? timeout.signal : AbortSignal.any([given, timeout.signal]);
    try {
      const result = await handle(request, { ...options, abortSignal });
      const { response } = result;
      if (isStream(response.body)) response.body = await read(response.body, timeout.signal);
      return result;
    } catch (error) {
      throw timeout.signal.aborted ? timeout.signal.reason : error;
    } finally {
      done();
    }
  };
}

function isStream(body: unknown): body is Readable {
  return typeof body === 'object' && body !== null && 'destroy' in body && Symbol.asyncIterator in body;
}

async function read(body: Readable, timeout: AbortSignal): Promise<Uint8Array> {
  const cut = () => body.destroy(timeout.reason);
  timeout.addEventListener('abort', cut, { once: true });
  const bytes = await readUpTo(body, MAX_BYTES);
  if (bytes.length > MAX_BYTES) throw new LargeResponseError(`more than ${MAX_BYTES} bytes`);
  return bytes;
}
