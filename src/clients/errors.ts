import { explainAccessDenied } from './access-denied.ts';
import type { Explanation, FailureReason } from './explanation.ts';
import { isUntrusted, TRUST } from './network-errors.ts';
import type { Statement } from './permissions.ts';

/** @returns the name by which the service or the system calls the error. */
export function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return 'Error';
  const name = 'name' in error && typeof error.name === 'string' ? error.name : 'Error';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return (name === 'Error' || name === 'AggregateError') && code !== undefined ? code : name;
}

/** @returns the HTTP status of the answer, where there was one. */
export function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('$metadata' in error)) return undefined;
  return (error.$metadata as { httpStatusCode?: number } | undefined)?.httpStatusCode;
}

/**
 * Whether the response is not the service's: cut on its way, or a page of a proxy. Responses in XML (STS) have no
 * error of their own for it in the SDK.
 */
export function isUnreadable(error: unknown): boolean {
  return (
    codeOf(error) === 'SyntaxError' || (error instanceof Error && error.message.includes('XML parse error'))
  );
}

/** A run that met what another run of this action was making, and could not bring it to what it wants. */
export class CreateConflictError extends Error {
  readonly fields: readonly string[];

  /** @param fields that still differ, by name */
  constructor(fields: readonly string[]) {
    super(fields.join(', '));
    this.name = 'CreateConflictError';
    this.fields = fields;
  }
}

/** `AWS_PROFILE` names a profile that the AWS files of the machine do not have. */
export class ProfileNotFound extends Error {
  override readonly name = 'ProfileNotFound';
}

/**
 * A call that failed, in words: what, on which resource, what to do. The service's own message is taken over only
 * where the call carried no secret, since AWS repeats what it refuses.
 */
export class AwsError extends Error {
  readonly operation: string;
  readonly resource: string;
  readonly code: string;
  readonly reason: FailureReason;
  readonly remedy: string;
  /** What failed, without the operation and the resource: equal for one cause. */
  readonly what: string;
  /** The IAM statement that is missing. */
  readonly statement: Statement | undefined;

  constructor(cause: unknown, operation: string, resource: string, carriesSecret: boolean) {
    const code = codeOf(cause);
    const { reason, what, remedy, statement } = explain(cause, code, operation, resource, carriesSecret);
    super(`${operation} on ${resource}: ${what}`, { cause });
    this.name = 'AwsError';
    this.operation = operation;
    this.resource = resource;
    this.code = code;
    this.reason = reason;
    this.remedy = remedy;
    this.what = what;
    this.statement = statement;
  }
}

const CREDENTIALS =
  'put aws-actions/configure-aws-credentials before this step, with "permissions: id-token: write" on the job and a role to assume';

const EXPIRED = new Set(['ExpiredTokenException', 'ExpiredToken', 'RequestExpired']);
const INVALID = new Set([
  'UnrecognizedClientException',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'AuthFailure',
  'SignatureDoesNotMatch',
  'IncompleteSignature',
  'MissingAuthenticationToken',
]);
const DENIED = new Set(['AccessDeniedException', 'AccessDenied', 'UnauthorizedOperation', 'NotAuthorized']);
/** Each service's code for a creation that lost a race. */
const EXISTS = new Set([
  'ParameterAlreadyExists',
  'RepositoryAlreadyExistsException',
  'ResourceAlreadyExistsException',
  'ResourceExistsException',
]);
const QUOTA = new Set([
  'LimitExceededException',
  'ParameterLimitExceeded',
  'HierarchyLevelLimitExceededException',
  'TooManyTagsException',
]);
const KMS = new Set([
  'InvalidKeyId',
  'KmsException',
  'EncryptionFailure',
  'DecryptionFailure',
  'KMSAccessDeniedException',
]);

function explain(
  cause: unknown,
  code: string,
  operation: string,
  resource: string,
  carriesSecret: boolean,
): Explanation {
  const message = cause instanceof Error ? cause.message : '';
  if (code === 'CredentialsProviderError' || code === 'CredentialsError' || code === 'TokenProviderError')
    return { reason: 'credentials', what: 'there are no AWS credentials', remedy: CREDENTIALS };
  if (cause instanceof ProfileNotFound)
    return {
      reason: 'credentials',
      what: 'AWS_PROFILE names it, and the AWS files of this machine do not have it',
      remedy: `take AWS_PROFILE out of the environment of the runner, or set it to a profile that exists; or ${CREDENTIALS}`,
    };
  if (EXPIRED.has(code))
    return {
      reason: 'credentials',
      what: 'the AWS credentials have expired',
      remedy: 'run again; what is done stays done. For long runs ask for a longer role-duration-seconds',
    };
  if (INVALID.has(code))
    return { reason: 'credentials', what: 'AWS does not accept the credentials', remedy: CREDENTIALS };
  if (DENIED.has(code)) return explainAccessDenied(message, operation, resource);
  if (code === 'ParameterMaxVersionLimitExceeded')
    return {
      reason: 'quota',
      what: 'its oldest version carries a label, so that no new version can be stored',
      remedy: 'remove the label from its oldest version (ssm unlabel-parameter-version)',
    };
  if (EXISTS.has(code))
    return {
      reason: 'conflict',
      what: `it was created by someone else after this run had read the account (${code})`,
      remedy: 'run again: it is adopted then',
    };
  if (cause instanceof CreateConflictError)
    return {
      reason: 'conflict',
      what: `another run created it at the same time with other settings than the configured ones: ${cause.fields.join(', ')}`,
      remedy: 'run again; a concurrency group in the workflow keeps runs apart',
    };
  if (QUOTA.has(code))
    return {
      reason: 'quota',
      what: `a quota of the account is used up (${code})`,
      remedy: 'ask for more in the Service Quotas console, or remove what is not needed',
    };
  if (KMS.has(code))
    return {
      reason: 'aws',
      what: `the KMS key cannot be used (${code})`,
      remedy:
        'check that the key of kms-key-id exists in this region, is enabled, and that the role may use it',
    };
  if (isUntrusted(code))
    return {
      reason: 'network',
      what: `the certificate that was shown for AWS is not trusted (${code})`,
      remedy: `check AWS_ENDPOINT_URL; ${TRUST}`,
    };
  if (code === 'TimeoutError' || /^E[A-Z_]+$/.test(code))
    return {
      reason: 'network',
      what: `AWS could not be reached (${code})`,
      remedy: "check the region, the runner's network and AWS_ENDPOINT_URL, and run again",
    };
  if (code === 'TooManyUpdates' || code === 'OperationAbortedException')
    return {
      reason: 'conflict',
      what: `others are changing it at the same time (${code})`,
      remedy: 'run again; a concurrency group in the workflow keeps runs apart',
    };
  if (/Throttl|TooManyRequests|RequestLimitExceeded|SlowDown/.test(code) || statusOf(cause) === 429)
    return { reason: 'throttled', what: 'AWS kept throttling', remedy: 'run again; what is done stays done' };
  // A parser repeats what it could not read, which may be a value.
  if (isUnreadable(cause)) {
    const status = statusOf(cause);
    return {
      reason: 'aws',
      what: `AWS gave an answer that cannot be read${status === undefined ? '' : ` (HTTP status ${status})`}`,
      remedy: 'run again; if it stays, check AWS_ENDPOINT_URL and the proxy of the runner',
    };
  }
  return {
    reason: 'aws',
    what: carriesSecret || message === '' ? code : `${code}: ${message}`,
    remedy: carriesSecret
      ? 'the message of AWS is not shown, since it may repeat the value; CloudTrail has it'
      : 'see the message of AWS',
  };
}

/** @returns whether AWS answered with this error. */
export function isNamed(error: unknown, code: string): error is AwsError {
  return error instanceof AwsError && error.code === code;
}

/** @returns whether the role may not do it, be it for IAM or for the key that encrypts the value. */
export function isDenied(error: unknown): boolean {
  return (
    error instanceof AwsError &&
    (error.reason === 'access-denied' || error.code === 'KMSAccessDeniedException')
  );
}
