import { expect, it } from 'vitest';
import { rowOf } from '../../src/desired/table.ts';

/** The seed's table, as it is written there: variable, bundle and key, whether it is a parameter, either, secret, shown. */
it.each<
  [
    name: string,
    place: string | undefined,
    parameter: boolean,
    either: boolean,
    sensitive: boolean,
    shown: boolean,
  ]
>([
  ['DB_PASSWORD', 'db password', false, false, true, false],
  ['POSTGRES_PASSWORD', 'db postgres_password', false, false, true, false],
  ['AUTH0_CLIENT_SECRET', 'auth0 client_secret', false, false, true, false],
  ['FLASK_SECRET_KEY', 'flask secret_key', false, false, true, false],
  ['DB_USER', 'db username', false, true, false, false],
  ['DB_NAME', 'db name', false, true, false, false],
  ['DB_HOST', 'db host', false, true, false, false],
  ['POSTGRES_USER', 'db postgres_user', false, true, false, false],
  ['POSTGRES_DB', 'db postgres_db', false, true, false, false],
  ['AUTH0_CLIENT_ID', 'auth0 client_id', false, true, false, false],
  ['AUTH0_DOMAIN', 'auth0 domain', true, true, false, false],
  ['AUTH0_CALLBACK_URL', undefined, true, false, false, true],
  ['GUNICORN_WORKERS', undefined, true, false, false, true],
  ['GUNICORN_', undefined, true, false, false, true],
  ['GUNICORN_CMD_ARGS', undefined, true, false, false, true],
])('%s', (name, place, parameter, either, sensitive, shown) => {
  const row = rowOf(name);
  const secret = row?.secret === undefined ? undefined : `${row.secret.bundle} ${row.secret.key}`;
  expect([
    secret,
    row?.parameter === true,
    row?.either === true,
    row?.sensitive === true,
    row?.shown === true,
  ]).toEqual([place, parameter, either, sensitive, shown]);
  expect(row?.reason).toMatch(/\w/);
});

it.each([
  'GUNICORN',
  'gunicorn_workers',
  'MY_DB_USER',
  'DB_USER2',
  'db_user',
  'constructor',
  '__proto__',
  '',
])('%j is in no row', (name) => {
  expect(rowOf(name)).toBeUndefined();
});
