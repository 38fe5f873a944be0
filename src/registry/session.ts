import type { Agent, OutgoingHttpHeaders } from 'node:http';
import { type Clock, systemClock } from '../clients/clock.ts';
import { exchange, type HttpResponse, LengthError, readBody } from '../clients/http.ts';
import { backoff, type RetryOptions, retry, retryAfter } from '../clients/retry.ts';
import type { Authorization } from './authorization.ts';
import { ImageError } from './errors.ts';
import {
  connectionFailure,
  isTransient,
  parseErrors,
  RegistryFailure,
  unreachable,
  type Verb,
} from './failure.ts';
import { followLocation } from './location.ts';
import type { Bytes } from './source.ts';

/** Retry policy of calls to the registry. */
export interface RetryPolicy {
  readonly attempts: number;
  /** Milliseconds before the second attempt; each further delay is three times as long. */
  readonly firstDelay: number;
  /** Limit of this backoff in milliseconds; the registry may request up to a minute. */
  readonly longestDelay: number;
}

/** Delays of 1, 3, 9, 20 and 20 seconds: a restarting registry is available within a minute. */
export const RETRY_POLICY: RetryPolicy = { attempts: 6, firstDelay: 1000, longestDelay: 20_000 };

/** Longest delay that the registry may request, in milliseconds. */
const LONGEST_REQUESTED = 60_000;

/**
 * @param attempt the failed attempt, from 1
 * @param random from 0 to 1: a jitter of 10 % up or down, so that pushes do not retry at the same time
 * @returns milliseconds to wait before the next attempt
 */
export function delayOf(policy: RetryPolicy, attempt: number, error: unknown, random: number): number {
  const { firstDelay, longestDelay } = policy;
  const requested = error instanceof RegistryFailure ? error.retryAfter : undefined;
  const backoffDelay = backoff(attempt, firstDelay * (0.9 + 0.2 * random), longestDelay, 3);
  return Math.max(backoffDelay, Math.min(requested ?? 0, LONGEST_REQUESTED));
}

/** Returns the agent for a URL, with its proxy and certificates. */
export type AgentFactory = (url: URL) => Agent | undefined;

/** Connection settings of a registry. */
export interface RegistryConnection extends Pick<RetryOptions, 'signal' | 'end'> {
  readonly authorization: Authorization;
  /** The repository's name, without the registry's host. */
  readonly repository: string;
  readonly agentFor: AgentFactory;
  readonly retryPolicy?: RetryPolicy | undefined;
  /** The system clock by default. */
  readonly clock?: Clock | undefined;
  /** Milliseconds without a byte after which a request is aborted; also the limit for a whole response. */
  readonly idle?: number;
  /** Called for each manifest that the registry accepted. */
  readonly onManifest?: () => void;
}

/** A request to the registry. */
export interface RegistryRequest {
  readonly method: string;
  readonly path: string | URL;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: Buffer | Bytes;
  /** Statuses that are no failures. */
  readonly accept: readonly number[];
  /** Bytes of the response to read. */
  readonly limit?: number;
}

/** A response with its body. */
export interface RegistryResponse {
  readonly status: number;
  readonly headers: HttpResponse['headers'];
  readonly body: Buffer;
  /** URL that sent the response, after redirects. */
  readonly url: URL;
}

const IDLE = 180_000;
/**
 * Grace period for a response after the run was cancelled, in milliseconds: ECR takes some seconds to commit a layer.
 */
const GRACE = 60_000;
const ERROR_BYTES = 64 * 1024;
const REDIRECTS = 5;

/** HTTP session for one repository of a registry: credentials, redirects, time-outs and retries. */
export class Session {
  readonly #connection: RegistryConnection;
  readonly #policy: RetryPolicy;
  readonly #clock: Clock;

  constructor(connection: RegistryConnection) {
    this.#connection = connection;
    this.#policy = connection.retryPolicy ?? RETRY_POLICY;
    this.#clock = connection.clock ?? systemClock;
  }

  get connection(): RegistryConnection {
    return this.#connection;
  }

  /**
   * Retries work until it succeeds, the attempts are used up, or the run ends.
   * @param isRetryable whether another attempt may succeed
   * @param isImmediate whether to retry without a delay, in addition to the attempts of the policy
   */
  repeat<T>(
    work: () => Promise<T>,
    isRetryable: (error: unknown) => boolean = isTransient,
    isImmediate: (error: unknown) => Promise<boolean> = async () => false,
  ): Promise<T> {
    const { signal, end } = this.#connection;
    return retry(work, {
      clock: this.#clock,
      signal,
      end,
      delayAfter: async (error, attempt) => {
        if (await isImmediate(error)) return 0;
        if (attempt >= this.#policy.attempts || !isRetryable(error)) return undefined;
        return delayOf(this.#policy, attempt, error, this.#clock.random());
      },
    });
  }

  /** @returns the URL for the next request of an upload session. */
  async next(response: RegistryResponse): Promise<URL> {
    const { endpoint } = await this.#connection.authorization.get();
    const { location } = response.headers;
    if (location === undefined) return response.url;
    return followLocation(location, response.url, endpoint);
  }

  /** Sends a request, with the retries of the policy. */
  requestWithRetries(verb: Verb, request: RegistryRequest): Promise<RegistryResponse> {
    return this.repeat(() => this.request(verb, request));
  }

  /** Sends a request once. With an expired token, it is sent again with a new one, unless its body is a stream. */
  async request(verb: Verb, request: RegistryRequest): Promise<RegistryResponse> {
    const { authorization } = this.#connection;
    const { token } = await authorization.get();
    try {
      return await this.#requestOnce(verb, request);
    } catch (error) {
      if (!(error instanceof RegistryFailure) || !error.mayBeExpired) throw error;
      const isStream = request.body !== undefined && !Buffer.isBuffer(request.body);
      if (!(await authorization.refresh(token)) || isStream) throw error;
      return this.#requestOnce(verb, request);
    }
  }

  async #requestOnce(verb: Verb, request: RegistryRequest): Promise<RegistryResponse> {
    const { authorization, repository } = this.#connection;
    const { token, endpoint } = await authorization.get();
    let url =
      request.path instanceof URL ? request.path : new URL(`/v2/${repository}/${request.path}`, endpoint);
    for (let redirects = 0; redirects <= REDIRECTS; redirects += 1) {
      // Only the registry gets the token, never the storage that it redirects to.
      const isRegistry = url.host === endpoint.host && url.protocol === endpoint.protocol;
      const credentials = isRegistry ? { authorization: `Basic ${token.reveal()}` } : {};
      const response = await this.#send(verb, url, {
        ...request,
        headers: { ...request.headers, ...credentials },
      });
      const { location } = response.headers;
      const isRedirect = [301, 302, 303, 307, 308].includes(response.status) && location !== undefined;
      if (!isRedirect || request.method !== 'GET')
        return checkStatus(verb, request, response, this.#clock.epoch());
      url = followLocation(location, url, endpoint);
    }
    throw new ImageError('REGISTRY', `the registry redirected ${verb} more than ${REDIRECTS} times`);
  }

  async #send(verb: Verb, url: URL, request: RegistryRequest): Promise<RegistryResponse> {
    const { agentFor, signal, end, idle = IDLE } = this.#connection;
    const { method, headers, body } = request;
    const timeouts = { idle, end, grace: GRACE };
    try {
      const incoming = await exchange({
        method,
        url,
        headers: headers ?? {},
        body,
        agent: agentFor(url),
        signal,
        ...timeouts,
      });
      const limit = Math.max(request.limit ?? 0, ERROR_BYTES);
      const response = {
        status: incoming.status,
        headers: incoming.headers,
        body: await readBody(incoming.body, limit, timeouts),
        url,
      };
      if (incoming.whole) return response;
      if (response.status >= 300) return response;
      throw new RegistryFailure(verb, 0, [], 'it responded before it had the whole body', undefined);
    } catch (error) {
      if (error instanceof LengthError) throw wrongLength(error);
      throw connectionFailure(verb, error) ?? unreachable(url, error) ?? error;
    }
  }
}

function checkStatus(
  verb: Verb,
  request: RegistryRequest,
  response: RegistryResponse,
  now: number,
): RegistryResponse {
  if (request.accept.includes(response.status)) return response;
  const { codes, text } = parseErrors(response.body);
  throw new RegistryFailure(verb, response.status, codes, text, retryAfter(response.headers, now));
}

function wrongLength(error: LengthError): ImageError {
  return new ImageError(
    'WRONG_DIGEST',
    `image: a blob does not have the ${error.length} bytes that its image names; build the image again`,
    { cause: error },
  );
}
