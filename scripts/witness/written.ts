/** What `init` writes into a repository with a Dockerfile and a task definition. */
import { initFiles } from '../../src/cli/init-files.ts';
import type { Setup } from '../../src/cli/init-setup.ts';
import type { Published } from './published.ts';

const SETUP: Setup = {
  prefix: '/papyrus/prd',
  region: 'us-west-2',
  repository: 'papyrus/demo',
  branch: 'main',
  environment: 'production',
  account: '123456789012',
  logRetentionDays: '30',
  envFile: '.env',
  undecided: [],
  dockerfile: 'Dockerfile',
  taskDefinition: {
    path: 'task-definition.json',
    container: 'app',
    service: { cluster: 'papyrus', name: 'papyrus' },
  },
};

/** Without an account, the roles are variables; without a Dockerfile, nothing is built. */
const BARE: Setup = {
  ...SETUP,
  account: undefined,
  environment: undefined,
  dockerfile: undefined,
  taskDefinition: undefined,
};

const workflowsOf = (setup: Setup, suffix: string): Published[] =>
  initFiles(setup).flatMap(({ path, text }) => {
    const name = /workflows\/(\w+)\.yml$/.exec(path)?.[1];
    return name === undefined ? [] : [{ name: `init: ${name}${suffix}`, text }];
  });

/** @returns the workflows, each with its name */
export function readWritten(): Published[] {
  return [
    ...workflowsOf(SETUP, ''),
    ...workflowsOf(BARE, ' (bare)').filter(({ name }) => name.includes('deploy')),
  ];
}

const configurationOf = (setup: Setup): Readonly<Record<string, string>> =>
  Object.fromEntries(
    initFiles(setup).flatMap(({ path, text }) => (path.includes('/workflows/') ? [] : [[path, text]])),
  );

/** The other files that `init` writes. */
export const WRITTEN_FILES = configurationOf(SETUP);
export const BARE_FILES = configurationOf(BARE);
