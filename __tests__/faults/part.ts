import { isRefused, type Kind } from './kinds.ts';

/**
 * `npm run test:faults` meets every scene with everything. The ordinary run takes a part, the same at every run: each
 * operation and each fault are in it, and what is left out of one is hit in the next.
 */
export const IS_NIGHTLY = process.env.NIGHTLY === '1';

/** @returns about every n-th, or all of them at night. The shift keeps groups of a multiple of n from losing the same ones. */
export function part<T>(all: readonly T[], nth: number): T[] {
  return IS_NIGHTLY ? [...all] : all.filter((_, index) => (index + (index >> 4)) % nth === 0);
}

/** @returns the part of every day, and of the rest what is certain to show a write that nobody misses. */
export function partWithRefusals<T extends { kind: Kind; stays: boolean; write: boolean }>(
  all: readonly T[],
  nth: number,
): T[] {
  const refusals = all.filter((one) => one.kind === 'access-denied' && isRefused(one));
  return [...new Set([...part(all, nth), ...refusals])];
}
