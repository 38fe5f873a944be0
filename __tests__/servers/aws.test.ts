import { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs';
import { ECR } from '@aws-sdk/client-ecr';
import { SecretsManager } from '@aws-sdk/client-secrets-manager';
import { PutParameterCommand, type PutParameterCommandInput, SSM } from '@aws-sdk/client-ssm';
import { STS } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type AwsServer, startAws } from './aws.ts';
import type { FaultKind } from './faults.ts';
import { takeOffences } from './offences.ts';

let aws: AwsServer;
const configure = (server: AwsServer) => ({
  endpoint: server.url,
  region: 'us-west-2',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  maxAttempts: 1,
});
const connect = (server: AwsServer) => ({
  ssm: new SSM(configure(server)),
  secrets: new SecretsManager(configure(server)),
  logs: new CloudWatchLogs(configure(server)),
  ecr: new ECR(configure(server)),
  sts: new STS(configure(server)),
});
let to: ReturnType<typeof connect>;

beforeAll(async () => {
  aws = await startAws({ lenient: true });
  to = connect(aws);
});
afterAll(() => aws?.close());
beforeEach(() => aws.reset());

const name = '/papyrus/prd/X';
const put = (input: Partial<PutParameterCommandInput> = {}) =>
  to.ssm.putParameter({ Name: name, Value: 'v', Type: 'String', ...input });
const many = <T>(count: number, make: (index: number) => T) =>
  Array.from({ length: count }, (_, index) => make(index));
const listed = (count: number) => many(count, (index) => ({ Key: `k${index}`, Value: 'v' }));
const refused = (call: Promise<unknown>, code: string, message: RegExp | string = /./) =>
  expect(call).rejects.toMatchObject({ name: code, message: expect.stringMatching(message) });

describe('every client is understood', () => {
  test('the five of them, and each call is recorded', async () => {
    expect((await to.sts.getCallerIdentity({})).Account).toBe('123456789012');
    expect(await put()).toMatchObject({ Version: 1, Tier: 'Standard' });
    await to.secrets.createSecret({ Name: 'papyrus/prd/db', SecretString: '{"a":1}' });
    await to.logs.createLogGroup({ logGroupName: '/ecs/papyrus' });
    await to.ecr.createRepository({ repositoryName: 'papyrus' });
    await to.ecr.getAuthorizationToken({});
    expect(
      aws.calls.map(({ service, operation, write, status }) => [service, operation, write, status]),
    ).toEqual([
      ['sts', 'GetCallerIdentity', false, 200],
      ['ssm', 'PutParameter', true, 200],
      ['secretsmanager', 'CreateSecret', true, 200],
      ['logs', 'CreateLogGroup', true, 200],
      ['ecr', 'CreateRepository', true, 200],
      ['ecr', 'GetAuthorizationToken', false, 200],
    ]);
    expect(aws.calls[1]?.input).toEqual({ Name: name, Value: 'v', Type: 'String' });
    expect(aws.calls[1]?.userAgent).toContain('aws-sdk-js/');
    expect(aws.writes()).toHaveLength(4);
    expect(aws.count('PutParameter')).toBe(1);
    expect(aws.count(/^ecr\./)).toBe(2);
    aws.forget();
    expect(aws.calls).toEqual([]);
    await refused(put(), 'ParameterAlreadyExists');
    expect(aws.calls[0]).toMatchObject({ status: 400, error: 'ParameterAlreadyExists' });
    await aws.reset();
    expect(await put()).toMatchObject({ Version: 1 });
  });
});

describe('the law of SSM', () => {
  test('values: bytes by tier, no braces, not empty', async () => {
    expect((await put({ Name: '/a/4096', Value: 'é'.repeat(2048) })).Tier).toBe('Standard');
    await refused(put({ Value: 'é'.repeat(2049) }), 'ValidationException', /advanced-parameter tier/);
    expect((await put({ Value: 'x'.repeat(8192), Tier: 'Advanced' })).Tier).toBe('Advanced');
    await refused(
      put({ Value: 'y'.repeat(8193), Tier: 'Advanced' }),
      'ValidationException',
      /Value 'y{8193}' at 'value'/,
    );
    await refused(put({ Value: 'a {{ssm:x}}' }), 'ValidationException', /another parameter/);
    await refused(put({ Value: '' }), 'ValidationException', /equal to 1/);
  });

  test('String becomes SecureString in place; nothing else becomes anything', async () => {
    await put();
    expect((await put({ Overwrite: true, Type: 'SecureString' })).Version).toBe(2);
    await refused(
      put({ Overwrite: true, Type: 'String' }),
      'HierarchyTypeMismatchException',
      /SecureString to String/,
    );
    await put({ Name: '/a/list', Type: 'StringList' });
    await refused(put({ Name: '/a/list', Overwrite: true }), 'HierarchyTypeMismatchException');
    expect((await put({ Overwrite: true, Type: undefined })).Version).toBe(3);
  });
});

describe('the law of Secrets Manager', () => {
  const id = 'papyrus/prd/db';
  const create = (input: object = {}) => to.secrets.createSecret({ Name: id, SecretString: '{}', ...input });
  const putValue = (input: object = {}) =>
    to.secrets.putSecretValue({ SecretId: id, SecretString: '{"a":1}', ...input });

  test('names, values, keys and tags', async () => {
    await refused(create({ Name: 'a b' }), 'ValidationException', /Invalid name/);
    await refused(create({ Name: 'x'.repeat(513) }), 'ValidationException', /512/);
    await refused(create({ SecretString: 'y'.repeat(65_537) }), 'ValidationException', /65536/);
    await refused(create({ SecretString: '' }), 'ValidationException', /equal to 1/);
    await refused(create({ KmsKeyId: 'a b' }), 'InvalidParameterException', /KMS/);
    await refused(create({ Tags: listed(51) }), 'InvalidParameterException', /50 tags/);
    await refused(create({ Tags: [{ Key: 'aws:x', Value: '' }] }), 'InvalidParameterException', /reserved/);
    expect(
      (await create({ SecretString: 'y'.repeat(65_536), Tags: listed(50), KmsKeyId: 'alias/x' })).Name,
    ).toBe(id);
    await refused(putValue({ SecretString: 'é'.repeat(32_769) }), 'ValidationException', /65536/);
    await refused(
      to.secrets.tagResource({ SecretId: id, Tags: [{ Key: 'new', Value: '' }] }),
      'InvalidParameterException',
    );
    expect((await putValue()).VersionStages).toEqual(['AWSCURRENT']);
  });

  test('the version that gets the label AWSCURRENT back is the one that is read', async () => {
    const { VersionId: first } = await create({ SecretString: '{"a":0}' });
    const { VersionId: second } = await putValue();
    await to.secrets.updateSecretVersionStage({
      SecretId: id,
      VersionStage: 'AWSCURRENT',
      RemoveFromVersionId: second,
      MoveToVersionId: first,
    });
    const read = await to.secrets.getSecretValue({ SecretId: id });
    expect([read.VersionId, read.SecretString, read.VersionStages]).toEqual([
      first,
      '{"a":0}',
      ['AWSCURRENT'],
    ]);
    const { SecretValues } = await to.secrets.batchGetSecretValue({ SecretIdList: [id] });
    expect(SecretValues?.map(({ VersionId }) => VersionId)).toEqual([first]);
  });

  test('what is scheduled for deletion can only be described and restored', async () => {
    await create();
    await to.secrets.deleteSecret({ SecretId: id });
    await refused(create(), 'InvalidRequestException', /already scheduled/);
    await refused(putValue(), 'InvalidRequestException', /for deletion/);
    await refused(to.secrets.getSecretValue({ SecretId: id }), 'InvalidRequestException');
    await refused(to.secrets.updateSecret({ SecretId: id, Description: 'd' }), 'InvalidRequestException');
    await refused(to.secrets.tagResource({ SecretId: id, Tags: listed(1) }), 'InvalidRequestException');
    const described = await to.secrets.describeSecret({ SecretId: id });
    expect(described.DeletedDate).toBeInstanceOf(Date);
    expect(Object.keys(described.VersionIdsToStages ?? {})).toHaveLength(1);
    await to.secrets.restoreSecret({ SecretId: id });
    expect((await putValue()).VersionStages).toEqual(['AWSCURRENT']);
  });

  test('an owning service is shown, and refuses writes, by name and by ARN', async () => {
    const { ARN } = await create();
    await create({ Name: 'a/free' });
    aws.own(id, 'rds');
    for (const SecretId of [id, ARN]) {
      expect((await to.secrets.describeSecret({ SecretId })).OwningService).toBe('rds');
      await refused(putValue({ SecretId }), 'InvalidRequestException', /another service/);
      await refused(to.secrets.tagResource({ SecretId, Tags: listed(1) }), 'InvalidRequestException');
      await refused(to.secrets.deleteSecret({ SecretId }), 'InvalidRequestException');
    }
    const { SecretList } = await to.secrets.listSecrets({});
    expect(SecretList?.map(({ Name, OwningService }) => [Name, OwningService])).toEqual([
      [id, 'rds'],
      ['a/free', undefined],
    ]);
    await aws.reset();
    await create();
    expect((await putValue()).VersionStages).toEqual(['AWSCURRENT']);
  });
});

describe('the law of ECR', () => {
  const repositoryName = 'papyrus';
  const create = (input: object = {}) => to.ecr.createRepository({ repositoryName, ...input });
  const filters = (...texts: string[]) =>
    texts.map((filter) => ({ filterType: 'WILDCARD' as const, filter }));

  test('exclusions are kept, returned, and removed', async () => {
    const excluding = { imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION' as const };
    await refused(create(excluding), 'InvalidParameterException', /ExclusionFilters/);
    await refused(create({ imageTagMutabilityExclusionFilters: filters('a') }), 'InvalidParameterException');
    const six = filters('a', 'b', 'c', 'd', 'e', 'f');
    await refused(
      create({ ...excluding, imageTagMutabilityExclusionFilters: six }),
      'InvalidParameterException',
      /5 filters/,
    );
    await refused(
      create({ ...excluding, imageTagMutabilityExclusionFilters: filters('a b') }),
      'InvalidParameterException',
    );
    await create({ ...excluding, imageTagMutabilityExclusionFilters: filters('dev*') });
    const find = async () =>
      (await to.ecr.describeRepositories({ repositoryNames: [repositoryName] })).repositories?.[0];
    expect(await find()).toMatchObject({ ...excluding, imageTagMutabilityExclusionFilters: filters('dev*') });
    const set = (input: object) =>
      to.ecr.putImageTagMutability({
        repositoryName,
        imageTagMutability: 'MUTABLE_WITH_EXCLUSION',
        ...input,
      });
    const answered = await set({ imageTagMutabilityExclusionFilters: filters('v*') });
    expect(answered.imageTagMutabilityExclusionFilters).toEqual(filters('v*'));
    await set({ imageTagMutability: 'IMMUTABLE' });
    expect(await find()).toMatchObject({ imageTagMutability: 'IMMUTABLE' });
    expect((await find())?.imageTagMutabilityExclusionFilters).toBeUndefined();
    await refused(set({ imageTagMutability: 'SOMETIMES' }), 'InvalidParameterException', /enum/);
  });
});

describe('faults', () => {
  const version = async () => (await to.ssm.getParameters({ Names: [name] })).Parameters?.[0]?.Version;
  const overwrite = () => put({ Overwrite: true });

  test.each<[FaultKind, object]>([
    ['throttle', { name: 'ThrottlingException', $metadata: { httpStatusCode: 400 } }],
    [
      'too-many-requests',
      { name: 'TooManyRequestsException', $response: { statusCode: 429, headers: { 'retry-after': '1' } } },
    ],
    ['server-error', { name: 'InternalServerError', $metadata: { httpStatusCode: 500 } }],
    ['html', { name: 'SyntaxError', $metadata: { httpStatusCode: 503 } }],
    ['reset-before', { code: 'ECONNRESET' }],
    [
      'access-denied',
      {
        name: 'AccessDeniedException',
        message:
          'User: arn:aws:sts::123456789012:assumed-role/deployer/session is not authorized to perform: ssm:PutParameter on resource: arn:aws:ssm:us-west-2:123456789012:parameter/papyrus/prd/X because no identity-based policy allows the ssm:PutParameter action',
      },
    ],
    ['expired-token', { name: 'ExpiredTokenException' }],
    [
      'clock-skew',
      { name: 'InvalidSignatureException', message: expect.stringContaining('Signature expired') },
    ],
    ['conflict', { name: 'TooManyUpdates' }],
    ['not-found', { name: 'ParameterNotFound' }],
    [
      { status: 418, code: 'Teapot', message: 'short' },
      { name: 'Teapot', message: 'short', $metadata: { httpStatusCode: 418 } },
    ],
  ])('%s: refused once and not applied', async (kind, error) => {
    await put();
    aws.fault({ operation: 'PutParameter', kind });
    await expect(overwrite()).rejects.toMatchObject(error);
    expect(await version()).toBe(1);
    expect(await overwrite()).toMatchObject({ Version: 2 });
    expect(aws.calls.map(({ fault }) => fault)).toEqual([undefined, kind, undefined, undefined]);
  });

  test.each<[FaultKind, object, number]>([
    ['reset-after', { code: 'ECONNRESET' }, 0],
    ['reset-body', { code: 'ECONNRESET' }, 0],
    ['cut-json', { name: 'SyntaxError' }, 200],
  ])('%s: applied, without an answer', async (kind, error, status) => {
    await put();
    aws.fault({ operation: 'PutParameter', kind });
    await expect(overwrite()).rejects.toMatchObject(error);
    expect(await version()).toBe(2);
    expect(aws.calls[1]).toMatchObject({ operation: 'PutParameter', status, fault: kind });
  });

  test('hang: never answered, not applied', async () => {
    await put();
    aws.fault({ operation: 'PutParameter', kind: 'hang' });
    const command = new PutParameterCommand({ Name: name, Value: 'w', Overwrite: true });
    await expect(to.ssm.send(command, { abortSignal: AbortSignal.timeout(300) })).rejects.toMatchObject({
      name: 'AbortError',
    });
    expect(await version()).toBe(1);
  });
});

describe('options', () => {
  test('what is remembered is read again after a write through the server, of its own service alone', async () => {
    const direct = connect({ ...aws, url: aws.motoUrl });
    const value = async () => (await to.ssm.getParameters({ Names: [name] })).Parameters?.[0]?.Value;
    const behind = (Value: string) => direct.ssm.putParameter({ Name: name, Value, Overwrite: true });
    await put({ Value: 'first' });
    aws.remember();
    expect(await value()).toBe('first');
    await behind('second');
    await to.logs.createLogGroup({ logGroupName: '/ecs/papyrus' });
    expect(await value()).toBe('first');
    expect(aws.count('GetParameters')).toBe(2);
    await put({ Value: 'third', Overwrite: true });
    expect(await value()).toBe('third');
    await behind('fourth');
    aws.remember();
    expect(await value()).toBe('fourth');
  });

  test('a request that AWS would never accept fails the test that sent it', async () => {
    await using strict = await startAws();
    const { ssm } = connect(strict);
    await ssm.getParameters({ Names: ['/a/B', '/a/C'] });
    expect(takeOffences()).toEqual([]);
    await ssm.getParameters({ Names: [...'abcdefghijk'] }).catch(() => undefined);
    expect(takeOffences()).toEqual([expect.stringContaining('GetParameters.Names')]);
    // What the models do not say, and the laws do.
    const nested = { Name: '/a/B', Value: '{{a}}', Type: 'String' } as const;
    await expect(ssm.putParameter(nested)).rejects.toThrow();
    expect(takeOffences()).toEqual(['PutParameter: ValidationException']);
  });

  test('close ends calls that hang', async () => {
    const server = await startAws();
    server.fault({ operation: 'GetParameters', kind: 'hang' });
    const hanging = connect(server).ssm.getParameters({ Names: ['/a'] });
    const ended = expect(hanging).rejects.toMatchObject({ code: 'ECONNRESET' });
    while (server.calls.length === 0) await new Promise(setImmediate);
    await server.close();
    await ended;
    await expect(fetch(server.url)).rejects.toThrow('fetch failed');
  });
});
