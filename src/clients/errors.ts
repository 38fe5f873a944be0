import { explainAccessDenied, explainTagPolicy } from './access-denied.ts';
import { explainCredentials } from './credentials-errors.ts';
import type { Explanation, FailureCause, FailureReason } from './explanation.ts';
import { isUntrusted, TRUST } from './network-errors.ts';
import type { Statement } from './permissions.ts';

/** @returns the name of the error at the service or the system. */
export function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return 'Error';
  const name = 'name' in error && typeof error.name === 'string' ? error.name : 'Error';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return (name === 'Error' || name === 'AggregateError') && code !== undefined ? code : name;
}

/** @returns the HTTP status of the response, if there was one. */
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

/** Another run of this action created the resource at the same time with other settings. */
export class CreateConflictError extends Error {
  readonly fields: readonly string[];

  /** @param fields names of the fields that differ */
  constructor(fields: readonly string[]) {
    super(fields.join(', '));
    this.name = 'CreateConflictError';
    this.fields = fields;
  }
}

/**
 * A failed call: operation, resource, cause and remedy. The service's own message is included only if it contains no
 * secret: AWS repeats rejected values.
 */
export class AwsError extends Error {
  readonly operation: string;
  readonly resource: string;
  readonly code: string;
  readonly reason: FailureReason;
  /** What failed, without the operation and the resource: equal for one cause. */
  readonly what: string;
  readonly remedy: string;
  readonly failureCause: FailureCause | undefined;
  /** The IAM statement that is missing. */
  readonly statement: Statement | undefined;
  /** The policy that denies the call, if AWS names it. */
  readonly policyArn: string | undefined;

  constructor(cause: unknown, operation: string, resource: string, carriesSecret: boolean) {
    const code = codeOf(cause);
    const { reason, what, remedy, failureCause, statement, policyArn } = explain({
      cause,
      code,
      message: cause instanceof Error ? cause.message : '',
      operation,
      resource,
      carriesSecret,
    });
    super(`${operation} on ${resource}: ${what}`, { cause });
    this.name = 'AwsError';
    this.operation = operation;
    this.resource = resource;
    this.code = code;
    this.reason = reason;
    this.what = what;
    this.remedy = remedy;
    this.failureCause = failureCause;
    this.statement = statement;
    this.policyArn = policyArn;
  }
}

/** Input of the rules below. */
interface FailedCall {
  readonly cause: unknown;
  readonly code: string;
  /** Message of the service, which may repeat a value. */
  readonly message: string;
  readonly operation: string;
  readonly resource: string;
  readonly carriesSecret: boolean;
}

/** Each rule explains some failures; the first match counts. */
const RULES: ReadonlyArray<(failed: FailedCall) => Explanation | undefined> = [
  ({ cause, code, message }) => explainCredentials(cause, code, message, callFactsOf(cause)?.region),
  ({ message }) => explainTagPolicy(message),
  ({ code, message, operation, resource }) =>
    DENIED.has(code) ? explainAccessDenied(message, operation, resource) : undefined,
  explainQuota,
  explainConflict,
  explainKey,
  explainNetwork,
  explainResponse,
];

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

function explain(failed: FailedCall): Explanation {
  for (const rule of RULES) {
    const explanation = rule(failed);
    if (explanation !== undefined) return explanation;
  }
  const { cause, code, message, carriesSecret } = failed;
  const facts = callFactsOf(cause);
  const isShown = !carriesSecret || (facts !== undefined && isWithoutValues(message, facts));
  return {
    reason: 'aws',
    what: !isShown || message === '' ? code : `${code}: ${message}`,
    remedy: isShown
      ? 'see the message of AWS'
      : 'the message of AWS is not shown, since it may repeat the value; CloudTrail has it',
  };
}

function explainQuota({ code }: FailedCall): Explanation | undefined {
  if (code === 'ParameterMaxVersionLimitExceeded')
    return {
      reason: 'quota',
      what: 'its oldest version carries a label, so that no new version can be stored',
      remedy: 'remove the label from its oldest version (ssm unlabel-parameter-version)',
    };
  if (!QUOTA.has(code)) return undefined;
  return {
    reason: 'quota',
    what: `a quota of the account is used up (${code})`,
    remedy: 'ask for more in the Service Quotas console, or remove what is not needed',
  };
}

function explainConflict({ cause, code }: FailedCall): Explanation | undefined {
  const apart = 'run again; a concurrency group in the workflow keeps runs apart';
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
      remedy: apart,
    };
  if (code !== 'TooManyUpdates' && code !== 'OperationAbortedException') return undefined;
  return { reason: 'conflict', what: `others are changing it at the same time (${code})`, remedy: apart };
}

function explainKey({ code }: FailedCall): Explanation | undefined {
  if (!KMS.has(code)) return undefined;
  return {
    reason: 'aws',
    what: `the KMS key cannot be used (${code})`,
    remedy:
      'check that the key of kms-key-id exists in this region, is enabled, and that the role may use it',
  };
}

function explainNetwork({ code }: FailedCall): Explanation | undefined {
  if (isUntrusted(code))
    return {
      reason: 'network',
      failureCause: 'certificate',
      what: `the certificate that was shown for AWS is not trusted (${code})`,
      remedy: `check AWS_ENDPOINT_URL; ${TRUST}`,
    };
  if (code !== 'TimeoutError' && !/^E[A-Z_]+$/.test(code)) return undefined;
  return {
    reason: 'network',
    what: `AWS could not be reached (${code})`,
    remedy: 'check the region, the network and AWS_ENDPOINT_URL, and run again',
  };
}

function explainResponse({ cause, code }: FailedCall): Explanation | undefined {
  const status = statusOf(cause);
  if (/Throttl|TooManyRequests|RequestLimitExceeded|SlowDown/.test(code) || status === 429)
    return { reason: 'throttled', what: 'AWS kept throttling', remedy: 'run again; what is done stays done' };
  // The message of a parser repeats the text, which may be a value.
  if (isUnreadable(cause))
    return {
      reason: 'aws',
      what: `AWS gave an answer that cannot be read${status === undefined ? '' : ` (HTTP status ${status})`}`,
      remedy: 'run again; if it stays, check AWS_ENDPOINT_URL and the proxy of the runner',
    };
  // Thrown by the SDK or by this action, never by AWS.
  if (!(cause instanceof TypeError || cause instanceof RangeError || cause instanceof ReferenceError))
    return undefined;
  return {
    reason: 'internal',
    what: `the request could not be made (${cause.name} within the action)`,
    remedy: 'run again with debug logging, and report it with the log if it stays',
  };
}

/** @returns whether AWS returned this error. */
export function isNamed(error: unknown, code: string): error is AwsError {
  return error instanceof AwsError && error.code === code;
}

/** @returns whether permissions are missing, in IAM or in the policy of the key that encrypts the value. */
export function isDenied(error: unknown): boolean {
  return (
    error instanceof AwsError &&
    (error.reason === 'access-denied' || error.code === 'KMSAccessDeniedException')
  );
}

/** Facts about a failed call that its error lacks. */
export interface CallFacts {
  readonly region: string;
  /** The input of the SDK's command. */
  readonly input: unknown;
}

const FACTS = new WeakMap<object, CallFacts>();

export function rememberCall(error: unknown, facts: CallFacts): void {
  if (typeof error === 'object' && error !== null) FACTS.set(error, facts);
}

function callFactsOf(error: unknown): CallFacts | undefined {
  // A WeakMap has nothing for what is no object.
  return FACTS.get(error as object);
}

/** Fields of inputs that hold values; all other fields are names and settings, which reports print too. */
const VALUE_FIELDS = ['Value', 'SecretString'];

/** Shared characters in a row that count as a part of the value: AWS cuts the values that it repeats. */
const SHARED = 6;

/**
 * @returns whether the message may be shown, since it contains no part of a sent value; false if the call sent no
 * value, since the value may then be in the response
 */
function isWithoutValues(message: string, { input }: CallFacts): boolean {
  const fields = (input ?? {}) as Readonly<Record<string, unknown>>;
  const sent = VALUE_FIELDS.flatMap((field) => (typeof fields[field] === 'string' ? [fields[field]] : []));
  if (sent.length === 0) return false;
  const names = [fields['Name'], fields['SecretId']].filter(
    (name): name is string => typeof name === 'string' && name.length >= SHARED,
  );
  const rest = names.reduce((text, name) => text.replaceAll(name, '\0'), message);
  return !sent.flatMap(valuesIn).some((value) => holdsPartOf(rest, value));
}

/** The values within a JSON object, whose keys are names; else the text itself. */
function valuesIn(text: string): string[] {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' ? leaves(parsed) : [text];
  } catch {
    return [text];
  }
}

function leaves(value: unknown): string[] {
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(leaves);
  return [String(value)];
}

function holdsPartOf(message: string, value: string): boolean {
  if (value === '') return false;
  const length = Math.min(value.length, SHARED);
  for (let start = 0; start + length <= message.length; start += 1)
    if (value.includes(message.slice(start, start + length))) return true;
  return false;
}
