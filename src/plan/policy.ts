import { isLocalUrl } from '../desired/app-url.ts';
import type { DesiredResource } from '../desired/desired-resource.ts';
import { fieldDescriptorOf } from '../kinds/kinds.ts';
import type { Change, Plan } from '../model/change.ts';
import type { Difference, Field } from '../model/fields.ts';
import { OWNER_FIELD } from '../model/ownership.ts';
import { type Kind, NAMES, type Spec, type Specs } from '../model/spec.ts';
import { Secret } from '../secret.ts';
import type { OptInName } from '../settings/choices.ts';
import { nearestOf } from '../settings/nearest.ts';
import type { Ignored, IgnoreEntry } from '../settings/rules.ts';
import { lastSegment } from './stale-copies.ts';

/** The permissions and exceptions of the user. */
export interface Policy {
  readonly allow: ReadonlySet<OptInName>;
  readonly adopt: boolean;
  readonly ignore: readonly Ignored[];
  /** Variables that are keys of secrets that this action owns: no guess stores them in the clear. */
  readonly encrypted?: ReadonlySet<string>;
  /** Name of the parameter that holds the callback URL. */
  readonly callbackParameter: string;
  /** `app-url` configures the callback; a local one from elsewhere never replaces a public one. */
  readonly isCallbackConfigured: boolean;
}

/** One resource with its differences. */
export interface Subject {
  readonly kind: Kind;
  readonly name: string;
  readonly existing: Spec;
  readonly differences: readonly Difference[];
  /** It has no ownership tag. */
  readonly isForeign: boolean;
  readonly once: ReadonlySet<string>;
  /** Fields whose desired value is unavailable in this run. */
  readonly unknown: ReadonlySet<string>;
}

interface Decision {
  readonly allowed: readonly Difference[];
  readonly blocked: ReadonlyArray<{
    readonly reason: string;
    readonly consent: OptInName | undefined;
    readonly differences: readonly Difference[];
  }>;
  readonly notes: readonly string[];
}

type Ruling = 'allow' | { readonly drop: string } | { readonly block: string; readonly consent?: OptInName };

/** Decides on each difference alone: one that needs an opt-in does not hold up the others. */
export function evaluatePolicy(situation: Subject, policy: Policy): Decision {
  const notes: string[] = [];
  const allowed: Difference[] = [];
  const blocked = new Map<
    string,
    { reason: string; consent: OptInName | undefined; differences: Difference[] }
  >();
  for (const difference of situation.differences) {
    const ruling = rule(situation, leaderOf(situation, difference), policy);
    if (ruling === 'allow') allowed.push(difference);
    else if ('drop' in ruling) notes.push(ruling.drop);
    else {
      const group = blocked.get(ruling.block) ?? {
        reason: ruling.block,
        consent: ruling.consent,
        differences: [],
      };
      group.differences.push(difference);
      blocked.set(ruling.block, group);
    }
  }
  if (allowed.some((difference) => difference.field === 'deletion'))
    notes.push('it is scheduled for deletion and is restored');
  if (situation.isForeign && allowed.some((difference) => difference.field === OWNER_FIELD))
    notes.push('adopted: it existed without the tag managed-by');
  if (allowed.some(({ field, from, to }) => field === 'type' && from === 'String' && to === 'SecureString'))
    notes.push('the old versions stay readable in its history; rotate the value');
  return { allowed, blocked: [...blocked.values()], notes: [...new Set(notes)] };
}

/** The decision on a dependent field follows the field it depends on. */
function leaderOf({ kind, differences }: Subject, difference: Difference): Difference {
  const leader = fieldDescriptorOf(kind, difference.field)?.leader;
  return differences.find(({ field }) => field === leader) ?? difference;
}

function rule(situation: Subject, difference: Difference, policy: Policy): Ruling {
  const { kind, existing, isForeign, once, unknown } = situation;
  const { field, from, to } = difference;
  const { leader, kept, blocked, optIn } = fieldDescriptorOf(kind, field) ?? {};
  // An entry for the leader covers all that was fixed at creation.
  const fields = leader === undefined || blocked === undefined ? [field] : [field, leader];
  if (fields.some((one) => isIgnored(situation, one, policy.ignore)))
    return { drop: `${field}: left as it is (ignore)` };
  const note = kept?.(difference);
  if (note !== undefined) return { drop: note };
  // The contents of a secret that is scheduled for deletion are unreadable: it may have the key.
  const mayExist = Object.hasOwn(existing.fields, field) || existing.metadata.scheduledForDeletion === true;
  if (once.has(field) && mayExist) return { drop: `${field}: left as it is (write: once)` };
  // Only parameters have this field.
  if (
    field === 'value' &&
    situation.name === policy.callbackParameter &&
    !policy.isCallbackConfigured &&
    isLocalReplacement(from, to)
  )
    return {
      drop: 'value: the existing public URL is kept, since the configured one reaches only the machine itself',
    };

  const { ownedBy, unusable, overruled } = existing.metadata;
  if (overruled !== undefined && Object.hasOwn(overruled, field))
    return { drop: `${field}: left as it is, since ${overruled[field]}` };
  if (ownedBy !== undefined) return { block: `it belongs to ${ownedBy}, which would undo the change` };
  if (unusable !== undefined) return { block: unusable };
  if (isForeign && !policy.adopt)
    return { block: 'it exists without the tag managed-by, and adopt is false' };

  const reason = blocked?.(difference, unknown);
  if (reason !== undefined) return { block: reason };
  const needed = optIn?.(difference, existing as Specs[Kind]);
  return needed === undefined || policy.allow.has(needed.consent)
    ? 'allow'
    : { block: needed.reason, consent: needed.consent };
}

function isLocalReplacement(from: Field, to: Field): boolean {
  const isLocal = (field: Field) =>
    field instanceof Secret ? field.is(isLocalUrl) : typeof field === 'string' && isLocalUrl(field);
  const isUrl = (field: Field) =>
    field instanceof Secret ? field.is(isWeb) : typeof field === 'string' && isWeb(field);
  return isLocal(to) && isUrl(from) && !isLocal(from);
}

const isWeb = (value: string) => /^https?:\/\/[^\s/]/i.test(value);

/** @returns whether an entry of `ignore` matches the field of a resource */
export function isIgnored(
  { kind, name }: Pick<Subject, 'kind' | 'name'>,
  field: string,
  ignored: readonly Ignored[],
): boolean {
  const short = lastSegment(name);
  return ignored.some(
    (entry) =>
      entry.resource === NAMES[kind].ignore && (entry.name(short) || entry.name(name)) && entry.field(field),
  );
}

/**
 * Entries of `ignore` that match nothing of the plan: most likely a name is misspelt. Those of kinds outside this run are
 * not reported.
 * @param resources of which the plan was made: it no longer has what an entry took out of it
 * @returns each entry, with the name that it may mean
 */
export function idleIgnores(
  ignored: readonly IgnoreEntry[],
  plan: Plan,
  resources: readonly DesiredResource[],
): string[] {
  const configured = new Map(
    resources.map(({ kind, spec }) => [`${kind} ${spec.name}`, Object.keys(spec.fields)]),
  );
  const collectionsOf = (change: Change): string[] =>
    [...fieldsOf(change), ...(configured.get(`${change.kind} ${change.name}`) ?? [])].filter(isOfCollection);
  return ignored.flatMap((entry) => {
    const ofKind = plan.filter(({ kind }) => NAMES[kind].ignore === entry.resource);
    if (ofKind.length === 0) return [];
    const named = ofKind.filter(({ name }) => entry.name(lastSegment(name)) || entry.name(name));
    const [written, names] =
      named.length === 0
        ? [entry.pattern, ofKind.map(({ name }) => lastSegment(name))]
        : [fieldOf(entry), named.flatMap(collectionsOf)];
    if (
      named.length > 0 &&
      (!isOfCollection(fieldOf(entry)) ||
        named.some((change) => isUnread(change) || collectionsOf(change).some(entry.field)))
    )
      return [];
    const meant = nearestOf(written, names);
    return [meant === undefined ? entry.text : `${entry.text} (did you mean ${meant}?)`];
  });
}

/** @returns one remark for all of them */
export function ignoreRemarks(
  ignored: readonly IgnoreEntry[],
  plan: Plan,
  resources: readonly DesiredResource[],
): string[] {
  const idle = idleIgnores(ignored, plan, resources);
  return idle.length === 0 ? [] : [`these entries of ignore match nothing of this plan: ${idle.join(', ')}`];
}

/** Fields that every resource of a kind has were validated when the file was read. */
const isOfCollection = (field: string) => /^(?:tag|key):/.test(field);

const fieldOf = ({ text, resource, pattern }: IgnoreEntry) =>
  text.slice(resource.length + (pattern === '' ? 0 : pattern.length + 1) + 1);

/** The fields of an unread resource are unknown. */
const isUnread = ({ observed, unreadable }: Change): boolean =>
  unreadable !== undefined ||
  observed?.metadata.unread === true ||
  observed?.metadata.scheduledForDeletion === true;

const fieldsOf = ({ desired, observed }: Change): string[] => [
  ...Object.keys(desired.fields),
  ...Object.keys(observed?.fields ?? {}),
];
