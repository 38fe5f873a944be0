import { KINDS } from '../../kinds/kinds.ts';
import { cut } from '../escape.ts';
import { type Side, STATES, type State } from '../labels.ts';
import { blockText, breakable, codeBlock, prose, rich, richHtml } from '../markdown.ts';
import * as messages from '../messages.ts';
import { countKinds, type FieldReport, isShown, type ResourceReport } from '../resources.ts';
import { fold, type Section, table } from '../sections.ts';

/** More resources of one row each than this are folded but for the first. */
const MOST_SINGLE = 20;
/** More rows of differences than this are folded. */
const MOST_ROWS = 60;
const FIRST = 10;
/** Beside what failed, more successes than this are folded. */
const MOST_BESIDE_FAILURES = 3;

/** States of whole resources: one row each. */
const SINGLE: ReadonlySet<State> = new Set([
  'to-create',
  'missing',
  'created',
  'to-delete',
  'deleted',
  'to-release',
  'released',
]);

export interface DifferenceOptions {
  /** Whether the run wrote: the columns are then before and now. */
  readonly isApplied: boolean;
  /** In public repositories, no person is named. */
  readonly isPublic: boolean;
}

/** The table of differences, grouped by resource; resources that need attention come first. */
export function differences(resources: readonly ResourceReport[], options: DifferenceOptions): Section[] {
  const shown = resources.filter(isShown).sort((a, b) => STATES.indexOf(a.state) - STATES.indexOf(b.state));
  const hasFields = shown.some(({ fields }) => fields.length > 0);
  const sides = options.isApplied ? messages.columns.applied : messages.columns.plan;
  const header = hasFields ? sides : messages.columns.states;
  const open: string[][] = [];
  const openStates = new Set<State>();
  const overflow: ResourceReport[] = [];
  const add = (group: readonly ResourceReport[], isLong: (index: number, rows: number) => boolean) =>
    group.forEach((one, index) => {
      const rows = rowsOf(one, options);
      if (isLong(index, rows.length)) {
        overflow.push(one);
        return;
      }
      open.push(...rows);
      openStates.add(one.state);
    });
  const single = (isDeletion: boolean) =>
    shown.filter(({ state }) => SINGLE.has(state) && DELETIONS.has(state) === isDeletion);
  const [deletions, creations] = [single(true), single(false)];
  add(deletions, (index) => deletions.length > MOST_SINGLE && index >= FIRST);
  add(
    shown.filter(({ state }) => !SINGLE.has(state)),
    (_, rows) => open.length + rows > MOST_ROWS,
  );
  const created = creations.filter(({ state }) => state === 'created');
  const isFolded = created.length > MOST_BESIDE_FAILURES && resources.some(({ state }) => state === 'failed');
  if (isFolded) overflow.push(...created);
  const left = isFolded ? creations.filter(({ state }) => state !== 'created') : creations;
  add(left, (index) => left.length > MOST_SINGLE && index >= FIRST);
  const folded = STATES.flatMap((state) => {
    const ofState = overflow.filter((one) => one.state === state);
    if (ofState.length === 0) return [];
    const line = messages.moreRows(countKinds(ofState), messages.STATE_WORDS[state], openStates.has(state));
    return [
      fold(
        richHtml(line),
        [
          table(
            header,
            ofState.flatMap((one) => rowsOf(one, options)),
          ),
        ],
        1,
      ),
    ];
  });
  // One resource alone may have more rows than the open table takes.
  return open.length === 0 ? folded : [{ ...table(header, open) }, ...folded];
}

const DELETIONS: ReadonlySet<State> = new Set(['to-delete', 'deleted', 'to-release', 'released']);

function rowsOf(resource: ResourceReport, options: DifferenceOptions): string[][] {
  const { state, blocked, notes, waitsFor, fields } = resource;
  const reasons = [
    ...blocked.map(({ reason, optIn }) =>
      optIn === undefined ? reason : `${reason}, ${messages.optIn(optIn)}`,
    ),
    ...(waitsFor === undefined ? [] : [messages.waitsFor(waitsFor)]),
  ];
  const small = notes.map((note) => `<sub>${prose(note)}</sub>`);
  const cell = nameCell(resource, options.isPublic);
  if (SINGLE.has(state)) {
    const details = [detailCell(resource), ...small].filter((part) => part !== '').join('<br>');
    return [[cell, stateCell(state), details], ...fields.map(fieldRow)];
  }
  const name = [cell, ...small].join('<br>');
  const isPlain =
    reasons.length === 0 && (state === 'to-update' || state === 'drifted' || state === 'updated');
  return [[name, isPlain ? '' : stateCell(state), reasons.map(rich).join('<br>')], ...fields.map(fieldRow)];
}

const stateCell = (state: State) => rich(messages.STATE_WORDS[state]);

/** @returns a resource's kind and name, linked to its page in the console, and its last author */
function nameCell(resource: ResourceReport, isPublic: boolean): string {
  const author = authorOf(resource, isPublic);
  return `${resourceCell(resource)}${author === '' ? '' : `<br><sub>${author}</sub>`}`;
}

/** @returns a resource's kind and its name, linked to its page in the console */
export function resourceCell({ kind, shortName, url }: ResourceReport): string {
  const { noun } = KINDS[kind];
  const name = url === undefined ? breakable(shortName) : `[${breakable(shortName)}](${url})`;
  return `**${prose(`${noun[0]?.toUpperCase()}${noun.slice(1)}`)}** ${name}`;
}

/** The last author is shown only for drift and blocked changes: all others are of the run itself. */
function authorOf({ state, changedBy, changedAt, fields }: ResourceReport, isPublic: boolean): string {
  if ((state !== 'drifted' && state !== 'blocked') || fields.length === 0) return '';
  if (changedBy === undefined && changedAt === undefined) return '';
  const who =
    changedBy === undefined
      ? ''
      : isPublic
        ? actorKind(changedBy)
        : messages.quoted(actor(changedBy).replace(/^(?:assumed-role|user|role)\//, ''));
  const when = changedAt === undefined ? '' : `${changedAt.slice(0, 16).replace('T', ' ')} UTC`;
  return rich(`changed ${messages.changedBy(who, when)}`);
}

function detailCell({ aspects, value }: ResourceReport): string {
  return [...aspects.map(prose), ...(value === undefined ? [] : [breakable(value)])].join(', ');
}

function fieldRow({ label, from, to, isOtherValue }: FieldReport): string[] {
  const [word = '', ...rest] = label.split(' ');
  const shown =
    rest.length === 0 ? prose(word) : `${prose(wordsOf(label)[0])} ${breakable(wordsOf(label)[1])}`;
  const after = isOtherValue ? prose(messages.otherValue) : sideCell(to);
  return [`&emsp;${shown}`, sideCell(from), after === '' ? '' : `**${after}**`];
}

/** `callback URL https://…` → `callback URL` and the entry itself */
function wordsOf(label: string): [string, string] {
  const [, title = label, entry = ''] =
    /^(callback URL|logout URL|web origin|tag|key) (.*)$/s.exec(label) ?? [];
  return [title, entry];
}

function sideCell(side: Side): string {
  if (typeof side !== 'object') return prose(messages.SIDES[side]);
  if (side.isWords) return prose(side.text);
  return side.text === '' ? '' : breakable(side.text);
}

/** The same as a block in the colours of a diff: a line for each side, where values are shown. */
export function differenceBlock(resources: readonly ResourceReport[]): Section | undefined {
  const shown = resources.filter(isShown).sort((a, b) => STATES.indexOf(a.state) - STATES.indexOf(b.state));
  if (shown.length === 0) return undefined;
  const [begin = '', ...lines] = codeBlock('diff', shown.flatMap(blockLines));
  return { before: [begin], rows: lines.slice(0, -1), after: lines.slice(-1) };
}

const SIGNS: Partial<Readonly<Record<State, string>>> = {
  'to-create': '+',
  missing: '+',
  created: '+',
  'to-delete': '-',
  deleted: '-',
  'to-release': '-',
  released: '-',
  blocked: '!',
  skipped: '!',
};

function blockLines({ kind, shortName, state, aspects, value, fields, blocked }: ResourceReport): string[] {
  const sign = SIGNS[state] ?? ' ';
  const about = [...aspects, ...(value === undefined ? [] : [cut(value)])].join(', ');
  const detail = SINGLE.has(state) && about !== '' ? ` (${about})` : '';
  return [
    `${sign} ${KINDS[kind].noun} ${shortName}${detail}`,
    ...blocked.map(
      ({ reason, optIn }) => `!   blocked: ${reason}${optIn === undefined ? '' : `, allow: ${optIn}`}`,
    ),
    ...fields.flatMap(({ label, from, to, isOtherValue }) => [
      `-   ${label}: ${sideText(from)}`,
      `+   ${label}: ${isOtherValue ? messages.otherValue : sideText(to)}`,
    ]),
  ].map(blockText);
}

const sideText = (side: Side) => (typeof side === 'object' ? cut(side.text) : messages.SIDES[side]);

/** @returns the actor of a change, without the account: `arn:aws:sts::123456789012:assumed-role/admin/alice` → `assumed-role/admin/alice` */
function actor(modifiedBy: string): string {
  return modifiedBy.startsWith('arn:') ? modifiedBy.split(':').slice(5).join(':') : modifiedBy;
}

const ACTOR_KINDS: Readonly<Record<string, string>> = {
  'assumed-role': 'a role session',
  role: 'a role',
  user: 'an IAM user',
  'federated-user': 'a federated user',
  root: "the account's root user",
};

/**
 * @returns the kind of actor, without its name
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-arns
 */
function actorKind(modifiedBy: string): string {
  if (/^[a-z0-9.-]+\.amazonaws\.com(\.cn)?$/.test(modifiedBy)) return 'an AWS service';
  const [kind = ''] = actor(modifiedBy).split('/');
  return Object.hasOwn(ACTOR_KINDS, kind) ? String(ACTOR_KINDS[kind]) : 'somebody';
}
