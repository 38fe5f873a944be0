import { AwsError, CreateConflictError } from '../clients/errors.ts';
import { type Comparable, isEqualIn } from '../kinds/descriptor.ts';
import { ABSENT } from '../model/fields.ts';
import { MADE, OWNER_FIELD } from '../model/ownership.ts';
import type { Spec } from '../model/spec.ts';
import type { ProviderContext } from './context.ts';
import { readUntil } from './eventual-consistency.ts';

/** A creation that AWS refused, since the resource exists. */
export interface CreateConflict<S extends Spec> {
  readonly descriptor: Comparable;
  readonly desired: S;
  /** The error of AWS. */
  readonly refusal: AwsError;
  /** Whether the call was repeated: then the one before may have created it. */
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
  // Its tags may be known everywhere a moment later than itself.
  let existing = await readUntil(context, read, (found) => found?.fields[OWNER_FIELD] !== undefined);
  const owner = desired.fields[OWNER_FIELD] ?? MADE;
  if (existing?.fields[OWNER_FIELD] !== owner || existing.metadata.ownedBy !== undefined) throw refusal;
  if (differing(descriptor, desired, existing).length > 0) {
    await complete(existing);
    existing = await readUntil(context, read, (found) => differing(descriptor, desired, found).length === 0);
    const left = differing(descriptor, desired, existing);
    if (existing === undefined || left.length > 0)
      throw new AwsError(new CreateConflictError(left), refusal.operation, name, false);
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
