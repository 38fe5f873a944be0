import type { AwsServer } from '../servers/aws.ts';
import type { GitHubServer } from '../servers/github.ts';
import { type ActionOptions, type ActionRun, runAction } from './run.ts';

/** The `.env` of the article, with values that must never be told. */
export const CANARIES = [
  'db-canary-77-value',
  'pg-canary-78-value',
  'auth0-canary-79-value',
  'flask-canary-80-value',
];
export const DOTENV = [
  'DB_USER=papyrus_user',
  `DB_PASSWORD=${CANARIES[0]}`,
  'DB_HOST=db.internal.example',
  'DB_NAME=papyrus_db',
  'POSTGRES_USER=pg_user',
  `POSTGRES_PASSWORD=${CANARIES[1]}`,
  'POSTGRES_DB=pg_db',
  'AUTH0_CLIENT_ID=client-id-1',
  `AUTH0_CLIENT_SECRET=${CANARIES[2]}`,
  'AUTH0_DOMAIN=papyrus.eu.auth0.com',
  'AUTH0_CALLBACK_URL=http://0.0.0.0:5000/callback',
  `FLASK_SECRET_KEY=${CANARIES[3]}`,
  'GUNICORN_WORKERS=3',
  'GUNICORN_THREADS=2',
].join('\n');

/** One step against the two servers. */
export function step(
  aws: AwsServer,
  github: GitHubServer | undefined,
  inputs: Record<string, string>,
  more: Partial<ActionOptions> = {},
): Promise<ActionRun> {
  return runAction({
    token: github?.token ?? '',
    ...more,
    inputs: { prefix: '/papyrus/prd', dotenv: DOTENV, ...inputs },
    env: { ...aws.env(), ...(github === undefined ? {} : { GITHUB_API_URL: github.url }), ...more.env },
  });
}
