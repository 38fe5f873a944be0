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

/** Values that may stand nowhere but in AWS. */
export const SEED_SECRETS = [
  'Kanari-db-0a1b2c',
  'Kanari-pg-3d4e5f',
  'Kanari-auth0-6a7b8c',
  'Kanari-flask-9d0e1f',
  'Kanari-smtp-2a3b4c',
  'Kanari-redis-5d6e7f',
];
