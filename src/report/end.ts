import * as core from '@actions/core';
import { describe, type Note } from '../settings/fault.ts';
import { prose } from './escape.ts';

/*
 * What is told of a run that ended before there was a plan. It stands apart from the report of a whole run, so that a
 * run that is refused does not load that.
 */

/** What is known for machines. */
export function writeFailureReason(reason: string): void {
  core.setOutput('failure-reason', reason);
}

/** @returns the summary of a run whose input is wrong. */
export function faultSummary(faults: readonly Note[]): string {
  return `## ❌ The input is wrong: nothing was read or written\n\n${faults.map((fault) => `- ${prose(describe(fault))}`).join('\n')}\n`;
}

/** Writes the summary of a run that ended before there was a plan. */
export async function writeEndSummary(text: string): Promise<void> {
  await core.summary
    .addRaw(`## ❌ The run ended before there was a plan\n\n> [!CAUTION]\n> ${prose(text)}\n`, true)
    .write();
}

export async function writeFaultSummary(faults: readonly Note[]): Promise<void> {
  await core.summary.addRaw(faultSummary(faults), true).write();
}
