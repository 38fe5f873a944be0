import * as core from '@actions/core';
import { UserFacingError } from '../clients/explanation.ts';
import { scrubMarkdown } from './gate.ts';
import { policiesOf } from './iam.ts';
import { breakable, code, codeBlock, prose, rich, richHtml } from './markdown.ts';
import * as messages from './messages.ts';
import { outputs } from './outputs.ts';
import { isShown, resourcesOf } from './resources.ts';
import { NO_ORIGIN, type Origin, type Run } from './run.ts';
import { checklist, kept, orphans, unchanged, unmanaged } from './sections/checklist.ts';
import { cost } from './sections/cost.ts';
import { differences } from './sections/differences.ts';
import { failures } from './sections/failures.ts';
import { guidance } from './sections/guidance.ts';
import { headline } from './sections/headline.ts';
import { notes, ownership } from './sections/notes.ts';
import { variables } from './sections/variables.ts';
import { assemble, type Section, table } from './sections.ts';

/** GitHub refuses a summary of more than 1 MiB completely; the rest is for text of the runner. */
const MOST_BYTES = 1_000_000;

/** @returns the summary as GitHub's Markdown: state, next steps, differences, and the rest in folds */
export function summary(run: Run, origin: Origin = NO_ORIGIN): string {
  const resources = resourcesOf(run);
  const isApplied =
    run.outcomes.some(({ result }) => result === 'done' || result === 'unchanged') && wroteMode(run);
  const sections: Array<Section | undefined> = [
    headline(run, resources, origin, false),
    guidance(run),
    refusal(run),
    ...failures(run, false),
    policies(run),
    ...differences(resources, { isApplied: isApplied && resources.some(isShown), isPublic: false }),
    // Only a run that wrote has the checklist.
    run.settings.mode === 'destroy'
      ? kept(resources)
      : isApplied
        ? checklist(resources)
        : unchanged(resources),
    orphans(resources),
    unmanaged(resources),
    notes(run),
    variables(run),
    cost(run),
    ownership(run),
    outputTable(run),
  ];
  const { text } = assemble(
    sections.filter((section) => section !== undefined),
    MOST_BYTES,
  );
  return scrubMarkdown(text, run.gate);
}

/** A refused apply or destroy only shows its plan. */
function wroteMode({ settings, outcomes }: Run): boolean {
  const isWriting = settings.mode === 'apply' || settings.mode === 'destroy';
  return isWriting && outcomes.every(({ result }) => result !== 'planned');
}

/** More lines than this are folded. */
const MOST_LINES = 10;

function refusal({ refusal: lines, gate }: Run): Section | undefined {
  if (lines.length === 0) return undefined;
  const rows = lines.map((line) => `- ${prose(gate.scrub(line))}`);
  if (rows.length <= MOST_LINES) return { rows };
  return { rows, folded: richHtml(messages.folds.refusal), rank: 1 };
}

/**
 * Writes the summary to the place that the runner gives.
 * @throws UserFacingError where it cannot be written
 */
export async function writeSummary(run: Run, origin: Origin): Promise<void> {
  const text = summary(run, origin);
  try {
    await core.summary.addRaw(text, true).write();
  } catch (cause) {
    throw new UserFacingError('the file of the job summary (GITHUB_STEP_SUMMARY) cannot be written', {
      cause,
    });
  }
}

/** The IAM policies of this configuration, on request (`iam-policies: true`). */
function policies(run: Run): Section | undefined {
  if (!run.settings.reports.policies) return undefined;
  const all = policiesOf(run);
  if (all === undefined) return undefined;
  const mode = run.settings.mode === 'destroy' ? 'destroy' : 'apply';
  const { policyTitles } = messages;
  const shown = [
    [policyTitles.deployer(mode), all.deployer],
    [policyTitles.reader, all.reader],
    [policyTitles.execution, all.execution],
  ] as const;
  return {
    folded: richHtml(messages.folds.policies),
    // One row each: a policy is shown whole or not at all.
    rows: shown.map(
      ([title, policy]) =>
        `${rich(title)}:\n\n${codeBlock('json', JSON.stringify(policy, null, 2).split('\n')).join('\n')}\n`,
    ),
    rank: 1,
  };
}

/** Outputs that later steps use most; JSON outputs are too long to read. */
const NAMES = [
  'changed',
  'config-changed',
  'drifted',
  'plan-hash',
  'config-fingerprint',
  'log-group-name',
  'repository-uri',
  'image-uri',
  'image-digest',
  'monthly-cost-usd',
];

function outputTable(run: Run): Section {
  const all = outputs(run);
  const rows = NAMES.flatMap((name) => {
    const value = all.get(name) ?? '';
    return value === '' ? [] : [[code(name), breakable(value)]];
  });
  return {
    ...table(messages.folds.outputColumns, rows),
    folded: richHtml(messages.folds.outputs),
    rank: 4,
  };
}
