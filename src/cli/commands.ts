import { type Command, PROGRAM } from './command.ts';
import { type FlagDescriptor, INPUT_FLAGS } from './flags.ts';

const DOCTOR: Command = {
  name: 'doctor',
  summary: 'Find out why the action does not work',
  description:
    'Check credentials, region, account, permissions, the identity provider, the trust of the role, the KMS key, quotas, existing names, the .env and the settings on GitHub. Each line that is not right has a command to paste. Reads only.',
  flags: {
    ...INPUT_FLAGS,
    role: {
      type: 'text',
      placeholder: 'ROLE',
      description:
        'Name or ARN of the role that the workflow assumes. Default: what the workflows say, else APPLICATION-deploy',
    },
    'github-repository': {
      type: 'text',
      placeholder: 'OWNER/NAME',
      description: 'Repository on GitHub. Default: the remote origin of this folder',
    },
    environment: {
      type: 'text',
      placeholder: 'NAME',
      description: 'GitHub environment of the job. Default: what the workflows say, else production',
    },
    branch: {
      type: 'text',
      placeholder: 'NAME',
      description: 'Branch of jobs without an environment. Default: the default branch of the repository',
    },
  },
  examples: [
    ['Check everything', `${PROGRAM} doctor --prefix /myapp/prd --env-file .env`],
    [
      'Check another repository',
      `${PROGRAM} doctor --prefix /myapp/prd --github-repository OWNER/NAME --environment production`,
    ],
    ['List what failed', `${PROGRAM} doctor --json | jq '.checks[] | select(.status == "failure")'`],
  ],
  load: () => import('./doctor.ts'),
};

/** Inputs that say what is exported. */
const PLACES = [
  'prefix',
  'region',
  'config',
  'allowed-account-ids',
  'only',
  'prefer',
  'log-group',
  'repository',
] as const;

const PLACE_FLAGS: Readonly<Record<string, FlagDescriptor>> = Object.fromEntries(
  PLACES.flatMap((name) => {
    const flag = INPUT_FLAGS[name];
    return flag === undefined ? [] : [[name, flag]];
  }),
);

const FORCE: FlagDescriptor = { type: 'switch', description: 'Replace what exists at --output' };

const EXPORT_COMMANDS: readonly Command[] = [
  {
    name: 'export dotenv',
    summary: 'Write what AWS stores below a prefix as a .env',
    description:
      'Write the parameters and secrets below a prefix as a .env, sorted by name. Plain values are written. Secrets stay empty, each with a comment that says where it is stored.',
    flags: {
      ...PLACE_FLAGS,
      output: {
        type: 'text',
        short: 'o',
        placeholder: 'FILE',
        description: 'Write to a file that only you can read',
      },
      reveal: {
        type: 'switch',
        description:
          'Write secrets too: to a terminal, or to --output. A file inside a git work tree must be ignored',
      },
      force: FORCE,
    },
    examples: [
      ['Write a .env without secrets', `${PROGRAM} export dotenv --prefix /myapp/prd --output prd.env`],
      [
        'Write all values to a file',
        `${PROGRAM} export dotenv --prefix /myapp/prd --reveal --output ~/prd.env`,
      ],
    ],
    load: () => import('./export-dotenv.ts'),
  },
  {
    name: 'export terraform',
    summary: 'Write a folder by which Terraform takes over',
    description:
      'Write Terraform files with import blocks for what exists below a prefix, its log group and its repository. No file holds a secret value. terraform plan then imports everything and changes nothing.',
    flags: {
      ...PLACE_FLAGS,
      output: {
        type: 'text',
        short: 'o',
        placeholder: 'FOLDER',
        description: 'Folder to write. Default: terraform',
      },
      force: FORCE,
    },
    examples: [
      ['Hand over to Terraform', `${PROGRAM} export terraform --prefix /myapp/prd --output infra/myapp`],
    ],
    load: () => import('./export-terraform.ts'),
  },
];

export { PROGRAM };

const YES: FlagDescriptor = { type: 'switch', short: 'y', description: 'Apply without asking' };

const loadRun = () => import('./run.ts');

/** Every command, in the order of the help page. */
export const COMMANDS: readonly Command[] = [
  {
    name: 'plan',
    summary: 'Show what apply would change',
    description:
      'Compare the configuration with the AWS account and show what apply would change. Reads only.',
    flags: INPUT_FLAGS,
    examples: [
      ['Preview what a .env would create', `${PROGRAM} plan --env-file .env --prefix /myapp/prd`],
      [
        'Read the .env from another program',
        `sops decrypt prd.env | ${PROGRAM} plan --dotenv - --prefix /myapp/prd`,
      ],
      ['Count the changes in a script', `${PROGRAM} plan --json | jq '.changes | length'`],
    ],
    load: async () => ({ run: (await loadRun()).runAs('plan') }),
  },
  {
    name: 'apply',
    summary: 'Create and update what differs',
    description:
      'Create and update the resources that differ from the configuration. Shows the plan first and asks. A second run changes nothing.',
    flags: { ...INPUT_FLAGS, yes: YES },
    examples: [
      ['Review the plan, then apply it', `${PROGRAM} apply --env-file .env --prefix /myapp/prd`],
      ['Apply in a script', `${PROGRAM} apply --env-file .env --prefix /myapp/prd --yes`],
    ],
    load: async () => ({ run: (await loadRun()).runAs('apply') }),
  },
  {
    name: 'drift',
    summary: 'Report what differs from the configuration',
    description:
      'Report the resources that differ from the configuration. Reads only. The exit code is 3 when something drifted, unless --fail-on-drift=false is given.',
    flags: INPUT_FLAGS,
    examples: [['Check for drift', `${PROGRAM} drift --env-file .env --prefix /myapp/prd`]],
    load: async () => ({ run: (await loadRun()).runAs('drift') }),
  },
  {
    name: 'destroy',
    summary: 'Delete what this tool created below a prefix',
    description:
      'Delete the resources below a prefix that aws-bootstrap created, and take its tag off adopted ones. Shows the plan first and asks. Secrets can be restored for 30 days.',
    flags: { ...INPUT_FLAGS, yes: YES },
    examples: [
      ['Review what would be deleted, then delete it', `${PROGRAM} destroy --prefix /myapp/stg`],
      [
        'Delete the log group too',
        `${PROGRAM} destroy --prefix /myapp/stg --log-group '/ecs/{application}-{environment}' --allow delete-log-group`,
      ],
    ],
    load: async () => ({ run: (await loadRun()).runAs('destroy') }),
  },
  {
    name: 'init',
    summary: 'Write the workflows and the configuration of a repository',
    description:
      'Set up a repository: write the workflows deploy, plan and drift, the configuration file and a .gitignore line, then print the commands that are left. Asks what it cannot find out. Every question is also a flag; without a terminal, defaults are taken.',
    flags: {
      prefix: {
        type: 'text',
        placeholder: '/APP/ENV',
        description: 'Default: the name of the repository and prd',
      },
      region: { type: 'text', description: 'AWS region. Default: AWS_REGION, else us-west-2' },
      'account-id': {
        type: 'text',
        placeholder: 'ID',
        description: 'AWS account. Default: none, and GitHub variables hold the ARNs of the roles',
      },
      'github-repository': {
        type: 'text',
        placeholder: 'OWNER/NAME',
        description: 'Repository on GitHub. Default: the remote origin',
      },
      branch: {
        type: 'text',
        placeholder: 'NAME',
        description: 'Branch whose pushes deploy. Default: that of origin',
      },
      environment: {
        type: 'text',
        placeholder: 'NAME',
        description:
          'GitHub environment of the job that deploys. none lets the role trust the branch. Default: production',
      },
      'log-retention-days': {
        type: 'text',
        placeholder: 'DAYS',
        description: 'Days that logs are kept, or never. Default: 30',
      },
      'env-file': {
        type: 'text',
        placeholder: 'PATH',
        description: 'The .env with the variables, from the root of the repository, or none',
      },
      dockerfile: {
        type: 'text',
        placeholder: 'PATH',
        description: 'Dockerfile that the workflow builds and pushes, or none',
      },
      'task-definition': {
        type: 'text',
        placeholder: 'PATH',
        description: 'ECS task definition that the workflow completes, or none',
      },
      'container-name': {
        type: 'text',
        placeholder: 'NAME',
        description: 'The container of it that is completed, where there are several',
      },
      'ecs-cluster': {
        type: 'text',
        placeholder: 'NAME',
        description: 'ECS cluster to deploy to. Default: none',
      },
      'ecs-service': {
        type: 'text',
        placeholder: 'NAME',
        description: 'ECS service to deploy. Default: none',
      },
      force: { type: 'switch', description: 'Replace files that exist' },
      run: { type: 'switch', description: 'Run the commands that are left, each after a question' },
      yes: { type: 'switch', short: 'y', description: 'Take the defaults and run without asking' },
    },
    positionals: '[FOLDER]',
    examples: [
      ['Set up the repository in this folder', `${PROGRAM} init`],
      [
        'Set it up without questions',
        `${PROGRAM} init --prefix /myapp/prd --region eu-west-1 --account-id 123456789012 --yes`,
      ],
      ['Create the roles, the environment and the secret too', `${PROGRAM} init --run`],
    ],
    load: () => import('./init.ts'),
  },
  DOCTOR,
  ...EXPORT_COMMANDS,
];
