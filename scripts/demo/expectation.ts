import type { ActionRun } from '../../__tests__/action/run.ts';

/** One run of the action, with what it asked of AWS. */
export interface Seen {
  readonly run: ActionRun;
  readonly calls: number;
  readonly writes: number;
}

/** How a run should end; what is left out may be anything. */
export interface Expectation {
  readonly exitCode?: number;
  readonly writes?: number | 'some';
  readonly mostCalls?: number;
  readonly outputs?: Readonly<Record<string, string>>;
  /** Lines, or parts of lines, of the log. */
  readonly logHolds?: readonly string[];
}

/** @returns how the run differs from what the scene expects. */
export function complaints({ run, calls, writes }: Seen, expected: Expectation): string[] {
  const found: string[] = [];
  const complain = (what: string, actual: unknown, required: unknown) =>
    found.push(`${what} is ${actual} instead of ${required}`);
  if (expected.exitCode !== undefined && run.exitCode !== expected.exitCode)
    complain('the exit code', run.exitCode, expected.exitCode);
  if (expected.writes === 'some' ? writes === 0 : writes !== (expected.writes ?? writes))
    complain('the number of writes', writes, expected.writes);
  if (calls > (expected.mostCalls ?? calls))
    complain('the number of calls', calls, `at most ${expected.mostCalls}`);
  for (const [name, value] of Object.entries(expected.outputs ?? {}))
    if (run.outputs[name] !== value) complain(`the output ${name}`, run.outputs[name], value);
  for (const text of expected.logHolds ?? [])
    if (!run.log.includes(text)) found.push(`the log does not say: ${text}`);
  if (run.stderr !== '') found.push('stderr is not empty');
  if (run.undeclared.length > 0)
    found.push(`action.yml does not declare the outputs ${run.undeclared.join(', ')}`);
  const lost = run.dropped.filter((name) => run.outputs[name] !== '');
  if (lost.length > 0) found.push(`masking hides the outputs ${lost.join(', ')} from later jobs`);
  return found;
}
