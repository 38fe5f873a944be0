import type { Runner } from '../settings/inputs.ts';
import type { Masks } from '../settings/masks.ts';
import { writeFailureReason } from './end.ts';
import { errorText } from './failure.ts';
import { tellGitHub } from './github.ts';
import { withheld } from './guard.ts';
import { handOff } from './hand-off.ts';
import * as log from './log.ts';
import { writeOutputs } from './outputs.ts';
import type { Failure, Run } from './run.ts';
import { writeSummary } from './summary.ts';

/**
 * Tells a run everywhere; what machines read comes first, what may fail on the way last. Never throws: what cannot be
 * told is told to be missing, and the rest goes on.
 * @returns why the step fails: by the run itself, or since later steps would go on without what they were promised
 */
export async function report(run: Run, masks: Masks, runner: Runner): Promise<Failure | undefined> {
  let { failure } = run;
  const miss = (what: string) => (error: unknown) => {
    log.fault(unreported(what, error));
    failure ??= { reason: 'internal', text: `the ${what} could not be written; what is done stays done` };
    return undefined;
  };
  const goOn = (what: string) => (error: unknown) => log.warning(unreported(what, error));

  const taskDefinition = await handOff(run, runner.temp).catch(miss('task definition'));
  try {
    const outputs = writeOutputs({ ...run, failure }, runner.temp, taskDefinition);
    tellWithheld(outputs, masks);
  } catch (error) {
    miss('outputs')(error);
    // It may be the one output that there is.
    writeFailureReason(failure?.reason ?? '');
  }
  const told = { ...run, failure };
  if (runner.hasSummary) await writeSummary(told).catch(goOn('job summary'));
  await tellGitHub(told, runner).catch(goOn('GitHub'));
  return failure;
}

function unreported(where: string, error: unknown) {
  return {
    where,
    text: `the run is over, and its result stands above; it could not be reported whole: ${errorText(error)}`,
  };
}

function tellWithheld(outputs: ReadonlyMap<string, string>, masks: Masks): void {
  for (const { output, holds } of withheld(outputs, masks))
    log.warning({
      where: `output ${output}`,
      text: `other jobs will not get it, since GitHub drops an output that holds a hidden text, here a value of ${holds}; use it in this job, or rename the resource`,
    });
}
