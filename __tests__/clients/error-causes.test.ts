/** Refusals as AWS words them, through the SDK: each keeps its cause and gets the remedy of that cause. */
import { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs';
import { SecretsManager } from '@aws-sdk/client-secrets-manager';
import { SSM } from '@aws-sdk/client-ssm';
import { STS } from '@aws-sdk/client-sts';
import { describe, expect, it } from 'vitest';
import { type Connection, clientSettings, prepare } from '../../src/clients/aws.ts';
import { type CallOptions, Calls } from '../../src/clients/aws-calls.ts';
import type { AwsError } from '../../src/clients/errors.ts';
import { chooseKeys } from '../../src/clients/identity.ts';
import { Secret } from '../../src/secret.ts';
import { readAwsEnvironment } from '../../src/settings/aws-environment.ts';
import { awsForFile } from '../servers/for-file.ts';
import { StillClock } from './clock.ts';

const aws = await awsForFile();

const KEYS = { accessKeyId: 'AKID', secretAccessKey: new Secret('key'), sessionToken: undefined };

function connection(more: Partial<Connection> = {}): Connection {
  return {
    region: 'us-west-2',
    readOnly: false,
    userAgent: 'test',
    clock: new StillClock(),
    agent: undefined,
    keys: KEYS,
    ...more,
  };
}

interface Client {
  readonly config: { requestHandler: object };
  readonly middlewareStack: unknown;
}

/** Makes a call of the SDK as a run does. @returns the error that it ends with */
async function failed<C extends Client>(
  Type: new (settings: object) => C,
  options: Omit<CallOptions, 'resource'>,
  call: (client: C) => Promise<unknown>,
  more: Partial<Connection> = {},
  endpoint = aws.url,
): Promise<AwsError> {
  const made = connection(more);
  const client = prepare(new Type({ ...clientSettings(made), endpoint }), made);
  return new Calls(made.clock)
    .send({ ...options, resource: 'r' }, () => call(client))
    .then(
      () => {
        throw new TypeError('it has not failed');
      },
      (error: AwsError) => error,
    );
}

const VALUE = 'k4n4ri-3nv0gel';
const put = (more?: Partial<Connection>) =>
  failed(
    SSM,
    { operation: 'ssm:PutParameter', quota: 'ssm:write', secret: true },
    (client) => client.putParameter({ Name: '/papyrus/prd/A', Value: VALUE, Type: 'SecureString' }),
    more,
  );
const identity = (more?: Partial<Connection>) =>
  failed(
    STS,
    { operation: 'sts:GetCallerIdentity', quota: 'other' },
    (client) => client.getCallerIdentity({}),
    more,
  );
const always = { times: Number.POSITIVE_INFINITY };
const refuse = (operation: string, code: string, message: string, status = 400) =>
  aws.fault({ operation, kind: { status, code, message }, ...always });

const ACTION = 'ssm:PutParameter';
const ARN = 'arn:aws:ssm:us-west-2:123456789012:parameter/papyrus/prd/A';
const DENIED = `User: arn:aws:sts::123456789012:assumed-role/deploy/run is not authorized to perform: ${ACTION} on resource: ${ARN}`;
const BOUNDARY = 'arn:aws:iam::123456789012:policy/boundary';
const SCP = 'arn:aws:organizations::210987654321:policy/o-a1b2c3/service_control_policy/p-x9y8';

describe('a denial', () => {
  it.each<[awsCause: string, cause: string, remedy: RegExp, policyArn?: string]>([
    [
      `because no identity-based policy allows the ${ACTION} action`,
      'missing-permission',
      /"Action":"ssm:PutParameter"/,
    ],
    [
      'with an explicit deny in an identity-based policy',
      'identity-policy-deny',
      /\bdeny\b.* ssm:PutParameter/,
    ],
    [
      `because no permissions boundary allows the ${ACTION} action`,
      'permissions-boundary',
      /ssm:PutParameter .*permissions boundary/,
    ],
    [
      `with an explicit deny in a permissions boundary: ${BOUNDARY}`,
      'permissions-boundary',
      /policy\/boundary/,
      BOUNDARY,
    ],
    [`because no session policy allows the ${ACTION} action`, 'session-policy', /inline-session-policy/],
    ['with an explicit deny in a session policy', 'session-policy', /managed-session-policies/],
    [
      `because no service control policy allows the ${ACTION} action`,
      'service-control-policy',
      /AWS organization/,
    ],
    [`with an explicit deny in a service control policy: ${SCP}`, 'service-control-policy', /p-x9y8/, SCP],
    ['with an explicit deny in a resource control policy', 'resource-control-policy', /AWS organization/],
    [`because no VPC endpoint policy allows the ${ACTION} action`, 'vpc-endpoint-policy', /VPC endpoint/],
    ['with an explicit deny in a VPC endpoint policy', 'vpc-endpoint-policy', /VPC endpoint/],
    [`because no resource-based policy allows the ${ACTION} action`, 'resource-policy', /that resource/],
  ])('%s: %s', async (awsCause, failureCause, remedy, policyArn) => {
    refuse('PutParameter', 'AccessDeniedException', `${DENIED} ${awsCause}`);
    const error = await put();
    expect(error).toMatchObject({ reason: 'access-denied', failureCause, policyArn });
    expect(error.remedy).toMatch(remedy);
    // Only a missing permission is corrected in the policy of the role.
    const isMissing = failureCause === 'missing-permission';
    expect(error.statement !== undefined).toBe(isMissing);
    expect(error.remedy.includes('"Action"')).toBe(isMissing);
  });

  it('names the right policy even if the name of a resource contains the name of another', async () => {
    const name = '/papyrus/session policy/permissions boundary';
    refuse(
      'CreateLogGroup',
      'AccessDeniedException',
      `not authorized to perform: logs:CreateLogGroup on resource: ${name} because no identity-based policy allows the logs:CreateLogGroup action`,
    );
    const error = await failed(
      CloudWatchLogs,
      { operation: 'logs:CreateLogGroup', quota: 'logs:write' },
      (client) => client.createLogGroup({ logGroupName: '/papyrus' }),
    );
    expect(error).toMatchObject({ reason: 'access-denied', failureCause: 'missing-permission' });
  });

  it.each([
    [
      'TagPolicyException',
      "The tag policy does not allow the specified value for the following tag key: 'project'.",
    ],
    [
      'AccessDeniedException',
      'The request violates the tag policies of your organization for tag key: project',
    ],
  ])('by a tag policy names the tag, with the code %s', async (code, message) => {
    refuse('PutParameter', code, message);
    const error = await put();
    expect(error).toMatchObject({
      reason: 'access-denied',
      failureCause: 'tag-policy',
      statement: undefined,
    });
    expect(error.what).toMatch(/\bproject$/);
    expect(error.remedy).toMatch(/input tags/);
  });
});

describe('credentials that AWS refuses', () => {
  const UNKNOWN = 'The security token included in the request is invalid.';
  const MISMATCH =
    'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';
  const EXPIRED =
    'Signature expired: 20261129T100000Z is now earlier than 20261129T105500Z (20261129T110000Z - 5 min.)';
  const EARLY = 'Signature not yet current: 20261129T120000Z is still later than 20261129T110500Z';

  it.each<[code: string, message: string, region: string, cause: string, remedy: RegExp]>([
    ['InvalidClientTokenId', UNKNOWN, 'us-west-2', 'unknown-access-key', /AWS_SESSION_TOKEN/],
    ['InvalidClientTokenId', UNKNOWN, 'eu-south-2', 'region-not-enabled', /region eu-south-2/],
    ['UnrecognizedClientException', UNKNOWN, 'cn-north-1', 'unknown-access-key', /partition/],
    [
      'RegionDisabledException',
      'STS is not activated in this region',
      'us-west-2',
      'region-not-enabled',
      /input region/,
    ],
    ['SignatureDoesNotMatch', MISMATCH, 'us-west-2', 'wrong-secret-key', /AWS_SECRET_ACCESS_KEY/],
    ['SignatureDoesNotMatch', EXPIRED, 'us-west-2', 'clock-skew', /\bclock\b/],
    ['InvalidSignatureException', EARLY, 'us-west-2', 'clock-skew', /NTP/],
    ['RequestTimeTooSkewed', 'The difference is too large', 'us-west-2', 'clock-skew', /NTP/],
    ['RequestExpired', 'Request has expired.', 'us-west-2', 'clock-skew', /NTP/],
    [
      'IncompleteSignature',
      'Authorization header requires existence of Credential',
      'us-west-2',
      'malformed-credentials',
      /line breaks/,
    ],
    [
      'ExpiredToken',
      'The security token included in the request is expired',
      'us-west-2',
      'expired-credentials',
      /role-duration-seconds/,
    ],
  ])('%s (%s) in %s: %s', async (code, message, region, failureCause, remedy) => {
    refuse('GetCallerIdentity', code, message, 403);
    const error = await identity({ region });
    expect(error).toMatchObject({ reason: 'credentials', failureCause });
    expect(error.remedy).toMatch(remedy);
  });

  it.each([
    ['the access key id', { ...KEYS, accessKeyId: 'AKID\n' }],
    ['the session token', { ...KEYS, sessionToken: new Secret(`${VALUE}\n`) }],
  ])('%s with a line break at its end is no TypeError', async (what, keys) => {
    const error = await identity({ keys });
    expect(error).toMatchObject({ reason: 'credentials', failureCause: 'malformed-credentials' });
    expect(error.message).toContain(what);
    expect(error.message + error.remedy).not.toMatch(/TypeError|Invalid character|k4n4ri/);
  });
});

describe('an environment that the SDK cannot use', () => {
  const choose = (environment: Record<string, string>) => {
    try {
      chooseKeys(
        readAwsEnvironment(
          (name) => environment[name],
          () => ({ config: undefined, credentials: undefined }),
        ),
      );
      return undefined;
    } catch (error) {
      return error as AwsError;
    }
  };
  const keys = { AWS_ACCESS_KEY_ID: 'AKID', AWS_SECRET_ACCESS_KEY: VALUE };

  it.each([
    'localhost:4566',
    '127.0.0.1:4566',
    'example.com',
    'http://',
    'ftp://example.com',
    ' http://example.com',
  ])('is reported before any call: AWS_ENDPOINT_URL=%s', (url) => {
    const error = choose({ ...keys, AWS_ENDPOINT_URL_SSM: url });
    expect(error).toMatchObject({ reason: 'input', failureCause: 'endpoint' });
    expect(error?.message).toContain('AWS_ENDPOINT_URL_SSM');
  });

  it.each([
    ['AWS_ACCESS_KEY_ID', 'AKID\n'],
    ['AWS_SECRET_ACCESS_KEY', `${VALUE}\n`],
    ['AWS_SECRET_ACCESS_KEY', `k4n4ri-\n3nv0gel`],
    ['AWS_SECRET_ACCESS_KEY', `"${VALUE}"`],
    ['AWS_SESSION_TOKEN', `${VALUE} `],
  ])('is reported by the variable, never by its value: %s', (variable, value) => {
    const error = choose({ ...keys, [variable]: value });
    expect(error).toMatchObject({ reason: 'credentials', failureCause: 'malformed-credentials' });
    expect(error?.message).toContain(variable);
    expect(`${error?.message} ${error?.remedy}`).not.toContain('k4n4ri');
  });

  it('is no TypeError where only the SDK reads it, as in a profile', async () => {
    const error = await failed(
      STS,
      { operation: 'sts:GetCallerIdentity', quota: 'other' },
      (client) => client.getCallerIdentity({}),
      {},
      'example.com',
    );
    expect(error).toMatchObject({ reason: 'input', failureCause: 'endpoint' });
    expect(error.message).not.toMatch(/TypeError|Invalid URL/);
  });

  it('is usable otherwise', () => {
    expect(
      choose({ ...keys, AWS_SESSION_TOKEN: 'IQoJb3JpZ2luX2VjEA//a+b==', AWS_ENDPOINT_URL: aws.url }),
    ).toBeUndefined();
    expect(choose({})).toBeUndefined();
  });
});

describe('the message of AWS about a call with a value', () => {
  const OBJECT = JSON.stringify({ password: VALUE, username: 'papyrus', port: 5432 });
  const secret = {
    operation: 'secretsmanager:PutSecretValue',
    quota: 'secretsmanager:write',
    secret: true,
  } as const;
  const putSecret = () =>
    failed(SecretsManager, secret, (client) =>
      client.putSecretValue({ SecretId: '/papyrus/prd/db', SecretString: OBJECT }),
    );
  const create = () =>
    failed(SecretsManager, { ...secret, operation: 'secretsmanager:CreateSecret' }, (client) =>
      client.createSecret({ Name: '/papyrus/prd/db', SecretString: OBJECT }),
    );

  it.each([
    [
      'CreateSecret',
      create,
      'InvalidRequestException',
      "You can't create this secret because a secret with this name is already scheduled for deletion.",
    ],
    [
      'PutSecretValue',
      putSecret,
      'InvalidRequestException',
      'Operation not permitted on a replica secret. Call must be made in primary secret’s region.',
    ],
    [
      'PutParameter',
      put,
      'ValidationException',
      'Parameter value failed to satisfy constraint: Member must satisfy regular expression pattern',
    ],
    [
      'PutParameter',
      put,
      'ParameterPatternMismatchException',
      'Parameter value, cannot be validated against allowedPattern: ^x$',
    ],
    [
      'PutSecretValue',
      putSecret,
      'ResourceNotFoundException',
      "Secrets Manager can't find the specified secret /papyrus/prd/db.",
    ],
  ])('%s is shown if it contains nothing of the value', async (operation, call, code, message) => {
    refuse(operation, code, message);
    const error = await call();
    expect(error).toMatchObject({ reason: 'aws', what: `${code}: ${message}` });
  });

  it.each([
    ['the whole value', 'PutParameter', put, `Value '${VALUE}' failed`],
    ['the begin of a value that was cut', 'PutParameter', put, `Value '${VALUE.slice(0, 7)}…' failed`],
    ['the end of it', 'PutParameter', put, `…${VALUE.slice(-6)}' failed`],
    ['a value within an object', 'PutSecretValue', putSecret, `Value at 'password': ${VALUE}`],
    ['a part of it', 'CreateSecret', create, `… n4ri-3nv …`],
    ['a number within an object', 'CreateSecret', create, 'port 5432 is not allowed'],
  ])('is not shown if it repeats %s', async (_what, operation, call, message) => {
    refuse(operation, 'ValidationException', message);
    const error = await call();
    expect(error.what).toBe('ValidationException');
    expect(error.remedy).toMatch(/not shown/);
  });
});
