import type { LogGroupClass } from '@aws-sdk/client-cloudwatch-logs';
import { describe, expect, test } from 'vitest';
import { Calls } from '../../src/clients/aws-calls.ts';
import { AwsError } from '../../src/clients/errors.ts';
import { UserFacingError } from '../../src/clients/explanation.ts';
import { ABSENT } from '../../src/model/fields.ts';
import { LogGroups, withKey } from '../../src/providers/log-group.ts';
import { benchForFile } from '../servers/for-file.ts';
import { operations, TestClock } from './bench.ts';
import { LOG_KEY, logGroup } from './subjects.ts';

const bench = await benchForFile();

const NAME = logGroup.name;
const { desired } = logGroup;
const create = (more: { logGroupClass?: LogGroupClass; tags?: Record<string, string> } = {}) =>
  bench.front.logs.createLogGroup({ logGroupName: NAME, ...more });
const retention = async () => (await logGroup.read(bench.others))?.['retention'];

describe('a shorter retention deletes logs', () => {
  test.each([
    ['from 30 to 7 days', 30],
    ['from for ever to 7 days', 'never'],
  ] as const)('%s: blocked where there are any, and the tags go on', async (_, before) => {
    await bench.round(desired({ retention: before }));
    bench.aws.storedBytes(NAME, 1);
    const tags = new Map([
      ['project', 'portfolio'],
      ['cost', '1'],
    ]);
    const asked = desired({ retention: 7, 'tag:cost': '1' });
    const { plan, writes, outcomes } = await bench.round(asked, { tags });
    expect(plan.map(({ action }) => action)).toEqual(['update', 'blocked']);
    expect(plan[1]?.blocked).toMatchObject({ consent: 'shorten-retention' });
    expect(outcomes.map(({ result }) => result)).toEqual(['done', 'blocked']);
    expect(operations(writes)).toEqual(['TagResource']);
    expect(await retention()).toBe(before === 'never' ? undefined : before);

    const { writes: allowed } = await bench.round(asked, { tags, allow: new Set(['shorten-retention']) });
    expect(operations(allowed)).toEqual(['PutRetentionPolicy']);
    expect(await retention()).toBe(7);
    await bench.silent(asked, { tags });
  });
});

test('a given class is that of a new group, and blocked where the group has another', async () => {
  const asked = desired({ class: 'INFREQUENT_ACCESS' });
  await bench.round(asked);
  expect((await logGroup.read(bench.front))?.['class']).toBe('INFREQUENT_ACCESS');
  await bench.silent(asked);
  for (const tags of [{ 'managed-by': 'aws-bootstrap' }, { team: 'platform' }]) {
    await bench.aws.reset();
    await create({ tags });
    const { plan, writes } = await bench.round(asked);
    expect(plan.at(-1)).toMatchObject({
      action: 'blocked',
      differences: [{ field: 'class', from: 'STANDARD', to: 'INFREQUENT_ACCESS' }],
    });
    expect(operations(writes)).not.toContain('CreateLogGroup');
    // Created anew, nothing of it is lost but the logs that the user takes away.
    const ignoring = await bench.round(asked, {
      ignore: [{ resource: 'log-group', name: () => true, field: (field) => field === 'class' }],
    });
    expect(ignoring.plan.filter(({ action }) => action === 'blocked')).toEqual([]);
  }
});

test('the usual class is not sent: regions without classes refuse the word', async () => {
  const { writes } = await bench.round(desired({ class: 'STANDARD' }));
  expect(writes[0]?.input).not.toHaveProperty('logGroupClass');
});

describe('the key', () => {
  const keyOf = async () => (await logGroup.read(bench.front))?.['key'];
  const OTHER = LOG_KEY.replace('1234abcd', '9876abcd');
  const associate = (kmsKeyId: string) => bench.front.logs.associateKmsKey({ logGroupName: NAME, kmsKeyId });

  test('it comes with the creation, without a call of its own', async () => {
    const { writes } = await bench.round(desired({ 'key-id': LOG_KEY }));
    expect(operations(writes)).toEqual(['CreateLogGroup', 'PutRetentionPolicy']);
    expect(await keyOf()).toBe(LOG_KEY);
    await bench.silent(desired({ 'key-id': LOG_KEY }));
  });

  test('none takes it off; of what was adopted only with an opt-in', async () => {
    await bench.round(desired({ 'key-id': LOG_KEY }));
    const { writes } = await bench.round(desired({ 'key-id': ABSENT }));
    expect(operations(writes)).toEqual(['DisassociateKmsKey']);
    expect(await keyOf()).toBeUndefined();
    await bench.silent(desired({ 'key-id': ABSENT }));

    await bench.aws.reset();
    await create();
    await associate(OTHER);
    const { plan } = await bench.round(desired({ 'key-id': ABSENT }));
    expect(plan.at(-1)).toMatchObject({ action: 'blocked', blocked: { consent: 'loosen' } });
    await bench.round(desired({ 'key-id': ABSENT }), { allow: new Set(['loosen']) });
    expect(await keyOf()).toBeUndefined();
  });

  const statement = (error: unknown) => {
    const [, text = ''] = /(\{.*\})$/.exec(String(error)) ?? [];
    return JSON.parse(text);
  };
  const NEEDED = {
    Effect: 'Allow',
    Principal: { Service: 'logs.us-west-2.amazonaws.com' },
    Action: expect.arrayContaining(['kms:Encrypt*', 'kms:GenerateDataKey*', 'kms:Describe*']),
    Resource: '*',
    Condition: {
      ArnEquals: {
        'kms:EncryptionContext:aws:logs:arn': `arn:aws:logs:us-west-2:123456789012:log-group:${NAME}`,
      },
    },
  };

  test.each([
    ['at the creation', async () => {}],
    ['of a group that exists', () => bench.round(desired())],
  ])('that AWS refuses, %s: the error has the statement of the key policy', async (_, set) => {
    await set();
    bench.aws.refuseKey(LOG_KEY);
    const { outcome } = await bench.round(desired({ 'key-id': LOG_KEY }));
    expect(outcome).toMatchObject({ result: 'failed', error: { reason: 'aws' } });
    expect(statement(outcome.error)).toEqual(NEEDED);
  });

  test.each([
    ['arn:aws-cn:kms:cn-north-1:123456789012:key/1', 'logs.cn-north-1.amazonaws.com.cn', 'aws-cn'],
    ['arn:aws-us-gov:kms:us-gov-west-1:123456789012:key/1', 'logs.us-gov-west-1.amazonaws.com', 'aws-us-gov'],
  ])('%s: the statement is of its partition', async (key, host, partition) => {
    const refusal = Object.assign(new Error('The specified KMS Key Id could not be found.'), {
      name: 'InvalidParameterException',
    });
    const failed = withKey({ name: NAME, arn: undefined }, key, async () => {
      throw new AwsError(refusal, 'logs:CreateLogGroup', NAME, false);
    });
    const error = await failed.catch((caught: unknown) => caught);
    const { Principal, Condition } = statement(error);
    expect(Principal.Service).toBe(host);
    expect(JSON.stringify(Condition)).toContain(`arn:${partition}:logs:${key.split(':')[3]}:123456789012:`);
  });
});

test('names the missing permission of a role that may create the group and not tag it', async () => {
  bench.aws.fault({
    operation: 'CreateLogGroup',
    kind: {
      status: 400,
      code: 'AccessDeniedException',
      message:
        'User with accountId: 123456789012 is not authorized to perform CreateLogGroup with Tags. An additional permission "logs:TagResource" is required.',
    },
  });
  const { outcome } = await bench.round(desired());
  expect(outcome.error).toMatchObject({
    reason: 'access-denied',
    remedy: expect.stringContaining(
      `"Action":"logs:TagResource","Resource":["arn:*:logs:*:*:log-group:${NAME}"`,
    ),
  });
});

test('lists again where a listing is older than the creation', async () => {
  let before = true;
  let asked = 0;
  bench.aws.answer('CreateLogGroup', () => {
    before = false;
    return undefined;
  });
  bench.aws.answer('DescribeLogGroups', async () => {
    if (before || asked++ < 2) return { logGroups: [] };
    const { logGroups } = await bench.others.logs.describeLogGroups({ logGroupNamePrefix: NAME });
    return {
      logGroups: logGroups?.map(({ retentionInDays: _, ...group }) => ({ ...group, storedBytes: 0 })),
    };
  });
  const { outcome } = await bench.round(desired({ retention: 7 }));
  expect(outcome).toMatchObject({
    result: 'done',
    after: {
      fields: { retention: 7 },
      metadata: { arn: `arn:aws:logs:us-west-2:123456789012:log-group:${NAME}` },
    },
  });
});

test('keeps a group that is protected since the plan, and prints the command', async () => {
  await bench.round(desired());
  const clock = new TestClock();
  const provider = new LogGroups(
    { region: 'us-west-2', readOnly: false, userAgent: 'a test', clock, agent: undefined },
    {
      calls: new Calls(clock),
      clock,
      tags: new Map(),
      listedPrefix: undefined,
      leavesUnread: false,
      mask: () => {},
      notice: () => {},
    },
  );
  const group = { name: NAME, fields: {}, metadata: {} };
  expect((await provider.observe([NAME])).get(NAME)).not.toHaveProperty('metadata.deletionProtected');
  bench.aws.protect(NAME);
  expect((await provider.observe([NAME])).get(NAME)).toHaveProperty('metadata.deletionProtected', true);
  const refused = await provider.delete(group).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(UserFacingError);
  expect(refused).toMatchObject({ reason: 'blocked' });
  expect(String(refused)).toContain('--no-deletion-protection-enabled');
  bench.aws.protect(NAME, false);
  await provider.delete(group);
  expect((await provider.observe([NAME])).size).toBe(0);
});

test('a name is looked for on every page', async () => {
  // AWS sorts by name, and so the exact name is on the first page; nothing says that it stays so.
  await create({ tags: { 'managed-by': 'aws-bootstrap' } });
  bench.aws.answer('DescribeLogGroups', async ({ nextToken }) => {
    if (nextToken === undefined) return { logGroups: [], nextToken: 'more' };
    const { logGroups } = await bench.others.logs.describeLogGroups({ logGroupNamePrefix: NAME });
    return { logGroups };
  });
  const { change } = await bench.round(desired(), { planOnly: true });
  expect(change.observed?.name).toBe(NAME);
});
