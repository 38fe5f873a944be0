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

/** Causes within a reason, each with its own remedy. */
export type FailureCause =
  /** The only cause that a statement in the policy of the role corrects. */
  | 'missing-permission'
  | 'identity-policy-deny'
  | 'permissions-boundary'
  | 'session-policy'
  | 'service-control-policy'
  | 'resource-control-policy'
  | 'vpc-endpoint-policy'
  | 'resource-policy'
  | 'tag-policy'
  | 'kms-key'
  | 'no-credentials'
  | 'no-profile'
  | 'expired-credentials'
  | 'unknown-access-key'
  | 'wrong-secret-key'
  | 'malformed-credentials'
  | 'region-not-enabled'
  | 'clock-skew'
  | 'endpoint'
  | 'certificate';

/** Explanation of an error: cause and remedy. */
export interface Explanation {
  readonly reason: FailureReason;
  /** What failed, without the operation and the resource: equal for one cause. */
  readonly what: string;
  readonly remedy: string;
  readonly failureCause?: FailureCause;
  /** The missing IAM statement, if that is the cause. */
  readonly statement?: Statement;
  /** The policy that denies the call, if AWS names it. */
  readonly policyArn?: string | undefined;
}

/** An error whose message is written by this action: it holds no value, and is printed unchanged. */
export class UserFacingError extends Error {
  override readonly name = 'UserFacingError';
  /** The value of `failure-reason`. */
  readonly reason: FailureReason;

  constructor(
    message: string,
    { reason = 'internal', ...options }: ErrorOptions & { reason?: FailureReason } = {},
  ) {
    super(message, options);
    this.reason = reason;
  }
}
