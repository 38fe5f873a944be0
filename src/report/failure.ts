import { Auth0Error } from '../clients/auth0-error.ts';
import { AbortedError } from '../clients/cancellation.ts';
import { AwsError } from '../clients/errors.ts';
import { UserFacingError } from '../clients/explanation.ts';
import { systemCode } from '../clients/network-errors.ts';
import { ImageError } from '../registry/errors.ts';
import type { Settings } from '../settings/settings.ts';

/** @returns the message of an error. Of an unknown error only the name is included, since its text may hold a value or a path. */
export function errorText(error: unknown): string {
  if (error instanceof AwsError) return `${error.message}. What to do: ${error.remedy}`;
  if (
    error instanceof Auth0Error ||
    error instanceof ImageError ||
    error instanceof AbortedError ||
    error instanceof UserFacingError
  )
    return error.message;
  const code = systemCode(error);
  if (code !== undefined && /^E[A-Z0-9]+$/.test(code)) return `the system refuses it (${code})`;
  return `something unexpected happened (${error instanceof Error ? error.name : typeof error}); please report it`;
}

/** Settings that `doctor` needs for the same configuration. */
export type DoctorTarget = Pick<Settings, 'prefix' | 'region'>;

/**
 * @returns text after an error on credentials: the command that finds its cause; empty for every other error. Prefix and
 * region hold no special character of a shell.
 */
export function doctorLine(errors: readonly unknown[], target: DoctorTarget | undefined): string {
  const isOfAws = errors.some((error) => error instanceof AwsError && error.reason === 'credentials');
  if (!isOfAws || target === undefined || target.prefix === '') return '';
  return `. To find the cause, run in a clone of the repository: npx github:papyrus/aws-bootstrap doctor --prefix ${target.prefix} --region ${target.region}`;
}
