import type { IncomingHttpHeaders } from 'node:http';
import { Auth0Error } from './auth0-error.ts';

/** Time, given from outside so that tests neither wait nor guess. */
export interface Auth0Clock {
  /** Milliseconds since 1970: Auth0 tells the end of a limit as a point in time, which no stop-watch knows. */
  epoch(): number;
  sleep(milliseconds: number): Promise<void>;
}

export const SYSTEM_CLOCK: Auth0Clock = {
  epoch: () => Date.now(),
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};

/** Calls in all, the first included. */
export const TRIES = 5;

/** No wait is longer, whatever Auth0 asks for: as its own SDK does. */
const LONGEST_WAIT_MS = 60_000;

/**
 * How long Auth0 asks us to wait: `Retry-After` (seconds or a date) before `x-ratelimit-reset` (seconds since 1970).
 * @returns milliseconds, or undefined where neither says anything that is still to come
 * @see https://auth0.com/docs/troubleshoot/customer-support/operational-policies/rate-limit-policy
 */
export function askedWait(headers: IncomingHttpHeaders, now: number): number | undefined {
  const after = headers['retry-after'];
  if (after !== undefined) {
    const seconds = /^\d+(?:\.\d+)?$/.test(after.trim()) ? Number(after) * 1000 : Date.parse(after) - now;
    if (seconds >= 0) return Math.min(seconds, LONGEST_WAIT_MS);
  }
  const reset = headers['x-ratelimit-reset'];
  if (typeof reset === 'string' && /^\d+$/.test(reset.trim())) {
    const wait = Number(reset) * 1000 - now;
    if (wait > 0) return Math.min(wait, LONGEST_WAIT_MS);
  }
  return undefined;
}

/** @returns milliseconds before try `next` (2 is the first one again), where Auth0 asks for nothing. */
export function ownWait(next: number): number {
  return Math.min(500 * 2 ** (next - 1), LONGEST_WAIT_MS);
}

/**
 * Makes a call that may be repeated as it is, up to 5 times.
 * @throws the last error, at once where it is not passing
 */
export async function withTries<T>(clock: Auth0Clock, call: () => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof Auth0Error) || !error.passing || tried >= TRIES) throw error;
      await clock.sleep(error.waitMs ?? ownWait(tried + 1));
    }
  }
}
