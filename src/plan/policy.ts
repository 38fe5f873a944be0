import { isLocalUrl } from '../desired/local-host.ts';
import type { Difference, Field } from '../model/fields.ts';
import { MADE, OWNER_FIELD } from '../model/ownership.ts';
import type { Kind, Spec } from '../model/spec.ts';
import { Secret } from '../secret.ts';
import type { Consent } from '../settings/choices.ts';
import type { Ignored } from '../settings/rules.ts';
import { lastSegment } from './old-copy.ts';

/** What the user allows and wants left alone. */
export interface Policy {
  readonly allow: ReadonlySet<Consent>;
  readonly adopt: boolean;
  readonly ignore: readonly Ignored[];
  /** Variables that are keys of secrets of ours: no guess stores them in the clear. */
  readonly encrypted?: ReadonlySet<string>;
  /** Name of the parameter that holds the callback URL. */
  readonly callbackParameter: string;
  /** The callback was asked for by `app-url`; one from elsewhere that is local never replaces a public one. */
  readonly callbackIsAsked: boolean;
}

/** One resource with what differs on it. */
export interface Case {
  readonly kind: Kind;
  readonly name: string;
  readonly standing: Spec;
  readonly differences: readonly Difference[];
  /** It carries neither of our tags. */
  readonly isForeign: boolean;
  readonly once: ReadonlySet<string>;
  /** Fields whose wanted value could not be had in this run. */
  readonly unknown: ReadonlySet<string>;
}

export interface Verdict {
  readonly allowed: readonly Difference[];
  readonly blocked: ReadonlyArray<{
    readonly reason: string;
    readonly consent: Consent | undefined;
    readonly differences: readonly Difference[];
  }>;
  readonly notes: readonly string[];
}

type Ruling = 'allow' | { readonly drop: string } | { readonly block: string; readonly consent?: Consent };

/** Judges each difference on its own: one that needs a consent does not hold up the others. */
export function judge(situation: Case, policy: Policy): Verdict {
  const notes: string[] = [];
  const allowed: Difference[] = [];
  const blocked = new Map<
    string,
    { reason: string; consent: Consent | undefined; differences: Difference[] }
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
    notes.push('adopted: it stood before without our tag');
  if (allowed.some(({ field, from, to }) => field === 'type' && from === 'String' && to === 'SecureString'))
    notes.push('the old versions stay readable in its history; rotate the value');
  return { allowed, blocked: [...blocked.values()], notes: [...new Set(notes)] };
}

/**
 * A field that means nothing without another is judged by that: a key id cannot be written while the type that
 * takes one is held back, nor can exclusions without their mutability.
 */
function leaderOf({ kind, differences }: Case, difference: Difference): Difference {
  const leader =
    kind === 'AWS::SSM::Parameter' && difference.field === 'key-id'
      ? 'type'
      : kind === 'AWS::ECR::Repository' && difference.field === 'exclusions'
        ? 'mutability'
        : undefined;
  return differences.find(({ field }) => field === leader) ?? difference;
}

function rule(situation: Case, difference: Difference, policy: Policy): Ruling {
  const { kind, standing, isForeign, once, unknown } = situation;
  const { field, from, to } = difference;
  if (isIgnored(situation, field, policy.ignore)) return { drop: `${field}: left as it is (ignore)` };
  // What a secret that is scheduled for deletion holds cannot be read: it may well hold the key.
  const mayStand = Object.hasOwn(standing.fields, field) || standing.facts.scheduledForDeletion === true;
  if (once.has(field) && mayStand) return { drop: `${field}: left as it is (write: once)` };
  if (
    kind === 'AWS::SSM::Parameter' &&
    field === 'value' &&
    situation.name === policy.callbackParameter &&
    !policy.callbackIsAsked &&
    isTakenBack(from, to)
  )
    return {
      drop: 'value: the public URL that stands is kept, since the wanted one reaches only the machine itself',
    };

  const { ownedBy, unusable } = standing.facts;
  if (ownedBy !== undefined) return { block: `it belongs to ${ownedBy}, which would undo the change` };
  if (unusable !== undefined) return { block: unusable };
  if (isForeign && !policy.adopt) return { block: 'it stands without our tag, and adopt is false' };

  if (kind === 'AWS::SSM::Parameter' && field === 'type' && from === 'SecureString' && unknown.has('value'))
    return { block: 'its value is not known in this run, and what stands as a SecureString may be a secret' };
  const consent = neededConsent(situation, difference);
  if (consent !== undefined && !policy.allow.has(consent.consent))
    return { block: consent.reason, consent: consent.consent };
  const impossible = impossibleReason(kind, difference);
  return impossible === undefined ? 'allow' : { block: impossible };
}

function neededConsent(
  { kind, standing }: Case,
  { field, from, to }: Difference,
): { reason: string; consent: Consent } | undefined {
  if (kind === 'AWS::Logs::LogGroup' && field === 'retention') {
    const isShorter = to !== 'never' && (from === 'never' || Number(to) < Number(from));
    if (isShorter && standing.facts.storedBytes !== 0)
      return { reason: 'a shorter retention deletes logs that stand', consent: 'shorten-retention' };
  }
  if (kind === 'AWS::SSM::Parameter' && field === 'type' && !(from === 'String' && to === 'SecureString'))
    return {
      reason: `the type cannot change from ${String(from)} in place: the parameter is deleted and created anew`,
      consent: 'change-type',
    };
  const wasAdopted = standing.fields[OWNER_FIELD] !== MADE;
  if (
    kind === 'AWS::ECR::Repository' &&
    wasAdopted &&
    ((field === 'mutability' && isLooser(String(from), String(to))) ||
      (field === 'exclusions' && freesTags(standing.fields.mutability, from, to)))
  )
    return { reason: 'it was made elsewhere with stricter tags, and would be loosened', consent: 'loosen' };
  return undefined;
}

/** What AWS fixes when the resource is made. */
function impossibleReason(kind: Kind, { field, from, to }: Difference): string | undefined {
  if (kind === 'AWS::ECR::Repository' && (field === 'encryption' || field === 'key-id'))
    return 'ECR fixes the encryption when a repository is made; make another one, or ignore: repository:encryption';
  if (kind === 'AWS::Logs::LogGroup' && field === 'class')
    return 'CloudWatch fixes the class when a log group is made; make another one, or ignore: log-group:class';
  if (kind === 'AWS::SSM::Parameter' && field === 'tier' && from === 'Advanced' && to === 'Standard')
    return 'Parameter Store never lowers a tier; delete the parameter first, or set parameter-tier: auto';
  return undefined;
}

/** How much each value lets tags be overwritten. */
const STRICTNESS = ['MUTABLE', 'MUTABLE_WITH_EXCLUSION', 'IMMUTABLE_WITH_EXCLUSION', 'IMMUTABLE'];

function isLooser(from: string, to: string): boolean {
  return STRICTNESS.indexOf(to) < STRICTNESS.indexOf(from);
}

/** Of the immutable tags some become free, though the mutability keeps its name. */
function freesTags(mutability: Field, from: Field, to: Field): boolean {
  const filters = (field: Field) => (typeof field === 'string' ? field.split(',') : []);
  const [before, after] = [filters(from), filters(to)];
  return mutability === 'IMMUTABLE_WITH_EXCLUSION'
    ? after.some((filter) => !before.includes(filter))
    : before.some((filter) => !after.includes(filter));
}

function isTakenBack(from: Field, to: Field): boolean {
  const isLocal = (field: Field) =>
    field instanceof Secret ? field.is(isLocalUrl) : typeof field === 'string' && isLocalUrl(field);
  const isUrl = (field: Field) =>
    field instanceof Secret ? field.is(isWeb) : typeof field === 'string' && isWeb(field);
  return isLocal(to) && isUrl(from) && !isLocal(from);
}

const isWeb = (value: string) => /^https?:\/\/[^\s/]/i.test(value);

/** What the configuration file calls each kind. */
export const RESOURCES: Readonly<Record<Kind, Ignored['resource']>> = {
  'AWS::Logs::LogGroup': 'log-group',
  'AWS::SSM::Parameter': 'parameter',
  'AWS::SecretsManager::Secret': 'secret',
  'AWS::ECR::Repository': 'repository',
  'Auth0::Application': 'auth0',
  Image: 'image',
};

/** @returns whether the user wants it left as it is. */
export function isIgnored(
  { kind, name }: Pick<Case, 'kind' | 'name'>,
  field: string,
  ignored: readonly Ignored[],
): boolean {
  const short = lastSegment(name);
  return ignored.some(
    (entry) =>
      entry.resource === RESOURCES[kind] && (entry.name(short) || entry.name(name)) && entry.field(field),
  );
}
