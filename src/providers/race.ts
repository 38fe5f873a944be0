import { AwsError, CreateConflictError } from '../clients/errors.ts';
import { type Comparable, isEqualIn } from '../kinds/descriptor.ts';
import { ABSENT } from '../model/fields.ts';
import { MADE, OWNER_FIELD } from '../model/ownership.ts';
import type { Spec } from '../model/spec.ts';
import type { ProviderContext } from './context.ts';
import { readUntil } from './settling.ts';

/** A creation that was answered with: it exists. */
export interface Meeting<S extends Spec> {
  readonly descriptor: Comparable;
  readonly desired: S;
  /** The answer. */
  readonly refusal: AwsError;
  /** The call was repeated, so that the one before may have made it. */
  readonly repeated: boolean;
  readonly read: () => Promise<S | undefined>;
  /** Writes what a creation writes after its first call. */
  readonly complete: (standing: S) => Promise<void>;
}

/**
 * Log group and repository belong to the application: the first runs of two environments make them at the same time.
 * @returns what stands, where it carries the tag of what this action makes and is in the end what is wanted
 * @throws the refusal, where it is somebody else's; AwsError where another run made it otherwise
 */
export async function meet<S extends Spec>(
  context: Pick<ProviderContext, 'clock' | 'tell'>,
  { descriptor, desired, refusal, repeated, read, complete }: Meeting<S>,
): Promise<S> {
  const { name } = desired;
  // Its tags may be known everywhere a moment later than itself.
  let standing = await readUntil(context, read, (found) => found?.fields[OWNER_FIELD] !== undefined);
  if (standing?.fields[OWNER_FIELD] !== MADE || standing.facts.ownedBy !== undefined) throw refusal;
  if (differing(descriptor, desired, standing).length > 0) {
    await complete(standing);
    standing = await readUntil(context, read, (found) => differing(descriptor, desired, found).length === 0);
    const left = differing(descriptor, desired, standing);
    if (standing === undefined || left.length > 0)
      throw new AwsError(new CreateConflictError(left), refusal.operation, name, false);
  }
  if (!repeated)
    context.tell(`${name}: another run made it while this one was about to; it stands as it is wanted here`);
  return standing;
}

/** Names of the fields that are not as wanted: those of the creation, so that none is left to anybody. */
function differing(descriptor: Comparable, { fields }: Spec, standing: Spec | undefined): string[] {
  return Object.entries(fields).flatMap(([field, to]) =>
    to === undefined || isEqualIn(descriptor, field, standing?.fields[field] ?? ABSENT, to) ? [] : [field],
  );
}
