import type { Statement } from './permissions.ts';

export type FailureReason =
  | 'input'
  | 'credentials'
  | 'access-denied'
  | 'quota'
  | 'throttled'
  | 'network'
  | 'conflict'
  | 'aws'
  | 'auth0'
  | 'image'
  | 'blocked'
  | 'drifted'
  | 'cancelled'
  | 'deadline'
  | 'internal';

/** An error in words: what failed, why, and the remedy. */
export interface Explanation {
  readonly reason: FailureReason;
  readonly what: string;
  readonly remedy: string;
  /** The IAM statement that is missing, where a missing one is the cause. */
  readonly statement?: Statement;
}

/** An error whose whole text is ours: it holds no value, and is printed as it is. */
export class UserFacingError extends Error {
  override readonly name = 'UserFacingError';
  /** The word for `failure-reason`. */
  readonly reason: FailureReason;

  constructor(
    message: string,
    { reason = 'internal', ...options }: ErrorOptions & { reason?: FailureReason } = {},
  ) {
    super(message, options);
    this.reason = reason;
  }
}
