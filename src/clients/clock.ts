/** Time and randomness, so that tests need not wait. */
export interface Clock {
  /** Milliseconds of a monotonic clock. */
  now(): number;
  /** Milliseconds since 1970: servers name the end of a rate limit as a point in time. */
  epoch(): number;
  /** @param signal ends the wait early, so that it does not keep the process alive */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
  /** From 0 up to, not including, 1. */
  random(): number;
}

export const systemClock: Clock = {
  // The global performance would load another module in every run.
  now: () => 1000 * process.uptime(),
  epoch: () => Date.now(),
  sleep: (milliseconds, signal) =>
    new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, signal?.aborted === true ? 0 : milliseconds);
      signal?.addEventListener('abort', end, { once: true });
    }),
  random: () => Math.random(),
};
