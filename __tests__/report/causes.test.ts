/** Failures by cause: what has one cause is one block, with the statements that correct all of it. */
import { describe, expect, it } from 'vitest';
import { AwsError } from '../../src/clients/errors.ts';
import type { Given } from '../asking.ts';
import { sdkError } from '../clients/clock.ts';
import { runOf } from './runs.ts';

const P = '/papyrus/prd';
const ARN = 'arn:aws:ssm:us-west-2:123456789012';

/** As AWS says it, with the resource where the service names one. */
function denied(operation: string, resource: string, arn?: string, action = operation): AwsError {
  const on = arn === undefined ? '' : ` on resource: ${arn}`;
  const message = `User: x is not authorized to perform: ${action}${on} because no identity-based policy allows the ${action} action`;
  return new AwsError(sdkError('AccessDeniedException', 400, { message }), operation, resource, true);
}

const causesOf = (given: Given, broken: Readonly<Record<string, unknown>>) => runOf(given, {}, broken).causes;
const given = (inputs: Given['inputs'] = {}): Given => ({
  inputs: { dotenv: 'A_PORT=1\nB_PORT=2\nDB_PASSWORD=x', ...inputs },
});

describe('access denied', () => {
  it('is one cause for all resources, with one statement as narrow as the prefix', () => {
    const broken = Object.fromEntries(
      ['A_PORT', 'B_PORT'].map((name) => [
        `${P}/${name}`,
        denied('ssm:PutParameter', `${P}/${name}`, `${ARN}:parameter${P}/${name}`),
      ]),
    );
    const causes = causesOf(given(), broken);
    expect(causes).toHaveLength(1);
    expect(causes[0]?.resources.map(({ name }) => name)).toEqual([`${P}/A_PORT`, `${P}/B_PORT`]);
    expect(causes[0]?.statements).toEqual([
      {
        Effect: 'Allow',
        Action: ['ssm:AddTagsToResource', 'ssm:PutParameter'],
        Resource: `${ARN}:parameter${P}/*`,
      },
    ]);
  });

  it('has one statement for each service, and every action that a creation makes', () => {
    const [cause, ...others] = causesOf(given(), {
      [`${P}/A_PORT`]: denied('ssm:PutParameter', `${P}/A_PORT`),
      'papyrus/prd/db': denied('secretsmanager:CreateSecret', 'papyrus/prd/db'),
      '/ecs/papyrus': denied('logs:CreateLogGroup', '/ecs/papyrus'),
      papyrus: denied('ecr:CreateRepository', 'papyrus'),
    });
    expect(others).toEqual([]);
    const actions = cause?.statements.map(({ Action }) => Action);
    expect(actions).toHaveLength(4);
    expect(actions).toEqual(
      expect.arrayContaining([
        ['logs:CreateLogGroup', 'logs:PutRetentionPolicy', 'logs:TagResource'],
        ['ssm:AddTagsToResource', 'ssm:PutParameter'],
        ['secretsmanager:CreateSecret', 'secretsmanager:TagResource'],
        ['ecr:CreateRepository', 'ecr:TagResource'],
      ]),
    );
    for (const { Resource } of cause?.statements ?? [])
      expect(JSON.stringify(Resource)).toMatch(/papyrus|\/ecs\/papyrus/);
  });

  it('names the key that values are encrypted by, where one is configured', () => {
    const key = 'arn:aws:kms:us-west-2:123456789012:key/0a1b2c3d-0000-0000-0000-000000000000';
    const broken = { [`${P}/A_PORT`]: denied('ssm:PutParameter', `${P}/A_PORT`) };
    const statements = causesOf(given({ 'kms-key-id': key }), broken)[0]?.statements ?? [];
    expect(statements.map(({ Action, Resource }) => [Action, Resource])).toContainEqual([
      ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey'],
      key,
    ]);
    const plain = causesOf(given(), broken)[0]?.statements ?? [];
    expect(JSON.stringify(plain)).not.toContain('kms:');
  });

  it('by an explicit deny has no statement that would correct it', () => {
    const error = new AwsError(
      sdkError('AccessDeniedException', 400, {
        message: 'with an explicit deny in a service control policy',
      }),
      'ssm:PutParameter',
      `${P}/A_PORT`,
      true,
    );
    const [cause] = causesOf(given(), { [`${P}/A_PORT`]: error });
    expect([cause?.reason, cause?.statements]).toEqual(['access-denied', []]);
    expect(cause?.remedy).toBeDefined();
  });
});

describe('causes', () => {
  it('are in the order in which to correct them', () => {
    const quota = new AwsError(
      sdkError('LimitExceededException', 400),
      'secretsmanager:CreateSecret',
      'x',
      true,
    );
    const causes = causesOf(given(), {
      '/ecs/papyrus': new RangeError('odd'),
      'papyrus/prd/db': quota,
      [`${P}/A_PORT`]: denied('ssm:PutParameter', `${P}/A_PORT`),
    });
    expect(causes.map(({ reason }) => reason)).toEqual(['access-denied', 'quota', 'internal']);
  });

  it('are one for one error of AWS, and another for another', () => {
    const error = (code: string, name: string) =>
      new AwsError(sdkError(code, 400), 'ssm:PutParameter', `${P}/${name}`, true);
    expect(
      causesOf(given(), {
        [`${P}/A_PORT`]: error('ParameterLimitExceeded', 'A_PORT'),
        [`${P}/B_PORT`]: error('ParameterLimitExceeded', 'B_PORT'),
      }).map(({ resources }) => resources.length),
    ).toEqual([2]);
    expect(
      causesOf(given(), {
        [`${P}/A_PORT`]: error('ParameterLimitExceeded', 'A_PORT'),
        [`${P}/B_PORT`]: error('TooManyUpdates', 'B_PORT'),
      }).map(({ reason }) => reason),
    ).toEqual(['quota', 'conflict']);
  });
});
