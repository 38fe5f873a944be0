import { describe, expect, it } from 'vitest';
import type { AnyUnconfigured } from '../../src/model/inventory.ts';
import { encryptedVariables } from '../../src/plan/settled-type.ts';
import { parameter, secret } from './strays.ts';

describe('variables that are keys of secrets of ours', () => {
  it.each<[what: string, orphan: AnyUnconfigured, prefer: 'secrets-manager' | 'ssm', variables: string[]]>([
    ['under its own name', secret('old', 'made', ['LICENSE']), 'secrets-manager', ['LICENSE']],
    ['under the name of the table', secret('db', 'made', ['username']), 'secrets-manager', ['DB_USER']],
    [
      'in an adopted one',
      secret('db', 'adopted', ['host', 'name']),
      'secrets-manager',
      ['DB_HOST', 'DB_NAME'],
    ],
    ['not in a bundle of another name', secret('old', 'made', ['username']), 'secrets-manager', []],
    ['not where the user prefers parameters', secret('db', 'made', ['username']), 'ssm', []],
    ['with that too under its own name', secret('db', 'made', ['DB_USER']), 'ssm', ['DB_USER']],
    ['not the one that is a String in any case', secret('auth0', 'made', ['domain']), 'secrets-manager', []],
    ['none of others', secret('db', 'others', ['username', 'LICENSE']), 'secrets-manager', []],
    ['none of a parameter', parameter('LICENSE', 'made'), 'secrets-manager', []],
  ])('%s', (_what, orphan, prefer, variables) => {
    const found = encryptedVariables([], [orphan], prefer);
    const named = [...found].filter((name) => /^[A-Z]/.test(name));
    expect(named.sort()).toEqual([...variables].sort());
  });
});
