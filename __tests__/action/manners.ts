import type { ActionRun } from './run.ts';

/**
 * What no run of the bundle may ever do, whatever its end.
 * @throws Error with all that was wrong, and the log
 */
export function checkManners(run: ActionRun): void {
  const wrong: string[] = [];
  const output = `${run.stdout}\n${run.stderr}\n${run.rawSummary}`;
  if (run.stderr !== '') wrong.push('it wrote to stderr');
  if (/^\s+at .+(:\d+){2}\)?$/m.test(output)) wrong.push('it printed a stack trace');
  if (/\b(undefined|NaN|\[object )/.test(output)) wrong.push('it printed what means nothing to people');
  if (run.undeclared.length > 0) wrong.push(`outputs that action.yml does not declare: ${run.undeclared}`);
  if (run.commands.unknown.length > 0) wrong.push('it printed what looks like a command');
  if (run.written.length > 0) wrong.push('it wrote into the workspace');
  if (Object.keys(run.env).length + run.paths.length + Object.keys(run.state).length > 0)
    wrong.push('it changed the environment of later steps');
  if ((run.exitCode === 0) !== (run.conclusion === 'success')) wrong.push('a command of it failed');
  // Who was killed has no last word.
  if (run.exitCode !== 0 && run.signal === null) wrong.push(...silences(run));
  if (wrong.length > 0) throw new Error(`${wrong.join('; ')}\n${run.log}\n${run.stderr}`);
}

function silences({ annotations, outputs }: ActionRun): string[] {
  const last = annotations.findLast(({ level }) => level === 'error')?.message ?? '';
  return [
    ...(annotations.some(({ level }) => level === 'error') ? [] : ['it failed without a word']),
    ...(outputs['failure-reason'] ? [] : ['it failed without a reason']),
    ...(last.endsWith(` (failure-reason: ${outputs['failure-reason']})`)
      ? []
      : ['its last error does not say the reason']),
  ];
}
