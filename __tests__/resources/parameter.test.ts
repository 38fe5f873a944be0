import type { ParameterType } from '@aws-sdk/client-ssm';
import { PutParameterCommand } from '@aws-sdk/client-ssm';
import { describe, expect, test } from 'vitest';
import type { DesiredResource } from '../../src/desired/desired-resource.ts';
import type { Fields } from '../../src/model/fields.ts';
import { fieldOf } from '../../src/model/spec.ts';
import { Secret } from '../../src/secret.ts';
import { benchForFile } from '../servers/for-file.ts';
import { desiredFor, fieldsOf, operations, type Round, type RoundOptions } from './bench.ts';

const bench = await benchForFile();

const NAME = '/papyrus/prd/X';
const desired = (fields: Fields = {}, name = NAME, more: Parameters<typeof desiredFor>[3] = {}) =>
  desiredFor('AWS::SSM::Parameter', name, { value: 'one', type: 'String', ...fields }, more);
const secure = (fields: Fields = {}, name = NAME) =>
  desired({ value: new Secret('one'), type: 'SecureString', 'key-id': 'alias/aws/ssm', ...fields }, name, {
    defaults: new Set(fields['key-id'] === undefined ? ['key-id'] : []),
  });
const many = (count: number, make: (name: string) => DesiredResource = (name) => desired({}, name)) =>
  Array.from({ length: count }, (_, index) => make(`/papyrus/prd/V${String(index).padStart(3, '0')}`));
const put = (Value: string, Type: ParameterType = 'String', more: object = {}) =>
  bench.others.ssm.putParameter({ Name: NAME, Value, Type, Overwrite: true, ...more });
const get = async (name = NAME) =>
  (await bench.others.ssm.getParameter({ Name: name, WithDecryption: true })).Parameter;
const tagsOf = async (name = NAME) => {
  const { TagList } = await bench.others.ssm.listTagsForResource({
    ResourceType: 'Parameter',
    ResourceId: name,
  });
  return Object.fromEntries((TagList ?? []).map(({ Key, Value }) => [Key, Value]));
};
const CHANGE_TYPE: RoundOptions = { allow: new Set(['change-type']) };

test('reports the tier that AWS chose, after a creation and an overwrite', async () => {
  for (const value of ['one', 'two']) {
    const { outcomes } = await bench.round([desired({ value })]);
    expect(outcomes.map(({ result, after: state }) => [result, state?.fields['tier']])).toEqual([
      ['done', 'Standard'],
    ]);
  }
});

describe('a listing that is older than the value', () => {
  const KEYED = { 'key-id': 'alias/ours', tier: 'Advanced' };
  const seconds = (date: Date | undefined) => (date === undefined ? undefined : date.getTime() / 1000);
  /** From now on the listing answers so for as many calls, and then as it is. */
  function lag(calls: number, listed: object[]): void {
    let left = calls;
    bench.aws.answer('DescribeParameters', () => (left-- > 0 ? { Parameters: listed } : undefined));
  }
  const listing = async () => {
    const { Parameters = [] } = await bench.others.ssm.describeParameters({});
    return Parameters.map((one) => ({ ...one, LastModifiedDate: seconds(one.LastModifiedDate) }));
  };

  test.each([
    ['without it', false],
    ['with the version before', true],
  ])('%s: tier and key are no drift', async (_, isStale) => {
    await bench.round(secure(KEYED));
    const before = isStale ? await listing() : [];
    if (isStale) await bench.round(secure({ ...KEYED, value: new Secret('two') }));
    lag(Number.POSITIVE_INFINITY, before);
    const value = new Secret(isStale ? 'two' : 'one');
    const { change, writes } = await bench.round(
      secure({ 'key-id': 'alias/aws/ssm', tier: 'Standard', value }),
    );
    expect(change.differences.filter(({ field }) => ['tier', 'key-id'].includes(field))).toEqual([]);
    expect(writes).toEqual([]);
  });

  test('one that stays behind is a failure that says so, and nothing is written', async () => {
    await bench.round(secure(KEYED));
    lag(Number.POSITIVE_INFINITY, []);
    const { outcome, writes } = await bench.round(secure({ ...KEYED, value: new Secret('two') }));
    expect(outcome).toMatchObject({ result: 'failed', error: { reason: 'conflict' } });
    expect(writes).toEqual([]);
  });
});

describe('many parameters', () => {
  test('120 are read in 12 + 6 calls, never one for tags, and written under the quota', async () => {
    let inFlight = 0;
    let most = 0;
    bench.aws.onCall(({ operation }, moment) => {
      if (operation !== 'PutParameter') return;
      inFlight += moment === 'before' ? 1 : -1;
      most = Math.max(most, inFlight);
    });
    const { outcomes, writes, slept } = await bench.round(many(120));
    expect(outcomes.filter(({ result }) => result === 'done')).toHaveLength(120);
    expect(outcomes.every(({ after: state }) => state?.metadata.arn !== undefined)).toBe(true);
    expect(writes).toHaveLength(120);
    expect(most).toBeLessThanOrEqual(8);
    // 18 at once, then 2.8 a second: what AWS allows, and what the documentation says.
    const waited = slept.reduce((sum, ms) => sum + ms, 0);
    expect(waited).toBeGreaterThan(30_000);

    const calls = operations(await bench.silent(many(120)));
    expect(calls.filter((operation) => operation === 'GetParameters')).toHaveLength(12);
    expect(calls.filter((operation) => operation === 'DescribeParameters')).toHaveLength(6);
    expect(calls).toHaveLength(18);
  });

  test('existing ones are asked for their tags once; then a filter shows them', async () => {
    for (const { spec } of many(23))
      await bench.others.ssm.putParameter({ Name: spec.name, Value: 'one', Type: 'String' });
    const first = operations((await bench.round(many(23))).calls);
    expect(first.filter((operation) => operation === 'ListTagsForResource')).toHaveLength(23);
    const calls = operations(await bench.silent(many(23)));
    expect(calls.sort()).toEqual([
      'DescribeParameters',
      'DescribeParameters',
      'DescribeParameters',
      'GetParameters',
      'GetParameters',
      'GetParameters',
    ]);
  });

  test.each([
    ['may not be read', 'access-denied' as const, 'access-denied'],
    [
      'cannot be decrypted',
      { status: 400, code: 'InvalidKeyId', message: 'Invalid keyId alias/gone' },
      'aws',
    ],
  ])('one that %s does not hold up the others', async (_, kind, reason) => {
    await bench.round(many(12));
    await bench.others.ssm.putParameter({
      Name: '/papyrus/prd/V007',
      Value: 'x',
      Type: 'String',
      Overwrite: true,
    });
    bench.aws.fault({
      operation: 'GetParameters',
      times: Number.POSITIVE_INFINITY,
      kind,
      when: ({ Names }) => (Names as string[]).includes('/papyrus/prd/V003'),
    });
    const { outcomes, plan, writes } = await bench.round(many(12));
    const failed = outcomes.filter(({ result }) => result === 'failed');
    expect(failed.map(({ change }) => change.name)).toEqual(['/papyrus/prd/V003']);
    expect(failed[0]?.error).toMatchObject({ reason, resource: '/papyrus/prd/V003' });
    expect(plan.filter(({ action }) => action === 'update').map(({ name }) => name)).toEqual([
      '/papyrus/prd/V007',
    ]);
    expect(writes).toHaveLength(1);
  });

  test('what AWS throttles is written all the same, more slowly', async () => {
    // The first try of each: by turns of all calls, one parameter could lose every try of its own.
    const tried = new Set<unknown>();
    bench.aws.fault({
      operation: 'PutParameter',
      kind: 'throttle',
      times: Number.POSITIVE_INFINITY,
      when: ({ Name }) => tried.size < tried.add(Name).size,
    });
    const { outcomes, writes } = await bench.round(many(40));
    expect(outcomes.every(({ result }) => result === 'done')).toBe(true);
    expect(writes).toHaveLength(80);
    await bench.silent(many(40));
  });

  test('one whose tags may not be read does not hold up the others', async () => {
    await bench.round(many(2));
    for (const name of ['/papyrus/prd/THEIRS', '/papyrus/prd/FREE'])
      await bench.others.ssm.send(new PutParameterCommand({ Name: name, Value: 'one', Type: 'String' }));
    bench.aws.fault({
      operation: 'ListTagsForResource',
      kind: 'access-denied',
      when: ({ ResourceId }) => ResourceId === '/papyrus/prd/THEIRS',
    });
    const configured = [...many(2), desired({}, '/papyrus/prd/THEIRS'), desired({}, '/papyrus/prd/FREE')];
    const { outcomes } = await bench.round(configured);
    expect(outcomes.map(({ result }) => result)).toEqual(['unchanged', 'unchanged', 'failed', 'done']);
    expect(outcomes[2]?.error).toMatchObject({
      remedy: expect.stringContaining('ssm:ListTagsForResource'),
    });
  });
});

describe('types', () => {
  test.each([
    ['SecureString', 'String'],
    ['StringList', 'String'],
    ['StringList', 'SecureString'],
  ] as const)('%s to %s needs an opt-in, and everything else goes on', async (from, to) => {
    await put('one', from, { Overwrite: false, Tags: [{ Key: 'managed-by', Value: 'aws-bootstrap' }] });
    const asked = to === 'String' ? desired() : secure();
    const { plan, writes } = await bench.round(asked);
    expect(plan.map(({ action }) => action)).toEqual(['update', 'blocked']);
    expect(plan[1]?.blocked).toMatchObject({ consent: 'change-type', reason: expect.stringContaining(from) });
    expect(operations(writes).filter((operation) => operation === 'DeleteParameter')).toEqual([]);
    expect((await get())?.Type).toBe(from);
    expect(await tagsOf()).toEqual({ project: 'portfolio', 'managed-by': 'aws-bootstrap' });
  });

  test('with the opt-in it is deleted, 30 seconds pass, and tags of others return', async () => {
    await put('old', 'SecureString', { Overwrite: false, Tags: [{ Key: 'team', Value: 'platform' }] });
    await bench.round(secure({ value: new Secret('old') }));
    const { outcome, writes, slept, notices } = await bench.round(desired(), CHANGE_TYPE);
    expect(outcome.result).toBe('done');
    expect(operations(writes)).toEqual(['DeleteParameter', 'PutParameter']);
    expect(slept).toContain(30_000);
    expect(notices).toEqual([expect.stringContaining(NAME)]);
    expect(await get()).toMatchObject({ Type: 'String', Value: 'one', Version: 1 });
    expect(await tagsOf()).toEqual({
      team: 'platform',
      project: 'portfolio',
      'managed-by': 'aws-bootstrap:adopted',
    });
    await bench.silent(desired());
  });

  test('"stale tags" right after a deletion are waited out', async () => {
    await bench.round(secure());
    const stop = bench.fault({ operation: 'PutParameter', kind: 'conflict', times: 3 });
    const { outcome } = await bench.round(desired(), CHANGE_TYPE);
    stop();
    expect(outcome.result).toBe('done');
    await bench.silent(desired());
  });

  test.each(['DeleteParameter', 'PutParameter'])(
    '%s without an answer is no failure where it was applied',
    async (operation) => {
      await bench.round(secure());
      bench.aws.fault({ operation, kind: 'reset-after' });
      const { outcome } = await bench.round(desired(), CHANGE_TYPE);
      expect(outcome).toMatchObject({ result: 'done' });
      expect(await get()).toMatchObject({ Type: 'String', Value: 'one' });
      await bench.silent(desired());
    },
  );

  test('killed between deletion and creation: the next round creates it', async () => {
    await bench.round(secure());
    const stop = bench.fault({ operation: 'PutParameter', kind: 'access-denied' });
    expect((await bench.round(desired(), CHANGE_TYPE)).outcome.result).toBe('failed');
    stop();
    const { change } = await bench.round(desired());
    expect(change.action).toBe('create');
    expect(await get()).toMatchObject({ Type: 'String', Value: 'one' });
    await bench.silent(desired());
  });
});

describe('what others gave it', () => {
  const POLICY = {
    Type: 'Expiration',
    Version: '1.0',
    Attributes: { Timestamp: '2099-12-02T21:34:33.000Z' },
  };
  const EXTRAS = { Description: 'Of the billing team', AllowedPattern: '[a-z]+' };
  const theirs = (Type: ParameterType, more: object = {}) =>
    put('old', Type, { Overwrite: false, Tags: [{ Key: 'managed-by', Value: 'aws-bootstrap' }], ...more });
  const about = async () => {
    const ParameterFilters = [{ Key: 'Name', Option: 'Equals', Values: [NAME] }];
    const { Parameters = [] } = await bench.front.ssm.describeParameters({ ParameterFilters });
    return Parameters[0];
  };

  test('comes back with a change of type', async () => {
    await theirs('SecureString', { ...EXTRAS, Tier: 'Advanced', Policies: JSON.stringify([POLICY]) });
    const { outcome, writes } = await bench.round(desired(), CHANGE_TYPE);
    expect(outcome.result).toBe('done');
    // The value is written in place first, since AWS alone judges it by the pattern.
    expect(operations(writes)).toEqual(['PutParameter', 'DeleteParameter', 'PutParameter']);
    const state = await about();
    expect(state).toMatchObject({ ...EXTRAS, Type: 'String', Tier: 'Advanced' });
    expect(state?.Policies?.map(({ PolicyText = '' }) => JSON.parse(PolicyText))).toEqual([POLICY]);
    await bench.silent(desired());
  });

  test('and refuses the new value before any deletion', async () => {
    await theirs('SecureString', { AllowedPattern: '[a-z]+' });
    const { outcome, writes } = await bench.round(desired({ value: '123' }), CHANGE_TYPE);
    expect(outcome.result).toBe('failed');
    expect(operations(writes)).not.toContain('DeleteParameter');
    expect(await get()).toMatchObject({ Type: 'SecureString', Value: 'old' });
  });

  test('and the type stays where AWS does not return a policy', async () => {
    await theirs('SecureString', { Tier: 'Advanced', Policies: JSON.stringify([POLICY]) });
    const listed = await about();
    bench.aws.answer('DescribeParameters', () => ({
      Parameters: [{ Name: NAME, Type: 'SecureString', Tier: 'Advanced', ARN: listed?.ARN, Policies: [{}] }],
    }));
    const { outcome, writes } = await bench.round(desired(), CHANGE_TYPE);
    expect(outcome).toMatchObject({ result: 'failed', error: { reason: 'blocked' } });
    expect(operations(writes)).not.toContain('DeleteParameter');
    expect(await get()).toMatchObject({ Type: 'SecureString', Value: 'old' });
  });
});

describe('who else owns it', () => {
  const asked = ({ calls }: Pick<Round, 'calls'>) =>
    operations(calls).filter((operation) => operation === 'ListTagsForResource').length;

  test('is asked for what is about to change, by one call each, and for nothing else', async () => {
    const first = await bench.round(many(12));
    expect(asked(first)).toBe(0);
    expect(asked({ calls: await bench.silent(many(12)) })).toBe(0);
    const value = (name: string) => (/V00[0-2]$/.test(name) ? 'two' : 'one');
    const second = await bench.round(many(12, (name) => desired({ value: value(name) }, name)));
    expect(second.outcomes.filter(({ result }) => result === 'done')).toHaveLength(3);
    expect(asked(second)).toBe(3);
  });

  test('and where that may not be read, nothing is written', async () => {
    await bench.round([desired(), desired({}, `${NAME}2`)]);
    bench.aws.fault({
      operation: 'ListTagsForResource',
      times: 9,
      kind: 'access-denied',
      when: ({ ResourceId }) => ResourceId === NAME,
    });
    const { outcomes } = await bench.round([
      desired({ value: 'two' }),
      desired({ value: 'two' }, `${NAME}2`),
    ]);
    expect(outcomes.map(({ result }) => result)).toEqual(['failed', 'done']);
    expect((await get())?.Value).toBe('one');
  });
});

describe('versions', () => {
  test('reports another writer between read and write', async () => {
    await bench.round(desired());
    const stop = bench.aws.onCall(async ({ operation }, moment) => {
      if (operation !== 'PutParameter' || moment !== 'before') return;
      stop();
      await put('theirs');
    });
    const { notices, outcome } = await bench.round(desired({ value: 'two' }));
    expect(outcome.result).toBe('done');
    expect(notices).toEqual([expect.stringContaining(NAME)]);
    expect(await get()).toMatchObject({ Value: 'two', Version: 3 });
    expect(outcome.after?.metadata.version).toBe('3');
  });

  /** Reads of these parameters answer, that many times, what exists now. */
  async function holdBack(names: readonly string[], times: number) {
    const old = await bench.others.ssm.getParameters({ Names: [...names] });
    const left = new Map(names.map((name) => [name, times]));
    let isWritten = false;
    bench.aws.onCall(({ operation }) => {
      if (operation === 'PutParameter') isWritten = true;
    });
    const read = async (Names: string[]) => {
      const now = await bench.others.ssm.getParameters({ Names });
      return now.Parameters?.map((parameter) => {
        const count = left.get(parameter.Name ?? '') ?? 0;
        left.set(parameter.Name ?? '', count - 1);
        const before = old.Parameters?.find(({ Name }) => Name === parameter.Name);
        return { ...((count > 0 && before) || parameter), LastModifiedDate: 0 };
      });
    };
    bench.aws.answer('GetParameters', async (input) =>
      isWritten ? { Parameters: await read(input['Names'] as string[]) } : undefined,
    );
    bench.aws.answer('DescribeParameters', async (input) => {
      if (!isWritten) return undefined;
      const parameters = (await read(namesIn(input))) ?? [];
      return { Parameters: parameters.map(({ Value: _, ...metadata }) => metadata) };
    });
  }
  const namesIn = (input: Record<string, unknown>) => {
    const filters = input['ParameterFilters'] as Array<{ Key: string; Values: string[] }> | undefined;
    return (
      (input['Names'] as string[] | undefined) ?? filters?.find(({ Key }) => Key === 'Name')?.Values ?? []
    );
  };
  const readsAfter = (calls: Round['calls']) =>
    calls
      .slice(calls.findLastIndex(({ operation }) => operation === 'PutParameter') + 1)
      .map(({ input }) => namesIn(input).length);

  test.each([
    ['once', 1, [3, 1]],
    ['at every round', 99, [3, 1, 1, 1, 1]],
  ])(
    'a previous value, read back %s, is no other writer; only what is missing is read again',
    async (_, times, reads) => {
      const [first, , last] = many(3).map(({ spec }) => spec.name) as [string, string, string];
      const two = many(3, (name) => desired({ value: 'two' }, name));
      await bench.round(many(3));
      await holdBack([last], times);
      const { notices, outcomes, calls } = await bench.round(two);
      expect(notices).toEqual([]);
      expect(outcomes.map(({ result, after: state }) => [result, state?.metadata.version])).toEqual(
        outcomes.map(() => ['done', '2']),
      );
      expect(outcomes.every(({ after: state }) => state?.metadata.arn?.endsWith(state.name) === true)).toBe(
        true,
      );
      expect((await get(first))?.Version).toBe(2);
      expect(readsAfter(calls)).toEqual(reads);
    },
  );

  test('a repetition of its own is no other writer', async () => {
    await bench.round(desired());
    bench.aws.fault({ operation: 'PutParameter', kind: 'reset-after' });
    const { notices, outcome } = await bench.round(desired({ value: 'two' }));
    expect(notices).toEqual([]);
    expect(await get()).toMatchObject({ Value: 'two', Version: 3 });
    expect(outcome.after?.metadata.version).toBe('3');
  });

  test('names the remedy for a label on the oldest of 100 versions', async () => {
    await bench.round(desired());
    bench.aws.fault({
      operation: 'PutParameter',
      kind: { status: 400, code: 'ParameterMaxVersionLimitExceeded', message: 'You attempted to create…' },
    });
    const { outcome } = await bench.round(desired({ value: 'two' }));
    expect(outcome.error).toMatchObject({ reason: 'quota', remedy: expect.stringContaining('label') });
  });

  test('reports another writer right after its own write', async () => {
    const stop = bench.aws.onCall(async ({ operation }, moment) => {
      if (operation !== 'PutParameter' || moment !== 'after') return;
      stop();
      await put('theirs');
    });
    const { notices, outcome } = await bench.round(desired());
    expect(notices).toEqual([expect.stringContaining(NAME)]);
    expect(outcome.after?.metadata.version).toBe('2');
  });
});

describe('tiers, tags, values', () => {
  test('an existing tier is kept, and never lowered', async () => {
    await bench.round(desired({ tier: 'Advanced' }));
    await bench.silent(desired());
    await bench.silent(desired({ tier: 'Intelligent-Tiering' }));
    await bench.round(desired({ value: 'two' }));
    expect((await bench.front.ssm.getParameter({ Name: NAME })).Parameter?.Value).toBe('two');
    const { plan, writes } = await bench.round(desired({ value: 'two', tier: 'Standard' }));
    expect(plan).toMatchObject([
      { action: 'blocked', blocked: { reason: expect.stringContaining('lowers') } },
    ]);
    expect(writes).toEqual([]);
  });

  test('a tag with an empty value is written, corrected, and then no difference', async () => {
    const tags = new Map([
      ['project', 'portfolio'],
      ['note', ''],
    ]);
    const asked = [desired({ 'tag:note': '' }), secure({ 'tag:note': '' }, '/papyrus/prd/Y')];
    const { outcomes } = await bench.round(asked, { tags });
    expect(outcomes.map(({ result }) => result)).toEqual(['done', 'done']);
    expect(await tagsOf()).toEqual({ project: 'portfolio', note: '', 'managed-by': 'aws-bootstrap' });
    await bench.silent(asked, { tags });
    await bench.others.ssm.addTagsToResource({
      ResourceType: 'Parameter',
      ResourceId: NAME,
      Tags: [{ Key: 'note', Value: 'x' }],
    });
    const { plan } = await bench.round(asked, { tags });
    expect(plan.map(fieldsOf)).toEqual([['tag:note'], []]);
    await bench.silent(asked, { tags });
  });

  test('what is read is hidden first, unless it is a String that may be shown', async () => {
    const names = ['/papyrus/prd/PLAIN', '/papyrus/prd/QUIET', '/papyrus/prd/SECURE'];
    const configured = [
      desired({}, names[0]),
      desired({ value: new Secret('one') }, names[1]),
      secure({}, names[2]),
    ];
    const isShown = (name: string) => name !== names[1];
    await bench.round(configured, { isShown });
    const { plan, masked } = await bench.round(configured, { isShown });
    expect([...masked.keys()].sort()).toEqual([names[1], names[2]]);
    expect([...masked.values()].every((value) => value.equals('one'))).toBe(true);
    expect(plan.map(({ observed }) => observed && fieldOf(observed, 'value') instanceof Secret)).toEqual([
      true,
      true,
      true,
    ]);
  });
});

test('the listing of one that was deleted before is no other writer', async () => {
  bench.aws.answer('DescribeParameters', (input) =>
    JSON.stringify(input).includes('"tag:')
      ? undefined
      : {
          Parameters: [
            { Name: NAME, ARN: `arn:aws:ssm:us-west-2:123456789012:parameter${NAME}`, Version: 7 },
          ],
        },
  );
  const { notices, outcome } = await bench.round(desired());
  expect(notices).toEqual([]);
  expect(outcome).toMatchObject({ result: 'done', after: { metadata: { version: '1' } } });
});
