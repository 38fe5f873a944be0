import { AwsError } from '../clients/errors.ts';
import type { Settings } from '../settings/settings.ts';

/** What the command line needs to look at the same configuration. */
export type DoctorTarget = Pick<Settings, 'prefix' | 'region'>;

/**
 * @returns the command that finds out why AWS does not accept the credentials, to be put behind the error; empty for every
 * other error. Prefix and region hold no character that a shell reads.
 */
export function doctorLine(errors: readonly unknown[], target: DoctorTarget | undefined): string {
  const isOfAws = errors.some((error) => error instanceof AwsError && error.reason === 'credentials');
  if (!isOfAws || target === undefined || target.prefix === '') return '';
  return `. To find the cause, run in a clone of the repository: npx github:papyrus/aws-bootstrap doctor --prefix ${target.prefix} --region ${target.region}`;
}
