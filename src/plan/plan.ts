import type { DesiredResource, DesiredResourceOf } from '../desired/desired-resource.ts';
import { KINDS } from '../kinds/kinds.ts';
import type { Change, ChangeOf, Plan } from '../model/change.ts';
import { compareKeys } from '../model/equality.ts';
import { ABSENT, type Difference, type Fields } from '../model/fields.ts';
import { ADOPTED, CREATED, OWNER_FIELD } from '../model/ownership.ts';
import { fieldOf, type Kind, type Spec, type Specs, Unreadable } from '../model/spec.ts';
import { diff } from './diff.ts';
import { inOrder } from './order.ts';
import { evaluatePolicy, type Policy } from './policy.ts';
import { settleType } from './settled-type.ts';

export type Observed = { readonly [K in Kind]?: ReadonlyMap<string, Specs[K] | Unreadable> };

/**
 * Compares desired with observed resources. The only place that decides; policy then blocks or drops single
 * differences.
 *
 *     desired | observed                          | change
 *     --------+-----------------------------------+------------------------------------------------------
 *     desired | nothing                           | create, with the ownership tag
 *     no value| nothing                           | none: there is nothing to create it from
 *     desired | created (tag aws-bootstrap)       | every field, defaults too
 *     desired | adopted (aws-bootstrap:adopted)   | the fields that the user gave
 *     desired | neither tag                       | adopt: the same, and the ownership tag
 *     desired | scheduled for deletion            | restore, then as above
 *     desired | owned by CloudFormation, a        | blocked, with the owner's name
 *             | rotation or another service       |
 *     desired | its value may not be read (plan   | everything but the value
 *             | and drift alone)                  |
 *     desired | could not be read                 | blocked, with the error
 */
export function plan(resources: readonly DesiredResource[], observed: Observed, policy: Policy): Plan {
  return inOrder(
    resources.flatMap((desired) => planOne<Kind>(settled(desired, observed, policy), observed, policy)),
    policy.callbackParameter,
  );
}

function planOne<K extends Kind>(
  desired: DesiredResourceOf<K>,
  observed: Observed,
  policy: Policy,
): Change[] {
  const existing: ReadonlyMap<string, Specs[K] | Unreadable> | undefined = observed[desired.kind];
  // A change of one of the kinds.
  return changesOf(desired, existing?.get(desired.spec.name), policy) as Change[];
}

/** Without a rule, the existing type of a parameter wins. */
function settled(desired: DesiredResource, observed: Observed, policy: Policy): DesiredResource {
  if (desired.kind !== 'AWS::SSM::Parameter') return desired;
  return settleType(desired, observed[desired.kind]?.get(desired.spec.name), policy.encrypted ?? new Set());
}

function changesOf<K extends Kind>(
  desired: DesiredResourceOf<K>,
  existing: Specs[K] | Unreadable | undefined,
  policy: Policy,
): ChangeOf<K>[] {
  if (existing === undefined) return [absent(desired)];
  if (!(existing instanceof Unreadable)) return compared(desired, existing, policy);
  return [
    {
      ...baseOf(desired),
      action: 'blocked',
      desired: desired.spec,
      blocked: { reason: 'it could not be read' },
      unreadable: { error: existing.error },
    },
  ];
}

function baseOf<K extends Kind>({ kind, spec }: DesiredResourceOf<K>) {
  return {
    id: `${kind} ${spec.name}`,
    kind,
    name: spec.name,
    observed: undefined,
    differences: [],
    notes: [],
  };
}

/** The change of an existing resource, and one more for each reason that blocks a part of it. */
function compared<K extends Kind>(
  desired: DesiredResourceOf<K>,
  existing: Specs[K],
  policy: Policy,
): ChangeOf<K>[] {
  const { kind, spec, once, unknown } = desired;
  const owner = (existing.fields as Fields)[OWNER_FIELD];
  const isForeign = KINDS[kind].isTagged && owner !== CREATED && owner !== ADOPTED;
  const { differences, notes } = differencesOf(desired, existing);
  const { allowed, blocked, ...decision } = evaluatePolicy(
    { kind, name: spec.name, existing, differences, isForeign, once, unknown },
    policy,
  );
  const base = baseOf(desired);
  const overlaid = (laid: readonly Difference[]) => ({
    ...spec,
    fields: overlay(existing.fields, laid),
    metadata: existing.metadata,
  });
  const change: ChangeOf<K> = {
    ...base,
    action: allowed.length > 0 ? 'update' : 'none',
    desired: overlaid(allowed),
    observed: existing,
    differences: allowed,
    notes: [...notes, ...decision.notes],
  };
  const held = blocked.map(
    ({ reason, consent, differences: parts }): ChangeOf<K> => ({
      ...base,
      id: `${base.id} blocked: ${reason}`,
      action: 'blocked',
      desired: overlaid(parts),
      observed: existing,
      differences: parts,
      blocked: { reason, consent },
    }),
  );
  // A fully blocked resource is reported once, as blocked.
  return allowed.length === 0 && held.length > 0 ? held : [change, ...held];
}

/** @returns the differences of the managed fields, and the notes on fields that are not compared */
function differencesOf<K extends Kind>(desired: DesiredResourceOf<K>, existing: Specs[K]) {
  const { kind, spec } = desired;
  const existingFields: Fields = existing.fields;
  const configured: Fields = KINDS[kind].isTagged
    ? claimed(desired, existingFields[OWNER_FIELD] === CREATED)
    : spec.fields;
  const notes = keptKeys(desired, existing);
  if (compareKeys(existingFields['key-id'], configured['key-id']) === 'unclear')
    notes.push('key-id: an alias and a key id cannot be compared without KMS; treated as the same');
  const differences = diff(kind, configured, existing.fields, desired.closed, uncompared(desired, existing));
  if (existing.metadata.scheduledForDeletion === true)
    differences.unshift({ field: 'deletion', from: 'scheduled', to: ABSENT });
  return { differences, notes };
}

function absent<K extends Kind>(desired: DesiredResourceOf<K>): ChangeOf<K> {
  const { kind, spec } = desired;
  const base = { id: `${kind} ${spec.name}`, kind, name: spec.name, observed: undefined };
  if (!desired.expected)
    return {
      ...base,
      action: 'none',
      desired: spec,
      differences: [],
      notes: ['not created: its value is empty'],
    };
  const fields = KINDS[kind].isTagged ? { ...spec.fields, [OWNER_FIELD]: CREATED } : spec.fields;
  const { uncreatable } = desired;
  if (uncreatable !== undefined)
    return {
      ...base,
      action: 'blocked',
      desired: { ...spec, fields },
      differences: diff(kind, fields, {}, new Set(), desired.unknown),
      notes: [],
      blocked: { reason: uncreatable },
    };
  return {
    ...base,
    action: 'create',
    desired: { ...spec, fields },
    differences: diff(kind, fields, {}, new Set(), desired.unknown),
    notes: desired.unknown.size > 0 ? [`not available in this run: ${[...desired.unknown].join(', ')}`] : [],
  };
}

/** Values unavailable on either side: not given to this run, or not readable by the role. */
function uncompared({ spec, unknown }: DesiredResourceOf<Kind>, { metadata }: Spec): ReadonlySet<string> {
  const late = metadata.unlisted === true ? ['tier', 'key-id'] : [];
  if (metadata.unread !== true) return new Set([...unknown, ...late]);
  const values = Object.keys(spec.fields).filter((field) => field === 'value' || field.startsWith('key:'));
  return new Set([...unknown, ...late, ...values]);
}

/** On adopted resources, defaults are not managed. */
function claimed(desired: DesiredResourceOf<Kind>, isOurs: boolean): Fields {
  const fields: Record<string, Fields[string]> = {};
  for (const [field, value] of Object.entries(desired.spec.fields))
    if (isOurs || !desired.defaults.has(field)) fields[field] = value;
  fields[OWNER_FIELD] = isOurs ? CREATED : ADOPTED;
  return fields;
}

/** Only secrets have such fields: keys that others added stay and are reported by name. */
function keptKeys(desired: DesiredResourceOf<Kind>, existing: Spec): string[] {
  if (desired.closed.has('key:')) return [];
  const foreign = Object.keys(existing.fields).filter(
    (field) =>
      field.startsWith('key:') && fieldOf(desired.spec, field) === undefined && !desired.unknown.has(field),
  );
  return foreign.length === 0
    ? []
    : [
        `keys that are not configured here are kept: ${foreign.map((field) => field.slice('key:'.length)).join(', ')}`,
      ];
}

function overlay(existing: Fields, differences: readonly Difference[]): Fields {
  const fields: Record<string, Fields[string]> = { ...existing };
  for (const { field, to } of differences) fields[field] = to;
  return fields;
}
