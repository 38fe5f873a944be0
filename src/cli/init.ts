import { basename, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { shellQuote } from './check.ts';
import { EXIT, PROGRAM } from './command.ts';
import { exists, isFolder, readIfThere, writeText } from './files.ts';
import { type Flags, UsageError } from './flags.ts';
import { runCommands, type SetupCommand, setupCommands } from './init-commands.ts';
import { initFiles, type NewFile } from './init-files.ts';
import { type Findings, lookAt } from './init-look.ts';
import { Prompter, readSetup, type Setup } from './init-setup.ts';
import { diffLines, hunksOf } from './line-diff.ts';
import { runProgram } from './programs.ts';
import type { Terminal } from './terminal.ts';
import { type Span, styled } from './text.ts';

/** Sets a repository up: inspects it, asks for missing facts, writes the files, and prints the commands that are left. */
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
  const prompter = new Prompter(flags, terminal, !isYes && terminal.isInteractive);
  const setup = await readSetup(root, findings, prompter, terminal);
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

/** @throws UsageError where GitHub would not find the workflows */
async function refuseOtherRoots(root: string): Promise<void> {
  if (!isFolder(root)) throw new UsageError('there is no such folder. Name the root of a repository');
  const { code, output } = await runProgram('git', ['rev-parse', '--show-cdup'], { folder: root });
  const up = output.trim();
  if (code === 0 && up !== '')
    throw new UsageError(
      `GitHub runs workflows only from the root of a repository. Run cd ${shellQuote(up)} first, or git init to make this folder a repository of its own`,
    );
}

/** @returns the .gitignore with a line for the `.env`, where git does not ignore it yet */
async function ignoreFile(
  root: string,
  { envFile = '.env' }: Setup,
  { isGit }: Findings,
): Promise<NewFile[]> {
  const before = readExisting(root, '.gitignore');
  // Git never tracks files outside of the repository.
  const relativePath = relative(root, resolve(root, envFile));
  if (isAbsolute(relativePath) || relativePath.split(sep)[0] === '..') return [];
  const args = ['check-ignore', '--quiet', '--no-index', '--', envFile];
  const isIgnored = isGit
    ? (await runProgram('git', args, { folder: root })).code === 0
    : (before ?? '').split(/\r?\n/).some((line) => line.trim() === basename(relativePath));
  if (isIgnored) return [];
  const gap = before === undefined || before === '' || before.endsWith('\n') ? '' : '\n';
  return [{ path: '.gitignore', text: `${before ?? ''}${gap}${basename(relativePath)}\n` }];
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

/** Writes missing files. Existing files that differ are shown, and replaced only with `--force`. */
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
    // A further line removes nothing.
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
