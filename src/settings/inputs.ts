import { lstatSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import * as core from '@actions/core';
import { Secret } from '../secret.ts';
import type { AwsEnvironment, AwsFiles } from './aws-environment.ts';
import type { ConfigFile } from './config.ts';
import type { Diagnostic, Diagnostics } from './diagnostics.ts';
import { type EventDetails, readEventDetails } from './event.ts';
import { INPUTS, unknownInputs } from './input-names.ts';
import { ParseError } from './parse.ts';
import type { Settings } from './settings.ts';
import type { Source, VariableText } from './variable.ts';
import { readBytes, readRegular, readText } from './workspace-file.ts';

export { INPUTS };

/** The facts of the runner about this run. */
export interface Runner {
  readonly event: string;
  readonly repository: string;
  readonly sha: string;
  readonly runId: string;
  /** Counts the runs of a workflow; people call a run by it. */
  readonly runNumber: string;
  readonly region: string | undefined;
  readonly temp: string | undefined;
  readonly workspace: string;
  /** Whether the runner has a job summary. */
  readonly hasSummary: boolean;
  /** Where the repository is, for links; empty outside of a workflow. */
  readonly serverUrl: string;
  /** Whether a proxy is set in the environment. */
  readonly usesProxy: boolean;
  /** The inputs of a run that a command line started. */
  readonly commandLine?: CommandLine | undefined;
}

/** The options of a command line for a run. */
export interface CommandLine {
  /** Inputs by name. */
  readonly inputs: ReadonlyMap<string, string>;
  /** The text that `env-file` reads for `-`. */
  readonly standardInput: Uint8Array | undefined;
  /** Hides a text in everything that is printed from there on. */
  readonly mask: (text: string) => void;
}

/** The settings for calls to GitHub. */
export interface GitHubAccess {
  readonly apiUrl: string;
  readonly token: Secret;
  readonly event: EventDetails;
}

const PROXY_NAMES = ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY'];

/** GitHub cuts payloads of webhooks at 25 MB. */
const MAX_EVENT_BYTES = 32 * 1024 * 1024;
const DEFAULT_CONFIG = '.github/aws-bootstrap.yml';
/** Common misplaced paths. */
const OTHER_CONFIGS = ['.github/aws-bootstrap.yaml', 'aws-bootstrap.yml', 'aws-bootstrap.yaml'];

/** @returns inputs by name, as they were given: nothing is trimmed, since a secret may end with a blank. */
export function readInputs({ commandLine }: Pick<Runner, 'commandLine'> = {}): ReadonlyMap<string, string> {
  if (commandLine !== undefined) return commandLine.inputs;
  return new Map(INPUTS.map((name) => [name, core.getInput(name, { trimWhitespace: false })]));
}

/** @returns the inputs that the action does not have and that are most likely misspelt; only names are read. */
export function readUnknownInputs(): Diagnostic | undefined {
  return unknownInputs(Object.keys(process.env));
}

export function readRunner(): Runner {
  const env = process.env;
  return {
    event: env['GITHUB_EVENT_NAME'] ?? '',
    repository: env['GITHUB_REPOSITORY'] ?? '',
    sha: env['GITHUB_SHA'] ?? '',
    runId: env['GITHUB_RUN_ID'] ?? '',
    runNumber: env['GITHUB_RUN_NUMBER'] ?? '',
    region: env['AWS_REGION'] || env['AWS_DEFAULT_REGION'] || undefined,
    temp: env['RUNNER_TEMP'] || undefined,
    workspace: env['GITHUB_WORKSPACE'] || process.cwd(),
    hasSummary: (env['GITHUB_STEP_SUMMARY'] ?? '') !== '',
    serverUrl: env['GITHUB_SERVER_URL'] ?? '',
    usesProxy: PROXY_NAMES.some((name) => (env[name] || env[name.toLowerCase()] || '') !== ''),
  };
}

/** @returns undefined if there is no token or no GitHub to speak to. */
export function readGitHubAccess(): GitHubAccess | undefined {
  const token = core.getInput('github-token');
  const apiUrl = process.env['GITHUB_API_URL'] ?? '';
  if (token === '' || apiUrl === '') return undefined;
  core.setSecret(token);
  return { apiUrl, token: new Secret(token), event: readEvent() };
}

/** The payload is the runner's file; without it nothing is known of the event, and the repository counts as public. */
function readEvent(): EventDetails {
  try {
    const path = process.env['GITHUB_EVENT_PATH'] ?? '';
    return readEventDetails(readRegular(path, path, MAX_EVENT_BYTES).toString('utf8'));
  } catch {
    return readEventDetails('{}');
  }
}

/** @returns the settings that locate the Docker engine. */
export function readEngineEnvironment(): NodeJS.ProcessEnv {
  return process.env;
}

/** @returns a variable of the step's environment: for lines that are a bare NAME, and for proxies. */
export function readEnvironment(name: string): string | undefined {
  return process.env[name];
}

/**
 * @returns the AWS credentials that the step's environment holds or names; its reader is loaded only for valid input.
 */
export async function readAwsCredentials(): Promise<AwsEnvironment> {
  const { readAwsEnvironment } = await import('./aws-environment.ts');
  return readAwsEnvironment(readEnvironment, readAwsFiles);
}

/** @returns the AWS files of the machine */
export function readAwsFiles(): AwsFiles {
  const text = (named: string | undefined, usual: string) => {
    try {
      return readFileSync(named || join(homedir(), '.aws', usual), 'utf8');
    } catch {
      return undefined;
    }
  };
  return {
    config: text(process.env['AWS_CONFIG_FILE'], 'config'),
    credentials: text(process.env['AWS_SHARED_CREDENTIALS_FILE'], 'credentials'),
  };
}

/** @returns the path of the configuration file, or undefined if there is none and none was named. */
function configPath(
  inputs: ReadonlyMap<string, string>,
  runner: Runner,
  notes: Diagnostics,
): string | undefined {
  const named = inputs.get('config')?.trim() ?? '';
  if (named !== '') return named;
  const exists = (path: string) => {
    try {
      // The link itself: a broken one is reported like any missing file.
      lstatSync(resolve(runner.workspace, path));
      return true;
    } catch {
      return false;
    }
  };
  if (exists(DEFAULT_CONFIG)) return DEFAULT_CONFIG;
  const other = OTHER_CONFIGS.find(exists);
  if (other !== undefined)
    notes.warn({
      where: other,
      text: `it is not read. Rename it to ${DEFAULT_CONFIG}, or set config: ${other}`,
    });
  return undefined;
}

/** @returns every text that holds variables, in the order in which they are read. */
export function readVariableTexts(
  inputs: ReadonlyMap<string, string>,
  settings: Pick<Settings, 'envFiles' | 'envFilesAsked' | 'variables'>,
  runner: Runner,
  notes: Diagnostics,
): VariableText[] {
  const texts: VariableText[] = [];
  const add = (source: Source) => {
    const content = inputs.get(source) ?? '';
    if (content.trim() !== '') texts.push({ source, content, where: `input ${source}` });
  };
  add('dotenv');
  const { standardInput } = runner.commandLine ?? {};
  for (const path of settings.envFiles) {
    if (path === '-' && standardInput !== undefined) {
      texts.push({ source: 'env-file', content: standardInput, where: 'standard input' });
      continue;
    }
    try {
      texts.push({
        source: 'env-file',
        content: readBytes(path, runner),
        where: path,
        file: path,
        inFile: true,
      });
    } catch (error) {
      if (!(error instanceof ParseError)) throw error;
      const { where = 'input env-file', file, line } = settings.envFilesAsked ?? {};
      notes.fault({
        where,
        file,
        line,
        key: file === undefined ? undefined : 'env-file',
        text: error.message,
      });
    }
  }
  const { value, where = '', file } = settings.variables ?? {};
  if (typeof value === 'string')
    // Lines of a text inside of the file are counted from its own first line, so an annotation has no place.
    texts.push({
      source: 'variables',
      content: value,
      where: file === undefined ? where : `${where} variables`,
      ...(file === undefined ? {} : { inFile: true as const }),
    });
  else if (typeof value === 'object' && value !== null)
    texts.push({ source: 'variables', content: { ...value }, where, file, inFile: true });
  add('secrets');
  return texts;
}

/** @returns the configuration file, read and checked; YAML and zod are loaded only where there is one. */
export async function readConfigFile(
  inputs: ReadonlyMap<string, string>,
  runner: Runner,
  notes: Diagnostics,
): Promise<ConfigFile | undefined> {
  const path = configPath(inputs, runner, notes);
  if (path === undefined) return undefined;
  try {
    const text = readText(path, runner);
    const { readConfig } = await import('./config.ts');
    return readConfig(text, path, notes);
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    notes.fault({ where: 'input config', text: error.message });
    return undefined;
  }
}

/** Hides a text in the log from here on. */
export function mask(text: string): void {
  core.setSecret(text);
}
