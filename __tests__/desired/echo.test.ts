import { describe, expect, it } from 'vitest';
import { guardEchoes } from '../../src/desired/echo.ts';
import type { Secret } from '../../src/secret.ts';
import { describe as inWords, Notes } from '../../src/settings/fault.ts';
import { ask, type Given } from '../asking.ts';

const PASSWORD = 'Kanari-db-1234';

/** What is made of the last variable, where the text of `PASSWORD` is hidden as that of `holder`. */
function guarded(given: Given, of = 'DB_PASSWORD', isChance = false) {
  const notes = new Notes();
  const holderOf = (value: Secret) =>
    value.is((text) => text.includes(PASSWORD)) ? { of, isChance } : undefined;
  const [found] = guardEchoes(ask(given).routes, { holderOf, others: new Set(['NPM_LOGIN']) }, notes).slice(
    -1,
  );
  return {
    places: found?.destinations.map((place) => (place.store === 'secret' ? place.bundle : place.type)),
    sensitive: found?.sensitive,
    shown: found?.shown,
    reason: found?.reason,
    warnings: notes.warnings.map(inWords),
  };
}
const line = `REDIS_ARGS=--requirepass ${PASSWORD}`;

describe('a variable that holds the value of a secret', () => {
  it('is one: a SecureString that is never shown, with a warning that names both', () => {
    expect(guarded({ inputs: { dotenv: `LOG_LEVEL=info\n${line}` } })).toEqual({
      places: ['SecureString'],
      sensitive: true,
      shown: false,
      reason: 'holds the value of DB_PASSWORD',
      warnings: [
        'input dotenv line 2: REDIS_ARGS: its value holds that of DB_PASSWORD, which is secret, so it becomes a SecureString; a rule says otherwise: { match: REDIS_ARGS, to: parameter }',
      ],
    });
  });

  it('is hidden, and stays where a rule sends it', () => {
    const config = 'rules: [{ match: REDIS_*, to: parameter }]';
    expect(guarded({ inputs: { dotenv: line }, config })).toMatchObject({
      places: ['String'],
      sensitive: true,
      shown: false,
      reason: 'rule "REDIS_*"',
      warnings: [expect.stringMatching(/that of DB_PASSWORD, which is secret, and a rule makes it a plain/)],
    });
  });

  it('is hidden, and keeps its type, where the secret is none of the application', () => {
    expect(guarded({ inputs: { dotenv: line } }, 'NPM_LOGIN')).toMatchObject({
      places: ['String'],
      sensitive: true,
      shown: false,
      reason: 'plain setting',
      warnings: [expect.stringMatching(/that of NPM_LOGIN.*stays a plain String.*to: secure-parameter/)],
    });
  });

  it('is hidden, and keeps its type, where the text is so short that it may be there by chance', () => {
    expect(guarded({ inputs: { dotenv: line } }, 'DB_PASSWORD', true)).toMatchObject({
      places: ['String'],
      sensitive: true,
      shown: false,
      warnings: [expect.stringMatching(/that of DB_PASSWORD.*stays a plain String.*to: secure-parameter/)],
    });
  });

  it('is hidden, and keeps the places of the table', () => {
    const given = { inputs: { dotenv: `AUTH0_DOMAIN=${PASSWORD}` } };
    expect(guarded(given)).toMatchObject({ places: ['auth0', 'String'], sensitive: true, shown: false });
    expect(guarded({ inputs: { ...given.inputs, prefer: 'ssm' } }).places).toEqual(['String']);
  });
});

it.each<[what: string, given: Given]>([
  ['holds none', { inputs: { dotenv: 'LOG_LEVEL=info' } }],
  ['is secret by itself', { inputs: { dotenv: `SMTP_PASSWORD=${PASSWORD}` } }],
  ['goes to a secret of the table, and is shown nowhere', { inputs: { dotenv: `DB_HOST=${PASSWORD}` } }],
  ['is ignored', { inputs: { dotenv: line }, config: 'rules: [{ match: REDIS_*, to: ignore }]' }],
  ['is the callback of app-url, which Auth0 tells', { inputs: { 'app-url': `https://${PASSWORD}.example` } }],
])('a variable that %s stays as it is', (_what, given) => {
  const [route] = ask(given).routes;
  const notes = new Notes();
  const holderOf = (value: Secret) =>
    value.is((text) => text.toLowerCase().includes(PASSWORD.toLowerCase()))
      ? { of: 'X', isChance: false }
      : undefined;
  expect(guardEchoes(route === undefined ? [] : [route], { holderOf, others: new Set() }, notes)).toEqual([
    route,
  ]);
  expect(route).toBeDefined();
  expect(notes.warnings).toEqual([]);
});
