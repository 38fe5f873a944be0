import type { Plan } from '../model/change.ts';
import type { Scrubber } from '../settings/mask-forms.ts';
import type { Settings } from '../settings/settings.ts';
import type { Binding, HiddenValues } from './binding.ts';
import { effectOf, type PlanDocument, planDocument, planHash } from './plan-document.ts';

/** Why a run that would write only shows its plan, with its `failure-reason`. */
export interface Refusal {
  readonly reason: 'conflict' | 'input';
  readonly text: string;
}

/** A plan that differs from the approved one, and its differences. */
export interface Refused extends Refusal {
  readonly lines: readonly string[];
}

type Entry = PlanDocument['changes'][number];

const MOST_LINES = 50;

/**
 * Compares the plan of this run with the one that `expect-plan` gives, where this run would write.
 * @returns undefined if they are the same, or where none was given
 */
export function refusalOf(
  settings: Settings,
  plan: Plan,
  gate: Scrubber,
  binding?: Binding,
): Refused | undefined {
  const { expected, writes } = settings.ownership;
  if (expected === undefined || !writes) return undefined;
  const present = planDocument(settings, plan, gate, binding);
  const hash = planHash(present);
  if ('hash' in expected)
    return expected.hash === hash
      ? undefined
      : refused([
          `this plan has the plan-hash ${hash}, and expect-plan has ${expected.hash}. Pass the output plan or plan-file of the approved run as expect-plan to see what differs`,
        ]);
  const approved = readPlan(expected.document);
  return planHash(approved) === hash ? undefined : refused(differences(approved, present));
}

function refused(lines: readonly string[]): Refused {
  const more = lines.length > MOST_LINES ? [`… and ${lines.length - MOST_LINES} more`] : [];
  return {
    reason: 'conflict',
    lines: [...lines.slice(0, MOST_LINES), ...more],
    text: 'nothing was written: the plan differs from the one that expect-plan approves. Run mode: plan, have the new plan approved, and pass its plan-hash',
  };
}

/** @returns why a destroy only shows its plan: `confirm` does not repeat the prefix. */
export function unconfirmed({ mode, prefix, ownership }: Settings): Refusal | undefined {
  if (mode !== 'destroy' || ownership.writes) return undefined;
  const other = ownership.confirm === undefined ? '' : ' (what confirm holds now is another text)';
  return {
    reason: 'input',
    text: `nothing was written: this is what destroy would do. To delete, set confirm: ${prefix}${other}`,
  };
}

/** The input may be anything: only strings and lists of known names are read. */
function readPlan(document: unknown): PlanDocument {
  const of = (value: unknown) =>
    (typeof value === 'object' && value !== null ? { ...value } : {}) as Record<string, unknown>;
  const text = (value: unknown) => (typeof value === 'string' ? value : '');
  const list = (value: unknown) => (Array.isArray(value) ? value.map(of) : []);
  const plan = of(document);
  return {
    version: 1,
    prefix: text(plan['prefix']),
    region: text(plan['region']),
    ...(typeof plan['account'] === 'string' ? { account: plan['account'] } : {}),
    ...(typeof plan['auth0'] === 'string' ? { auth0: plan['auth0'] } : {}),
    ...(plan['hidden'] === undefined ? {} : { hidden: readHidden(of(plan['hidden'])) }),
    changes: list(plan['changes']).map((change) => ({
      kind: text(change['kind']),
      name: text(change['name']),
      action: text(change['action']),
      fields: list(change['fields']).map(({ field, from, to }) => ({
        field: text(field),
        from: typeof from === 'string' ? from : null,
        to: typeof to === 'string' ? to : null,
      })),
      ...(typeof change['consent'] === 'string' ? { consent: change['consent'] } : {}),
      ...(typeof change['standing'] === 'string' ? { standing: change['standing'] } : {}),
      ...(change['unwanted'] === true ? { unwanted: true as const } : {}),
      notes: [],
    })),
  };
}

function readHidden({ digest, fields }: Record<string, unknown>): HiddenValues {
  return {
    digest: typeof digest === 'string' ? digest : '',
    fields: Array.isArray(fields) ? fields.filter((field) => typeof field === 'string') : [],
  };
}

function differences(approved: PlanDocument, present: PlanDocument): string[] {
  const lines: string[] = [];
  for (const name of ['prefix', 'region'] as const)
    if (approved[name] !== present[name])
      lines.push(`${name}: ${approved[name]} was approved, this run is for ${present[name]}`);
  if (approved.account !== present.account)
    lines.push('account: this run is in another one than was approved, or an older version created the plan');
  if (approved.auth0 !== present.auth0)
    lines.push('Auth0: this run is for another tenant or application than was approved');
  const [before, now] = [byResource(approved), byResource(present)];
  for (const [resource, entries] of before) {
    const others = now.get(resource);
    if (others === undefined)
      lines.push(`${resource}: ${actions(entries)} was approved, and is not in this plan`);
    else if (effects(entries) !== effects(others)) lines.push(...changed(resource, entries, others));
  }
  for (const [resource, entries] of now)
    if (!before.has(resource))
      lines.push(`${resource}: ${actions(entries)} is in this plan, and was not approved`);
  const isOfSame = String(approved.hidden?.fields) === String(present.hidden?.fields);
  // Other fields come with other changes, which are reported above.
  if (approved.hidden?.digest !== present.hidden?.digest && (isOfSame || lines.length === 0))
    lines.push(
      `another value was approved for one of these hidden fields: ${present.hidden?.fields.join(', ') ?? ''}`,
    );
  return lines;
}

/** One resource may have two changes: an allowed and a blocked one. */
function byResource({ changes }: PlanDocument): Map<string, Entry[]> {
  const found = new Map<string, Entry[]>();
  for (const change of changes) {
    if (effectOf(change) === undefined) continue;
    const resource = `${change.kind} ${change.name}`;
    found.set(resource, [...(found.get(resource) ?? []), change]);
  }
  return found;
}

function changed(resource: string, before: readonly Entry[], now: readonly Entry[]): string[] {
  const lines: string[] = [];
  if (actions(before) !== actions(now))
    lines.push(`${resource}: ${actions(before)} was approved, this plan has ${actions(now)}`);
  const [old, next] = [versions(before), versions(now)];
  if (old !== next)
    lines.push(`${resource}: version ${old || 'none'} existed at approval, ${next || 'none'} exists now`);
  const fieldsOf = (entries: readonly Entry[]) =>
    new Map(
      entries
        .flatMap(({ fields }) => fields)
        .map(({ field, from, to }) => [field, JSON.stringify([from, to])]),
    );
  const [approved, present] = [fieldsOf(before), fieldsOf(now)];
  const names = [...new Set([...approved.keys(), ...present.keys()])].filter(
    (field) => approved.get(field) !== present.get(field),
  );
  if (names.length > 0) lines.push(`${resource}: another change of ${names.join(', ')} was approved`);
  return lines.length > 0 ? lines : [`${resource}: another change was approved`];
}

function actions(entries: readonly Entry[]): string {
  return [...new Set(entries.map(({ action }) => action))].sort().join(' and ');
}

function versions(entries: readonly Entry[]): string {
  return [...new Set(entries.flatMap(({ standing }) => standing ?? []))].join(', ');
}

function effects(entries: readonly Entry[]): string {
  return entries.map(effectOf).sort().join('\n');
}
