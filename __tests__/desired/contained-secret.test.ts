import { describe, expect, it } from 'vitest';
import { hideContainedSecrets } from '../../src/desired/routing.ts';
import type { Secret } from '../../src/secret.ts';
import { Diagnostics, describe as inWords } from '../../src/settings/diagnostics.ts';
import { ask, type Given } from '../asking.ts';

const PASSWORD = 'Kanari-db-1234';
const secretIn = (value: Secret) =>
  value.is((text) => text.toLowerCase().includes(PASSWORD.toLowerCase())) ? 'DB_PASSWORD' : undefined;

/** What is made of the last variable, where the text of `PASSWORD` is hidden as that of DB_PASSWORD. */
function guarded(given: Given) {
  const notes = new Diagnostics();
  const { routes } = ask(given);
  const [found] = hideContainedSecrets(routes, secretIn, notes).slice(-1);
  return { before: routes.at(-1), found, warnings: notes.warnings.map(inWords) };
}
const line = `REDIS_ARGS=--requirepass ${PASSWORD}`;

describe('a variable that holds the value of a secret', () => {
  it('is shown nowhere, with a warning that names both; everything else stays as it is', () => {
    const { before, found, warnings } = guarded({ inputs: { dotenv: `LOG_LEVEL=info\n${line}` } });
    expect(before?.shown).toBe(true);
    expect(found).toEqual({ ...before, shown: false });
    expect(warnings).toEqual([
      expect.stringMatching(
        /^input dotenv line 2: REDIS_ARGS: .*\bDB_PASSWORD\b.*\{ match: REDIS_ARGS, to: secure-parameter \}$/,
      ),
    ]);
  });

  it('gets no advice where a rule sends it to a plain parameter', () => {
    const config = 'rules: [{ match: REDIS_*, to: parameter }]';
    const { found, warnings } = guarded({ inputs: { dotenv: line }, config });
    expect(found?.shown).toBe(false);
    expect(warnings).toEqual([expect.stringContaining('DB_PASSWORD')]);
    expect(warnings[0]).not.toContain('{ match:');
  });
});

const secure = 'rules: [{ match: REDIS_*, to: secure-parameter }]';
it.each<[what: string, given: Given]>([
  ['holds none', { inputs: { dotenv: 'LOG_LEVEL=info' } }],
  ['is secret by itself', { inputs: { dotenv: `SMTP_PASSWORD=${PASSWORD}` } }],
  ['a rule sends to a secure place', { inputs: { dotenv: line }, config: secure }],
  ['goes to a secret of the table, and is shown nowhere', { inputs: { dotenv: `DB_HOST=${PASSWORD}` } }],
  ['is ignored', { inputs: { dotenv: line }, config: 'rules: [{ match: REDIS_*, to: ignore }]' }],
  ['is the callback of app-url, which Auth0 tells', { inputs: { 'app-url': `https://${PASSWORD}.example` } }],
])('a variable that %s stays as it is, without a word', (_what, given) => {
  const { before, found, warnings } = guarded(given);
  expect(before).toBeDefined();
  expect(found).toEqual(before);
  expect(warnings).toEqual([]);
});
