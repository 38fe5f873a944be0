import type { Change } from '../../model/change.ts';
import type { Outcome } from '../../model/outcome.ts';
import { count } from '../../plan/plan-document.ts';
import { type Removal, removalOf } from '../../plan/removal.ts';
import { unreadOf } from '../../plan/unread.ts';
import { code, prose } from '../escape.ts';
import type { Run } from '../run.ts';
import type { Section } from '../sections.ts';

/** The one line that says how it went, with counts; and why the step fails, if it does. */
export function headline(run: Run): Section {
  const { failure } = run;
  return {
    rows: [`## ${sign(run)} ${title(run)}`],
    ...(failure === undefined ? {} : { after: ['', '> [!CAUTION]', `> ${prose(failure.text)}`] }),
  };
}

/** @returns e.g. "plan: `/papyrus/prd` in us-west-2: 3 to create, 1 blocked". */
export function title(run: Run): string {
  return `${run.settings.mode}: ${code(run.settings.prefix)} in ${run.settings.region}: ${words(run).join(', ')}`;
}

function words({ settings, plan, outcomes }: Run): string[] {
  const of = (result: Outcome['result'], isOne: (change: Change) => boolean = () => true) =>
    outcomes.filter((outcome) => outcome.result === result && isOne(outcome.change)).length;
  const isTaken = (removal: Removal | undefined) => (change: Change) => removalOf(change) === removal;
  const said: string[] = [];
  const add = (number: number, what: string) => {
    if (number > 0) said.push(`${number} ${what}`);
  };
  const isDrift = settings.mode === 'drift';
  // An apply or a destroy that was refused only shows what it would do.
  if (isDrift || settings.mode === 'plan' || of('planned') > 0) {
    const isKept = isTaken(undefined);
    add(
      of('planned', (change) => change.action === 'create'),
      isDrift ? 'missing' : 'to create',
    );
    add(
      of('planned', (change) => change.action === 'update' && isKept(change)),
      isDrift ? 'drifted' : 'to update',
    );
    add(of('planned', isTaken('deleted')), 'to delete');
    add(of('planned', isTaken('released')), 'to release');
    if (said.length === 0) said.push(isDrift ? 'no drift' : 'nothing to change');
  } else {
    add(of('done', isTaken(undefined)), 'changed');
    add(of('done', isTaken('deleted')), 'deleted');
    add(of('done', isTaken('released')), 'released');
    if (said.length === 0)
      said.push(settings.mode === 'destroy' ? 'nothing was taken away' : 'nothing had to change');
  }
  add(unreadOf(plan).length, 'compared without values');
  add(count(plan).blocked, 'blocked');
  add(of('failed'), 'failed');
  add(of('skipped'), 'left out');
  return said;
}

function sign({ outcomes, failure }: Run): string {
  if (failure !== undefined) return '❌';
  return outcomes.some(({ result }) => result === 'planned' || result === 'blocked') ? '📝' : '✅';
}
