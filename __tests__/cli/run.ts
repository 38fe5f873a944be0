import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

const ROOT = resolve(import.meta.dirname, '../..');
export const ENTRY = join(ROOT, 'dist', 'cli.js');

export interface CliOptions {
  readonly folder?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Standard input; closed by default. */
  readonly input?: string;
  readonly node?: string;
  readonly entry?: string;
  readonly onSpawn?: (child: ChildProcess) => void;
}

export interface CliRun {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
  readonly milliseconds: number;
}

/** What is typed once a text was shown; `\u0003` is Ctrl-C. */
export interface Step {
  readonly after: string;
  readonly type: string;
}

export interface PtyOptions extends Omit<CliOptions, 'input'> {
  readonly columns?: number;
  readonly steps?: readonly Step[];
}

/** Only what a program needs to start: nothing of the machine's own configuration. */
function environment(env: CliOptions['env'] = {}): NodeJS.ProcessEnv {
  const home = mkdtempSync(join(tmpdir(), 'cli-home-'));
  const base: NodeJS.ProcessEnv = { PATH: process.env['PATH'], HOME: home, LANG: 'C.UTF-8' };
  return Object.fromEntries(Object.entries({ ...base, ...env }).filter(([, value]) => value !== undefined));
}

/** What `npm run coverage` has compiled: the entry of the action, which its first argument makes the command line. */
const COUNTED = process.env['ACTION_ENTRY'];

/** Node.js leaves flags behind the two hyphens to the program, `--env-file` among them. */
function startOf({ node = process.execPath, entry }: CliOptions): string[] {
  if (entry === undefined && COUNTED !== undefined) return [node, '--', COUNTED, 'cli'];
  return [node, '--', entry ?? ENTRY];
}

/** Runs the command line in pipes. */
export function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliRun> {
  const [node = '', ...before] = startOf(options);
  return finish(node, [...before, ...args], options, options.input);
}

/** Runs the command line on a pseudo-terminal; all that the terminal shows is in `output`. */
export function runOnTerminal(args: readonly string[], options: PtyOptions = {}): Promise<CliRun> {
  const script = JSON.stringify({ columns: options.columns ?? 80, steps: options.steps ?? [] });
  const pty = join(import.meta.dirname, 'on_terminal.py');
  const env = { TERM: 'xterm-256color', ...options.env };
  return finish('python3', [pty, script, ...startOf(options), ...args], { ...options, env }, undefined);
}

function finish(
  program: string,
  args: readonly string[],
  { folder, env, onSpawn }: CliOptions,
  input: string | undefined,
): Promise<CliRun> {
  if (!existsSync(ENTRY)) throw new Error(`${ENTRY} does not exist: npm run bundle`);
  return new Promise((done, fail) => {
    const start = performance.now();
    const child = spawn(program, args, { cwd: folder ?? tmpdir(), env: environment(env), timeout: 90_000 });
    const [output, errors]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
    child.once('error', fail);
    child.once('close', (code) =>
      done({
        code,
        output: Buffer.concat(output).toString('utf8'),
        errors: Buffer.concat(errors).toString('utf8'),
        milliseconds: performance.now() - start,
      }),
    );
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    onSpawn?.(child);
  });
}

/** @returns a new folder that holds the files */
export function folderWith(files: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'cli-'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

/** @returns the lines that a terminal shows in the end, where a line that was rewritten counts once */
export function screenOf(output: string): string[] {
  return output
    .split(/\r?\n/)
    .map((line) => line.split('\u001b[2K').at(-1) ?? '')
    .map((line) => stripVTControlCharacters(line.replace(/^.*\r(?=.)/, '')));
}

/** What removes a line of a terminal, or changes its colour. */
export const ESCAPE = '\u001b[';
export const CLEAR_LINE = `\r${ESCAPE}2K`;
