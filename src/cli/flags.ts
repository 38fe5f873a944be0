import { parseArgs } from 'node:util';
import { INPUTS } from '../settings/input-names.ts';
import { nearestOf } from '../settings/nearest.ts';

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

/** Descriptions that replace those of action.yml, which describe a step of a workflow. */
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

/** The command line cannot be understood; the exit code is 2. The text never repeats a value. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Flags and arguments of a command. */
export interface Flags {
  /** @returns the value of a flag; of a list all of them, by newlines; undefined where it is not given */
  get(name: string): string | undefined;
  /** @returns whether a switch is on; undefined where it is not given */
  switched(name: string): boolean | undefined;
  /** @returns the values of a list, each as it was given */
  all(name: string): readonly string[];
  /** Names that were given, in the order of the first time. */
  readonly names: readonly string[];
  /** Arguments that are no flags. */
  readonly positionals: readonly string[];
}

/**
 * Reads the arguments of a command. Its flags are text, lists, which repeat, and switches (`--adopt`, `--no-adopt`,
 * `--adopt=false`).
 * @param descriptors the flags of the command, by name
 * @throws UsageError for the first argument that cannot be understood
 */
export function readArguments(
  args: readonly string[],
  descriptors: Readonly<Record<string, FlagDescriptor>>,
): Flags {
  const { tokens } = parseArgs({
    args: [...args],
    options: optionsOf(descriptors),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const given = new Map<string, string[]>();
  const positionals: string[] = [];
  const taken = new Set<number>();
  for (const token of tokens) {
    if (token.kind === 'positional' && !taken.has(token.index)) positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const { name, isOff } = nameOf(token.name, token.rawName, descriptors);
    const descriptor = descriptors[name];
    if (descriptor === undefined) throw new UsageError(unknownFlag(token, descriptors));
    let { value } = token;
    if (descriptor.type === 'switch') {
      const next = args[token.index + 1];
      // `--adopt false` reads like any other flag.
      if (value === undefined && (next === 'true' || next === 'false')) {
        value = next;
        taken.add(token.index + 1);
      }
      value = switchValue(name, value, isOff);
    }
    take(given, name, descriptor, value, token.inlineValue === true);
  }
  return flagsOf(given, positionals);
}

function optionsOf(descriptors: Readonly<Record<string, FlagDescriptor>>) {
  return Object.fromEntries(
    Object.entries(descriptors).map(([name, { type, short }]) => [
      name,
      {
        type: type === 'switch' ? ('boolean' as const) : ('string' as const),
        multiple: true,
        ...(short === undefined ? {} : { short }),
      },
    ]),
  );
}

/** Node.js gives the name without its hyphens, and of `-h` the long one. */
function nameOf(
  name: string,
  rawName: string,
  descriptors: Readonly<Record<string, FlagDescriptor>>,
): { name: string; isOff: boolean } {
  if (!Object.hasOwn(descriptors, name) && rawName.startsWith('--no-')) {
    const positive = name.slice('no-'.length);
    if (Object.hasOwn(descriptors, positive) && descriptors[positive]?.type === 'switch')
      return { name: positive, isOff: true };
  }
  return { name: Object.hasOwn(descriptors, name) ? name : '', isOff: false };
}

function switchValue(name: string, value: string | undefined, isOff: boolean): string {
  const isOn =
    value === undefined ? true : /^(?:true|false)$/i.test(value) ? /^true$/i.test(value) : undefined;
  if (isOn === undefined) throw new UsageError(`--${name} takes true or false, or no value`);
  return String(isOff ? !isOn : isOn);
}

function take(
  given: Map<string, string[]>,
  name: string,
  { type, secret }: FlagDescriptor,
  value: string | undefined,
  isInline: boolean,
): void {
  if (value === undefined) throw new UsageError(`--${name} needs a value`);
  if (secret === true && !isReference(value)) throw new UsageError(secretOnCommandLine(name));
  // Its value was most likely forgotten, and this is the next flag.
  if (type !== 'switch' && !isInline && /^--[a-z]/.test(value))
    throw new UsageError(`--${name} needs a value; write --${name}=… where it begins with two hyphens`);
  const before = given.get(name);
  if (before === undefined) given.set(name, [value]);
  else if (type === 'list') before.push(value);
  else if (before[0] !== value)
    throw new UsageError(`--${name} is given twice with different values; keep one of them`);
}

/** `-` is standard input, `@PATH` a file: neither is a secret. */
function isReference(value: string): boolean {
  return value === '-' || /^@[^\s=]+$/.test(value);
}

function secretOnCommandLine(name: string): string {
  const variable = variableOf(name);
  const byVariable = variable === undefined ? '' : `, or set the environment variable ${variable}`;
  return `--${name} does not take a value on the command line, since every process of this machine can read argument lists and the shell keeps them in its history. Give a file with --${name} @PATH, standard input with --${name} -${byVariable}`;
}

/** An argument that resembles no flag may be a value: errors name its position only. */
function unknownFlag(
  { rawName, index }: { readonly rawName: string; readonly index: number },
  descriptors: Readonly<Record<string, FlagDescriptor>>,
): string {
  const names = Object.keys(descriptors);
  const nearest =
    nearestOf(rawName.replace(/^-+/, ''), names) ?? nearestOf(rawName.replace(/^--no-/, ''), names);
  return nearest === undefined
    ? `argument ${index + 1} behind the command is no flag. --help lists the flags`
    : `there is no flag ${rawName}. Did you mean --${nearest}?`;
}

function flagsOf(given: ReadonlyMap<string, readonly string[]>, positionals: readonly string[]): Flags {
  return {
    get: (name) => given.get(name)?.join('\n'),
    switched: (name) => {
      const value = given.get(name)?.[0];
      return value === undefined ? undefined : value === 'true';
    },
    all: (name) => given.get(name) ?? [],
    names: [...given.keys()],
    positionals,
  };
}
