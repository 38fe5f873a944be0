import { describe, expect, it } from 'vitest';
import type { DesiredResourceOf } from '../../src/desired/desired-resource.ts';
import type { Fields } from '../../src/model/fields.ts';
import type { AnyUnconfigured } from '../../src/model/inventory.ts';
import { type Specs, Unreadable } from '../../src/model/spec.ts';
import { encryptedVariables, settleType } from '../../src/plan/settled-type.ts';
import { ask } from '../asking.ts';
import { OURS, spec, TAKEN } from './desired-resources.ts';
import { parameter, secret } from './orphans.ts';

const SSM = 'AWS::SSM::Parameter';
const SM = 'AWS::SecretsManager::Secret';

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

it.each<[what: string, observed: Specs[typeof SM] | Unreadable, variables: string[]]>([
  ['created, under both names', secretOf(OURS), ['DB_USER', 'username']],
  ['adopted', secretOf(TAKEN), ['DB_USER', 'username']],
  ['of others', secretOf({}), []],
  ['of another tool', secretOf({ 'tag:managed-by': 'terraform' }), []],
  ['that could not be read', new Unreadable(new Error('x')), []],
])('variables of a configured secret: %s', (_what, observed, variables) => {
  expect([...encryptedVariables([observed], [], 'secrets-manager')].sort()).toEqual(variables);
});

function secretOf(owner: Fields) {
  return spec(SM, { ...owner, 'key:username': 'x', 'key-id': 'alias/a', 'tag:project': 'papyrus' });
}

const DEFAULT_KEY = 'alias/aws/ssm';

/** @returns the parameter that a run without a rule wants. */
function guessed(variable: string, inputs = {}): DesiredResourceOf<typeof SSM> {
  const { resources } = ask({ inputs: { dotenv: variable, prefer: 'ssm', ...inputs } }).desired;
  const desired = resources.find((one) => one.kind === SSM);
  if (desired === undefined) throw new Error('no parameter is desired');
  return desired;
}

describe('the type of a parameter that no rule names', () => {
  const UNDECIDED = 'ORDER_CHANNEL=qv17x-Zk3w9';
  const SECRET = 'API_PASSWORD=qv17-old-Passw0rd';
  type Row = [
    existing: string,
    owner: string | undefined,
    variable: string,
    type: string,
    key: string | undefined,
  ];
  it.each<Row>([
    ['SecureString', 'aws-bootstrap', 'PORT=1', 'SecureString', DEFAULT_KEY],
    ['String', 'aws-bootstrap', UNDECIDED, 'SecureString', DEFAULT_KEY],
    ['String', undefined, UNDECIDED, 'String', undefined],
    ['String', undefined, SECRET, 'SecureString', DEFAULT_KEY],
    ['StringList', undefined, SECRET, 'StringList', undefined],
    ['StringList', 'aws-bootstrap', 'PORT=1', 'StringList', undefined],
  ])('%s, managed by %s, with %s: %s with the key %s', (existing, owner, variable, type, key) => {
    const desired = guessed(variable);
    const fields = { type: existing, 'tag:managed-by': owner };
    const settled = settleType(desired, { ...desired.spec, fields }, new Set());
    expect(settled.spec.fields.type).toBe(type);
    expect(settled.spec.fields['key-id']).toBe(key);
  });

  it.each<[what: string, inputs: object, key: string, isDefault: boolean]>([
    ['the default key', {}, DEFAULT_KEY, true],
    ['the configured key', { 'kms-key-id': 'alias/papyrus' }, 'alias/papyrus', false],
  ])('gets %s with the encryption that exists', (_what, inputs, key, isDefault) => {
    const desired = guessed('PORT=1', inputs);
    const settled = settleType(desired, spec(SSM, { ...OURS, type: 'SecureString' }), new Set());
    expect(settled).toEqual({
      ...desired,
      spec: { ...desired.spec, fields: { ...desired.spec.fields, type: 'SecureString', 'key-id': key } },
      defaults: new Set([...desired.defaults, ...(isDefault ? ['key-id'] : [])]),
    });
  });

  it.each<[what: string, variable: string, encrypted: string[], type: string]>([
    ['its class', 'PORT=1', [], 'String'],
    ['its class beside another variable', 'PORT=1', ['HOST'], 'String'],
    ['the secret of ours that holds it', 'PORT=1', ['PORT'], 'SecureString'],
    ['its class, which needs no secret', SECRET, [], 'SecureString'],
  ])('of a new one follows %s', (_what, variable, encrypted, type) => {
    const desired = guessed(variable);
    const settled = settleType(desired, undefined, new Set(encrypted));
    expect(settled.spec.fields.type).toBe(type);
    expect(settled.spec.fields['key-id']).toBe(
      type === 'String' ? desired.spec.fields['key-id'] : DEFAULT_KEY,
    );
  });

  it.each<[what: string, existing: Specs[typeof SSM] | Unreadable | undefined]>([
    ['where it exists with that type', spec(SSM, { ...OURS, type: 'String' })],
    ['where it exists with that type and others own it', spec(SSM, { type: 'String' })],
    ['where its type is not known', spec(SSM, OURS)],
    ['where it could not be read', new Unreadable(new Error('x'))],
    ['where nothing exists', undefined],
  ])('stays as guessed, %s', (_what, existing) => {
    const desired = guessed('PORT=1');
    expect(settleType(desired, existing, new Set())).toBe(desired);
  });

  it('is the one of its rule, where one names it', () => {
    const { resources } = ask({
      inputs: { dotenv: 'PORT=1' },
      config: 'rules: [{ match: PORT, to: parameter }]',
    }).desired;
    const desired = resources.find((one) => one.kind === SSM);
    if (desired === undefined) throw new Error('no parameter is desired');
    expect(settleType(desired, spec(SSM, { ...OURS, type: 'SecureString' }), new Set(['PORT']))).toBe(
      desired,
    );
  });
});
