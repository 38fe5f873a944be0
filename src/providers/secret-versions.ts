import { createHash, randomUUID } from 'node:crypto';
import type { DescribeSecretCommandOutput, SecretListEntry } from '@aws-sdk/client-secrets-manager';
import type { SecretObject } from './secret-json.ts';

/*
 * Secrets Manager has no compare-and-set, and keeps no version's origin. So the id of each version that this action writes
 * names the version that it is based on: changes of its writer can then be distinguished from changes that it did not know.
 *
 *     raw     the writer's keys over one version as it is
 *     merged  the writer's keys over that version and all before it, each writer's changes one after the other
 */
export type Origin = 'raw' | 'merged';

/** Age of history that is merged, before the version that a run read: longer than a run, in milliseconds. */
const WINDOW_MS = 30 * 60_000;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}-([rm])([0-9a-f]{24})$/;

/** A version, without its value. */
export interface Version {
  readonly id: string;
  readonly labels: readonly string[];
  /** In milliseconds; undefined if no listing has it. */
  readonly created: number | undefined;
}

/**
 * @param parent id of the version that the value is based on; undefined if there was none
 * @returns an id for a new version: random, since AWS would ignore a change back to an old value with an id from the
 * content. AWS allows 32 to 64 characters
 * @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html (ClientRequestToken)
 */
export function versionId(parent: string | undefined, origin: Origin): string {
  return `${randomUUID()}-${origin === 'raw' ? 'r' : 'm'}${digestOf(parent)}`;
}

const digestOf = (id = '') => createHash('sha256').update(id).digest('hex').slice(0, 24);

/** @returns versions in the order in which they were written, without those that never were current. */
export function inOrder(versions: readonly Version[]): Version[] {
  const rank = ({ labels }: Version) =>
    labels.includes('AWSCURRENT') ? 2 : labels.includes('AWSPREVIOUS') ? 1 : 0;
  return versions
    .filter((version) => version.labels.length === 0 || rank(version) > 0)
    .sort((a, b) => {
      const [left, right] = [a.created ?? Number.POSITIVE_INFINITY, b.created ?? Number.POSITIVE_INFINITY];
      return left === right ? rank(a) - rank(b) : left - right;
    });
}

/** The index of the version that this one is based on, if its id shows it; -1 for none. */
interface Parent {
  readonly index: number;
  readonly origin: Origin;
}

function parentsOf(versions: readonly Version[]): Array<Parent | undefined> {
  const indices = new Map([[digestOf(), -1], ...versions.map(({ id }, at) => [digestOf(id), at] as const)]);
  return versions.map(({ id }, at): Parent | undefined => {
    const [, origin, digest = ''] = UUID.exec(id) ?? [];
    const index = indices.get(digest);
    return index === undefined || index >= at
      ? undefined
      : { index, origin: origin === 'm' ? 'merged' : 'raw' };
  });
}

/**
 * @param versions in order
 * @param base index of the version that was read; -1 where there was none
 * @returns index of the newest version that all later ones are based on: later versions must be merged
 */
export function lastAgreed(versions: readonly Version[], base: number): number {
  const parents = parentsOf(versions);
  const since = (versions[base]?.created ?? 0) - WINDOW_MS;
  let agreed = base;
  for (let at = versions.length - 1; at >= 0; at -= 1) {
    if (at <= agreed && (versions[at]?.created ?? 0) < since) break;
    const parent = parents[at]?.index ?? at - 1;
    if (parent < at - 1) agreed = Math.min(agreed, parent);
  }
  return agreed;
}

/**
 * Applies the changes of each writer to the common base, one after the other.
 * @param versions in order
 * @param from index of the base; -1 is a secret without a value
 * @param objects of the versions from there on; a version without an object is skipped
 * @returns the contents as if each writer had known the one before
 */
export function mergeVersions(
  versions: readonly Version[],
  from: number,
  objects: ReadonlyMap<string, SecretObject>,
): SecretObject {
  const parents = parentsOf(versions);
  const none: SecretObject = new Map();
  const objectAt = (at: number) => objects.get(versions[at]?.id ?? '') ?? none;
  const merged = new Map([[from, objectAt(from)]]);
  for (let at = from + 1; at < versions.length; at += 1) {
    const before = merged.get(at - 1) ?? none;
    const object = objects.get(versions[at]?.id ?? '');
    const parent = parents[at];
    const base =
      parent === undefined || parent.index < from
        ? undefined
        : parent.origin === 'merged'
          ? merged.get(parent.index)
          : objectAt(parent.index);
    const earlier = versions.slice(Math.max(from, 0), at).flatMap(({ id }) => objects.get(id) ?? []);
    merged.set(
      at,
      object === undefined ? before : lay(object, base ?? nearest(object, earlier) ?? none, before),
    );
  }
  return merged.get(versions.length - 1) ?? none;
}

/** A writer without a mark most likely changed the version that differs least, and changed something. */
function nearest(object: SecretObject, earlier: readonly SecretObject[]): SecretObject | undefined {
  let best: SecretObject | undefined = earlier.at(-1);
  let fewest = Number.POSITIVE_INFINITY;
  for (const candidate of earlier.toReversed()) {
    const changes = changedKeys(object, candidate).length;
    if (changes === 0 || changes >= fewest) continue;
    best = candidate;
    fewest = changes;
  }
  return best;
}

/** @returns `before`, with the changes that lead from `parent` to `object`. */
function lay(object: SecretObject, parent: SecretObject, before: SecretObject): SecretObject {
  const next = new Map(before);
  for (const key of changedKeys(object, parent))
    if (object.has(key)) next.set(key, object.get(key));
    else next.delete(key);
  return next;
}

function changedKeys(object: SecretObject, parent: SecretObject): string[] {
  const isSame = (key: string) =>
    object.has(key) === parent.has(key) &&
    JSON.stringify(object.get(key)) === JSON.stringify(parent.get(key));
  return [...new Set([...object.keys(), ...parent.keys()])].filter((key) => !isSame(key));
}

/** Everything about a secret beside its value, from a description or a listing. */
export type Description = DescribeSecretCommandOutput | SecretListEntry;

/**
 * @returns id of the version that carries the label. One without any value has none that is current.
 * @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html#term_version
 */
export function versionOf(
  label: 'AWSCURRENT' | 'AWSPREVIOUS',
  description: Description | undefined,
): string | undefined {
  return Object.entries(labelsOf(description)).find(([, labels]) => labels.includes(label))?.[0];
}

/** @returns whether the version is among those that carry a label. */
export function isListed(version: string | undefined, description: Description): boolean {
  return version !== undefined && Object.hasOwn(labelsOf(description), version);
}

/** @returns the labels of each version that has one. */
export function labelsOf(description: Description | undefined): Readonly<Record<string, readonly string[]>> {
  if (description === undefined) return {};
  const listed = 'SecretVersionsToStages' in description ? description.SecretVersionsToStages : undefined;
  return ('VersionIdsToStages' in description ? description.VersionIdsToStages : listed) ?? {};
}
