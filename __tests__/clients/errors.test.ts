import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import {
  AwsError,
  CreateConflictError,
  codeOf,
  isDenied,
  isNamed,
  rememberCall,
  statusOf,
} from '../../src/clients/errors.ts';
import { sdkError } from './clock.ts';

const OPERATION = 'ssm:PutParameter';
const RESOURCE = '/papyrus/prd/PORT';
const of = (cause: unknown, carriesSecret = false) => new AwsError(cause, OPERATION, RESOURCE, carriesSecret);

describe('the name of an error', () => {
  it.each<[unknown, string]>([
    [sdkError('ThrottlingException', 400), 'ThrottlingException'],
    [sdkError('Error', undefined, { code: 'ECONNRESET' }), 'ECONNRESET'],
    [sdkError('AggregateError', undefined, { code: 'ECONNREFUSED' }), 'ECONNREFUSED'],
    [sdkError('TimeoutError', undefined, { code: 'X' }), 'TimeoutError'],
    [new Error('x'), 'Error'],
    [new TypeError('x'), 'TypeError'],
    ['x', 'Error'],
    [null, 'Error'],
    [{ name: 7, code: 8 }, 'Error'],
  ])('%o: %s', (error, code) => {
    expect(codeOf(error)).toBe(code);
  });

  it('has its status, if there is one', () => {
    expect(statusOf(sdkError('X', 503))).toBe(503);
    expect(statusOf(sdkError('X'))).toBeUndefined();
    expect(statusOf(Object.assign(new Error('x'), { $metadata: undefined }))).toBeUndefined();
    expect(statusOf('x')).toBeUndefined();
    expect(statusOf(null)).toBeUndefined();
  });
});

describe('each code that AWS, the SDK or Node gives has its reason', () => {
  const families: ReadonlyArray<[reason: string, says: string, codes: readonly string[]]> = [
    [
      'credentials',
      'there are no AWS credentials',
      ['CredentialsProviderError', 'CredentialsError', 'TokenProviderError'],
    ],
    ['credentials', 'the AWS credentials have expired', ['ExpiredTokenException', 'ExpiredToken']],
    [
      'credentials',
      'AWS does not accept the credentials: it does not know the access key id, or the session token belongs to another one',
      ['UnrecognizedClientException', 'InvalidClientTokenId', 'AuthFailure'],
    ],
    [
      'credentials',
      'the secret access key does not belong to the access key id',
      ['InvalidSignatureException', 'SignatureDoesNotMatch'],
    ],
    ['credentials', 'AWS cannot read the access key id', ['IncompleteSignature']],
    ['credentials', 'AWS does not accept the credentials', ['MissingAuthenticationToken']],
    [
      'credentials',
      'the clock of the runner differs from that of AWS by more than five minutes',
      ['RequestExpired', 'RequestTimeTooSkewed'],
    ],
    [
      'access-denied',
      `the role may not ${OPERATION}`,
      ['AccessDeniedException', 'AccessDenied', 'UnauthorizedOperation', 'NotAuthorized'],
    ],
    [
      'quota',
      'a quota of the account is used up (CODE)',
      [
        'LimitExceededException',
        'ParameterLimitExceeded',
        'HierarchyLevelLimitExceededException',
        'TooManyTagsException',
      ],
    ],
    [
      'quota',
      'its oldest version carries a label, so that no new version can be stored',
      ['ParameterMaxVersionLimitExceeded'],
    ],
    [
      'aws',
      'the KMS key cannot be used (CODE)',
      ['InvalidKeyId', 'KmsException', 'EncryptionFailure', 'DecryptionFailure', 'KMSAccessDeniedException'],
    ],
    [
      'network',
      'AWS could not be reached (CODE)',
      ['TimeoutError', 'ENOTFOUND', 'ECONNREFUSED', 'EAI_AGAIN', 'ERR_STREAM_PREMATURE_CLOSE'],
    ],
    [
      'network',
      'the certificate that was shown for AWS is not trusted (CODE)',
      [
        'CERT_HAS_EXPIRED',
        'DEPTH_ZERO_SELF_SIGNED_CERT',
        'SELF_SIGNED_CERT_IN_CHAIN',
        'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
        'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
        'ERR_TLS_CERT_ALTNAME_INVALID',
      ],
    ],
    [
      'conflict',
      'others are changing it at the same time (CODE)',
      ['TooManyUpdates', 'OperationAbortedException'],
    ],
    [
      'throttled',
      'AWS kept throttling',
      [
        'ThrottlingException',
        'Throttling',
        'ThrottledException',
        'TooManyRequestsException',
        'RequestLimitExceeded',
        'SlowDown',
      ],
    ],
    [
      'conflict',
      'it was created by someone else after this run had read the account (CODE)',
      [
        'ParameterAlreadyExists',
        'RepositoryAlreadyExistsException',
        'ResourceAlreadyExistsException',
        'ResourceExistsException',
      ],
    ],
    // Whatever begins or ends in capitals is not therefore a word of Node's for a broken network.
    ['aws', 'CODE: CODE happened', ['ValidationException', 'ECRException', 'Invalid_ESCAPE']],
  ];

  it.each(families.flatMap(([reason, says, codes]) => codes.map((code) => [code, reason, says] as const)))(
    '%s: %s, %s',
    (code, reason, says) => {
      expect(of(sdkError(code, 400))).toMatchObject({
        name: 'AwsError',
        message: `${OPERATION} on ${RESOURCE}: ${says.replaceAll('CODE', code)}`,
        code,
        reason,
      });
    },
  );

  it('and an untrusted certificate has its remedy', () => {
    const error = of(sdkError('Error', undefined, { code: 'SELF_SIGNED_CERT_IN_CHAIN' }));
    expect(error.failureCause).toBe('certificate');
    expect(error.remedy).toMatch(/AWS_ENDPOINT_URL.*NODE_EXTRA_CA_CERTS/);
  });

  it.each([TypeError, RangeError, ReferenceError])('an error of the code itself is internal: %o', (Type) => {
    const error = of(new Type('x'));
    expect(error).toMatchObject({ code: Type.name, reason: 'internal' });
    // What it says may hold a value.
    expect(error.what).toMatch(new RegExp(`\\(${Type.name} `));
    expect(error.remedy).toMatch(/debug/);
  });
});

describe('an unreadable response', () => {
  const cut = 'Unexpected end of JSON input';
  it.each<[what: string, cause: Error, status: string]>([
    ['JSON that was cut', sdkError('SyntaxError', 200, { message: cut }), ' (HTTP status 200)'],
    ['a page of a proxy', sdkError('SyntaxError', 503, { message: cut }), ' (HTTP status 503)'],
    ['without a status', sdkError('SyntaxError', undefined, { message: cut }), ''],
    ['XML of the SDK', sdkError('Error', 502, { message: 'XML parse error' }), ' (HTTP status 502)'],
  ])('%s is reported with its status, and with what to look at', (_what, cause, status) => {
    const { reason, message, remedy } = of(cause, true);
    expect(reason).toBe('aws');
    expect(message).toBe(`${OPERATION} on ${RESOURCE}: AWS gave an answer that cannot be read${status}`);
    expect(remedy).toBe('run again; if it stays, check AWS_ENDPOINT_URL and the proxy of the runner');
  });

  it('is recognized only in an Error', () => {
    expect(of({ message: 'XML parse error' }).message).toBe(`${OPERATION} on ${RESOURCE}: Error`);
  });
});

describe('whether AWS answered with an error of this name', () => {
  it.each<[what: string, error: () => unknown, named: boolean]>([
    ['by an explained error', () => of(sdkError('ResourceNotFoundException', 400)), true],
    ['not by another', () => of(sdkError('ValidationException', 400)), false],
    ['not by an error without an explanation', () => sdkError('ResourceNotFoundException', 400), false],
    ['not by undefined', () => undefined, false],
  ])('is reported %s', (_what, error, named) => {
    expect(isNamed(error(), 'ResourceNotFoundException')).toBe(named);
  });
});

describe('whether the role may not', () => {
  it.each([
    ['AccessDeniedException', true],
    ['KMSAccessDeniedException', true],
    ['InvalidKeyId', false],
    ['ECONNRESET', false],
  ])('is reported by an explained error: %s, %s', (code, denied) => {
    expect(isDenied(of(sdkError(code, 400)))).toBe(denied);
  });

  it.each<[what: string, error: unknown]>([
    ['an error without an explanation', sdkError('KMSAccessDeniedException', 400)],
    ['an object with the same fields', { reason: 'access-denied', code: 'KMSAccessDeniedException' }],
    ['nothing', undefined],
  ])('is not reported by %s', (_what, error) => {
    expect(isDenied(error)).toBe(false);
  });
});

describe('an explained error', () => {
  it.each<[what: string, error: unknown, reason: string, message: string | RegExp, remedy: string | RegExp]>([
    [
      'no credentials',
      sdkError('CredentialsProviderError'),
      'credentials',
      'there are no AWS credentials',
      /aws-actions\/configure-aws-credentials before this step/,
    ],
    [
      'expired credentials',
      sdkError('ExpiredTokenException', 400),
      'credentials',
      /have expired/,
      /role-duration-seconds/,
    ],
    [
      'wrong credentials',
      sdkError('InvalidClientTokenId', 403),
      'credentials',
      /does not accept/,
      /configure-aws-credentials/,
    ],
    [
      'a wrong signature',
      sdkError('SignatureDoesNotMatch', 403),
      'credentials',
      /does not belong to the access key id/,
      /AWS_SECRET_ACCESS_KEY/,
    ],
    [
      'a quota',
      sdkError('LimitExceededException', 400),
      'quota',
      /used up \(LimitExceededException\)/,
      /Service Quotas/,
    ],
    ['too many parameters', sdkError('ParameterLimitExceeded', 400), 'quota', /used up/, /Service Quotas/],
    [
      'a label in the way',
      sdkError('ParameterMaxVersionLimitExceeded', 400),
      'quota',
      /label/,
      /unlabel-parameter-version/,
    ],
    [
      'a key that is gone',
      sdkError('InvalidKeyId', 400),
      'aws',
      /KMS key cannot be used \(InvalidKeyId\)/,
      /kms-key-id/,
    ],
    ['a key of another', sdkError('DecryptionFailure', 400), 'aws', /KMS key/, /kms-key-id/],
    [
      'a time-out',
      sdkError('TimeoutError'),
      'network',
      /could not be reached \(TimeoutError\)/,
      /AWS_ENDPOINT_URL/,
    ],
    ['no such host', sdkError('Error', undefined, { code: 'ENOTFOUND' }), 'network', /ENOTFOUND/, /region/],
    [
      'others at work',
      sdkError('TooManyUpdates', 400),
      'conflict',
      /others are changing it/,
      /concurrency group/,
    ],
    [
      'others who were quicker',
      sdkError('ResourceAlreadyExistsException', 400),
      'conflict',
      /created by someone else/,
      'run again: it is adopted then',
    ],
    ['throttling', sdkError('ThrottlingException', 400), 'throttled', /kept throttling/, /run again/],
    ['throttling by status', sdkError('Weird', 429), 'throttled', /kept throttling/, /run again/],
    [
      'a refusal',
      sdkError('ValidationException', 400, { message: 'bad name' }),
      'aws',
      'ValidationException: bad name',
      'see the message of AWS',
    ],
    ['an error without words', sdkError('Weird', 400, { message: '' }), 'aws', 'Weird', /./],
    ['no error at all', undefined, 'aws', 'Error', /./],
  ])('%s', (_what, cause, reason, message, remedy) => {
    const error = of(cause);
    expect(error.reason).toBe(reason);
    const prefix = `${OPERATION} on ${RESOURCE}: `;
    expect(error.message.startsWith(prefix)).toBe(true);
    if (typeof message === 'string') expect(error.message).toBe(prefix + message);
    else expect(error.message).toMatch(message);
    expect(error.remedy).toMatch(remedy);
    expect(error.cause).toBe(cause);
    expect([error.operation, error.resource]).toEqual([OPERATION, RESOURCE]);
  });
});

it('another run that creates the resource with other settings is a conflict over these', () => {
  const cause = new CreateConflictError(['retention', 'tag:cost']);
  expect(cause).toMatchObject({ name: 'CreateConflictError', message: 'retention, tag:cost' });
  expect(of(cause)).toMatchObject({
    code: 'CreateConflictError',
    reason: 'conflict',
    what: 'another run created it at the same time with other settings than the configured ones: retention, tag:cost',
    remedy: 'run again; a concurrency group in the workflow keeps runs apart',
  });
});

describe('a denial that a policy decides', () => {
  const denied = (message: string) =>
    of(
      sdkError('AccessDeniedException', 400, {
        message: `User: x is not authorized to perform: ssm:GetParameters${message}`,
      }),
    );
  const NAME = 'arn:aws:ssm:us-west-2:123456789012:parameter/papyrus/prd/PORT';

  it.each<[policy: string, failureCause: string, named: string]>([
    ['permissions boundary', 'permissions-boundary', 'permissions boundary'],
    ['session policy', 'session-policy', 'session policy'],
    ['service control policy', 'service-control-policy', 'service control policy'],
    ['resource control policy', 'resource-control-policy', 'resource control policy'],
    ['VPC endpoint policy', 'vpc-endpoint-policy', 'VPC endpoint'],
    ['resource-based policy', 'resource-policy', 'that resource'],
  ])('by the %s is corrected there, for this action on this resource', (policy, failureCause, named) => {
    const denying = denied(` on resource: ${NAME} with an explicit deny in a ${policy}`);
    const silent = denied(` on resource: ${NAME} because no ${policy} allows the ssm:GetParameters action`);
    for (const error of [denying, silent]) {
      expect(error).toMatchObject({ reason: 'access-denied', failureCause, statement: undefined });
      expect(error.remedy).toContain(`ssm:GetParameters on ${NAME}`);
      expect(error.remedy).toContain(named);
      // The policy of the resource itself is the only one beside the role's that suffices.
      expect(/does not help/.test(error.remedy)).toBe(failureCause !== 'resource-policy');
    }
    expect(denying.what).toMatch(/\bdenies ssm:GetParameters$/);
    expect(silent.what).toMatch(/\ballows? ssm:GetParameters$/);
    expect(denying.remedy).toMatch(/\bremove\b.* from /);
    expect(silent.remedy).toMatch(/\ballow ssm:GetParameters\b.* in /);
  });

  it('by an explicit deny of the role itself names the action and the resource', () => {
    const error = denied(` on resource: ${NAME} with an explicit deny in an identity-based policy`);
    expect(error).toMatchObject({
      reason: 'access-denied',
      failureCause: 'identity-policy-deny',
      statement: undefined,
      policyArn: undefined,
    });
    expect(error.what).toMatch(/ssm:GetParameters$/);
    expect(error.remedy).toMatch(new RegExp(`ssm:GetParameters on ${NAME} from .* role$`));
  });

  it('names the resource as the run does if AWS does not', () => {
    expect(denied(' with an explicit deny in a permissions boundary').remedy).toContain(
      `ssm:GetParameters on ${RESOURCE}`,
    );
  });

  const IAM = 'arn:aws:iam::123456789012:policy/teams/app=x,y+z@w.v-u/boundary';
  it.each<[message: string, policyArn: string | undefined]>([
    [`an identity-based policy: ${IAM}`, IAM],
    [`an identity-based policy: ${IAM}.`, IAM],
    [`an identity-based policy ("${IAM}")`, IAM],
    [
      'a permissions boundary: arn:aws-us-gov:iam::aws:policy/Limits; see "policy/other"',
      'arn:aws-us-gov:iam::aws:policy/Limits',
    ],
    [
      'a service control policy: arn:aws:organizations::210987654321:policy/o-a1/service_control_policy/p-x9',
      'arn:aws:organizations::210987654321:policy/o-a1/service_control_policy/p-x9',
    ],
    ['a permissions boundary: arn:aws:iam::123456789012:role/deploy policy/x', undefined],
    ['a permissions boundary', undefined],
  ])('has the ARN of the policy that AWS names: %s', (message, policyArn) => {
    const error = denied(` on resource: ${NAME} with an explicit deny in ${message}`);
    expect(error.policyArn).toBe(policyArn);
    expect(/\(arn:[^)]*\)/.exec(error.remedy)?.[0]).toBe(policyArn && `(${policyArn})`);
  });
});

describe('a refusal by a tag policy', () => {
  it.each<[message: string, key: RegExp]>([
    ["The tag policy does not allow the specified value for the following tag key: 'project'.", / project$/],
    [
      'The request violates the tag policies of your organization for tag keys: cost/center=a',
      / cost\/center=a$/,
    ],
    [
      'Tag Policy violation: Tag Key "app.kubernetes.io:x+y@z-w" has a wrong value',
      / app\.kubernetes\.io:x\+y@z-w$/,
    ],
    ['not compliant with the tag policy: tag key `Owner`', / Owner$/],
    ['The tags violate a tag policy', / a tag$/],
  ])('names the tag, as far as AWS does: %s', (message, key) => {
    const error = of(sdkError('InvalidParameterException', 400, { message }));
    expect(error).toMatchObject({
      reason: 'access-denied',
      failureCause: 'tag-policy',
      statement: undefined,
    });
    expect(error.what).toMatch(key);
    expect(error.remedy).toMatch(/\binput tags\b/);
  });

  it('is not seen in the name of a tag', () => {
    expect(of(sdkError('ValidationException', 400, { message: 'tag policyowner is bad' }))).toMatchObject({
      reason: 'aws',
      failureCause: undefined,
    });
  });
});

describe('a missing permission', () => {
  const denied = (message: string, operation = OPERATION) =>
    new AwsError(sdkError('AccessDeniedException', 400, { message }), operation, RESOURCE, true);

  it('names the statement to add, as AWS reports it', () => {
    const { message, remedy, reason, failureCause } = denied(
      'User: arn:aws:sts::123456789012:assumed-role/r/s is not authorized to perform: ssm:AddTagsToResource on resource: arn:aws:ssm:us-west-2:123456789012:parameter/papyrus/prd/PORT because no identity-based policy allows the ssm:AddTagsToResource action',
    );
    expect({ reason, failureCause }).toEqual({
      reason: 'access-denied',
      failureCause: 'missing-permission',
    });
    expect(message).toBe(`${OPERATION} on ${RESOURCE}: the role may not ssm:AddTagsToResource`);
    expect(JSON.parse(remedy.replace(/^add to the role's policy: /, ''))).toEqual({
      Effect: 'Allow',
      Action: 'ssm:AddTagsToResource',
      Resource: 'arn:aws:ssm:us-west-2:123456789012:parameter/papyrus/prd/PORT',
    });
  });

  it.each(['', 'Access denied', 'is not authorized'])(
    'whose message is %j names the operation',
    (message) => {
      expect(denied(message, 'logs:CreateLogGroup').remedy).toBe(
        'add to the role\'s policy: {"Effect":"Allow","Action":"logs:CreateLogGroup","Resource":"*"} (AWS checks logs:TagResource together with it)',
      );
    },
  );

  it('names the key that may not be used', () => {
    const message =
      'User: x is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:us-west-2:1:key/k because of y';
    expect(denied(message).remedy).toContain(
      '"Action":"kms:Decrypt","Resource":"arn:aws:kms:us-west-2:1:key/k"',
    );
  });

  it('is the named one even if AWS speaks of the key too', () => {
    expect(
      denied('x is not authorized to perform: secretsmanager:CreateSecret. Access to KMS is not allowed'),
    ).toMatchObject({
      failureCause: 'missing-permission',
      statement: { Effect: 'Allow', Action: 'secretsmanager:CreateSecret', Resource: '*' },
    });
  });

  it.each(['Access to KMS is not allowed', 'access to kms is not allowed.'])(
    'to use the key, of which Secrets Manager says no more than %j, is not taken for the call',
    (message) => {
      const error = denied(message, 'secretsmanager:CreateSecret');
      expect(error).toMatchObject({ reason: 'access-denied', failureCause: 'kms-key' });
      expect(error.message).toBe(
        `secretsmanager:CreateSecret on ${RESOURCE}: the role may not use the KMS key`,
      );
      expect(error.remedy).toBe(
        'add to the role\'s policy: {"Effect":"Allow","Action":["kms:Decrypt","kms:GenerateDataKey"],"Resource":"*"}, with the ARN of the key of kms-key-id for the *; the key\'s own policy must allow it too',
      );
      expect(isDenied(error)).toBe(true);
    },
  );

  it('to use a named key has its ARN', () => {
    const { remedy } = denied('Access to KMS is not allowed on resource: arn:aws:kms:us-west-2:1:key/k');
    expect(remedy).toBe(
      'add to the role\'s policy: {"Effect":"Allow","Action":["kms:Decrypt","kms:GenerateDataKey"],"Resource":"arn:aws:kms:us-west-2:1:key/k"}; the key\'s own policy must allow it too',
    );
  });

  const withTags = 'User with accountId: 123456789012 is not authorized to perform CreateLogGroup with Tags';
  const further = 'An additional permission "logs:TagResource" is required.';
  const group = 'arn:aws:logs:us-west-2:123456789012:log-group:/ecs/papyrus';
  it.each<[what: string, message: string, arn: string]>([
    ['as AWS says it', `${withTags}. ${further}`, 'arn:*:logs:*:*:log-group:/ecs/papyrus'],
    ['as AWS used to say it', withTags, 'arn:*:logs:*:*:log-group:/ecs/papyrus'],
    ['with the resource', `${withTags} on resource: ${group}:* ${further}`, group],
  ])('that AWS asks for beside the call is the one to add, %s', (_what, message, arn) => {
    const error = new AwsError(
      sdkError('AccessDeniedException', 400, { message }),
      'logs:CreateLogGroup',
      '/ecs/papyrus',
      false,
    );
    expect(error.message).toBe('logs:CreateLogGroup on /ecs/papyrus: the role may not logs:TagResource');
    expect(error.remedy).toBe(
      `add to the role's policy: {"Effect":"Allow","Action":"logs:TagResource","Resource":["${arn}","${arn}:*"]}`,
    );
  });

  it('of another service has the resource that AWS names', () => {
    expect(denied('An additional permission "ecr:TagResource" is required').remedy).toBe(
      'add to the role\'s policy: {"Effect":"Allow","Action":"ecr:TagResource","Resource":"*"}',
    );
  });

  it('by a deny cannot be added', () => {
    const { message, remedy } = denied(
      'User: x is not authorized to perform: ssm:PutParameter on resource: arn:x with an explicit deny in a service control policy',
    );
    expect(message).toMatch(/control policy .*ssm:PutParameter/);
    expect(remedy).not.toContain('"Effect":"Allow"');
  });
});

describe('no error contains a value', () => {
  const canary = 'Kanari3nv0gel';
  it.each<[what: string, error: Error, carriesSecret: boolean]>([
    ['a repeated value', sdkError('ValidationException', 400, { message: `Value '${canary}' failed` }), true],
    [
      'an answer that cannot be parsed',
      sdkError('SyntaxError', 200, {
        message: `Unexpected token 'K', "{"Value":"${canary}" is not valid JSON`,
      }),
      false,
    ],
    [
      'an answer that cannot be parsed, of an error',
      sdkError('SyntaxError', 503, { message: `Unexpected token '<', "<p>${canary}"` }),
      true,
    ],
    ['no permission', sdkError('AccessDeniedException', 400, { message: `denied for ${canary}` }), true],
    ['a key', sdkError('InvalidKeyId', 400, { message: canary }), true],
  ])('%s', (_what, cause, carriesSecret) => {
    const { message, remedy } = of(cause, carriesSecret);
    expect(message + remedy).not.toContain(canary);
  });

  it('and says why it does not show the message of AWS', () => {
    const error = of(sdkError('ValidationException', 400, { message: canary }), true);
    expect(error.message).toBe(`${OPERATION} on ${RESOURCE}: ValidationException`);
    expect(error.remedy).toBe(
      'the message of AWS is not shown, since it may repeat the value; CloudTrail has it',
    );
  });

  it('not even an error of the JavaScript parser', () => {
    expect.assertions(2);
    try {
      JSON.parse(`{"Value":"${canary}",x`);
    } catch (error) {
      expect(inspect(error)).toContain('JSON');
      expect(of(error).message).not.toContain(canary.slice(0, 6));
    }
  });
});

describe('the message of AWS about a sent value', () => {
  const VALUE = 'k4n4ri-3nv0gel';
  const OBJECT = JSON.stringify({ password: VALUE, options: { pin: 5432, ca: null, empty: '' } });
  const sent = (message: string, input: unknown) => {
    const cause = sdkError('ValidationException', 400, { message });
    rememberCall(cause, { region: 'us-west-2', input });
    return of(cause, true);
  };
  const NAME = '/papyrus/prd/db';

  it.each<[what: string, message: string, input: object]>([
    ['nothing of a parameter', 'the name is bad', { Name: NAME, Value: VALUE }],
    ['nothing of a secret', 'the name is bad', { SecretId: NAME, SecretString: VALUE }],
    ['nothing of the values of an object', 'password is bad', { SecretId: NAME, SecretString: OBJECT }],
    ['fewer characters in a row than tell anything', 'k4n4r', { Name: NAME, Value: VALUE }],
    ['a name that the value holds', `no ${NAME}, no ${NAME}`, { Name: NAME, Value: `db:/${NAME}-x` }],
    ['the name of a secret in its value', `no ${NAME}`, { SecretId: NAME, SecretString: `db:/${NAME}-x` }],
    ['a short name that the value holds', 'no /db/pw', { Name: '/db/pw', Value: 'x/db/pw' }],
    ['parts of it apart, around a name', `k4n${NAME}4ri`, { Name: NAME, Value: VALUE }],
    ['an empty value', 'the name is bad', { Name: NAME, Value: '' }],
  ])('is shown if it holds %s', (_what, message, input) => {
    expect(sent(message, input)).toMatchObject({
      reason: 'aws',
      what: `ValidationException: ${message}`,
      remedy: 'see the message of AWS',
    });
  });

  it.each<[what: string, message: string, input: unknown]>([
    ['the value of a parameter', `'${VALUE}' is bad`, { Name: NAME, Value: VALUE }],
    ['the value of a secret', `'${VALUE}' is bad`, { SecretId: NAME, SecretString: VALUE }],
    ['the begin of a value', 'bad: k4n4ri', { Name: NAME, Value: VALUE }],
    ['the end of a value', '0gel…, -3nv0gel', { Name: NAME, Value: VALUE }],
    ['a value as short as a port', 'bad: 80', { Name: NAME, Value: '80' }],
    ['a number as it was written', 'bad: 1e3', { Name: NAME, Value: '1e3' }],
    ['a value of an object', `${VALUE} is bad`, { Name: NAME, SecretString: OBJECT }],
    ['a number within an object', '5432 is bad', { SecretId: NAME, SecretString: OBJECT }],
    ['nothing as a value', 'bad: null', { Name: NAME, Value: 'null' }],
    ['a value that begins as its name', 'bad: k4n4ri', { Name: 'k4n4', Value: VALUE }],
    ['whatever, if the call sent no value', 'bad: 80', { Name: NAME }],
    ['whatever, if the value is no text', 'bad: 80', { Name: NAME, Value: 80 }],
    ['whatever, if the call is unknown', 'bad: 80', undefined],
  ])('is not shown if it repeats %s', (_what, message, input) => {
    expect(sent(message, input)).toMatchObject({
      reason: 'aws',
      what: 'ValidationException',
      remedy: 'the message of AWS is not shown, since it may repeat the value; CloudTrail has it',
    });
  });

  it.each([undefined, null, 'x'])('is none if %j is thrown, which keeps no call', (thrown) => {
    rememberCall(thrown, { region: 'us-west-2', input: { Name: NAME, Value: VALUE } });
    expect(of(thrown, true)).toMatchObject({ reason: 'aws', what: 'Error' });
  });
});
