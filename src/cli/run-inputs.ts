import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { readRunSettings } from '../run-settings.ts';
import { regionOfProfile } from '../settings/aws-environment.ts';
import { Diagnostics, InputErrors } from '../settings/diagnostics.ts';
import { INPUTS } from '../settings/input-names.ts';
import { type Runner, readAwsFiles, readRunner } from '../settings/inputs.ts';
import type { Settings } from '../settings/settings.ts';
import { ENVIRONMENT, readStandardInput } from './environment.ts';
import { readIfThere } from './files.ts';
import { type Flags, UsageError, variableOf } from './flags.ts';
import type { Terminal } from './terminal.ts';

/**
 * Turns flags into the input of a run: inputs by name, as in a step's `with:`, and the current folder as workspace.
 * Nothing of GitHub's is read.
 * @param mode of the command
 * @throws UsageError where a flag contradicts the command, or its file cannot be read
 */
export async function readRunInputs(flags: Flags, terminal: Terminal, mode: string): Promise<Runner> {
  const given = flags.get('mode')?.trim();
  if (given !== undefined && given !== 'auto' && given !== mode)
    throw new UsageError(`the command is ${mode}, and --mode says otherwise; leave --mode out`);
  const readers = INPUTS.filter((name) => flags.all(name).some((value) => splitList(value).includes('-')));
  if (readers.length > 1 || readers.some((name) => standardInputsOf(flags.all(name)) > 1))
    throw new UsageError(
      `only one flag can read standard input, and these do: ${readers.map((name) => `--${name}`).join(', ')}`,
    );
  const standardInput = readers.length === 1 ? await readStandardInput() : undefined;
  const inputs = new Map<string, string>();
  for (const name of INPUTS) {
    const variable = variableOf(name);
    const value =
      variable === undefined
        ? flags.get(name)
        : (resolveReference(name, flags.get(name), standardInput) ?? ENVIRONMENT[variable]);
    if (value !== undefined) inputs.set(name, value);
  }
  inputs.set('mode', mode);
  // The token of GitHub is not used here.
  inputs.delete('github-token');
  const { workspace: _, ...rest } = readRunner();
  return {
    ...rest,
    event: '',
    repository: '',
    sha: '',
    runId: '',
    serverUrl: '',
    hasSummary: false,
    temp: tmpdir(),
    workspace: process.cwd(),
    region: rest.region ?? regionOfProfile(ENVIRONMENT['AWS_PROFILE'] || 'default', readAwsFiles()),
    commandLine: { inputs, standardInput, mask: (text) => terminal.hide(text) },
  };
}

const splitList = (value: string) => value.split(/[\n,]/).map((part) => part.trim());

const standardInputsOf = (values: readonly string[]) =>
  values.flatMap(splitList).filter((part) => part === '-').length;

/** @param reference `-` or `@PATH`: the parser accepts nothing else */
function resolveReference(
  name: string,
  reference: string | undefined,
  standardInput: Buffer | undefined,
): string | undefined {
  if (reference === undefined) return undefined;
  if (reference === '-') return standardInput?.toString('utf8') ?? '';
  const text = readIfThere(resolve(reference.slice(1)));
  // A value may begin with @ too, so it is not repeated.
  if (text === undefined)
    throw new UsageError(
      `--${name}: the text behind @ names no file of at most 1 MiB that can be read. Give a path, or standard input with --${name} -`,
    );
  return text;
}

/**
 * Reads the settings alone, for commands that need no variable.
 * @throws InputErrors with every error of flags and configuration file
 */
export async function readTerminalSettings(runner: Runner): Promise<Settings> {
  const notes = new Diagnostics();
  const { settings } = await readRunSettings(runner, notes);
  if (notes.errors.length > 0) throw new InputErrors(notes.errors);
  return settings;
}
