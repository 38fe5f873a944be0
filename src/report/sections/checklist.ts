import { aspectsOf, KINDS } from '../../kinds/kinds.ts';
import { ORDER } from '../../kinds/names.ts';
import type { Outcome } from '../../model/outcome.ts';
import { isForeign, removalOf } from '../../plan/removal.ts';
import { consoleUrl } from '../console-link.ts';
import { code, link, prose, unbroken } from '../escape.ts';
import type { Run } from '../run.ts';
import { type Section, table } from '../sections.ts';
import { isChange, remarks } from './changes.ts';

/** What can be said of a resource, the most urgent first: one that has two outcomes shows the first of them. */
const STATES = {
  failed: '❌ failed',
  blocked: '⛔ blocked',
  skipped: '⏭️ left out',
  toDelete: '🗑️ to delete',
  toRelease: '🏷️ to release',
  missing: '⬜ missing',
  drifted: '🔶 drifted',
  toChange: '📝 to change',
  created: '🆕 created',
  changed: '✏️ changed',
  deleted: '🗑️ deleted',
  released: '🏷️ released',
  leftOver: '🟡 left over',
  kept: '📌 kept',
  stands: '✅ stands',
} as const;
type State = keyof typeof STATES;
const URGENCY = Object.keys(STATES);

/** What stands at the end: each resource with its state, its page in the console and what it is like. */
export function checklist(run: Run): Section | undefined {
  const outcomes = run.outcomes.filter(({ change }) => !isForeign(change));
  if (outcomes.length === 0) return undefined;
  const byResource = new Map<string, Outcomes>();
  for (const outcome of outcomes) {
    const key = `${ORDER.indexOf(outcome.change.kind)} ${outcome.change.name}`;
    byResource.set(key, [...(byResource.get(key) ?? []), outcome]);
  }
  const rows = [...byResource]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, ofOne]) => row(ofOne, run.settings.mode));
  return {
    title: 'Checklist',
    ...table(['', 'Resource', 'Name', 'As it stands'], rows),
    ...(rows.length > FOLD ? { folded: tally(rows) } : {}),
  };
}

/** Above this many rows the list is folded, and its counts stand for it. */
const FOLD = 40;

function tally(rows: readonly string[][]): string {
  const states = Object.values(STATES).map(unbroken);
  const counts = states.flatMap((state) => {
    const number = rows.filter(([cell]) => cell === state).length;
    return number === 0 ? [] : [`${number} ${state}`];
  });
  return `${rows.length} resources: ${counts.join(', ')}`;
}

/** The outcomes of one resource: one or more. */
type Outcomes = readonly [...Outcome[], Outcome];

function row(outcomes: Outcomes, mode: Run['settings']['mode']): string[] {
  const urgency = (outcome: Outcome) => URGENCY.indexOf(stateOf(outcome, mode));
  const first = outcomes.reduce((best, other) => (urgency(other) < urgency(best) ? other : best));
  const state = stateOf(first, mode);
  const { kind, name } = first.change;
  const spec = outcomes.findLast(({ stands }) => stands !== undefined)?.stands;
  const url = consoleUrl(kind, name, spec?.facts.arn);
  return [
    unbroken(STATES[state]),
    KINDS[kind].noun,
    url === undefined ? code(name) : link(name, url),
    [
      spec === undefined ? '' : aspectsOf(kind, spec).join(', '),
      spec?.facts.unread === true ? 'value not compared: the role may not read it' : '',
      // An error with its remedy is long, and stands under Changes.
      ...outcomes.filter((one) => one.result !== 'failed' || !isChange(one, mode)).flatMap(remarks),
    ]
      .filter((line) => line !== '')
      .map(prose)
      .join('<br>'),
  ];
}

function stateOf({ change, result, stands }: Outcome, mode: Run['settings']['mode']): State {
  if (result === 'failed' || result === 'blocked' || result === 'skipped') return result;
  const removal = removalOf(change);
  if (result === 'done') return removal ?? (change.action === 'create' ? 'created' : 'changed');
  if (removal !== undefined) return removal === 'deleted' ? 'toDelete' : 'toRelease';
  if (result === 'planned' && change.action === 'create') return 'missing';
  // A plan that differs is a wish, and only a check calls it drift.
  if (result === 'planned') return mode === 'drift' ? 'drifted' : 'toChange';
  if (mode === 'destroy') return 'kept';
  if (change.unwanted === true) return 'leftOver';
  return stands === undefined ? 'missing' : 'stands';
}
