import { Auth0Error, type Auth0Trouble } from './clients/auth0-error.ts';
import { AbortedError } from './clients/cancellation.ts';
import { AwsError } from './clients/errors.ts';
import { type FailureReason, UserFacingError } from './clients/explanation.ts';
import { ImageError } from './registry/errors.ts';

const AUTH0_REASONS: Partial<Record<Auth0Trouble, FailureReason>> = {
  credentials: 'credentials',
  grant: 'access-denied',
  scope: 'access-denied',
  'rate-limit': 'throttled',
  unavailable: 'network',
  unreachable: 'network',
  'lost-race': 'conflict',
};

/** @returns the word for `failure-reason`. */
export function reasonOf(error: unknown): FailureReason {
  if (error instanceof AwsError) return error.reason;
  if (error instanceof AbortedError || error instanceof UserFacingError) return error.reason;
  if (error instanceof ImageError) return error.fault === 'DENIED' ? 'access-denied' : 'image';
  if (error instanceof Auth0Error) return AUTH0_REASONS[error.trouble] ?? 'auth0';
  return 'internal';
}
