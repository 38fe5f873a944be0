import { ask } from '../ask.ts';
import { Cancellation } from '../clients/cancellation.ts';
import { systemClock } from '../clients/clock.ts';
import { converge } from '../converge.ts';
import type { Outcome } from '../model/outcome.ts';
import { count, isDrifted, planDocument } from '../plan/plan-document.ts';
import { completeFile } from '../report/ecs-integration.ts';
import { logTo } from '../report/log.ts';
import { plannedPrice, price } from '../report/price.ts';
import type { Run } from '../report/run.ts';
import type { Mode } from '../settings/choices.ts';
import { UsageError } from './arguments.ts';
import { type CommandModule, EXIT } from './command.ts';
import { errorInWords } from './errors.ts';
import { makeTemporaryFolder } from './files.ts';
import { resultTable } from './plan-view.ts';
import { readRunInputs } from './run-inputs.ts';
import { TerminalView, terminalLog } from './run-view.ts';
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
        `${mode} asks before it writes, and nobody can answer here. Add --yes to go on without a question`,
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
      const asked = await ask(runner, stop);
      const run = await converge(asked, runner, stop, { clock: systemClock }, view).finally(() =>
        asked.image?.close(),
      );
      terminal.progress(undefined);
      const code = await tellEnd(run, { view, terminal, isJson, isQuiet });
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

interface End {
  readonly view: TerminalView;
  readonly terminal: Terminal;
  readonly isJson: boolean;
  readonly isQuiet: boolean;
}

/** @returns the exit code, once the result is printed */
async function tellEnd(run: Run, { view, terminal, isJson, isQuiet }: End): Promise<number> {
  const { settings, outcomes, plan } = run;
  const { mode } = settings;
  const isPlanned = !outcomes.some(({ result }) => result === 'done' || result === 'skipped');
  if (isJson) terminal.printJson(jsonOf(run));
  else if (!isQuiet && !view.isDeclined) {
    const lines = resultTable(outcomes, isPlanned);
    for (const line of lines) terminal.print(line);
    if (lines.length > 0) terminal.print('');
  }
  const print = isJson ? terminal.say.bind(terminal) : terminal.print.bind(terminal);
  const file = await completeTaskDefinition(run);
  if (file !== undefined) print(`Task definition: ${file}`);
  if (view.isDeclined) {
    print('Nothing was written.');
    return EXIT.failed;
  }
  const { failure } = run;
  if (!isQuiet || !isJson) print(...endLine(run, isPlanned));
  if (failure === undefined) return EXIT.ok;
  if (failure.reason === 'drifted') return EXIT.drifted;
  if (failure.reason !== 'blocked' && outcomes.every(({ result }) => result !== 'failed'))
    terminal.say(styled('red', 'error'), `: ${failure.text}`);
  else if (mode !== 'plan' && plan.some(({ action }) => action === 'blocked'))
    terminal.say(styled('red', 'error'), ': some changes are blocked; the plan shows the reasons');
  return failure.reason === 'input' ? EXIT.input : EXIT.failed;
}

/** @returns the plan as the output `plan` of the action has it; of a run that writes, also what became of each change */
function jsonOf({ settings, plan, outcomes, gate, binding }: Run) {
  const document = planDocument(settings, plan, gate, binding);
  if (!settings.ownership.writes) return document;
  const results = outcomes.map(({ change, result, error }) => ({
    kind: change.kind,
    name: change.name,
    result,
    ...(error === undefined ? {} : { error: errorInWords(error) }),
  }));
  return { ...document, results };
}

/** @returns the last line of the result */
function endLine(run: Run, isPlanned: boolean): Span[] {
  const { settings, plan, outcomes } = run;
  const { mode } = settings;
  const counts = count(plan);
  const cost = isPlanned && mode !== 'drift' ? plannedPrice(outcomes) : price(outcomes);
  const usd = `$${cost.monthlyUsd.toFixed(2)} a month`;
  if (mode === 'drift') {
    const all = new Set(plan.map(({ kind, name }) => `${kind} ${name}`)).size;
    if (!isDrifted(plan)) return [styled('green', 'No drift'), `: ${all} resources match the configuration.`];
    const open = counts.toCreate + counts.toUpdate + counts.toDelete + counts.blocked;
    return [
      styled('yellow', 'Drift'),
      `: ${open} of ${all} resources differ from the configuration. Run apply with the same flags to restore them.`,
    ];
  }
  const open = counts.toCreate + counts.toUpdate + counts.toDelete;
  if (isPlanned && open + counts.blocked === 0)
    return [
      styled('green', 'No changes'),
      `: ${outcomes.length} resources match the configuration (${usd}).`,
    ];
  if (isPlanned)
    return [
      styled('bold', 'Plan'),
      `: ${counts.toCreate} to create, ${counts.toUpdate} to update, ${counts.toDelete} to delete, ${counts.blocked} blocked (${usd}).`,
      ...(mode === 'plan' && open > 0 ? [' Run apply with the same flags to make these changes.'] : []),
    ];
  const of = (result: Outcome['result']) => outcomes.filter((one) => one.result === result).length;
  const [failed, skipped] = [of('failed'), of('skipped')];
  const done = `${of('done')} done, ${counts.blocked} blocked, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
  if (failed + skipped > 0)
    return [styled('red', 'Incomplete'), `: ${done}. Run the command again: finished work is kept.`];
  return [styled('green', mode === 'destroy' ? 'Destroyed' : 'Applied'), `: ${done} (${usd}).`];
}

/** @returns the path of the completed file; undefined where none was asked for, or it cannot be completed yet */
async function completeTaskDefinition(run: Run): Promise<string | undefined> {
  if (run.settings.reports.taskDefinition === undefined) return undefined;
  return (await completeFile(run, makeTemporaryFolder())).path;
}
