import type { CallOptions, Calls, Lane } from '../clients/aws.ts';
import type { Clock } from '../clients/clock.ts';
import type { Secret } from '../secret.ts';

/** What every room is given beside its client. */
export interface RoomContext {
  readonly calls: Calls;
  readonly clock: Clock;
  /** Tags that are wanted on everything, ours apart: rooms that read tags by filter ask for them. */
  readonly tags: ReadonlyMap<string, string>;
  /** Whether the value of a parameter may be shown; everything else that is read is a secret. */
  readonly isShown: (parameter: string) => boolean;
  /** Hides what was read in the log, before anything is done with it. `place` is its parameter, or secret and key. */
  readonly mask: (value: Secret, place: string) => void;
  /** Tells what people should know and nothing else shows: a lost race, a long wait. */
  readonly tell: (text: string) => void;
}

/** @returns the items in groups of at most `size`: AWS reads in batches. */
export function chunks<T>(items: readonly T[], size: number): T[][] {
  const groups: T[][] = [];
  for (let start = 0; start < items.length; start += size) groups.push(items.slice(start, start + size));
  return groups;
}

/** @returns how a room sends its calls: named as IAM names them, in their lane. */
export function sender(context: RoomContext, service: string) {
  return <O>(
    operation: string,
    resource: string,
    lane: Lane,
    call: () => Promise<O>,
    more: Partial<CallOptions> = {},
  ): Promise<O> =>
    context.calls.send({ operation: `${service}:${operation}`, resource, lane, ...more }, call);
}
