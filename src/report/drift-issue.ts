import { createHash } from 'node:crypto';
import type { GitHub, IssueChange, IssueFilter, Post } from '../clients/github.ts';
import { KINDS } from '../kinds/kinds.ts';
import { NAMES } from '../kinds/names.ts';
import type { Outcome } from '../model/outcome.ts';
import { correctionOf, correctionSteps } from '../plan/correction.ts';
import { planDocument } from '../plan/plan-document.ts';
import { unreadOf } from '../plan/unread.ts';
import type { EventFacts } from '../settings/event.ts';
import { actor, actorKind } from './actor.ts';
import { code, prose } from './escape.ts';
import { scrubMarkdown } from './gate.ts';
import { accountIn, asWhole, marked, marker, partsIn, partsOf, stateOf } from './marker.ts';
import type { Run } from './run.ts';
import { changes } from './sections/changes.ts';
import { assemble, type Section, table } from './sections.ts';

const LABEL = { name: 'aws-drift', color: 'd93f0b', description: 'What stands in AWS is not what is wanted' };
const MOST_BYTES = 60_000;
/** Without the label, since somebody took it off, this many pages of open issues are searched. */
const MOST_PAGES = 10;

/** What is known of drift after a run: `unknown` where something could not be read, or was not looked for. */
export function findings(run: Run): 'drift' | 'clean' | 'unknown' {
  const { settings, outcomes } = run;
  const open = drifted(run).length > 0;
  const isWhole = outcomes.every(({ result }) => result !== 'failed' && result !== 'skipped');
  if (settings.mode === 'drift') return open ? 'drift' : isWhole ? 'clean' : 'unknown';
  // An apply that did everything leaves no drift behind.
  return settings.mode === 'apply' && !open && isWhole ? 'clean' : 'unknown';
}

function drifted({ outcomes }: Run): Outcome[] {
  return outcomes.filter(({ result }) => result === 'planned' || result === 'blocked');
}

/** @returns a hash of the findings: the same as long as the same differs, whatever else happens. */
export function findingsHash(run: Run): string {
  const open = drifted(run);
  const { changes } = planDocument(
    run.settings,
    open.map(({ change }) => change),
    run.gate,
  );
  const versions = open.map(({ change }) => `${change.name} ${change.observed?.facts.version ?? ''}`).sort();
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

/** Findings that a role which reads no values cannot see, and so cannot see healed. */
const OF_VALUES = '-values';

/** @returns the issue's text; `runUrl` leads to the run that found it first. */
export function issueText(run: Run, { isPublic }: EventFacts, runUrl: string): string {
  const open = drifted(run);
  const sections: Array<Section | undefined> = [
    {
      rows: [
        `What stands in AWS under ${code(run.settings.prefix)} in ${run.settings.region} is not what is wanted.${runUrl === '' ? '' : ` Found by [this run](${runUrl}).`}`,
      ],
    },
    changes(open, isPublic ? 'hidden' : 'shown'),
    authors(open, isPublic),
    {
      rows: [
        `${correctionSteps(correctionOf(open.map(({ change }) => change)), code).join('. ')}. If the present state is right, put it into the configuration, or list the field under ${code('ignore')}. This issue is kept up to date, and closed when the drift is gone.`,
      ],
    },
  ];
  const text = assemble(
    sections.filter((section) => section !== undefined),
    MOST_BYTES,
  ).text;
  return marked(marker('drift', run), scrubMarkdown(text, run.gate), findingsHash(run));
}

/**
 * Who changed what, where AWS tells. The role's session is told, not the account; where strangers read, only what kind of
 * actor it was, since sessions and users are named after people.
 */
function authors(open: readonly Outcome[], isPublic: boolean): Section | undefined {
  const rows = open.flatMap(({ change }) => {
    const { modifiedBy, modifiedAt } = change.observed?.facts ?? {};
    if (modifiedBy === undefined && modifiedAt === undefined) return [];
    const who =
      modifiedBy === undefined ? '' : isPublic ? prose(actorKind(modifiedBy)) : code(actor(modifiedBy));
    return [
      [
        `${KINDS[change.kind].noun} ${code(change.name)}`,
        who,
        modifiedAt === undefined ? '' : prose(modifiedAt),
      ],
    ];
  });
  const unique = [...new Map(rows.map((row) => [row.join(), row])).values()];
  return unique.length === 0
    ? undefined
    : { title: 'Who changed it last', ...table(['Resource', 'Who', 'When'], unique) };
}

/** Keeps one open issue while there is drift, and none when there is none; a run of a part (`only`) has its own. */
export async function keepDriftIssue(
  github: GitHub,
  run: Run,
  event: EventFacts,
  runUrl: string,
): Promise<void> {
  const state = findings(run);
  if (state === 'unknown') return;
  const parts = partsOf(run.settings);
  const mark = marker('drift', run);
  // Where all of it is clean, each part is that was looked at.
  const isCovered = (body: string) => partsIn(body).every((part) => isLookedAt(part, run));
  const stateIn = (body: string) =>
    stateOf(mark, state === 'clean' && parts.length === 0 && isCovered(body) ? asWhole(body) : body);
  const found = await find(github, stateIn, state);
  const open = found.filter((issue) => issue.state === 'open');
  if (state === 'clean') {
    const isBlind = unreadOf(run.plan).length > 0;
    const blind = !isBlind ? '' : ' Values were not compared: the role may not read them.';
    const words = `The drift is gone: what stands is what is wanted.${blind}${runUrl === '' ? '' : ` Seen by [this run](${runUrl}).`}`;
    for (const issue of open)
      if (!isBlind || stateIn(issue.body)?.endsWith(OF_VALUES) !== true)
        await close(github, issue, words, 'completed');
    return;
  }
  const body = issueText(run, event, runUrl);
  const of = parts.length === 0 ? '' : ` (${parts.join(', ')})`;
  const title = `AWS drift: ${run.settings.prefix} in ${run.settings.region}${of}`;
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
  for (const issue of extras) await close(github, issue, `#${kept.number} tells the same.`, 'not_planned');
}

/** Without credentials for Auth0, say, a run of all knows nothing of it. */
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

/** Closed even where the comment does not come through. */
async function close(
  github: GitHub,
  { number }: Post,
  words: string,
  reason: NonNullable<IssueChange['state_reason']>,
): Promise<void> {
  const commented = github.comment(number, words);
  await commented.catch(() => {});
  await github.updateIssue(number, { state: 'closed', state_reason: reason });
}
