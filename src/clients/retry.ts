import type { Clock } from './clock.ts';

/** When a call is retried, and signals that end this. */
export interface RetryOptions {
  readonly clock: Pick<Clock, 'sleep'>;
  /**
   * @param attempt the one that failed, from 1
   * @returns milliseconds before the next attempt; undefined if the error is final
   */
  readonly delayAfter: (error: unknown, attempt: number) => number | undefined | Promise<number | undefined>;
  /** Called before each retry: the previous call may have been applied by then. */
  readonly onRetry?: (() => void) | undefined;
  /** Aborts everything. */
  readonly signal?: AbortSignal | undefined;
  /** Cancellation of the run: a call in flight ends, and nothing is retried. */
  readonly end?: AbortSignal | undefined;
}

/**
 * Retries a call until it succeeds.
 * @throws the last error; the reason of the signal if it aborts the wait
 */
export async function retry<T>(call: () => Promise<T>, options: RetryOptions): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      const delay = hasEnded(options) ? undefined : await options.delayAfter(error, attempt);
      if (delay === undefined) throw error;
      await pause(delay, error, options);
      options.onRetry?.();
    }
  }
}

/** @returns whether no further attempt is made */
function hasEnded({ signal, end }: Pick<RetryOptions, 'signal' | 'end'>): boolean {
  return signal?.aborted === true || end?.aborted === true;
}

/** Waits before the next attempt. @throws the reason of the signal; the error itself if the run ends during the wait */
async function pause(
  milliseconds: number,
  error: unknown,
  { clock, signal, end }: Pick<RetryOptions, 'clock' | 'signal' | 'end'>,
): Promise<void> {
  const signals = [signal, end].filter((one) => one !== undefined);
  await clock.sleep(milliseconds, signals.length > 0 ? AbortSignal.any(signals) : undefined);
  signal?.throwIfAborted();
  if (end?.aborted === true) throw error;
}

/** Exponential backoff. @param attempt the one that failed, from 1 @returns milliseconds */
export function backoff(attempt: number, first: number, longest: number, factor = 2): number {
  return Math.min(longest, first * factor ** (attempt - 1));
}

type Headers = Readonly<Record<string, unknown>>;

/**
 * Reads `Retry-After`, in seconds or as a date.
 * @param headers by their names in lower case
 * @param now milliseconds since 1970
 * @returns milliseconds; undefined if it is missing, past or unreadable
 */
export function retryAfter(headers: Headers, now: number): number | undefined {
  const value = headers['retry-after'];
  if (value === undefined) return undefined;
  const text = String(value).trim();
  if (/^\d+(?:\.\d+)?$/.test(text)) return Number(text) * 1000;
  // A number below zero would be read as a year.
  const wait = /^[a-z]/i.test(text) ? Date.parse(text) - now : Number.NaN;
  return wait >= 0 ? wait : undefined;
}

/**
 * Reads `x-ratelimit-reset`, in seconds since 1970. @returns milliseconds until then, below zero if it is past;
 * undefined if it is missing or unreadable
 */
export function rateLimitReset(headers: Headers, now: number): number | undefined {
  const text = String(headers['x-ratelimit-reset'] ?? '').trim();
  return /^\d+$/.test(text) ? Number(text) * 1000 - now : undefined;
}
