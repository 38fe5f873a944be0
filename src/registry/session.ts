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

/** How often and when a call to the registry is repeated. */
export interface RetryPolicy {
  readonly attempts: number;
  /** Milliseconds before the second attempt; each further one waits three times as long. */
  readonly firstDelay: number;
  /** Milliseconds that no wait of ours exceeds; what the registry asks for is granted up to a minute. */
  readonly longestDelay: number;
}

/** Waits of 1, 3, 9, 20 and 20 seconds: a registry that restarts comes back within a minute. */
export const RETRY_POLICY: RetryPolicy = { attempts: 6, firstDelay: 1000, longestDelay: 20_000 };

/** Milliseconds. */
const LONGEST_REQUESTED = 60_000;

/**
 * @param attempt the one that failed, from 1
 * @param random from 0 to 1: what keeps several pushes from coming back at once, 10 % up or down
 * @returns milliseconds to wait before the next attempt
 */
export function delayOf(policy: RetryPolicy, attempt: number, error: unknown, random: number): number {
  const { firstDelay, longestDelay } = policy;
  const requested = error instanceof RegistryFailure ? error.retryAfter : undefined;
  const own = backoff(attempt, firstDelay * (0.9 + 0.2 * random), longestDelay, 3);
  return Math.max(own, Math.min(requested ?? 0, LONGEST_REQUESTED));
}

/** Gives the agent for an address: the one place where a proxy or certificates come in. */
export type AgentFactory = (url: URL) => Agent | undefined;

/** How a registry is spoken to. */
export interface RegistryConnection extends Pick<RetryOptions, 'signal' | 'end'> {
  readonly authorization: Authorization;
  /** The repository's name, without the registry's host. */
  readonly repository: string;
  readonly agentFor: AgentFactory;
  readonly retryPolicy?: RetryPolicy | undefined;
  /** The system's, where none is given. */
  readonly clock?: Clock | undefined;
  /** Milliseconds of silence after which a request is given up, and those in which an answer must be there. */
  readonly idle?: number;
  /** Called for each manifest that the registry has taken. */
  readonly onManifest?: () => void;
}

/** One request. */
export interface RegistryRequest {
  readonly method: string;
  readonly path: string | URL;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: Buffer | Bytes;
  /** Statuses that are answers, not failures. */
  readonly accept: readonly number[];
  /** Bytes of the answer that are read. */
  readonly limit?: number;
}

/** Its answer, read whole. */
export interface RegistryResponse {
  readonly status: number;
  readonly headers: HttpResponse['headers'];
  readonly body: Buffer;
  /** Where the answer came from. */
  readonly url: URL;
}

const IDLE = 180_000;
/** Milliseconds for an answer after the end of the run: a layer that was sent takes ECR some seconds to make. */
const GRACE = 60_000;
const ERROR_BYTES = 64 * 1024;
const REDIRECTS = 5;

/** Speaks with one registry about one repository: credentials, redirects, time-outs and repetitions. */
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
   * Repeats work until it works, the policy ends or the run does.
   * @param isRetried whether an error may be over at the next attempt
   * @param isAtOnce whether the work is repeated without a wait, beside the attempts of the policy
   */
  repeat<T>(
    work: () => Promise<T>,
    isRetried: (error: unknown) => boolean = isTransient,
    isAtOnce: (error: unknown) => Promise<boolean> = async () => false,
  ): Promise<T> {
    const { signal, end } = this.#connection;
    return retry(work, {
      clock: this.#clock,
      signal,
      end,
      delayAfter: async (error, attempt) => {
        if (await isAtOnce(error)) return 0;
        if (attempt >= this.#policy.attempts || !isRetried(error)) return undefined;
        return delayOf(this.#policy, attempt, error, this.#clock.random());
      },
    });
  }

  /** @returns where the next request of an upload goes. */
  async next(reply: RegistryResponse): Promise<URL> {
    const { endpoint } = await this.#connection.authorization.get();
    const { location } = reply.headers;
    if (location === undefined) return reply.url;
    return followLocation(location, reply.url, endpoint);
  }

  /** Asks until it works or nothing is repeated any more. */
  askRepeatedly(verb: Verb, ask: RegistryRequest): Promise<RegistryResponse> {
    return this.repeat(() => this.ask(verb, ask));
  }

  /** Asks once; when the token has expired and the body can be sent again, once more with a new one. */
  async ask(verb: Verb, ask: RegistryRequest): Promise<RegistryResponse> {
    const { authorization } = this.#connection;
    const { token } = await authorization.get();
    try {
      return await this.#askOnce(verb, ask);
    } catch (error) {
      if (!(error instanceof RegistryFailure) || !error.mayBeExpired) throw error;
      const isStream = ask.body !== undefined && !Buffer.isBuffer(ask.body);
      if (!(await authorization.refresh(token)) || isStream) throw error;
      return this.#askOnce(verb, ask);
    }
  }

  async #askOnce(verb: Verb, ask: RegistryRequest): Promise<RegistryResponse> {
    const { authorization, repository } = this.#connection;
    const { token, endpoint } = await authorization.get();
    let url = ask.path instanceof URL ? ask.path : new URL(`/v2/${repository}/${ask.path}`, endpoint);
    for (let redirects = 0; redirects <= REDIRECTS; redirects += 1) {
      // The token is for the registry alone, not for the storage that it sends us to.
      const isOwn = url.host === endpoint.host && url.protocol === endpoint.protocol;
      const credentials = isOwn ? { authorization: `Basic ${token.reveal()}` } : {};
      const reply = await this.#send(verb, url, { ...ask, headers: { ...ask.headers, ...credentials } });
      const { location } = reply.headers;
      const isRedirect = [301, 302, 303, 307, 308].includes(reply.status) && location !== undefined;
      if (!isRedirect || ask.method !== 'GET') return accepted(verb, ask, reply, this.#clock.epoch());
      url = followLocation(location, url, endpoint);
    }
    throw new ImageError('REGISTRY', `the registry redirected ${verb} more than ${REDIRECTS} times`);
  }

  async #send(verb: Verb, url: URL, ask: RegistryRequest): Promise<RegistryResponse> {
    const { agentFor, signal, end, idle = IDLE } = this.#connection;
    const { method, headers, body } = ask;
    const waiting = { idle, end, grace: GRACE };
    try {
      const answer = await exchange({
        method,
        url,
        headers: headers ?? {},
        body,
        agent: agentFor(url),
        signal,
        ...waiting,
      });
      const limit = Math.max(ask.limit ?? 0, ERROR_BYTES);
      const reply = {
        status: answer.status,
        headers: answer.headers,
        body: await readBody(answer.body, limit, waiting),
        url,
      };
      if (answer.whole) return reply;
      if (reply.status >= 300) return reply;
      throw new RegistryFailure(verb, 0, [], 'it answered before it had all', undefined);
    } catch (error) {
      if (error instanceof LengthError) throw otherLength(error);
      throw connectionFailure(verb, error) ?? unreachable(url, error) ?? error;
    }
  }
}

function accepted(verb: Verb, ask: RegistryRequest, reply: RegistryResponse, now: number): RegistryResponse {
  if (ask.accept.includes(reply.status)) return reply;
  const { codes, text } = parseErrors(reply.body);
  throw new RegistryFailure(verb, reply.status, codes, text, retryAfter(reply.headers, now));
}

function otherLength(error: LengthError): ImageError {
  return new ImageError(
    'WRONG_DIGEST',
    `image: a blob does not have the ${error.length} bytes that its image names; build the image again`,
    { cause: error },
  );
}
