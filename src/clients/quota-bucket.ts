import pLimit, { type LimitFunction } from 'p-limit';
import type { Clock } from './clock.ts';

/** A quota of AWS, as a token bucket. */
export interface Quota {
  readonly perSecond: number;
  readonly burst: number;
  /** Calls in flight. */
  readonly concurrency: number;
}

/**
 * Keeps calls under a quota, and slows down further when AWS throttles all the same, since others share the account.
 * Without it, of 100 PutParameter calls under the default quota the SDK's own retries lose a quarter.
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

  /** Runs the task when the quota allows. A task asks again with {@link turn} before it repeats a call. */
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
    // Taken at once, below zero if need be, so that those who wait stand in line instead of waking together.
    this.#tokens -= 1;
    if (this.#tokens < 0) await this.#clock.sleep((-this.#tokens / this.#perSecond) * 1000);
  }

  /** AWS throttled: the quota is smaller than thought, or shared. Slows down to a quarter at the least. */
  slower(): void {
    this.#tokens = Math.min(this.#tokens, 0);
    this.#perSecond = Math.max(this.#quota.perSecond / 4, this.#perSecond * 0.8);
  }

  /** @returns the seconds that so many calls will take at least. */
  seconds(calls: number): number {
    return Math.max(0, calls - Math.max(0, this.#tokens)) / this.#perSecond;
  }
}
