import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readAuth0 } from '../src/auth0-input.ts';
import { appUrls, withCallback } from '../src/desired/auth0.ts';
import { callbackPath, noteLocalAddresses } from '../src/desired/callback.ts';
import { classify } from '../src/desired/classify.ts';
import { type Desired, desire } from '../src/desired/desired.ts';
import { avoidIdleBundles } from '../src/desired/idle-settings.ts';
import { type Route, route } from '../src/desired/routing.ts';
import { rowOf } from '../src/desired/table.ts';
import { type ConfigFile, readConfig } from '../src/settings/config.ts';
import { Diagnostics, describe } from '../src/settings/diagnostics.ts';
import { DOCUMENTS } from '../src/settings/documents.ts';
import { type Runner, readVariableTexts } from '../src/settings/inputs.ts';
import { readSettings, type Settings } from '../src/settings/settings.ts';
import type { Variable } from '../src/settings/variable.ts';
import { readVariables } from '../src/settings/variables.ts';
import { readText } from '../src/settings/workspace-file.ts';

/** What a user gives; the prefix is /papyrus/prd by default. */
export interface Given {
  readonly inputs?: Readonly<Record<string, string>>;
  /** Text of `.github/aws-bootstrap.yml`. */
  readonly config?: string;
  /** Files of the workspace. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** Puts into the workspace what is no file: links, pipes. */
  readonly prepare?: (folder: string) => void;
  readonly event?: string;
  readonly region?: string;
  /** The step's environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** What is read of it before the first call. */
export interface Answer {
  readonly settings: Settings;
  readonly variables: readonly Variable[];
  readonly routes: readonly Route[];
  readonly desired: Desired;
  readonly notes: Diagnostics;
  /** In words, as people read them. */
  readonly faults: readonly string[];
  readonly warnings: readonly string[];
  readonly notices: readonly string[];
}

export const CONFIG = '.github/aws-bootstrap.yml';

/** @returns a folder that holds the files. */
export function workspace(files: Readonly<Record<string, string | Uint8Array>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'aws-bootstrap-'));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

export function runner(folder: string, more: Partial<Runner> = {}): Runner {
  return {
    event: 'push',
    repository: 'o/r',
    sha: 'abc',
    runId: '1',
    runNumber: '42',
    region: 'us-west-2',
    temp: undefined,
    workspace: folder,
    hasSummary: false,
    serverUrl: '',
    usesProxy: false,
    ...more,
  };
}

/** Reads the input as main does, up to the first call. */
export function ask(given: Given): Answer {
  const notes = new Diagnostics();
  const inputs = new Map(Object.entries({ prefix: '/papyrus/prd', ...given.inputs }));
  const file: ConfigFile | undefined =
    given.config === undefined ? undefined : readConfig(given.config, CONFIG, notes);
  const folder = given.files === undefined ? tmpdir() : workspace(given.files);
  given.prepare?.(folder);
  const run = runner(folder);
  const settings = readSettings(
    {
      inputs,
      file,
      fileIsBroken: given.config !== undefined && file === undefined,
      event: given.event ?? 'push',
      ambientRegion: given.region ?? 'us-west-2',
      documents: DOCUMENTS,
      readText: (path) => readText(path, run),
    },
    notes,
  );
  const texts = readVariableTexts(inputs, settings, run, notes);
  const known = (name: string) =>
    rowOf(name) !== undefined || settings.rules.some((rule) => rule.matches(name));
  const { variables } = readVariables(texts, known, (name) => given.env?.[name], notes);
  const urls = appUrls(settings.auth0, callbackPath(settings.auth0, variables, notes), notes);
  const routes = avoidIdleBundles(
    withCallback(variables, settings.auth0, urls).map((variable) =>
      route(variable, settings, notes, classify),
    ),
    settings,
    notes,
    classify,
  );
  if (settings.auth0 !== undefined && urls !== undefined)
    noteLocalAddresses(routes, variables, settings.auth0, urls, notes);
  readAuth0(settings, variables, notes);
  const desired = desire(settings, routes, notes);
  return {
    settings,
    variables,
    routes,
    desired,
    notes,
    faults: notes.errors.map(describe),
    warnings: notes.warnings.map(describe),
    notices: notes.notices.map(describe),
  };
}
