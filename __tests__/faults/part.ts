import { part } from '../sample.ts';
import { isRefused, type Kind } from './kinds.ts';

export { atLeast, IS_NIGHTLY, part } from '../sample.ts';

/** @returns that part, and of the rest what is certain to show a refused write that is not reported. */
export function partWithRefusals<T extends { kind: Kind; stays: boolean; write: boolean }>(
  all: readonly T[],
  nth: number,
  keysOf: (one: T) => readonly string[],
): T[] {
  const refusals = all.filter((one) => one.kind === 'access-denied' && isRefused(one));
  return [...new Set([...part(all, nth, keysOf), ...refusals])];
}
