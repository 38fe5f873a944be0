import { setTimeout as sleep } from 'node:timers/promises';
import { isTransient, RegistryFailure } from './failure.ts';

/** How often and when something is tried again. */
export interface Patience {
  readonly tries: number;
  /** Milliseconds before the second try; each further one waits three times as long. */
  readonly firstDelay: number;
  /** Milliseconds that no wait of ours exceeds; what the registry asks for is granted up to a minute. */
  readonly longestDelay: number;
}

/** Waits of 1, 3, 9, 20 and 20 seconds: a registry that restarts comes back within a minute. */
export const PATIENCE: Patience = { tries: 6, firstDelay: 1000, longestDelay: 20_000 };

/** Milliseconds. */
const LONGEST_ASKED = 60_000;

/**
 * @param attempt which try failed, from 1
 * @param chance from 0 to 1: what keeps several pushes from coming back at once, 10 % up or down
 * @returns milliseconds to wait before the next try
 */
export function delayOf(patience: Patience, attempt: number, error: unknown, chance: number): number {
  const asked = error instanceof RegistryFailure ? error.retryAfter : undefined;
  const grown = patience.firstDelay * 3 ** (attempt - 1) * (0.9 + 0.2 * chance);
  return Math.max(Math.min(grown, patience.longestDelay), Math.min(asked ?? 0, LONGEST_ASKED));
}

/** Waits before the next try. @throws when the signal is aborted */
export async function pause(
  patience: Patience,
  attempt: number,
  error: unknown,
  signal: AbortSignal | undefined,
): Promise<void> {
  await sleep(
    delayOf(patience, attempt, error, Math.random()),
    undefined,
    signal === undefined ? {} : { signal },
  );
}

/** Tries again what failed for a while, as often as patience allows. */
export async function withPatience<T>(
  patience: Patience,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt >= patience.tries || !isTransient(error) || signal?.aborted === true) throw error;
      await pause(patience, attempt, error, signal);
    }
  }
}
