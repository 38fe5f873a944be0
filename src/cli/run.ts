import { Cancellation } from '../clients/cancellation.ts';
import { systemClock } from '../clients/clock.ts';
import type { RunTarget, RunView } from '../execute.ts';
import { KINDS } from '../kinds/kinds.ts';
import type { Plan } from '../model/change.ts';
import type { Outcome } from '../model/outcome.ts';
import { reconcile } from '../reconcile.ts';
import { type LogOutput, logTo } from '../report/log.ts';
import { readRunInput } from '../run-input.ts';
import type { Mode } from '../settings/choices.ts';
import type { CommandModule } from './command.ts';
import { errorInWords, noteText } from './errors.ts';
import { UsageError } from './flags.ts';
import { planLines } from './plan-view.ts';
import { endRun } from './run-end.ts';
import { readRunInputs } from './run-inputs.ts';
import type { Terminal } from './terminal.ts';
import { type Span, styled } from './text.ts';

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

/** Lets calls in flight end and starts no new ones; the second signal ends the process. */
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

export interface ViewOptions {
  readonly mode: Mode;
  readonly isQuiet: boolean;
  /** Standard output is for JSON alone. */
  readonly isJson: boolean;
  /** Whether the plan is applied without a question. */
  readonly isConfirmed: boolean;
}

/** Shows a run on a terminal: plan, question, progress, and each error as it happens. */
export class TerminalView implements RunView {
  readonly #terminal: Terminal;
  readonly #options: ViewOptions;
  /** The answer was no. */
  isDeclined = false;

  constructor(terminal: Terminal, options: ViewOptions) {
    this.#terminal = terminal;
    this.#options = options;
  }

  plan(plan: Plan, { prefix, region, account }: RunTarget): void {
    const { mode, isQuiet, isJson, isConfirmed } = this.#options;
    const isAsked = !isConfirmed && (mode === 'apply' || mode === 'destroy');
    this.#terminal.progress(undefined);
    // A plan must be shown before it is approved.
    if (!isAsked && (isQuiet || isJson)) return;
    const print = (indent: number, ...spans: readonly Span[]) =>
      isJson ? this.#terminal.say(...spans) : this.#terminal.printIndented(indent, ...spans);
    print(2, styled('bold', `${mode} ${prefix}`), ` in ${region}, account ${account}`);
    const lines = planLines(plan);
    if (lines.length > 0) print(0, '');
    for (const { spans, indent } of lines) print(indent, ...spans);
    if (lines.length > 0) print(0, '');
  }

  async confirm(plan: Plan): Promise<boolean> {
    const count = plan.filter(({ action }) => action !== 'none' && action !== 'blocked').length;
    if (this.#options.isConfirmed || count === 0) return true;
    const what = count === 1 ? 'this change' : `these ${count} changes`;
    const answer = await this.#terminal.ask(`Apply ${what}? [y/N] `);
    this.isDeclined = !/^y(?:es)?$/i.test(answer ?? '');
    return !this.isDeclined;
  }

  progress(plan: Plan): (outcome: Outcome) => void {
    const all = plan.filter(({ action }) => action !== 'none' && action !== 'blocked').length;
    let finished = 0;
    if (all > 0 && !this.isDeclined) this.#terminal.waitFor(`0/${all}`);
    return (ended) => {
      const { change, result } = ended;
      this.outcome(ended);
      if (change.action === 'none' || change.action === 'blocked') return;
      finished += 1;
      this.#terminal.progress(`${finished}/${all} ${KINDS[change.kind].noun} ${change.name}: ${result}`);
      if (finished === all) this.#terminal.progress(undefined);
    };
  }

  outcome({ change, result, error, blockedBy }: Outcome): void {
    const resource = `${KINDS[change.kind].noun} ${change.name}`;
    if (blockedBy !== undefined)
      this.#terminal.say(
        styled('yellow', 'skipped'),
        `: ${resource}: ${blockedBy} comes first and was not done`,
      );
    else if (result === 'failed')
      this.#terminal.say(styled('red', 'error'), `: ${resource}: ${errorInWords(error)}`);
  }

  /** The command prints the result, once everything is known. */
  result(): void {}
}

/** @returns the log of a run on a terminal: notices and errors go to standard error */
export function terminalLog(terminal: Terminal, isQuiet: boolean): LogOutput {
  const unlessQuiet = (print: () => void) => {
    if (!isQuiet) print();
  };
  return {
    info: (text) => unlessQuiet(() => terminal.say(text)),
    progress: (text) => terminal.progress(text),
    notice: (note) => unlessQuiet(() => terminal.say(styled('cyan', 'note'), `: ${noteText(note)}`)),
    warning: (note) => terminal.say(styled('yellow', 'warning'), `: ${noteText(note)}`),
    debug: () => {},
    error: (note) => terminal.say(styled('red', 'error'), `: ${noteText(note)}`),
    fail: ({ text }) => terminal.say(styled('red', 'error'), `: ${text}`),
  };
}
