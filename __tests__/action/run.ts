import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CheckoutOptions, checkOut } from './checkout.ts';
import { type Finished, type Line, runChild } from './child.ts';
import { type Annotation, type Command, CommandReader, type Commands } from './commands.ts';
import {
  bareVariables,
  defaultVariables,
  type Event,
  FILE_COMMANDS,
  type FileCommand,
  githubContext,
  type Places,
  payloadOf,
} from './context.ts';
import { trim } from './dotnet.ts';
import { type Pairs, parseEnvironment, parseOutputs, parsePaths, parseState, readSummary } from './files.ts';
import { giveInputs, type Manifest, readManifest } from './manifest.ts';
import { checkManners } from './manners.ts';
import { Masker } from './masker.ts';
import { makeFolder, removeFolder } from './temp.ts';
import { findTraces, type Stamps, stampFiles, type Trace } from './traces.ts';

export interface ActionOptions {
  /** The step's `with:`. */
  inputs?: Record<string, string>;
  /** Wins over everything the port sets; undefined takes a variable away. */
  env?: Record<string, string | undefined>;
  /** An existing folder, which is kept; else a fresh one. */
  workspace?: string;
  /** Written into the workspace before the start: path → content. */
  files?: Record<string, string>;
  /** Makes the workspace a repository of git, as actions/checkout does. */
  checkout?: CheckoutOptions;
  event?: Event;
  /** What `${{ github.token }}` is; masked, as the runner does. */
  token?: string;
  /** The repository's GitHub secrets: masked from the start. */
  secrets?: string[];
  /** ACTIONS_STEP_DEBUG. */
  debug?: boolean;
  /** Inputs that action.yml does not declare are warned of, as the runner does, instead of thrown. */
  allowUnknown?: boolean;
  /** A node binary. */
  node?: string;
  /** What is run: dist/index.js, or what `npm run coverage` has compiled. */
  entry?: string;
  /** Another action.yml. */
  manifest?: string;
  timeoutMs?: number;
  onSpawn?: (child: ChildProcess) => void;
}

export interface ReadLine extends Line {
  /** What the line was executed as. */
  command?: Command;
}

export interface ActionRun {
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  /** `failure` also when a command or a file command went wrong while the exit code is 0. */
  conclusion: 'success' | 'failure';
  stdout: string;
  stderr: string;
  /** Of both streams, in the order of arrival: stderr's commands are executed too. */
  lines: ReadLine[];
  /** Both streams as the log shows them. */
  log: string;
  commands: Commands;
  annotations: Annotation[];
  masks: string[];
  masker: Masker;
  outputs: Record<string, string>;
  /** Those that later jobs would get. */
  outputsOfJob: Record<string, string>;
  /** Those that they would not: empty, or changed by masking. */
  dropped: string[];
  /** Written, but not declared in action.yml. */
  undeclared: string[];
  /** As shown: masked, empty when refused. */
  summary: string;
  rawSummary: string;
  env: Record<string, string>;
  paths: string[];
  state: Record<string, string>;
  workspace: string;
  /** RUNNER_TEMP. */
  temp: string;
  /** Left in RUNNER_TEMP; what was left in TMPDIR or HOME has `TMPDIR/` or `HOME/` before its path. */
  left: Trace[];
  /** New or changed in the workspace, outside .git and node_modules. */
  written: Trace[];
  durationMs: number;
  /** Removes the folders of the run; the process's end does it too. */
  [Symbol.asyncDispose](): Promise<void>;
}

export class ActionTimeout extends Error {
  override readonly name = 'ActionTimeout';
}

const REPOSITORY = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');

/**
 * Runs the bundle as a step: in a runner's environment, its output read by the runner's rules.
 * @throws Error where the bundle did what no run may do; other entries are not judged
 */
export async function runAction(options: ActionOptions = {}): Promise<ActionRun> {
  const entry = resolve(options.entry ?? process.env['ACTION_ENTRY'] ?? join(REPOSITORY, 'dist', 'index.js'));
  if (!existsSync(entry)) throw new Error(`${entry} does not exist: npm run bundle`);
  const manifest = await readManifest(options.manifest ?? join(REPOSITORY, 'action.yml'));
  const event = options.event ?? { name: 'push' };
  const places = makePlaces(options.workspace);
  try {
    const variables = defaultVariables(event, places, options.debug ?? false);
    const given = giveInputs(manifest, options.inputs ?? {}, githubContext(variables, options.token ?? ''));
    if (given.unexpected.length > 0 && !options.allowUnknown) {
      throw new Error(`action.yml does not declare the input(s) ${given.unexpected.join(', ')}`);
    }
    const reader = new CommandReader({
      masker: new Masker([...(options.secrets ?? []), options.token ?? ''].map(trim)),
      debug: options.debug ?? false,
    });
    for (const name of given.unexpected) reader.annotate('warning', `Unexpected input ${name}`);
    for (const [name, advice] of given.deprecated)
      reader.annotate('warning', `Input ${name} is deprecated: ${advice}`);

    const before = await prepare(places, options, event);
    const start = performance.now();
    const finished = await runChild({
      node: options.node ?? process.execPath,
      entry,
      cwd: places.workspace,
      env: override({ ...bareVariables(places), ...variables, ...given.env }, options.env ?? {}),
      timeoutMs: options.timeoutMs ?? 60_000,
      onSpawn: options.onSpawn,
    });
    const run = await conclude({
      finished,
      reader,
      manifest,
      places,
      before,
      durationMs: performance.now() - start,
    });
    if (options.entry === undefined) checkManners(run);
    return run;
  } catch (fault) {
    removeFolder(places.root);
    throw fault;
  }
}

function makePlaces(workspace: string | undefined): Places {
  const root = makeFolder();
  const temp = join(root, '_temp');
  const suffix = randomUUID();
  const path = (name: FileCommand) => join(temp, '_runner_file_commands', `${PREFIXES[name]}_${suffix}`);
  return {
    root,
    workspace: resolve(workspace ?? join(root, 'demo', 'demo')),
    temp,
    home: join(root, 'home'),
    scratch: join(root, 'tmp'),
    tools: join(root, '_tool'),
    event: join(temp, '_github_workflow', 'event.json'),
    commands: {
      output: path('output'),
      env: path('env'),
      path: path('path'),
      state: path('state'),
      step_summary: path('step_summary'),
    },
  };
}

const PREFIXES: Record<FileCommand, string> = {
  output: 'set_output',
  env: 'set_env',
  path: 'add_path',
  state: 'save_state',
  step_summary: 'step_summary',
};

/** Returns the files of the workspace before the start. */
async function prepare(
  places: Places,
  { files = {}, checkout }: ActionOptions,
  event: Event,
): Promise<Stamps> {
  for (const folder of [places.workspace, places.home, places.scratch, places.tools]) {
    await mkdir(folder, { recursive: true });
  }
  await put(places.event, JSON.stringify(payloadOf(event), null, 2));
  for (const name of FILE_COMMANDS) await put(places.commands[name], '');
  for (const [path, content] of Object.entries(files)) await put(resolve(places.workspace, path), content);
  if (checkout !== undefined) checkOut(places.workspace, checkout);
  return stampFiles(places.workspace);
}

async function put(path: string, content: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}

function override(
  variables: Record<string, string>,
  env: Record<string, string | undefined>,
): Record<string, string> {
  const kept = Object.entries({ ...variables, ...env }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(kept) as Record<string, string>;
}

interface Ended {
  finished: Finished;
  reader: CommandReader;
  manifest: Manifest;
  places: Places;
  before: Stamps;
  durationMs: number;
}

async function conclude({
  finished,
  reader,
  manifest,
  places,
  before,
  durationMs,
}: Ended): Promise<ActionRun> {
  const lines = finished.lines.map((line): ReadLine => {
    const command = reader.read(line.text);
    return command ? { ...line, command } : line;
  });
  if (finished.timedOut) {
    const tail = reader.result().log.split('\n').slice(-20).join('\n');
    throw new ActionTimeout(
      `the action was killed after ${Math.round(durationMs)} ms; its log ends so:\n${tail}`,
    );
  }

  const text = (name: FileCommand) => readFile(places.commands[name], 'utf8').catch(() => '');
  const recorded = (name: FileCommand, result: Pairs): Record<string, string> => {
    if (result.error !== undefined) reader.fail(`GITHUB_${name.toUpperCase()}: ${result.error}`);
    return Object.fromEntries(result.pairs);
  };
  const { outputs: oldOutputs, state: oldState } = reader.result();
  const env = recorded('env', parseEnvironment(await text('env')));
  const state = { ...oldState, ...recorded('state', parseState(await text('state'))) };
  const outputs = { ...oldOutputs, ...recorded('output', parseOutputs(await text('output'))) };
  const rawSummary = await text('step_summary');
  const { summary, error } = readSummary(rawSummary, reader.masker);
  // A refused summary is an annotation, and the step stays green.
  if (error !== undefined) reader.annotate('error', error);

  const commands = reader.result();
  const dropped = Object.keys(outputs).filter((name) => isDropped(outputs[name] ?? '', reader.masker));
  const declared = new Set(manifest.outputs.map((name) => name.toLowerCase()));
  return {
    exitCode: finished.exitCode,
    signal: finished.signal,
    conclusion: finished.exitCode === 0 && !commands.failed ? 'success' : 'failure',
    stdout: finished.stdout,
    stderr: finished.stderr,
    lines,
    log: commands.log,
    commands,
    annotations: commands.annotations,
    masks: commands.masks,
    masker: reader.masker,
    outputs,
    outputsOfJob: Object.fromEntries(Object.entries(outputs).filter(([name]) => !dropped.includes(name))),
    dropped,
    undeclared: Object.keys(outputs).filter((name) => !declared.has(name.toLowerCase())),
    summary,
    rawSummary,
    env,
    paths: parsePaths(await text('path')),
    state,
    workspace: places.workspace,
    temp: places.temp,
    left: await findLeft(places),
    written: await findTraces(places.workspace, before),
    durationMs,
    [Symbol.asyncDispose]: async () => removeFolder(places.root),
  };
}

const isDropped = (value: string, masker: Masker): boolean => value === '' || masker.holds(value);

async function findLeft({ temp, scratch, home, event, commands }: Places): Promise<Trace[]> {
  const ours = new Set([event, ...Object.values(commands)]);
  const before: Stamps = new Map([...(await stampFiles(temp))].filter(([path]) => ours.has(path)));
  const within = async (name: string, folder: string) =>
    (await findTraces(folder, new Map())).map((trace) => ({ ...trace, path: `${name}/${trace.path}` }));
  return [
    ...(await findTraces(temp, before)),
    ...(await within('TMPDIR', scratch)),
    ...(await within('HOME', home)),
  ];
}
