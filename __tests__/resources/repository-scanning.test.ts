import { ECR, type RegistryScanningRule, type ScanType } from '@aws-sdk/client-ecr';
import { describe, expect, test } from 'vitest';
import { coveringRule, Scanning } from '../../src/providers/repository-scanning.ts';
import { benchForFile } from '../servers/for-file.ts';
import { fieldsOf, operations } from './bench.ts';
import { repository } from './subjects.ts';

const bench = await benchForFile();

const NAME = repository.name;
const given = (value: 'true' | 'false') => repository.desired({ 'scan-on-push': value });

async function scans(): Promise<boolean | undefined> {
  const { repositories } = await bench.others.ecr.describeRepositories({ repositoryNames: [NAME] });
  return repositories?.[0]?.imageScanningConfiguration?.scanOnPush;
}
const turn = (scanOnPush: boolean) =>
  bench.others.ecr.putImageScanningConfiguration({
    repositoryName: NAME,
    imageScanningConfiguration: { scanOnPush },
  });
const rule = (
  scanFrequency: RegistryScanningRule['scanFrequency'],
  filter: string,
): RegistryScanningRule => ({ scanFrequency, repositoryFilters: [{ filter, filterType: 'WILDCARD' }] });
const registry = (scanType: ScanType, ...rules: RegistryScanningRule[]) =>
  bench.others.ecr.putRegistryScanningConfiguration({ scanType, rules });

const READS = ['DescribeRepositories', 'ListTagsForResource'];

test('the registry is asked only where the setting differs', async () => {
  await bench.round(repository.desired());
  expect(operations(await bench.silent(repository.desired())).sort()).toEqual(READS);
  await turn(false);
  const { calls } = await bench.round(repository.desired());
  expect(operations(calls).sort()).toEqual([
    'DescribeRepositories',
    'GetRegistryScanningConfiguration',
    'ListTagsForResource',
    'PutImageScanningConfiguration',
  ]);
});

describe.each([
  ['ENHANCED', 'CONTINUOUS_SCAN'],
  ['BASIC', 'SCAN_ON_PUSH'],
] as const)('%s rules of the registry', (type, frequency) => {
  test.each([
    ['the default', () => repository.desired()],
    ['the given value', () => given('true')],
  ])('they decide over %s: nothing is written, and the plan says so', async (_, desired) => {
    await bench.round(repository.desired());
    await turn(false);
    await registry(type, rule(frequency, 'pap*'));
    for (let run = 0; run < 2; run++) {
      const { change, writes } = await bench.round(desired());
      expect(change).toMatchObject({ action: 'none', notes: [expect.stringContaining('scan-on-push')] });
      expect(writes).toEqual([]);
    }
  });

  test('rules for other repositories decide nothing', async () => {
    await bench.round(repository.desired());
    await turn(false);
    await registry(type, rule(frequency, 'other*'));
    expect(fieldsOf((await bench.round(repository.desired())).change)).toEqual(['scan-on-push']);
    await bench.silent(repository.desired());
  });
});

describe('a registry that may not be read', () => {
  const deny = () =>
    bench.fault({
      operation: 'GetRegistryScanningConfiguration',
      times: Number.POSITIVE_INFINITY,
      kind: 'access-denied',
    });

  test('the default is left alone, and the note names the action', async () => {
    await bench.round(repository.desired());
    await turn(false);
    deny();
    const { change, writes } = await bench.round(repository.desired());
    expect(change).toMatchObject({
      action: 'none',
      notes: [expect.stringContaining('ecr:GetRegistryScanningConfiguration')],
    });
    expect(writes).toEqual([]);
  });

  test('a given value is written', async () => {
    await bench.round(repository.desired());
    await turn(false);
    deny();
    const { outcome } = await bench.round(given('true'));
    expect(outcome.result).toBe('done');
    expect(await scans()).toBe(true);
    await bench.silent(given('true'));
  });

  test('where ECR does not have the call, nothing overrules the default', async () => {
    await bench.round(repository.desired());
    await turn(false);
    bench.fault({
      operation: 'GetRegistryScanningConfiguration',
      kind: { status: 400, code: 'ValidationException', message: 'This feature is disabled' },
    });
    await bench.round(repository.desired());
    expect(await scans()).toBe(true);
  });
});

test('a write that ECR answers with another value is reported', async () => {
  const notices: string[] = [];
  const answer = { imageScanningConfiguration: { scanOnPush: false } };
  const scanning = new Scanning(new ECR({ region: 'us-west-2' }), async () => answer as never, {
    notice: (text) => void notices.push(text),
  });
  await scanning.scanOnPush(NAME, true);
  expect(notices).toEqual([expect.stringContaining('ignore: repository:scan-on-push')]);
  await scanning.scanOnPush(NAME, false);
  expect(notices).toHaveLength(1);
});

test.each([
  ['papyrus', 'papyrus', true],
  ['team/papyrus-web', 'papyrus', true],
  ['papyrus', 'papyrus-web', false],
  ['papyrus', '*', true],
  ['papyrus', 'pap*', true],
  ['papyrus', '*rus', true],
  ['papyrus', 'p*y*s', true],
  ['papyrus', '*yr', false],
  ['papyrus', 'yr*', false],
  ['aba', 'ab*ba', false],
  ['team/papyrus', 'team/*', true],
])('the name %s, the filter %s: %s', (name, filter, isCovered) => {
  const rules = [rule('SCAN_ON_PUSH', filter)];
  expect(coveringRule({ scanType: 'BASIC', rules }, name) !== undefined).toBe(isCovered);
  expect(coveringRule({ scanType: 'BASIC', rules: [rule('MANUAL', filter)] }, name)).toBeUndefined();
});
