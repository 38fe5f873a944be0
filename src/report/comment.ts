import type { GitHub } from '../clients/github.ts';
import { isDrifted } from '../plan/plan-document.ts';
import type { EventDetails } from '../settings/event.ts';
import { scrubMarkdown } from './gate.ts';
import { rich } from './markdown.ts';
import { marked, marker, stateOf } from './marker.ts';
import * as messages from './messages.ts';
import { resourcesOf } from './resources.ts';
import { NO_ORIGIN, type Origin, type Run } from './run.ts';
import { orphans, unchanged, unmanaged } from './sections/checklist.ts';
import { priceLine } from './sections/cost.ts';
import { differenceBlock, differences } from './sections/differences.ts';
import { failures } from './sections/failures.ts';
import { guidance } from './sections/guidance.ts';
import { headline } from './sections/headline.ts';
import { notes } from './sections/notes.ts';
import { variables } from './sections/variables.ts';
import { assemble, type Section } from './sections.ts';

/** GitHub accepts 65,536 characters, which include the marker and the line on omitted rows. */
const MOST_BYTES = 64_000;

/** Event and commit of a comment. */
export interface CommentPlace {
  readonly event: EventDetails;
  readonly origin?: Origin;
  /** Current head commit of the pull request, if GitHub names it. */
  readonly head?: string | undefined;
}

/** @returns the comment as GitHub's Markdown: the plan, in public repositories without values. */
export function commentText(run: Run, { event, origin = NO_ORIGIN, head }: CommentPlace): string {
  const { isPublic } = event;
  const resources = resourcesOf(run, isPublic ? 'hidden' : 'shown');
  const isApplied = run.settings.mode === 'apply';
  const block = isPublic ? undefined : differenceBlock(resources);
  const parts: Array<Section | undefined> = [
    headline(run, resources, origin, isPublic),
    outdated(origin, head),
    guidance(run),
    ...failures(run, isPublic),
    ...(block === undefined ? differences(resources, { isApplied, isPublic }) : [block]),
    unchanged(resources),
    orphans(resources),
    unmanaged(resources),
    notes(run),
    variables(run),
    { rows: [footer(run, origin)] },
  ];
  const sections = parts.filter((section) => section !== undefined);
  const { text, cut } = assemble(sections, MOST_BYTES);
  const whole = cut === 0 ? text : assemble([...sections, leftOut(cut, origin)], MOST_BYTES).text;
  // The marker is not scrubbed: it identifies the comment.
  return marked(marker('plan', run), scrubMarkdown(whole, run.gate), origin.commit);
}

/** A newer push may have come while this run was under way. */
function outdated({ commit }: Origin, head: string | undefined): Section | undefined {
  if (head === undefined || commit === '' || head === commit) return undefined;
  const text = messages.comment.outdated(commit.slice(0, 7), head.slice(0, 7));
  return { rows: ['> [!WARNING]', `> ${rich(text)}`] };
}

function leftOut(rows: number, { runUrl }: Origin): Section {
  const link = runUrl === '' ? '' : ` [${messages.comment.leftOutLink}](${runUrl})`;
  return { rows: [`${rich(messages.comment.leftOut(rows))}${link}`] };
}

function footer(run: Run, { runUrl }: Origin): string {
  const link = runUrl === '' ? '' : ` · [${rich(messages.comment.more)}](${runUrl})`;
  return `<sub>${rich(priceLine(run))}${link}</sub>`;
}

/** Writes the plan under the pull request: one comment for each prefix and each `only`, kept up to date. */
export async function commentOnPullRequest(
  github: GitHub,
  pullRequest: number,
  run: Run,
  place: CommentPlace,
): Promise<void> {
  const mark = marker('plan', run);
  const all = await github.comments(pullRequest);
  const { commit } = place.origin ?? NO_ORIGIN;
  // Without it the comment still names its own commit.
  const head = commit === '' ? undefined : await github.headOf(pullRequest).catch(() => undefined);
  const body = commentText(run, { ...place, head });
  const ours = await github.own(all.filter((comment) => stateOf(mark, comment.body) !== undefined));
  const [newest, ...older] = ours.sort((a, b) => b.id - a.id);
  // A run of an older commit that ends late does not replace the plan of the newest.
  const isLate = head !== undefined && commit !== head;
  if (isLate && newest !== undefined && stateOf(mark, newest.body) === head) return;
  // Of two runs at once, neither may have seen the other's comment. A remaining duplicate does no harm.
  for (const { id } of older) await github.deleteComment(id).catch(() => {});
  if (newest !== undefined) {
    if (newest.body !== body) await github.updateComment(newest.id, body);
    return;
  }
  // Without an earlier comment, a plan without changes needs none.
  const isWorthIt = isDrifted(run.plan) || run.failure !== undefined;
  if (run.settings.reports.commentOnPr === 'always' || isWorthIt) await github.comment(pullRequest, body);
}
