import { parseArgs } from 'node:util';
import { nearestOf } from '../settings/nearest.ts';
import { type FlagDescriptor, variableOf } from './flags.ts';

/** The command line cannot be understood; the exit code is 2. The text never repeats a value. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** What a command line gives to a command. */
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
  // Most likely its value was forgotten, and the next flag is taken for it.
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
