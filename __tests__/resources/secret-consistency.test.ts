import { describe, expect, test } from 'vitest';
import { Secret } from '../../src/secret.ts';
import { benchForFile } from '../servers/for-file.ts';
import { desiredFor, fieldsOf, operations, type Round } from './bench.ts';

/*
 * "All Secrets Manager operations are eventually consistent": what was written a moment ago may be answered as it was before.
 */
const bench = await benchForFile();

const NAME = 'papyrus/prd/db';
const VISIBILITY_DELAYS = [500, 1_000, 2_000, 4_000];
const desired = (a: string) =>
  desiredFor(
    'AWS::SecretsManager::Secret',
    NAME,
    { 'key-id': 'alias/aws/secretsmanager', 'key:a': new Secret(a) },
    { defaults: new Set(['key-id']) },
  );
const create = (SecretString?: string) => bench.others.secrets.createSecret({ Name: NAME, SecretString });
const put = (SecretString: string) => bench.others.secrets.putSecretValue({ SecretId: NAME, SecretString });
const schedule = () => bench.others.secrets.deleteSecret({ SecretId: NAME });
const about = () => bench.others.secrets.describeSecret({ SecretId: NAME });
const stored = async () => {
  const { SecretString, VersionId } = await bench.others.secrets.getSecretValue({ SecretId: NAME });
  return { value: JSON.parse(SecretString ?? ''), version: VersionId };
};
const puts = ({ writes }: Round) =>
  operations(writes).filter((operation) => operation === 'PutSecretValue').length;
const describedAfterPut = ({ calls }: Round) =>
  operations(calls).slice(operations(calls).lastIndexOf('PutSecretValue') + 1);

/** As the service sends it: moments are numbers. */
const wire = (answer: object): object =>
  Object.fromEntries(
    Object.entries(answer).map(([key, value]) => [
      key,
      value instanceof Date ? value.getTime() / 1000 : value,
    ]),
  );

/** Somebody else writes, just before or right after our value arrives. */
function others(act: () => Promise<unknown>, at: 'before' | 'after', times = 1) {
  let left = times;
  bench.aws.onCall(async ({ operation }, moment) => {
    if (operation === 'PutSecretValue' && moment === at && left-- > 0) await act();
  });
}

/** Descriptions answer what existed just before our value arrived: so many, after each of so many writes. */
function describeLate(times: number, writes = Number.POSITIVE_INFINITY) {
  let old: object = {};
  let left = 0;
  let seen = 0;
  bench.aws.onCall(async ({ operation }, moment) => {
    if (operation !== 'PutSecretValue' || moment !== 'before') return;
    old = wire(await about());
    left = seen++ < writes ? times : 0;
  });
  bench.aws.answer('DescribeSecret', () => (left-- > 0 ? old : undefined));
}

describe('a description that is older than our write', () => {
  test.each([1, 2, 4])('%d times: it is asked again, and no other writer is assumed', async (times) => {
    await bench.round(desired('one'));
    describeLate(times);
    const round = await bench.round(desired('two'));
    expect(round.outcome.result).toBe('done');
    expect(round.notices).toEqual([]);
    expect(puts(round)).toBe(1);
    expect(round.slept).toEqual(VISIBILITY_DELAYS.slice(0, times));
    expect(await stored()).toEqual({ value: { a: 'two' }, version: round.outcome.after?.metadata.version });
    await bench.silent(desired('two'));
  });

  test('for ever: it is written once, and what is unknown is reported', async () => {
    await bench.round(desired('one'));
    describeLate(99);
    const round = await bench.round(desired('two'));
    expect(round.outcome.result).toBe('done');
    expect(round.notices).toEqual([expect.stringContaining(NAME)]);
    expect(puts(round)).toBe(1);
    expect(describedAfterPut(round)).toHaveLength(1 + VISIBILITY_DELAYS.length);
    expect(round.outcome.after?.metadata.version).toBe((await stored()).version);
  });

  test.each(['before', 'after'] as const)('who really wrote, %s us, is found all the same', async (at) => {
    await bench.round(desired('one'));
    describeLate(2);
    others(() => put('{"a":"one","theirs":1}'), at);
    const round = await bench.round(desired('two'));
    expect(round.outcome.result).toBe('done');
    expect(round.notices).toEqual([expect.stringContaining(NAME)]);
    expect(puts(round)).toBe(2);
    expect((await stored()).value).toEqual({ a: 'two', theirs: 1 });
    await bench.silent(desired('two'));
  });

  test('a write of the round before is no other writer', async () => {
    await bench.round(desired('one'));
    // The description never shows our first value, and shows theirs, which came before it.
    others(() => put('{"a":"one","theirs":1}'), 'before');
    describeLate(99, 1);
    const round = await bench.round(desired('two'));
    expect(round.notices).toEqual([expect.stringContaining(NAME)]);
    expect(puts(round)).toBe(2);
    expect((await stored()).value).toEqual({ a: 'two', theirs: 1 });
  });

  test('a writer that takes the value back is another one, though it is the version that was read', async () => {
    await bench.round(desired('one'));
    const { version } = await stored();
    let swapped: object | undefined;
    bench.aws.onCall(async ({ operation }, moment) => {
      if (operation !== 'PutSecretValue') return;
      swapped = undefined;
      if (moment === 'before' || bench.aws.count('PutSecretValue') > 1) return;
      const now = await stored();
      const VersionIdsToStages = {
        [String(version)]: ['AWSCURRENT'],
        [String(now.version)]: ['AWSPREVIOUS'],
      };
      swapped = { ...wire(await about()), VersionIdsToStages };
    });
    bench.aws.answer('DescribeSecret', () => swapped);
    bench.aws.answer('ListSecretVersionIds', () => {
      if (swapped === undefined) return undefined;
      const { VersionIdsToStages } = swapped as { VersionIdsToStages: Record<string, string[]> };
      const ids = Object.entries(VersionIdsToStages);
      return {
        Versions: ids.map(([VersionId, VersionStages], at) => ({
          VersionId,
          VersionStages,
          CreatedDate: at,
        })),
      };
    });
    const round = await bench.round(desired('two'));
    expect(round.outcome.result).toBe('done');
    expect(round.notices).toEqual([expect.stringContaining(NAME)]);
    expect(puts(round)).toBe(2);
    expect(round.slept).toEqual(VISIBILITY_DELAYS);
    expect((await stored()).value).toEqual({ a: 'two' });
  });

  test('where versions may not be listed, what is seen is merged, and the run fails with what it lacks', async () => {
    await bench.round(desired('one'));
    others(() => put('{"a":"one","theirs":1}'), 'before');
    bench.aws.fault({ operation: 'ListSecretVersionIds', times: 9, kind: 'access-denied' });
    const round = await bench.round(desired('two'));
    expect(round.outcome).toMatchObject({
      result: 'failed',
      error: { reason: 'access-denied', operation: 'secretsmanager:ListSecretVersionIds' },
    });
    expect((await stored()).value).toEqual({ a: 'two', theirs: 1 });
    await bench.silent(desired('two'));
  });

  test('of three writers that overtake each other none is lost', async () => {
    await bench.round(desired('one'));
    // Both have read what we read; of the first one no label shows when we read.
    others(() => put('{"a":"one","first":1}'), 'before');
    others(() => put('{"a":"one","second":2}'), 'after');
    const round = await bench.round(desired('two'));
    expect(round.outcome.result).toBe('done');
    expect((await stored()).value).toEqual({ a: 'two', first: 1, second: 2 });
    await bench.silent(desired('two'));
  });

  test('their version is waited for where it cannot be read yet', async () => {
    await bench.round(desired('one'));
    others(() => put('{"a":"one","theirs":1}'), 'before');
    bench.aws.fault({
      operation: 'GetSecretValue',
      times: 2,
      kind: 'not-found',
      when: ({ VersionId }) => VersionId !== undefined,
    });
    const round = await bench.round(desired('two'));
    expect(round.outcome.result).toBe('done');
    expect((await stored()).value).toEqual({ a: 'two', theirs: 1 });
  });
});

describe('a secret that was restored a moment ago', () => {
  const marked = {
    status: 400,
    code: 'InvalidRequestException',
    message: "You can't perform this operation on the secret because it was marked for deletion.",
  };

  const deleted = {
    ...marked,
    message: "You can't perform this operation on the secret because it was deleted.",
  };

  test.each([
    ['marked for deletion', marked],
    ['deleted', deleted],
    ['without a value', 'not-found' as const],
  ])('read as %s: waited for, and what others put there is kept', async (_, kind) => {
    await create('{"a":"old","theirs":1}');
    await schedule();
    bench.aws.fault({ operation: 'GetSecretValue', times: 3, kind });
    const round = await bench.round(desired('one'));
    expect(round.outcome.result).toBe('done');
    expect(round.notices).toEqual([]);
    expect(round.slept).toEqual(VISIBILITY_DELAYS.slice(0, 3));
    expect((await stored()).value).toEqual({ a: 'one', theirs: 1 });
    await bench.silent(desired('one'));
  });

  test.each([
    ['marked for deletion', marked],
    ['deleted', deleted],
    ['without a value', 'not-found' as const],
  ])('read as %s for ever: failed, and not overwritten', async (_, kind) => {
    await create('{"a":"old","theirs":1}');
    await schedule();
    bench.aws.fault({ operation: 'GetSecretValue', times: 99, kind });
    const round = await bench.round(desired('one'));
    expect(round.outcome.result).toBe('failed');
    expect(puts(round)).toBe(0);
    expect((await stored()).value).toEqual({ a: 'old', theirs: 1 });
  });

  test('another refusal is not waited for', async () => {
    await create('{"a":"old"}');
    await schedule();
    bench.aws.fault({
      operation: 'GetSecretValue',
      times: 99,
      kind: { ...marked, message: 'The secret is managed by another service.' },
    });
    const round = await bench.round(desired('one'));
    expect(round.outcome.result).toBe('failed');
    expect(round.slept).toEqual([]);
  });

  test('whether it has a value is not guessed where that may not be asked', async () => {
    await create();
    await schedule();
    bench.aws.fault({ operation: 'DescribeSecret', skip: 1, times: 99, kind: 'access-denied' });
    const round = await bench.round(desired('one'));
    expect(round.outcome.result).toBe('failed');
    expect(puts(round)).toBe(0);
  });

  test('one that really has no value is written without a wait', async () => {
    await create();
    await schedule();
    const round = await bench.round(desired('one'));
    expect(round.outcome.result).toBe('done');
    expect(round.slept).toEqual([]);
    expect((await stored()).value).toEqual({ a: 'one' });
  });
});

describe('a secret that was created a moment ago', () => {
  /** Terraform's, with a host and a port of which the batch knows nothing yet. */
  async function madeByOthers() {
    await create('{"host":"db.internal","port":5432}');
    bench.aws.answer('BatchGetSecretValue', ({ SecretIdList }) => ({
      SecretValues: [],
      Errors: (SecretIdList as string[]).map((SecretId) => ({
        SecretId,
        ErrorCode: 'ResourceNotFoundException',
        Message: "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
      })),
    }));
  }

  test.each([0, 2])('its value is asked for, and waited for %d times', async (times) => {
    await madeByOthers();
    bench.aws.fault({ operation: 'GetSecretValue', times, kind: 'not-found' });
    const round = await bench.round(desired('one'));
    expect(fieldsOf(round.change)).toEqual(['key:a', 'tag:project', 'tag:managed-by']);
    expect(round.change.notes).toContainEqual(expect.stringContaining('host, port'));
    expect(round.notices).toEqual([]);
    expect(round.slept).toEqual(VISIBILITY_DELAYS.slice(0, times));
    expect((await stored()).value).toEqual({ a: 'one', host: 'db.internal', port: 5432 });
  });

  test('a value that cannot be read is reported, and not overwritten', async () => {
    await madeByOthers();
    bench.aws.fault({ operation: 'GetSecretValue', times: 99, kind: 'not-found' });
    const round = await bench.round(desired('one'));
    expect(round.change).toMatchObject({ action: 'blocked', unreadable: expect.anything() });
    expect(round.outcome.result).toBe('failed');
    expect(round.writes).toEqual([]);
  });

  test('where its description is as old, the write shows that there was a value', async () => {
    await madeByOthers();
    const { VersionIdsToStages: _, ...bare } = wire(await about()) as Record<string, unknown>;
    let left = 1;
    bench.aws.answer('DescribeSecret', () => (left-- > 0 ? bare : undefined));
    const round = await bench.round(desired('one'));
    expect(round.outcome.result).toBe('done');
    expect(round.notices).toEqual([expect.stringContaining(NAME)]);
    expect((await stored()).value).toEqual({ a: 'one', host: 'db.internal', port: 5432 });
  });
});
