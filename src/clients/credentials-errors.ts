import type { Explanation, FailureCause } from './explanation.ts';

/** `AWS_PROFILE` names a profile that the AWS files of the machine do not have. */
export class ProfileNotFound extends Error {
  override readonly name = 'ProfileNotFound';
}

/** A variable of the environment holds characters that no credential has: a line break, a blank, a quote. */
export class MalformedCredentials extends Error {
  override readonly name = 'MalformedCredentials';

  constructor(readonly variable: string) {
    super(variable);
  }
}

/** A variable of the environment holds no URL of an endpoint. */
export class InvalidEndpoint extends Error {
  override readonly name = 'InvalidEndpoint';

  constructor(readonly variable: string) {
    super(variable);
  }
}

const CONFIGURE =
  'put aws-actions/configure-aws-credentials before this step, with "permissions: id-token: write" on the job and a role to assume';
const COPY =
  'set it again without line breaks, blanks or quotes around it, or use a role instead of keys (aws-actions/configure-aws-credentials)';

const MISSING = new Set(['CredentialsProviderError', 'CredentialsError', 'TokenProviderError']);
const EXPIRED = new Set(['ExpiredTokenException', 'ExpiredToken']);
const UNKNOWN_KEY = new Set(['UnrecognizedClientException', 'InvalidClientTokenId', 'AuthFailure']);
/** The second is STS's name for the first. */
const SIGNATURE = new Set(['InvalidSignatureException', 'SignatureDoesNotMatch']);
const MALFORMED = new Set(['IncompleteSignature', 'IncompleteSignatureException']);
const DISABLED = new Set(['RegionDisabledException', 'OptInRequired', 'OptInRequiredException']);
const SKEWED = new Set(['RequestTimeTooSkewed', 'RequestExpired']);
const UNSIGNED = new Set(['MissingAuthenticationToken', 'MissingAuthenticationTokenException']);

/**
 * Regions that every account has. The list is closed: each region since March 2019 has to be enabled.
 * @see https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html
 */
const ALWAYS_ENABLED =
  /^(?:us-(?:east|west)-[12]|ap-south-1|ap-northeast-[123]|ap-southeast-[12]|ca-central-1|eu-central-1|eu-west-[123]|eu-north-1|sa-east-1|cn-.*|us-gov-.*)$/;

/**
 * Explains failures of credentials: each cause has its own remedy.
 * @param region region of the call, if known
 * @returns undefined for any other failure
 */
export function explainCredentials(
  cause: unknown,
  code: string,
  message: string,
  region: string | undefined,
): Explanation | undefined {
  if (cause instanceof InvalidEndpoint)
    return {
      reason: 'input',
      failureCause: 'endpoint',
      what: `${cause.variable} is not a URL`,
      remedy: 'write it with its scheme, like https://HOST, or remove it from the environment',
    };
  // Only the SDK and its agent read a profile's endpoint_url and the proxies.
  if (cause instanceof TypeError && 'code' in cause && cause.code === 'ERR_INVALID_URL')
    return {
      reason: 'input',
      failureCause: 'endpoint',
      what: 'the URL of an endpoint or of a proxy is invalid',
      remedy:
        'write AWS_ENDPOINT_URL, endpoint_url of the AWS config file, HTTPS_PROXY and HTTP_PROXY with their scheme, like https://HOST',
    };
  if (MISSING.has(code)) return credentials('no-credentials', 'there are no AWS credentials', CONFIGURE);
  if (cause instanceof ProfileNotFound)
    return credentials(
      'no-profile',
      'AWS_PROFILE names it, and the AWS files of this machine do not have it',
      `take AWS_PROFILE out of the environment of the runner, or set it to a profile that exists; or ${CONFIGURE}`,
    );
  if (cause instanceof MalformedCredentials)
    return credentials(
      'malformed-credentials',
      `${cause.variable} holds a line break, a blank or a quote`,
      COPY,
    );
  if (isInvalidHeader(cause))
    return credentials(
      'malformed-credentials',
      `${/token/.test(message) ? 'the session token' : 'the access key id'} holds a character that no credential has, such as a line break at its end`,
      COPY,
    );
  if (EXPIRED.has(code))
    return credentials(
      'expired-credentials',
      'the AWS credentials have expired',
      'run again; what is done stays done. For long runs ask for a longer role-duration-seconds',
    );
  return explainSignature(code, message) ?? explainKey(code, region);
}

/** The SDK corrects its clock once by AWS's; a refusal afterwards is permanent. */
function explainSignature(code: string, message: string): Explanation | undefined {
  const isSkewed =
    SKEWED.has(code) || (SIGNATURE.has(code) && /signature (?:expired|not yet current)/i.test(message));
  if (isSkewed)
    return credentials(
      'clock-skew',
      'the clock of the runner differs from that of AWS by more than five minutes',
      'synchronise the clock of the runner by NTP, and run again',
    );
  if (SIGNATURE.has(code))
    return credentials(
      'wrong-secret-key',
      'the secret access key does not belong to the access key id',
      `check AWS_SECRET_ACCESS_KEY, which may have been cut, wrapped into lines or mixed up with another one: ${COPY}`,
    );
  if (MALFORMED.has(code))
    return credentials('malformed-credentials', 'AWS cannot read the access key id', COPY);
  return undefined;
}

function explainKey(code: string, region: string | undefined): Explanation | undefined {
  const enable = `enable the region ${region ?? ''} for the account (console: Account, AWS Regions)`.replace(
    /\s+/g,
    ' ',
  );
  if (DISABLED.has(code))
    return credentials(
      'region-not-enabled',
      `the region ${region ?? ''} is not enabled for the account`.replace(/\s+/g, ' '),
      `${enable}, or choose another one in the input region`,
    );
  if (UNKNOWN_KEY.has(code) && region !== undefined && !ALWAYS_ENABLED.test(region))
    return credentials(
      'region-not-enabled',
      `AWS does not accept the credentials in ${region}, a region that has to be enabled first`,
      `${enable}, or choose another one in the input region; if it is enabled, the session token must come from a regional endpoint of STS, and the access key id must exist`,
    );
  if (UNKNOWN_KEY.has(code))
    return credentials(
      'unknown-access-key',
      'AWS does not accept the credentials: it does not know the access key id, or the session token belongs to another one',
      `check that the key exists, is active, is of this partition, and that AWS_SESSION_TOKEN is set with temporary keys only; or ${CONFIGURE}`,
    );
  if (UNSIGNED.has(code))
    return credentials('no-credentials', 'AWS does not accept the credentials', CONFIGURE);
  return undefined;
}

/** Node refuses an invalid header. Both access key id and session token are sent in headers. */
function isInvalidHeader(cause: unknown): boolean {
  return cause instanceof TypeError && 'code' in cause && cause.code === 'ERR_INVALID_CHAR';
}

function credentials(failureCause: FailureCause, what: string, remedy: string): Explanation {
  return { reason: 'credentials', failureCause, what, remedy };
}
