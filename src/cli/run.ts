import { Cancellation } from '../clients/cancellation.ts';
import { systemClock } from '../clients/clock.ts';
import { reconcile } from '../reconcile.ts';
import { logTo } from '../report/log.ts';
import { readRunInput } from '../run-input.ts';
import type { Mode } from '../settings/choices.ts';
import { UsageError } from './arguments.ts';
import type { CommandModule } from './command.ts';
import { endRun } from './run-end.ts';
import { readRunInputs } from './run-inputs.ts';
import { TerminalView, terminalLog } from './run-view.ts';
import type { Terminal } from './terminal.ts';

const CANCELLED = 130;

/** @returns the command that runs the engine in a mode: plan, apply, drift or destroy */
export function runAs(mode: Mode): CommandModule['run'] {
  return async (flags, terminal) => {
    const writes = mode === 'apply' || mode === 'destroy';
    const isConfirmed =
      flags.switched('yes') === true || (mode === 'destroy' && flags.get('confirm') !== undefined);
    if (writes && !isConfirmed && !terminal.isInteractive)
      throw new UsageError(
        `${mode} asks before it writes, which needs a terminal. Add --yes to ${mode} without a question`,
      );
    const isQuiet = flags.switched('quiet') === true;
    const isJson = flags.switched('json') === true;
    logTo(terminalLog(terminal, isQuiet));
    const runner = await readRunInputs(flags, terminal, mode);
    const stop = new Cancellation();
    const signals = endOnSignals(stop, terminal);
    const view = new TerminalView(terminal, { mode, isQuiet, isJson, isConfirmed });
    try {
      terminal.waitFor('reading…');
      const runInput = await readRunInput(runner, stop);
      const run = await reconcile(runInput, runner, stop, { clock: systemClock }, view).finally(() =>
        runInput.image?.close(),
      );
      terminal.progress(undefined);
      const code = await endRun(run, { isDeclined: view.isDeclined, terminal, isJson, isQuiet });
      return signals.isInterrupted() ? CANCELLED : code;
    } catch (error) {
      stop.end('cancelled');
      terminal.progress(undefined);
      if (!signals.isInterrupted()) throw error;
      terminal.say('Cancelled before there was a plan. Nothing was written.');
      return CANCELLED;
    } finally {
      signals.close();
    }
  };
}

/** Lets what is in flight come to its end and begins nothing new; the second signal ends the process. */
function endOnSignals(stop: Cancellation, terminal: Terminal) {
  let isInterrupted = false;
  const end = () => {
    if (isInterrupted) process.exit(CANCELLED);
    isInterrupted = true;
    terminal.progress(undefined);
    terminal.say('Stopping after the calls in flight. Press Ctrl-C again to stop at once.');
    stop.end('cancelled');
  };
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const signal of signals) process.on(signal, end);
  return {
    isInterrupted: () => isInterrupted,
    close: () => {
      for (const signal of signals) process.off(signal, end);
    },
  };
}
