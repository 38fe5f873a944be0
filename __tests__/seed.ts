/** The development `.env` of the seed's application, every row of its table, and a few variables that no row names. */
export const SEED_ENV = `# papyrus
DB_USER=papyrus
DB_PASSWORD=Kanari-db-0a1b2c
DB_HOST=db.internal.example
DB_NAME=papyrus_prd
POSTGRES_USER=postgres_admin
POSTGRES_PASSWORD=Kanari-pg-3d4e5f
POSTGRES_DB=papyrus_db
AUTH0_CLIENT_ID=aBcDeFgHiJkL
AUTH0_CLIENT_SECRET=Kanari-auth0-6a7b8c
AUTH0_DOMAIN=papyrus.eu.auth0.example
AUTH0_CALLBACK_URL=http://0.0.0.0:5000/callback
FLASK_SECRET_KEY=Kanari-flask-9d0e1f
GUNICORN_WORKERS=2
GUNICORN_BIND=0.0.0.0:5000
LOG_LEVEL=info
SMTP_PASSWORD=Kanari-smtp-2a3b4c
REDIS_URL=redis://u:Kanari-redis-5d6e7f@cache:6379/0
`;

/** Values that may be nowhere but in AWS. */
export const SEED_SECRETS = [
  'Kanari-db-0a1b2c',
  'Kanari-pg-3d4e5f',
  'Kanari-auth0-6a7b8c',
  'Kanari-flask-9d0e1f',
  'Kanari-smtp-2a3b4c',
  'Kanari-redis-5d6e7f',
];

/** The article's `.env`, its names in full and nothing else, so that what a step does can be counted. */
export const ARTICLE_ENV = [
  'DB_USER=papyrus',
  'DB_PASSWORD=db-password-canary-1',
  'DB_HOST=db.internal',
  'DB_NAME=papyrus_app',
  'POSTGRES_USER=postgres',
  'POSTGRES_PASSWORD=pg-password-canary-2',
  'POSTGRES_DB=papyrus_db',
  'AUTH0_CLIENT_ID=client-id-0001',
  'AUTH0_CLIENT_SECRET=client-secret-canary-3',
  'AUTH0_DOMAIN=papyrus.us.auth0.com',
  'AUTH0_CALLBACK_URL=http://203.0.113.7:5000/callback',
  'FLASK_SECRET_KEY=flask-key-canary-4',
  'GUNICORN_WORKERS=2',
  'GUNICORN_THREADS=4',
  'GUNICORN_TIMEOUT=30',
].join('\n');
/** Its secret values. */
export const ARTICLE_CANARIES = [
  'db-password-canary-1',
  'pg-password-canary-2',
  'client-secret-canary-3',
  'flask-key-canary-4',
];
