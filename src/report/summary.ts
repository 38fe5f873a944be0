import * as core from '@actions/core';
import { UserFacingError } from '../clients/explanation.ts';
import { scrubMarkdown } from './gate.ts';
import type { Run } from './run.ts';
import { changes, isChange } from './sections/changes.ts';
import { checklist } from './sections/checklist.ts';
import { cost } from './sections/cost.ts';
import { found, remarks } from './sections/found.ts';
import { headline } from './sections/headline.ts';
import { nextSteps } from './sections/next-steps.ts';
import { picture } from './sections/picture.ts';
import { policies } from './sections/policies.ts';
import { routes } from './sections/routes.ts';
import { assemble, type Section } from './sections.ts';

/** GitHub refuses a summary of more than 1 MiB whole; the rest is left for the runner's own. */
const MOST_BYTES = 1_000_000;

/** @returns the summary as GitHub's Markdown: how it went, what stands, what changed, what it costs, what to do. */
export function summary(run: Run): string {
  const sections: Array<Section | undefined> = [
    headline(run),
    nextSteps(run),
    checklist(run),
    changes(
      run.outcomes.filter((outcome) => isChange(outcome, run.settings.mode)),
      'shown',
    ),
    found(run),
    remarks(run),
    routes(run),
    picture(run),
    cost(run),
    policies(run),
  ];
  const { text } = assemble(
    sections.filter((section) => section !== undefined),
    MOST_BYTES,
  );
  return scrubMarkdown(text, run.gate);
}

/**
 * Writes the summary to the place that the runner gives.
 * @throws UserFacingError where that is none
 */
export async function writeSummary(run: Run): Promise<void> {
  const text = summary(run);
  try {
    await core.summary.addRaw(text, true).write();
  } catch (cause) {
    throw new UserFacingError('the file of the job summary (GITHUB_STEP_SUMMARY) cannot be written', {
      cause,
    });
  }
}
