import { basename, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { prefixFault } from '../settings/limits.ts';
import { type Flags, UsageError } from './arguments.ts';
import { shellQuote } from './check.ts';
import { EXIT } from './command.ts';
import { ENVIRONMENT } from './environment.ts';
import { noteText } from './errors.ts';
import { exists, isFolder, readIfThere, writeText } from './files.ts';
import { type SetupCommand, setupCommands } from './init-commands.ts';
import { initFiles, type NewFile } from './init-files.ts';
import { type Findings, lookAt, readEnvFile } from './init-look.ts';
import { runCommands } from './init-run.ts';
import type { Setup, TaskDefinitionSetup } from './init-setup.ts';
import { diffLines, hunksOf } from './line-diff.ts';
import { PROGRAM } from './program.ts';
import { runProgram } from './programs.ts';
import type { Terminal } from './terminal.ts';
import { type Span, styled } from './text.ts';

/** Sets a repository up: looks at it, asks what it cannot know, writes the files, and says what is left to do. */
export async function run(flags: Flags, terminal: Terminal): Promise<number> {
  const [folder = '.', ...others] = flags.positionals;
  if (others.length > 0) throw new UsageError('init takes one folder');
  const isRun = flags.switched('run') === true;
  const isYes = flags.switched('yes') === true;
  if (isRun && !isYes && !terminal.isInteractive)
    throw new UsageError('--run asks before each command, which needs a terminal. Add --yes to run them all');
  const root = resolve(folder);
  await refuseOtherRoots(root);
  const findings = await lookAt(root);
  const asker = new Asker(flags, terminal, !isYes && terminal.isInteractive);
  const setup = await readSetup(root, findings, asker, terminal);
  const isJson = flags.switched('json') === true;
  // Standard output is for JSON alone.
  const print: Print = (...spans) => (isJson ? terminal.say(...spans) : terminal.print(...spans));
  const files = [...initFiles(setup), ...(await ignoreFile(root, setup, findings))];
  const { kept } = writeFiles(root, files, { isForced: flags.switched('force') === true, print });
  await warnOfTracked(root, setup, terminal);
  const commands = setupCommands(setup);
  if (isJson)
    terminal.printJson({
      setup,
      files: files.map(({ path }) => path),
      kept,
      commands: commands.map(({ text }) => text),
    });
  else if (!isRun) printCommands(commands, setup, { root, isGit: findings.isGit }, terminal);
  if (kept.length > 0)
    terminal.say(`Kept ${kept.join(', ')}. Run init again with --force to replace what is there.`);
  return isRun ? runCommands(commands, { root, isYes, terminal }) : EXIT.ok;
}

/** @throws UsageError where GitHub would never look for workflows */
async function refuseOtherRoots(root: string): Promise<void> {
  if (!isFolder(root)) throw new UsageError('there is no such folder. Name the root of a repository');
  const { code, output } = await runProgram('git', ['rev-parse', '--show-cdup'], { folder: root });
  const up = output.trim();
  if (code === 0 && up !== '')
    throw new UsageError(
      `GitHub runs workflows only from the root of a repository. Run cd ${shellQuote(up)} first, or git init to make this folder a repository of its own`,
    );
}

/** Answers come from flags, from the user, or are the defaults. */
class Asker {
  readonly #flags: Flags;
  readonly #terminal: Terminal;
  /** Whether somebody answers. */
  readonly asks: boolean;

  constructor(flags: Flags, terminal: Terminal, asks: boolean) {
    this.#flags = flags;
    this.#terminal = terminal;
    this.asks = asks;
  }

  /**
   * @param fault says what is wrong with an answer
   * @throws UsageError where a flag is wrong
   */
  async text(
    flag: string,
    question: string,
    fallback: string,
    fault: (answer: string) => string | undefined = () => undefined,
  ): Promise<string> {
    const given = this.#flags.get(flag)?.trim();
    if (given !== undefined) {
      const wrong = fault(given);
      if (wrong !== undefined) throw new UsageError(`--${flag}: ${wrong}`);
      return given;
    }
    while (this.asks) {
      const answer = await this.#terminal.ask(`${question} [${fallback}]: `);
      if (answer === undefined) throw new UsageError('init ended before all questions were answered');
      const chosen = answer === '' ? fallback : answer;
      const wrong = fault(chosen);
      if (wrong === undefined) return chosen;
      this.#terminal.say(wrong);
    }
    return fallback;
  }

  async choice(flag: string, question: string, isDefault: boolean): Promise<boolean> {
    const given = this.#flags.switched(flag);
    if (given !== undefined || !this.asks) return given ?? isDefault;
    const answer = await this.#terminal.ask(`${question} [${isDefault ? 'Y/n' : 'y/N'}] `);
    if (answer === undefined) throw new UsageError('init ended before all questions were answered');
    return answer === '' ? isDefault : /^y(?:es)?$/i.test(answer);
  }
}

const matching = (pattern: RegExp, text: string) => (answer: string) =>
  pattern.test(answer) ? undefined : text;

async function readSetup(root: string, findings: Findings, asker: Asker, terminal: Terminal): Promise<Setup> {
  const prefix = await asker.text(
    'prefix',
    'Prefix, /APPLICATION/ENVIRONMENT',
    `/${findings.application}/prd`,
    (answer) => prefixFault(answer),
  );
  const region = await asker.text(
    'region',
    'AWS region',
    ENVIRONMENT['AWS_REGION'] || ENVIRONMENT['AWS_DEFAULT_REGION'] || 'us-west-2',
    matching(/^[a-z]{2,}(?:-[a-z]+)+-\d+$/, 'this is not a region; write it like us-west-2'),
  );
  const account = await asker.text(
    'account-id',
    'AWS account id, or none to keep the roles in GitHub variables',
    asker.asks ? ((await accountOfCredentials()) ?? 'none') : 'none',
    matching(/^(?:\d{12}|none)$/, 'an account id has 12 digits'),
  );
  const repository = await asker.text(
    'github-repository',
    'Repository on GitHub, OWNER/NAME',
    findings.repository ?? 'none',
    matching(/^(?:[A-Za-z0-9._-]+\/[A-Za-z0-9._-]+|none)$/, 'write it like OWNER/NAME'),
  );
  const branch = await asker.text(
    'branch',
    'Branch whose pushes deploy',
    findings.branch ?? 'main',
    matching(/^[A-Za-z0-9._/-]+$/, 'this is not the name of a branch'),
  );
  const environment = await asker.text(
    'environment',
    'GitHub environment of the deployment, or none (a private repository needs GitHub Pro or Team for its branch rule)',
    'production',
    matching(/^[A-Za-z0-9._-]+$/, 'use letters, digits, dots, hyphens and underscores'),
  );
  const logRetentionDays = await asker.text(
    'log-retention-days',
    'Days that logs are kept, or never (older logs are deleted)',
    '30',
    matching(/^(?:never|[1-9]\d*)$/, 'it takes a number of days, or never'),
  );
  const envFile = await pathOf(asker, 'env-file', 'The .env with the variables', findings.envFiles);
  const dockerfile = await pathOf(
    asker,
    'dockerfile',
    'Dockerfile that the workflow builds',
    findings.dockerfiles,
  );
  return {
    prefix,
    region,
    repository: noneOf(repository),
    branch,
    environment: noneOf(environment),
    account: noneOf(account),
    logRetentionDays,
    envFile,
    undecided: envFile === undefined ? [] : undecidedOf(root, envFile, terminal),
    dockerfile,
    taskDefinition: await readTaskDefinition(findings, asker),
  };
}

/** Offered as the default of the question; no other account is guessed. */
async function accountOfCredentials(): Promise<string | undefined> {
  const args = ['sts', 'get-caller-identity', '--query', 'Account', '--output', 'text'];
  const { output } = await runProgram('aws', args, { timeoutMs: 5_000 });
  return /^\d{12}$/.test(output.trim()) ? output.trim() : undefined;
}

const noneOf = (answer: string) => (answer === 'none' ? undefined : answer);

async function pathOf(
  asker: Asker,
  flag: string,
  question: string,
  found: readonly string[],
): Promise<string | undefined> {
  const [first = 'none', ...others] = found;
  const more = others.length === 0 ? '' : ` (also found: ${others.join(', ')})`;
  return noneOf(await asker.text(flag, `${question}, or none${more}`, first));
}

async function readTaskDefinition(
  { taskDefinitions }: Findings,
  asker: Asker,
): Promise<TaskDefinitionSetup | undefined> {
  const paths = taskDefinitions.map(({ path }) => path);
  const path = await pathOf(asker, 'task-definition', 'ECS task definition to complete', paths);
  if (path === undefined) return undefined;
  const { containers = [] } = taskDefinitions.find((one) => one.path === path) ?? {};
  const container =
    containers.length > 1
      ? await asker.text(
          'container-name',
          `Container that is completed: ${containers.join(', ')}`,
          containers[0] ?? '',
        )
      : undefined;
  const cluster = noneOf(await asker.text('ecs-cluster', 'ECS cluster to deploy to, or none', 'none'));
  const name =
    cluster === undefined
      ? undefined
      : noneOf(await asker.text('ecs-service', 'ECS service, or none', 'none'));
  return {
    path,
    container,
    service: cluster === undefined || name === undefined ? undefined : { cluster, name },
  };
}

/** Errors of the `.env` are reported; the files are written all the same. */
function undecidedOf(root: string, path: string, terminal: Terminal): readonly string[] {
  const { undecided, notes } = readEnvFile(root, path);
  for (const fault of notes.errors) terminal.say(styled('yellow', 'warning'), `: ${noteText(fault)}`);
  return undecided;
}

/** @returns the .gitignore with a line for the `.env`, where git does not ignore it yet */
async function ignoreFile(
  root: string,
  { envFile = '.env' }: Setup,
  { isGit }: Findings,
): Promise<NewFile[]> {
  const before = readExisting(root, '.gitignore');
  // Git never takes up what lies outside of the repository.
  const way = relative(root, resolve(root, envFile));
  if (isAbsolute(way) || way.split(sep)[0] === '..') return [];
  const asked = ['check-ignore', '--quiet', '--no-index', '--', envFile];
  const isIgnored = isGit
    ? (await runProgram('git', asked, { folder: root })).code === 0
    : (before ?? '').split(/\r?\n/).some((line) => line.trim() === basename(way));
  if (isIgnored) return [];
  const gap = before === undefined || before === '' || before.endsWith('\n') ? '' : '\n';
  return [{ path: '.gitignore', text: `${before ?? ''}${gap}${basename(way)}\n` }];
}

async function warnOfTracked(root: string, { envFile }: Setup, terminal: Terminal): Promise<void> {
  if (envFile === undefined) return;
  const { code } = await runProgram('git', ['ls-files', '--error-unmatch', '--', envFile], { folder: root });
  if (code === 0)
    terminal.say(
      styled('yellow', 'warning'),
      `: git tracks ${envFile}, so everybody who reads the repository has its values. Take it out with git rm --cached ${shellQuote(envFile)}, and rotate its secrets`,
    );
}

/**
 * @returns undefined where nothing exists at the path
 * @throws UsageError where something exists that cannot be shown, and so is not replaced
 */
function readExisting(root: string, path: string): string | undefined {
  const text = readIfThere(join(root, path));
  if (text === undefined && exists(join(root, path)))
    throw new UsageError(`${path} exists and cannot be read. Check what it is; init writes nothing over it`);
  return text;
}

type Print = (...spans: readonly Span[]) => void;

interface Writing {
  readonly isForced: boolean;
  readonly print: Print;
}

/** Writes what is missing. What exists and differs is shown, and replaced only where the user says so. */
function writeFiles(
  root: string,
  files: readonly NewFile[],
  { isForced, print }: Writing,
): { kept: string[] } {
  const kept: string[] = [];
  // All are read before the first is written.
  const existing = files.map((file) => ({ ...file, before: readExisting(root, file.path) }));
  for (const { path, text, before } of existing) {
    if (before === text) {
      print(styled('dim', `= ${path}`));
      continue;
    }
    // A line more takes nothing away.
    const isAdded = path === '.gitignore' && before !== undefined;
    const isWritten = before === undefined || isForced || isAdded;
    print(
      isWritten ? styled('green', before === undefined ? '+' : '~') : styled('yellow', '!'),
      ` ${path}`,
      ...(isWritten ? [] : [' exists and was not changed. It differs:']),
    );
    if (before !== undefined) printDiff(before, text, print);
    if (isWritten) writeText(join(root, path), text);
    else kept.push(path);
  }
  return { kept };
}

function printDiff(before: string, after: string, print: Print): void {
  for (const { sign, text } of hunksOf(diffLines(before, after))) {
    const line = `    ${sign} ${text}`;
    print(sign === '+' ? styled('green', line) : sign === '-' ? styled('red', line) : line);
  }
}

function printCommands(
  commands: readonly SetupCommand[],
  setup: Setup,
  { root, isGit }: { readonly root: string; readonly isGit: boolean },
  terminal: Terminal,
): void {
  const heading = (text: string) => {
    terminal.print('');
    terminal.print(styled('bold', text));
  };
  terminal.print('');
  terminal.print('Next steps, from a terminal that is signed in to AWS and GitHub:');
  for (const [index, { purpose, text }] of commands.entries()) {
    heading(`${index + 1}. ${purpose}`);
    for (const line of text.split('\n')) terminal.printCommand(`   ${line}`);
  }
  heading(`${commands.length + 1}. Commit and push the files`);
  const paths = exists(join(root, '.gitignore')) ? '.github .gitignore' : '.github';
  for (const line of [
    ...(isGit ? [] : ['git init --initial-branch main']),
    `git add ${paths}`,
    'git commit -m "Set up aws-bootstrap"',
    `git push origin HEAD:${setup.branch}`,
  ])
    terminal.printCommand(`   ${line}`);
  terminal.print('');
  if (setup.repository === undefined) terminal.print('Replace OWNER/NAME with your repository on GitHub.');
  terminal.print('Preview the first run:');
  const given = setup.envFile === undefined ? '' : ` --env-file ${shellQuote(setup.envFile)}`;
  terminal.printCommand(`   ${PROGRAM} plan${given}`);
  terminal.print('If something does not work, run:');
  terminal.printCommand(`   ${PROGRAM} doctor${given}`);
}
