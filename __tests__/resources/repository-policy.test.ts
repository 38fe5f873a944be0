import { describe, expect, test } from 'vitest';
import { accountsIn, mergePolicy } from '../../src/providers/repository-policy.ts';
import { benchForFile } from '../servers/for-file.ts';
import { fieldsOf, operations } from './bench.ts';
import { pulled, repository } from './subjects.ts';

const bench = await benchForFile();

const NAME = repository.name;
const ONE = '111122223333';
const TWO = '444455556666';
const TAG = 'aws-bootstrap:pull-accounts';
const desired = (accounts?: string) => repository.desired(pulled(accounts));

/** With other white space than the action writes. */
const THEIRS =
  '{ "Sid":"ci" , "Effect":"Allow","Principal":{"AWS":"arn:aws:iam::999988887777:root"},"Action":"ecr:BatchGetImage","Condition":{"StringEquals":{"aws:PrincipalOrgID" : "o-1234567890"}} }';
const policyOf = async () => {
  try {
    return (await bench.others.ecr.getRepositoryPolicy({ repositoryName: NAME })).policyText;
  } catch {
    return undefined;
  }
};
const put = (policyText: string) =>
  bench.others.ecr.setRepositoryPolicy({ repositoryName: NAME, policyText });
const statements = async (): Promise<Array<{ Sid: string; Principal: { AWS: unknown } }>> =>
  JSON.parse((await policyOf()) ?? '{"Statement":[]}').Statement;

test('a new repository gets the tag with its creation, and the statement after it', async () => {
  const { writes, outcome } = await bench.round(desired(`${ONE},${TWO}`));
  expect(outcome.result).toBe('done');
  expect(operations(writes)).toEqual(['CreateRepository', 'SetRepositoryPolicy']);
  expect((await repository.read(bench.others))?.tags).toMatchObject({ [TAG]: 'granted' });
  expect((await statements()).map(({ Sid }) => Sid)).toEqual(['aws-bootstrap']);
  await bench.silent(desired(`${ONE},${TWO}`));
});

test('other statements are kept as they are written, whatever happens to ours', async () => {
  await bench.round(desired());
  await put(`{"Version":"2008-10-17","Id":"theirs","Statement":[${THEIRS}]}`);
  const stop = bench.aws.onCall(async (call, moment) => {
    if (call.operation !== 'SetRepositoryPolicy' || moment !== 'before') return;
    sent.push(String(call.input['policyText']));
  });
  const sent: string[] = [];
  await bench.round(desired(ONE));
  await bench.round(desired(`${ONE},${TWO}`));
  stop();
  expect(sent).toHaveLength(2);
  expect(sent[0]).toContain(THEIRS);
  expect(JSON.parse(sent[1] ?? '')).toMatchObject({ Version: '2008-10-17', Id: 'theirs' });
  expect((await statements()).map(({ Sid }) => Sid)).toEqual(['ci', 'aws-bootstrap']);
  await bench.silent(desired(`${ONE},${TWO}`));
});

test('no longer given, it is taken out, and others stay', async () => {
  await bench.round(desired());
  await put(`{"Version":"2012-10-17","Statement":${THEIRS}}`);
  await bench.round(desired(ONE));
  const { change, writes } = await bench.round(desired());
  expect(fieldsOf(change)).toEqual(['pull-accounts', `tag:${TAG}`]);
  expect(operations(writes)).toEqual(['SetRepositoryPolicy', 'UntagResource']);
  expect((await statements()).map(({ Sid }) => Sid)).toEqual(['ci']);
  await bench.silent(desired());
});

test('a policy that held nothing else is deleted', async () => {
  await bench.round(desired(ONE));
  const { writes } = await bench.round(desired());
  expect(operations(writes)).toEqual(['DeleteRepositoryPolicy', 'UntagResource']);
  expect(await policyOf()).toBeUndefined();
  await bench.silent(desired());
});

describe('drift', () => {
  const own = (more: object) =>
    put(
      JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ ...JSON.parse(mergePolicy(undefined, ONE) ?? '').Statement[0], ...more }],
      }),
    );
  test.each([
    ['deleted', () => bench.others.ecr.deleteRepositoryPolicy({ repositoryName: NAME })],
    ['another account', () => own({ Principal: { AWS: TWO } })],
    ['everybody', () => own({ Principal: '*' })],
    ['an action more', () => own({ Action: ['ecr:*'] })],
    ['a condition', () => own({ Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-1234567890' } } })],
    ['turned around', () => own({ Effect: 'Deny' })],
  ])('%s: reported and restored', async (_, act) => {
    await bench.round(desired(ONE));
    await act();
    const { change } = await bench.round(desired(ONE));
    expect(fieldsOf(change)).toEqual(['pull-accounts']);
    expect(accountsIn(await policyOf())).toBe(ONE);
    await bench.silent(desired(ONE));
  });
});

test('a policy that ECR refuses names the accounts', async () => {
  await bench.round(desired());
  bench.fault({
    operation: 'SetRepositoryPolicy',
    kind: { status: 400, code: 'InvalidParameterException', message: 'Invalid repository policy provided' },
  });
  const { outcome } = await bench.round(desired(ONE));
  expect(outcome).toMatchObject({
    result: 'failed',
    error: { reason: 'aws', message: expect.stringContaining('pull-accounts') },
  });
});

test('a role that may not read the policy hears which action it lacks', async () => {
  await bench.round(desired(ONE));
  bench.fault({ operation: 'GetRepositoryPolicy', kind: 'access-denied' });
  const { outcome } = await bench.round(desired(ONE));
  expect(outcome).toMatchObject({
    result: 'failed',
    error: { reason: 'access-denied', remedy: expect.stringContaining('ecr:GetRepositoryPolicy') },
  });
});

describe('policies are compared by their meaning', () => {
  const ACTIONS = ['ecr:GetDownloadUrlForLayer', 'ecr:batchgetimage', 'ecr:BatchCheckLayerAvailability'];
  const policy = (principals: unknown, more: object = {}) =>
    JSON.stringify({
      Statement: {
        Action: ACTIONS,
        Principal: { AWS: principals },
        Effect: 'Allow',
        Sid: 'aws-bootstrap',
        ...more,
      },
    });
  test.each([
    ['an id', ONE, ONE],
    ['a root ARN', `arn:aws:iam::${ONE}:root`, ONE],
    ['of China', [`arn:aws-cn:iam::${TWO}:root`, ONE], `${ONE},${TWO}`],
    ['twice', [ONE, `arn:aws:iam::${ONE}:root`], ONE],
    ['a role', [`arn:aws:iam::${ONE}:role/x`], 'an edited statement'],
    ['an account that no longer exists', ['AIDACKCEVSQ6C2EXAMPLE'], 'an edited statement'],
  ])('%s', (_, principals, expected) => {
    expect(accountsIn(policy(principals))).toBe(expected);
  });

  test('of no policy, and of one without our statement', () => {
    expect(accountsIn(undefined)).toBeUndefined();
    expect(accountsIn('{"Version":"2012-10-17"}')).toBeUndefined();
    expect(accountsIn(policy(ONE, { Sid: 'other' }))).toBeUndefined();
    expect(accountsIn(`{"Statement":[${THEIRS}, ${THEIRS}]}`)).toBeUndefined();
  });

  test('two statements of our name are an edit, and become one', () => {
    const own = JSON.stringify(JSON.parse(policy(ONE)).Statement);
    const twice = `{"Statement":[${own},${THEIRS},${own}]}`;
    expect(accountsIn(twice)).toBe('an edited statement');
    expect(accountsIn(mergePolicy(twice, ONE))).toBe(ONE);
    expect(JSON.parse(mergePolicy(twice, ONE) ?? '').Statement).toHaveLength(2);
  });
});
