import type { GitHub } from '../clients/github.ts';
import { isDrifted } from '../plan/plan-document.ts';
import type { EventFacts } from '../settings/event.ts';
import { prose } from './escape.ts';
import { scrubMarkdown } from './gate.ts';
import { marked, marker, stateOf } from './marker.ts';
import { alternatives, plannedPrice, price } from './price.ts';
import type { Run } from './run.ts';
import { changes } from './sections/changes.ts';
import { headline } from './sections/headline.ts';
import { nextSteps } from './sections/next-steps.ts';
import { assemble, type Section } from './sections.ts';

/** GitHub takes 65,536 characters. */
const MOST_BYTES = 60_000;

/** Where the reader finds the whole. */
export interface CommentPlace {
  readonly event: EventFacts;
  readonly runUrl: string;
}

/** @returns the comment as GitHub's Markdown: the plan, without the values that strangers must not read. */
export function commentText(run: Run, { event, runUrl }: CommentPlace): string {
  const sections: Array<Section | undefined> = [
    headline(run),
    changes(run.outcomes, event.isPublic ? 'hidden' : 'shown'),
    nextSteps(run),
    { rows: [footer(run, runUrl)] },
  ];
  const { text } = assemble(
    sections.filter((section) => section !== undefined),
    MOST_BYTES,
  );
  // The marker is ours, and what finds the comment again.
  return marked(marker('plan', run), scrubMarkdown(text, run.gate));
}

function footer(run: Run, runUrl: string): string {
  const [now, planned] = [price(run.outcomes), plannedPrice(run.outcomes)];
  const cost =
    now.monthlyUsd === planned.monthlyUsd
      ? `$${now.monthlyUsd.toFixed(2)} a month`
      : `$${now.monthlyUsd.toFixed(2)} a month now, $${planned.monthlyUsd.toFixed(2)} as planned`;
  const [single] = alternatives(run.desired.placements, planned, run.settings.prefer);
  const instead =
    single === undefined ? '' : `; one secret a variable would cost $${single.monthlyUsd.toFixed(2)}`;
  return `<sub>${prose(`${cost}${instead}.`)}${runUrl === '' ? '' : ` Checklist and reasons: [job summary](${runUrl}).`}</sub>`;
}

/** Writes the plan under the pull request: one comment for each prefix and each `only`, kept up to date. */
export async function commentOnPullRequest(
  github: GitHub,
  pullRequest: number,
  run: Run,
  place: CommentPlace,
): Promise<void> {
  const mark = marker('plan', run);
  const body = commentText(run, place);
  const all = await github.comments(pullRequest);
  const ours = await github.own(all.filter((comment) => stateOf(mark, comment.body) !== undefined));
  const [standing, ...older] = ours.sort((a, b) => b.id - a.id);
  // Two runs at once, neither of which saw the other's comment: the reader finds one. One that stays does no harm.
  for (const { id } of older) await github.deleteComment(id).catch(() => {});
  if (standing !== undefined) {
    if (standing.body !== body) await github.updateComment(standing.id, body);
    return;
  }
  // What was never told needs no word that it is over.
  const isWorthIt = isDrifted(run.plan) || run.failure !== undefined;
  if (run.settings.reports.commentOnPr === 'always' || isWorthIt) await github.comment(pullRequest, body);
}
