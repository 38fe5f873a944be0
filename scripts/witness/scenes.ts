/** How every published workflow ends. Each has an entry; `witness-workflows.ts` fails where one has none. */

import { eventsOf, type Published } from './published.ts';
import type { Play, Scene } from './scene.ts';
import { ENV, EXAMPLE_TASK, isDeployed, PUSH } from './scenes-common.ts';
import { EXAMPLE } from './scenes-example.ts';
import { FLEET } from './scenes-fleet.ts';
import { INIT } from './scenes-init.ts';
import { OWN } from './scenes-own.ts';
import { RECIPES } from './scenes-recipes.ts';
import { STEPS } from './scenes-steps.ts';

/** What the quick start stores on GitHub. */
const QUICK_START_VARS = {
  AWS_REGION: 'us-west-2',
  AWS_DEPLOY_ROLE: 'arn:aws:iam::123456789012:role/myapp-deploy',
};

const QUICK_START: readonly Scene[] = [
  {
    title: 'the first push makes everything',
    event: PUSH,
    expected: {
      jobs: { base: 'succeeded' },
      roles: ['myapp-deploy'],
      writes: true,
      summaries: 1,
    },
    after: async ({ account }) => {
      const group = await account.logGroup('/ecs/myapp');
      const secrets = await account.secrets();
      return [
        ...(group?.retention === 30 && group.tags?.['project'] === 'myapp'
          ? []
          : ['the log group is not there']),
        ...(String(secrets) === 'myapp/prd/auth0,myapp/prd/db,myapp/prd/flask'
          ? []
          : [`secrets: ${secrets}`]),
        ...((await account.repository('myapp')) === undefined ? ['there is no repository'] : []),
      ];
    },
  },
  {
    title: 'the second writes nothing',
    event: PUSH,
    expected: { jobs: { base: 'succeeded' }, writes: false, summaries: 1 },
  },
  {
    // The runner itself hides the text as a whole only; what hides a value is the mask that this action has set.
    title: 'a later step that prints the .env shows no secret value',
    event: PUSH,
    added: `      - run: printf '%s\\n' "$DOTENV"
        env:
          DOTENV: \${{ secrets.DOTENV }}
`,
    expected: {
      jobs: { base: 'succeeded' },
      writes: false,
      summaries: 1,
      log: [/\| DB_PASSWORD=\*\*\*$/m, /\| GUNICORN_WORKERS=2$/m],
    },
  },
];

const ARTICLE: Play = {
  secrets: () => ({ DOTENV: ENV }),
  vars: { AWS_ROLE: 'arn:aws:iam::123456789012:role/papyrus-deploy' },
  files: {
    'task-definition.json': EXAMPLE_TASK,
    Dockerfile: 'FROM scratch\nCOPY task-definition.json /\n',
  },
  scenes: [
    {
      title: 'a push builds, pushes and deploys',
      event: PUSH,
      expected: { jobs: { deploy: 'succeeded' }, roles: ['papyrus-deploy'], writes: true, summaries: 1 },
      after: (stage, seen) => isDeployed(stage, seen),
    },
  ],
};

export const PLAYS: Readonly<Record<string, Play>> = {
  ...Object.fromEntries(
    ['README.md', 'README.ja.md', 'docs/quick-start.md', 'docs/ja/quick-start.md'].map((page) => [
      `${page}: deploy`,
      { secrets: () => ({ DOTENV: ENV }), vars: QUICK_START_VARS, scenes: QUICK_START },
    ]),
  ),
  'docs/enterprise.md: deploy': {
    secrets: () => ({ DOTENV: ENV }),
    scenes: [
      {
        title: 'a self-hosted runner applies',
        event: PUSH,
        expected: { jobs: { deploy: 'succeeded' }, roles: ['papyrus-deploy'], writes: true, summaries: 1 },
      },
    ],
  },
  'docs/article.md: deploy': ARTICLE,
  'docs/ja/article.md: deploy': ARTICLE,
  ...RECIPES,
  ...STEPS,
  ...FLEET,
  ...EXAMPLE,
  ...INIT,
  ...OWN,
};

/** They run as part of the workflows that call them. */
const CALLED = new Set(['.github/workflows/fleet.yml', '.github/workflows/fleet-chunk.yml']);
/** Fewer would mean that the documentation is not read any more. */
const FEWEST = 20;

/** @returns every workflow that is published without a scene, and every scene without a workflow. */
export function uncovered(published: readonly Published[]): string[] {
  const names = published.map(({ name }) => name);
  const scenes = Object.keys(PLAYS);
  return [
    ...(names.length < FEWEST ? [`only ${names.length} published workflows were found`] : []),
    ...names
      .filter((name) => !scenes.includes(name) && !CALLED.has(name))
      .map((name) => `${name} is published, and has no scene in scripts/witness/scenes.ts`),
    ...scenes
      .filter((name) => !names.includes(name))
      .map((name) => `${name} has a scene in scripts/witness/scenes.ts, and is not published`),
    ...published.flatMap(({ name, text }) => {
      const named = eventsOf(text);
      const played = (PLAYS[name]?.scenes ?? []).map(({ event }) => event.name);
      return scenes.includes(name) && named.some((event) => !played.includes(event))
        ? [`${name} names the events ${named.join(', ')}, and has scenes for ${played.join(', ')}`]
        : [];
    }),
    ...names
      .filter((name, at) => names.indexOf(name) !== at)
      .map((name) => `two published workflows are called ${name}`),
  ];
}
