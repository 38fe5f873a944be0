import * as core from '@actions/core';
import type { Diagnostic } from '../settings/diagnostics.ts';
import { failureSummary, faultSummary } from './early-summary.ts';
import * as log from './log.ts';
import type { Failure } from './run.ts';

/*
 * Report of a run that ended before there was a plan. It is apart from the report of a whole run, so that a
 * run that is refused does not load that.
 */

/** What is known for machines. Never throws: the last error of the log says the same word. */
export function writeFailureReason(reason: string): void {
  try {
    core.setOutput('failure-reason', reason);
  } catch {
    log.info('the output failure-reason could not be written');
  }
}

/**
 * Writes the summary of a run that ended before there was a plan. Never throws: the log has all of it already.
 * @param ended why, or what is wrong with the input
 */
export async function writeEarlySummary(ended: Failure | readonly Diagnostic[]): Promise<void> {
  try {
    const markdown = 'reason' in ended ? failureSummary(ended) : faultSummary(ended);
    await core.summary.addRaw(markdown, true).write();
  } catch {
    log.info('the job summary could not be written');
  }
}
