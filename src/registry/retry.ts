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

/** By what waiting ends. */
export interface Ends {
  /** Ends everything. */
  readonly signal?: AbortSignal | undefined;
  /** The end of the run: what is under way comes to its end, and nothing is tried again. */
  readonly end?: AbortSignal | undefined;
}

/** @returns whether nothing more is tried */
export function isOver({ signal, end }: Ends): boolean {
  return signal?.aborted === true || end?.aborted === true;
}

/** Waits before the next try. @throws when the signal is aborted; the error itself where the run ends meanwhile */
export async function pause(
  patience: Patience,
  attempt: number,
  error: unknown,
  { signal, end }: Ends,
): Promise<void> {
  const signals = [signal, end].filter((one) => one !== undefined);
  try {
    const milliseconds = delayOf(patience, attempt, error, Math.random());
    await sleep(milliseconds, undefined, { signal: AbortSignal.any(signals) });
  } catch (aborted) {
    throw end?.aborted === true && signal?.aborted !== true ? error : aborted;
  }
}

/** Tries again what failed for a while, as often as patience allows. */
export async function withPatience<T>(patience: Patience, ends: Ends, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt >= patience.tries || !isTransient(error) || isOver(ends)) throw error;
      await pause(patience, attempt, error, ends);
    }
  }
}
