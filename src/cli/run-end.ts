import type { Outcome } from '../model/outcome.ts';
import { count, isDrifted, planDocument } from '../plan/plan-document.ts';
import { completeFile } from '../report/ecs-integration.ts';
import { policiesOf } from '../report/iam.ts';
import { matching } from '../report/messages.ts';
import { plannedPrice, price } from '../report/price.ts';
import type { Run } from '../report/run.ts';
import { EXIT } from './command.ts';
import { errorInWords } from './errors.ts';
import { makeTemporaryFolder } from './files.ts';
import { resultTable } from './plan-view.ts';
import type { Terminal } from './terminal.ts';
import { type Span, styled } from './text.ts';

export interface EndOptions {
  readonly terminal: Terminal;
  /** The answer to the question was no. */
  readonly isDeclined: boolean;
  readonly isJson: boolean;
  readonly isQuiet: boolean;
}

/**
 * Prints the result of a run: a table, requested policies and files, and the last line.
 * @returns the exit code
 */
export async function endRun(
  run: Run,
  { terminal, isDeclined, isJson, isQuiet }: EndOptions,
): Promise<number> {
  const print = (...spans: readonly Span[]) => (isJson ? terminal.say(...spans) : terminal.print(...spans));
  if (isJson) terminal.printJson(documentOf(run));
  else if (!isQuiet && !isDeclined) printTable(run, terminal);
  if (isDeclined) {
    print('Nothing was written.');
    return EXIT.failed;
  }
  if (!isJson) printPolicies(run, terminal);
  const file = await completeTaskDefinition(run);
  if (file.path !== undefined) print(`Task definition: ${file.path}`);
  if (!isQuiet || !isJson) print(...lastLine(run));
  // The next command would read a file that does not exist.
  const isIncomplete = file.missing !== undefined && run.settings.mode === 'apply';
  return exitCodeOf(run, terminal) || (isIncomplete ? EXIT.failed : EXIT.ok);
}

function exitCodeOf({ failure, plan, outcomes, settings }: Run, terminal: Terminal): number {
  if (failure === undefined) return EXIT.ok;
  if (failure.reason === 'drifted') return EXIT.drifted;
  if (failure.reason === 'blocked' && plan.some(({ action }) => action === 'blocked'))
    terminal.say(styled('red', 'error'), ': some changes are blocked. The plan shows the reasons');
  else if (outcomes.every(({ result }) => result !== 'failed') || settings.mode === 'plan')
    terminal.say(styled('red', 'error'), `: ${failure.text}`);
  return failure.reason === 'input' ? EXIT.input : EXIT.failed;
}

/** Nothing was written, so the table says what would be done. */
const isPlanned = ({ outcomes }: Run) =>
  !outcomes.some(({ result }) => result === 'done' || result === 'skipped');

/** Where nothing differs, the last line is enough. */
function printTable(run: Run, terminal: Terminal): void {
  if (run.outcomes.every(({ result }) => result === 'unchanged')) return;
  const lines = resultTable(run.outcomes, isPlanned(run));
  for (const line of lines) terminal.print(line);
  if (lines.length > 0) terminal.print('');
}

/** With `--iam-policies`: each policy as JSON, to be pasted. */
function printPolicies(run: Run, terminal: Terminal): void {
  for (const [title, policy] of policiesIn(run)) {
    terminal.print(styled('bold', title));
    terminal.printJson(policy);
    terminal.print('');
  }
}

function policiesIn(run: Run): ReadonlyArray<readonly [title: string, policy: object]> {
  const policies = run.settings.reports.policies ? policiesOf(run) : undefined;
  if (policies === undefined) return [];
  return [
    [`IAM policy for ${run.settings.mode === 'destroy' ? 'destroy' : 'apply'}`, policies.deployer],
    ['IAM policy for plan and drift', policies.reader],
    ['IAM policy for the task execution role of ECS', policies.execution],
  ];
}

/** @returns the plan as the output `plan` of the action has it; of a run that writes, also the result of each change */
function documentOf(run: Run): object {
  const { settings, plan, outcomes, gate, binding } = run;
  const results = outcomes.map(({ change, result, error }) => ({
    kind: change.kind,
    name: change.name,
    result,
    ...(error === undefined ? {} : { error: errorInWords(error) }),
  }));
  const policies = Object.fromEntries(policiesIn(run));
  return {
    ...planDocument(settings, plan, gate, binding),
    ...(settings.ownership.writes ? { results } : {}),
    ...(Object.keys(policies).length === 0 ? {} : { policies }),
  };
}

function lastLine(run: Run): Span[] {
  const { settings, outcomes } = run;
  const failed = outcomes.filter(({ result }) => result === 'failed' || result === 'skipped').length;
  if (!isPlanned(run)) return appliedLine(run, failed);
  if (failed > 0)
    return [
      styled('red', 'Incomplete'),
      `: ${failed} of ${outcomes.length} resources could not be read. Nothing was written.`,
    ];
  return settings.mode === 'drift' ? driftLine(run) : planLine(run);
}

function driftLine({ plan }: Run): Span[] {
  const all = new Set(plan.map(({ kind, name }) => `${kind} ${name}`)).size;
  const { toCreate, toUpdate, toDelete, blocked } = count(plan);
  const different = toCreate + toUpdate + toDelete + blocked;
  if (!isDrifted(plan)) return [styled('green', 'No drift'), `: ${matching(all)}.`];
  return [
    styled('yellow', 'Drift'),
    `: ${different} of ${all} resources ${different === 1 ? 'differs' : 'differ'} from the configuration. Run apply with the same flags to restore them.`,
  ];
}

const dollarsOf = (usd: number) => `$${usd.toFixed(2)} a month`;

function planLine({ settings, plan, outcomes }: Run): Span[] {
  const { toCreate, toUpdate, toDelete, blocked } = count(plan);
  const cost = dollarsOf(plannedPrice(outcomes).monthlyUsd);
  const open = toCreate + toUpdate + toDelete;
  if (settings.mode === 'destroy' && open + blocked === 0)
    return [
      styled('green', 'Nothing to destroy'),
      outcomes.length === 0
        ? '.'
        : `: ${outcomes.length === 1 ? '1 resource is' : `${outcomes.length} resources are`} kept (${cost}).`,
    ];
  if (open + blocked === 0)
    return [styled('green', 'No changes'), `: ${matching(outcomes.length)} (${cost}).`];
  const next =
    settings.mode === 'plan' && open > 0 ? ' Run apply with the same flags to make these changes.' : '';
  return [
    styled('bold', 'Plan'),
    `: ${toCreate} to create, ${toUpdate} to update, ${toDelete} to delete, ${blocked} blocked (${cost}).${next}`,
  ];
}

function appliedLine({ settings, plan, outcomes }: Run, incomplete: number): Span[] {
  const of = (result: Outcome['result']) => outcomes.filter((one) => one.result === result).length;
  const skipped = of('skipped') > 0 ? `, ${of('skipped')} skipped` : '';
  const done = `${of('done')} done, ${count(plan).blocked} blocked, ${of('failed')} failed${skipped}`;
  if (incomplete > 0)
    return [styled('red', 'Incomplete'), `: ${done}. Run the command again: finished work is kept.`];
  return [
    styled('green', settings.mode === 'destroy' ? 'Destroyed' : 'Applied'),
    `: ${done} (${dollarsOf(price(outcomes).monthlyUsd)}).`,
  ];
}

/** The file lies in a new temporary folder. */
async function completeTaskDefinition(run: Run): ReturnType<typeof completeFile> {
  if (run.settings.reports.taskDefinition === undefined) return {};
  return completeFile(run, makeTemporaryFolder());
}
