import { readable } from '../report/readable.ts';
import { type AwsOptions, type AwsServer, startAws } from '../servers/aws.ts';
import { type Clients, connect } from '../servers/clients.ts';
import { type ActionOptions, type ActionRun, runAction } from './run.ts';

/** All variables of the seed's table, and a few that it does not name. */
export const SEED: Readonly<Record<string, string>> = {
  DB_USER: 'papyrus',
  DB_PASSWORD: 's3cr3t-Passw0rd',
  DB_HOST: 'db.internal',
  DB_NAME: 'papyrus',
  POSTGRES_USER: 'postgres',
  POSTGRES_PASSWORD: 'p0stgres-Passw0rd',
  POSTGRES_DB: 'papyrus',
  AUTH0_CLIENT_ID: 'kD3bYxW1vNqPz',
  AUTH0_CLIENT_SECRET: 'very-secret-client-value',
  AUTH0_DOMAIN: 'dev-xyz.us.auth0.com',
  AUTH0_CALLBACK_URL: 'http://0.0.0.0:5000/callback',
  FLASK_SECRET_KEY: '0f1e2d3c4b5a69788796a5b4c3d2e1f0',
  GUNICORN_WORKERS: '2',
  GUNICORN_TIMEOUT: '30',
  LOG_LEVEL: 'info',
  STRIPE_API_KEY: 'sk_test_1234567890abcdefgh',
};

export const dotenv = (variables: Readonly<Record<string, string>> = SEED): string =>
  Object.entries(variables)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');

export const without = (...names: string[]): Record<string, string> =>
  Object.fromEntries(Object.entries(SEED).filter(([name]) => !names.includes(name)));

/** One line of the plan. */
export interface PlannedChange {
  readonly kind: string;
  readonly name: string;
  readonly action: string;
  readonly fields: ReadonlyArray<{ field: string; from: string | null; to: string | null }>;
  readonly reason?: string;
  readonly consent?: string;
  readonly notes: readonly string[];
}

export interface Stage extends AsyncDisposable {
  readonly aws: AwsServer;
  readonly others: Clients;
  /** Runs the action against the server, by default with `prefix: /papyrus/prd`. */
  act(inputs: Readonly<Record<string, string>>, more?: Omit<ActionOptions, 'inputs'>): Promise<ActionRun>;
  parameter(name: string): Promise<{ value: string | undefined; type: string | undefined }>;
  secret(name: string): Promise<Record<string, unknown>>;
  /** Overwrites a parameter behind the action's back. */
  put(name: string, value: string, type?: 'String' | 'StringList' | 'SecureString'): Promise<unknown>;
}

export async function openStage(options: AwsOptions = {}): Promise<Stage> {
  // The bundle keeps the SDK quiet by itself; this is the test's own SDK.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
  const aws = await startAws(options);
  const others = connect(aws.motoUrl);
  return {
    aws,
    others,
    async act(inputs, more = {}) {
      aws.forget();
      return runAction({
        ...more,
        inputs: { prefix: '/papyrus/prd', ...inputs },
        env: { ...aws.env(), ...more.env },
      });
    },
    async parameter(name) {
      const { Parameter } = await others.ssm.getParameter({
        Name: `/papyrus/prd/${name}`,
        WithDecryption: true,
      });
      return { value: Parameter?.Value, type: Parameter?.Type };
    },
    async secret(name) {
      const { SecretString } = await others.secrets.getSecretValue({ SecretId: `papyrus/prd/${name}` });
      return JSON.parse(SecretString ?? 'null');
    },
    put: (name, Value, Type = 'String') =>
      others.ssm.putParameter({ Name: `/papyrus/prd/${name}`, Value, Type, Overwrite: true }),
    [Symbol.asyncDispose]: () => aws.close(),
  };
}

export const changesOf = (run: ActionRun): PlannedChange[] =>
  (JSON.parse(run.outputs['plan'] ?? '{"changes":[]}') as { changes: PlannedChange[] }).changes;

/** The plan without unchanged resources: name → action. */
export const openOf = (run: ActionRun): Record<string, string> =>
  Object.fromEntries(
    changesOf(run)
      .filter(({ action }) => action !== 'none')
      .map(({ name, action }) => [name, action]),
  );

/** The fields of a change, as `field: from → to`. */
export const fieldsOf = (run: ActionRun, name: string, action = 'update'): Record<string, string> =>
  Object.fromEntries(
    changesOf(run)
      .filter((change) => change.name === name && change.action === action)
      .flatMap(({ fields }) => fields.map(({ field, from, to }) => [field, `${from} → ${to}`])),
  );

/** The row of the summary's table that holds these cells. */
export const rowOf = (run: ActionRun, text: string): string | undefined =>
  readable(run.summary)
    .split('\n')
    .find((line) => line.startsWith('|') && line.includes(text));
