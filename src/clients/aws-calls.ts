import pLimit, { type LimitFunction } from 'p-limit';
import { AbortedError, Cancellation, GRACE_MS } from './cancellation.ts';
import type { Clock } from './clock.ts';
import { AwsError, codeOf, isUnreadable, statusOf } from './errors.ts';
import { isConnectionLost } from './network-errors.ts';
import { backoff, retry, retryAfter } from './retry.ts';

/**
 * The default quotas, a little below what AWS allows. PutParameter has 3 a second and about 20 at once;
 * the reads of Parameter Store share 40 a second. Logs allows 5 writes a second. That of DescribeParameters is not
 * published: if it is lower, the bucket slows down after throttling.
 */
const QUOTAS = {
  'ssm:read': { perSecond: 40, burst: 40, concurrency: 10 },
  'ssm:describe': { perSecond: 20, burst: 20, concurrency: 5 },
  'ssm:write': { perSecond: 2.8, burst: 18, concurrency: 8 },
  'secretsmanager:read': { perSecond: 100, burst: 100, concurrency: 10 },
  'secretsmanager:write': { perSecond: 40, burst: 40, concurrency: 5 },
  'logs:read': { perSecond: 5, burst: 5, concurrency: 2 },
  'logs:write': { perSecond: 5, burst: 5, concurrency: 2 },
  'ecr:read': { perSecond: 10, burst: 10, concurrency: 4 },
  'ecr:write': { perSecond: 10, burst: 10, concurrency: 4 },
  'iam:read': { perSecond: 5, burst: 10, concurrency: 2 },
  // Services with a few calls in a run.
  other: { perSecond: 10, burst: 10, concurrency: 2 },
} as const satisfies Record<string, Quota>;
export type QuotaName = keyof typeof QUOTAS;

/** Options of a call. */
export interface CallOptions {
  /** `ssm:PutParameter`, as IAM calls it. */
  readonly operation: string;
  /** For messages: `/papyrus/prd/AUTH0_DOMAIN`. */
  readonly resource: string;
  readonly quota: QuotaName;
  /** Whether the request or its response holds a secret: the service's message is then not shown. */
  readonly secret?: boolean;
  /** Called before each retry: the previous call may have been applied by then. */
  readonly again?: () => void;
  /** Whether it is the second half of a write: it is sent once even after the run was cancelled. */
  readonly completes?: boolean;
}

/** A call as debug logs show it: no value is in it. */
export interface CallRecord {
  readonly operation: string;
  readonly resource: string;
  /** From 1; a retry has the next number. */
  readonly attempt: number;
  readonly milliseconds: number;
  /** The service's name of the error; undefined for a successful call. */
  readonly error: string | undefined;
}

/** Sends calls within their quota, retries them, and explains failures. */
export class Calls {
  readonly #buckets = new Map<QuotaName, QuotaBucket>();
  readonly #clock: Clock;
  readonly #cancellation: Cancellation;
  readonly #onCall: ((call: CallRecord) => void) | undefined;
  /** Number of calls, including retries. */
  total = 0;
  /** Number of calls by service, by the name in IAM: some cost money. */
  readonly byService = new Map<string, number>();
  /** Number of accepted writes; those to the registry and Auth0 are added by their clients. */
  written = 0;

  /**
   * @param cancellation after it, no call begins
   * @param onCall called with each call once it has a response
   */
  constructor(
    clock: Clock,
    cancellation: Cancellation = new Cancellation(),
    onCall?: (call: CallRecord) => void,
  ) {
    this.#clock = cancellation.clock(clock);
    this.#cancellation = cancellation;
    this.#onCall = onCall;
  }

  /** @throws AwsError with the remedy */
  async send<O>(options: CallOptions, call: () => Promise<O>): Promise<O> {
    try {
      return await this.#repeat(options, call).catch((error: unknown) => {
        if (error instanceof AbortedError && options.completes === true) return this.#make(options, call);
        throw error;
      });
    } catch (error) {
      if (error instanceof AbortedError) throw error;
      const explained = new AwsError(error, options.operation, options.resource, options.secret === true);
      // Every other call would fail in the same way.
      if (explained.reason === 'credentials') this.#cancellation.end('credentials');
      throw explained;
    }
  }

  #repeat<O>(options: CallOptions, call: () => Promise<O>): Promise<O> {
    const bucket = this.bucketOf(options.quota);
    let attempt = 0;
    return bucket.run(() =>
      retried(
        () => {
          this.#cancellation.check();
          attempt += 1;
          return this.#make(options, call, attempt);
        },
        bucket,
        this.#clock,
        options.again,
      ),
    );
  }

  async #make<O>(options: CallOptions, call: () => Promise<O>, attempt = 1): Promise<O> {
    const { operation } = options;
    this.total += 1;
    const [service = '', command = ''] = operation.split(':');
    this.byService.set(service, (this.byService.get(service) ?? 0) + 1);
    // Late responses have their own limit; this one also ends the SDK's work before a request.
    const response = await this.#recorded(
      options,
      attempt,
      this.#cancellation.graced(call(), 1.5 * GRACE_MS),
    );
    if (!READING.test(command)) this.written += 1;
    return response;
  }

  async #recorded<O>(
    { operation, resource }: CallOptions,
    attempt: number,
    response: Promise<O>,
  ): Promise<O> {
    const onCall = this.#onCall;
    if (onCall === undefined) return response;
    const began = this.#clock.now();
    const record = (error?: string) =>
      onCall({ operation, resource, attempt, milliseconds: this.#clock.now() - began, error });
    try {
      const result = await response;
      record();
      return result;
    } catch (error) {
      record(codeOf(error));
      throw error;
    }
  }

  bucketOf(quota: QuotaName): QuotaBucket {
    const found = this.#buckets.get(quota) ?? new QuotaBucket(QUOTAS[quota], this.#clock);
    this.#buckets.set(quota, found);
    return found;
  }
}

/** Names of commands that write nothing. */
export const READING = /^(?:Get|BatchGet|Describe|List|Simulate)/;

/** A quota of AWS, as a token bucket. */
interface Quota {
  readonly perSecond: number;
  readonly burst: number;
  /** Calls in flight. */
  readonly concurrency: number;
}

/**
 * Keeps calls under a quota, and slows down further when AWS throttles nevertheless, since others share the account.
 * Without it, a quarter of 100 PutParameter calls under the default quota fail despite the SDK's own retries.
 */
export class QuotaBucket {
  readonly #limit: LimitFunction;
  readonly #clock: Clock;
  readonly #quota: Quota;
  #tokens: number;
  #perSecond: number;
  #filledAt: number;

  constructor(quota: Quota, clock: Clock) {
    this.#quota = quota;
    this.#clock = clock;
    this.#limit = pLimit(quota.concurrency);
    this.#tokens = quota.burst;
    this.#perSecond = quota.perSecond;
    this.#filledAt = clock.now();
  }

  /** Runs a task when the quota allows it. The task calls {@link turn} before each retry. */
  run<T>(task: () => Promise<T>): Promise<T> {
    return this.#limit(task);
  }

  /** Waits for the next call that the quota allows. */
  async turn(): Promise<void> {
    const now = this.#clock.now();
    this.#tokens = Math.min(
      this.#quota.burst,
      this.#tokens + ((now - this.#filledAt) / 1000) * this.#perSecond,
    );
    this.#filledAt = now;
    // Taken at once, even below zero, so that waiting calls resume one after the other instead of together.
    this.#tokens -= 1;
    if (this.#tokens < 0) await this.#clock.sleep((-this.#tokens / this.#perSecond) * 1000);
  }

  /**
   * Slows down after AWS throttled, to a quarter of the quota at the least: the quota is smaller than assumed, or
   * shared.
   */
  slower(): void {
    this.#tokens = Math.min(this.#tokens, 0);
    this.#perSecond = Math.max(this.#quota.perSecond / 4, this.#perSecond * 0.8);
  }

  /** @returns the least number of seconds for so many calls. */
  seconds(calls: number): number {
    return Math.max(0, calls - Math.max(0, this.#tokens)) / this.#perSecond;
  }
}

/** Whether and how a failed call is retried. */
export type ErrorClass = 'throttled' | 'conflict' | 'transient' | 'permanent';

const THROTTLED = new Set([
  'ThrottlingException',
  'Throttling',
  'ThrottledException',
  'TooManyRequestsException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'SlowDown',
]);
/** Not retried by the SDK, although each message says "try again". */
const CONFLICTS = new Set(['TooManyUpdates', 'OperationAbortedException', 'ConcurrentModificationException']);
const TRANSIENT = new Set([
  'InternalServerError',
  'InternalServiceError',
  'InternalServiceErrorException',
  'InternalFailure',
  'ServerException',
  'ServiceUnavailable',
  'ServiceUnavailableException',
  'RequestTimeout',
  'RequestTimeoutException',
  'TimeoutError',
  'RequestTimeTooSkewed',
  'RequestExpired',
]);
/** The second is STS's name for the first. */
const SIGNATURE = new Set(['InvalidSignatureException', 'SignatureDoesNotMatch']);
/**
 * Classifies by name first, then by HTTP status: a 503 with an HTML body arrives as a SyntaxError.
 * `LimitExceededException` is permanent here, although the SDK classifies it as throttling: a quota does not pass in a
 * second.
 */
export function classifyError(error: unknown): ErrorClass {
  const code = codeOf(error);
  const status = statusOf(error);
  if (THROTTLED.has(code) || status === 429) return 'throttled';
  if (CONFLICTS.has(code)) return 'conflict';
  if (TRANSIENT.has(code) || isConnectionLost(code)) return 'transient';
  if (status !== undefined && status >= 500) return 'transient';
  // The response was cut: a retry shows whether the call was applied. An error may be cut too; one that is no JSON at
  // all is a page of a proxy, and permanent.
  if (isUnreadable(error) && (status === undefined || status < 300 || !isPage(error))) return 'transient';
  // By then, the SDK has corrected its clock by the date of the response.
  if (SIGNATURE.has(code) && error instanceof Error && /expired|not yet current/i.test(error.message))
    return 'transient';
  return 'permanent';
}

/** Messages of the parsers for a text that does not begin as JSON, and for invalid XML. */
function isPage(error: unknown): boolean {
  return error instanceof Error && /^Unexpected token|XML parse error/.test(error.message);
}

const ATTEMPTS = 8;
const CAP_MS = 20_000;

/**
 * Retries a call, with full jitter between attempts.
 * @param again called before each retry: the previous call may have been applied by then
 */
export function retried<T>(
  call: () => Promise<T>,
  bucket: QuotaBucket,
  clock: Clock,
  again?: () => void,
): Promise<T> {
  return retry(
    async () => {
      await bucket.turn();
      return call();
    },
    {
      clock,
      onRetry: again,
      delayAfter: (error, attempt) => {
        const found = classifyError(error);
        if (found === 'permanent' || attempt >= ATTEMPTS) return undefined;
        if (found === 'throttled') bucket.slower();
        const ceiling = backoff(attempt, found === 'transient' ? 100 : 500, CAP_MS);
        return Math.max(requestedDelay(error, clock), clock.random() * ceiling);
      },
    },
  );
}

/** @returns the milliseconds that the service requests, at most 20 s */
function requestedDelay(error: unknown, clock: Clock): number {
  if (typeof error !== 'object' || error === null || !('$response' in error)) return 0;
  const response = error.$response as { headers?: Record<string, string> } | undefined;
  return Math.min(CAP_MS, retryAfter(response?.headers ?? {}, clock.epoch()) ?? 0);
}
