/** What IAM and KMS answer to the reading calls of doctor, in process. */
import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from 'vitest';
import type { Connection } from '../../src/clients/aws.ts';
import { Calls } from '../../src/clients/aws-calls.ts';
import { systemClock } from '../../src/clients/clock.ts';
import { Iam, Kms } from '../../src/clients/iam.ts';
import { Secret } from '../../src/secret.ts';
import { type AwsServer, startAws } from '../servers/aws.ts';
import { Refusal } from '../servers/protocol.ts';

const ROLE = 'arn:aws:iam::123456789012:role/papyrus-deploy';
let aws: AwsServer;
let iam: Iam;
let kms: Kms;
const before = process.env['AWS_ENDPOINT_URL'];
beforeAll(async () => {
  aws = await startAws();
  process.env['AWS_ENDPOINT_URL'] = aws.url;
  const connection: Connection = {
    keys: { accessKeyId: 'test', secretAccessKey: new Secret('test'), sessionToken: undefined },
    region: 'us-west-2',
    readOnly: true,
    userAgent: 'test',
    clock: systemClock,
    agent: undefined,
  };
  const calls = new Calls(systemClock);
  iam = new Iam(connection, calls);
  kms = new Kms(connection, calls);
});
afterAll(async () => {
  if (before === undefined) delete process.env['AWS_ENDPOINT_URL'];
  else process.env['AWS_ENDPOINT_URL'] = before;
  await aws?.close();
});
beforeEach(() => aws.reset());

const refuse = (operation: string, code: string) =>
  aws.answer(operation, () => {
    throw new Refusal(code, 'no', 404);
  });

describe('a role', () => {
  test.each(['NoSuchEntity', 'NoSuchEntityException'])('does not exist where IAM says %s', async (code) => {
    refuse('GetRole', code);
    expect(await iam.role('papyrus-deploy')).toBeUndefined();
  });

  it('does not exist where IAM answers without one', async () => {
    aws.answer('GetRole', () => ({}));
    expect(await iam.role('papyrus-deploy')).toBeUndefined();
  });

  it('cannot be read where IAM refuses for another reason', async () => {
    refuse('GetRole', 'AccessDenied');
    await expect(iam.role('papyrus-deploy')).rejects.toMatchObject({ reason: 'access-denied' });
  });

  test.each([
    ['encoded', encodeURIComponent('{"Statement":[]}'), '{"Statement":[]}'],
    ['plain', '{"Statement":[]}', '{"Statement":[]}'],
    ['missing', undefined, ''],
  ])('has its trust policy as JSON: %s', async (_, AssumeRolePolicyDocument, trust) => {
    aws.answer('GetRole', () => ({ Role: { Path: '/', AssumeRolePolicyDocument } }));
    expect(await iam.role('papyrus-deploy')).toEqual({ name: 'papyrus-deploy', arn: '', trust });
  });
});

describe('a simulation', () => {
  const ask = (context: Record<string, string[]> = {}) =>
    iam.simulate({ principal: ROLE, actions: ['kms:Decrypt'], resources: ['*'], context });

  it('is read to its last page', async () => {
    aws.answer('SimulatePrincipalPolicy', ({ Marker }) => ({
      EvaluationResults: [
        { EvalActionName: Marker === 'm-1' ? 'b' : 'a', EvalResourceName: '*', EvalDecision: 'allowed' },
      ],
      IsTruncated: Marker === undefined,
      Marker: Marker === undefined ? 'm-1' : undefined,
    }));
    expect((await ask()).map(({ action }) => action)).toEqual(['a', 'b']);
  });

  it('tells lists of a condition key from single values', async () => {
    aws.answer('SimulatePrincipalPolicy', () => ({ IsTruncated: false }));
    expect(await ask({ one: ['a'], two: ['a', 'b'] })).toEqual([]);
    expect(aws.calls.at(-1)?.input).toMatchObject({
      'ContextEntries.member.1.ContextKeyType': 'string',
      'ContextEntries.member.2.ContextKeyType': 'stringList',
    });
  });

  test.each([
    ['organization', { OrganizationsDecisionDetail: { AllowedByOrganizations: false } }],
    ['boundary', { PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: false } }],
    ['policy', {}],
  ])('names what decides: %s', async (by, detail) => {
    aws.answer('SimulatePrincipalPolicy', () => ({
      EvaluationResults: [{ EvalActionName: 'kms:Decrypt', EvalDecision: 'implicitDeny', ...detail }],
      IsTruncated: false,
    }));
    expect(await ask()).toEqual([{ action: 'kms:Decrypt', resource: '*', decision: 'implicitDeny', by }]);
  });
});

describe('a key', () => {
  it('does not exist where KMS says so, or answers without one', async () => {
    refuse('TrentService.DescribeKey', 'NotFoundException');
    expect(await kms.key('alias/papyrus')).toBeUndefined();
    aws.answer('TrentService.DescribeKey', () => ({}));
    expect(await kms.key('alias/papyrus')).toBeUndefined();
  });

  it('cannot be read where KMS refuses for another reason', async () => {
    refuse('TrentService.DescribeKey', 'AccessDeniedException');
    await expect(kms.key('alias/papyrus')).rejects.toMatchObject({ reason: 'access-denied' });
  });
});
