/*
 * AWS is consistent in the end: what was made, written or restored a moment ago may not be known everywhere yet.
 */
import { isNamed } from '../clients/errors.ts';
import { retry } from '../clients/retry.ts';
import type { ProviderContext } from './context.ts';

type Waiting = Pick<ProviderContext, 'clock'>;

/** Waits between tries, in milliseconds. */
export const SETTLING_MS = [500, 1_000, 2_000, 4_000];

/** @returns the result of the call, retried while its error says that AWS is not consistent yet. */
export function patiently<O>(
  { clock }: Waiting,
  isEarly: (error: unknown) => boolean,
  call: () => Promise<O>,
): Promise<O> {
  return retry(call, {
    clock,
    delayAfter: (error, attempt) => (isEarly(error) ? SETTLING_MS[attempt - 1] : undefined),
  });
}

/** @returns the result of a call on a resource that this run just created, retried while AWS does not find it. */
export function retryUntilVisible<O>(context: Waiting, missing: string, call: () => Promise<O>): Promise<O> {
  return patiently(context, (error) => isNamed(error, missing), call);
}

/** @returns the last result: the first good one, or the one after all waits. */
export async function readUntil<S>(
  { clock }: Waiting,
  read: () => Promise<S>,
  isWell: (found: S) => boolean,
): Promise<S> {
  let found = await read();
  for (const wait of SETTLING_MS) {
    if (isWell(found)) break;
    await clock.sleep(wait);
    found = await read();
  }
  return found;
}
