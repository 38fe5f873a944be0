/** How the command line finds a command and its help, as a child process. */
import { expect, it, test } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.ts';
import { runCli } from './run.ts';

const names = COMMANDS.map(({ name }) => name);
const exports = names.filter((name) => name.startsWith('export '));

it('passes over the two hyphens that npx hands on', async () => {
  const [plain, hyphens] = await Promise.all([runCli(['--version']), runCli(['--', '--version'])]);
  expect(hyphens).toMatchObject({ code: 0, output: plain.output, errors: '' });
  expect(plain.output).toMatch(/^\d+\.\d+\.\d+\n$/);
});

it('shows the commands of a group, however its help is asked for', async () => {
  const asked = [['export'], ['export', '--help'], ['export', '-h'], ['help', 'export']];
  const runs = await Promise.all(asked.map((args) => runCli(args)));
  for (const { code, output, errors } of runs) {
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    expect(output).toBe(runs[0]?.output);
    for (const name of exports) expect(output).toContain(name);
    expect(output).not.toContain('destroy');
  }
});

it('shows the help of a command, however it is asked for', async () => {
  const asked = [
    ['help', 'export', 'dotenv'],
    ['export', 'dotenv', '--help'],
    ['export', 'dotenv', '-h'],
  ];
  const runs = await Promise.all(asked.map((args) => runCli(args)));
  expect(runs.map(({ code }) => code)).toEqual([0, 0, 0]);
  expect(new Set(runs.map(({ output }) => output)).size).toBe(1);
  expect(runs[0]?.output).toContain('--prefer');
});

test.each<[args: string[], named: readonly string[]]>([
  [['zzzzzzz'], names],
  [['help', 'zzzzzzz'], names],
  [['export', 'zzzzzzz'], exports],
  [['help', 'export', 'zzzzzzz'], exports],
  [['aply'], ['apply']],
  [['export', 'terrafrom'], ['export terraform']],
  [['--quiet', 'apply'], []],
])('%j is no command: it names those that there are', async (args, named) => {
  const { code, output, errors } = await runCli(args);
  expect({ code, output }).toEqual({ code: 2, output: '' });
  expect(names.filter((name) => errors.includes(name))).toEqual(named);
  expect(errors).not.toContain('zzzzzzz');
});

it('takes no arguments beside flags', async () => {
  const { code, output } = await runCli(['plan', '/papyrus/prd']);
  expect({ code, output }).toEqual({ code: 2, output: '' });
});
