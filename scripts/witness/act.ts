/** nektos/act, which runs workflows on this machine: built from its Go module into `.cache`, and started for one event. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installGoTool } from './go-tool.ts';

const VERSION = 'v0.2.89';
/** Commands that a step calls and that a runner of GitHub has. */
const STAND_INS = fileURLToPath(new URL('stand-in/bin', import.meta.url));
const TIMEOUT_MS = 240_000;

/** @returns the path of act. @throws Error that says what is missing */
export function installAct(): Promise<string> {
  return installGoTool('github.com/nektos/act', VERSION);
}

export interface Started {
  /** The repository of the caller: what a checkout gives. */
  readonly repository: string;
  /** Path of the workflow inside the repository. */
  readonly workflow: string;
  readonly event: string;
  readonly payload: unknown;
  readonly secrets: Readonly<Record<string, string>>;
  readonly vars: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  /** `owner/name@ref`, and the folder that takes its place. */
  readonly actions: ReadonlyMap<string, string>;
  /** A folder for act's own files. */
  readonly folder: string;
}

/** What a foreign action was given, as the stand-in has noted it. */
export interface Noted {
  readonly action: string;
  readonly job: string;
  readonly inputs: Readonly<Record<string, string>>;
  readonly taskDefinition?: unknown;
}

export interface ActRun {
  readonly code: number;
  /** All that act has printed. */
  readonly text: string;
  readonly milliseconds: number;
}

const readRun = (child: ReturnType<typeof spawn>) =>
  new Promise<{ code: number; text: string }>((resolve, reject) => {
    const chunks: Buffer[] = [];
    const timer = setTimeout(() => child.kill('SIGKILL'), TIMEOUT_MS);
    child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr?.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve({ code: code ?? -1, text: Buffer.concat(chunks).toString() });
    });
  });

/** Runs the workflow as GitHub would for the event, each job on this machine, in a folder of its own that is empty at first. */
export async function runAct(act: string, started: Started): Promise<ActRun> {
  const { folder } = started;
  await mkdir(folder, { recursive: true });
  const secrets = join(folder, 'secrets.yml');
  const payload = join(folder, 'event.json');
  await writeFile(secrets, JSON.stringify(started.secrets));
  await writeFile(payload, JSON.stringify(started.payload));
  const pairs = (flag: string, values: Readonly<Record<string, string>>) =>
    Object.entries(values).flatMap(([name, value]) => [flag, `${name}=${value}`]);
  const args = [
    started.event,
    ...['--directory', started.repository, '--workflows', started.workflow, '--eventpath', payload],
    ...['--platform', 'ubuntu-latest=-self-hosted', '--platform', 'self-hosted=-self-hosted'],
    ...['--container-daemon-socket', '-', '--no-cache-server'],
    ...['--no-skip-checkout', '--rm', '--action-cache-path', join(folder, 'cache')],
    // Else it takes these files from the repository.
    ...['--env-file', '/dev/null', '--var-file', '/dev/null', '--input-file', '/dev/null'],
    ...['--secret-file', secrets, ...pairs('--var', started.vars), ...pairs('--env', started.env)],
    ...[...started.actions].flatMap(([action, path]) => ['--local-repository', `${action}=${path}`]),
  ];
  const begin = performance.now();
  const child = spawn(act, args, { env: { ...bareEnvironment(), HOME: folder }, cwd: folder });
  const { code, text } = await readRun(child);
  return { code, text, milliseconds: performance.now() - begin };
}

/** A job on this machine sees act's environment. Only the way to programs and to packages gets there. */
function bareEnvironment(): Record<string, string> {
  const kept = Object.entries(process.env).filter(([name]) => name.startsWith('npm_config_'));
  return {
    PATH: [STAND_INS, process.env['PATH']].join(delimiter),
    npm_config_cache: join(homedir(), '.npm'),
    npm_config_userconfig: join(homedir(), '.npmrc'),
    npm_config_prefer_offline: 'true',
    ...(Object.fromEntries(kept) as Record<string, string>),
  };
}

export async function readNotes(path: string): Promise<Noted[]> {
  if (!existsSync(path)) return [];
  const text = await readFile(path, 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Noted);
}
