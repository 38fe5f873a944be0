/**
 * `npm run test:faults` meets every scene with everything. The ordinary run takes a part, the same at every run: each
 * operation and each fault are in it, and what is left out of one is hit in the next.
 */
export const IS_NIGHTLY = process.env.NIGHTLY === '1';

/** @returns every n-th, or all of them at night. */
export function part<T>(all: readonly T[], nth: number): T[] {
  return IS_NIGHTLY ? [...all] : all.filter((_, index) => index % nth === 0);
}
