import { aspectsOf, KINDS } from '../kinds/kinds.ts';
import type { Change } from '../model/change.ts';
import { type Difference, textOf } from '../model/fields.ts';
import type { Outcome } from '../model/outcome.ts';
import { type Kind, ORDER, type Spec } from '../model/spec.ts';
import { isForeign, isUnread, removalOf } from '../plan/plan-properties.ts';
import { Secret } from '../secret.ts';
import type { OptInName } from '../settings/choices.ts';
import { consoleUrl } from './console-link.ts';
import { errorText } from './failure.ts';
import { isWords, labelOf, type Side, STATES, type State, type Values, valueText } from './labels.ts';
import type { Run } from './run.ts';

/*
 * Facts on each resource for reports, computed once for every renderer: summary, comment, issue and terminal.
 */

export interface FieldReport {
  /** `retention`, `key username`, `tag project`. */
  readonly label: string;
  /** In AWS, or in Auth0. */
  readonly from: Side;
  /** As configured. */
  readonly to: Side;
  /** Both sides are hidden or equal as text, and differ all the same. */
  readonly isOtherValue: boolean;
}

export interface ResourceReport {
  readonly kind: Kind;
  readonly name: string;
  /** A parameter's name without the prefix. */
  readonly shortName: string;
  readonly state: State;
  /** Its page in the AWS console. */
  readonly url: string | undefined;
  /** Differences of a resource that exists; of one that is created, `aspects` say what matters. */
  readonly fields: readonly FieldReport[];
  /** Its important properties: type, retention, number of keys. */
  readonly aspects: readonly string[];
  /** The value of a plain parameter that is created. */
  readonly value: string | undefined;
  readonly blocked: ReadonlyArray<{ readonly reason: string; readonly optIn: OptInName | undefined }>;
  readonly notes: readonly string[];
  readonly error: string | undefined;
  /** The resource without which this one was left out. */
  readonly waitsFor: string | undefined;
  /** Who changed it last and when, if AWS returns it. */
  readonly changedBy: string | undefined;
  readonly changedAt: string | undefined;
  /** It was compared by everything but its value. */
  readonly isUnread: boolean;
}

/** @returns the resources of a run in the order of the documentation, each once */
export function resourcesOf(
  { outcomes, settings }: Pick<Run, 'outcomes' | 'settings'>,
  values: Values = 'shown',
): ResourceReport[] {
  const byResource = new Map<string, Outcome[]>();
  for (const outcome of outcomes) {
    const key = `${ORDER.indexOf(outcome.change.kind)} ${outcome.change.name}`;
    byResource.set(key, [...(byResource.get(key) ?? []), outcome]);
  }
  return [...byResource]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, [first, ...others]]) =>
      first === undefined ? [] : [resourceOf([first, ...others], settings, values)],
    );
}

type Outcomes = readonly [Outcome, ...Outcome[]];

function resourceOf(outcomes: Outcomes, { mode, prefix }: Run['settings'], values: Values): ResourceReport {
  const states = outcomes.map((outcome) => stateOf(outcome, mode));
  const state = STATES.find((one) => states.includes(one)) ?? 'unchanged';
  const { change } = outcomes[0];
  const { kind, name } = change;
  const existing = outcomes.findLast(({ after }) => after !== undefined)?.after;
  const isNew = change.action === 'create';
  const { metadata: facts } = change.observed ?? {};
  return {
    kind,
    name,
    shortName: shortName(kind, name, prefix),
    state,
    // The URL may name the account.
    url: values === 'hidden' ? undefined : consoleUrl(kind, name, existing?.metadata.arn),
    fields: isNew
      ? []
      : outcomes.flatMap((one) => one.change.differences.map((each) => fieldOf(one.change, each, values))),
    aspects: aspects(change, existing),
    value: isNew ? plainValue(change, values) : undefined,
    blocked: outcomes.flatMap((one) =>
      one.result !== 'failed' && one.change.blocked !== undefined
        ? [{ reason: one.change.blocked.reason, optIn: one.change.blocked.consent }]
        : [],
    ),
    notes: [...new Set(outcomes.flatMap((one) => one.change.notes))],
    error: outcomes.flatMap((one) => (one.result === 'failed' ? [errorText(one.error)] : []))[0],
    waitsFor: outcomes.flatMap(({ blockedBy }) => blockedBy ?? [])[0],
    changedBy: facts?.modifiedBy,
    changedAt: facts?.modifiedAt,
    isUnread: outcomes.some((one) => one.change.observed?.metadata.unread === true),
  };
}

/** @returns a parameter's name without the prefix, which the report names once */
export function shortName(kind: Kind, name: string, prefix: string): string {
  return kind === 'AWS::SSM::Parameter' && name.startsWith(`${prefix}/`)
    ? name.slice(prefix.length + 1)
    : name;
}

function aspects(change: Change, existing: Spec | undefined): string[] {
  const isNew = change.action === 'create';
  const spec = existing ?? (isNew ? change.desired : undefined);
  const all = spec === undefined ? [] : aspectsOf(change.kind, spec);
  // The version of a new resource is always the first.
  return isNew ? all.filter((aspect) => aspect !== 'version 1') : all;
}

function plainValue({ kind, differences }: Change, values: Values): string | undefined {
  if (kind !== 'AWS::SSM::Parameter' || values === 'hidden') return undefined;
  const to = differences.find(({ field }) => field === 'value')?.to;
  return to instanceof Secret ? undefined : textOf(to);
}

function stateOf({ change, result, after }: Outcome, mode: Run['settings']['mode']): State {
  if (result === 'failed' || result === 'blocked' || result === 'skipped') return result;
  if (isForeign(change)) return 'unmanaged';
  const removal = removalOf(change);
  if (result === 'done') return removal ?? (change.action === 'create' ? 'created' : 'updated');
  if (removal !== undefined) return removal === 'deleted' ? 'to-delete' : 'to-release';
  const isDrift = mode === 'drift';
  if (result === 'planned' && change.action === 'create') return isDrift ? 'missing' : 'to-create';
  if (result === 'planned') return isDrift ? 'drifted' : 'to-update';
  if (mode === 'destroy') return 'kept';
  if (change.unwanted === true) return 'orphan';
  return after === undefined ? 'not-created' : 'unchanged';
}

function fieldOf({ kind, observed }: Change, { field, from, to }: Difference, values: Values): FieldReport {
  const isHidden = kind === 'AWS::SSM::Parameter' && field === 'value' && values === 'hidden';
  const side = (value: Difference['from'], none: 'missing' | 'removed'): Side => {
    if (value === true) return 'listed';
    if (textOf(value) === undefined) return none;
    return isHidden || value instanceof Secret
      ? 'hidden'
      : { text: valueText(kind, field, value), isWords: isWords(kind, field) };
  };
  const before = isUnread(field, observed) ? 'unread' : side(from, 'missing');
  const after = side(to, 'removed');
  const isSameText =
    typeof before === 'object' && typeof after === 'object' ? before.text === after.text : before === after;
  return { label: labelOf(kind, field), from: before, to: after, isOtherValue: isSameText };
}

/** @returns whether a report shows its differences */
export function isShown({ state }: ResourceReport): boolean {
  return !SILENT.has(state) && state !== 'failed';
}

const SILENT: ReadonlySet<State> = new Set(['orphan', 'kept', 'unmanaged', 'not-created', 'unchanged']);

/** @returns whether it counts as one of the run's resources, unlike unmanaged ones and orphans */
export function isConfigured({ state }: ResourceReport): boolean {
  return state !== 'unmanaged' && state !== 'orphan';
}

/** @returns how many resources have each state, in the order of urgency; states that none has are left out */
export function countStates(resources: readonly ResourceReport[]): Map<State, number> {
  const counts = new Map<State, number>();
  for (const state of STATES) {
    const number = resources.filter((one) => one.state === state).length;
    if (number > 0) counts.set(state, number);
  }
  return counts;
}

/** @returns how many resources there are of each kind: `9 parameters, 2 secrets` */
export function countKinds(resources: ReadonlyArray<Pick<ResourceReport, 'kind'>>): string {
  return ORDER.flatMap((kind) => {
    const number = resources.filter((one) => one.kind === kind).length;
    return number === 0 ? [] : [counted(kind, number)];
  }).join(', ');
}

/** @returns `1 parameter`, `2 repositories` */
export function counted(kind: Kind, number: number): string {
  const { noun } = KINDS[kind];
  if (number === 1) return `1 ${noun}`;
  return `${number} ${noun.endsWith('y') ? `${noun.slice(0, -1)}ies` : `${noun}s`}`;
}
