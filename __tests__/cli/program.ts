import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeFolder, removeFolder } from '../action/temp.ts';

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const LONGEST_MS = 60_000;

export interface ProgramRun {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Both, for questions about everything that was printed. */
  readonly all: string;
}

export interface ProgramOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly input?: string;
  /** Standard streams are a terminal of 80 columns; both outputs come together. */
  readonly isTerminal?: boolean;
}

/** Python has pseudo-terminals, and the tests need Python anyway. */
const TERMINAL = 'import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))';

/** Runs the command line of the bundle as a child process. */
export function runProgram(args: readonly string[], options: ProgramOptions): Promise<ProgramRun> {
  if (!existsSync(CLI)) throw new Error(`${CLI} does not exist: npm run bundle`);
  const { cwd, env = {}, input, isTerminal = false } = options;
  const command = [process.execPath, CLI, ...args];
  const [program = '', ...rest] = isTerminal ? ['python3', '-c', TERMINAL, ...command] : command;
  const given = { PATH: process.env['PATH'], HOME: cwd, COLUMNS: '80', TERM: 'xterm', ...env };
  return new Promise((resolve, reject) => {
    const child = spawn(program, rest, {
      cwd,
      env: Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
      timeout: LONGEST_MS,
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.once('error', reject);
    child.once('close', (exitCode) => resolve({ exitCode, stdout, stderr, all: stdout + stderr }));
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}

export interface WorkFolder extends AsyncDisposable {
  readonly path: string;
  put(files: Readonly<Record<string, string>>): Promise<void>;
}

/** A folder with files, which goes away. */
export async function makeWorkFolder(files: Readonly<Record<string, string>> = {}): Promise<WorkFolder> {
  const path = makeFolder();
  const put = async (all: Readonly<Record<string, string>>) => {
    for (const [name, text] of Object.entries(all)) {
      await mkdir(dirname(join(path, name)), { recursive: true });
      await writeFile(join(path, name), text);
    }
  };
  await put(files);
  return { path, put, [Symbol.asyncDispose]: async () => removeFolder(path) };
}
