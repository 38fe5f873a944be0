import { INPUTS } from '../settings/input-names.ts';

export type InputName = (typeof INPUTS)[number];

/** How a flag is given. A switch takes no value, or `true` and `false`. */
export type FlagType = 'text' | 'list' | 'switch';

export interface FlagDescriptor {
  readonly type: FlagType;
  /** One letter. */
  readonly short?: string;
  /** Placeholder of the value on help pages: `PATH`. */
  readonly placeholder?: string;
  /** One or two sentences. Of an input, it replaces the description of action.yml. */
  readonly description?: string;
  /** Values are accepted only from elsewhere: argument lists are visible to every process of the machine. */
  readonly secret?: true;
}

/** Inputs whose value may be or hold a secret, with the variable of the environment that gives it instead. */
export const SECRET_INPUTS = {
  dotenv: 'AWS_BOOTSTRAP_DOTENV',
  variables: 'AWS_BOOTSTRAP_VARIABLES',
  secrets: 'AWS_BOOTSTRAP_SECRETS',
  'auth0-management-client-secret': 'AWS_BOOTSTRAP_AUTH0_MANAGEMENT_CLIENT_SECRET',
  'github-token': 'GITHUB_TOKEN',
} as const satisfies Partial<Record<InputName, string>>;

const isSecret = (name: string): name is keyof typeof SECRET_INPUTS => Object.hasOwn(SECRET_INPUTS, name);

const LISTS: ReadonlySet<InputName> = new Set([
  'env-file',
  'only',
  'tags',
  'allowed-account-ids',
  'pull-accounts',
  'allow',
  'image-tags',
]);

const SWITCHES: ReadonlySet<InputName> = new Set(['adopt', 'fail-on-drift', 'drift-issue', 'iam-policies']);

const PLACEHOLDERS: Partial<Record<InputName, string>> = {
  prefix: '/APP/ENV',
  region: 'REGION',
  only: 'TYPE',
  'log-group': 'NAME',
  repository: 'NAME',
  'container-name': 'NAME',
  'env-file': 'PATH',
  config: 'PATH',
  'task-definition': 'PATH',
  'log-retention-days': 'DAYS',
  tags: 'KEY=VALUE',
  'allowed-account-ids': 'ID',
  'pull-accounts': 'ID',
  'app-url': 'URL',
  'auth0-domain': 'HOST',
  image: 'IMAGE',
  'image-tags': 'TAG',
  'kms-key-id': 'KEY',
  'log-group-kms-key-id': 'KEY',
};

/** Where the words of action.yml speak of a step of a workflow. */
const DESCRIPTIONS: Partial<Record<InputName, string>> = {
  'env-file': 'Path of a .env file',
  dotenv: 'Text of a whole .env, such as the output of another program',
  variables: 'Variables that are not secret: .env text, a JSON object, or names of environment variables',
  secrets:
    'Variables that are secret: .env text, a JSON object, or names of environment variables. They are always encrypted, unless a rule says otherwise',
  'fail-on-drift': 'Exit with 3 when drift finds a difference. Default: true',
  'iam-policies':
    'Print the IAM policies that this configuration needs: to deploy, to read, and for the ECS execution role',
  config: 'Path of the configuration file. Default: .github/aws-bootstrap.yml if it exists',
  confirm: 'The prefix once more: answers the question of destroy, like --yes',
};

/** Inputs that only a workflow has: the command is the mode, and a terminal writes nothing to GitHub. */
export const WORKFLOW_INPUTS: ReadonlySet<InputName> = new Set([
  'mode',
  'comment-on-pr',
  'drift-issue',
  'github-token',
]);

function describeInput(name: InputName): FlagDescriptor {
  const placeholder = PLACEHOLDERS[name];
  const description = DESCRIPTIONS[name];
  return {
    type: SWITCHES.has(name) ? 'switch' : LISTS.has(name) ? 'list' : 'text',
    ...(placeholder === undefined ? {} : { placeholder }),
    ...(description === undefined ? {} : { description }),
    ...(isSecret(name) ? { secret: true } : {}),
  };
}

/** Each input as a flag of the same name. */
export const INPUT_FLAGS: Readonly<Record<string, FlagDescriptor>> = Object.fromEntries(
  INPUTS.map((name) => [name, describeInput(name)]),
);

/** Flags of every command. */
export const COMMON_FLAGS: Readonly<Record<string, FlagDescriptor>> = {
  profile: {
    type: 'text',
    placeholder: 'NAME',
    description: 'AWS profile to use, like AWS_PROFILE',
  },
  json: { type: 'switch', description: 'Print JSON instead of text' },
  quiet: { type: 'switch', short: 'q', description: 'Print only the result and errors' },
  help: { type: 'switch', short: 'h', description: 'Show this help' },
};

/** @returns the environment variable for an input whose value must not appear on a command line */
export function variableOf(input: string): string | undefined {
  return isSecret(input) ? SECRET_INPUTS[input] : undefined;
}
