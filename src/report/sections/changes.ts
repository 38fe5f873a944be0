import { KINDS } from '../../kinds/kinds.ts';
import type { Change } from '../../model/change.ts';
import type { Difference } from '../../model/fields.ts';
import { textOf } from '../../model/fields.ts';
import type { Outcome } from '../../model/outcome.ts';
import { OWNER_FIELD } from '../../model/ownership.ts';
import type { Kind } from '../../model/spec.ts';
import { isForeign, removalOf } from '../../plan/removal.ts';
import { isUnread } from '../../plan/unread.ts';
import { Secret } from '../../secret.ts';
import type { Settings } from '../../settings/settings.ts';
import { code, prose, shortProse, unbroken } from '../escape.ts';
import { errorText } from '../failure.ts';
import { type Section, table } from '../sections.ts';

/** Whether old and new values of plain parameters may be shown: not where strangers read. */
export type Values = 'shown' | 'hidden';

const RESULTS: Readonly<Record<Outcome['result'], string>> = {
  done: '✅ done',
  unchanged: '',
  planned: '📝 to change',
  blocked: '⛔ blocked',
  failed: '❌ failed',
  skipped: '⏭️ left out',
};

/** @returns whether it stands among the changes of the summary, so that the checklist need not say the same. */
export function isChange({ change, result }: Outcome, mode: Settings['mode']): boolean {
  // What a destroy takes away whole has no fields to show.
  const hasFields = mode !== 'destroy' || change.differences.length > 0;
  return !isForeign(change) && result !== 'unchanged' && hasFields;
}

/** Every change by its fields, with what is to be said of it. What only stands is the checklist's. */
export function changes(outcomes: readonly Outcome[], values: Values): Section | undefined {
  const told = outcomes.filter(({ change, result }) => !isForeign(change) && result !== 'unchanged');
  if (told.length === 0) return undefined;
  const rows = [...told].sort((a, b) => order(a) - order(b)).flatMap((outcome) => rowsOf(outcome, values));
  // What did not work is never folded away.
  const isCalm = told.every(
    ({ result }) => result !== 'failed' && result !== 'blocked' && result !== 'skipped',
  );
  return {
    title: 'Changes',
    ...table(['', 'Resource', 'Field', 'From', 'To'], rows),
    ...(isCalm && rows.length > FOLD ? { folded: `${told.length} resources, ${rows.length} lines` } : {}),
  };
}

/** Above this many rows the table is folded. */
const FOLD = 60;

/** What did not work comes first. */
function order({ result }: Outcome): number {
  return ['failed', 'blocked', 'skipped', 'done', 'planned', 'unchanged'].indexOf(result);
}

function signOf({ change, result }: Outcome): string {
  const removal = removalOf(change);
  if (result === 'done' && removal !== undefined) return removal === 'deleted' ? '🗑️ deleted' : '🏷️ released';
  if (result === 'planned' && removal !== undefined)
    return removal === 'deleted' ? '🗑️ to delete' : '🏷️ to release';
  return change.action === 'create' && result === 'planned' ? '📝 to create' : RESULTS[result];
}

function rowsOf(outcome: Outcome, values: Values): string[][] {
  const { change } = outcome;
  const sign = signOf(outcome);
  const resource = `${KINDS[change.kind].noun} ${code(change.name)}`;
  const rows =
    change.action === 'create'
      ? [
          [
            'all',
            '',
            change.differences
              .filter(({ field }) => field !== OWNER_FIELD)
              .map((difference) => wanted(change.kind, difference, values))
              .join(', '),
          ],
        ]
      : change.differences.map((difference) => fieldRow(change, difference, values));
  const why = remarks(outcome).map((remark) => [prose(remark), '', '']);
  const all = [...why, ...rows];
  return (all.length === 0 ? [['', '', '']] : all).map((cells, index) => [
    index === 0 ? unbroken(sign) : '',
    index === 0 ? resource : '',
    ...cells,
  ]);
}

/** What is made is news as a whole: its fields stand together, secret values left out. */
function wanted(kind: Kind, { field, to }: Difference, values: Values): string {
  const text = to === true || to instanceof Secret ? undefined : textOf(to);
  const isHidden = text === undefined || isPlainValue(kind, field, values);
  return shortProse(isHidden ? field : `${field}: ${text}`);
}

function isPlainValue(kind: Kind, field: string, values: Values): boolean {
  return kind === 'AWS::SSM::Parameter' && field === 'value' && values === 'hidden';
}

function fieldRow({ kind, observed }: Change, { field, from, to }: Difference, values: Values): string[] {
  if (to === true) return [shortProse(field), '', 'added'];
  if (from === true) return [shortProse(field), 'taken out', ''];
  const [before, after] = [textOf(from), textOf(to)];
  if (isUnread(field, observed)) return [shortProse(field), 'not read', shortProse(after ?? 'taken out')];
  if (isPlainValue(kind, field, values) || (before !== undefined && before === after))
    return [shortProse(field), 'a value', 'another value'];
  return [
    shortProse(field),
    before === undefined ? 'missing' : shortProse(before),
    after === undefined ? 'taken out' : shortProse(after),
  ];
}

/** What is to be said beside the fields: why it is blocked, what went wrong, what else happened. */
export function remarks({ change, result, error, because }: Outcome): string[] {
  const said: string[] = [];
  if (because !== undefined) said.push(`left out, since ${because} comes before it and did not come about`);
  if (result === 'failed') said.push(errorText(error));
  else if (change.blocked !== undefined)
    said.push(
      `${change.blocked.reason}${change.blocked.consent === undefined ? '' : ` (to allow it: allow: ${change.blocked.consent})`}`,
    );
  said.push(...change.notes);
  return said;
}
