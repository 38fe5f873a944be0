import { parse } from 'yaml';
import type { Command } from './command.ts';
import { COMMANDS, PROGRAM } from './commands.ts';
import { readShipped } from './files.ts';
import { COMMON_FLAGS, type FlagDescriptor, INPUT_FLAGS, variableOf, WORKFLOW_INPUTS } from './flags.ts';
import { wrap } from './text.ts';

/** One flag on a help page. */
export interface FlagHelp {
  readonly name: string;
  /** `-y, --yes` or `--prefix TEXT`. */
  readonly usage: string;
  readonly description: string;
}

/** Descriptions of the inputs by name, as action.yml has them. */
export type Descriptions = ReadonlyMap<string, string>;

/**
 * Reads the descriptions of the inputs from the action.yml next to dist/, which every download has.
 * @param program path of what is run: dist/cli.js, or a link to it
 */
export function readDescriptions(program: string): Descriptions {
  const { inputs } = parse(readShipped(program, 'action.yml')) as {
    inputs: Record<string, { description?: string }>;
  };
  return new Map(Object.entries(inputs).map(([name, { description = '' }]) => [name, description]));
}

function usageOf(name: string, { type, short, placeholder = 'TEXT' }: FlagDescriptor): string {
  const long = type === 'switch' ? `--${name}` : `--${name} ${placeholder}`;
  return short === undefined ? long : `-${short}, ${long}`;
}

function descriptionOf(name: string, descriptor: FlagDescriptor, inputs: Descriptions): string {
  const text = descriptor.description ?? inputs.get(name) ?? '';
  const source = descriptor.secret === true ? ` From @PATH, - or ${variableOf(name)} only` : '';
  return `${text.replace(/\.$/, '')}.${source === '' ? '' : `${source}.`}`;
}

/** @returns the flags of a command in the order of its help page: its own and those of all commands, then inputs */
export function flagsOf(command: Command, inputs: Descriptions): { own: FlagHelp[]; inputs: FlagHelp[] } {
  const help = ([name, descriptor]: readonly [string, FlagDescriptor]): FlagHelp => ({
    name,
    usage: usageOf(name, descriptor),
    description: descriptionOf(name, descriptor, inputs),
  });
  const entries = Object.entries(command.flags);
  const isInput = ([name]: readonly [string, unknown]) => Object.hasOwn(INPUT_FLAGS, name);
  return {
    own: [...entries.filter((entry) => !isInput(entry)), ...Object.entries(COMMON_FLAGS)].map(help),
    inputs: entries.filter((entry) => isInput(entry) && !WORKFLOW_INPUTS.has(entry[0] as never)).map(help),
  };
}

const MOST_COLUMNS = 100;

/** @returns the help page of a command */
export function commandHelp(command: Command, inputs: Descriptions, width: number): string {
  const columns = Math.min(width, MOST_COLUMNS);
  const flags = flagsOf(command, inputs);
  const positionals = command.positionals === undefined ? '' : ` ${command.positionals}`;
  return [
    ...wrap(command.description, columns),
    '',
    'Usage:',
    `  ${PROGRAM} ${command.name}${positionals} [flags]`,
    '',
    'Examples:',
    ...command.examples.flatMap(([what, text]) => [`  # ${what}`, `  ${text}`]),
    '',
    ...section('Flags:', flags.own, columns),
    ...(flags.inputs.length === 0
      ? []
      : ['', ...section('Inputs of the action as flags:', flags.inputs, columns)]),
  ].join('\n');
}

function section(title: string, flags: readonly FlagHelp[], columns: number): string[] {
  return [title, ...flags.flatMap(({ usage, description }) => flagLines(usage, description, columns))];
}

const INDENT = 6;

function flagLines(usage: string, description: string, columns: number): string[] {
  const indent = ' '.repeat(INDENT);
  return [`  ${usage}`, ...wrap(indent + description, columns, INDENT)];
}

function commandList(commands: readonly Command[], columns: number): string[] {
  const longest = Math.max(...commands.map(({ name }) => name.length));
  return commands.flatMap(({ name, summary }) =>
    wrap(`  ${name.padEnd(longest)}  ${summary}`, columns, longest + 4),
  );
}

/** @returns the help page of commands that have their first word in common */
export function groupHelp(word: string, width: number): string {
  const columns = Math.min(width, MOST_COLUMNS);
  const commands = COMMANDS.filter(({ name }) => name.startsWith(`${word} `));
  return [
    'Usage:',
    ...commands.map(({ name }) => `  ${PROGRAM} ${name} [flags]`),
    '',
    'Commands:',
    ...commandList(commands, columns),
    '',
    ...wrap('COMMAND --help shows the flags of a command.', columns),
  ].join('\n');
}

/** @returns the help page of the program */
export function programHelp(width: number): string {
  const columns = Math.min(width, MOST_COLUMNS);
  return [
    ...wrap(
      'Turn a .env into a ready AWS account: log group, SSM parameters, Secrets Manager secrets, ECR repository and image, Auth0 URLs. The same engine as the GitHub Action, from a terminal.',
      columns,
    ),
    '',
    'Usage:',
    `  ${PROGRAM} COMMAND [flags]`,
    '',
    'Commands:',
    ...commandList(COMMANDS, columns),
    '',
    'Example:',
    `  ${PROGRAM} plan --env-file .env --prefix /myapp/prd`,
    '',
    ...wrap('COMMAND --help shows the flags of a command.', columns),
    ...wrap('Exit codes: 0 success, 1 failed, 2 input error, 3 drifted. NO_COLOR turns colors off.', columns),
  ].join('\n');
}
