import { join, resolve } from 'node:path';
import { EXIT } from './command.ts';
import { makeTemporaryFolder, readIfThere, readShipped, writeText } from './files.ts';
import { type Program, type SetupCommand, TEMPLATE } from './init-commands.ts';
import { runProgram } from './programs.ts';
import type { Terminal } from './terminal.ts';
import { styled } from './text.ts';

interface Running {
  readonly root: string;
  /** Every command runs without a question. */
  readonly isYes: boolean;
  readonly terminal: Terminal;
}

/** CloudFormation takes its time. */
const TIMEOUT_MS = 15 * 60_000;

/**
 * Runs the commands one by one, each after a question, and ends with the first that fails.
 * @returns the exit code
 */
export async function runCommands(commands: readonly SetupCommand[], running: Running): Promise<number> {
  const { terminal, isYes } = running;
  for (const { purpose, text, programs } of commands) {
    terminal.print(styled('bold', purpose));
    for (const line of text.split('\n')) terminal.printCommand(`  ${line}`);
    if (!isYes) {
      const answer = await terminal.ask('Run this? [y/N] ');
      if (answer === undefined) return EXIT.failed;
      if (!/^y(?:es)?$/i.test(answer)) {
        terminal.print('Skipped.');
        continue;
      }
    }
    for (const program of programs) {
      const error = await start(program, running);
      if (error === undefined) continue;
      terminal.say(styled('red', 'error'), `: ${error}`);
      return EXIT.failed;
    }
    terminal.print(styled('green', 'Done.'));
  }
  return EXIT.ok;
}

/** @returns why it failed, in the program's own words */
async function start(program: Program, { root, terminal }: Running): Promise<string | undefined> {
  const args: string[] = [];
  for (const arg of program.args) {
    if (typeof arg === 'string') args.push(arg === TEMPLATE ? templateFile() : arg);
    else {
      const { code, output, errors } = await runProgram(arg.output.name, plainArgs(arg.output), {
        folder: root,
      });
      if (code !== 0) return failureOf(arg.output.name, code, errors);
      args.push(`${arg.before}${output.trim()}`);
    }
  }
  const { input } = program;
  const text =
    input === undefined ? undefined : 'file' in input ? readIfThere(resolve(root, input.file)) : input.text;
  if (input !== undefined && text === undefined) return 'the .env cannot be read; name it with --env-file';
  terminal.waitFor(`${program.name} ${args[0] ?? ''} ${args[1] ?? ''}…`);
  const { code, errors } = await runProgram(program.name, args, {
    folder: root,
    timeoutMs: TIMEOUT_MS,
    ...(text === undefined ? {} : { input: text }),
  });
  terminal.progress(undefined);
  return code === 0 ? undefined : failureOf(program.name, code, errors);
}

const plainArgs = ({ args }: Program) => args.filter((arg) => typeof arg === 'string');

function failureOf(name: string, code: number, errors: string): string {
  if (code === 127) return `${name} is not installed, or not on the PATH`;
  const last = errors.trim().split('\n').at(-1) ?? '';
  return `${name} ended with ${code}${last === '' ? '' : `: ${last}`}`;
}

/** The template of this version, as a file that aws reads. */
function templateFile(): string {
  const path = join(makeTemporaryFolder(), TEMPLATE);
  writeText(path, readShipped(process.argv[1] ?? '', `dist/${TEMPLATE}`));
  return path;
}
