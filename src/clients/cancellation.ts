import { setMaxListeners } from 'node:events';
import { type Clock, systemClock } from './clock.ts';

/** Grace period for calls in flight after the run was cancelled, in milliseconds. */
export const GRACE_MS = 10_000;

/** Why a run ends early. */
export type AbortReason = 'cancelled' | 'deadline' | 'credentials';

const WORDS: Readonly<Record<AbortReason, string>> = {
  cancelled: 'the run was cancelled before this was done; the next run goes on',
  deadline: 'the time of the run was over before this was done (deadline-minutes); the next run goes on',
  credentials: 'left out, since AWS no longer accepts the credentials; the next run goes on',
};

/** Thrown instead of beginning a call after the run was cancelled. */
export class AbortedError extends Error {
  constructor(readonly reason: AbortReason) {
    super(WORDS[reason]);
    this.name = 'AbortedError';
  }
}

/**
 * Ends a run early: calls in flight end, no new ones begin, and waits end at once.
 * @see https://docs.github.com/en/actions/reference/workflow-cancellation-reference (7.5 s after SIGINT, 2.5 s after SIGTERM)
 */
export class Cancellation {
  readonly #controller = new AbortController();
  readonly #uploads = new AbortController();
  /** Seconds; the global performance would load a further module in every run. */
  readonly #began = process.uptime();
  #reason: AbortReason | undefined;

  constructor() {
    // Each call in flight listens; Node warns on stderr from eleven on.
    setMaxListeners(0, this.signal);
  }

  /** Aborted when the run ends early. Its reason is an AbortedError. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** For uploads: a deadline does not cut one that makes progress. Its reason is an AbortedError. */
  get uploadSignal(): AbortSignal {
    return this.#uploads.signal;
  }

  end(reason: AbortReason): void {
    if (reason !== 'deadline') this.#uploads.abort(new AbortedError(reason));
    this.#reason ??= reason;
    this.#controller.abort(new AbortedError(this.#reason));
  }

  /** Sets the deadline, in minutes after the start of the run, which is when this object was created. */
  endAfter(minutes: number): void {
    const remaining = minutes * 60_000 - 1000 * (process.uptime() - this.#began);
    setTimeout(() => this.end('deadline'), Math.max(0, remaining)).unref();
  }

  /** @throws AbortedError once the run has ended. */
  check(): void {
    if (this.#reason !== undefined) throw new AbortedError(this.#reason);
  }

  /**
   * Waits for work in flight; after the cancellation, no longer than the grace period. The work itself may ignore the
   * cancellation, as the SDK's credential providers do.
   * @throws AbortedError after the grace period; the result of the work is then ignored
   */
  async graced<T>(work: Promise<T>, grace = GRACE_MS): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    let begin = () => {};
    const over = new Promise<never>((_resolve, reject) => {
      begin = () => {
        timer = setTimeout(() => reject(this.signal.reason), grace);
      };
      if (this.signal.aborted) begin();
      else this.signal.addEventListener('abort', begin, { once: true });
    });
    try {
      return await Promise.race([work, over]);
    } finally {
      clearTimeout(timer);
      this.signal.removeEventListener('abort', begin);
    }
  }

  /** @returns a clock whose waits end with the run. */
  clock(clock: Clock = systemClock): Clock {
    return {
      now: () => clock.now(),
      epoch: () => clock.epoch(),
      random: () => clock.random(),
      sleep: (milliseconds) => this.#sleep(clock, milliseconds),
    };
  }

  async #sleep(clock: Clock, milliseconds: number): Promise<void> {
    this.check();
    let wake = () => {};
    const ended = new Promise<void>((resolve) => {
      wake = resolve;
      this.signal.addEventListener('abort', wake, { once: true });
    });
    await Promise.race([clock.sleep(milliseconds, this.signal), ended]);
    this.signal.removeEventListener('abort', wake);
    this.check();
  }
}

/**
 * Fails a process whose work does not end: a promise that never settles does not keep the process alive, and Node would
 * exit with success.
 * @param report reports that the work did not end
 * @returns a function to call when the work has ended
 */
export function failOnIdle(report: () => void): () => void {
  const fail = () => {
    process.exitCode = 1;
    report();
  };
  process.once('beforeExit', fail);
  return () => process.off('beforeExit', fail);
}

/** Time between two checks of the output, in milliseconds. */
const CHECK_MS = 100;

/**
 * Ends the process after all is reported: neither a hanging disk nor an open connection keeps it, but a slow reader of
 * its output does. To end at once also spares the time in which Node.js closes all by itself.
 */
export async function leave(): Promise<void> {
  // The last lines are counted as written from the next turn of the event loop on.
  await new Promise(setImmediate);
  const { destroyed, writableLength } = process.stdout;
  if (destroyed || writableLength === 0) process.exit();
  setTimeout(() => void leave(), CHECK_MS);
}
