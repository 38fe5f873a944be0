/** What only a whole run does: it lets go, moves, changes types, and speaks with a registry and with Auth0. */
import { errorText } from '../../src/report/failure.ts';
import { findCanaries } from '../action/leaks.ts';
import { makeImage, makeTar, toSaved } from '../servers/registry-images.ts';
import { MANAGEMENT, type Step, type Whole, type WholeRun } from './whole.ts';

export interface WholeScene {
  readonly name: string;
  /** What stands before the run. */
  readonly set: (whole: Whole) => Promise<unknown>;
  readonly step: (whole: Whole) => Step;
}

const P = '/papyrus/prd';
const DB = 'c4nary-db-Zk9vQ2x7';
const FLASK = 'c4nary-flask-Zk9vQ2x7';
const PLAIN = 'c4nary-plain-Zk9vQ2x7';
export const CANARIES = [DB, FLASK, MANAGEMENT.secret];
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
const LISTS = ['callbacks', 'allowed_logout_urls', 'web_origins'] as const;
const lend = (whole: Whole) => {
  for (const list of LISTS) whole.auth0.application('app-id')[list] = [`https://other.example.com/${list}`];
};
const access = ({ auth0 }: Whole) => ({
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
const push = ({ folder }: Whole, file: string, more: Readonly<Record<string, string>> = {}): Step => ({
  inputs: { prefix: P, image: `docker-archive:${folder}/${file}`, only: 'repository, image', ...more },
  files: IMAGES,
});

/** One run that must end well. */
export async function mustRun(whole: Whole, step: Step): Promise<WholeRun> {
  const run = await whole.run(step);
  if (run.failure !== undefined) throw new Error(`${run.failure}\n${run.printed}`);
  return run;
}
const apply = (whole: Whole, more: Readonly<Record<string, string>> = {}) =>
  mustRun(whole, { inputs: { prefix: P, dotenv: DOTENV, ...more } });

const END = { prefix: P, mode: 'destroy', confirm: P, allow: 'delete-log-group, delete-repository' };
/** Names that say whose they are: what environments may share is deleted by none of them. */
const OWN = { 'log-group': '/ecs/{application}-{environment}', repository: '{application}/{environment}' };
const tags = (pairs: Readonly<Record<string, string>>) =>
  Object.entries(pairs).map(([Key, Value]) => ({ Key, Value }));

/** Somebody else's, which the action takes over. */
async function makeForeign({ others }: Whole): Promise<void> {
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

export const SCENES: readonly WholeScene[] = [
  {
    name: 'destroy',
    async set(whole) {
      lend(whole);
      await apply(whole, { 'app-url': NEW, ...OWN, ...access(whole) });
    },
    step: (whole) => ({ inputs: { ...END, ...OWN, ...access(whole) } }),
  },
  {
    name: 'destroy what was adopted',
    async set(whole) {
      await makeForeign(whole);
      await apply(whole);
    },
    step: () => ({ inputs: END }),
  },
  {
    name: 'prune',
    async set(whole) {
      await makeForeign(whole);
      await apply(whole, { 'log-retention-days': '30' });
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
    set: (whole) => apply(whole, { prefer: 'ssm' }),
    step: () => ({ inputs: { prefix: P, prune: 'delete', dotenv: DOTENV } }),
  },
  {
    name: 'move to parameters',
    set: (whole) => apply(whole),
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
    async set(whole) {
      await mustRun(whole, { inputs: { prefix: P, secrets: `PLAIN_ONE=${PLAIN}\nPLAIN_TWO=2` } });
      await whole.others.ssm.addTagsToResource({
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
    async set(whole) {
      lend(whole);
      await mustRun(whole, { inputs: { prefix: P, only: 'auth0', 'app-url': OLD, ...access(whole) } });
    },
    step: (whole) => ({
      inputs: {
        prefix: P,
        only: 'parameters, auth0',
        dotenv: 'LOG_LEVEL=info',
        'app-url': NEW,
        'auth0-urls': 'follow',
        ...access(whole),
      },
    }),
  },
  {
    name: 'image',
    set: async () => {},
    step: (whole) => push(whole, 'base.tar', { 'image-tags': 'v1, latest' }),
  },
  {
    name: 'next image',
    async set(whole) {
      await mustRun(whole, push(whole, 'base.tar'));
      whole.registry.hidesDigest = true;
    },
    step: (whole) => push(whole, 'next.tar'),
  },
];

/** The servers as the scene finds them. */
export async function setScene(whole: Whole, scene: WholeScene): Promise<Step> {
  await whole.reset();
  await scene.set(whole);
  return scene.step(whole);
}

/** All that stands, versions and dates apart. */
export async function standing({ others, registry, auth0 }: Whole): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  const mapped = (list: ReadonlyArray<{ Key?: string | undefined; Value?: string | undefined }> = []) =>
    Object.fromEntries(list.map(({ Key = '', Value }) => [Key, Value]));
  const { Parameters = [] } = await others.ssm.describeParameters({ MaxResults: 50 });
  for (const { Name = '', Type } of Parameters) {
    const [values, about] = await Promise.all([
      others.ssm.getParameters({ Names: [Name], WithDecryption: true }),
      others.ssm.listTagsForResource({ ResourceType: 'Parameter', ResourceId: Name }),
    ]);
    found[Name] = { type: Type, value: values.Parameters?.[0]?.Value, tags: mapped(about.TagList) };
  }
  const { SecretList = [] } = await others.secrets.listSecrets({
    MaxResults: 100,
    IncludePlannedDeletion: true,
  });
  for (const { Name = '', Tags, DeletedDate } of SecretList)
    found[Name] = {
      tags: mapped(Tags),
      value:
        DeletedDate !== undefined
          ? 'scheduled for deletion'
          : JSON.parse((await others.secrets.getSecretValue({ SecretId: Name })).SecretString ?? '{}'),
    };
  const { logGroups = [] } = await others.logs.describeLogGroups({});
  for (const { logGroupName = '', retentionInDays, logGroupArn } of logGroups)
    found[logGroupName] = {
      retention: retentionInDays,
      tags: (await others.logs.listTagsForResource({ resourceArn: logGroupArn })).tags ?? {},
    };
  const { repositories = [] } = await others.ecr.describeRepositories({});
  for (const { repositoryName = '', repositoryArn, imageTagMutability } of repositories)
    found[`repository ${repositoryName}`] = {
      mutability: imageTagMutability,
      tags: mapped((await others.ecr.listTagsForResource({ resourceArn: repositoryArn })).tags),
    };
  for (const [name, { tags: images }] of registry.repositories)
    found[`image ${name}`] = Object.fromEntries(images);
  const application = auth0.application('app-id');
  for (const list of LISTS) found[list] = application[list];
  return found;
}

/** @returns what is wrong with what a run told: not in words, with a stack, or with a value. */
export function badWords({ outcomes, told, failure, printed }: WholeRun): string[] {
  const errors = outcomes.filter(({ result }) => result === 'failed').map(({ error }) => errorText(error));
  const texts = [...errors, ...told, ...(failure === undefined ? [] : [failure])];
  return [
    ...findCanaries('print', printed, CANARIES),
    ...texts.flatMap((text) => [
      ...findCanaries('message', text, CANARIES),
      ...(/\n|\bat .+:\d+:\d+|undefined|\[object|NaN|something unexpected/.test(text)
        ? [`told: ${text}`]
        : []),
      ...(text.length < 20 ? [`no words: ${text}`] : []),
    ]),
  ];
}
