import type { CallOptions, Calls, QuotaName } from '../clients/aws-calls.ts';
import type { Clock } from '../clients/clock.ts';
import { type Spec, Unreadable } from '../model/spec.ts';
import type { Secret } from '../secret.ts';

/** The context that all providers share. */
export interface ProviderContext {
  readonly calls: Calls;
  readonly clock: Clock;
  /** Configured tags without the ownership tag: providers that read tags by filter need them. */
  readonly tags: ReadonlyMap<string, string>;
  /** Prefix below which this run lists parameters to find orphans; undefined if it does not. */
  readonly listedPrefix: string | undefined;
  /**
   * If the role may not read a value, the resource is observed without it: drift needs no values. In runs that write,
   * an unreadable value is a failure.
   */
  readonly leavesUnread: boolean;
  /**
   * Masks a value in the log right after the read. `place` is its parameter, or secret and key. Values that are not
   * secret in this run stay readable, unless `always` says that it was stored as a secret.
   */
  readonly mask: (value: Secret, place: string, always?: boolean) => void;
  /** Reports events without a line of their own in the reports: a lost race, a long wait. */
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

/** Sends a call of one service. */
export type Sender = ReturnType<typeof sender>;

/** @returns the existing resources, read by name; an unreadable one does not hold up the others. */
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
