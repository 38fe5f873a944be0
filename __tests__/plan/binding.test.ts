/** What an approval is bound to beside the changes that it shows, and that nothing leads back from it. */

import { createHash, scryptSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Change } from '../../src/model/change.ts';
import { accountMark, bindingOf, type Classify } from '../../src/plan/binding.ts';
import { Secret } from '../../src/secret.ts';
import { runOf } from '../report/runs.ts';
import { changeOf } from './changes.ts';

const NAMES: Readonly<Record<string, 'plain'>> = {
  '/papyrus/prd/AUTH0_DOMAIN': 'plain',
  'papyrus/prd/auth0:domain': 'plain',
  'papyrus/prd/db:host': 'plain',
};
const classify: Classify = (place) => NAMES[place] ?? 'secret';
const DOTENV = {
  DB_HOST: 'db.internal.example',
  DB_PASSWORD: 'password-canary-1',
  AUTH0_DOMAIN: 'papyrus.eu.auth0.example',
  AUTH0_CLIENT_SECRET: 'client-canary-3',
  PORT: '80',
};

function bound(
  changes: Partial<typeof DOTENV> = {},
  { account = '123456789012', ...inputs }: Record<string, string> = {},
) {
  const dotenv = Object.entries({ ...DOTENV, ...changes })
    .map(([name, value]) => `${name}=${value}`)
    .join('\n');
  const { settings, plan } = runOf({ inputs: { dotenv, mode: 'plan', ...inputs } });
  return bindingOf(settings, plan, account, undefined, classify);
}
const reference = () => bound();

describe('values that are no secret and are not shown', () => {
  it('are bound by one digest, and named', () => {
    expect(reference().hidden).toEqual({
      digest: expect.stringMatching(/^[0-9a-f]{32}$/),
      fields: [
        'AWS::SSM::Parameter /papyrus/prd/AUTH0_DOMAIN value',
        'AWS::SecretsManager::Secret papyrus/prd/auth0 key:domain',
        'AWS::SecretsManager::Secret papyrus/prd/db key:host',
      ],
    });
    expect(bound().hidden).toEqual(reference().hidden);
  });

  it.each([
    ['another host', { DB_HOST: 'db.evil.example' }],
    ['another tenant', { AUTH0_DOMAIN: 'evil.example' }],
  ])('%s has another digest', (_what, changes) => {
    expect(bound(changes).hidden?.digest).not.toBe(reference().hidden?.digest);
  });

  it.each([
    ['a secret', { DB_PASSWORD: 'another-canary-2' }],
    ['a value that the plan shows', { PORT: '81' }],
  ])('%s takes no part in it', (_what, changes) => {
    expect(bound(changes).hidden).toEqual(reference().hidden);
  });

  it('have another digest in another account, prefix and region', () => {
    const digests = [
      reference(),
      bound({}, { account: '210987654321' }),
      bound({}, { prefix: '/papyrus/stg' }),
      bound({}, { region: 'eu-west-1' }),
    ].map(({ hidden }) => hidden?.digest);
    expect(new Set(digests).size).toBe(4);
  });

  it('have the digest that another version of this action computes, for the approval is given before an upgrade', () => {
    const text = JSON.stringify(
      [
        ['AWS::SSM::Parameter /papyrus/prd/AUTH0_DOMAIN value', DOTENV.AUTH0_DOMAIN],
        ['AWS::SecretsManager::Secret papyrus/prd/auth0 key:domain', DOTENV.AUTH0_DOMAIN],
        ['AWS::SecretsManager::Secret papyrus/prd/db key:host', DOTENV.DB_HOST],
      ].sort(),
    );
    const salt = '["123456789012","/papyrus/prd","us-west-2"]';
    const digest = scryptSync(text, salt, 16, { N: 4096, r: 8, p: 1 }).toString('hex');
    expect(reference().hidden?.digest).toBe(digest);
  });

  it('are none where the plan changes none', () => {
    const { settings, plan } = runOf({ inputs: { dotenv: 'PORT=1', mode: 'plan' } });
    expect(bindingOf(settings, plan, '123456789012', undefined, classify).hidden).toBeUndefined();
  });
});

describe('a change takes part in it where', () => {
  const SSM = 'AWS::SSM::Parameter';
  const SM = 'AWS::SecretsManager::Secret';
  const NAME = '/papyrus/prd/AUTH0_DOMAIN';
  const { settings } = runOf({ inputs: { mode: 'plan' } });
  const to = new Secret('papyrus.eu.auth0.example');
  const hidden = (...changes: Change[]) =>
    bindingOf(settings, changes, '123456789012', undefined, classify).hidden?.fields;
  /** @returns a change of one field. */
  const of = (kind: Change['kind'], name: string, field: string, more: Parameters<typeof changeOf>[1] = {}) =>
    changeOf(kind, { name, differences: [{ field, from: undefined, to }], ...more });

  it.each<[what: string, change: Change, fields: string[] | undefined]>([
    ['a parameter gets a hidden value that is plain', of(SSM, NAME, 'value'), [`${SSM} ${NAME} value`]],
    ['a key of a secret does', of(SM, 'papyrus/prd/db', 'key:host'), [`${SM} papyrus/prd/db key:host`]],
    ['never with another field of a parameter', of(SSM, NAME, 'description'), undefined],
    ['never with a parameter whose value is secret', of(SSM, '/papyrus/prd/TOKEN', 'value'), undefined],
    [
      'never with an encrypted parameter',
      of(SSM, NAME, 'value', { existing: { type: 'SecureString' } }),
      undefined,
    ],
    ['never with a key that is secret', of(SM, 'papyrus/prd/db', 'key:password'), undefined],
    ['never with another field of a secret', of(SM, 'papyrus/prd/db', 'tag:host'), undefined],
    ['never with another kind', of('AWS::Logs::LogGroup', 'papyrus/prd/db', 'key:host'), undefined],
    [
      'never with a value that the plan shows',
      changeOf(SSM, { name: NAME, differences: [{ field: 'value', from: 'a', to: 'b' }] }),
      undefined,
    ],
  ])('%s', (_what, change, fields) => {
    expect(hidden(change)).toEqual(fields);
  });

  it('several do, in one order', () => {
    const [a, b] = [of(SSM, NAME, 'value'), of(SM, 'papyrus/prd/db', 'key:host')];
    const fields = [`${SSM} ${NAME} value`, `${SM} papyrus/prd/db key:host`].sort();
    expect(hidden(a, b)).toEqual(fields);
    expect(hidden(b, a)).toEqual(fields);
  });
});

it('the mark of an account is six digits of a hash over the place, which another job computes too', () => {
  const place = { prefix: '/papyrus/prd', region: 'us-west-2' };
  const hash = createHash('sha256').update('["/papyrus/prd","us-west-2","123456789012"]').digest('hex');
  expect(accountMark(place, '123456789012')).toBe(hash.slice(0, 6));
  expect(reference().account).toBe(hash.slice(0, 6));
});

it('no value and no account is in what is published', () => {
  const text = JSON.stringify(reference());
  for (const value of [...Object.values(DOTENV).filter((value) => value.length > 2), '123456789012'])
    expect(text).not.toContain(value);
});

it('a digest is of all values together, with their names', () => {
  const of = (...values: Array<[string, string]>) =>
    Secret.digest(
      values.map(([name, value]) => [name, new Secret(value)]),
      (text) => text,
    );
  const all = [of(['a', 'b']), of(['b', 'a']), of(['a', 'b'], ['c', 'd']), of(['a', 'bc'], ['', 'd']), of()];
  expect(new Set(all).size).toBe(all.length);
});
