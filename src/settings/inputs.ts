import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import * as core from '@actions/core';
import { Secret } from '../secret.ts';
import type { AwsEnvironment } from './aws-environment.ts';
import type { ConfigFile } from './config.ts';
import { type EventFacts, readEventFacts } from './event.ts';
import type { Note, Notes } from './fault.ts';
import { INPUTS } from './input-names.ts';
import type { Settings } from './settings.ts';
import { quotedPath, Unclear } from './texts.ts';
import { unknownInputs } from './unknown-inputs.ts';
import type { Source, VariableText } from './variables.ts';

export { INPUTS };

/** What the runner tells about this run. */
export interface Runner {
  readonly event: string;
  readonly repository: string;
  readonly sha: string;
  readonly runId: string;
  readonly region: string | undefined;
  readonly temp: string | undefined;
  readonly workspace: string;
  /** Whether there is a place for a job summary. */
  readonly hasSummary: boolean;
  /** Where the repository is, for links; empty outside of a workflow. */
  readonly serverUrl: string;
  /** Whether a proxy is set in the environment. */
  readonly usesProxy: boolean;
}

/** What speaking to GitHub takes. */
export interface GitHubAccess {
  readonly apiUrl: string;
  readonly token: Secret;
  readonly event: EventFacts;
}

const PROXY_NAMES = ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY'];

const MAX_FILE_BYTES = 1024 * 1024;
/** GitHub cuts payloads of webhooks at 25 MB. */
const MAX_EVENT_BYTES = 32 * 1024 * 1024;
const DEFAULT_CONFIG = '.github/aws-bootstrap.yml';

/** @returns inputs by name, as they were given: nothing is trimmed, since a secret may end with a blank. */
export function readInputs(): ReadonlyMap<string, string> {
  return new Map(INPUTS.map((name) => [name, core.getInput(name, { trimWhitespace: false })]));
}

/** @returns the inputs that the action does not have and that are most likely misspelt; only names are read. */
export function readUnknownInputs(): Note | undefined {
  return unknownInputs(Object.keys(process.env));
}

export function readRunner(): Runner {
  const env = process.env;
  return {
    event: env.GITHUB_EVENT_NAME ?? '',
    repository: env.GITHUB_REPOSITORY ?? '',
    sha: env.GITHUB_SHA ?? '',
    runId: env.GITHUB_RUN_ID ?? '',
    region: env.AWS_REGION || env.AWS_DEFAULT_REGION || undefined,
    temp: env.RUNNER_TEMP || undefined,
    workspace: env.GITHUB_WORKSPACE || process.cwd(),
    hasSummary: (env.GITHUB_STEP_SUMMARY ?? '') !== '',
    serverUrl: env.GITHUB_SERVER_URL ?? '',
    usesProxy: PROXY_NAMES.some((name) => (env[name] || env[name.toLowerCase()] || '') !== ''),
  };
}

/** @returns undefined where there is no token or no GitHub to speak to. */
export function readGitHubAccess(): GitHubAccess | undefined {
  const token = core.getInput('github-token');
  const apiUrl = process.env.GITHUB_API_URL ?? '';
  if (token === '' || apiUrl === '') return undefined;
  core.setSecret(token);
  return { apiUrl, token: new Secret(token), event: readEvent() };
}

/** The payload is the runner's file; without it nothing is known of the event, and the repository counts as public. */
function readEvent(): EventFacts {
  try {
    const path = process.env.GITHUB_EVENT_PATH ?? '';
    return readEventFacts(readRegular(path, path, MAX_EVENT_BYTES).toString('utf8'));
  } catch {
    return readEventFacts('{}');
  }
}

/** @returns what tells where the Docker engine listens. */
export function readEngineEnvironment(): NodeJS.ProcessEnv {
  return process.env;
}

/** @returns a variable of the step's environment: for lines that are a bare NAME, and for proxies. */
export function readEnvironment(name: string): string | undefined {
  return process.env[name];
}

/** @returns the AWS credentials that the step's environment holds or names; its reader is loaded only for a run that goes on. */
export async function readAwsCredentials(): Promise<AwsEnvironment> {
  const { readAwsEnvironment } = await import('./aws-environment.ts');
  const text = (named: string | undefined, usual: string) => {
    try {
      return readFileSync(named || join(homedir(), '.aws', usual), 'utf8');
    } catch {
      return undefined;
    }
  };
  return readAwsEnvironment(readEnvironment, () => ({
    config: text(process.env.AWS_CONFIG_FILE, 'config'),
    credentials: text(process.env.AWS_SHARED_CREDENTIALS_FILE, 'credentials'),
  }));
}

/** @returns the path of the configuration file, or undefined where there is none and none was named. */
function configPath(inputs: ReadonlyMap<string, string>, runner: Runner): string | undefined {
  const named = inputs.get('config')?.trim() ?? '';
  if (named !== '') return named;
  try {
    // The link itself: a broken one is told like any other file that is missing.
    lstatSync(resolve(runner.workspace, DEFAULT_CONFIG));
    return DEFAULT_CONFIG;
  } catch {
    return undefined;
  }
}

/**
 * Reads a file of the workspace (or of the runner's temporary folder).
 * @returns its bytes
 * @throws Unclear when it is missing, larger than 1 MiB, no plain file, or a link that leads out of the workspace
 */
function readBytes(path: string, runner: Runner): Uint8Array {
  // The text of a .env where its path belongs is a mistake that is easily made: it is not repeated.
  if (/[\p{Cc}=]/u.test(path) || path.length > 400)
    throw new Unclear('this is not the path of a file (the text of a .env goes into the input dotenv)');
  const real = realPath(resolve(runner.workspace, path));
  if (real === undefined)
    throw new Unclear(
      `there is no file ${quotedPath(path)}; is actions/checkout before this step, and the path below the workspace?`,
    );
  const roots = [runner.workspace, runner.temp].map((root) => root && realPath(root));
  if (!roots.some((root) => root !== undefined && isBelow(root, real)))
    throw new Unclear(`${path} lies outside of the workspace; name a file inside it`);
  try {
    return readRegular(real, path, MAX_FILE_BYTES);
  } catch (error) {
    if (error instanceof Unclear) throw error;
    throw new Unclear(`${path} cannot be read; check its permissions`);
  }
}

/** A pipe that nobody writes into would hold the run; Windows has no such pipes, and no such flag. */
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** What lies at the path is looked at once it is open, when nobody can put another thing there. */
function readRegular(real: string, path: string, limit: number): Buffer {
  // Opening some devices changes them, and a socket cannot be opened.
  if (!statSync(real).isFile()) throw new Unclear(`${path} is not a plain file; name a file`);
  const file = openSync(real, FLAGS);
  try {
    const about = fstatSync(file);
    if (!about.isFile()) throw new Unclear(`${path} is not a plain file; name a file`);
    if (about.size > limit) throw new Unclear(`${path} is larger than 1 MiB; is it the file you mean?`);
    return readFileSync(file);
  } finally {
    closeSync(file);
  }
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

/** @returns the file as text. */
export function readText(path: string, runner: Runner): string {
  const bytes = readBytes(path, runner);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Unclear(`${path} is not UTF-8; save it as UTF-8`);
  }
}

function isBelow(root: string, path: string): boolean {
  const way = relative(root, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** @returns every text that holds variables, in the order in which they are read. */
export function readVariableTexts(
  inputs: ReadonlyMap<string, string>,
  settings: Pick<Settings, 'envFiles' | 'envFilesAsked' | 'variables'>,
  runner: Runner,
  notes: Notes,
): VariableText[] {
  const texts: VariableText[] = [];
  const add = (source: Source) => {
    const content = inputs.get(source) ?? '';
    if (content.trim() !== '') texts.push({ source, content, where: `input ${source}` });
  };
  add('dotenv');
  for (const path of settings.envFiles) {
    try {
      texts.push({
        source: 'env-file',
        content: readBytes(path, runner),
        where: path,
        file: path,
        inFile: true,
      });
    } catch (error) {
      if (!(error instanceof Unclear)) throw error;
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
  notes: Notes,
): Promise<ConfigFile | undefined> {
  const path = configPath(inputs, runner);
  if (path === undefined) return undefined;
  try {
    const text = readText(path, runner);
    const { readConfig } = await import('./config.ts');
    return readConfig(text, path, notes);
  } catch (error) {
    if (!(error instanceof Unclear)) throw error;
    notes.fault({ where: 'input config', text: error.message });
    return undefined;
  }
}

/** Hides a text in the log from here on. */
export function mask(text: string): void {
  core.setSecret(text);
}
