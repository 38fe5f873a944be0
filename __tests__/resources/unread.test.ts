/** A role that may see resources, and not their values: everything but the value is compared, where nothing is written. */
import { describe, expect, test } from 'vitest';
import { Secret } from '../../src/secret.ts';
import { benchForFile } from '../servers/for-file.ts';
import { desiredFor, fieldsOf, type RoundOptions } from './bench.ts';

const bench = await benchForFile();

const PLAN_ONLY: RoundOptions = { leavesUnread: true, readOnly: true, planOnly: true };
const always = { times: Number.POSITIVE_INFINITY };
const KMS = {
  status: 400,
  code: 'AccessDeniedException',
  message:
    'The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.',
};

describe('parameters', () => {
  const name = (last: string) => `/papyrus/prd/${last}`;
  const plain = (last: string, value = 'one') =>
    desiredFor('AWS::SSM::Parameter', name(last), { value, type: 'String', tier: 'Standard' });
  const secure = (last: string) =>
    desiredFor('AWS::SSM::Parameter', name(last), { value: new Secret('s3cret'), type: 'SecureString' });
  const put = (last: string, Value: string, Type: 'String' | 'SecureString' = 'String') =>
    bench.others.ssm.putParameter({ Name: name(last), Value, Type, Overwrite: true });
  const deny = (when?: (names: readonly string[]) => boolean) =>
    bench.aws.fault({
      operation: 'GetParameters',
      kind: 'access-denied',
      ...always,
      ...(when === undefined ? {} : { when: ({ Names }) => when(Names as string[]) }),
    });

  test('reports type, tags and absence, no value; version, ARN and the writer are known', async () => {
    const all = [plain('A'), plain('B'), plain('C'), plain('D'), secure('E')];
    await bench.round(all);
    await put('A', 'drifted');
    await put('B', 'one', 'SecureString');
    await bench.others.ssm.addTagsToResource({
      ResourceType: 'Parameter',
      ResourceId: name('C'),
      Tags: [{ Key: 'project', Value: 'other' }],
    });
    await bench.others.ssm.deleteParameter({ Name: name('D') });
    deny();
    const { plan, writes, masked } = await bench.round(all, PLAN_ONLY);
    expect(plan.map((change) => [change.name, change.action, fieldsOf(change)])).toEqual([
      [name('A'), 'none', []],
      [name('B'), 'blocked', ['type']],
      [name('C'), 'update', ['tag:project']],
      [name('D'), 'create', ['value', 'type', 'tier', 'tag:project', 'tag:managed-by']],
      [name('E'), 'none', []],
    ]);
    expect(plan.map(({ observed }) => observed?.metadata.unread)).toEqual([
      true,
      true,
      true,
      undefined,
      true,
    ]);
    expect(plan[0]?.observed?.metadata).toMatchObject({
      version: '2',
      arn: `arn:aws:ssm:us-west-2:123456789012:parameter${name('A')}`,
      modifiedAt: expect.stringMatching(/^20/),
    });
    expect(plan[0]?.observed?.fields).not.toHaveProperty('value');
    expect([writes, masked.size]).toEqual([[], 0]);
  });

  test('one that may not be read, or not decrypted, does not take the others with it', async () => {
    const all = [plain('A'), plain('B'), secure('C')];
    await bench.round(all);
    await put('A', 'drifted');
    deny((names) => names.includes(name('B')));
    bench.aws.fault({
      operation: 'GetParameters',
      kind: KMS,
      ...always,
      when: ({ Names }) => (Names as string[]).includes(name('C')),
    });
    const { plan } = await bench.round(all, PLAN_ONLY);
    expect(plan.map((change) => [change.action, change.observed?.metadata.unread])).toEqual([
      ['update', undefined],
      ['none', true],
      ['none', true],
    ]);
  });

  test('where values are written, one that may not be read is a failure', async () => {
    await bench.round(plain('A'));
    deny();
    const { outcome, writes } = await bench.round(plain('A', 'two'));
    expect(outcome).toMatchObject({ result: 'failed', error: { reason: 'access-denied' } });
    expect(writes).toEqual([]);
  });
});

describe('secrets', () => {
  const name = (last: string) => `papyrus/prd/${last}`;
  const bundle = (last: string, closed: string[] = []) =>
    desiredFor(
      'AWS::SecretsManager::Secret',
      name(last),
      { 'key-id': 'alias/aws/secretsmanager', 'key:a': new Secret('one-secret') },
      { closed: new Set(closed) },
    );
  const overwrite = (last: string, SecretString: string) =>
    bench.others.secrets.putSecretValue({ SecretId: name(last), SecretString });

  test.each([
    [
      'the whole call',
      () => bench.aws.fault({ operation: /^(Batch)?GetSecretValue$/, kind: 'access-denied', ...always }),
    ],
    [
      'every item of it',
      () =>
        bench.aws.answer('BatchGetSecretValue', ({ SecretIdList }) => ({
          SecretValues: [],
          Errors: (SecretIdList as string[]).map((SecretId) => ({
            SecretId,
            ErrorCode: 'AccessDeniedException',
            Message: 'User: x is not authorized to perform: secretsmanager:GetSecretValue',
          })),
        })),
    ],
  ])('%s refused: reports tags, deletion and absence, no keys', async (_, refuse) => {
    const all = [bundle('a', ['key:']), bundle('b'), bundle('c'), bundle('d')];
    await bench.round(all);
    const [before] = (await bench.round(all, { planOnly: true })).plan;
    await bench.others.secrets.tagResource({
      SecretId: name('b'),
      Tags: [{ Key: 'project', Value: 'other' }],
    });
    await bench.others.secrets.deleteSecret({ SecretId: name('c') });
    await bench.others.secrets.deleteSecret({ SecretId: name('d'), ForceDeleteWithoutRecovery: true });
    await overwrite('a', '{"a":"drifted","b":"more"}');
    refuse();
    const { plan, writes, masked } = await bench.round(all, PLAN_ONLY);
    expect(plan.map((change) => [change.action, fieldsOf(change)])).toEqual([
      ['none', []],
      ['update', ['tag:project']],
      ['update', ['deletion', 'key:a']],
      ['create', expect.arrayContaining(['key:a'])],
    ]);
    const [existing] = plan;
    expect(existing?.observed?.metadata).toMatchObject({
      unread: true,
      arn: expect.stringContaining(name('a')),
    });
    // The labels show the current version, as reading it would.
    expect(existing?.observed?.metadata.version).toBeDefined();
    expect(existing?.observed?.metadata.version).not.toBe(before?.observed?.metadata.version);
    expect([writes, masked.size]).toEqual([[], 0]);
  });

  test('one without any value lacks its keys, whoever may read it', async () => {
    await bench.others.secrets.createSecret({
      Name: name('a'),
      Tags: [
        { Key: 'project', Value: 'portfolio' },
        { Key: 'managed-by', Value: 'aws-bootstrap' },
      ],
    });
    bench.aws.fault({ operation: /^(Batch)?GetSecretValue$/, kind: 'access-denied', ...always });
    const { change } = await bench.round(bundle('a'), PLAN_ONLY);
    expect([change.action, fieldsOf(change), change.observed?.metadata.unread]).toEqual([
      'update',
      ['key:a'],
      undefined,
    ]);
  });

  test.each([
    ['a run that reads', PLAN_ONLY],
    ['a run that writes', {}],
  ])('%s reads one by one what it may not read in a batch', async (_, options) => {
    const all = [bundle('a'), bundle('b'), bundle('c')];
    await bench.round(all.slice(0, 2));
    await overwrite('a', '{"a":"drifted"}');
    bench.aws.fault({ operation: 'BatchGetSecretValue', kind: 'access-denied', ...always });
    const { plan, outcomes } = await bench.round(all, options);
    expect(plan.map(({ action }) => action)).toEqual(['update', 'none', 'create']);
    expect(outcomes.filter(({ result }) => result === 'failed')).toEqual([]);
  });
});
