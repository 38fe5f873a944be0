import { ask } from './ask.ts';
import { converge } from './converge.ts';
import { errorText, reasonOf } from './report/failure.ts';
import * as log from './report/log.ts';
import { writeFailureReason, writeOutputs } from './report/outputs.ts';
import { writeFaultSummary, writeSummary } from './report/summary.ts';
import { InputFaults } from './settings/fault.ts';
import { type Runner, readRunner } from './settings/inputs.ts';

/** The whole run: reads what is asked, compares it with what stands, does what is allowed, and tells. Never throws. */
export async function main(): Promise<void> {
  const runner = readRunner();
  try {
    const run = await converge(await ask(runner), runner);
    writeOutputs(run, runner.temp);
    if (runner.hasSummary) await writeSummary(run);
    if (run.failure !== undefined) log.fail(run.failure.text);
  } catch (error) {
    await tellEnd(error, runner);
  }
}

/** Who has more to mend mends these first. */
const MOST_FAULTS = 100;

/** A run that ended before there was a plan. */
async function tellEnd(error: unknown, runner: Runner): Promise<void> {
  if (!(error instanceof InputFaults)) {
    writeFailureReason(reasonOf(error));
    log.fail(errorText(error));
    return;
  }
  const shown = error.faults.slice(0, MOST_FAULTS);
  shown.forEach(log.fault);
  if (shown.length < error.faults.length) log.info(`… and ${error.faults.length - shown.length} more`);
  if (runner.hasSummary) await writeFaultSummary(shown);
  writeFailureReason('input');
  log.fail(`${error.message}; nothing was written`);
}
