/** Runs in each of the states of an account that a run can meet: those that fail, end and race begin here. */
import { bundle, LOG_KEY, logGroup, SUBJECTS, secureParameter } from '../resources/subjects.ts';
import { makeImage, makeTar, toSaved } from '../servers/registry-images.ts';
import { type Harness, MANAGEMENT, type RunResult, type Step } from './harness.ts';

export interface Scene {
  readonly name: string;
  /** Brings about what exists before the run. */
  readonly set: (harness: Harness) => Promise<unknown>;
  readonly step: (harness: Harness) => Step;
}

const P = '/papyrus/prd';
const DB = 'c4nary-db-Zk9vQ2x7';
const FLASK = 'c4nary-flask-Zk9vQ2x7';
const PLAIN = 'c4nary-plain-Zk9vQ2x7';
const TOKEN = 'c4nary-token-Zk9vQ2x7';
const OTHER_DB = 'c4nary-other-db-Zk9vQ2x7';
const OTHER_TOKEN = 'c4nary-other-token-Zk9vQ2x7';
const HOST = 'c4nary-host-Zk9vQ2x7';
/** Values that no message may hold. */
export const CANARIES = [DB, FLASK, PLAIN, TOKEN, OTHER_DB, OTHER_TOKEN, HOST, MANAGEMENT.secret];
const DOTENV = [
  'DB_USER=papyrus',
  `DB_PASSWORD=${DB}`,
  `FLASK_SECRET_KEY=${FLASK}`,
  'GUNICORN_WORKERS=2',
  'LOG_LEVEL=info',
].join('\n');
const without = (...names: string[]) =>
  DOTENV.split('\n')
    .filter((line) => !names.some((name) => line.startsWith(`${name}=`)))
    .join('\n');
const CONFIG = 'aws-bootstrap.yml';

const OLD = 'http://198.51.100.9:5000';
const NEW = 'http://203.0.113.7:5000';
export const URL_LISTS = ['callbacks', 'allowed_logout_urls', 'web_origins'] as const;
const lend = (harness: Harness) => {
  for (const list of URL_LISTS)
    harness.auth0.application('app-id')[list] = [`https://other.example.com/${list}`];
};
const access = ({ auth0 }: Harness) => ({
  'auth0-domain': auth0.url,
  'auth0-management-client-id': MANAGEMENT.id,
  'auth0-management-client-secret': MANAGEMENT.secret,
  'auth0-application-id': 'app-id',
});

const base = makeImage(['first layer', 'second layer']);
const next = makeImage(['first layer', 'third layer']);
const IMAGES = {
  'base.tar': makeTar(toSaved(base, ['papyrus:1'])),
  'next.tar': makeTar(toSaved(next, ['papyrus:2'])),
};
const push = ({ folder }: Harness, file: string, more: Readonly<Record<string, string>> = {}): Step => ({
  inputs: { prefix: P, image: `docker-archive:${folder}/${file}`, only: 'repository, image', ...more },
  files: IMAGES,
});

/** One run that must end well. */
export async function mustRun(harness: Harness, step: Step): Promise<RunResult> {
  const run = await harness.run(step);
  if (run.failure !== undefined) throw new Error(`${run.failure}\n${run.printed}`);
  return run;
}
const apply = (harness: Harness, more: Readonly<Record<string, string>> = {}) =>
  mustRun(harness, { inputs: { prefix: P, dotenv: DOTENV, ...more } });

const END = { prefix: P, mode: 'destroy', confirm: P, allow: 'delete-log-group, delete-repository' };
/** Names that say whose they are: what environments may share is deleted by none of them. */
const OWN = { 'log-group': '/ecs/{application}-{environment}', repository: '{application}/{environment}' };
const tags = (pairs: Readonly<Record<string, string>>) =>
  Object.entries(pairs).map(([Key, Value]) => ({ Key, Value }));

/** Somebody else's, which the action takes over. */
async function makeForeign({ others }: Harness): Promise<void> {
  const Tags = tags({ team: 'platform' });
  await others.logs.createLogGroup({ logGroupName: '/ecs/papyrus', tags: { team: 'platform' } });
  await others.ecr.createRepository({ repositoryName: 'papyrus', tags: Tags });
  for (const name of ['GUNICORN_WORKERS', 'LOG_LEVEL'])
    await others.ssm.putParameter({ Name: `${P}/${name}`, Value: '2', Type: 'String', Tags });
  for (const [name, SecretString] of [
    ['flask', JSON.stringify({ secret_key: FLASK, other: 'x' })],
    ['db', JSON.stringify({ password: DB })],
  ] as const)
    await others.secrets.createSecret({ Name: `papyrus/prd/${name}`, SecretString, Tags });
}

/** One resource of each kind but image and application, and a parameter of each type. */
const BASE = {
  prefix: P,
  dotenv: `DB_USER=papyrus\nDB_PASSWORD=${DB}\nAUTH0_CALLBACK_URL=https://one.example.com/callback`,
  secrets: `API_TOKEN=${TOKEN}`,
  'log-retention-days': '30',
  'lifecycle-policy': 'keep-last:10',
};
/** All that can differ from it does: values, keys of a secret, tags, retention, KMS keys, mutability, policies. */
export const CHANGED: Step = {
  inputs: {
    prefix: P,
    dotenv: `DB_USER=papyrus\nDB_PASSWORD=${OTHER_DB}\nDB_HOST=${HOST}\nAUTH0_CALLBACK_URL=https://two.example.com/callback`,
    secrets: `API_TOKEN=${OTHER_TOKEN}`,
    'kms-key-id': 'alias/ours',
    'log-retention-days': '60',
    'log-group-kms-key-id': LOG_KEY,
    'image-tag-mutability': 'IMMUTABLE',
    'lifecycle-policy': 'keep-last:20',
    'scan-on-push': 'false',
    'pull-accounts': '111122223333',
    tags: 'cost=42',
  },
};
export const CREATED: Step = { inputs: BASE };
const create = (harness: Harness) => mustRun(harness, CREATED);

/** What others write into the secret between this run's read and its write. */
async function overtake({ others: { secrets } }: Harness): Promise<void> {
  const { SecretString = '' } = await secrets.getSecretValue({ SecretId: bundle.name });
  const theirs = JSON.stringify({ ...JSON.parse(SecretString), theirs: 'x' });
  await secrets.putSecretValue({ SecretId: bundle.name, SecretString: theirs });
}

/** The resources of the configuration, made by others with other settings and values. */
export async function makeOthers({ front }: Harness): Promise<void> {
  for (const [, { foreign }] of SUBJECTS) await foreign(front, { team: 'platform' });
}

/** Those that two runs may go through at once. */
export const SHARED_SCENES: readonly Scene[] = [
  { name: 'create', set: async () => {}, step: () => CREATED },
  { name: 'update', set: create, step: () => CHANGED },
  {
    name: 'adopt',
    set: makeOthers,
    step: () => CREATED,
  },
  {
    name: 'restore',
    async set(harness) {
      await create(harness);
      const { front, others } = harness;
      await front.secrets.deleteSecret({ SecretId: bundle.name, RecoveryWindowInDays: 30 });
      await others.logs.deleteRetentionPolicy({ logGroupName: logGroup.name });
      await others.ssm.deleteParameter({ Name: secureParameter.name });
    },
    step: () => CHANGED,
  },
  {
    name: 'overtaken',
    async set(harness) {
      await create(harness);
      let isLeft = true;
      harness.aws.onCall(async ({ operation }, moment) => {
        if (operation !== 'PutSecretValue' || moment !== 'before' || !isLeft) return;
        isLeft = false;
        await overtake(harness);
      });
    },
    step: () => CHANGED,
  },
  {
    name: 'withdraw',
    set: (harness) =>
      mustRun(harness, {
        inputs: { ...BASE, 'log-group-kms-key-id': LOG_KEY, 'pull-accounts': '111122223333' },
      }),
    step: () => ({ inputs: { ...BASE, 'log-group-kms-key-id': 'none' } }),
  },
  { name: 'silent', set: create, step: () => CREATED },
];

export const SCENES: readonly Scene[] = [
  ...SHARED_SCENES,
  {
    name: 'destroy',
    async set(harness) {
      lend(harness);
      await apply(harness, { 'app-url': NEW, ...OWN, ...access(harness) });
    },
    step: (harness) => ({ inputs: { ...END, ...OWN, ...access(harness) } }),
  },
  {
    name: 'destroy what was adopted',
    async set(harness) {
      await makeForeign(harness);
      await apply(harness);
    },
    step: () => ({ inputs: END }),
  },
  {
    name: 'prune',
    async set(harness) {
      await makeForeign(harness);
      await apply(harness, { 'log-retention-days': '30' });
    },
    step: () => ({
      inputs: {
        prefix: P,
        prune: 'delete',
        'log-retention-days': 'never',
        dotenv: without('GUNICORN_WORKERS', 'FLASK_SECRET_KEY', 'DB_USER'),
      },
    }),
  },
  {
    name: 'move to a secret',
    set: (harness) => apply(harness, { prefer: 'ssm' }),
    step: () => ({ inputs: { prefix: P, prune: 'delete', dotenv: DOTENV } }),
  },
  {
    name: 'move to parameters',
    set: (harness) => apply(harness),
    step: () => ({
      inputs: { prefix: P, prune: 'delete', dotenv: DOTENV, config: CONFIG, prefer: 'ssm' },
      files: {
        [CONFIG]:
          'rules:\n  - { match: FLASK_SECRET_KEY, to: secure-parameter }\nbundles: { db: { mode: exact } }\n',
      },
    }),
  },
  {
    name: 'change of type',
    async set(harness) {
      await mustRun(harness, { inputs: { prefix: P, secrets: `PLAIN_ONE=${PLAIN}\nPLAIN_TWO=2` } });
      await harness.others.ssm.addTagsToResource({
        ResourceType: 'Parameter',
        ResourceId: `${P}/PLAIN_ONE`,
        Tags: tags({ team: 'platform' }),
      });
    },
    // Only a rule makes plain what is encrypted.
    step: () => ({
      inputs: { prefix: P, dotenv: `PLAIN_ONE=${PLAIN}\nPLAIN_TWO=2`, allow: 'change-type', config: CONFIG },
      files: { [CONFIG]: 'rules: [{ match: PLAIN_*, to: parameter }]\n' },
    }),
  },
  {
    name: 'Auth0',
    async set(harness) {
      lend(harness);
      await mustRun(harness, { inputs: { prefix: P, only: 'auth0', 'app-url': OLD, ...access(harness) } });
    },
    step: (harness) => ({
      inputs: {
        prefix: P,
        only: 'parameters, auth0',
        dotenv: 'LOG_LEVEL=info',
        'app-url': NEW,
        'auth0-urls': 'follow',
        ...access(harness),
      },
    }),
  },
  {
    name: 'image',
    set: async () => {},
    step: (harness) => push(harness, 'base.tar', { 'image-tags': 'v1, latest' }),
  },
  {
    name: 'next image',
    async set(harness) {
      await mustRun(harness, push(harness, 'base.tar'));
      harness.registry.hidesDigest = true;
    },
    step: (harness) => push(harness, 'next.tar'),
  },
];

/** The servers as the scene finds them. */
export async function setScene(harness: Harness, scene: Scene): Promise<Step> {
  await harness.reset();
  await scene.set(harness);
  return scene.step(harness);
}
