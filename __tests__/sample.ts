/**
 * How much of the generated faults, kills and races a run takes, by the variable FAULTS: `half` of the sample (as
 * `npm cit` does, and the default), the whole `sample` (`.ci/run`), or `all` of them (`npm run test:faults`).
 * Each is the same at every run. Each operation and each fault are in the smallest of them, and what is left out of one
 * is hit in the next.
 */
const LEVELS = ['half', 'sample', 'all'] as const;
const level = LEVELS.find((one) => one === (process.env['FAULTS'] ?? 'half'));
if (level === undefined)
  throw new Error(`FAULTS is ${process.env['FAULTS']}, not one of ${LEVELS.join(', ')}`);

/** Every scene meets everything. */
export const IS_NIGHTLY = level === 'all';
export const IS_HALF = level === 'half';

/** How often a property is tried: a quarter of this in the smallest runs, each time with other values. */
export const runs = (number: number): number => (IS_HALF ? Math.ceil(number / 4) : number);

/** @param number the least number of cases in the whole sample */
export const atLeast = (number: number): number => (IS_HALF ? Math.floor(number / 2) : number);

/**
 * @param keysOf what of a case must be met at every run
 * @returns about every n-th of the sample, half of it, or all. The shift keeps groups of a multiple of n from losing
 * the same ones.
 */
export function part<T>(
  all: readonly T[],
  nth: number,
  keysOf: (one: T) => readonly string[] = () => [],
): T[] {
  if (IS_NIGHTLY) return [...all];
  const sample = all.filter((_, index) => (index + (index >> 4)) % nth === 0);
  if (!IS_HALF) return sample;
  const met = new Set<string>();
  return sample.filter((one, index) => {
    const isNew = keysOf(one).some((key) => !met.has(key));
    if (index % 2 === 1 && !isNew) return false;
    for (const key of keysOf(one)) met.add(key);
    return true;
  });
}
