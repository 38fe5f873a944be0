import type { EncryptionType } from '@aws-sdk/client-ecr';
import { describe, expect, test } from 'vitest';
import { canonicalJson } from '../../src/settings/canonical-lifecycle.ts';
import { readLifecycle } from '../../src/settings/lifecycle.ts';
import { benchForFile } from '../servers/for-file.ts';
import { fieldsOf, operations } from './bench.ts';
import { dropLifecycle, lifecycleOf, repository } from './subjects.ts';

const bench = await benchForFile();

const NAME = repository.name;
const { desired } = repository;
const read = () => repository.read(bench.others);
const LOOSEN = { allow: new Set(['loosen'] as const) };

describe('lifecycle policy', () => {
  const keep = (count: number) => desired({ lifecycle: canonicalJson(lifecycleOf(count)) });
  const put = (lifecyclePolicyText: string) =>
    bench.others.ecr.putLifecyclePolicy({ repositoryName: NAME, lifecyclePolicyText });

  test('it is put with the creation, and compared parsed', async () => {
    const { writes } = await bench.round(keep(10));
    expect(operations(writes)).toEqual(['CreateRepository', 'PutLifecyclePolicy']);
    const [rule] = lifecycleOf(10).rules;
    const { action, selection, description, rulePriority } = rule ?? {};
    await put(JSON.stringify({ rules: [{ action, selection, description, rulePriority }] }, null, 2));
    await bench.silent(keep(10));
  });

  test('rules that are not in the order of their priorities are no drift', async () => {
    const [rule] = lifecycleOf(10).rules;
    const dev = { ...rule?.selection, tagStatus: 'tagged', tagPrefixList: ['rc-', 'dev-'], countNumber: 3 };
    const text = JSON.stringify({
      rules: [
        { ...rule, rulePriority: 9 },
        { ...rule, selection: dev },
      ],
    });
    const asked = desired({ lifecycle: readLifecycle('policy.json', () => text) });
    await bench.round(asked);
    await bench.silent(asked);
    // Nor is what another writer put in another order.
    const spelt = { ...dev, tagPrefixList: ['dev-', 'rc-'], tagPatternList: [] };
    await put(
      JSON.stringify({
        rules: [
          { ...rule, rulePriority: 9 },
          { ...rule, selection: spelt },
        ],
      }),
    );
    await bench.silent(asked);
    await put(JSON.stringify({ rules: [rule, { ...rule, rulePriority: 9, selection: dev }] }));
    expect(fieldsOf((await bench.round(asked)).change)).toEqual(['lifecycle']);
  });

  test('rules that archive are put as they are, and the second run is silent', async () => {
    const selection = { tagStatus: 'any', countType: 'sinceImagePulled', countUnit: 'days', countNumber: 90 };
    const archive = {
      rulePriority: 1,
      description: 'rarely pulled',
      selection,
      action: { type: 'transition' },
    };
    const expire = {
      rulePriority: 2,
      selection: { ...selection, countType: 'sinceImageTransitioned', storageClass: 'archive' },
      action: { type: 'expire' },
    };
    const text = JSON.stringify({ rules: [archive, expire] });
    const asked = desired({ lifecycle: readLifecycle('policy.json', () => text) });
    const { writes } = await bench.round(asked);
    const sent = JSON.parse(String(writes.at(-1)?.input['lifecyclePolicyText']));
    expect(sent.rules).toMatchObject([
      { action: { type: 'transition', targetStorageClass: 'archive' } },
      { selection: { storageClass: 'archive' } },
    ]);
    await bench.silent(asked);
  });

  test.each([
    ['changed', () => put(JSON.stringify(lifecycleOf(3)))],
    ['taken away', () => dropLifecycle(bench.others)],
  ])('%s by another writer is corrected', async (_, act) => {
    await bench.round(keep(10));
    await act();
    const { change } = await bench.round(keep(10));
    expect(fieldsOf(change)).toEqual(['lifecycle']);
    expect((await read())?.['lifecycle']).toEqual(lifecycleOf(10));
    await bench.silent(keep(10));
  });
});

describe('mutability', () => {
  const excluding = (mutability: string, exclusions: string) => desired({ mutability, exclusions });

  test('exclusions are compared without their order', async () => {
    await bench.round(excluding('IMMUTABLE_WITH_EXCLUSION', 'dev-*,latest'));
    await bench.others.ecr.putImageTagMutability({
      repositoryName: NAME,
      imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
      imageTagMutabilityExclusionFilters: [
        { filterType: 'WILDCARD', filter: 'latest' },
        { filterType: 'WILDCARD', filter: 'dev-*' },
      ],
    });
    await bench.silent(excluding('IMMUTABLE_WITH_EXCLUSION', 'dev-*,latest'));
    const { change } = await bench.round(excluding('IMMUTABLE_WITH_EXCLUSION', 'dev-*'));
    expect(fieldsOf(change)).toEqual(['exclusions']);
    expect((await read())?.['exclusions']).toEqual(['dev-*']);
    await bench.silent(excluding('IMMUTABLE_WITH_EXCLUSION', 'dev-*'));
  });

  test.each([
    ['MUTABLE', { mutability: 'MUTABLE' }],
    ['MUTABLE_WITH_EXCLUSION', { mutability: 'MUTABLE_WITH_EXCLUSION', exclusions: 'v*' }],
    ['IMMUTABLE_WITH_EXCLUSION', { mutability: 'IMMUTABLE_WITH_EXCLUSION', exclusions: 'latest' }],
  ])('what was adopted as IMMUTABLE becomes %s only with an opt-in', async (mutability, fields) => {
    await repository.foreign(bench.others, {});
    const { plan, writes } = await bench.round(desired(fields));
    expect(plan.map(({ action }) => action)).toEqual(['update', 'blocked']);
    expect(plan[1]?.blocked).toMatchObject({ consent: 'loosen' });
    expect(operations(writes)).toEqual(['TagResource']);
    expect((await read())?.['mutability']).toBe('IMMUTABLE');
    // Blocked as long as it is configured, and nothing is written for it meanwhile.
    const again = await bench.round(desired(fields));
    expect(again.plan.map(({ action }) => action)).toEqual(['blocked']);
    expect(again.writes).toEqual([]);

    const allowed = await bench.round(desired(fields), LOOSEN);
    expect(operations(allowed.writes)).toEqual(['PutImageTagMutability']);
    expect((await read())?.['mutability']).toBe(mutability);
    await bench.silent(desired(fields));
  });
});

describe('encryption is fixed at the creation', () => {
  const made = (encryptionType: EncryptionType, kmsKey?: string) =>
    bench.others.ecr.createRepository({
      repositoryName: NAME,
      encryptionConfiguration: { encryptionType, kmsKey },
      imageScanningConfiguration: { scanOnPush: true },
      tags: [
        { Key: 'managed-by', Value: 'aws-bootstrap' },
        { Key: 'project', Value: 'portfolio' },
      ],
    });
  const keyed = () => desired({ encryption: 'KMS', 'key-id': 'alias/ours' });

  test.each([
    ['AES256', undefined],
    ['KMS_DSSE', 'alias/theirs'],
  ] as const)('kms-key-id is for a new repository: %s is kept, with one note', async (type, key) => {
    await made(type, key);
    const { change, writes } = await bench.round(keyed());
    expect(change).toMatchObject({ action: 'none', notes: [expect.stringContaining(type)] });
    expect(writes).toEqual([]);
  });

  test.each([
    ['another key', keyed, 'key-id'],
    ['no key', () => desired(), 'encryption'],
  ])(
    'a key where the settings want %s is blocked, and the remedy of the message works',
    async (_, asked, field) => {
      await made('KMS', 'alias/theirs');
      const { change } = await bench.round(asked());
      expect(change).toMatchObject({
        action: 'blocked',
        blocked: { reason: expect.stringContaining('ignore: repository:encryption') },
      });
      expect(fieldsOf(change)).toEqual([field]);
      const ignoring = await bench.round(asked(), {
        ignore: [{ resource: 'repository', name: () => true, field: (one) => one === 'encryption' }],
      });
      expect(ignoring.change.action).toBe('none');
    },
  );

  test('a key is given at the creation, by any spelling', async () => {
    const id = '1234abcd-12ab-34cd-56ef-1234567890ab';
    const by = (key: string) => desired({ encryption: 'KMS', 'key-id': key });
    await bench.round(by(id));
    expect((await read())?.['encryption']).toBe('KMS');
    await bench.silent(by(id));
    await bench.silent(by(`arn:aws:kms:us-west-2:123456789012:key/${id}`));
    const { change } = await bench.round(by('alias/ours'));
    expect(change).toMatchObject({ action: 'none', notes: [expect.stringContaining('key-id')] });
    const other = await bench.round(by('9876abcd-12ab-34cd-56ef-1234567890ab'));
    expect(other.change.action).toBe('blocked');
    expect(other.writes).toEqual([]);
  });
});
