/** The workflows that `init` writes. */
import type { Play } from './scene.ts';
import { dispatch, ENV, EXAMPLE_TASK, isDeployed, PULL, PUSH, SCHEDULE } from './scenes-common.ts';
import type { Stage } from './stage.ts';
import { BARE_FILES, WRITTEN_FILES } from './written.ts';

const secrets = () => ({ DOTENV: ENV });
const files = {
  ...WRITTEN_FILES,
  'task-definition.json': EXAMPLE_TASK,
  Dockerfile: 'FROM scratch\nCOPY task-definition.json /\n',
};
const DEPLOY = { jobs: { deploy: 'succeeded' }, roles: ['papyrus-deploy'], summaries: 1 } as const;
const READ = { roles: ['papyrus-read'], writes: false, summaries: 1 } as const;
const issuesOf = ({ github }: Stage, count: number) =>
  github.issues.length === count ? [] : [`there are ${github.issues.length} issues`];

export const INIT: Readonly<Record<string, Play>> = {
  'init: deploy': {
    secrets,
    files,
    scenes: [
      {
        title: 'a push builds, pushes and deploys',
        event: PUSH,
        expected: { ...DEPLOY, writes: true },
        after: async (stage, seen) => {
          const group = await stage.account.logGroup('/ecs/papyrus');
          return [
            ...isDeployed(stage, seen),
            ...(group?.retention === 30 ? [] : [`logs are kept for ${group?.retention} days`]),
          ];
        },
      },
      { title: 'by hand: nothing is left', event: dispatch(), expected: { ...DEPLOY, writes: false } },
    ],
  },
  'init: deploy (bare)': {
    secrets,
    files: BARE_FILES,
    vars: { AWS_DEPLOY_ROLE: 'arn:aws:iam::123456789012:role/papyrus-deploy' },
    scenes: [
      { title: 'a push applies', event: PUSH, expected: { ...DEPLOY, writes: true } },
      { title: 'by hand: nothing is left', event: dispatch(), expected: { ...DEPLOY, writes: false } },
    ],
  },
  'init: plan': {
    secrets,
    files,
    scenes: [
      {
        title: 'a pull request gets a comment',
        event: PULL,
        expected: { ...READ, jobs: { plan: 'succeeded' } },
        after: ({ github }) =>
          github.writes().some(({ method }) => method === 'POST') ? [] : ['there is no comment'],
      },
      {
        title: 'a fork is skipped',
        event: { ...PULL, isFork: true },
        expected: { jobs: {}, roles: [], writes: false, summaries: 0 },
      },
    ],
  },
  'init: drift': {
    secrets,
    files,
    scenes: [
      {
        title: 'nothing is there yet: the issue says so',
        event: SCHEDULE,
        expected: { ...READ, jobs: { drift: 'failed' } },
        after: (stage) => issuesOf(stage, 1),
      },
      {
        title: 'by hand: the same issue',
        event: dispatch(),
        expected: { ...READ, jobs: { drift: 'failed' } },
        after: (stage) => issuesOf(stage, 1),
      },
    ],
  },
};
