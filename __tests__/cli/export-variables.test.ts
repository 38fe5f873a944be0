import { describe, expect, it } from 'vitest';
import { type Stored, variablesOf } from '../../src/cli/export-variables.ts';
import type { Specs } from '../../src/model/spec.ts';
import { Unreadable } from '../../src/model/spec.ts';
import { Secret } from '../../src/secret.ts';
import type { Rule } from '../../src/settings/rules.ts';

type Bundle = Specs['AWS::SecretsManager::Secret'];
const P = '/papyrus/prd';
const parameter = (
  name: string,
  value: string,
  { type = 'String', owner = 'aws-bootstrap' } = {},
): [string, Specs['AWS::SSM::Parameter']] => [
  `${P}/${name}`,
  { name: `${P}/${name}`, fields: { value: new Secret(value), type, 'tag:managed-by': owner }, metadata: {} },
];
const fieldsOf = (keys: Readonly<Record<string, string>>) => {
  const fields: Record<`key:${string}`, Secret> = {};
  for (const [key, value] of Object.entries(keys)) fields[`key:${key}`] = new Secret(value);
  return fields;
};
const secret = (
  bundle: string,
  keys: Readonly<Record<string, string>>,
  metadata: Bundle['metadata'] = {},
): [string, Specs['AWS::SecretsManager::Secret']] => [
  `papyrus/prd/${bundle}`,
  { name: `papyrus/prd/${bundle}`, fields: fieldsOf(keys), metadata },
];
const read = (
  parameters: Array<[string, Specs['AWS::SSM::Parameter'] | Unreadable]>,
  secrets: Array<[string, Specs['AWS::SecretsManager::Secret'] | Unreadable]> = [],
  rules: Rule[] = [],
) => {
  const stored: Stored = { parameters: new Map(parameters), secrets: new Map(secrets) };
  const { variables, omitted } = variablesOf(stored, {
    prefix: P,
    rules,
    prefer: 'secrets-manager',
    parameterTier: 'auto',
  });
  return { omitted, hidden: Object.fromEntries(variables.map(({ name, isSecret }) => [name, isSecret])) };
};

describe('what AWS stores, as variables', () => {
  it('calls the keys of the table by their variables, and shows what the table stores in plain besides', () => {
    const { hidden, omitted } = read(
      [parameter('AUTH0_DOMAIN', 'papyrus.auth0.example'), parameter('LOG_LEVEL', 'info')],
      [
        secret('db', { password: 'canary-password', username: 'papyrus' }),
        secret('auth0', { client_secret: 'canary-secret', domain: 'papyrus.auth0.example' }),
      ],
    );
    expect(hidden).toEqual({
      AUTH0_DOMAIN: false,
      LOG_LEVEL: false,
      DB_PASSWORD: true,
      DB_USER: true,
      AUTH0_CLIENT_SECRET: true,
    });
    expect(omitted).toEqual([]);
  });

  it('hides a String that is a secret by name, by value, or by what it holds', () => {
    const { hidden } = read(
      [
        parameter('ADMIN_PASSWORD', 'letmein'),
        parameter('CACHE', 'redis://user:made-up-password@cache.example'),
        parameter('COMMAND', 'serve canary-password-1'),
        parameter('PORT', '8080'),
      ],
      [secret('db', { password: 'canary-password-1' })],
    );
    expect(hidden).toEqual({
      ADMIN_PASSWORD: true,
      CACHE: true,
      COMMAND: true,
      PORT: false,
      DB_PASSWORD: true,
    });
  });

  it('shows undecided values that this action created, not those of others', () => {
    const opaque = 'kX9-qq81';
    expect(read([parameter('X', opaque)]).hidden).toEqual({ X: false });
    expect(read([parameter('X', opaque, { owner: 'aws-bootstrap:adopted' })]).hidden).toEqual({ X: true });
    expect(read([parameter('X', opaque, { type: 'SecureString' })]).hidden).toEqual({ X: true });
  });

  it('takes a variable that exists twice from its destination, and names the other place', () => {
    const { hidden, omitted } = read(
      [parameter('DB_USER', 'old')],
      [secret('db', { password: 'canary-password', username: 'new' })],
    );
    // A value that one place encrypts is hidden, whichever is written.
    expect(hidden).toEqual({ DB_USER: true, DB_PASSWORD: true });
    expect(omitted).toHaveLength(1);
    expect(omitted[0]).toContain(`${P}/DB_USER`);
  });

  it('goes the way of a rule back to its variable', () => {
    const rule: Rule = {
      matches: (name) => name === 'STRIPE_KEY',
      pattern: 'STRIPE_KEY',
      targets: [{ store: 'secret', bundle: 'payments' }],
      key: 'stripe',
      once: false,
    };
    expect(read([], [secret('payments', { stripe: 'canary', other: 'canary' })], [rule]).hidden).toEqual({
      STRIPE_KEY: true,
      other: true,
    });
  });

  it('names what is left out by its place, and no key that may be a piece of a value', () => {
    const { hidden, omitted } = read(
      [[`${P}/GONE`, new Unreadable(new Error('canary'))], parameter('1-odd', 'x')],
      [
        secret('odd', { ghp_0123456789abcdefghij: 'x' }),
        secret('text', {}, { unusable: 'no object' }),
        secret('closed', {}, { unread: true }),
      ],
    );
    expect(hidden).toEqual({});
    expect(omitted).toHaveLength(5);
    expect(omitted.join()).not.toMatch(/canary|ghp_/);
  });
});
