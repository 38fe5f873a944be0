import type { CallOptions, Calls, QuotaName } from '../clients/aws.ts';
import type { Clock } from '../clients/clock.ts';
import { type Spec, Unreadable } from '../model/spec.ts';
import type { Secret } from '../secret.ts';

/** What every provider is given beside its client. */
export interface ProviderContext {
  readonly calls: Calls;
  readonly clock: Clock;
  /** Tags that are wanted on everything, ours apart: providers that read tags by filter ask for them. */
  readonly tags: ReadonlyMap<string, string>;
  /** Prefix below which this run lists parameters anyway, to find orphans; undefined where it does not. */
  readonly listedPrefix: string | undefined;
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
  readonly notice: (text: string) => void;
}

/** @returns the items in groups of at most `size`: AWS reads in batches. */
export function chunks<T>(items: readonly T[], size: number): T[][] {
  const groups: T[][] = [];
  for (let start = 0; start < items.length; start += size) groups.push(items.slice(start, start + size));
  return groups;
}

/** @returns how a provider sends its calls: named as IAM names them, at their quota. */
export function sender(context: ProviderContext, service: string) {
  return <O>(
    operation: string,
    resource: string,
    quota: QuotaName,
    call: () => Promise<O>,
    more: Partial<CallOptions> = {},
  ): Promise<O> =>
    context.calls.send({ operation: `${service}:${operation}`, resource, quota, ...more }, call);
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
