import type { DesiredResource, DesiredResourceOf } from '../desired/desired-resource.ts';
import { KINDS } from '../kinds/kinds.ts';
import type { Change, ChangeOf, Plan } from '../model/change.ts';
import { compareKeys } from '../model/equality.ts';
import { ABSENT, type Difference, type Fields } from '../model/fields.ts';
import { ADOPTED, MADE, OWNER_FIELD } from '../model/ownership.ts';
import { fieldOf, type Kind, type Spec, type Specs, Unreadable } from '../model/spec.ts';
import { diff } from './diff.ts';
import { inOrder } from './order.ts';
import { judge, type Policy } from './policy.ts';
import { settleType } from './settled-type.ts';

export type Observed = { readonly [K in Kind]?: ReadonlyMap<string, Specs[K] | Unreadable> };

/**
 * Compares what should be with what is. The only place that decides; policy then blocks or drops single differences.
 *
 *     desired | observed                          | change
 *     --------+-----------------------------------+------------------------------------------------------
 *     wanted  | nothing                           | create, with our tag
 *     no value| nothing                           | none: there is nothing to create it from
 *     wanted  | ours (tag aws-bootstrap)          | every field, defaults too
 *     wanted  | adopted (aws-bootstrap:adopted)   | the fields that the user gave
 *     wanted  | neither tag                       | adopt: the same, and our tag
 *     wanted  | scheduled for deletion            | restore, then as above
 *     wanted  | owned by CloudFormation, a        | blocked, with the owner's name
 *             | rotation or another service       |
 *     wanted  | its value may not be read (plan   | everything but the value
 *             | and drift alone)                  |
 *     wanted  | could not be read                 | blocked, with the error
 */
export function plan(wishes: readonly DesiredResource[], observed: Observed, policy: Policy): Plan {
  return inOrder(
    wishes.flatMap((wish) => planOne<Kind>(settled(wish, observed, policy), observed, policy)),
    policy.callbackParameter,
  );
}

function planOne<K extends Kind>(wish: DesiredResourceOf<K>, observed: Observed, policy: Policy): Change[] {
  const existing: ReadonlyMap<string, Specs[K] | Unreadable> | undefined = observed[wish.kind];
  // A change of one of the kinds.
  return changesOf(wish, existing?.get(wish.spec.name), policy) as Change[];
}

/** A parameter's type that no rule gave yields to what exists. */
function settled(wish: DesiredResource, observed: Observed, policy: Policy): DesiredResource {
  if (wish.kind !== 'AWS::SSM::Parameter') return wish;
  return settleType(wish, observed[wish.kind]?.get(wish.spec.name), policy.encrypted ?? new Set());
}

function changesOf<K extends Kind>(
  wish: DesiredResourceOf<K>,
  standing: Specs[K] | Unreadable | undefined,
  policy: Policy,
): ChangeOf<K>[] {
  const { kind, spec } = wish;
  const base = {
    id: `${kind} ${spec.name}`,
    kind,
    name: spec.name,
    observed: undefined,
    differences: [],
    notes: [],
  };
  if (standing instanceof Unreadable)
    return [
      {
        ...base,
        action: 'blocked',
        desired: spec,
        blocked: { reason: 'it could not be read' },
        unreadable: { error: standing.error },
      },
    ];
  if (standing === undefined) return [absent(wish)];

  const existing: Fields = standing.fields;
  const owner = existing[OWNER_FIELD];
  const wanted: Fields = KINDS[kind].isTagged ? claimed(wish, owner === MADE) : spec.fields;
  const notes = keptKeys(wish, standing);
  if (compareKeys(existing['key-id'], wanted['key-id']) === 'unclear')
    notes.push('key-id: an alias and a key id cannot be told apart without asking KMS; taken as the same');
  const differences = diff(kind, wanted, standing.fields, wish.closed, uncompared(wish, standing));
  if (standing.facts.scheduledForDeletion === true)
    differences.unshift({ field: 'deletion', from: 'scheduled', to: ABSENT });

  const verdict = judge(
    {
      kind,
      name: spec.name,
      standing,
      differences,
      isForeign: KINDS[kind].isTagged && owner !== MADE && owner !== ADOPTED,
      once: wish.once,
      unknown: wish.unknown,
    },
    policy,
  );
  notes.push(...verdict.notes);
  const overlaid = (allowed: readonly Difference[]) => ({
    ...spec,
    fields: overlay(standing.fields, allowed),
    facts: standing.facts,
  });
  const changes: ChangeOf<K>[] = [
    {
      ...base,
      action: verdict.allowed.length > 0 ? 'update' : 'none',
      desired: overlaid(verdict.allowed),
      observed: standing,
      differences: verdict.allowed,
      notes,
    },
  ];
  for (const { reason, consent, differences: held } of verdict.blocked)
    changes.push({
      ...base,
      id: `${base.id} blocked: ${reason}`,
      action: 'blocked',
      desired: overlaid(held),
      observed: standing,
      differences: held,
      blocked: { reason, consent },
    });
  // A resource of which everything is blocked is told once, as blocked.
  return verdict.allowed.length === 0 && verdict.blocked.length > 0 ? changes.slice(1) : changes;
}

function absent<K extends Kind>(wish: DesiredResourceOf<K>): ChangeOf<K> {
  const { kind, spec } = wish;
  const base = { id: `${kind} ${spec.name}`, kind, name: spec.name, observed: undefined };
  if (!wish.expected)
    return {
      ...base,
      action: 'none',
      desired: spec,
      differences: [],
      notes: ['not created: its value is empty'],
    };
  const fields = KINDS[kind].isTagged ? { ...spec.fields, [OWNER_FIELD]: MADE } : spec.fields;
  const { uncreatable } = wish;
  if (uncreatable !== undefined)
    return {
      ...base,
      action: 'blocked',
      desired: { ...spec, fields },
      differences: diff(kind, fields, {}, new Set(), wish.unknown),
      notes: [],
      blocked: { reason: uncreatable },
    };
  return {
    ...base,
    action: 'create',
    desired: { ...spec, fields },
    differences: diff(kind, fields, {}, new Set(), wish.unknown),
    notes: wish.unknown.size > 0 ? [`not available in this run: ${[...wish.unknown].join(', ')}`] : [],
  };
}

/** What could not be had on either side: a value that this run was not given, or one that the role may not read. */
function uncompared({ spec, unknown }: DesiredResourceOf<Kind>, { facts }: Spec): ReadonlySet<string> {
  const late = facts.unlisted === true ? ['tier', 'key-id'] : [];
  if (facts.unread !== true) return new Set([...unknown, ...late]);
  const values = Object.keys(spec.fields).filter((field) => field === 'value' || field.startsWith('key:'));
  return new Set([...unknown, ...late, ...values]);
}

/** On what stood before we came, a default is nobody's wish. */
function claimed(wish: DesiredResourceOf<Kind>, isOurs: boolean): Fields {
  const fields: Record<string, Fields[string]> = {};
  for (const [field, value] of Object.entries(wish.spec.fields))
    if (isOurs || !wish.defaults.has(field)) fields[field] = value;
  fields[OWNER_FIELD] = isOurs ? MADE : ADOPTED;
  return fields;
}

/** Keys that others put into a secret, the only kind that has such fields, stay there and are told by name. */
function keptKeys(wish: DesiredResourceOf<Kind>, standing: Spec): string[] {
  if (wish.closed.has('key:')) return [];
  const foreign = Object.keys(standing.fields).filter(
    (field) =>
      field.startsWith('key:') && fieldOf(wish.spec, field) === undefined && !wish.unknown.has(field),
  );
  return foreign.length === 0
    ? []
    : [
        `keys that nobody here asks for are kept: ${foreign.map((field) => field.slice('key:'.length)).join(', ')}`,
      ];
}

function overlay(standing: Fields, differences: readonly Difference[]): Fields {
  const fields: Record<string, Fields[string]> = { ...standing };
  for (const { field, to } of differences) fields[field] = to;
  return fields;
}
