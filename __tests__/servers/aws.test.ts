import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  DeleteLogGroupCommand,
  DescribeLogGroupsCommand,
  TagResourceCommand as LogsTag,
  ListTagsForResourceCommand as LogsTags,
  UntagResourceCommand as LogsUntag,
  PutRetentionPolicyCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  CreateRepositoryCommand,
  DescribeRepositoriesCommand,
  ECRClient,
  TagResourceCommand as EcrTag,
  GetAuthorizationTokenCommand,
  GetLifecyclePolicyCommand,
  PutImageTagMutabilityCommand,
  PutLifecyclePolicyCommand,
} from '@aws-sdk/client-ecr';
import {
  BatchGetSecretValueCommand,
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
  RestoreSecretCommand,
  RotateSecretCommand,
  SecretsManagerClient,
  TagResourceCommand as SecretTag,
  UpdateSecretCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import {
  AddTagsToResourceCommand,
  DeleteParametersCommand,
  DescribeParametersCommand,
  GetParametersByPathCommand,
  GetParametersCommand,
  ListTagsForResourceCommand,
  PutParameterCommand,
  type PutParameterCommandInput,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type AwsServer, startAws } from './aws.ts';
import type { FaultKind } from './faults.ts';
import { run } from './install.ts';
import { ensureNode24 } from './node24.ts';
import { takeOffences } from './offences.ts';

let aws: AwsServer;
const configure = (server: AwsServer) => ({
  endpoint: server.url,
  region: 'us-west-2',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  maxAttempts: 1,
});
const connect = (server: AwsServer) => ({
  ssm: new SSMClient(configure(server)),
  secrets: new SecretsManagerClient(configure(server)),
  logs: new CloudWatchLogsClient(configure(server)),
  ecr: new ECRClient(configure(server)),
  sts: new STSClient(configure(server)),
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
  to.ssm.send(new PutParameterCommand({ Name: name, Value: 'v', Type: 'String', ...input }));
const many = <T>(count: number, make: (index: number) => T) =>
  Array.from({ length: count }, (_, index) => make(index));
const listed = (count: number) => many(count, (index) => ({ Key: `k${index}`, Value: 'v' }));
const refused = (call: Promise<unknown>, code: string, message: RegExp | string = /./) =>
  expect(call).rejects.toMatchObject({ name: code, message: expect.stringMatching(message) });

describe('every client is understood', () => {
  test('the five of them, and each call is recorded', async () => {
    expect((await to.sts.send(new GetCallerIdentityCommand({}))).Account).toBe('123456789012');
    expect(await put()).toMatchObject({ Version: 1, Tier: 'Standard' });
    await to.secrets.send(new CreateSecretCommand({ Name: 'papyrus/prd/db', SecretString: '{"a":1}' }));
    await to.logs.send(new CreateLogGroupCommand({ logGroupName: '/ecs/papyrus' }));
    await to.ecr.send(new CreateRepositoryCommand({ repositoryName: 'papyrus' }));
    await to.ecr.send(new GetAuthorizationTokenCommand({}));
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

  test('a client that has nothing but the environment finds the server', async () => {
    const script = `import { SSMClient, GetParametersCommand } from '@aws-sdk/client-ssm';
      const { InvalidParameters } = await new SSMClient({}).send(new GetParametersCommand({ Names: ['/a/b'] }));
      console.log(InvalidParameters.join());`;
    const environment = Object.entries(aws.env()).map(
      ([key, value]) => `process.env.${key} = ${JSON.stringify(value)};`,
    );
    const { code, output } = await run(process.execPath, [
      '--input-type=module',
      '--eval',
      `${environment.join('')} await (async () => {})(); ${script.replace(/import \{(.*?)\} from '(.*?)'/, "const {$1} = await import('$2')")}`,
    ]);
    expect({ code, output }).toMatchObject({ code: 0, output: expect.stringContaining('/a/b') });
    expect(aws.count('GetParameters')).toBe(1);
  });

  test('Node 24 runs', async () => {
    expect((await run(await ensureNode24(), ['--version'])).output.trim()).toBe('v24.21.0');
  });

  test('listeners are waited for, before and after', async () => {
    const seen: string[] = [];
    const stop = aws.onCall(async ({ operation, status }, moment) => {
      seen.push(`${moment} ${operation} ${status}`);
      if (operation !== 'GetParameters' || moment !== 'before') return;
      stop();
      await put({ Value: 'from another writer' });
    });
    const { Parameters } = await to.ssm.send(new GetParametersCommand({ Names: [name] }));
    expect(Parameters?.[0]?.Value).toBe('from another writer');
    await aws.reset();
    aws.onCall(({ status }, moment) => void seen.push(`${moment} ${status}`));
    await put();
    expect(seen).toEqual(['before GetParameters 0', 'before 0', 'after 200']);
  });

  test('a test may answer for moto, and say where images are', async () => {
    aws.answer('ecr.DescribeRepositories', ({ repositoryNames }) =>
      repositoryNames ? undefined : { repositories: [{ repositoryName: 'told' }] },
    );
    expect((await to.ecr.send(new DescribeRepositoriesCommand({}))).repositories?.[0]?.repositoryName).toBe(
      'told',
    );
    aws.registry = 'http://127.0.0.1:5000';
    const { repository } = await to.ecr.send(new CreateRepositoryCommand({ repositoryName: 'papyrus' }));
    const { authorizationData } = await to.ecr.send(new GetAuthorizationTokenCommand({}));
    aws.registry = undefined;
    expect(repository?.repositoryUri).toBe('127.0.0.1:5000/papyrus');
    expect(authorizationData?.[0]?.proxyEndpoint).toBe('http://127.0.0.1:5000');
  });
});

describe('the law of SSM', () => {
  test.each([
    ['a character', '/papyrus/prd/A B', 'ValidationException', /sub-paths divided by slash/],
    ['no leading slash', 'papyrus/prd/X', 'ValidationException', /fully qualified name/],
    ['an empty level', '/papyrus//X', 'ValidationException', /sub-paths/],
    ['a trailing slash', '/papyrus/prd/', 'ValidationException', /sub-paths/],
    ['16 levels', '/l'.repeat(16), 'HierarchyLevelLimitExceededException', /15 levels/],
    ['968 characters', `/${'x'.repeat(967)}`, 'ValidationException', /1011/],
    ['a reserved prefix', '/aws/x', 'AccessDeniedException', /reserved parameter name/],
  ])('a name with %s is refused', async (_, Name, code, message) => {
    await refused(put({ Name }), code, message);
  });

  test('the longest and the deepest name pass, and spaces around one are taken away', async () => {
    expect((await put({ Name: `/${'x'.repeat(966)}` })).Version).toBe(1);
    expect((await put({ Name: '/l'.repeat(15) })).Version).toBe(1);
    await put({ Name: ` ${name} ` });
    expect((await to.ssm.send(new GetParametersCommand({ Names: [name] }))).Parameters?.[0]?.Name).toBe(name);
  });

  test('values: bytes by tier, no braces, not empty', async () => {
    expect((await put({ Name: '/a/4096', Value: 'é'.repeat(2048) })).Tier).toBe('Standard');
    await refused(put({ Value: 'é'.repeat(2049) }), 'ValidationException', /advanced-parameter tier/);
    expect((await put({ Value: 'x'.repeat(8192), Tier: 'Advanced' })).Tier).toBe('Advanced');
    await refused(
      put({ Value: 'y'.repeat(8193), Tier: 'Advanced' }),
      'ValidationException',
      /Value 'y{8193}' at 'value'/,
    );
    await refused(put({ Value: 'a {{ssm:x}}' }), 'ValidationException', /nest another parameter/);
    await refused(put({ Value: '' }), 'ValidationException', /greater than or equal to 1/);
  });

  test('Intelligent-Tiering becomes one of the others, and no tier goes back', async () => {
    expect((await put({ Name: '/a/s', Tier: 'Intelligent-Tiering' })).Tier).toBe('Standard');
    expect((await put({ Value: 'x'.repeat(5000), Tier: 'Intelligent-Tiering' })).Tier).toBe('Advanced');
    await refused(put({ Overwrite: true, Tier: 'Standard' }), 'ValidationException', /can't downgrade/);
    const asked = { Name: '/a/s', Overwrite: true, Tier: 'Intelligent-Tiering' } as const;
    expect((await put({ ...asked, Value: 'é'.repeat(2048) })).Tier).toBe('Standard');
    await refused(
      put({ ...asked, Tier: 'Standard', Value: 'x'.repeat(4097) }),
      'ValidationException',
      /advanced-parameter tier/,
    );
    expect((await put({ ...asked, Value: 'x'.repeat(4097) })).Tier).toBe('Advanced');
    expect((await put(asked)).Tier).toBe('Advanced');
    await refused(put({ Overwrite: true }), 'ValidationException', /can't downgrade/);
    expect(await put({ Overwrite: true, Tier: 'Advanced' })).toMatchObject({ Version: 2, Tier: 'Advanced' });
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

  test('keys and patterns', async () => {
    await refused(put({ KeyId: 'alias/x' }), 'ValidationException', /SecureString type parameter only/);
    await refused(put({ KeyId: 'a b', Type: 'SecureString' }), 'ValidationException', /'a b' at 'keyId'/);
    await refused(put({ AllowedPattern: '\\d+' }), 'ParameterPatternMismatchException');
    await put({ Value: '12', AllowedPattern: '\\d+', Type: 'SecureString', KeyId: 'alias/x' });
    await refused(put({ Overwrite: true, Type: 'SecureString' }), 'ParameterPatternMismatchException');
  });

  test('tags', async () => {
    await refused(put({ Tags: [{ Key: 'a!', Value: 'b' }] }), 'ValidationException', /Value 'a!'/);
    await refused(put({ Tags: [{ Key: 'aws:x', Value: 'b' }] }), 'ValidationException', /reserved/);
    await refused(put({ Tags: listed(51) }), 'TooManyTagsError');
    await put({ Tags: listed(50) });
    const tag = (Tags: { Key: string; Value: string }[]) =>
      to.ssm.send(new AddTagsToResourceCommand({ ResourceType: 'Parameter', ResourceId: name, Tags }));
    await refused(tag([{ Key: 'one more', Value: '' }]), 'TooManyTagsError');
    await tag([{ Key: 'k0', Value: 'héllo @1' }]);
    const tags = await to.ssm.send(
      new ListTagsForResourceCommand({ ResourceType: 'Parameter', ResourceId: name }),
    );
    expect(tags.TagList).toContainEqual({ Key: 'k0', Value: 'héllo @1' });
    await refused(put({ Overwrite: true, Tags: listed(1) }), 'ValidationException', /can't be used together/);
  });

  test('limits of a read', async () => {
    const names = (count: number) => many(count, (index) => `/a/${index}`);
    await refused(to.ssm.send(new GetParametersCommand({ Names: names(11) })), 'ValidationException');
    await refused(to.ssm.send(new DeleteParametersCommand({ Names: names(11) })), 'ValidationException');
    await refused(
      to.ssm.send(new DescribeParametersCommand({ MaxResults: 51 })),
      'ValidationException',
      /51/,
    );
    const filter = (count: number) =>
      to.ssm.send(
        new DescribeParametersCommand({ ParameterFilters: [{ Key: 'Name', Values: names(count) }] }),
      );
    await refused(filter(51), 'ValidationException', /values/);
    expect((await filter(50)).Parameters).toEqual([]);
    await refused(
      to.ssm.send(new GetParametersByPathCommand({ Path: 'a' })),
      'ValidationException',
      /forward slash/,
    );
    expect(
      (await to.ssm.send(new GetParametersCommand({ Names: names(10) }))).InvalidParameters,
    ).toHaveLength(10);
  });

  test('filters are all honoured, and pages cut as asked', async () => {
    const ours = [{ Key: 'managed-by', Value: 'us' }];
    for (const letter of 'ABCDEFGHIJKL') await put({ Name: `/p/${letter}`, Tags: letter < 'L' ? ours : [] });
    await put({ Name: '/p/M', Tier: 'Advanced', Tags: ours });
    const find = async (filters: [string, string[]][], MaxResults?: number) => {
      const ParameterFilters = filters.map(([Key, Values]) => ({ Key, Values }));
      const pages: string[][] = [];
      let NextToken: string | undefined;
      do {
        const page = await to.ssm.send(
          new DescribeParametersCommand({ ParameterFilters, MaxResults, NextToken }),
        );
        pages.push((page.Parameters ?? []).map(({ Name = '' }) => Name));
        NextToken = page.NextToken;
      } while (NextToken);
      return pages;
    };
    expect(
      await find([
        ['Name', ['/p/A', '/p/L', '/p/none']],
        ['tag:managed-by', ['us']],
      ]),
    ).toEqual([['/p/A']]);
    expect(await find([['Tier', ['Advanced']]])).toEqual([['/p/M']]);
    expect((await find([['tag:managed-by', ['us']]], 5)).map((page) => page.length)).toEqual([5, 5, 2]);
    expect((await find([])).map((page) => page.length)).toEqual([10, 3]);
  });
});

describe('the law of Secrets Manager', () => {
  const id = 'papyrus/prd/db';
  const create = (input: object = {}) =>
    to.secrets.send(new CreateSecretCommand({ Name: id, SecretString: '{}', ...input }));
  const putValue = (input: object = {}) =>
    to.secrets.send(new PutSecretValueCommand({ SecretId: id, SecretString: '{"a":1}', ...input }));

  test('names, values, keys and tags', async () => {
    await refused(create({ Name: 'a b' }), 'ValidationException', /Invalid name/);
    await refused(create({ Name: 'x'.repeat(513) }), 'ValidationException', /512/);
    await refused(create({ SecretString: 'y'.repeat(65_537) }), 'ValidationException', /65536/);
    await refused(create({ SecretString: '' }), 'ValidationException', /greater than or equal to 1/);
    await refused(create({ KmsKeyId: 'a b' }), 'InvalidParameterException', /KMS/);
    await refused(create({ Tags: listed(51) }), 'InvalidParameterException', /50 tags/);
    await refused(create({ Tags: [{ Key: 'aws:x', Value: '' }] }), 'InvalidParameterException', /reserved/);
    expect(
      (await create({ SecretString: 'y'.repeat(65_536), Tags: listed(50), KmsKeyId: 'alias/x' })).Name,
    ).toBe(id);
    await refused(putValue({ SecretString: 'é'.repeat(32_769) }), 'ValidationException', /65536/);
    await refused(
      to.secrets.send(new SecretTag({ SecretId: id, Tags: [{ Key: 'new', Value: '' }] })),
      'InvalidParameterException',
    );
    expect((await putValue()).VersionStages).toEqual(['AWSCURRENT']);
  });

  test('the version that gets the label AWSCURRENT back is the one that is read', async () => {
    const { VersionId: first } = await create({ SecretString: '{"a":0}' });
    const { VersionId: second } = await putValue();
    await to.secrets.send(
      new UpdateSecretVersionStageCommand({
        SecretId: id,
        VersionStage: 'AWSCURRENT',
        RemoveFromVersionId: second,
        MoveToVersionId: first,
      }),
    );
    const read = await to.secrets.send(new GetSecretValueCommand({ SecretId: id }));
    expect([read.VersionId, read.SecretString, read.VersionStages]).toEqual([
      first,
      '{"a":0}',
      ['AWSCURRENT'],
    ]);
    const { SecretValues } = await to.secrets.send(new BatchGetSecretValueCommand({ SecretIdList: [id] }));
    expect(SecretValues?.map(({ VersionId }) => VersionId)).toEqual([first]);
  });

  test('what is scheduled for deletion can only be described and restored', async () => {
    await create();
    await to.secrets.send(new DeleteSecretCommand({ SecretId: id }));
    await refused(create(), 'InvalidRequestException', /already scheduled for deletion/);
    await refused(putValue(), 'InvalidRequestException', /marked for deletion/);
    await refused(to.secrets.send(new GetSecretValueCommand({ SecretId: id })), 'InvalidRequestException');
    await refused(
      to.secrets.send(new UpdateSecretCommand({ SecretId: id, Description: 'd' })),
      'InvalidRequestException',
    );
    await refused(
      to.secrets.send(new SecretTag({ SecretId: id, Tags: listed(1) })),
      'InvalidRequestException',
    );
    const described = await to.secrets.send(new DescribeSecretCommand({ SecretId: id }));
    expect(described.DeletedDate).toBeInstanceOf(Date);
    expect(Object.keys(described.VersionIdsToStages ?? {})).toHaveLength(1);
    await to.secrets.send(new RestoreSecretCommand({ SecretId: id }));
    expect((await putValue()).VersionStages).toEqual(['AWSCURRENT']);
  });

  test('a version without a label is neither described nor listed, and can still be asked for', async () => {
    await create();
    const versions = [(await putValue()).VersionId, (await putValue()).VersionId];
    const { VersionIdsToStages } = await to.secrets.send(new DescribeSecretCommand({ SecretId: id }));
    expect(VersionIdsToStages).toEqual({
      [String(versions[0])]: ['AWSPREVIOUS'],
      [String(versions[1])]: ['AWSCURRENT'],
    });
    const { SecretList = [] } = await to.secrets.send(new ListSecretsCommand({}));
    expect(SecretList.map(({ SecretVersionsToStages }) => SecretVersionsToStages)).toEqual([
      VersionIdsToStages,
    ]);
    const all = await to.secrets.send(
      new ListSecretVersionIdsCommand({ SecretId: id, IncludeDeprecated: true }),
    );
    expect(all.Versions).toHaveLength(3);
  });

  test('what is not there is refused with status 400, as by all services that speak JSON', async () => {
    const error = await to.secrets
      .send(new DescribeSecretCommand({ SecretId: id }))
      .catch((reason) => reason);
    expect([error.name, error.$metadata.httpStatusCode]).toEqual(['ResourceNotFoundException', 400]);
  });

  test('a batch tells of every secret, in one list or the other', async () => {
    await create();
    await create({ Name: 'a/deleted' });
    await create({ Name: 'a/empty', SecretString: undefined });
    await to.secrets.send(new DeleteSecretCommand({ SecretId: 'a/deleted' }));
    const batch = (SecretIdList: string[]) =>
      to.secrets.send(new BatchGetSecretValueCommand({ SecretIdList }));
    const { SecretValues, Errors } = await batch([id, 'a/deleted', 'a/empty', 'a/missing']);
    expect(SecretValues).toMatchObject([
      { Name: id, SecretString: '{}', VersionStages: ['AWSCURRENT'], CreatedDate: expect.any(Date) },
    ]);
    expect(Object.fromEntries((Errors ?? []).map((error) => [error.SecretId, error.ErrorCode]))).toEqual({
      'a/deleted': 'InvalidRequestException',
      'a/empty': 'ResourceNotFoundException',
      'a/missing': 'ResourceNotFoundException',
    });
    await refused(batch(many(21, (index) => `a/${index}`)), 'ValidationException', /20/);
    expect((await batch(many(20, (index) => `a/${index}`))).Errors).toHaveLength(20);
  });

  test('a token is used once', async () => {
    await create();
    const [tokenA, tokenB] = [crypto.randomUUID(), crypto.randomUUID()];
    await putValue({ SecretString: 'A', ClientRequestToken: tokenA });
    await putValue({ SecretString: 'B', ClientRequestToken: tokenB });
    await putValue({ SecretString: 'A', ClientRequestToken: tokenA });
    expect((await to.secrets.send(new GetSecretValueCommand({ SecretId: id }))).SecretString).toBe('B');
    await refused(
      putValue({ SecretString: 'C', ClientRequestToken: tokenB }),
      'ResourceExistsException',
      /ClientRequestToken/,
    );
  });

  test('an owning service is shown, and refuses writes, by name and by ARN', async () => {
    const { ARN } = await create();
    await create({ Name: 'a/free' });
    aws.own(id, 'rds');
    for (const SecretId of [id, ARN]) {
      expect((await to.secrets.send(new DescribeSecretCommand({ SecretId }))).OwningService).toBe('rds');
      await refused(putValue({ SecretId }), 'InvalidRequestException', /managed by another service/);
      await refused(to.secrets.send(new SecretTag({ SecretId, Tags: listed(1) })), 'InvalidRequestException');
      await refused(to.secrets.send(new DeleteSecretCommand({ SecretId })), 'InvalidRequestException');
    }
    const { SecretList } = await to.secrets.send(new ListSecretsCommand({}));
    expect(SecretList?.map(({ Name, OwningService }) => [Name, OwningService])).toEqual([
      [id, 'rds'],
      ['a/free', undefined],
    ]);
    await aws.reset();
    await create();
    expect((await putValue()).VersionStages).toEqual(['AWSCURRENT']);
  });

  test('a rotation by a missing Lambda is the way to have a rotated secret', async () => {
    await create();
    const RotationLambdaARN = 'arn:aws:lambda:us-west-2:123456789012:function:x';
    const rotate = new RotateSecretCommand({
      SecretId: id,
      RotationLambdaARN,
      RotationRules: { AutomaticallyAfterDays: 30 },
    });
    await refused(to.secrets.send(rotate), 'ResourceNotFoundException');
    expect((await to.secrets.send(new DescribeSecretCommand({ SecretId: id }))).RotationEnabled).toBe(true);
  });
});

describe('the law of CloudWatch Logs', () => {
  const logGroupName = '/ecs/papyrus';
  const arn = `arn:aws:logs:us-west-2:123456789012:log-group:${logGroupName}`;
  const create = (input: object = {}) => to.logs.send(new CreateLogGroupCommand({ logGroupName, ...input }));
  const find = async () =>
    (await to.logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: logGroupName }))).logGroups ?? [];
  const tag = (resourceArn: string, tags: Record<string, string> = { a: 'b' }) =>
    to.logs.send(new LogsTag({ resourceArn, tags }));
  const retain = (days: number) =>
    to.logs.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays: days }));

  test.each([
    ['aws/x', /aws\//],
    ['/a b', /'\/a b'/],
    ['x'.repeat(513), /512/],
  ])('the name %s is refused', async (bad, message) => {
    await refused(create({ logGroupName: bad }), 'InvalidParameterException', message);
  });

  test('retention is one of a list', async () => {
    await create();
    await refused(retain(10), 'InvalidParameterException', /'10' at 'retentionInDays'/);
    await retain(14);
    expect((await find())[0]?.retentionInDays).toBe(14);
  });

  test('a group tells its class, its bytes and both ARNs', async () => {
    await create({ logGroupClass: 'INFREQUENT_ACCESS' });
    await create({ logGroupName: `${logGroupName}-2` });
    aws.storedBytes(logGroupName, 42);
    expect(await find()).toMatchObject([
      { logGroupClass: 'INFREQUENT_ACCESS', storedBytes: 42, arn: `${arn}:*`, logGroupArn: arn },
      { logGroupClass: 'STANDARD', storedBytes: 0 },
    ]);
    const standard = await to.logs.send(new DescribeLogGroupsCommand({ logGroupClass: 'STANDARD' }));
    expect(standard.logGroups?.map((group) => group.logGroupName)).toEqual([`${logGroupName}-2`]);
    await refused(create({ logGroupName: '/x', logGroupClass: 'GOLD' }), 'InvalidParameterException');
  });

  test('tags: the right ARN, a group that stands, 1 to 50 of them', async () => {
    await refused(tag(arn), 'ResourceNotFoundException');
    await refused(create({ tags: {} }), 'InvalidParameterException');
    await create({ tags: Object.fromEntries(many(50, (index) => [`k${index}`, 'v'])) });
    await refused(tag(`${arn}:*`), 'ValidationException', /Invalid resourceArn/);
    await refused(tag(`${arn}#1`), 'ValidationException', /Invalid resourceArn/);
    await refused(tag(arn, {}), 'InvalidParameterException');
    await refused(tag(arn, { more: '' }), 'TooManyTagsException');
    await refused(tag(arn, { 'k!': '' }), 'InvalidParameterException');
    for (const missing of [
      new LogsTags({ resourceArn: `${arn}2` }),
      new LogsUntag({ resourceArn: `${arn}2`, tagKeys: ['a'] }),
    ]) {
      await refused(to.logs.send(missing as LogsTags), 'ResourceNotFoundException');
    }
    await tag(arn, { k0: 'new' });
    expect((await to.logs.send(new LogsTags({ resourceArn: arn }))).tags).toMatchObject({
      k0: 'new',
      k49: 'v',
    });
  });

  test('a group that comes again has nothing of the one before', async () => {
    await create({ tags: { a: 'b' }, logGroupClass: 'INFREQUENT_ACCESS' });
    await to.logs.send(new DeleteLogGroupCommand({ logGroupName }));
    await create();
    expect((await to.logs.send(new LogsTags({ resourceArn: arn }))).tags).toEqual({});
    expect((await find())[0]?.logGroupClass).toBe('STANDARD');
    await refused(create(), 'ResourceAlreadyExistsException');
  });
});

describe('the law of ECR', () => {
  const repositoryName = 'papyrus';
  const create = (input: object = {}) =>
    to.ecr.send(new CreateRepositoryCommand({ repositoryName, ...input }));
  const filters = (...texts: string[]) =>
    texts.map((filter) => ({ filterType: 'WILDCARD' as const, filter }));

  test.each(['x', 'x'.repeat(257), 'Papyrus', 'a/', 'a...b'])('the name %s is refused', async (bad) => {
    await refused(create({ repositoryName: bad }), 'InvalidParameterException', /repositoryName/);
  });

  test('a lifecycle policy has a least and a greatest length, and rules', async () => {
    await create();
    const keep = (policy: unknown) =>
      to.ecr.send(
        new PutLifecyclePolicyCommand({
          repositoryName,
          lifecyclePolicyText: typeof policy === 'string' ? policy : JSON.stringify(policy),
        }),
      );
    await refused(keep({ rules: [] }), 'InvalidParameterException', /100/);
    await refused(keep('x'.repeat(30_721)), 'InvalidParameterException', /30720/);
    await refused(keep('x'.repeat(100)), 'InvalidParameterException', /JSON/);
    await refused(keep({ rules: [], comment: 'x'.repeat(100) }), 'InvalidParameterException', /rule/);
    const selection = { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 5 };
    const policy = { rules: [{ rulePriority: 1, selection, action: { type: 'expire' } }] };
    expect((await keep(policy)).lifecyclePolicyText).toBe(JSON.stringify(policy));

    // What is read later is in the order of the priorities.
    const [rule] = policy.rules;
    await keep({ rules: [7, 1, 3].map((rulePriority) => ({ ...rule, rulePriority })) });
    const { lifecyclePolicyText = '' } = await to.ecr.send(new GetLifecyclePolicyCommand({ repositoryName }));
    expect(JSON.parse(lifecyclePolicyText)).toEqual({
      rules: [1, 3, 7].map((rulePriority) => ({ ...rule, rulePriority })),
    });
  });

  test('exclusions are kept, told, and taken away', async () => {
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
      (await to.ecr.send(new DescribeRepositoriesCommand({ repositoryNames: [repositoryName] })))
        .repositories?.[0];
    expect(await find()).toMatchObject({ ...excluding, imageTagMutabilityExclusionFilters: filters('dev*') });
    const set = (input: object) =>
      to.ecr.send(
        new PutImageTagMutabilityCommand({
          repositoryName,
          imageTagMutability: 'MUTABLE_WITH_EXCLUSION',
          ...input,
        }),
      );
    const told = await set({ imageTagMutabilityExclusionFilters: filters('v*') });
    expect(told.imageTagMutabilityExclusionFilters).toEqual(filters('v*'));
    await set({ imageTagMutability: 'IMMUTABLE' });
    expect(await find()).toMatchObject({ imageTagMutability: 'IMMUTABLE' });
    expect((await find())?.imageTagMutabilityExclusionFilters).toBeUndefined();
    await refused(set({ imageTagMutability: 'SOMETIMES' }), 'InvalidParameterException', /enum/);
  });

  test('tags and encryption', async () => {
    await refused(create({ tags: listed(51) }), 'TooManyTagsException');
    await refused(create({ tags: [{ Key: 'aws:x', Value: '' }] }), 'InvalidTagParameterException');
    const encryptionConfiguration = { encryptionType: 'AES256', kmsKey: 'alias/x' };
    await refused(create({ encryptionConfiguration }), 'InvalidParameterException', /AES256/);
    const { repository } = await create({
      tags: listed(50),
      encryptionConfiguration: { encryptionType: 'KMS', kmsKey: 'alias/x' },
    });
    expect(repository?.encryptionConfiguration).toEqual({ encryptionType: 'KMS', kmsKey: 'alias/x' });
    const resourceArn = repository?.repositoryArn;
    await refused(
      to.ecr.send(new EcrTag({ resourceArn, tags: [{ Key: 'one more', Value: '' }] })),
      'TooManyTagsException',
    );
  });
});

describe('faults', () => {
  const version = async () =>
    (await to.ssm.send(new GetParametersCommand({ Names: [name] }))).Parameters?.[0]?.Version;
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
  ])('%s: applied, and not told', async (kind, error, status) => {
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

  test('skip, times, when and patterns; STS speaks XML', async () => {
    aws.fault({
      operation: /^ssm\.Put/,
      skip: 1,
      times: 2,
      kind: 'throttle',
      when: ({ Name }) => Name === name,
    });
    await put({ Name: '/other/x' });
    await put();
    await refused(overwrite(), 'ThrottlingException');
    await put({ Name: '/other/y' });
    await refused(overwrite(), 'ThrottlingException');
    expect((await overwrite()).Version).toBe(2);
    aws.fault({ operation: 'sts.GetCallerIdentity', times: Number.POSITIVE_INFINITY, kind: 'expired-token' });
    for (let time = 0; time < 3; time++)
      await refused(to.sts.send(new GetCallerIdentityCommand({})), 'ExpiredToken', /expired/);
    await aws.reset();
    expect((await to.sts.send(new GetCallerIdentityCommand({}))).Account).toBe('123456789012');
  });

  test('the conflict and the denial are those of the service', async () => {
    const create = () => to.logs.send(new CreateLogGroupCommand({ logGroupName: '/ecs/a' }));
    aws.fault({ operation: 'CreateLogGroup', kind: 'conflict' });
    await refused(create(), 'OperationAbortedException');
    aws.fault({ operation: 'CreateLogGroup', kind: 'access-denied' });
    await refused(
      create(),
      'AccessDeniedException',
      /logs:CreateLogGroup on resource: arn:aws:logs:us-west-2:123456789012:log-group:\/ecs\/a:\*/,
    );
    aws.fault({ operation: 'secretsmanager.DescribeSecret', kind: 'not-found' });
    await refused(to.secrets.send(new DescribeSecretCommand({ SecretId: 'a' })), 'ResourceNotFoundException');
  });
});

describe('options', () => {
  test('what is remembered is read again after a write through the server, of its own service alone', async () => {
    const direct = connect({ ...aws, url: aws.motoUrl });
    const value = async () =>
      (await to.ssm.send(new GetParametersCommand({ Names: [name] }))).Parameters?.[0]?.Value;
    const behind = (Value: string) =>
      direct.ssm.send(new PutParameterCommand({ Name: name, Value, Overwrite: true }));
    await put({ Value: 'first' });
    aws.remember();
    expect(await value()).toBe('first');
    await behind('second');
    await to.logs.send(new CreateLogGroupCommand({ logGroupName: '/ecs/papyrus' }));
    expect(await value()).toBe('first');
    expect(aws.count('GetParameters')).toBe(2);
    await put({ Value: 'third', Overwrite: true });
    expect(await value()).toBe('third');
    await behind('fourth');
    aws.remember();
    expect(await value()).toBe('fourth');
  });

  test('empty pages come first, and calls take their time', async () => {
    await using slow = await startAws({ emptyPages: true, latencyMs: 100 });
    const { ssm } = connect(slow);
    const started = performance.now();
    await ssm.send(new PutParameterCommand({ Name: name, Value: 'v', Type: 'String' }));
    expect(performance.now() - started).toBeGreaterThanOrEqual(99);
    for (const make of [
      (NextToken?: string) => new DescribeParametersCommand({ NextToken }),
      (NextToken?: string) => new GetParametersByPathCommand({ Path: '/papyrus/prd', NextToken }),
    ]) {
      const first = await ssm.send(make() as DescribeParametersCommand);
      expect(first.Parameters).toEqual([]);
      const second = await ssm.send(make(first.NextToken) as DescribeParametersCommand);
      expect(second.Parameters?.map(({ Name }) => Name)).toEqual([name]);
      expect(second.NextToken).toBeUndefined();
    }
  });

  test('a request that AWS would never accept fails the test that sent it', async () => {
    await using strict = await startAws();
    const { ssm } = connect(strict);
    await ssm.send(new GetParametersCommand({ Names: ['/a/B', '/a/C'] }));
    expect(takeOffences()).toEqual([]);
    await ssm.send(new GetParametersCommand({ Names: [...'abcdefghijk'] })).catch(() => undefined);
    expect(takeOffences()).toEqual([expect.stringContaining('GetParameters.Names')]);
    // What the models do not say, and the laws do.
    const nested = { Name: '/a/B', Value: '{{a}}', Type: 'String' } as const;
    await expect(ssm.send(new PutParameterCommand(nested))).rejects.toThrow();
    expect(takeOffences()).toEqual(['PutParameter: ValidationException']);
  });

  test('close ends calls that hang', async () => {
    const server = await startAws();
    server.fault({ operation: 'GetParameters', kind: 'hang' });
    const hanging = connect(server).ssm.send(new GetParametersCommand({ Names: ['/a'] }));
    const ended = expect(hanging).rejects.toMatchObject({ code: 'ECONNRESET' });
    while (server.calls.length === 0) await new Promise(setImmediate);
    await server.close();
    await ended;
    await expect(fetch(server.url)).rejects.toThrow('fetch failed');
  });
});
