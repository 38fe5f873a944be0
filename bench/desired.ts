/**
 * The seed's case as other tools get it: what this action routes the article's `.env` to. The values are
 * made up; each tool gets the same.
 */
export interface SeedDesired {
  readonly region: string;
  readonly prefix: string;
  readonly logGroup: string;
  readonly retentionDays: number;
  readonly repository: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly parameters: ReadonlyMap<string, string>;
  readonly secrets: ReadonlyMap<string, Readonly<Record<string, string>>>;
}

/** The article's `.env`, with the ten tuning values that a real one has. */
export const VARIABLES: Readonly<Record<string, string>> = {
  DB_USER: 'papyrus_user',
  DB_PASSWORD: 'correct-horse-battery-1',
  DB_HOST: 'db.internal.example',
  DB_NAME: 'papyrus_db',
  POSTGRES_USER: 'pg_user',
  POSTGRES_PASSWORD: 'correct-horse-battery-2',
  POSTGRES_DB: 'pg_db',
  AUTH0_CLIENT_ID: 'client-id-1',
  AUTH0_CLIENT_SECRET: 'correct-horse-battery-3',
  AUTH0_DOMAIN: 'papyrus.eu.auth0.com',
  AUTH0_CALLBACK_URL: 'http://0.0.0.0:5000/callback',
  FLASK_SECRET_KEY: 'correct-horse-battery-4',
  GUNICORN_WORKERS: '3',
  GUNICORN_THREADS: '2',
  GUNICORN_TIMEOUT: '30',
  GUNICORN_KEEPALIVE: '5',
  GUNICORN_GRACEFUL_TIMEOUT: '20',
  GUNICORN_MAX_REQUESTS: '1000',
  GUNICORN_MAX_REQUESTS_JITTER: '50',
  GUNICORN_WORKER_CLASS: 'gthread',
  GUNICORN_BIND: '0.0.0.0:5000',
  GUNICORN_LOG_LEVEL: 'info',
  GUNICORN_ACCESS_LOG: 'stdout',
  GUNICORN_ERROR_LOG: 'stderr',
};

export const DOTENV = Object.entries(VARIABLES)
  .map(([name, value]) => `${name}=${value}`)
  .join('\n');

const value = (name: string) => VARIABLES[name] ?? '';
const PLAIN = Object.keys(VARIABLES).filter(
  (name) => name.startsWith('GUNICORN_') || name === 'AUTH0_DOMAIN' || name === 'AUTH0_CALLBACK_URL',
);

export const DESIRED: SeedDesired = {
  region: 'us-west-2',
  prefix: '/papyrus/prd',
  logGroup: '/ecs/papyrus',
  retentionDays: 1,
  repository: 'papyrus',
  tags: { project: 'portfolio' },
  parameters: new Map(PLAIN.map((name) => [`/papyrus/prd/${name}`, value(name)])),
  secrets: new Map([
    [
      'papyrus/prd/db',
      {
        username: value('DB_USER'),
        password: value('DB_PASSWORD'),
        host: value('DB_HOST'),
        name: value('DB_NAME'),
        postgres_user: value('POSTGRES_USER'),
        postgres_password: value('POSTGRES_PASSWORD'),
        postgres_db: value('POSTGRES_DB'),
      },
    ],
    [
      'papyrus/prd/auth0',
      {
        client_id: value('AUTH0_CLIENT_ID'),
        client_secret: value('AUTH0_CLIENT_SECRET'),
        domain: value('AUTH0_DOMAIN'),
      },
    ],
    ['papyrus/prd/flask', { secret_key: value('FLASK_SECRET_KEY') }],
  ]),
};
