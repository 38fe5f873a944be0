import { expect, it, test } from 'vitest';
import { checkKey, type KeyFacts } from '../../src/cli/doctor-resources.ts';

const ACCOUNT = '123456789012';
const ROLE = `arn:aws:iam::${ACCOUNT}:role/papyrus-deploy`;
const LOGS = 'logs.us-west-2.amazonaws.com';
const key = { id: 'k-1', arn: 'arn', state: 'Enabled', usage: 'ENCRYPT_DECRYPT', spec: 'SYMMETRIC_DEFAULT' };
const allow = (principal: unknown, action: unknown = 'kms:*', effect = 'Allow') => ({
  Effect: effect,
  Principal: principal,
  Action: action,
  Resource: '*',
});
const root = allow({ AWS: `arn:aws:iam::${ACCOUNT}:root` });
const USES = ['kms:Encrypt*', 'kms:Decrypt*', 'kms:GenerateDataKey*'];
const worst = (more: Partial<KeyFacts>, ...statements: object[]) => {
  const policy = JSON.stringify({ Statement: statements });
  const found = checkKey({ given: 'alias/papyrus', key, policy, account: ACCOUNT, role: ROLE, ...more });
  return found.map(({ code, status }) => `${code} ${status}`).at(-1);
};

test.each<[what: string, expected: string, more: Partial<KeyFacts>, statements: object[]]>([
  ['leaves it to IAM', 'key-policy ok', {}, [root]],
  ['names the account by its id', 'key-policy ok', {}, [allow({ AWS: [ACCOUNT] }, USES)]],
  ['names the role', 'key-policy ok', {}, [allow({ AWS: ROLE }, USES)]],
  ['names the role for a part', 'key-policy failure', {}, [allow({ AWS: ROLE }, 'kms:Decrypt')]],
  ['names everybody', 'key-policy ok', {}, [allow('*', USES)]],
  ['names nobody', 'key-policy failure', {}, [allow(undefined), allow(null)]],
  ['leaves out a role that is not known', 'key-policy failure', { role: undefined }, [allow({ AWS: ROLE })]],
  ['names another role', 'key-policy failure', {}, [allow({ AWS: `${ROLE}2` })]],
  ['names a service alone', 'key-policy failure', {}, [allow({ Service: LOGS })]],
  ['denies', 'key-policy warning', {}, [root, allow('*', 'kms:Decrypt', 'Deny')]],
  ['lets CloudWatch Logs in', 'key-policy ok', { service: LOGS }, [root, allow({ Service: LOGS }, USES)]],
  ['leaves CloudWatch Logs out', 'key-policy failure', { service: LOGS }, [root]],
  [
    'lets the logs of another region in',
    'key-policy failure',
    { service: LOGS },
    [root, allow({ Service: 'logs.eu-west-1.amazonaws.com' })],
  ],
])('a key whose policy %s: %s', (_, expected, more, statements) => {
  expect(worst(more, ...statements)).toBe(expected);
});

test.each<[what: string, more: Partial<KeyFacts>, expected: string]>([
  ['that does not exist', { key: undefined }, 'key failure'],
  ['that is going', { key: { ...key, state: 'PendingDeletion' } }, 'key failure'],
  ['that is disabled', { key: { ...key, state: 'Disabled' } }, 'key failure'],
  ['that signs', { key: { ...key, usage: 'SIGN_VERIFY', spec: 'RSA_2048' } }, 'key failure'],
  ['whose policy may not be read', { policy: undefined }, 'key-policy warning'],
  ['whose policy is no JSON', { policy: '{' }, 'key-policy warning'],
])('a key %s: %s', (_what, more, expected) => {
  expect(worst(more)).toBe(expected);
});

it('gives a command that names the key', () => {
  const [check] = checkKey({
    given: 'alias/papyrus',
    key: { ...key, state: 'Disabled' },
    policy: undefined,
    account: ACCOUNT,
    role: ROLE,
  });
  expect(check?.cure).toBe('aws kms enable-key --key-id k-1');
});
