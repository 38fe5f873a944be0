import { setMaxListeners } from 'node:events';
import { type Clock, systemClock } from './clock.ts';

/** Milliseconds that a call in flight at the end of the run is given to come to its end. */
export const GRACE_MS = 10_000;

/** Why a run ends before all is done. */
export type AbortReason = 'cancelled' | 'deadline' | 'credentials';

const WORDS: Readonly<Record<AbortReason, string>> = {
  cancelled: 'the run was cancelled before this was done; the next run goes on',
  deadline: 'the time of the run was over before this was done (deadline-minutes); the next run goes on',
  credentials: 'left out, since AWS no longer accepts the credentials; the next run goes on',
};

/** Thrown by whatever would have begun after the end of the run. */
export class AbortedError extends Error {
  constructor(readonly reason: AbortReason) {
    super(WORDS[reason]);
    this.name = 'AbortedError';
  }
}

/**
 * Ends a run early: what is in flight comes to its end, nothing new begins, waits end at once.
 * @see https://docs.github.com/en/actions/reference/workflow-cancellation-reference (7.5 s after SIGINT, 2.5 s after SIGTERM)
 */
export class Cancellation {
  readonly #controller = new AbortController();
  readonly #uploads = new AbortController();
  /** Seconds; the global performance would load a module of its own in every run. */
  readonly #began = process.uptime();
  #reason: AbortReason | undefined;

  constructor() {
    // As many wait as calls are under way; Node warns on stderr from eleven on.
    setMaxListeners(0, this.signal);
  }

  /** Aborted when the run ends early. Its reason is a AbortedError. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** For uploads: one that moves on is not cut by a deadline. Its reason is a AbortedError. */
  get uploadSignal(): AbortSignal {
    return this.#uploads.signal;
  }

  end(reason: AbortReason): void {
    if (reason !== 'deadline') this.#uploads.abort(new AbortedError(reason));
    this.#reason ??= reason;
    this.#controller.abort(new AbortedError(this.#reason));
  }

  /** Sets the deadline: so many minutes after the run began, which is when this was made. */
  endAfter(minutes: number): void {
    const left = minutes * 60_000 - 1000 * (process.uptime() - this.#began);
    setTimeout(() => this.end('deadline'), Math.max(0, left)).unref();
  }

  /** @throws AbortedError once the run has ended. */
  check(): void {
    if (this.#reason !== undefined) throw new AbortedError(this.#reason);
  }

  /**
   * Waits for work that is in flight; after the end of the run, for no longer than the grace. The work itself may wait
   * without regard to the end, as the SDK's credential providers do.
   * @throws AbortedError where the grace is over; the work goes on unheard
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
 * A promise that nothing settles any more keeps no process alive: Node would end it with success, as if all were done.
 * @param tell says that the work did not come to its end
 * @returns what is called once it did
 */
export function failOnIdle(tell: () => void): () => void {
  const fail = () => {
    process.exitCode = 1;
    tell();
  };
  process.once('beforeExit', fail);
  return () => process.off('beforeExit', fail);
}

/** Time between two looks at the output, in milliseconds. */
const LOOK_MS = 100;

/**
 * Ends the process after all is reported: neither a hanging disk nor an open connection keeps it, but a slow reader of its
 * output does. To end at once also spares the time in which Node.js closes all by itself.
 */
export async function leave(): Promise<void> {
  // The last lines are counted as written from the next turn of the event loop on.
  await new Promise(setImmediate);
  const { destroyed, writableLength } = process.stdout;
  if (destroyed || writableLength === 0) process.exit();
  setTimeout(() => void leave(), LOOK_MS);
}
