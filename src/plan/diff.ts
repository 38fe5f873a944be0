import { ABSENT, type Difference, type Field, type Fields } from '../resources/resource.ts';
import { Secret } from '../secret.ts';

/** @returns whether two fields hold the same. */
export function isSame(a: Field, b: Field): boolean {
  if (a instanceof Secret) return a.equals(b);
  if (b instanceof Secret) return b.equals(a);
  return a === b;
}

/**
 * The one diff of the house.
 * @param desired undefined fields are not managed
 * @param closed prefixes of collections of which what is not listed shall go
 * @param unknown fields whose wanted value could not be had: neither compared nor removed
 * @returns what differs, in the order of the desired fields
 */
export function diff(
  desired: Fields,
  observed: Fields,
  closed: ReadonlySet<string>,
  unknown: ReadonlySet<string>,
): Difference[] {
  const differences: Difference[] = [];
  const standing = (field: string): Field =>
    Object.hasOwn(observed, field) ? (observed[field] ?? ABSENT) : ABSENT;
  for (const [field, to] of Object.entries(desired)) {
    if (to === undefined || unknown.has(field)) continue;
    const from = standing(field);
    if (stands(field, from, to)) continue;
    differences.push({ field, from, to });
  }
  for (const field of Object.keys(observed)) {
    const listed = Object.hasOwn(desired, field) && desired[field] !== undefined;
    if (listed || unknown.has(field) || ![...closed].some((prefix) => field.startsWith(prefix))) continue;
    const from = standing(field);
    if (from !== ABSENT) differences.push({ field, from, to: ABSENT });
  }
  return differences;
}

function stands(field: string, from: Field, to: Field): boolean {
  if (field === 'key-id') return compareKeys(from, to) !== 'different';
  // It leaves the choice to AWS, which answers with the tier that it chose.
  if (field === 'tier' && to === 'Intelligent-Tiering') return from !== ABSENT;
  return isSame(from, to);
}

/**
 * A KMS key may be named by id, ARN, alias or ARN of the alias. Id and ARN of one key are told to be the same;
 * an alias and an id cannot be told apart without asking KMS, which needs another permission.
 */
export function compareKeys(a: Field, b: Field): 'same' | 'different' | 'unclear' {
  if (typeof a !== 'string' || typeof b !== 'string') return isSame(a, b) ? 'same' : 'different';
  const [left, right] = [keyName(a), keyName(b)];
  if (left === right) return 'same';
  const isAlias = (name: string) => name.startsWith('alias/');
  if (isAlias(left) === isAlias(right)) return 'different';
  // The key that AWS manages is always named by its alias, so any id is another key.
  return [left, right].some((name) => name.startsWith('alias/aws/')) ? 'different' : 'unclear';
}

/** `arn:aws:kms:us-west-2:123456789012:key/ID` → `ID`; `arn:…:alias/x` → `alias/x`. */
function keyName(key: string): string {
  const resource = key.startsWith('arn:') ? key.split(':').slice(5).join(':') : key;
  return resource.startsWith('key/') ? resource.slice('key/'.length) : resource;
}
