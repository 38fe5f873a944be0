import { fieldDescriptorOf, KINDS } from '../kinds/kinds.ts';
import type { Change, Plan } from '../model/change.ts';
import { ABSENT, type Difference, textOf } from '../model/fields.ts';
import type { Outcome } from '../model/outcome.ts';
import { type Kind, ORDER } from '../model/spec.ts';
import { isUnread } from '../plan/plan-properties.ts';
import { differenceText, isWords, valueText } from '../report/labels.ts';
import { type Span, type Style, styled, table } from './text.ts';

/*
 * A plan and its outcomes as lines for a terminal. Pure: it prints nothing.
 */

const SIGNS: Readonly<Record<Change['action'], readonly [sign: string, style: Style]>> = {
  create: ['+', 'green'],
  update: ['~', 'yellow'],
  delete: ['-', 'red'],
  none: ['=', 'dim'],
  blocked: ['!', 'red'],
};

/** One line, and the column at which it goes on when it is broken. */
export interface ViewLine {
  readonly spans: readonly Span[];
  readonly indent: number;
}

const FIELD_INDENT = 6;

/** @returns a line for each resource that changes or has a note, and one for each field that differs */
export function planLines(plan: Plan): ViewLine[] {
  const shown = [...plan].filter(
    ({ action, notes, unreadable }) => unreadable === undefined && (action !== 'none' || notes.length > 0),
  );
  const key = ({ kind, id }: Change) => `${ORDER.indexOf(kind)} ${id}`;
  return shown.sort((a, b) => (key(a) < key(b) ? -1 : 1)).flatMap(changeLines);
}

function changeLines(change: Change): ViewLine[] {
  const { action, kind, name, blocked, notes } = change;
  const [sign, style] = SIGNS[action];
  const field = (...spans: readonly Span[]): ViewLine => ({
    spans: [' '.repeat(FIELD_INDENT), ...spans],
    indent: FIELD_INDENT + 2,
  });
  return [
    { spans: ['  ', styled(style, sign), ` ${KINDS[kind].noun} `, styled('bold', name)], indent: 6 },
    ...(action === 'create' ? createdFields(change) : changedFields(change)).map((spans) => field(...spans)),
    ...(blocked === undefined ? [] : [field(styled('red', 'blocked'), `: ${blocked.reason}`)]),
    ...(blocked?.consent === undefined
      ? []
      : [field('to allow it, add ', styled('bold', `--allow ${blocked.consent}`))]),
    ...notes.map((note) => field(styled('dim', note))),
  ];
}

/** Values of variables are in quotes; words and numbers of AWS are not. */
function shownAs(kind: Kind, field: string, text: string): string {
  if (field === 'value') return `"${text}"`;
  return isWords(kind, field) ? valueText(kind, field, text) : text;
}

/** Every account has them: they are used where no key is configured. */
const isManagedKey = (field: string, text: string | undefined) =>
  field === 'key-id' && text?.startsWith('alias/aws/') === true;

/** Of a new resource, tags are left out: every resource has the same. */
function createdFields({ kind, differences }: Change): Span[][] {
  const keys = differences.flatMap(({ field }) =>
    field.startsWith('key:') ? field.slice('key:'.length) : [],
  );
  const others = differences.filter(
    ({ field, to }) => !/^(?:tag|key):/.test(field) && to !== ABSENT && !isManagedKey(field, textOf(to)),
  );
  return [
    ...(keys.length === 0 ? [] : [[`keys: ${keys.join(', ')}`]]),
    ...others.flatMap((difference): Span[][] => {
      const text = textOf(difference.to);
      if (difference.to === true) return [[difference.field]];
      return text === undefined || text === '***'
        ? []
        : [
            [
              `${difference.field}: `,
              styled('green', shownAs(kind, difference.field, text)),
              ...effectOf(kind, difference.field, text),
            ],
          ];
    }),
  ];
}

function effectOf(kind: Kind, field: string, value: string): string[] {
  const effect = fieldDescriptorOf(kind, field)?.effect?.(value);
  return effect === undefined ? [] : [` (${effect})`];
}

function changedFields({ kind, differences, observed }: Change): Span[][] {
  return differences.map((difference): Span[] => {
    const [before, after] = [textOf(difference.from), textOf(difference.to)];
    const isShown =
      before !== undefined &&
      after !== undefined &&
      before !== after &&
      difference.from !== true &&
      difference.to !== true;
    if (!isShown || isUnreadField(difference, observed))
      return [differenceText(difference, (text) => shownAs(kind, difference.field, text), observed)];
    return [
      `${difference.field}: `,
      styled('red', shownAs(kind, difference.field, before)),
      ' → ',
      styled('green', shownAs(kind, difference.field, after)),
    ];
  });
}

function isUnreadField(difference: Difference, observed: Change['observed']): boolean {
  return isUnread(difference.field, observed);
}

/** Columns of the table of outcomes. */
const RESULTS = ['created', 'updated', 'deleted', 'unchanged', 'blocked', 'failed', 'skipped'] as const;
const PLANNED = ['create', 'update', 'delete', 'unchanged', 'blocked', 'failed'] as const;

function columnOf({ change, result }: Outcome, isPlanned: boolean): string {
  if (result === 'failed' || result === 'skipped' || result === 'blocked' || result === 'unchanged')
    return result;
  const action = change.action === 'none' ? 'unchanged' : change.action;
  return isPlanned
    ? action
    : ({ create: 'created', update: 'updated', delete: 'deleted' }[action as string] ?? action);
}

/**
 * @param isPlanned nothing was written: the head says what would be done
 * @returns a table of how many resources of each kind were created, updated and so on; columns of zeros are left out
 */
export function resultTable(outcomes: readonly Outcome[], isPlanned: boolean): string[] {
  const columns = (isPlanned ? PLANNED : RESULTS).filter((column) =>
    outcomes.some((outcome) => columnOf(outcome, isPlanned) === column),
  );
  const row = (title: string, of: readonly Outcome[]) => [
    title,
    ...columns.map((column) => String(of.filter((one) => columnOf(one, isPlanned) === column).length)),
  ];
  const kinds = ORDER.filter((kind) => outcomes.some(({ change }) => change.kind === kind));
  const rows = kinds.map((kind) =>
    row(
      KINDS[kind].noun,
      outcomes.filter(({ change }) => change.kind === kind),
    ),
  );
  if (rows.length === 0) return [];
  return table([['', ...columns], ...rows, ...(rows.length > 1 ? [row('total', outcomes)] : [])]);
}
