import { describe, expect, it } from 'vitest';
import type { AnyUnconfigured } from '../../src/model/inventory.ts';
import { encryptedVariables, settleType } from '../../src/plan/settled-type.ts';
import { ask } from '../asking.ts';
import { parameter, secret } from './orphans.ts';

describe('variables that are keys of secrets of ours', () => {
  it.each<[what: string, orphan: AnyUnconfigured, prefer: 'secrets-manager' | 'ssm', variables: string[]]>([
    ['under its own name', secret('old', 'created', ['LICENSE']), 'secrets-manager', ['LICENSE']],
    ['under the name of the table', secret('db', 'created', ['username']), 'secrets-manager', ['DB_USER']],
    ['in adopted', secret('db', 'adopted', ['host', 'name']), 'secrets-manager', ['DB_HOST', 'DB_NAME']],
    ['not in a bundle of another name', secret('old', 'created', ['username']), 'secrets-manager', []],
    ['not where the user prefers parameters', secret('db', 'created', ['username']), 'ssm', []],
    ['with that too under its own name', secret('db', 'created', ['DB_USER']), 'ssm', ['DB_USER']],
    [
      'not the one that is a String in any case',
      secret('auth0', 'created', ['domain']),
      'secrets-manager',
      [],
    ],
    ['none of others', secret('db', 'others', ['username', 'LICENSE']), 'secrets-manager', []],
    ['none of a parameter', parameter('LICENSE', 'created'), 'secrets-manager', []],
  ])('%s', (_what, orphan, prefer, variables) => {
    const found = encryptedVariables([], [orphan], prefer);
    const named = [...found].filter((name) => /^[A-Z]/.test(name));
    expect(named.sort()).toEqual([...variables].sort());
  });
});

describe('the type of a parameter that no rule names', () => {
  const UNDECIDED = 'ORDER_CHANNEL=qv17x-Zk3w9';
  const SECRET = 'API_PASSWORD=qv17-old-Passw0rd';
  it.each<[existing: string, owner: string | undefined, variable: string, type: string]>([
    ['SecureString', 'aws-bootstrap', 'PORT=1', 'SecureString'],
    ['String', 'aws-bootstrap', UNDECIDED, 'SecureString'],
    ['String', undefined, UNDECIDED, 'String'],
    ['String', undefined, SECRET, 'SecureString'],
    ['StringList', undefined, SECRET, 'StringList'],
  ])('%s, managed by %s, with %s: %s', (existing, owner, variable, type) => {
    const { resources } = ask({ inputs: { dotenv: variable, prefer: 'ssm' } }).desired;
    const desired = resources.find((one) => one.kind === 'AWS::SSM::Parameter');
    if (desired === undefined) throw new Error('no parameter is desired');
    const fields = { type: existing, 'tag:managed-by': owner };
    const settled = settleType(desired, { ...desired.spec, fields }, new Set());
    expect(settled.spec.fields.type).toBe(type);
  });
});
