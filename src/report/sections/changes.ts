import type { Outcome } from '../../plan/apply.ts';
import { ABSENT, type Difference, type Kind } from '../../resources/resource.ts';
import { Secret } from '../../secret.ts';
import { code, prose, shortProse } from '../escape.ts';
import { errorText } from '../failure.ts';
import { NOUNS, textOf } from '../fields.ts';
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

/** Every change by its fields, with what is to be said of it. */
export function changes(outcomes: readonly Outcome[], values: Values): Section | undefined {
  const told = outcomes.filter(({ change, result }) => result !== 'unchanged' || change.notes.length > 0);
  if (told.length === 0) return undefined;
  const rows = [...told].sort((a, b) => order(a) - order(b)).flatMap((outcome) => rowsOf(outcome, values));
  return { title: 'Changes', ...table(['', 'Resource', 'Field', 'From', 'To'], rows) };
}

/** What did not work comes first. */
function order({ result }: Outcome): number {
  return ['failed', 'blocked', 'skipped', 'done', 'planned', 'unchanged'].indexOf(result);
}

function rowsOf(outcome: Outcome, values: Values): string[][] {
  const { change, result } = outcome;
  const sign = change.action === 'create' && result === 'planned' ? '📝 to create' : RESULTS[result];
  const resource = `${NOUNS[change.kind]} ${code(change.name)}`;
  const rows =
    change.action === 'create'
      ? [
          [
            'all',
            '',
            change.differences.map((difference) => wanted(change.kind, difference, values)).join(', '),
          ],
        ]
      : change.differences.map((difference) => fieldRow(change.kind, difference, values));
  const why = remarks(outcome).map((remark) => [prose(remark), '', '']);
  const all = [...why, ...rows];
  return (all.length === 0 ? [['', '', '']] : all).map((cells, index) => [
    index === 0 ? sign : '',
    index === 0 ? resource : '',
    ...cells,
  ]);
}

/** What is made is news as a whole: its fields stand together, secret values left out. */
function wanted(kind: Kind, { field, to }: Difference, values: Values): string {
  const isHidden = to instanceof Secret || to === true || isPlainValue(kind, field, values);
  return isHidden ? shortProse(field) : shortProse(`${field}: ${textOf(to) ?? ''}`);
}

function isPlainValue(kind: Kind, field: string, values: Values): boolean {
  return kind === 'AWS::SSM::Parameter' && field === 'value' && values === 'hidden';
}

function fieldRow(kind: Kind, { field, from, to }: Difference, values: Values): string[] {
  if (to === true) return [shortProse(field), '', 'added'];
  if (from === true) return [shortProse(field), 'taken out', ''];
  const [before, after] = [textOf(from), textOf(to)];
  if (isPlainValue(kind, field, values) || (before !== undefined && before === after))
    return [
      shortProse(field),
      from === ABSENT ? '' : 'a value',
      from === ABSENT ? 'a value' : 'another value',
    ];
  return [
    shortProse(field),
    before === undefined ? '' : shortProse(before),
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
