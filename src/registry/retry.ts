import { backoff } from '../clients/retry.ts';
import { RegistryFailure } from './failure.ts';

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
