import type { Outcome } from '../../model/outcome.ts';
import { imageTagsOf, type Kind, type Spec } from '../../model/spec.ts';
import { consoleUrl } from '../console-link.ts';
import { code, link, prose, unbroken } from '../escape.ts';
import { NOUNS, ORDER } from '../fields.ts';
import { isForeign, removalOf } from '../removal.ts';
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
    NOUNS[kind],
    url === undefined ? code(name) : link(name, url),
    [
      spec === undefined ? '' : aspects(kind, spec).join(', '),
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

function aspects(kind: Kind, { fields, facts: { version, pushed } }: Spec): string[] {
  const said: string[] = [];
  const add = (field: string, words: (value: string) => string) => {
    const value = fields[field];
    if (typeof value === 'string' || typeof value === 'number') said.push(words(String(value)));
  };
  const countOf = (prefix: string) => Object.keys(fields).filter((field) => field.startsWith(prefix)).length;
  switch (kind) {
    case 'AWS::Logs::LogGroup':
      add(
        'retention',
        (days) => `logs kept ${days === 'never' ? 'for ever' : `${days} day${days === '1' ? '' : 's'}`}`,
      );
      break;
    case 'AWS::SSM::Parameter':
      add('type', (type) => type);
      add('tier', (tier) => tier);
      if (version !== undefined) said.push(`version ${version}`);
      break;
    case 'AWS::SecretsManager::Secret':
      // A listing shows no keys, nor does a secret that waits for its deletion.
      if (countOf('key:') > 0) said.push(`${countOf('key:')} key${countOf('key:') === 1 ? '' : 's'}`);
      break;
    case 'AWS::ECR::Repository':
      add('mutability', (mutability) => mutability);
      add('encryption', (encryption) => encryption);
      break;
    case 'Image':
      said.push(...imageTagsOf(fields));
      if (pushed !== undefined)
        said.push(
          `${pushed.uploaded} blobs sent (${(pushed.sent / 1e6).toFixed(1)} MB in ${pushed.seconds.toFixed(1)} s), ${pushed.reused} reused`,
        );
      break;
    case 'Auth0::Application':
      said.push(
        `${countOf('callback:')} callback, ${countOf('logout:')} logout URLs, ${countOf('origin:')} web origins`,
      );
      break;
  }
  return said;
}
