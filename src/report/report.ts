import type { Runner } from '../settings/inputs.ts';
import { writeFailureReason } from './early-failure.ts';
import { completeFile } from './ecs-integration.ts';
import { errorText } from './failure.ts';
import type { Gate } from './gate.ts';
import { reportToGitHub } from './github.ts';
import * as log from './log.ts';
import { insteadOf, withheld, writeOutputs } from './outputs.ts';
import { type Failure, originOf, type Run } from './run.ts';
import { writeSummary } from './summary.ts';

/**
 * Reports a run everywhere: outputs first, the parts that may fail last. Never throws: a part that cannot be reported is
 * named in the log, and the others follow.
 * @returns why the step fails: because of the run, or because later steps would miss an output
 */
export async function report(run: Run, runner: Runner): Promise<Failure | undefined> {
  let { failure } = run;
  const miss = (what: string) => (error: unknown) => {
    log.error(unreported(what, error));
    failure ??= { reason: 'internal', text: `the ${what} could not be written. Finished work is kept` };
    return undefined;
  };
  const goOn = (what: string) => (error: unknown) => log.warning(unreported(what, error));

  const completed = await completeFile(run, runner.temp).catch(miss('task definition'));
  const { path: taskDefinition, missing } = completed ?? {};
  // The next step would deploy the existing task definition, or fail with an empty path.
  if (missing !== undefined && run.settings.mode === 'apply')
    failure ??= { reason: 'blocked', text: missing };
  try {
    const outputs = writeOutputs({ ...run, failure }, runner.temp, taskDefinition);
    warnOfWithheld(outputs, run.gate);
  } catch (error) {
    miss('outputs')(error);
    // It may be the only output.
    writeFailureReason(failure?.reason ?? '');
  }
  const reported = { ...run, failure };
  if (runner.hasSummary) await writeSummary(reported, originOf(runner)).catch(goOn('job summary'));
  await reportToGitHub(reported, runner).catch(goOn('GitHub'));
  return failure;
}

function unreported(where: string, error: unknown) {
  return {
    where,
    text: `the run is over and its result is in the log; it could not be reported completely: ${errorText(error)}`,
  };
}

/** A path does not exist on the runner of another job. */
function asFile(outputs: readonly string[]): string {
  return outputs.some((output) => output === 'plan-file' || output === 'task-definition')
    ? ' (upload the file as an artifact)'
    : '';
}

function warnOfWithheld(outputs: ReadonlyMap<string, string>, gate: Gate): void {
  const found = withheld(outputs, gate);
  const dropped = new Set(found.map(({ output }) => output));
  for (const { output, holds } of found) {
    const instead = insteadOf(output, dropped);
    const others =
      instead === undefined ? '' : `, hand over ${instead.join(' and ')} instead${asFile(instead)}`;
    log.warning({
      where: `output ${output}`,
      text: `other jobs will not get it, since GitHub drops an output that holds a hidden text, here a value of ${holds}; use it in this job${others}, or rename the resource`,
    });
  }
}
