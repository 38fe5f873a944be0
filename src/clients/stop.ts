import { setMaxListeners } from 'node:events';
import { type Clock, systemClock } from './clock.ts';

/** Why a run ends before all is done. */
export type StopReason = 'cancelled' | 'deadline' | 'credentials';

const WORDS: Readonly<Record<StopReason, string>> = {
  cancelled: 'the run was cancelled before this was done; the next run goes on',
  deadline: 'the time of the run was over before this was done (deadline-minutes); the next run goes on',
  credentials: 'left out, since AWS no longer accepts the credentials; the next run goes on',
};

/** Thrown by whatever would have begun after the end of the run. */
export class StoppedError extends Error {
  constructor(readonly reason: StopReason) {
    super(WORDS[reason]);
    this.name = 'StoppedError';
  }
}

/**
 * Ends a run early: what is in flight comes to its end, nothing new begins, waits end at once.
 * @see https://docs.github.com/en/actions/reference/workflow-cancellation-reference (7.5 s after SIGINT, 2.5 s after SIGTERM)
 */
export class Stop {
  readonly #controller = new AbortController();
  readonly #uploads = new AbortController();
  #reason: StopReason | undefined;

  constructor() {
    // As many wait as calls are under way; Node warns on stderr from eleven on.
    setMaxListeners(0, this.signal);
  }

  /** Aborted when the run ends early. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** For uploads: one that moves on is not cut by a deadline. Its reason is a StoppedError. */
  get uploadSignal(): AbortSignal {
    return this.#uploads.signal;
  }

  end(reason: StopReason): void {
    if (reason !== 'deadline') this.#uploads.abort(new StoppedError(reason));
    this.#reason ??= reason;
    this.#controller.abort();
  }

  /** @throws StoppedError once the run has ended. */
  check(): void {
    if (this.#reason !== undefined) throw new StoppedError(this.#reason);
  }

  /** @returns a clock whose waits end with the run. */
  clock(clock: Clock = systemClock): Clock {
    return {
      now: () => clock.now(),
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
    await Promise.race([clock.sleep(milliseconds), ended]);
    this.signal.removeEventListener('abort', wake);
    this.check();
  }
}
