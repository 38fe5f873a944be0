/** The workflows of docs/recipes.md, docs/environments.md and docs/delivery.md. */
import { readFileBlock } from './published.ts';
import type { Play } from './scene.ts';
import { outputs } from './scene.ts';
import {
  ADDRESS,
  changed,
  dispatch,
  ENV,
  EXAMPLE_TASK,
  envAt,
  hasAddress,
  isDeployed,
  PULL,
  PUSH,
  SCHEDULE,
  WORKERS,
} from './scenes-common.ts';
import { SHA, type Stage } from './stage.ts';

const DOTENV = { secrets: () => ({ DOTENV: ENV }) };
const DOCKERFILE = { Dockerfile: 'FROM scratch\nCOPY Dockerfile /\n' };
const APPLY = { jobs: { apply: 'succeeded' }, roles: ['papyrus-deploy'], summaries: 1 } as const;
const DRIFT = { jobs: { drift: 'succeeded' }, roles: ['papyrus-read'], writes: false, summaries: 1 } as const;

/** A run of the action that somebody made before. */
export const applied = async ({ account, aws }: Stage, inputs: Record<string, string> = {}) => {
  const run = await account.step({ dotenv: ENV, tags: 'project=portfolio', ...inputs });
  if (run.exitCode !== 0) throw new Error(`the state before could not be made: ${run.log}`);
  aws.forget();
};
/** Somebody changes a value by hand. */
const edit = (stage: Stage) => stage.setParameter(WORKERS, '99');
const restore = (stage: Stage) => stage.setParameter(WORKERS, '2');

const commentsHold = ({ github }: Stage, count: number, pattern = /./) =>
  github.comments.length === count && github.comments.every(({ body }) => pattern.test(body))
    ? []
    : [`comments: ${JSON.stringify(github.comments.map(({ body }) => body.slice(0, 80)))}`];
export const issuesAre = ({ github }: Stage, ...states: string[]) => {
  const found = github.issues.map(({ state }) => state);
  return String(found) === String(states) ? [] : [`issues: ${found.join(', ') || 'none'}`];
};

export const RECIPES: Readonly<Record<string, Play>> = {
  'docs/recipes.md: plan': {
    ...DOTENV,
    scenes: [
      {
        title: 'a pull request gets a comment with the plan',
        event: PULL,
        expected: { jobs: { plan: 'succeeded' }, roles: ['papyrus-read'], writes: false, summaries: 1 },
        after: (stage) => commentsHold(stage, 1, /\/papyrus\/prd/),
      },
      {
        title: 'the next push to it updates the comment',
        event: PULL,
        before: (stage) => applied(stage, { only: 'log-group' }),
        expected: { jobs: { plan: 'succeeded' }, writes: false, summaries: 1 },
        after: (stage) => [
          ...commentsHold(stage, 1, /\/papyrus\/prd/),
          ...(stage.github.writes().some(({ method }) => method === 'PATCH')
            ? []
            : ['it was not updated in place']),
        ],
      },
      {
        title: 'with nothing left to change the comment says so',
        event: PULL,
        before: (stage) => applied(stage),
        expected: { jobs: { plan: 'succeeded' }, writes: false, summaries: 1 },
        after: (stage) => commentsHold(stage, 1, /as it should|[Nn]othing to (do|change)|[Nn]o changes/),
      },
      {
        title: 'a fork is skipped: no role, no comment',
        event: { ...PULL, isFork: true },
        expected: { jobs: {}, roles: [], writes: false, summaries: 0 },
        after: ({ aws }) => (aws.calls.length === 0 ? [] : ['AWS was called']),
      },
    ],
  },
  'docs/recipes.md: apply': {
    ...DOTENV,
    scenes: [
      { title: 'a push applies', event: PUSH, expected: { ...APPLY, writes: true } },
      {
        title: 'what somebody changed is restored by the next push',
        event: PUSH,
        before: edit,
        expected: { ...APPLY, writes: true },
        after: async ({ account }) => {
          const found = await account.parameter(WORKERS);
          return found?.value === '2' ? [] : [`${WORKERS} is ${found?.value}`];
        },
      },
      { title: 'then nothing is left to write', event: PUSH, expected: { ...APPLY, writes: false } },
    ],
  },
  'docs/environments.md: approved': {
    ...DOTENV,
    scenes: [
      {
        title: 'what the first job planned the second applies',
        event: PUSH,
        expected: {
          jobs: { plan: 'succeeded', apply: 'succeeded' },
          roles: ['papyrus-read', 'papyrus-deploy'],
          writes: true,
          summaries: 2,
        },
        after: (_, seen) => {
          const [planned] = outputs(seen, 'plan', 'plan-hash');
          return planned !== undefined && outputs(seen, 'apply', 'plan-hash').includes(planned)
            ? []
            : ['the second job has another plan'];
        },
      },
      {
        title: 'the account changes in between: the second job writes nothing',
        event: PUSH,
        before: (stage) => {
          const stop = stage.aws.onCall(async ({ input }, moment) => {
            if (moment !== 'before' || !String(input['RoleArn']).endsWith('/papyrus-deploy')) return;
            stop();
            await edit(stage);
          });
        },
        expected: {
          jobs: { plan: 'succeeded', apply: 'failed' },
          roles: ['papyrus-read', 'papyrus-deploy'],
          writes: false,
          summaries: 2,
          log: ['(failure-reason: conflict)'],
        },
      },
    ],
  },
  'docs/recipes.md: drift': {
    ...DOTENV,
    scenes: [
      {
        title: 'no drift: no issue',
        event: SCHEDULE,
        before: (stage) => applied(stage),
        expected: DRIFT,
        after: (stage) => issuesAre(stage),
      },
      {
        title: 'drift: the issue says it, the job stays green',
        event: SCHEDULE,
        before: edit,
        expected: DRIFT,
        after: (stage) => issuesAre(stage, 'open'),
      },
      {
        title: 'by hand: the same issue is kept',
        event: dispatch(),
        expected: DRIFT,
        after: (stage) => issuesAre(stage, 'open'),
      },
      {
        title: 'gone: the issue is closed',
        event: SCHEDULE,
        before: restore,
        expected: DRIFT,
        after: (stage) => issuesAre(stage, 'closed'),
      },
    ],
  },
  'docs/environments.md: bootstrap': {
    ...DOTENV,
    scenes: [
      {
        title: 'by itself it is a plan, of the prefix that is there',
        event: dispatch(),
        expected: {
          jobs: { bootstrap: 'succeeded' },
          roles: ['papyrus-read'],
          writes: false,
          summaries: 1,
          log: [/\| \+ parameter \/papyrus\/prd\/LOG_LEVEL$/m, /\| plan: .*\d+ to create$/m],
        },
      },
      {
        title: 'apply takes the other role, and the prefix that was given',
        event: dispatch({ mode: 'apply', prefix: '/papyrus/stg' }),
        expected: { jobs: { bootstrap: 'succeeded' }, roles: ['papyrus-deploy'], writes: true, summaries: 1 },
        after: async ({ account }) => {
          const names = await account.parameters();
          return names.length > 0 && names.every((name) => name.startsWith('/papyrus/stg/'))
            ? []
            : [`${names}`];
        },
      },
      {
        title: 'drift fails the job',
        event: dispatch({ mode: 'drift', prefix: '/papyrus/stg' }),
        before: (stage) => stage.setParameter('/papyrus/stg/GUNICORN_WORKERS', '99'),
        expected: {
          jobs: { bootstrap: 'failed' },
          roles: ['papyrus-read'],
          writes: false,
          summaries: 1,
          log: ['(failure-reason: drifted)'],
        },
      },
    ],
  },
  'docs/recipes.md: image': {
    files: DOCKERFILE,
    scenes: [
      {
        title: 'the image is pushed with both tags, and the next step has its address',
        event: PUSH,
        expected: {
          jobs: { image: 'succeeded' },
          roles: ['papyrus-deploy'],
          writes: true,
          summaries: 1,
          log: [new RegExp(`/papyrus:${SHA} is sha256:[0-9a-f]{64}`)],
        },
        after: ({ registry }) => {
          const tags = [...(registry.repositories.get('papyrus')?.tags.keys() ?? [])].sort();
          return String(tags) === `${SHA},latest` ? [] : [`tags: ${tags}`];
        },
      },
      {
        title: 'the same image again: nothing is written',
        event: PUSH,
        expected: { jobs: { image: 'succeeded' }, writes: false, summaries: 1 },
      },
    ],
  },
  'docs/delivery.md: ecs': {
    ...DOTENV,
    files: { ...DOCKERFILE, 'deploy/task-definition.json': EXAMPLE_TASK },
    scenes: [
      {
        title: 'a push builds, pushes and deploys',
        event: PUSH,
        expected: { jobs: { deploy: 'succeeded' }, roles: ['papyrus-deploy'], writes: true, summaries: 1 },
        after: (stage, seen) => isDeployed(stage, seen),
      },
    ],
  },
  'docs/delivery.md: address': {
    secrets: (stage) => ({
      DOTENV: envAt(stage),
      AUTH0_MANAGEMENT_CLIENT_ID: stage.auth0.management.id,
      AUTH0_MANAGEMENT_CLIENT_SECRET: stage.auth0.management.secret,
    }),
    scenes: [
      {
        title: 'the address reaches Auth0 and the parameter, and the next step knows',
        event: dispatch({ 'app-url': ADDRESS }),
        before: (stage) => applied(stage, { dotenv: envAt(stage) }),
        expected: {
          jobs: { address: 'succeeded' },
          roles: ['papyrus-deploy'],
          writes: true,
          summaries: 1,
          log: [/\| AUTH0_CALLBACK_URL has changed, deploy again/],
        },
        after: async (stage) => {
          const found = await stage.account.parameter('/papyrus/prd/AUTH0_CALLBACK_URL');
          const isThere = found?.value === `${ADDRESS}/callback`;
          return [...hasAddress(stage), ...(isThere ? [] : [`AUTH0_CALLBACK_URL is ${found?.value}`])];
        },
      },
      {
        title: 'once more: nothing changes, and the step after is skipped',
        event: dispatch({ 'app-url': ADDRESS }),
        expected: { jobs: { address: 'succeeded' }, writes: false, summaries: 1 },
        after: (_, { text }) =>
          /\| AUTH0_CALLBACK_URL has changed/.test(text) ? ['it was not skipped'] : [],
      },
    ],
  },
  'docs/environments.md: environments': {
    ...DOTENV,
    vars: { AWS_ROLE: 'arn:aws:iam::123456789012:role/papyrus-both-deploy' },
    files: {
      '.github/aws-bootstrap.yml': readFileBlock('docs/environments.md', '.github/aws-bootstrap.yml'),
    },
    scenes: [
      {
        title: 'a push applies both environments, each with a summary of its own',
        event: PUSH,
        expected: {
          jobs: { 'apply-1': 'succeeded', 'apply-2': 'succeeded' },
          roles: ['papyrus-both-deploy', 'papyrus-both-deploy'],
          writes: true,
          summaries: 2,
          // stg first.
          log: [/Summary - .*`\/papyrus\/stg`.*Summary - .*`\/papyrus\/prd`/s],
        },
        after: async ({ account }) => {
          const [stg, prd] = await Promise.all(
            ['stg', 'prd'].map((name) => account.logGroup(`/ecs/papyrus-${name}`)),
          );
          return stg?.retention === 1 && prd?.retention === 30
            ? []
            : [`${stg?.retention}, ${prd?.retention}`];
        },
      },
      {
        title: 'neither undoes the other',
        event: PUSH,
        expected: { jobs: { 'apply-1': 'succeeded', 'apply-2': 'succeeded' }, writes: false, summaries: 2 },
      },
    ],
  },
  'docs/recipes.md: Let other accounts pull': {
    scenes: [
      {
        title: 'the repository has a policy with both accounts',
        event: PUSH,
        expected: { jobs: { steps: 'succeeded' }, roles: ['papyrus-deploy'], writes: true, summaries: 1 },
        after: async ({ account }) => {
          const found = await account.repository('papyrus');
          const accounts = found?.tags['aws-bootstrap:pull-accounts'];
          return accounts === undefined ? [`tags: ${JSON.stringify(found?.tags)}`] : [];
        },
      },
    ],
  },
  'docs/recipes.md: Clean up': {
    secrets: () => ({ DOTENV: changed(ENV, { LOG_LEVEL: undefined }) }),
    scenes: [
      {
        title: 'what is no longer configured is deleted',
        event: PUSH,
        before: (stage) => applied(stage, { tags: '' }),
        expected: { jobs: { steps: 'succeeded' }, writes: true, summaries: 1 },
        after: async ({ account }) =>
          (await account.parameters()).includes('/papyrus/prd/LOG_LEVEL') ? ['LOG_LEVEL is still there'] : [],
      },
    ],
  },
  'docs/recipes.md: Take it all down': {
    scenes: [
      {
        title: 'everything of the environment goes',
        event: PUSH,
        before: (stage) => applied(stage, { prefix: '/papyrus/stg' }),
        expected: { jobs: { steps: 'succeeded' }, writes: true, summaries: 1 },
        after: async ({ account }) => {
          const left = [...(await account.parameters()), ...(await account.secrets())];
          return left.length === 0 ? [] : [`left: ${left}`];
        },
      },
    ],
  },
};
