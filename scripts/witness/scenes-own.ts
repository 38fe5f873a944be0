/** This repository's workflows that others may copy. */
import type { Play } from './scene.ts';
import { dispatch, ENV, SCHEDULE, WORKERS } from './scenes-common.ts';
import { applied, issuesAre } from './scenes-recipes.ts';

const VARS = {
  AWS_READ_ROLE: 'arn:aws:iam::123456789012:role/papyrus-read',
  AWS_DEPLOY_ROLE: 'arn:aws:iam::123456789012:role/papyrus-deploy',
};
const COMMON = { secrets: () => ({ DOTENV: ENV }), vars: VARS };
const run = (mode: string, more: Record<string, string> = {}) =>
  dispatch({ mode, prefix: '/papyrus/prd', 'expect-plan': '', confirm: '', ...more });
const SKIPPED = { jobs: {}, roles: [], writes: false, summaries: 0 } as const;

export const OWN: Readonly<Record<string, Play>> = {
  '.github/workflows/bootstrap.yml': {
    ...COMMON,
    scenes: [
      { title: 'without an account it is skipped', event: run('plan'), vars: {}, expected: SKIPPED },
      {
        title: 'plan reads',
        event: run('plan'),
        expected: { jobs: { bootstrap: 'succeeded' }, roles: ['papyrus-read'], writes: false, summaries: 1 },
      },
      {
        title: 'apply refuses a plan that is not the approved one',
        event: run('apply', { 'expect-plan': 'a'.repeat(64) }),
        expected: {
          jobs: { bootstrap: 'failed' },
          roles: ['papyrus-deploy'],
          writes: false,
          summaries: 1,
          log: ['(failure-reason: conflict)'],
        },
      },
      {
        title: 'apply writes',
        event: run('apply'),
        expected: { jobs: { bootstrap: 'succeeded' }, roles: ['papyrus-deploy'], writes: true, summaries: 1 },
      },
      {
        title: 'drift fails the job',
        event: run('drift'),
        before: (stage) => stage.setParameter(WORKERS, '99'),
        expected: { jobs: { bootstrap: 'failed' }, roles: ['papyrus-read'], writes: false, summaries: 1 },
      },
      {
        title: 'destroy without the prefix once more writes nothing',
        event: run('destroy'),
        expected: { jobs: { bootstrap: 'failed' }, roles: ['papyrus-deploy'], writes: false, summaries: 1 },
      },
      {
        title: 'destroy with it takes everything away',
        event: run('destroy', { confirm: '/papyrus/prd' }),
        expected: { jobs: { bootstrap: 'succeeded' }, roles: ['papyrus-deploy'], writes: true, summaries: 1 },
        after: async ({ account }) => {
          const left = [...(await account.parameters()), ...(await account.secrets())];
          return left.length === 0 ? [] : [`left: ${left}`];
        },
      },
    ],
  },
  '.github/workflows/drift.yml': {
    ...COMMON,
    scenes: [
      { title: 'without an account it is skipped', event: SCHEDULE, vars: {}, expected: SKIPPED },
      {
        title: 'no drift: green, no issue',
        event: SCHEDULE,
        before: (stage) => applied(stage),
        expected: { jobs: { drift: 'succeeded' }, roles: ['papyrus-read'], writes: false, summaries: 1 },
        after: (stage) => issuesAre(stage),
      },
      {
        title: 'drift fails the job, and opens the issue',
        event: SCHEDULE,
        before: (stage) => stage.setParameter(WORKERS, '99'),
        expected: { jobs: { drift: 'failed' }, roles: ['papyrus-read'], writes: false, summaries: 1 },
        after: (stage) => issuesAre(stage, 'open'),
      },
      {
        title: 'gone, seen by hand: green, and the issue is closed',
        event: dispatch(),
        before: (stage) => stage.setParameter(WORKERS, '2'),
        expected: { jobs: { drift: 'succeeded' }, roles: ['papyrus-read'], writes: false, summaries: 1 },
        after: (stage) => issuesAre(stage, 'closed'),
      },
    ],
  },
};
