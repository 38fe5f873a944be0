import * as core from '@actions/core';
import type { Diagnostic } from '../settings/diagnostics.ts';
import { failureSummary, inputErrorSummary } from './early-summary.ts';
import * as log from './log.ts';
import type { Failure } from './run.ts';

/*
 * Report of a run that ended before there was a plan. It has its own file, so that such a run does not load the report of
 * a whole run.
 */

/** Never throws: the last error of the log has the same reason. */
export function writeFailureReason(reason: string): void {
  try {
    core.setOutput('failure-reason', reason);
  } catch {
    log.info('the output failure-reason could not be written');
  }
}

/**
 * Writes the summary of a run that ended before there was a plan. Never throws: the log has all of it already.
 * @param ended the failure, or the input errors
 */
export async function writeEarlySummary(ended: Failure | readonly Diagnostic[]): Promise<void> {
  try {
    const markdown = 'reason' in ended ? failureSummary(ended) : inputErrorSummary(ended);
    await core.summary.addRaw(markdown, true).write();
  } catch {
    log.info('the job summary could not be written');
  }
}
