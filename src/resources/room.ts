import type { CallOptions, Calls, Lane } from '../clients/aws.ts';
import type { Clock } from '../clients/clock.ts';
import { isNamed } from '../clients/errors.ts';
import type { Secret } from '../secret.ts';
import { type Spec, Unreadable } from './resource.ts';

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

/** @returns what stands, read name by name; one that cannot be read does not hold up the others. */
export async function observeEach<S extends Spec>(
  names: readonly string[],
  read: (name: string) => Promise<S | undefined>,
): Promise<Map<string, S | Unreadable>> {
  const found = new Map<string, S | Unreadable>();
  await Promise.all(
    names.map(async (name) => {
      try {
        const spec = await read(name);
        if (spec !== undefined) found.set(name, spec);
      } catch (error) {
        found.set(name, new Unreadable(error));
      }
    }),
  );
  return found;
}

/** Waits between tries: what was made a moment ago may not be known everywhere yet. */
export const SETTLING_MS = [500, 1_000, 2_000, 4_000];

/** @returns what the call gives, tried again while its failure says that AWS does not know everything yet. */
export async function patiently<O>(
  context: Pick<RoomContext, 'clock'>,
  isEarly: (error: unknown) => boolean,
  call: () => Promise<O>,
): Promise<O> {
  for (const wait of SETTLING_MS) {
    try {
      return await call();
    } catch (error) {
      if (!isEarly(error)) throw error;
      await context.clock.sleep(wait);
    }
  }
  return call();
}

/** @returns what the call gives about something that this run has just made, tried again while AWS does not find it. */
export function justMade<O>(
  context: Pick<RoomContext, 'clock'>,
  missing: string,
  call: () => Promise<O>,
): Promise<O> {
  return patiently(context, (error) => isNamed(error, missing), call);
}
