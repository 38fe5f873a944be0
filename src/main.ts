import { Cancellation } from './clients/cancellation.ts';
import { failOnIdle } from './clients/idle.ts';
import { writeEarlySummary, writeFailureReason } from './report/early-failure.ts';
import * as log from './report/log.ts';
import { type RunInput, readRunInput } from './run-input.ts';
import { InputErrors } from './settings/diagnostics.ts';
import { type Runner, readRunner } from './settings/inputs.ts';
import type { Settings } from './settings/settings.ts';

/** The whole run: reads what is asked, compares it with what stands, does what is allowed, and tells. Never throws. */
export async function main(): Promise<void> {
  endOnFaults();
  const isOver = failOnIdle(() => {
    writeFailureReason('internal');
    log.fail({ reason: 'internal', text: 'the run ended half-way, since an answer never came. Run again' });
  });
  const runner = readRunner();
  const stop = new Cancellation();
  endOnSignals(stop);
  let runInput: RunInput | undefined;
  try {
    runInput = await readRunInput(runner, stop);
    const { image } = runInput;
    // Loaded only once the input was found right: a refusal comes in half the time.
    const { reconcile: converge } = await import('./reconcile.ts');
    const run = await converge(runInput, runner, stop).finally(() => image?.close());
    const { report } = await import('./late.ts');
    const failure = await report(run, runner);
    if (failure !== undefined) log.fail(failure);
  } catch (error) {
    // What was asked beside the call that failed may still wait for its next try.
    stop.end('cancelled');
    await tellEnd(error, runner, runInput?.settings);
  }
  isOver();
  leave();
}

/** Longer than the system takes to close what was used. */
const LEAVE_MS = 1_000;

/**
 * All is told, so nothing may keep the process: neither a disk that does not answer nor a connection that somebody holds
 * open. The timer itself keeps nothing.
 */
function leave(): void {
  setTimeout(() => {
    log.debug(`left while this was still open: ${process.getActiveResourcesInfo().join(', ')}`);
    process.exit();
  }, LEAVE_MS).unref();
}

/** The runner kills what has not ended 7.5 seconds after SIGINT and 2.5 more after SIGTERM. */
const GRACE_MS = 5_000;

/** Lets what is in flight come to its end, begins nothing new, and still tells what is done and what is left. */
function endOnSignals(stop: Cancellation): void {
  for (const [signal, exitCode] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)
    process.once(signal, () => {
      stop.end('cancelled');
      process.once('exit', () => {
        process.exitCode = exitCode;
      });
      setTimeout(() => {
        writeFailureReason('cancelled');
        log.fail({
          reason: 'cancelled',
          text: 'cancelled: a call did not end in time; the next run finds out what it did, and goes on',
        });
        process.exit(exitCode);
      }, GRACE_MS).unref();
    });
}

/** What nobody caught is told like the rest: Node would print the error whole, and a value may stand in it. */
function endOnFaults(): void {
  for (const event of ['uncaughtException', 'unhandledRejection'] as const)
    process.on(event, async (error: unknown) => {
      writeFailureReason('internal');
      let text = 'an error that nobody expected';
      try {
        const { errorText } = await import('./report/failure.ts');
        text = errorText(error);
      } catch {
        // Where even the words cannot be loaded, the end must not become another fault that nobody caught.
      }
      log.fail({ reason: 'internal', text });
      process.exit(1);
    });
}

/** Who has more to mend mends these first. */
const MOST_FAULTS = 100;

/** A run that ended before there was a plan. The log comes before the summary, which may not be to be had. */
async function tellEnd(error: unknown, runner: Runner, settings: Settings | undefined): Promise<void> {
  if (!(error instanceof InputErrors)) {
    // A refusal has words of its own, and needs none of these.
    const [{ reasonOf }, { doctorLine, errorText }] = await Promise.all([
      import('./failure.ts'),
      import('./report/failure.ts'),
    ]);
    const failure = { reason: reasonOf(error), text: `${errorText(error)}${doctorLine([error], settings)}` };
    writeFailureReason(failure.reason);
    log.fail(failure);
    if (runner.hasSummary) await writeEarlySummary(failure);
    return;
  }
  const shown = error.errors.slice(0, MOST_FAULTS);
  (await import('./report/annotations.ts')).faults(shown);
  if (shown.length < error.errors.length) log.info(`… and ${error.errors.length - shown.length} more`);
  writeFailureReason('input');
  log.fail({ reason: 'input', text: `${error.message}; nothing was written` });
  if (runner.hasSummary) await writeEarlySummary(shown);
}
