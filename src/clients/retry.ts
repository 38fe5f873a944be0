import type { Clock } from './clock.ts';
import { codeOf, isUnreadable, statusOf } from './errors.ts';
import type { Pace } from './pace.ts';

/** What an error means for the call that met it. */
export type Verdict = 'throttled' | 'conflict' | 'transient' | 'permanent';

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
const NETWORK = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'EPIPE',
  'ETIMEDOUT',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'EAI_AGAIN',
  'ERR_STREAM_PREMATURE_CLOSE',
]);

/**
 * Judges by name first, by HTTP status where the name says nothing: a 503 with an HTML body arrives as a SyntaxError.
 * `LimitExceededException` is permanent here, though the SDK takes it for throttling: a quota does not go away in a second.
 */
export function judge(error: unknown): Verdict {
  const code = codeOf(error);
  const status = statusOf(error);
  if (THROTTLED.has(code) || status === 429) return 'throttled';
  if (CONFLICTS.has(code)) return 'conflict';
  if (TRANSIENT.has(code) || NETWORK.has(code)) return 'transient';
  if (status !== undefined && status >= 500) return 'transient';
  // The answer was cut: whether the call was applied is not known, and asking again tells. A refusal may be cut as
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
 * Calls until it works, with full jitter between tries.
 * @param again told before each repetition; by then the call before may have been applied
 */
export async function retried<T>(
  call: () => Promise<T>,
  pace: Pace,
  clock: Clock,
  again: () => void = () => {},
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    await pace.turn();
    try {
      return await call();
    } catch (error) {
      const verdict = judge(error);
      if (verdict === 'permanent' || attempt >= ATTEMPTS) throw error;
      if (verdict === 'throttled') pace.slower();
      const base = verdict === 'transient' ? 100 : 500;
      const ceiling = Math.min(CAP_MS, base * 2 ** (attempt - 1));
      await clock.sleep(Math.max(retryAfter(error), clock.random() * ceiling));
      again();
    }
  }
}

/** Milliseconds that the service asks for, at most 20 s. */
function retryAfter(error: unknown): number {
  if (typeof error !== 'object' || error === null || !('$response' in error)) return 0;
  const response = error.$response as { headers?: Record<string, string> } | undefined;
  const seconds = Number(response?.headers?.['retry-after']);
  return Number.isFinite(seconds) && seconds > 0 ? Math.min(CAP_MS, seconds * 1000) : 0;
}
