import { describe, expect, test } from 'vitest';
import { offencesOf } from './model-check.ts';
import { ensureServiceModels, type Modelled, modelOf } from './service-models.ts';

const data = await ensureServiceModels();
const offences = (service: Modelled, operation: string, input: object) =>
  offencesOf(modelOf(data, service), operation, input);

describe("a request is checked by the service's own model", () => {
  test.each<[string, Modelled, string, object]>([
    ['an operation that does not exist', 'ssm', 'PutParameters', {}],
    ['a required member that is missing', 'ssm', 'PutParameter', { Name: '/a/B' }],
    ['a member that does not exist', 'ssm', 'PutParameter', { Name: '/a/B', Value: 'c', Tag: [] }],
    [
      'a member of a member that does not exist',
      'ssm',
      'AddTagsToResource',
      { ResourceType: 'Parameter', ResourceId: '/a/B', Tags: [{ Key: 'a', Value: 'b', Name: 'c' }] },
    ],
    ['a type', 'ssm', 'PutParameter', { Name: '/a/B', Value: 1 }],
    ['a boolean as text', 'ssm', 'PutParameter', { Name: '/a/B', Value: 'c', Overwrite: 'true' }],
    ['a length', 'secretsmanager', 'CreateSecret', { Name: 'a', ClientRequestToken: 'short' }],
    ['a list that is too long', 'ssm', 'GetParameters', { Names: Array.from('abcdefghijk') }],
    ['a range', 'ssm', 'DescribeParameters', { MaxResults: 51 }],
    ['a pattern, over the whole text', 'logs', 'CreateLogGroup', { logGroupName: '/ecs/my app' }],
    ['an enum', 'ssm', 'PutParameter', { Name: '/a/B', Value: 'c', Type: 'Secure' }],
    ['a key of a map', 'logs', 'CreateLogGroup', { logGroupName: '/ecs/a', tags: { 'a;b': 'c' } }],
    ['an empty map where one entry is required', 'logs', 'CreateLogGroup', { logGroupName: '/a', tags: {} }],
    ['a member where there is no input', 'sts', 'GetCallerIdentity', { RoleArn: 'a' }],
  ])('%s is one offence', (_, service, operation, input) => {
    expect(offences(service, operation, input)).toHaveLength(1);
  });

  test.each<[Modelled, string, object]>([
    ['ssm', 'PutParameter', { Name: '/a/B', Value: 'c', Type: 'SecureString', Overwrite: true }],
    ['logs', 'CreateLogGroup', { logGroupName: '/ecs/a', tags: { 'a b': 'ü', c: '' } }],
    ['ecr', 'CreateRepository', { repositoryName: 'papyrus/web', imageTagMutability: 'IMMUTABLE' }],
    ['secretsmanager', 'BatchGetSecretValue', { SecretIdList: ['a'] }],
    ['sts', 'GetCallerIdentity', {}],
  ])('%s %s as it should be has none', (service, operation, input) => {
    expect(offences(service, operation, input)).toEqual([]);
  });

  test('an offence never shows the value', () => {
    const [offence] = offences('ssm', 'PutParameter', { Name: '/a/B', Value: 'c', KeyId: 'hush hush' });
    expect(offence).toContain('PutParameter.KeyId');
    expect(offence).not.toContain('hush');
  });
});
