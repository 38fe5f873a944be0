// The answers of init and the commands that it runs, in this process, with programs of the test's own.
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, test, vi } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.ts';
import { COMMON_FLAGS, readArguments, UsageError } from '../../src/cli/flags.ts';
import { runCommands, setupCommands } from '../../src/cli/init-commands.ts';
import type { Findings } from '../../src/cli/init-look.ts';
import { applicationOf, Prompter, partitionOf, readSetup, type Setup } from '../../src/cli/init-setup.ts';
import { recordTerminal } from './recorded-terminal.ts';
import { folderWith } from './run.ts';

const FINDINGS: Findings = {
  isGit: true,
  repository: 'me/shop',
  branch: 'main',
  application: 'shop',
  envFiles: [],
  dockerfiles: ['Dockerfile', 'api/Dockerfile'],
  taskDefinitions: [{ path: 'task.json', containers: ['web', 'worker'] }],
  workflows: [],
};
const SETUP: Setup = {
  prefix: '/shop/prd',
  region: 'us-west-2',
  repository: 'me/shop',
  branch: 'main',
  environment: 'production',
  account: '123456789012',
  logRetentionDays: '30',
  envFile: '.env',
  undecided: [],
  dockerfile: undefined,
  taskDefinition: undefined,
};
const flagsOf = (args: readonly string[] = []) =>
  readArguments(args, { ...COMMANDS.find(({ name }) => name === 'init')?.flags, ...COMMON_FLAGS });

/** Programs that shells of the test find, by name. */
function programs(scripts: Readonly<Record<string, string>>): void {
  const folder = folderWith();
  for (const [name, script] of Object.entries(scripts)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  vi.stubEnv('PATH', folder);
}
afterEach(() => {
  vi.unstubAllEnvs();
});

async function answer(
  answers: ReadonlyArray<string | undefined>,
  args: readonly string[] = [],
  findings: Findings = FINDINGS,
) {
  const terminal = recordTerminal(answers);
  const setup = await readSetup(
    folderWith(),
    findings,
    new Prompter(flagsOf(args), terminal, true),
    terminal,
  );
  return { setup, terminal };
}

test.each([
  ['cn-north-1', 'aws-cn'],
  ['us-gov-west-1', 'aws-us-gov'],
  ['eu-west-1', 'aws'],
  ['us-iso-east-1', undefined],
  ['xx-west-1', undefined],
])('the partition of %s is %s', (region, partition) => {
  expect(partitionOf(region)).toBe(partition);
});

it('a prefix of one part names no application', () => {
  expect(applicationOf({ prefix: 'shop' })).toBe('');
});

describe('questions', () => {
  it('offer the account of the credentials, every file that was found and the service of a cluster', async () => {
    programs({ aws: 'echo 210987654321' });
    const { setup, terminal } = await answer([
      ...['', '', '', '', '', '', '', '', '', ''],
      'worker',
      'main-cluster',
      'web-service',
    ]);
    expect(setup).toMatchObject({
      account: '210987654321',
      dockerfile: 'Dockerfile',
      taskDefinition: {
        path: 'task.json',
        container: 'worker',
        service: { cluster: 'main-cluster', name: 'web-service' },
      },
    });
    expect(terminal.questions.find((question) => question.includes('Dockerfile'))).toContain(
      'api/Dockerfile',
    );
  });

  it.each([
    ['no cluster', ['none'], 12],
    ['a cluster without a service', ['main-cluster', 'none'], 13],
  ])('%s: nothing is deployed', async (_, last, count) => {
    programs({ aws: 'exit 1' });
    const { setup, terminal } = await answer(['', '', '', '', '', '', '', '', '', '', '', ...last]);
    expect(setup.account).toBeUndefined();
    expect(setup.taskDefinition).toEqual({ path: 'task.json', container: 'web', service: undefined });
    expect(terminal.questions).toHaveLength(count);
  });

  it('ask for no container of a task definition that is not there yet', async () => {
    programs({});
    const { setup } = await answer(
      ['', '', '', '', '', '', '', '', '', ''],
      ['--task-definition', 'later.json'],
    );
    expect(setup.taskDefinition).toEqual({ path: 'later.json', container: undefined, service: undefined });
  });

  it('end init where the input ends, and write nothing', async () => {
    programs({});
    await expect(answer(['', undefined])).rejects.toBeInstanceOf(UsageError);
  });

  it('are asked again after a wrong answer', async () => {
    programs({});
    const { setup, terminal } = await answer(['', 'the moon', 'eu-west-1', ...Array<string>(11).fill('')]);
    expect(setup.region).toBe('eu-west-1');
    expect(terminal.errors).toHaveLength(1);
  });
});

describe('a choice', () => {
  const choose = (
    answers: ReadonlyArray<string | undefined> | undefined,
    isDefault: boolean,
    args = ['--force'],
  ) => {
    const terminal = recordTerminal(answers);
    const prompter = new Prompter(flagsOf(args), terminal, answers !== undefined);
    return { chosen: prompter.choice('force', 'Replace?', isDefault), terminal };
  };

  it.each<[string | undefined, boolean, boolean]>([
    ['', true, true],
    ['', false, false],
    ['y', false, true],
    ['YES', false, true],
    ['no', true, false],
  ])('%j, with %s by default: %s', async (text, isDefault, expected) => {
    const { chosen, terminal } = choose([text], isDefault, []);
    expect(await chosen).toBe(expected);
    expect(terminal.questions).toEqual([expect.stringContaining(isDefault ? 'Y/n' : 'y/N')]);
  });

  it('is not asked where a flag makes it, or nobody answers', async () => {
    const byFlag = choose([''], false);
    expect(await byFlag.chosen).toBe(true);
    expect(byFlag.terminal.questions).toEqual([]);
    expect(await choose(undefined, true, []).chosen).toBe(true);
  });

  it('ends init where the input ends', async () => {
    await expect(choose([undefined], true, []).chosen).rejects.toBeInstanceOf(UsageError);
  });
});

describe('commands', () => {
  const [variables, environment, secret] = setupCommands({ ...SETUP, account: undefined }).slice(1);
  const start = async (
    commands: ReadonlyArray<typeof variables | undefined>,
    {
      root = folderWith({ '.env': 'A=1\n' }),
      answers = undefined as ReadonlyArray<string | undefined> | undefined,
    } = {},
  ) => {
    const terminal = recordTerminal(answers);
    const known = commands.filter((one) => one !== undefined);
    const code = await runCommands(known, { root, isYes: answers === undefined, terminal });
    return { code, terminal };
  };

  it('create no environment where the role trusts the branch', () => {
    const [roles, ...others] = setupCommands({ ...SETUP, environment: undefined });
    expect(roles?.text).toContain('Environment=');
    expect(others).toHaveLength(1);
    expect(others[0]?.text).toMatch(/^gh secret set DOTENV/);
  });

  it('end where the input ends, and run nothing', async () => {
    programs({ gh: 'exit 9' });
    expect((await start([secret], { answers: [undefined] })).code).toBe(1);
  });

  it('are left out one by one', async () => {
    programs({ gh: 'exit 9' });
    const { code, terminal } = await start([environment, secret], { answers: ['n', ''] });
    expect(code).toBe(0);
    expect(terminal.questions).toHaveLength(2);
  });

  it('pass what one program prints to the next', async () => {
    const folder = folderWith({ '.env': 'A=1\n' });
    programs({ aws: 'echo arn:aws:iam::1:role/x', gh: `echo "$@" >> '${folder}/calls'` });
    expect((await start([variables], { root: folder, answers: ['y'] })).code).toBe(0);
    expect(
      readFileSync(join(folder, 'calls'), 'utf8').match(/--body arn:aws:iam::1:role\/x$/gm),
    ).toHaveLength(2);
  });

  it.each<[string, Readonly<Record<string, string>>, RegExp]>([
    ['a program that is not installed', {}, /\bgh\b.*PATH/],
    ['an error', { gh: 'echo first >&2; echo HTTP 403 >&2; exit 4' }, /gh .*4: HTTP 403$/],
    ['an error without a word', { gh: 'exit 5' }, /gh .*5$/],
  ])('end with %s', async (_, scripts, expected) => {
    programs(scripts);
    const { code, terminal } = await start([secret, environment]);
    expect(code).toBe(1);
    expect(terminal.errors).toEqual([expect.stringMatching(expected)]);
  });

  it('end where a part of one cannot be had', async () => {
    programs({ aws: 'echo NoSuchEntity >&2; exit 254', gh: 'exit 0' });
    const { code, terminal } = await start([variables]);
    expect(code).toBe(1);
    expect(terminal.errors).toEqual([expect.stringMatching(/aws .*254: NoSuchEntity$/)]);
  });

  it('end where the .env is not there', async () => {
    programs({ gh: 'exit 0' });
    const { code, terminal } = await start([secret], { root: folderWith() });
    expect(code).toBe(1);
    expect(terminal.errors).toEqual([expect.stringContaining('--env-file')]);
  });
});
