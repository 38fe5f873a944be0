/** docs/fleet.md: the two callers, and with them the reusable workflows. */
import { readFileSync } from 'node:fs';
import { readFileBlock } from './published.ts';
import type { Expected, Play } from './scene.ts';
import { dispatch, ENV, PULL, PUSH, SCHEDULE } from './scenes-common.ts';
import type { Stage } from './stage.ts';

/** The targets that the page lists for its fleet file, in that order. */
const TARGETS = [
  ...readFileSync('docs/fleet.md', 'utf8').matchAll(
    /^\| `(\w+\/([\w-]+)\/\w+)` \| `([^`]+)` \| `(arn:aws:iam::\d+:role\/([^`]+)-deploy)` \|$/gm,
  ),
].map(([, name = '', region = '', prefix = '', role = '', roleName = '']) => ({
  name,
  region,
  prefix,
  role,
  roleName,
}));
if (TARGETS.length !== 5) throw new Error(`docs/fleet.md lists ${TARGETS.length} targets`);

const COMMON = {
  secrets: () => ({ DOTENV: ENV }),
  files: {
    '.github/aws-fleet.yml': readFileBlock('docs/fleet.md', '.github/aws-fleet.yml'),
    // act looks for what a called workflow calls by "./" at the caller, GitHub beside the called one.
    '.github/workflows/fleet-chunk.yml': readFileSync('.github/workflows/fleet-chunk.yml', 'utf8'),
  },
};

const chunkJobs = (end: 'succeeded' | 'failed'): Expected['jobs'] =>
  Object.fromEntries(TARGETS.map(({ name }, at) => [`fleet-chunk/${name}-${at + 1}`, end]));
const ALL: Expected['jobs'] = {
  'fleet/targets': 'succeeded',
  ...chunkJobs('succeeded'),
  'fleet/summary': 'succeeded',
};
const rolesOf = (kind: string) => TARGETS.map(({ roleName }) => `${roleName}-${kind}`);
/** One of each target, and one of all. */
const SUMMARIES = TARGETS.length + 1;
const rows = (word: string) =>
  TARGETS.map(({ name, prefix }) => new RegExp(`^\\| ${name} \\| ${prefix} \\| ${word} \\|`, 'm'));

/** What an apply in each account and region has made. */
async function apply({ account, aws }: Stage): Promise<void> {
  for (const { region, prefix, role } of TARGETS) {
    const body = new URLSearchParams({
      Action: 'AssumeRoleWithWebIdentity',
      Version: '2011-06-15',
      RoleArn: role,
      RoleSessionName: 'before',
      WebIdentityToken: 'token',
    });
    const text = await (await fetch(aws.url, { method: 'POST', body })).text();
    const tag = (name: string) => new RegExp(`<${name}>(.*?)<`).exec(text)?.[1] ?? '';
    const env = {
      ...aws.env(),
      AWS_ACCESS_KEY_ID: tag('AccessKeyId'),
      AWS_SECRET_ACCESS_KEY: tag('SecretAccessKey'),
      AWS_SESSION_TOKEN: tag('SessionToken'),
    };
    const run = await account.step({ prefix, region, dotenv: ENV, tags: 'project=portfolio' }, { env });
    if (run.exitCode !== 0) throw new Error(`${prefix} could not be made: ${run.log}`);
  }
  aws.forget();
}

export const FLEET: Readonly<Record<string, Play>> = {
  'docs/fleet.md: fleet': {
    ...COMMON,
    scenes: [
      {
        title: 'a pull request plans every target',
        event: PULL,
        expected: {
          jobs: ALL,
          roles: rolesOf('read'),
          writes: false,
          summaries: SUMMARIES,
          log: ['## Fleet: plan of 5 targets', ...rows('would change')],
        },
        // One summary of all takes their place.
        after: ({ github }) => (github.comments.length === 0 ? [] : ['there is a comment']),
      },
      {
        title: 'a fork is skipped',
        event: { ...PULL, isFork: true },
        expected: { jobs: {}, roles: [], writes: false, summaries: 0 },
      },
      {
        title: 'a push applies every target, with one summary of all',
        event: PUSH,
        expected: {
          jobs: ALL,
          roles: rolesOf('deploy'),
          writes: true,
          summaries: SUMMARIES,
          log: ['## Fleet: apply of 5 targets', ...rows('applied')],
        },
      },
    ],
  },
  'docs/fleet.md: fleet-drift': {
    ...COMMON,
    scenes: [
      {
        // act ends here; GitHub runs the summary of all too, which __tests__/fleet.test.ts holds.
        title: 'what differs fails its jobs',
        event: SCHEDULE,
        expected: {
          jobs: { 'fleet/targets': 'succeeded', ...chunkJobs('failed') },
          roles: rolesOf('read'),
          writes: false,
          summaries: TARGETS.length,
          log: ['(failure-reason: drifted)'],
        },
      },
      {
        title: 'no drift ends well',
        event: dispatch(),
        before: apply,
        expected: {
          jobs: ALL,
          roles: rolesOf('read'),
          writes: false,
          summaries: SUMMARIES,
          log: ['## Fleet: drift of 5 targets', ...rows('no drift')],
        },
      },
    ],
  },
};
