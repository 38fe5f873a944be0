/** Two first runs at once over what belongs to the application: log group and repository. */
import type { ImageTagMutability } from '@aws-sdk/client-ecr';
import { describe, expect, test } from 'vitest';
import { canonicalJson } from '../../src/settings/canonical-lifecycle.ts';
import { benchForFile } from '../servers/for-file.ts';
import { operations } from './bench.ts';
import { lifecycleOf, logGroup, repository } from './subjects.ts';

const bench = await benchForFile();

const OURS = { project: 'portfolio', 'managed-by': 'aws-bootstrap' };
type Tags = Readonly<Record<string, string>>;

/** Somebody does it between what the run has seen and its own call. */
function justBefore(operation: string, act: () => Promise<unknown>): void {
  const stop = bench.aws.onCall(async (call, moment) => {
    if (call.operation !== operation || moment !== 'before') return;
    stop();
    await act();
  });
}

/** As another run makes it with its first call. */
const group = (tags: Tags) => bench.others.logs.createLogGroup({ logGroupName: logGroup.name, tags });
const repo = (tags: Tags, imageTagMutability: ImageTagMutability = 'MUTABLE') =>
  bench.others.ecr.createRepository({
    repositoryName: repository.name,
    imageTagMutability,
    imageScanningConfiguration: { scanOnPush: true },
    encryptionConfiguration: { encryptionType: 'AES256' },
    tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
  });

const both = [
  ['log group', logGroup, group, logGroup.desired({ retention: 30 }), ['PutRetentionPolicy']],
  [
    'repository',
    repository,
    repo,
    repository.desired({ lifecycle: canonicalJson(lifecycleOf(10)) }),
    ['PutLifecyclePolicy'],
  ],
] as const;

describe.each(both)('%s', (_, subject, made, desired, rest) => {
  const [create = ''] = subject.createCalls;
  const read = () => subject.read(bench.others);

  test("that a stack was quicker with stays the stack's, though it carries our tag", async () => {
    justBefore(create, () => made({ ...OURS, 'aws:cloudformation:stack-name': 'network' }));
    const { outcome, writes } = await bench.round(desired);
    expect(outcome.result).toBe('failed');
    expect(operations(writes)).toEqual([create]);
  });

  test('that another run created first is completed as its own, and reported', async () => {
    justBefore(create, () => made(OURS));
    const { outcome, writes, notices } = await bench.round(desired);
    expect(outcome.result).toBe('done');
    expect(outcome.after?.metadata.arn).toMatch(/^arn:aws:/);
    expect(operations(writes)).toEqual([create, ...rest]);
    expect(notices).toEqual([expect.stringContaining(subject.name)]);
    expect(await read()).toMatchObject({ ...subject.created, ...configured(subject.name), tags: OURS });
    await bench.silent(desired);
  });

  test('whose tags are known a moment later than itself is waited for', async () => {
    justBefore(create, () => made(OURS));
    let asked = 0;
    bench.aws.answer('ListTagsForResource', async () => {
      asked += 1;
      return asked > 2 ? undefined : { tags: subject === logGroup ? {} : [] };
    });
    const { outcome, slept } = await bench.round(desired);
    expect(outcome.result).toBe('done');
    expect(slept).toEqual([500, 1_000]);
  });

  test('that another run created with other tags is an error that names the difference', async () => {
    justBefore(create, () => made({ ...OURS, project: 'showcase' }));
    const { outcome, notices } = await bench.round(desired);
    expect(outcome.result).toBe('failed');
    expect(outcome.error).toMatchObject({
      reason: 'conflict',
      code: 'CreateConflictError',
      message: expect.stringMatching(/: tag:project$/),
    });
    expect(notices).toEqual([]);
    expect((await bench.round(desired)).outcome.result).toBe('done');
    await bench.silent(desired);
  });

  test.each<[string, Tags]>([
    ['no tag', {}],
    ['the tag of another tool', { 'managed-by': 'terraform' }],
    ['the tag of what was adopted', { ...OURS, 'managed-by': 'aws-bootstrap:adopted' }],
  ])('with %s is not touched: a conflict, and run again', async (_what, tags) => {
    justBefore(create, () => made(tags));
    const { outcome, writes } = await bench.round(desired);
    expect(outcome.error).toMatchObject({
      reason: 'conflict',
      code: expect.stringContaining('AlreadyExists'),
    });
    expect(operations(writes)).toEqual([create]);
    expect((await read())?.tags).toEqual(tags);
  });

  test('that another writer created between a call and its repetition is not its own', async () => {
    bench.aws.fault({ operation: create, kind: 'throttle' });
    let calls = 0;
    const stop = bench.aws.onCall(async ({ operation }, moment) => {
      if (operation !== create || moment !== 'before' || ++calls < 2) return;
      stop();
      await made({ team: 'x' });
    });
    const { outcome, writes } = await bench.round(desired);
    expect(outcome.error).toMatchObject({ reason: 'conflict' });
    expect(operations(writes)).toEqual([create, create]);
    expect((await read())?.tags).toEqual({ team: 'x' });
  });

  test('of which nothing more can be read is a conflict too', async () => {
    bench.aws.fault({
      operation: create,
      kind: {
        status: 400,
        code: subject === logGroup ? 'ResourceAlreadyExistsException' : 'RepositoryAlreadyExistsException',
        message: 'It already exists',
      },
    });
    const { outcome, slept } = await bench.round(desired);
    expect(outcome.error).toMatchObject({ reason: 'conflict' });
    expect(slept).toEqual([500, 1_000, 2_000, 4_000]);
  });

  test('whose tags may not be read is an error with the missing permission', async () => {
    justBefore(create, () => made(OURS));
    bench.aws.fault({ operation: 'ListTagsForResource', kind: 'access-denied' });
    const { outcome } = await bench.round(desired);
    expect(outcome.error).toMatchObject({
      reason: 'access-denied',
      remedy: expect.stringContaining(':ListTagsForResource'),
    });
  });
});

const configured = (name: string) =>
  name === logGroup.name ? { retention: 30 } : { lifecycle: lifecycleOf(10) };

test('a group that is not seen at once is waited for', async () => {
  justBefore('CreateLogGroup', async () => {
    await group(OURS);
    let hidden = 2;
    bench.aws.answer('DescribeLogGroups', () => (hidden-- > 0 ? { logGroups: [] } : undefined));
  });
  const { outcome, slept } = await bench.round(logGroup.desired({ retention: 30 }));
  expect(outcome.result).toBe('done');
  expect(slept).toEqual([500, 1_000]);
});

test('keeps existing logs: the retention of a group that holds some stays', async () => {
  justBefore('CreateLogGroup', async () => {
    await group(OURS);
    await bench.others.logs.putRetentionPolicy({ logGroupName: logGroup.name, retentionInDays: 30 });
    bench.aws.storedBytes(logGroup.name, 1);
  });
  const { outcome, writes } = await bench.round(logGroup.desired({ retention: 7 }));
  expect(operations(writes)).toEqual(['CreateLogGroup']);
  expect(outcome.error).toMatchObject({ reason: 'conflict', message: expect.stringMatching(/: retention$/) });
  expect((await logGroup.read(bench.others))?.['retention']).toBe(30);
});

test('a key is the same by any of its names', async () => {
  const id = '1234abcd-12ab-34cd-56ef-1234567890ab';
  const desired = (key: string) => repository.desired({ encryption: 'KMS', 'key-id': key });
  const made = () =>
    bench.others.ecr.createRepository({
      repositoryName: repository.name,
      imageScanningConfiguration: { scanOnPush: true },
      encryptionConfiguration: {
        encryptionType: 'KMS',
        kmsKey: `arn:aws:kms:us-west-2:123456789012:key/${id}`,
      },
      tags: Object.entries(OURS).map(([Key, Value]) => ({ Key, Value })),
    });
  justBefore('CreateRepository', made);
  expect((await bench.round(desired(id))).outcome.result).toBe('done');
  await bench.aws.reset();
  justBefore('CreateRepository', made);
  const { outcome } = await bench.round(desired('9876abcd-12ab-34cd-56ef-1234567890ab'));
  expect(outcome.error).toMatchObject({ reason: 'conflict', message: expect.stringMatching(/: key-id$/) });
});
