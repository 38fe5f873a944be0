import {
  applicationOf,
  partitionOf,
  ROLE_VARIABLES,
  roleName,
  type Setup,
  usesVariables,
} from './init-setup.ts';

/** A file that `init` writes, with its path from the root of the repository. */
export interface NewFile {
  readonly path: string;
  readonly text: string;
}

/** Other actions at the commits of their releases; a test holds them to those of the workflows of this repository. */
export const PINS = {
  checkout: 'actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1',
  credentials: 'aws-actions/configure-aws-credentials@e6de054238d6b7531b4efff3b6587d9aade6a06c # v6.2.3',
  buildx: 'docker/setup-buildx-action@37fe631027851001ddb9b187196cc803df7f5f0e # v4.3.0',
  build: 'docker/build-push-action@53b7df96c91f9c12dcc8a07bcb9ccacbed38856a # v7.3.0',
  deploy: 'aws-actions/amazon-ecs-deploy-task-definition@c465972ecbd160473f22e683363b422a5412a3de # v2.6.3',
} as const;

/** The action itself follows its major version, as its documentation says. */
const OURS = 'papyrus/aws-bootstrap@v1 # zizmor: ignore[unpinned-uses]';

const SCHEMA = 'https://raw.githubusercontent.com/papyrus/aws-bootstrap/v1/schema/aws-bootstrap.schema.json';

/** @returns the files of a setup, in the order in which they are shown */
export function initFiles(setup: Setup): NewFile[] {
  return [
    { path: '.github/aws-bootstrap.yml', text: configuration(setup) },
    { path: '.github/workflows/deploy.yml', text: deployWorkflow(setup) },
    { path: '.github/workflows/plan.yml', text: planWorkflow(setup) },
    { path: '.github/workflows/drift.yml', text: driftWorkflow(setup) },
  ];
}

/** A plain word stays as it is; what YAML could read otherwise is put into quotes. */
function yaml(text: string): string {
  return /^[A-Za-z/][A-Za-z0-9_./-]*$/.test(text) && !/^(?:true|false|yes|no|on|off|null|y|n)$/i.test(text)
    ? text
    : JSON.stringify(text);
}

function configuration(setup: Setup): string {
  const { prefix, region, logRetentionDays, account, undecided } = setup;
  const rules =
    undecided.length === 0
      ? ''
      : `# Variables that are neither evidently plain nor certainly secret. They are stored encrypted.
# Move those that are not secret to a rule with "to: parameter".
rules:
  - match: [${undecided.map(yaml).join(', ')}]
    to: secure-parameter
`;
  return `# yaml-language-server: $schema=${SCHEMA}
prefix: ${yaml(prefix)}
region: ${region}
# Logs that are older are deleted.
log-retention-days: ${logRetentionDays}
${account === undefined ? '' : `# The run refuses every other account.\nallowed-account-ids: ["${account}"]\n`}tags:
  project: ${yaml(applicationOf(setup))}
${rules}`;
}

function roleOf(setup: Setup, role: 'deploy' | 'read'): string {
  if (usesVariables(setup)) return `\${{ vars.${ROLE_VARIABLES[role]} }}`;
  return `arn:${partitionOf(setup.region)}:iam::${setup.account}:role/${roleName(setup, role)}`;
}

function checkout(): string {
  return `      - uses: ${PINS.checkout}
        with:
          persist-credentials: false
`;
}

function credentials(setup: Setup, role: 'deploy' | 'read'): string {
  return `      - uses: ${PINS.credentials}
        with:
          role-to-assume: ${roleOf(setup, role)}
          aws-region: ${setup.region}
`;
}

const concurrencyOf = ({ prefix }: Setup) => `aws-bootstrap${prefix.replaceAll('/', '-')}`;

function deployWorkflow(setup: Setup): string {
  const { branch, environment, dockerfile } = setup;
  return `# Applies the configuration on every push to ${branch}.
name: deploy
on:
  push:
    branches: [${yaml(branch)}]
  workflow_dispatch:
permissions: {}
concurrency:
  group: ${concurrencyOf(setup)}
  cancel-in-progress: false
jobs:
  deploy:
    runs-on: ubuntu-latest
    timeout-minutes: 30
${environment === undefined ? '' : `    environment: ${yaml(environment)}\n`}    permissions:
      contents: read
      id-token: write # for configure-aws-credentials
    steps:
${checkout()}${dockerfile === undefined ? '' : build(dockerfile)}${credentials(setup, 'deploy')}      - uses: ${OURS}
        id: base
        with:
          dotenv: \${{ secrets.DOTENV }}
${dockerfile === undefined ? '' : IMAGE_INPUTS}${taskDefinitionInputs(setup)}${deployStep(setup)}`;
}

const IMAGE_INPUTS = `          image: oci-archive:\${{ runner.temp }}/image.tar
          image-tags: |
            \${{ github.sha }}
            latest
          lifecycle-policy: keep-last:20
`;

function build(dockerfile: string): string {
  const folder = dockerfile.includes('/') ? dockerfile.slice(0, dockerfile.lastIndexOf('/')) : '.';
  return `      - uses: ${PINS.buildx}
      - uses: ${PINS.build}
        with:
          context: ${yaml(folder)}
          file: ${yaml(dockerfile)}
          platforms: linux/amd64
          outputs: type=oci,dest=\${{ runner.temp }}/image.tar
`;
}

function taskDefinitionInputs({ taskDefinition }: Setup): string {
  if (taskDefinition === undefined) return '';
  const { path, container } = taskDefinition;
  return `          task-definition: ${yaml(path)}
${container === undefined ? '' : `          container-name: ${yaml(container)}\n`}`;
}

function deployStep({ taskDefinition }: Setup): string {
  const service = taskDefinition?.service;
  if (service === undefined) return '';
  return `      - uses: ${PINS.deploy}
        with:
          task-definition: \${{ steps.base.outputs.task-definition }}
          cluster: ${yaml(service.cluster)}
          service: ${yaml(service.name)}
          wait-for-service-stability: true
`;
}

function planWorkflow(setup: Setup): string {
  return `# Comments on pull requests with what a merge would change. Reads only.
name: plan
on: pull_request
permissions: {}
concurrency:
  group: ${concurrencyOf(setup)}-plan-\${{ github.event.pull_request.number }}
  cancel-in-progress: true
jobs:
  plan:
    # Pull requests from forks get neither secrets nor a role.
    if: github.event.pull_request.head.repo.full_name == github.repository
    runs-on: ubuntu-latest
    timeout-minutes: 15
    permissions:
      contents: read
      id-token: write # for configure-aws-credentials
      pull-requests: write # for the comment
    steps:
${checkout()}${credentials(setup, 'read')}      - uses: ${OURS}
        with:
          mode: plan
          dotenv: \${{ secrets.DOTENV }}
`;
}

function driftWorkflow(setup: Setup): string {
  return `# Opens an issue when the account differs from the configuration. Reads only.
# GitHub turns off a workflow with a schedule after 60 days without activity, so it has a file of its own.
name: drift
on:
  schedule:
    - cron: "17 5 * * *"
  workflow_dispatch:
permissions: {}
concurrency:
  group: ${concurrencyOf(setup)}-drift
  cancel-in-progress: false
jobs:
  drift:
    runs-on: ubuntu-latest
    timeout-minutes: 15
    permissions:
      contents: read
      id-token: write # for configure-aws-credentials
      issues: write # for the issue
    steps:
${checkout()}${credentials(setup, 'read')}      - uses: ${OURS}
        with:
          mode: drift
          dotenv: \${{ secrets.DOTENV }}
          drift-issue: true
`;
}
