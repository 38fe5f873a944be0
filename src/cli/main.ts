import { failOnIdle, leave } from '../clients/cancellation.ts';
import { nearestOf } from '../settings/nearest.ts';
import { type Command, EXIT } from './command.ts';
import { COMMANDS, PROGRAM } from './commands.ts';
import { ENVIRONMENT, STREAMS, useProfile } from './environment.ts';
import { COMMON_FLAGS, readArguments, UsageError } from './flags.ts';
import { openTerminal, type Terminal } from './terminal.ts';
import { styled } from './text.ts';

/**
 * The command line: finds the command, reads its flags, runs it. Sets the exit code; never throws.
 * @param given the arguments after the program's name
 */
export async function main(given: readonly string[]): Promise<void> {
  // npx passes on the two hyphens that keep Node.js from reading --env-file as its own flag.
  const args = given[0] === '--' ? given.slice(1) : given;
  const terminal = openTerminal(STREAMS, {
    environment: ENVIRONMENT,
    // Switches of one letter can be combined: -yq.
    isQuiet: args.some((arg) => arg === '--quiet' || /^-[yh]*q[yhq]*$/.test(arg)),
    readsInput: args.some(readsStandardInput),
  });
  endOnFaults(terminal);
  const isOver = failOnIdle(() =>
    terminal.say(styled('red', 'error'), ': the run ended half-way, since an answer never came. Run again'),
  );
  try {
    process.exitCode = await dispatch(args, terminal);
  } catch (error) {
    process.exitCode = await printFailure(error, terminal);
  }
  isOver();
  await leave();
}

/** `-`, also as the value of a flag and in a list. */
const readsStandardInput = (arg: string) =>
  arg
    .replace(/^--[a-z0-9-]+=/, '')
    .split(/[\n,]/)
    .some((part) => part.trim() === '-');

/** Node.js would print an uncaught error whole, which may contain a value. */
function endOnFaults(terminal: Terminal): void {
  for (const event of ['uncaughtException', 'unhandledRejection'] as const)
    process.on(event, async (error: unknown) => {
      try {
        await printFailure(error, terminal);
      } finally {
        process.exit(EXIT.failed);
      }
    });
}

async function dispatch(args: readonly string[], terminal: Terminal): Promise<number> {
  const [first] = args;
  if (first === undefined || first === 'help' || first === '--help' || first === '-h')
    return showHelp(first === 'help' ? args.slice(1) : [], terminal);
  if (first === '--version') {
    terminal.print(await readVersion(process.argv[1] ?? ''));
    return EXIT.ok;
  }
  if (isGroup(first) && args.slice(1).every((arg) => arg === '--help' || arg === '-h'))
    return showHelp([first], terminal);
  const { command, rest } = find(args);
  if (rest.includes('--help') || rest.includes('-h')) return showHelp(command.name.split(' '), terminal);
  const flags = readArguments(rest, { ...command.flags, ...COMMON_FLAGS });
  if (flags.positionals.length > 0 && command.positionals === undefined)
    throw new UsageError(`${command.name} takes no arguments beside flags; put a name before each value`);
  useProfile(flags.get('profile'));
  const { run } = await command.load();
  return run(flags, terminal);
}

/** @returns whether a word begins the names of several commands, such as `export` */
const isGroup = (word: string) => COMMANDS.some(({ name }) => name.startsWith(`${word} `));

/** @throws UsageError where there is no such command */
function find(args: readonly string[]): { command: Command; rest: readonly string[] } {
  for (const length of [2, 1]) {
    const command = COMMANDS.find(({ name }) => name === args.slice(0, length).join(' '));
    if (command !== undefined) return { command, rest: args.slice(length) };
  }
  const [first = '', second = ''] = args;
  if (first.startsWith('-')) throw new UsageError(`the command comes first: ${PROGRAM} COMMAND [flags]`);
  const names = COMMANDS.map(({ name }) => name);
  const group = names.filter((name) => name.startsWith(`${first} `));
  const nearest = nearestOf(`${first} ${second}`, group) ?? nearestOf(first, names);
  if (nearest !== undefined) throw new UsageError(`there is no such command. Did you mean ${nearest}?`);
  throw new UsageError(
    `there is no such command. The commands are ${(group.length > 0 ? group : names).join(', ')}`,
  );
}

async function showHelp(words: readonly string[], terminal: Terminal): Promise<number> {
  const { commandHelp, groupHelp, programHelp, readDescriptions } = await import('./help.ts');
  const { width } = terminal;
  const [first = ''] = words;
  if (words.length === 0) terminal.printText(programHelp(width));
  else if (words.length === 1 && isGroup(first)) terminal.printText(groupHelp(first, width));
  else terminal.printText(commandHelp(find(words).command, readDescriptions(process.argv[1] ?? ''), width));
  return EXIT.ok;
}

async function readVersion(program: string): Promise<string> {
  const { readShipped } = await import('./files.ts');
  const { version } = JSON.parse(readShipped(program, 'package.json')) as { version: string };
  return version;
}

/** @returns the exit code of an error, which is printed */
async function printFailure(error: unknown, terminal: Terminal): Promise<number> {
  if (error instanceof UsageError) {
    terminal.say(styled('red', 'error'), `: ${error.message}`);
    return EXIT.input;
  }
  const { printError } = await import('./errors.ts');
  return printError(error, terminal);
}
