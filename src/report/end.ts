import * as core from '@actions/core';
import { describe, type Note } from '../settings/fault.ts';
import { prose } from './escape.ts';
import * as log from './log.ts';

/*
 * What is told of a run that ended before there was a plan. It stands apart from the report of a whole run, so that a
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

/** @returns the summary of a run whose input is wrong. */
export function faultSummary(faults: readonly Note[]): string {
  return `## ❌ The input is wrong: nothing was read or written\n\n${faults.map((fault) => `- ${prose(describe(fault))}`).join('\n')}\n`;
}

/** Writes the summary of a run that ended before there was a plan. Never throws. */
export async function writeEndSummary(text: string): Promise<void> {
  await write(`## ❌ The run ended before there was a plan\n\n> [!CAUTION]\n> ${prose(text)}\n`);
}

/** Writes the summary of a run whose input is wrong. Never throws. */
export async function writeFaultSummary(faults: readonly Note[]): Promise<void> {
  await write(faultSummary(faults));
}

/** All of it stands in the log already. */
async function write(markdown: string): Promise<void> {
  try {
    await core.summary.addRaw(markdown, true).write();
  } catch {
    log.info('the job summary could not be written');
  }
}
