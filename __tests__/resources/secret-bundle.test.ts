import type { SecretListEntry } from '@aws-sdk/client-secrets-manager';
import { describe, expect, test } from 'vitest';
import type { Fields } from '../../src/model/fields.ts';
import { parseSecret } from '../../src/providers/secret-json.ts';
import { Secret } from '../../src/secret.ts';
import { benchForFile } from '../servers/for-file.ts';
import { Refusal } from '../servers/protocol.ts';
import { desiredFor, fieldsOf, operations, type Round } from './bench.ts';

const bench = await benchForFile();

const NAME = 'papyrus/prd/db';
type More = Parameters<typeof desiredFor>[3];
const secrets = (fields: Readonly<Record<string, string>>): Fields =>
  Object.fromEntries(Object.entries(fields).map(([field, value]) => [field, new Secret(value)]));
const desired = (
  keys: Readonly<Record<string, string>> = { a: 'one' },
  fields: Fields = {},
  more: More = {},
  name = NAME,
) =>
  desiredFor(
    'AWS::SecretsManager::Secret',
    name,
    {
      'key-id': 'alias/aws/secretsmanager',
      ...secrets(Object.fromEntries(Object.entries(keys).map(([key, value]) => [`key:${key}`, value]))),
      ...fields,
    },
    { defaults: new Set(fields['key-id'] === undefined ? ['key-id'] : []), ...more },
  );
const create = (SecretString: string | undefined, more: object = {}) =>
  bench.others.secrets.createSecret({ Name: NAME, SecretString, ...more });
const put = (SecretString: string) => bench.others.secrets.putSecretValue({ SecretId: NAME, SecretString });
const text = async (name = NAME) =>
  (await bench.others.secrets.getSecretValue({ SecretId: name })).SecretString ?? '';
const value = async (name = NAME) => JSON.parse(await text(name));
const about = () => bench.others.secrets.describeSecret({ SecretId: NAME });
const OURS = [
  { Key: 'project', Value: 'portfolio' },
  { Key: 'managed-by', Value: 'aws-bootstrap' },
];
/** Writes as another writer, just before our next value arrives. */
const overtake = (SecretString: string, times = 1) => {
  let left = times;
  bench.aws.onCall(async ({ operation }, moment) => {
    if (operation !== 'PutSecretValue' || moment !== 'before' || left-- <= 0) return;
    await put(SecretString.replace('#', String(left)));
  });
};

describe('what others put there', () => {
  test('values that are no text, and the order inside of them, survive', async () => {
    const theirs =
      '{"port":5432,"tls":true,"none":null,"ratio":0.1,"list":[3,1,{"z":1,"a":2}],"deep":{"zeta":1,"alpha":{"b":[],"a":{}}},"a":"old"}';
    await create(theirs);
    const { change } = await bench.round(desired({ a: 'new' }));
    expect(change.notes).toContainEqual(expect.stringContaining('port, tls, none, ratio, list, deep'));
    expect(await value()).toEqual({ ...JSON.parse(theirs), a: 'new' });
    expect(await text()).toContain('"list":[3,1,{"z":1,"a":2}]');
    expect(await text()).toContain('"deep":{"zeta":1,"alpha":{"b":[],"a":{}}}');
    await bench.silent(desired({ a: 'new' }));
  });

  test('white space and the order of keys are no drift', async () => {
    await bench.round(desired({ a: 'one', b: 'two' }));
    await put('{\n  "b": "two",\n  "a": "\\u006fne"\n}');
    await bench.silent(desired({ a: 'one', b: 'two' }));
  });

  test('an exact bundle holds what is asked for and nothing else', async () => {
    await bench.round(desired({ a: 'one', b: 'two' }));
    const exact = desired({ a: 'one' }, {}, { closed: new Set(['key:']) });
    const { change } = await bench.round(exact);
    expect(fieldsOf(change)).toEqual(['key:b']);
    expect(await value()).toEqual({ a: 'one' });
    await bench.silent(exact);
  });

  test('a replica is blocked, with the region of its primary, until nothing differs', async () => {
    await bench.round(desired({ a: 'one' }));
    const description = await bench.others.secrets.describeSecret({ SecretId: NAME });
    const { $metadata: _metadata, ...about } = description;
    const moment = (date: Date | undefined) => (date === undefined ? undefined : date.getTime() / 1000);
    bench.aws.answer('DescribeSecret', () => ({
      ...about,
      CreatedDate: moment(about.CreatedDate),
      LastChangedDate: moment(about.LastChangedDate),
      LastAccessedDate: moment(about.LastAccessedDate),
      PrimaryRegion: region,
    }));
    let region = 'us-east-1';
    await bench.silent(desired({ a: 'one' }));
    const { change, writes } = await bench.round(desired({ a: 'two' }));
    expect(change).toMatchObject({
      action: 'blocked',
      blocked: { reason: expect.stringContaining('us-east-1') },
    });
    expect(writes).toEqual([]);
    // A primary secret names its own region.
    region = 'us-west-2';
    expect((await bench.round(desired({ a: 'two' }), { planOnly: true })).change.action).toBe('update');
  });

  test('a key that is written once is left to its rotation', async () => {
    const once = (rotated: string, plain: string) =>
      desired({ rotated, plain }, {}, { once: new Set(['key:rotated']) });
    await bench.round(once('first', 'one'));
    await put('{"rotated":"elsewhere","plain":"one"}');
    const { change } = await bench.round(once('first', 'two'));
    expect(fieldsOf(change)).toEqual(['key:plain']);
    expect(await value()).toEqual({ rotated: 'elsewhere', plain: 'two' });
  });

  test.each([
    ['a text', 'hunter2hunter2'],
    ['a list', '["hunter2hunter2"]'],
    ['a number', '42'],
    ['null', 'null'],
    ['a key twice', '{"a":"hunter2hunter2","b":1,"a":"one"}'],
    ['a key twice, in two spellings', '{"a":"hunter2hunter2","\\u0061":"one"}'],
  ])('%s is blocked and unwritten, and hidden in the log', async (_, content) => {
    await create(content, { Tags: OURS });
    const { change, writes, masked } = await bench.round(desired());
    expect(change).toMatchObject({ action: 'blocked', blocked: { reason: parseSecret(content) } });
    expect(change.blocked?.reason).not.toContain('hunter2');
    expect(writes).toEqual([]);
    expect(await text()).toBe(content);
    expect([...masked.values()].some((hidden) => hidden.equals(content))).toBe(true);
  });

  test('a secret without any value is not a missing one', async () => {
    await create(undefined, { Tags: OURS });
    const { change, writes, notices } = await bench.round(desired());
    expect(change.action).toBe('update');
    expect(operations(writes)).toEqual(['PutSecretValue']);
    expect(notices).toEqual([]);
    expect(await value()).toEqual({ a: 'one' });
    await bench.silent(desired());
  });

  test('what is read is hidden before it is used, key by key', async () => {
    await create('{"a":"one","b":{"c":"deep"}}', { Tags: OURS });
    const { masked } = await bench.round(desired(), { planOnly: true });
    expect(masked.get(`${NAME}:a`)?.equals('one')).toBe(true);
    expect(masked.get(`${NAME}:b`)?.equals('{"c":"deep"}')).toBe(true);
  });

  test('binary data is blocked and unwritten', async () => {
    await create(undefined, { SecretBinary: new Uint8Array([1, 2, 255]), Tags: OURS });
    const { change, writes } = await bench.round(desired());
    expect(change).toMatchObject({
      action: 'blocked',
      blocked: { reason: expect.stringContaining('binary') },
    });
    expect(writes).toEqual([]);
  });
});

describe('who else owns it', () => {
  test('rotated: blocked and unwritten', async () => {
    await bench.round(desired());
    await bench.others.secrets
      .rotateSecret({
        SecretId: NAME,
        RotationLambdaARN: 'arn:aws:lambda:us-west-2:123456789012:function:x',
        RotationRules: { AutomaticallyAfterDays: 30 },
      })
      .catch(() => {});
    const { change, writes } = await bench.round(desired({ a: 'two' }));
    expect(change).toMatchObject({
      action: 'blocked',
      blocked: { reason: expect.stringContaining('rotation') },
    });
    expect(writes).toEqual([]);
    await bench.silent(desired());
  });

  test('of another service: blocked by its name, and unwritten', async () => {
    await create('{"a":"theirs"}');
    bench.aws.own(NAME, 'rds');
    const { change, writes } = await bench.round(desired());
    expect(change).toMatchObject({
      action: 'blocked',
      blocked: { reason: expect.stringContaining('rds') },
    });
    expect(writes).toEqual([]);
  });
});

describe('scheduled for deletion', () => {
  const schedule = () => bench.others.secrets.deleteSecret({ SecretId: NAME });

  test('it is restored, and holds the configured keys and the others', async () => {
    await bench.round(desired({ a: 'one', b: 'two' }));
    await put('{"a":"drifted","foreign":7}');
    await schedule();
    const { change, writes, outcome } = await bench.round(desired({ a: 'one', b: 'two' }));
    expect(change.action).toBe('update');
    expect(fieldsOf(change)).toContain('deletion');
    expect(operations(writes)).toEqual(['RestoreSecret', 'PutSecretValue']);
    expect(outcome.result).toBe('done');
    expect((await about()).DeletedDate ?? undefined).toBeUndefined();
    expect(await value()).toEqual({ a: 'one', b: 'two', foreign: 7 });
    await bench.silent(desired({ a: 'one', b: 'two' }));
  });

  test('an exact bundle is restored with all its keys, and the next run removes those that are not configured', async () => {
    const exact = desired({ a: 'one' }, {}, { closed: new Set(['key:']) });
    await bench.round(exact);
    await put('{"a":"one","foreign":7}');
    await schedule();
    await bench.round(exact);
    expect(await value()).toEqual({ a: 'one', foreign: 7 });
    const { change } = await bench.round(exact);
    expect(change.differences.map(({ field }) => field)).toEqual(['key:foreign']);
    expect(await value()).toEqual({ a: 'one' });
    await bench.silent(exact);
  });

  test('a value of write: once is created in a restored secret by the next run', async () => {
    const once = desired({ a: 'one', b: 'two' }, {}, { once: new Set(['key:b']) });
    await bench.round(desired({ a: 'one' }));
    await schedule();
    await bench.round(once);
    expect(await value()).toEqual({ a: 'one' });
    await bench.round(once);
    expect(await value()).toEqual({ a: 'one', b: 'two' });
    await bench.silent(once);
  });

  test('what is no JSON object is restored, and its text is not lost', async () => {
    await create('plain text', { Tags: OURS });
    await schedule();
    const { outcome } = await bench.round(desired());
    expect(outcome.result).toBe('failed');
    expect(String(outcome.error)).toContain(String(parseSecret('plain text')));
    expect(await text()).toBe('plain text');
    expect((await bench.round(desired())).change.action).toBe('blocked');
  });

  test.each(['RestoreSecret', 'PutSecretValue'])(
    '%s that was applied and not answered is no failure',
    async (operation) => {
      await bench.round(desired());
      await put('{"a":"drifted"}');
      await schedule();
      bench.aws.fault({ operation, kind: 'reset-after' });
      const { outcome, notices } = await bench.round(desired());
      expect(outcome).toMatchObject({ result: 'done' });
      expect(notices).toEqual([]);
      expect(await value()).toEqual({ a: 'one' });
      await bench.silent(desired());
    },
  );
});

describe('lost updates', () => {
  test('merges and reports what another writer put between read and write', async () => {
    await bench.round(desired({ a: 'one' }));
    overtake('{"a":"one","theirs":1}');
    const { notices, outcome } = await bench.round(desired({ a: 'two' }));
    expect(outcome.result).toBe('done');
    expect(notices).toEqual([expect.stringContaining(NAME)]);
    expect(await value()).toEqual({ a: 'two', theirs: 1 });
    expect(outcome.after?.metadata.version).toBe(
      Object.entries((await about()).VersionIdsToStages ?? {}).find(([, stages]) =>
        stages.includes('AWSCURRENT'),
      )?.[0],
    );
    await bench.silent(desired({ a: 'two' }));
  });

  test('a key that they took out while we wrote another stays out', async () => {
    await bench.round(desired({ a: 'one', b: 'two' }));
    await put('{"a":"one","b":"two","theirs":1}');
    overtake('{"a":"one","b":"two"}');
    await bench.round(desired({ a: 'new', b: 'two' }));
    expect(await value()).toEqual({ a: 'new', b: 'two' });
  });

  test('twice is merged too; for ever is given up and said', async () => {
    await bench.round(desired({ a: 'one' }));
    overtake('{"a":"one","theirs":#}', 2);
    const { outcome, notices } = await bench.round(desired({ a: 'two' }));
    expect(outcome.result).toBe('done');
    expect(notices).toHaveLength(2);
    expect(await value()).toEqual({ a: 'two', theirs: 0 });

    await bench.aws.reset();
    await bench.round(desired({ a: 'one' }));
    overtake('{"a":"one","theirs":#}', 99);
    const endless = await bench.round(desired({ a: 'two' }));
    expect(endless.outcome.result).toBe('failed');
    expect(endless.outcome.error).toMatchObject({
      message: expect.stringContaining(NAME),
      reason: 'conflict',
    });
  });

  test('also when they wrote right after us', async () => {
    await bench.round(desired({ a: 'one' }));
    let left = 1;
    bench.aws.onCall(async ({ operation }, moment) => {
      if (operation !== 'PutSecretValue' || moment !== 'after' || left-- <= 0) return;
      await put('{"a":"one","theirs":1}');
    });
    const { notices } = await bench.round(desired({ a: 'two' }));
    expect(notices).toHaveLength(1);
    expect(await value()).toEqual({ a: 'two', theirs: 1 });
    await bench.silent(desired({ a: 'two' }));
  });
});

describe('many secrets', () => {
  const names = Array.from({ length: 23 }, (_, index) => `papyrus/prd/s${String(index).padStart(2, '0')}`);
  const all = names.map((name) => desired({ a: 'one' }, {}, {}, name));

  test('values are read 20 at a time', async () => {
    await bench.round(all);
    const calls = operations(await bench.silent(all));
    expect(calls.filter((operation) => operation === 'BatchGetSecretValue')).toHaveLength(2);
    expect(calls.filter((operation) => operation === 'ListSecrets')).toHaveLength(1);
    expect(calls).toHaveLength(3);
  });

  test.each([
    ['lacks what is new', () => ({ SecretList: [] }), 23],
    [
      'knows an older version of one',
      () => ({
        SecretList: listed((entry) => (entry.Name === names[3] ? { SecretVersionsToStages: {} } : {})),
      }),
      1,
    ],
    [
      'knows older tags of two',
      () => ({ SecretList: listed(({ Name }) => (names.indexOf(Name ?? '') < 2 ? { Tags: [] } : {})) }),
      2,
    ],
    [
      'is not allowed',
      () => {
        throw new Refusal('AccessDeniedException', 'not authorized to perform: secretsmanager:ListSecrets');
      },
      23,
    ],
  ])('describes each secret where a listing %s', async (_name, answer, asked) => {
    await bench.round(all);
    const { SecretList } = await bench.others.secrets.listSecrets({ MaxResults: 100 });
    existing = SecretList ?? [];
    bench.aws.answer('ListSecrets', answer);
    const calls = operations(await bench.silent(all));
    expect(calls.filter((operation) => operation === 'DescribeSecret')).toHaveLength(asked);
  });

  let existing: SecretListEntry[] = [];
  const listed = (change: (entry: SecretListEntry) => object) =>
    existing.map((entry) => ({ ...entry, CreatedDate: 0, LastChangedDate: 0, ...change(entry) }));

  describe('a listing that is minutes old', () => {
    const six = names.slice(0, 6);
    const by = (key: string, keys: Record<string, string> = { a: 'one' }) =>
      six.map((name) => desired(keys, { 'key-id': key }, {}, name));
    const described = (calls: Round['calls']) =>
      calls.flatMap(({ operation, input }) => (operation === 'DescribeSecret' ? [input['SecretId']] : []));
    /** From here on listings show the labels of today, and everything else as it is now. */
    async function holdListing() {
      const list = async () => (await bench.others.secrets.listSecrets({ MaxResults: 100 })).SecretList ?? [];
      const old = new Map((await list()).map((entry) => [entry.Name, entry]));
      bench.aws.answer('ListSecrets', async () => ({
        SecretList: (await list()).map(({ Name, SecretVersionsToStages }) => {
          const { DeletedDate: _, ...entry } = old.get(Name) ?? {};
          return { ...entry, SecretVersionsToStages, CreatedDate: 0, LastChangedDate: 0 };
        }),
      }));
    }
    const rotate = (SecretId: string) =>
      bench.others.secrets
        .rotateSecret({
          SecretId,
          RotationLambdaARN: 'arn:aws:lambda:us-west-2:123456789012:function:x',
          RotationRules: { AutomaticallyAfterDays: 30 },
        })
        .catch(() => {});

    test.each([
      { mode: 'looked at', options: { planOnly: true, readOnly: true } },
      { mode: 'applied', options: {} },
    ])('a key that was changed since is no difference ($mode)', async ({ options }) => {
      await bench.round(by('alias/ours'));
      await holdListing();
      await bench.round(by('alias/new'));
      const { plan, writes, calls } = await bench.round(by('alias/new'), options);
      expect(plan.map(({ action }) => action)).toEqual(six.map(() => 'none'));
      expect(writes).toEqual([]);
      expect(described(calls).sort()).toEqual(six);
    });

    test('a rotation that was switched on since keeps its value; only it is asked', async () => {
      await bench.round(by('alias/ours'));
      await holdListing();
      const [first = '', second = ''] = six;
      await rotate(first);
      bench.aws.own(second, 'rds');
      const configured = by('alias/ours').map((same, index) =>
        index < 3 ? desired({ a: 'two' }, { 'key-id': 'alias/ours' }, {}, same.spec.name) : same,
      );
      const { plan, writes, calls } = await bench.round(configured);
      expect(plan.map(({ action }) => action)).toEqual([
        'blocked',
        'blocked',
        'update',
        'none',
        'none',
        'none',
      ]);
      expect(plan.slice(0, 2).map(({ blocked }) => blocked?.reason)).toEqual([
        expect.stringContaining('rotation'),
        expect.stringContaining('rds'),
      ]);
      expect(writes.map(({ input }) => input['SecretId'])).toEqual([six[2]]);
      expect(await value(first)).toEqual({ a: 'one' });
      // Three before the plan, and one after the write.
      expect(described(calls).sort()).toEqual([first, second, six[2], six[2]]);
    });

    test('one that was scheduled for deletion, or deleted, since its value was read', async () => {
      await bench.round(by('alias/ours'));
      const [first = '', second = ''] = six;
      bench.aws.onCall(async ({ operation }, moment) => {
        if (operation !== 'BatchGetSecretValue' || moment !== 'after') return;
        await bench.others.secrets.deleteSecret({ SecretId: first });
        await bench.others.secrets.deleteSecret({ SecretId: second, ForceDeleteWithoutRecovery: true });
      });
      await holdListing();
      const { plan } = await bench.round(by('alias/ours', { a: 'two' }), { planOnly: true });
      expect(plan[0]?.differences.map(({ field }) => field)).toContain('deletion');
      expect(plan.map(({ action }) => action)).toEqual([
        'update',
        'create',
        ...six.slice(2).map(() => 'update'),
      ]);
    });

    test('one that may not be described is not written on the word of a listing', async () => {
      await bench.round(by('alias/ours'));
      await holdListing();
      bench.aws.fault({
        operation: 'DescribeSecret',
        kind: 'access-denied',
        times: 9,
        when: ({ SecretId }) => SecretId === six[0],
      });
      const { outcomes, writes } = await bench.round(by('alias/ours', { a: 'two' }));
      expect(outcomes.map(({ result }) => result)).toEqual(['failed', ...six.slice(1).map(() => 'done')]);
      expect(writes.map(({ input }) => input['SecretId'])).not.toContain(six[0]);
    });
  });

  const answers = (errors: readonly object[], missing: string) =>
    bench.aws.answer('BatchGetSecretValue', async ({ SecretIdList }) => {
      const found = await Promise.all(
        (SecretIdList as string[])
          .filter((name) => name !== missing)
          .map(async (name) => {
            const { ARN, Name, VersionId, SecretString } = await bench.others.secrets.getSecretValue({
              SecretId: name,
            });
            return { ARN, Name, VersionId, SecretString };
          }),
      );
      return { SecretValues: found, Errors: errors };
    });

  test.each([
    [
      'may not be read',
      {
        ErrorCode: 'AccessDeniedException',
        Message:
          'User: x is not authorized to perform: secretsmanager:GetSecretValue on resource: arn:aws:secretsmanager:us-west-2:123456789012:secret:papyrus/prd/s01-AbCdEf because',
      },
      { reason: 'access-denied', remedy: expect.stringContaining('secretsmanager:GetSecretValue') },
    ],
    [
      'cannot be decrypted',
      { ErrorCode: 'DecryptionFailure', Message: 'no' },
      { reason: 'aws', remedy: expect.stringContaining('kms-key-id') },
    ],
  ])('one that %s does not hold up the others', async (_, error, expected) => {
    const three = all.slice(0, 3);
    await bench.round(three);
    answers([{ SecretId: names[1], ...error }], names[1] ?? '');
    const { outcomes, writes } = await bench.round(three);
    expect(outcomes.map(({ result }) => result)).toEqual(['unchanged', 'failed', 'unchanged']);
    expect(outcomes[1]?.error).toMatchObject(expected);
    expect(writes).toEqual([]);
  });

  test('one that may not be described does not hold up the others', async () => {
    const three = all.slice(0, 3);
    await bench.round(three);
    bench.aws.fault({
      operation: 'DescribeSecret',
      kind: 'access-denied',
      when: ({ SecretId }) => SecretId === names[1],
    });
    const { outcomes } = await bench.round(three);
    expect(outcomes.map(({ result }) => result)).toEqual(['unchanged', 'failed', 'unchanged']);
  });

  test('one of which the answer says nothing is an error, not an absence', async () => {
    const three = all.slice(0, 3);
    await bench.round(three);
    answers([], names[1] ?? '');
    const { outcomes, writes } = await bench.round(three);
    expect(outcomes.map(({ result }) => result)).toEqual(['unchanged', 'failed', 'unchanged']);
    expect(writes).toEqual([]);
  });
});

describe('keys and sizes', () => {
  const id = '1234abcd-12ab-34cd-56ef-1234567890ab';

  test('a key of ours is given at the creation, and spelled in any way', async () => {
    const by = (key: string) => desired({ a: 'one' }, { 'key-id': key });
    await bench.round(by(id));
    expect((await about()).KmsKeyId).toBe(id);
    await bench.silent(by(`arn:aws:kms:us-west-2:123456789012:key/${id}`));
    const { change } = await bench.round(by('alias/ours'));
    expect(change.action).toBe('none');
    expect(change.notes).toEqual([expect.stringContaining('key-id')]);
  });

  test('another key comes before another value, so that the value is encrypted by it', async () => {
    await bench.round(desired());
    const { writes } = await bench.round(desired({ a: 'two' }, { 'key-id': 'alias/ours' }));
    expect(operations(writes)).toEqual(['UpdateSecret', 'PutSecretValue']);
    await bench.silent(desired({ a: 'two' }, { 'key-id': 'alias/ours' }));
  });

  test('does not send what would not fit beside the existing keys', async () => {
    await create(JSON.stringify({ theirs: 'x'.repeat(60_000) }));
    const { outcome, writes } = await bench.round(desired({ a: 'y'.repeat(6_000) }));
    expect(outcome.result).toBe('failed');
    expect(String(outcome.error)).toContain('65536');
    expect(operations(writes)).not.toContain('PutSecretValue');
    expect((await value()).theirs).toHaveLength(60_000);
  });
});
