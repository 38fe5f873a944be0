import { createHash } from 'node:crypto';
import type { GitHub, IssueChange, IssueFilter, Post } from '../clients/github.ts';
import type { Outcome } from '../model/outcome.ts';
import { NAMES } from '../model/spec.ts';
import { planDocument } from '../plan/plan-document.ts';
import { unreadOf } from '../plan/plan-properties.ts';
import type { EventDetails } from '../settings/event.ts';
import { scrubMarkdown } from './gate.ts';
import { rich } from './markdown.ts';
import { accountIn, asWhole, marked, marker, partsIn, partsOf, stateOf } from './marker.ts';
import * as messages from './messages.ts';
import { resourcesOf } from './resources.ts';
import { NO_ORIGIN, type Origin, type Run } from './run.ts';
import { differences } from './sections/differences.ts';
import { guidance } from './sections/guidance.ts';
import { headline } from './sections/headline.ts';
import { assemble, type Section } from './sections.ts';

const LABEL = { name: 'aws-drift', color: 'd93f0b', description: messages.issue.label };
const MOST_BYTES = 60_000;
/** Pages of open issues that are searched for an issue whose label was removed. */
const MOST_PAGES = 10;

/** @returns whether the run found drift: `unknown` where it could not read everything, or did not compare */
export function findings(run: Run): 'drift' | 'clean' | 'unknown' {
  const { settings, outcomes } = run;
  const open = drifted(run).length > 0;
  const isWhole = outcomes.every(({ result }) => result !== 'failed' && result !== 'skipped');
  if (settings.mode === 'drift') return open ? 'drift' : isWhole ? 'clean' : 'unknown';
  // A complete apply leaves no drift.
  return settings.mode === 'apply' && !open && isWhole ? 'clean' : 'unknown';
}

function drifted({ outcomes }: Run): Outcome[] {
  return outcomes.filter(({ result }) => result === 'planned' || result === 'blocked');
}

/** @returns a hash of the findings, which changes only with them. */
export function findingsHash(run: Run): string {
  const open = drifted(run);
  const { changes } = planDocument(
    run.settings,
    open.map(({ change }) => change),
    run.gate,
  );
  const versions = open
    .map(({ change }) => `${change.name} ${change.observed?.metadata.version ?? ''}`)
    .sort();
  const hash = createHash('sha256')
    .update(JSON.stringify([changes, versions]))
    .digest('hex')
    .slice(0, 16);
  const isOfValues = open.some(
    ({ change }) =>
      change.action !== 'create' &&
      change.differences.some(({ field }) => field === 'value' || field.startsWith('key:')),
  );
  return isOfValues ? `${hash}${OF_VALUES}` : hash;
}

/** Marks findings on values: a role that reads no values cannot see whether they are corrected. */
const OF_VALUES = '-values';

/** @returns the issue's text: the report of the run that found this drift, without unchanged resources */
export function issueText(run: Run, { isPublic }: EventDetails, origin: Origin = NO_ORIGIN): string {
  const resources = resourcesOf(run, isPublic ? 'hidden' : 'shown');
  const sections: Array<Section | undefined> = [
    headline(run, resources, origin, isPublic),
    guidance(run),
    ...differences(resources, { isApplied: false, isPublic }),
    { rows: [rich(messages.issue.kept)] },
  ];
  const text = assemble(
    sections.filter((section) => section !== undefined),
    MOST_BYTES,
  ).text;
  return marked(marker('drift', run), scrubMarkdown(text, run.gate), findingsHash(run));
}

/** Keeps one open issue while there is drift, and none when there is none; a run of a part (`only`) has its own. */
export async function keepDriftIssue(
  github: GitHub,
  run: Run,
  event: EventDetails,
  origin: Origin,
): Promise<void> {
  const state = findings(run);
  if (state === 'unknown') return;
  const parts = partsOf(run.settings);
  const mark = marker('drift', run);
  // If everything is clean, so is each part that was compared.
  const isCovered = (body: string) => partsIn(body).every((part) => isLookedAt(part, run));
  const stateIn = (body: string) =>
    stateOf(mark, state === 'clean' && parts.length === 0 && isCovered(body) ? asWhole(body) : body);
  const found = await find(github, stateIn, state);
  const open = found.filter((issue) => issue.state === 'open');
  if (state === 'clean') {
    const isBlind = unreadOf(run.plan).length > 0;
    const { runUrl } = origin;
    const seen = runUrl === '' ? '' : ` ${messages.issue.seenBy} [${messages.issue.thisRun}](${runUrl}).`;
    const comment = `${messages.issue.resolved(isBlind)}${seen}`;
    for (const issue of open)
      if (!isBlind || stateIn(issue.body)?.endsWith(OF_VALUES) !== true)
        await close(github, issue, comment, 'completed');
    return;
  }
  const body = issueText(run, event, origin);
  const title = messages.issue.title(run.settings.prefix, run.settings.region, parts);
  const [kept, ...extras] = open;
  if (kept === undefined) {
    const closed = found.at(-1);
    if (closed !== undefined)
      await github.updateIssue(closed.number, { title, body, state: 'open', state_reason: 'reopened' });
    else {
      // An issue without its label is better than none.
      await github.ensureLabel(LABEL.name, LABEL.color, LABEL.description).catch(() => {});
      await github.createIssue({ title, body, labels: [LABEL.name] });
    }
    return;
  }
  const isCurrent = stateIn(kept.body) === findingsHash(run) && accountIn(kept.body) !== undefined;
  if (!isCurrent) await github.updateIssue(kept.number, { title, body });
  for (const issue of extras)
    await close(github, issue, messages.issue.duplicate(kept.number), 'not_planned');
}

/** A run of all parts may skip some: Auth0, for example, without credentials. */
function isLookedAt(part: string, { plan }: Run): boolean {
  return plan.some(({ kind }) => NAMES[kind].part === part);
}

/** @returns the issues with our marker, the oldest first. */
async function find(
  github: GitHub,
  stateIn: (body: string) => string | undefined,
  state: 'drift' | 'clean',
): Promise<Post[]> {
  const ours = async (issues: readonly Post[]) => {
    const marked = issues.filter((issue) => !issue.isPullRequest && stateIn(issue.body) !== undefined);
    return (await github.own(marked)).sort((a, b) => a.number - b.number);
  };
  const filter: IssueFilter = { labels: LABEL.name, state: state === 'clean' ? 'open' : 'all' };
  const labelled = await ours(await github.issues(filter));
  if (labelled.some((issue) => issue.state === 'open')) return labelled;
  const others = await ours(await github.issues({ state: 'open', sort: 'updated' }, MOST_PAGES));
  return [...labelled, ...others.filter(({ number }) => labelled.every((issue) => issue.number !== number))];
}

/** Closes the issue even if the comment fails. */
async function close(
  github: GitHub,
  { number }: Post,
  comment: string,
  reason: NonNullable<IssueChange['state_reason']>,
): Promise<void> {
  const commented = github.comment(number, comment);
  await commented.catch(() => {});
  await github.updateIssue(number, { state: 'closed', state_reason: reason });
}
