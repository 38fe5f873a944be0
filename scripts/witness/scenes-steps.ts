/** Pages that show steps alone. */
import type { Play } from './scene.ts';
import { ENV, PUSH } from './scenes-common.ts';
import { applied } from './scenes-recipes.ts';

const TROUBLESHOOTING: Play = {
  secrets: () => ({ DOTENV: ENV }),
  scenes: [
    {
      title: 'a run that goes well has nothing to tell',
      event: PUSH,
      expected: { jobs: { steps: 'succeeded' }, writes: true, summaries: 1 },
      after: (_, { text }) => (/\| failed because of/.test(text) ? ['the step was not skipped'] : []),
    },
    {
      title: 'a secret that does not exist is an input error, which the next step tells',
      event: PUSH,
      secrets: { DOTENV: '' },
      expected: {
        jobs: { steps: 'failed' },
        writes: false,
        summaries: 1,
        log: [/\| failed because of input$/m],
      },
    },
  ],
};

export const STEPS: Readonly<Record<string, Play>> = {
  'docs/configuration.md: Where variables come from': {
    secrets: () => ({ STRIPE_API_KEY: 'not-a-real-stripe-key', SMTP_PASSWORD: 'not-a-real-smtp-password' }),
    vars: { LOG_LEVEL: 'info' },
    files: { 'deploy/prd.env': 'LOG_FORMAT=json\n' },
    scenes: [
      {
        title: 'all sources make one set',
        event: PUSH,
        expected: { jobs: { steps: 'succeeded' }, writes: true, summaries: 1 },
        after: async ({ account }) => {
          const found = await account.parameters();
          const names = ['GUNICORN_WORKERS', 'LOG_FORMAT', 'LOG_LEVEL', 'SMTP_PASSWORD', 'STRIPE_API_KEY'];
          const expected = names.map((name) => `/papyrus/prd/${name}`);
          return String(found) === String(expected) ? [] : [`parameters: ${found}`];
        },
      },
    ],
  },
  'docs/environments.md: Remove an environment': {
    files: {
      '.github/aws-bootstrap.yml':
        'log-group: /ecs/{application}-{environment}\nrepository: "{application}/{environment}"\n',
    },
    scenes: [
      {
        title: 'with the log group and the repository of its own',
        event: PUSH,
        before: (stage) =>
          applied(stage, {
            prefix: '/papyrus/stg',
            'log-group': '/ecs/{application}-{environment}',
            repository: '{application}/{environment}',
          }),
        expected: { jobs: { steps: 'succeeded' }, writes: true, summaries: 1 },
        after: async ({ account }) => {
          const left = [
            ...(await account.parameters()),
            ...(await account.secrets()),
            ...((await account.logGroup('/ecs/papyrus-stg')) === undefined ? [] : ['the log group']),
            ...((await account.repository('papyrus/stg')) === undefined ? [] : ['the repository']),
          ];
          return left.length === 0 ? [] : [`left: ${left}`];
        },
      },
    ],
  },
  'docs/troubleshooting.md: steps': TROUBLESHOOTING,
  'docs/ja/troubleshooting.md: steps': TROUBLESHOOTING,
};
