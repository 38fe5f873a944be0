import { Cancellation, failOnIdle, leave } from './clients/cancellation.ts';
import { errors } from './report/annotations.ts';
import { writeEarlySummary, writeFailureReason } from './report/early-failure.ts';
import * as log from './report/log.ts';
import { inRepository, type RunInput, readRunInput } from './run-input.ts';
import { InputErrors } from './settings/diagnostics.ts';
import { type Runner, readRunner } from './settings/inputs.ts';
import type { Settings } from './settings/settings.ts';

/** The whole run: reads the input, compares it with the account, applies allowed changes, and reports. Never throws. */
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
    // Loaded only for valid input: an input error then takes half the time.
    const { reconcile } = await import('./reconcile.ts');
    const run = await reconcile(runInput, runner, stop).finally(() => image?.close());
    const { report } = await import('./late.ts');
    const failure = await report(run, runner);
    if (failure !== undefined) log.fail(failure);
  } catch (error) {
    // Other calls may still wait for their next attempt.
    if (runInput !== undefined) stop.end('cancelled');
    await reportEnd(error, runner, runInput?.settings);
  }
  isOver();
  await leave();
}

/** The runner kills a process 7.5 seconds after SIGINT and 2.5 more after SIGTERM. */
const GRACE_MS = 5_000;

/** Lets calls in flight end, starts no new ones, and still reports finished and open work. */
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
          text: 'cancelled: a call did not end in time; the next run checks its effect and goes on',
        });
        process.exit(exitCode);
      }, GRACE_MS).unref();
    });
}

/** Uncaught errors are reported like the rest: Node would print the whole error, and it may contain a value. */
function endOnFaults(): void {
  for (const event of ['uncaughtException', 'unhandledRejection'] as const)
    process.on(event, async (error: unknown) => {
      writeFailureReason('internal');
      let text = 'an unexpected error';
      try {
        const { errorText } = await import('./report/failure.ts');
        text = errorText(error);
      } catch {
        // If even the messages cannot be loaded, this must not throw a second uncaught error.
      }
      log.fail({ reason: 'internal', text });
      process.exit(1);
    });
}

/** Errors shown at most; the rest are counted. */
const MOST_FAULTS = 100;

/** A run that ended before there was a plan. The log comes before the summary, which may not be writable. */
async function reportEnd(error: unknown, runner: Runner, settings: Settings | undefined): Promise<void> {
  if (!(error instanceof InputErrors)) {
    // Input errors have their own messages, and need none of these.
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
  errors(await inRepository(shown, runner));
  if (shown.length < error.errors.length) log.info(`… and ${error.errors.length - shown.length} more`);
  writeFailureReason('input');
  log.fail({ reason: 'input', text: `${error.message}; nothing was written` });
  if (runner.hasSummary) await writeEarlySummary(shown);
}
