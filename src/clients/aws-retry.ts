import type { Clock } from './clock.ts';
import { codeOf, isUnreadable, statusOf } from './errors.ts';
import { isConnectionLost } from './network-errors.ts';
import type { QuotaBucket } from './quota-bucket.ts';
import { backoff, retry, retryAfter } from './retry.ts';

/** Whether and how a failed call is repeated. */
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
/** Not retried by the SDK, though each says "try again". */
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
/** The second is STS's word for the first. */
const SIGNATURE = new Set(['InvalidSignatureException', 'SignatureDoesNotMatch']);
/**
 * Judges by name first, by HTTP status where the name says nothing: a 503 with an HTML body arrives as a SyntaxError.
 * `LimitExceededException` is permanent here, though the SDK takes it for throttling: a quota does not go away in a second.
 */
export function classifyError(error: unknown): ErrorClass {
  const code = codeOf(error);
  const status = statusOf(error);
  if (THROTTLED.has(code) || status === 429) return 'throttled';
  if (CONFLICTS.has(code)) return 'conflict';
  if (TRANSIENT.has(code) || isConnectionLost(code)) return 'transient';
  if (status !== undefined && status >= 500) return 'transient';
  // The response was cut: a repetition shows whether the call was applied. A refusal may be cut as
  // well; one that is no JSON at all is a proxy's page, and stays.
  if (isUnreadable(error) && (status === undefined || status < 300 || !isPage(error))) return 'transient';
  // The SDK has by then corrected its clock from the answer's date.
  if (SIGNATURE.has(code) && error instanceof Error && /expired|not yet current/i.test(error.message))
    return 'transient';
  return 'permanent';
}

/** The parsers' words for a text that does not begin as JSON, and for all that is no XML. */
function isPage(error: unknown): boolean {
  return error instanceof Error && /^Unexpected token|XML parse error/.test(error.message);
}

const ATTEMPTS = 8;
const CAP_MS = 20_000;

/**
 * Calls until it works, with full jitter between attempts.
 * @param again called before each repetition; by then the call before may have been applied
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

/** Milliseconds that the service asks for, at most 20 s. */
function requestedDelay(error: unknown, clock: Clock): number {
  if (typeof error !== 'object' || error === null || !('$response' in error)) return 0;
  const response = error.$response as { headers?: Record<string, string> } | undefined;
  return Math.min(CAP_MS, retryAfter(response?.headers ?? {}, clock.epoch()) ?? 0);
}
