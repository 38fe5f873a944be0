import type { Runner } from '../settings/inputs.ts';
import type { Masks } from '../settings/masks.ts';
import { tellGitHub } from './github.ts';
import { withheld } from './guard.ts';
import { handOff } from './hand-off.ts';
import * as log from './log.ts';
import { writeOutputs } from './outputs.ts';
import type { Run } from './run.ts';
import { writeSummary } from './summary.ts';

/** Tells a run everywhere; what machines read comes first, what may fail on the way last. */
export async function report(run: Run, masks: Masks, runner: Runner): Promise<void> {
  const taskDefinition = await handOff(run, runner.temp);
  const outputs = writeOutputs(run, runner.temp, taskDefinition);
  for (const { output, holds } of withheld(outputs, masks.hidden))
    log.warning({
      where: `output ${output}`,
      text: `other jobs will not get it, since GitHub drops an output that holds a hidden text, here a value of ${holds}; use it in this job, or rename the resource`,
    });
  if (runner.hasSummary) await writeSummary(run);
  await tellGitHub(run, runner);
}
