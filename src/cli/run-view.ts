import type { RunTarget, RunView } from '../execute.ts';
import { KINDS } from '../kinds/kinds.ts';
import type { Plan } from '../model/change.ts';
import type { Outcome } from '../model/outcome.ts';
import type { LogOutput } from '../report/log.ts';
import type { Mode } from '../settings/choices.ts';
import { errorInWords, noteText } from './errors.ts';
import { planLines } from './plan-view.ts';
import type { Terminal } from './terminal.ts';
import { type Span, styled } from './text.ts';

export interface ViewOptions {
  readonly mode: Mode;
  readonly isQuiet: boolean;
  /** Standard output is for JSON alone. */
  readonly isJson: boolean;
  /** Nobody is asked before the plan is applied. */
  readonly isConfirmed: boolean;
}

/** Shows a run on a terminal: the plan, the question, how far it has come, and each error as it happens. */
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
    // Nobody approves what was not shown.
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
    fault: (note) => terminal.say(styled('red', 'error'), `: ${noteText(note)}`),
    fail: ({ text }) => terminal.say(styled('red', 'error'), `: ${text}`),
  };
}
