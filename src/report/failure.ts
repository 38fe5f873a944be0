import { Auth0Error } from '../clients/auth0-error.ts';
import { AbortedError } from '../clients/cancellation.ts';
import { AwsError } from '../clients/errors.ts';
import { UserFacingError } from '../clients/explanation.ts';
import { systemCode } from '../clients/network-errors.ts';
import { ImageError } from '../registry/errors.ts';
import { doctorLine } from './doctor-line.ts';

export { doctorLine };

/** @returns an error in words. Of errors that are none of ours only the kind is told, since their text may repeat a value, or a path. */
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
