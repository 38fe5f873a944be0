/** The projects in examples/. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Play } from './scene.ts';
import {
  ADDRESS,
  changed,
  dispatch,
  envAt,
  hasAddress,
  isDeployed,
  PUSH,
  SCHEDULE,
} from './scenes-common.ts';
import type { Seen, Stage } from './stage.ts';

const read = (project: string, name: string) => readFileSync(`examples/${project}/${name}`, 'utf8');

/** Everything of a project but what is for people, as a checkout gives it. */
function filesOf(project: string): Record<string, string> {
  const entries = readdirSync(`examples/${project}`, { recursive: true, withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).replace(/^examples\/[^/]+\//, ''))
    .filter((name) => !/\.md$|\.env\.example$|^\.github\/workflows\//.test(name));
  return Object.fromEntries(names.map((name) => [name, read(project, name)]));
}

const roleOf = (application: string, kind = 'deploy') =>
  `arn:aws:iam::123456789012:role/${application}-${kind}`;

const sameList = (what: string, found: readonly string[], right: readonly string[]) =>
  JSON.stringify(found) === JSON.stringify(right) ? [] : [`${what}: ${found.join(', ') || 'none'}`];

/** @returns the parameters below a prefix that have another type than the README says. */
async function typesAre({ account }: Stage, prefix: string, types: Readonly<Record<string, string>>) {
  const found = await Promise.all(
    Object.entries(types).map(async ([name, type]) => {
      const parameter = await account.parameter(`${prefix}/${name}`);
      return parameter?.type === type ? [] : [`${name} is ${parameter?.type ?? 'missing'}, not ${type}`];
    }),
  );
  return found.flat();
}

const FLASK_ENV = read('flask-on-ecs', '.env.example');
const FLASK_VARS = { AWS_ROLE: roleOf('papyrus') };
const FLASK: Play = {
  secrets: (stage) => ({
    DOTENV: envAt(stage, FLASK_ENV),
    AUTH0_MANAGEMENT_CLIENT_ID: stage.auth0.management.id,
    AUTH0_MANAGEMENT_CLIENT_SECRET: stage.auth0.management.secret,
  }),
  vars: FLASK_VARS,
  files: filesOf('flask-on-ecs'),
  scenes: [
    {
      title: 'the first push deploys; there is no address yet',
      event: PUSH,
      expected: { jobs: { deploy: 'succeeded' }, roles: ['papyrus-deploy'], writes: true, summaries: 1 },
      after: (stage, seen) => [
        ...isDeployed(stage, seen, FLASK_ENV),
        ...(stage.auth0.calls.length === 0 ? [] : ['Auth0 was called']),
      ],
    },
    {
      title: 'with APP_URL: Auth0 gets it, and the service is deployed once more',
      event: dispatch(),
      vars: { ...FLASK_VARS, APP_URL: ADDRESS },
      expected: { jobs: { deploy: 'succeeded' }, writes: true, summaries: 2 },
      after: (stage, seen) => [
        ...hasAddress(stage),
        ...(seen.notes.filter(({ action }) => action.startsWith('aws ecs ')).length === 2
          ? []
          : ['the service was not deployed again']),
      ],
    },
    {
      title: 'the next push with it changes nothing, and deploys once',
      event: PUSH,
      vars: { ...FLASK_VARS, APP_URL: ADDRESS },
      expected: { jobs: { deploy: 'succeeded' }, writes: false, summaries: 2 },
      after: (stage, seen) => [
        ...isDeployed(stage, seen, FLASK_ENV),
        ...(seen.notes.some(({ action }) => action.startsWith('aws ecs ')) ? ['it was deployed twice'] : []),
      ],
    },
  ],
};

const NODE_ENV = read('node-on-fargate', '.env.example');
const NODE: Play = {
  secrets: () => ({ DOTENV: NODE_ENV }),
  vars: { AWS_ROLE: roleOf('bookshop') },
  files: filesOf('node-on-fargate'),
  scenes: [
    {
      title: 'the first push stores the variables and deploys',
      event: PUSH,
      expected: { jobs: { deploy: 'succeeded' }, roles: ['bookshop-deploy'], writes: true, summaries: 1 },
      after: async (stage, seen) => [
        ...isDeployed(stage, seen, NODE_ENV, 'bookshop'),
        ...sameList('secrets', await stage.account.secrets(), ['bookshop/prd/stripe']),
        ...(await typesAre(stage, '/bookshop/prd', {
          DATABASE_URL: 'SecureString',
          REDIS_URL: 'SecureString',
          SESSION_SECRET: 'SecureString',
          SMTP_USERNAME: 'SecureString',
          SMTP_PASSWORD: 'SecureString',
          SENTRY_DSN: 'SecureString',
          STRIPE_PRICE_BASIC: 'String',
          LOG_LEVEL: 'String',
        })),
      ],
    },
    {
      title: 'the same push again writes nothing, and deploys',
      event: PUSH,
      expected: { jobs: { deploy: 'succeeded' }, writes: false, summaries: 1 },
      after: (stage, seen) => isDeployed(stage, seen, NODE_ENV, 'bookshop'),
    },
    {
      title: 'by hand, with another value: it is written',
      event: dispatch(),
      secrets: { DOTENV: changed(NODE_ENV, { LOG_LEVEL: 'debug' }) },
      expected: { jobs: { deploy: 'succeeded' }, writes: true, summaries: 1 },
      after: async ({ account }) => {
        const found = await account.parameter('/bookshop/prd/LOG_LEVEL');
        return found?.value === 'debug' ? [] : [`LOG_LEVEL is ${found?.value}`];
      },
    },
  ],
};

const LARAVEL_ENV = read('laravel', '.env.example');
/** Without what the rules ignore. */
const LARAVEL_TASK_ENV = changed(LARAVEL_ENV, {
  AWS_ACCESS_KEY_ID: undefined,
  AWS_SECRET_ACCESS_KEY: undefined,
  VITE_APP_NAME: undefined,
});
const LARAVEL: Play = {
  secrets: () => ({ DOTENV: LARAVEL_ENV }),
  vars: { AWS_ROLE: roleOf('library') },
  files: filesOf('laravel'),
  scenes: [
    {
      title: 'the first push stores the variables and deploys',
      event: PUSH,
      expected: { jobs: { deploy: 'succeeded' }, roles: ['library-deploy'], writes: true, summaries: 1 },
      after: async (stage, seen) => {
        const names = await stage.account.parameters();
        const secret = await stage.account.secret('library/prd/db');
        return [
          ...isDeployed(stage, seen, LARAVEL_TASK_ENV, 'library'),
          ...sameList('keys', Object.keys(secret?.value ?? {}).sort(), [
            'host',
            'name',
            'password',
            'username',
          ]),
          ...(await typesAre(stage, '/library/prd', {
            APP_KEY: 'SecureString',
            REDIS_PASSWORD: 'SecureString',
            MAIL_USERNAME: 'SecureString',
            MAIL_PASSWORD: 'SecureString',
            MAIL_FROM_NAME: 'String',
          })),
          ...names.filter((name) => /ACCESS_KEY|VITE_/.test(name)).map((name) => `${name} is stored`),
        ];
      },
    },
    {
      title: 'by hand, with another APP_KEY: the first one is kept',
      event: dispatch(),
      secrets: { DOTENV: changed(LARAVEL_ENV, { APP_KEY: 'base64:YW5vdGhlci1tYWRlLXVwLWtleQ==' }) },
      expected: { jobs: { deploy: 'succeeded' }, writes: false, summaries: 1 },
      after: async ({ account }) => {
        const found = await account.parameter('/library/prd/APP_KEY');
        return LARAVEL_ENV.includes(`APP_KEY=${found?.value}\n`) ? [] : ['APP_KEY was overwritten'];
      },
    },
  ],
};

/** One of the two applications of the monorepo; the other one has everything already. */
function monorepo(application: string, other: string): Play {
  const own = read('monorepo', `apps/${application}/.env.example`);
  const others = read('monorepo', `apps/${other}/.env.example`);
  const both = `${read('monorepo', 'deploy/common.env')}\n${own}`;
  const scene = { jobs: { deploy: 'succeeded' }, roles: [`${application}-deploy`], summaries: 1 } as const;
  const belowOthers = ({ aws }: Stage) =>
    aws.calls
      .filter(({ write, input }) => write && JSON.stringify(input).includes(`${other}/prd`))
      .map(({ operation }) => `${operation} below /${other}/prd`);
  return {
    secrets: () => ({ DOTENV: own }),
    vars: { AWS_ROLE: roleOf(application) },
    files: filesOf('monorepo'),
    scenes: [
      {
        title: `a push deploys it, and leaves ${other} alone`,
        event: PUSH,
        before: async ({ account, aws }) => {
          const run = await account.step({ prefix: `/${other}/prd`, dotenv: others });
          if (run.exitCode !== 0) throw new Error(`${other} could not be made: ${run.log}`);
          aws.forget();
        },
        expected: { ...scene, writes: true },
        after: async (stage, seen) => [
          ...isDeployed(stage, seen, both, application),
          ...belowOthers(stage),
          ...(await typesAre(stage, `/${application}/prd`, { SHOP_URL: 'String', PORT: 'String' })),
        ],
      },
      {
        title: 'by hand, once more: nothing is written',
        event: dispatch(),
        expected: { ...scene, writes: false },
        after: (stage, seen) => isDeployed(stage, seen, both, application),
      },
    ],
  };
}

const NEWSLETTER_ENV = read('drift-to-slack', '.env.example');
const NEWSLETTER = {
  secrets: () => ({
    DOTENV: NEWSLETTER_ENV,
    SLACK_WEBHOOK_URL: 'https://hooks.slack.com/services/T00000000/B00000000/EXAMPLE-made-up',
  }),
  vars: { AWS_READ_ROLE: roleOf('newsletter', 'read'), AWS_DEPLOY_ROLE: roleOf('newsletter') },
  files: filesOf('drift-to-slack'),
};
const setParameter = (name: string, value: string) => (stage: Stage) =>
  stage.setParameter(`/newsletter/prd/${name}`, value);

/** @returns what differs where Slack should have got one message for each pattern. */
function messagesAre({ notes }: Seen, ...patterns: RegExp[]): string[] {
  const texts = notes
    .filter(({ action }) => action === 'slackapi/slack-github-action')
    .map(({ inputs }) => String((parse(inputs['payload'] ?? '') as { text?: unknown }).text));
  return texts.length === patterns.length && patterns.every((pattern, at) => pattern.test(texts[at] ?? ''))
    ? []
    : [`Slack got ${JSON.stringify(texts)}`];
}

/** Creates what apply.yml would, by its own configuration file. */
async function applyNewsletter({ account, aws }: Stage): Promise<void> {
  const inputs = { prefix: '/newsletter/prd', dotenv: NEWSLETTER_ENV };
  const run = await account.step(inputs, { files: NEWSLETTER.files });
  if (run.exitCode !== 0) throw new Error(`the newsletter could not be made: ${run.log}`);
  aws.forget();
}

const APPLY_NEWSLETTER: Play = {
  ...NEWSLETTER,
  scenes: [
    {
      title: 'a push applies',
      event: PUSH,
      expected: { jobs: { apply: 'succeeded' }, roles: ['newsletter-deploy'], writes: true, summaries: 1 },
      after: (stage) => typesAre(stage, '/newsletter/prd', { MAILGUN_LIST: 'String', LOG_LEVEL: 'String' }),
    },
    {
      title: 'by hand, after somebody changed two values: the one that may change stays',
      event: dispatch(),
      before: async (stage) => {
        await setParameter('BATCH_SIZE', '900')(stage);
        await setParameter('LOG_LEVEL', 'debug')(stage);
      },
      expected: { jobs: { apply: 'succeeded' }, writes: true, summaries: 1 },
      after: async ({ account }) => {
        const size = await account.parameter('/newsletter/prd/BATCH_SIZE');
        const level = await account.parameter('/newsletter/prd/LOG_LEVEL');
        return sameList('values', [size?.value ?? '', level?.value ?? ''], ['900', 'info']);
      },
    },
  ],
};

const DRIFT = {
  jobs: { drift: 'succeeded' },
  roles: ['newsletter-read'],
  writes: false,
  summaries: 1,
} as const;
const DRIFT_TO_SLACK: Play = {
  ...NEWSLETTER,
  scenes: [
    {
      title: 'AWS is as configured: no message',
      event: SCHEDULE,
      before: applyNewsletter,
      expected: DRIFT,
      after: (_, seen) => messagesAre(seen),
    },
    {
      title: 'the value that the team may change: no message',
      event: SCHEDULE,
      before: setParameter('BATCH_SIZE', '900'),
      expected: DRIFT,
      after: (_, seen) => messagesAre(seen),
    },
    {
      title: 'drift: one message with counts and a link, the job stays green',
      event: dispatch(),
      before: setParameter('LOG_LEVEL', 'debug'),
      expected: DRIFT,
      after: (_, seen) =>
        messagesAre(
          seen,
          /^Drift in \/newsletter\/prd: 0 to create, 1 to update, 0 blocked\. <https:\/\/\S+\/actions\/runs\/\d+\|Open the summary>$/,
        ),
    },
    {
      title: 'the secret DOTENV is gone: the check fails, and the message has the reason',
      event: SCHEDULE,
      secrets: { DOTENV: '' },
      expected: { ...DRIFT, jobs: { drift: 'failed' } },
      after: (_, seen) => messagesAre(seen, /failed: input\. </),
    },
    {
      title: 'there is no role: the check does not begin, and the message says so',
      event: SCHEDULE,
      vars: {},
      expected: { jobs: { drift: 'failed' }, roles: [], writes: false, summaries: 0 },
      after: (_, seen) => messagesAre(seen, /failed: before it began\. </),
    },
  ],
};

export const EXAMPLE: Readonly<Record<string, Play>> = {
  'examples/flask-on-ecs/.github/workflows/deploy.yml': FLASK,
  'examples/node-on-fargate/.github/workflows/deploy.yml': NODE,
  'examples/laravel/.github/workflows/deploy.yml': LARAVEL,
  'examples/monorepo/.github/workflows/orders.yml': monorepo('orders', 'storefront'),
  'examples/monorepo/.github/workflows/storefront.yml': monorepo('storefront', 'orders'),
  'examples/drift-to-slack/.github/workflows/apply.yml': APPLY_NEWSLETTER,
  'examples/drift-to-slack/.github/workflows/drift.yml': DRIFT_TO_SLACK,
};
