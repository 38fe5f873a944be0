/** The routing table: the rows of the article that this project automates. */
export interface Row {
  /** The key in a JSON secret. */
  readonly secret?: { readonly bundle: string; readonly key: string };
  /** It is a parameter of its own, beside the secret or instead of it. */
  readonly parameter?: true;
  /** "Either" rows become parameters with `prefer: ssm`, to save cost. */
  readonly either?: true;
  /** Passwords, client secrets, signing keys: masked, never shown, never a plain String. */
  readonly sensitive?: true;
  /** Settings that may be shown in reports; the other rows are neither masked nor shown. */
  readonly shown?: true;
  readonly reason: string;
}

const secret = (bundle: string, key: string) => ({ bundle, key });

const ROWS: ReadonlyMap<string, Row> = new Map<string, Row>([
  ['DB_PASSWORD', { secret: secret('db', 'password'), sensitive: true, reason: 'database password' }],
  [
    'POSTGRES_PASSWORD',
    { secret: secret('db', 'postgres_password'), sensitive: true, reason: 'database password' },
  ],
  [
    'AUTH0_CLIENT_SECRET',
    {
      secret: secret('auth0', 'client_secret'),
      sensitive: true,
      reason: 'client secret of an outside service',
    },
  ],
  [
    'FLASK_SECRET_KEY',
    { secret: secret('flask', 'secret_key'), sensitive: true, reason: 'signs the sessions' },
  ],
  ['DB_USER', { secret: secret('db', 'username'), either: true, reason: 'belongs to its password' }],
  ['DB_HOST', { secret: secret('db', 'host'), either: true, reason: 'belongs to its password' }],
  ['DB_NAME', { secret: secret('db', 'name'), either: true, reason: 'belongs to its password' }],
  [
    'POSTGRES_USER',
    { secret: secret('db', 'postgres_user'), either: true, reason: 'belongs to its password' },
  ],
  ['POSTGRES_DB', { secret: secret('db', 'postgres_db'), either: true, reason: 'belongs to its password' }],
  [
    'AUTH0_CLIENT_ID',
    { secret: secret('auth0', 'client_id'), either: true, reason: 'belongs to its client secret' },
  ],
  [
    'AUTH0_DOMAIN',
    { secret: secret('auth0', 'domain'), parameter: true, either: true, reason: 'setting of the sign-in' },
  ],
  ['AUTH0_CALLBACK_URL', { parameter: true, shown: true, reason: 'setting of the sign-in' }],
]);

const GUNICORN: Row = { parameter: true, shown: true, reason: 'tuning value' };

/** @returns the row of a variable, or undefined if the table does not name it. */
export function rowOf(name: string): Row | undefined {
  return name.startsWith('GUNICORN_') ? GUNICORN : ROWS.get(name);
}

const KEYS: ReadonlyMap<string, string> = new Map(
  [...ROWS].flatMap(([name, { secret: place, parameter }]) =>
    // A row that is a parameter in any case is as plain there as the table says.
    place === undefined || parameter === true ? [] : [[`${place.bundle}/${place.key}`, name] as const],
  ),
);

/** @returns the variable that the table keeps in this key of a bundle, or undefined */
export function variableOf(bundle: string, key: string): string | undefined {
  return KEYS.get(`${bundle}/${key}`);
}

/** @returns the variable of this key of a bundle in the routing table, even if it is also a parameter */
export function variableIn(bundle: string, key: string): string | undefined {
  return [...ROWS].find(([, { secret: place }]) => place?.bundle === bundle && place.key === key)?.[0];
}
