import { AwsError, CreateConflictError, isNamed } from '../clients/errors.ts';
import { retry } from '../clients/retry.ts';
import { type Comparable, isEqualIn } from '../kinds/descriptor.ts';
import { ABSENT } from '../model/fields.ts';
import { CREATED, OWNER_FIELD } from '../model/ownership.ts';
import type { Spec } from '../model/spec.ts';
import type { ProviderContext } from './context.ts';

/*
 * AWS is eventually consistent: a created, written or restored resource may not be visible everywhere at once.
 */

type Waiting = Pick<ProviderContext, 'clock'>;

/** Waits between attempts, in milliseconds. */
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

/** A creation that AWS refuses, since the resource exists. */
export interface CreateConflict<S extends Spec> {
  readonly descriptor: Comparable;
  readonly desired: S;
  /** The error of AWS. */
  readonly refusal: AwsError;
  /** Whether the call was retried: then the previous one may have created it. */
  readonly repeated: boolean;
  readonly read: () => Promise<S | undefined>;
  /** Writes the rest of a creation, without overwriting anything of the other run. */
  readonly complete?: (existing: S) => Promise<void>;
}

/**
 * Two first runs may create the same resource: environments share log group and repository, and a run may start
 * twice. Where the resource has the ownership tag of the creation and is as configured, the run goes on.
 * @returns the existing resource
 * @throws the refusal, where someone else created it; AwsError where another run created it with other settings
 */
export async function resolveCreateConflict<S extends Spec>(
  context: Pick<ProviderContext, 'clock' | 'notice'>,
  { descriptor, desired, refusal, repeated, read, complete = async () => {} }: CreateConflict<S>,
): Promise<S> {
  const { name } = desired;
  // Its tags may become visible later than the resource.
  let existing = await readUntil(context, read, (found) => found?.fields[OWNER_FIELD] !== undefined);
  const owner = desired.fields[OWNER_FIELD] ?? CREATED;
  if (existing?.fields[OWNER_FIELD] !== owner || existing.metadata.ownedBy !== undefined) throw refusal;
  if (differing(descriptor, desired, existing).length > 0) {
    await complete(existing);
    existing = await readUntil(context, read, (found) => differing(descriptor, desired, found).length === 0);
    const remaining = differing(descriptor, desired, existing);
    if (existing === undefined || remaining.length > 0)
      throw new AwsError(new CreateConflictError(remaining), refusal.operation, name, false);
  }
  if (!repeated) context.notice(`${name}: another run created it at the same time, as it is configured here`);
  return existing;
}

/** @returns names of the fields that are not as configured, of all that the creation gives */
function differing(descriptor: Comparable, { fields }: Spec, existing: Spec | undefined): string[] {
  return Object.entries(fields).flatMap(([field, to]) =>
    to === undefined || isEqualIn(descriptor, field, existing?.fields[field] ?? ABSENT, to) ? [] : [field],
  );
}
