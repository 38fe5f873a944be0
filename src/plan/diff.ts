import { isEqual } from '../kinds/kinds.ts';
import { ABSENT, type Difference, type Field, type Fields } from '../model/fields.ts';
import type { Kind } from '../model/spec.ts';

/**
 * The only comparison of fields.
 * @param desired undefined fields are not managed
 * @param closed prefixes of collections whose unlisted members are removed
 * @param unknown fields whose desired value is unavailable: neither compared nor removed
 * @returns the differences, in the order of the desired fields
 */
export function diff(
  kind: Kind,
  desired: Fields,
  observed: Fields,
  closed: ReadonlySet<string>,
  unknown: ReadonlySet<string>,
): Difference[] {
  const differences: Difference[] = [];
  const existing = (field: string): Field =>
    Object.hasOwn(observed, field) ? (observed[field] ?? ABSENT) : ABSENT;
  for (const [field, to] of Object.entries(desired)) {
    if (to === undefined || unknown.has(field)) continue;
    const from = existing(field);
    if (isEqual(kind, field, from, to)) continue;
    differences.push({ field, from, to });
  }
  for (const field of Object.keys(observed)) {
    const listed = Object.hasOwn(desired, field) && desired[field] !== undefined;
    if (listed || unknown.has(field) || ![...closed].some((prefix) => field.startsWith(prefix))) continue;
    const from = existing(field);
    if (from !== ABSENT) differences.push({ field, from, to: ABSENT });
  }
  return differences;
}
