/** Flags and help pages of every command, without a process. */
import { describe, expect, it, test } from 'vitest';
import { COMMANDS, PROGRAM } from '../../src/cli/commands.ts';
import { COMMON_FLAGS, readArguments, SECRET_INPUTS, UsageError, variableOf } from '../../src/cli/flags.ts';
import { commandHelp, flagsOf, groupHelp, programHelp, readDescriptions } from '../../src/cli/help.ts';
import { columnsOf } from '../../src/cli/text.ts';
import { INPUTS } from '../../src/settings/input-names.ts';
import { ENTRY } from './run.ts';

const commandOf = (name: string) => {
  const command = COMMANDS.find((one) => one.name === name);
  if (command === undefined) throw new Error(`no command ${name}`);
  return command;
};
const read = (args: readonly string[], name = 'apply') =>
  readArguments(args, { ...commandOf(name).flags, ...COMMON_FLAGS });

/** @returns the message of the error that the arguments are */
function errorOf(args: readonly string[]): string {
  try {
    read(args);
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return error instanceof UsageError ? error.message : '';
  }
  throw new Error(`no error: ${args.join(' ')}`);
}

describe('readArguments', () => {
  test.each<[args: string[], name: string, value: string]>([
    [['--prefix', '/a/b'], 'prefix', '/a/b'],
    [['--prefix=/a/b', '--prefix', '/a/b'], 'prefix', '/a/b'],
    [['--env-file', 'a', '--env-file=b'], 'env-file', 'a\nb'],
    [['--dotenv', '-'], 'dotenv', '-'],
    [['--secrets', '@a.env'], 'secrets', '@a.env'],
    [['--fail-on-drift', 'false'], 'fail-on-drift', 'false'],
    [['--fail-on-drift=false'], 'fail-on-drift', 'false'],
    [['--no-fail-on-drift'], 'fail-on-drift', 'false'],
    [['--no-fail-on-drift=false'], 'fail-on-drift', 'true'],
    [['-y'], 'yes', 'true'],
    [['-yq'], 'quiet', 'true'],
  ])('%s gives %s', (args, name, value) => {
    const flags = read(args);
    expect(flags.get(name)).toBe(value);
    expect(flags.switched(name)).toBe(value === 'true');
    expect(flags.positionals).toEqual([]);
  });

  test.each([
    [['--preffix', '/a/b'], '--prefix'],
    [['--env_file', '.env'], '--env-file'],
    [['--no-adpot'], '--adopt'],
  ])('%s is an error that names the nearest flag', (args, nearest) => {
    expect(errorOf(args)).toContain(nearest);
  });

  test.each([
    [['--prefix', '--region', 'us-west-2'], '--prefix'],
    [['--prefix'], '--prefix'],
    [['--prefix', '/a/b', '--prefix', '/c/d'], '--prefix'],
    [['--adopt=perhaps'], '--adopt'],
    [['--no-prefix', '/a/b'], '--prefix'],
  ])('%s is an error that names the flag', (args, named) => {
    expect(errorOf(args)).toContain(named);
  });

  it.each(Object.keys(SECRET_INPUTS))('refuses a value of --%s, and names its variable', (name) => {
    const canary = 'c4nary-argument-Qx';
    for (const args of [
      [`--${name}`, `NAME=${canary}`],
      [`--${name}=${canary}`],
      [`--${name}=@a=${canary}`],
    ]) {
      const message = errorOf(args);
      expect(message).toContain(`--${name}`);
      expect(message).toContain(variableOf(name));
      expect(message).not.toContain(canary);
    }
  });

  it.each(['c4nary-word-Qx', 'MIIc4naryQxQxQxQxQxQxQxQxQxQx', 'c4nary"`\\$HOME', 'c4nary-\u001b[31mred'])(
    'repeats no argument that may be a value: %j',
    (needle) => {
      for (const args of [
        [`--${needle}`],
        [`--secrets=${needle}`],
        ['--github-token', needle],
        [`--adopt=${needle}`],
        [`-${needle}`],
      ])
        expect(errorOf(args), args.join(' ')).not.toContain(needle);
    },
  );
});

describe('the help page', () => {
  const inputs = readDescriptions(ENTRY);

  it('of the program lists every command', () => {
    for (const { name } of COMMANDS) expect(programHelp(80)).toContain(`  ${name} `);
  });

  it('of a group lists the commands that begin with its word', () => {
    const page = groupHelp('export', 80);
    for (const { name } of COMMANDS)
      expect(page.includes(`${PROGRAM} ${name} [flags]`)).toBe(name.startsWith('export '));
  });

  it.each(COMMANDS.map((command) => [command.name, command] as const))(
    'of %s has each flag and each example, and fits into the width',
    (_, command) => {
      const shown = flagsOf(command, inputs);
      for (const width of [60, 80, 200]) {
        const page = commandHelp(command, inputs, width);
        for (const { usage } of [...shown.own, ...shown.inputs]) expect(page).toContain(`\n  ${usage}`);
        for (const [, example] of command.examples) expect(page).toContain(`  ${example}\n`);
        // Commands are to be pasted, so they are never broken.
        const wide = page.split('\n').filter((line) => columnsOf(line) > width);
        expect(wide.filter((line) => !line.includes(PROGRAM))).toEqual([]);
      }
    },
  );

  it('of plan has every input that a terminal can use as a flag', () => {
    const workflow = ['mode', 'comment-on-pr', 'drift-issue', 'github-token'];
    expect(flagsOf(commandOf('plan'), inputs).inputs.map(({ name }) => name)).toEqual(
      INPUTS.filter((input) => !workflow.includes(input)),
    );
  });
});
