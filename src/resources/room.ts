import type { CallOptions, Calls, Lane } from '../clients/aws.ts';
import type { Clock } from '../clients/clock.ts';
import { AwsError } from '../clients/errors.ts';
import type { Secret } from '../secret.ts';

/** What every room is given beside its client. */
export interface RoomContext {
  readonly calls: Calls;
  readonly clock: Clock;
  /** Tags that are wanted on everything, ours apart: rooms that read tags by filter ask for them. */
  readonly tags: ReadonlyMap<string, string>;
  /** Whether the value that was read of a parameter may be shown; everything else that is read is a secret. */
  readonly isShown: (parameter: string, value: Secret) => boolean;
  /**
   * Where the role may not read a value, what stands is told without it: a check for drift needs none. Where values are
   * written, one that could not be read is a failure.
   */
  readonly leavesUnread: boolean;
  /**
   * Hides what was read in the log, before anything is done with it. `place` is its parameter, or secret and key; what is no
   * secret of this run is left readable, unless `always` says that it stood as one.
   */
  readonly mask: (value: Secret, place: string, always?: boolean) => void;
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

/** Waits between tries: what was made a moment ago may not be known everywhere yet. */
const SETTLING_MS = [500, 1_000, 2_000, 4_000];

/** @returns what the call gives about something that this run has just made, tried again while AWS does not find it. */
export async function justMade<O>(
  context: Pick<RoomContext, 'clock'>,
  missing: string,
  call: () => Promise<O>,
): Promise<O> {
  for (const wait of SETTLING_MS) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof AwsError) || error.code !== missing) throw error;
      await context.clock.sleep(wait);
    }
  }
  return call();
}
