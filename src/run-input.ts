import type { Cancellation } from './clients/cancellation.ts';
import type { AppUrls } from './desired/app-url.ts';
import { appUrls, withCallback } from './desired/auth0.ts';
import {
  CALLBACK_VARIABLE,
  type CallbackPath,
  callbackPath,
  noteLocalAddresses,
} from './desired/callback.ts';
import { type Desired, desire } from './desired/desired.ts';
import { avoidIdleBundles } from './desired/idle-settings.ts';
import {
  type Classify,
  hideContainedSecrets,
  isUndecided,
  type Route,
  route,
  UNDECIDED,
} from './desired/routing.ts';
import { rowOf } from './desired/table.ts';
import type { ImageSource } from './registry/source.ts';
import { notices, warnings } from './report/annotations.ts';
import * as log from './report/log.ts';
import { readRunSettings } from './run-settings.ts';
import { Secret } from './secret.ts';
import { SHARED_SETTINGS } from './settings/application.ts';
import type { Auth0Access } from './settings/auth0-inputs.ts';
import { type Diagnostic, Diagnostics, InputErrors } from './settings/diagnostics.ts';
import {
  mask,
  type Runner,
  readEnvironment,
  readUnknownInputs,
  readVariableTexts,
} from './settings/inputs.ts';
import { Masks, SHORTEST_UNDECIDED } from './settings/masks.ts';
import type { Settings } from './settings/settings.ts';
import type { Variable } from './settings/variable.ts';
import { readVariables } from './settings/variables.ts';

/** The validated input of a run. */
export interface RunInput {
  readonly settings: Settings;
  readonly desired: Desired;
  readonly notes: Diagnostics;
  readonly masks: Masks;
  /** Names of `toJSON(secrets)` that no source lists as variables of the application. */
  readonly unknownNames: ReadonlySet<string>;
  /** Some source holds a variable; the URLs of `app-url` do not count. */
  readonly hasVariables: boolean;
  /** The URLs of `app-url`. */
  readonly urls: AppUrls | undefined;
  /** Path of the callback; the stored one may be kept. */
  readonly callbackPath: CallbackPath;
  /** The image, opened and checked; it is closed at the end of the run. */
  readonly image: ImageSource | undefined;
  /** Whether messages name flags instead of inputs of a workflow. */
  readonly isTerminal: boolean;
  /** Undefined if Auth0 is left alone. */
  readonly auth0: (Auth0Access & { readonly name: string }) | undefined;
}

/**
 * Reads and validates the input; every secret is masked before the first output.
 * @param stop the cancellation of the run, which gets its deadline here
 * @throws InputErrors with every error at once, before the first call; AbortedError if the run ended before
 */
export async function readRunInput(runner: Runner, stop: Cancellation): Promise<RunInput> {
  const notes = new Diagnostics();
  const isTerminal = runner.commandLine !== undefined;
  // A command line refuses unknown flags itself.
  const unknown = isTerminal ? undefined : readUnknownInputs();
  if (unknown !== undefined) notes.warn(unknown);
  const { inputs, settings } = await readRunSettings(runner, notes);
  const isEnd = settings.mode === 'destroy';
  // Destroy needs no variable, so it ignores their errors. They still have values to mask, and the address of Auth0.
  const ignorable = isEnd ? new Diagnostics() : notes;
  const texts = readVariableTexts(inputs, settings, runner, ignorable);
  const known = (name: string) =>
    rowOf(name) !== undefined || settings.rules.some((rule) => rule.matches(name));
  const { variables, untaken, raw, otherSecrets } = readVariables(texts, known, readEnvironment, ignorable);
  const path = callbackPath(settings.auth0, variables, ignorable);
  const urls = appUrls(settings.auth0, path, notes);
  if (!isEnd) reportNoSources(settings, texts.length + (urls === undefined ? 0 : 1), notes, isTerminal);
  // With errors, no class is needed: unclassified values are hidden.
  const { classify } = notes.errors.length > 0 ? NOT_JUDGED : await import('./desired/classify.ts');
  const withUrls = withCallback(variables, settings.auth0, urls);
  const routed = withUrls.map((variable) => route(variable, settings, ignorable, classify));
  const found = avoidIdleBundles(routed, settings, ignorable, classify);
  const masks = openMasks(settings, runner, raw);
  hideValues(found, masks, ignorable);
  hideCallback(masks, settings, variables, urls, path, classify);
  reportUndecided(found, ignorable);
  if (settings.auth0 !== undefined && urls !== undefined)
    noteLocalAddresses(found, variables, settings.auth0, urls, ignorable);
  hideUnused(masks, variables, otherSecrets, found);
  const routes = hideContainedSecrets(found, masks.snapshot(), ignorable);
  const auth0 = await readAuth0(settings, variables, notes);
  // A run that ends at once needs no deadline.
  if (settings.image !== undefined || notes.errors.length === 0) stop.endAfter(settings.deadlineMinutes);
  const image = await openImage(settings, runner, notes, stop);
  const desired = isEnd ? NOTHING : desire(settings, routes, notes);
  if (notes.errors.length > 0) {
    // An input that is missing may be one that is misspelt.
    if (unknown !== undefined) log.warning(unknown);
    await image?.close();
    throw new InputErrors(notes.errors);
  }
  warnings(await inRepository(notes.warnings, runner));
  notices(await inRepository(notes.notices, runner));
  return {
    settings,
    desired,
    notes,
    masks,
    unknownNames: untaken,
    hasVariables: variables.length > 0,
    urls,
    callbackPath: path,
    isTerminal,
    auth0,
    image,
  };
}

/** Names and settings stay readable: a log without them is of no use. */
function openMasks(settings: Settings, { commandLine }: Runner, raw: readonly Secret[]): Masks {
  const { prefix, region, auth0 } = settings;
  const shared = Object.values(SHARED_SETTINGS).map((name) => settings[name]?.name ?? '');
  const masks = new Masks(commandLine?.mask ?? mask, [prefix, region, ...shared]);
  if (auth0?.managementClientSecret !== undefined)
    masks.hide(auth0.managementClientSecret, 'auth0-management-client-secret');
  // Before its values, of which some may be plain: no base64 input is ever shown.
  for (const text of raw) masks.hide(text, 'an input in base64', false);
  return masks;
}

/** Hides secret values that no variable uses, and those that app-url replaces. */
function hideUnused(
  masks: Masks,
  variables: readonly Variable[],
  otherSecrets: ReadonlyArray<Pick<Variable, 'name' | 'value'>>,
  routes: readonly Route[],
): void {
  const replaced = variables.filter(
    (variable) => variable.source === 'secrets' && routes.every((each) => each.variable !== variable),
  );
  for (const { value, name } of [...replaced, ...otherSecrets]) masks.hide(value, name, false);
}

/** The path below app-url is as secret as the value it came from, even if the URL is only removed. */
function hideCallback(
  masks: Masks,
  { auth0 }: Settings,
  variables: readonly Variable[],
  urls: AppUrls | undefined,
  path: CallbackPath,
  classify: Classify,
): void {
  const before = variables.find(({ name }) => name === CALLBACK_VARIABLE);
  if (before === undefined || urls === undefined || path.isOpen || auth0?.callbackPath !== undefined) return;
  const callback = new Secret(urls.callback);
  const isSecret = before.source === 'secrets' || classify('', callback).class === 'secret';
  if (isSecret) masks.hide(callback, CALLBACK_VARIABLE, false);
}

/** Loaded if one of its inputs is given: most runs do not use Auth0. */
async function readAuth0(
  settings: Settings,
  variables: readonly Variable[],
  notes: Diagnostics,
): Promise<RunInput['auth0']> {
  const { appUrl, managementClientId, managementClientSecret } = settings.auth0 ?? {};
  if ((appUrl ?? managementClientId ?? managementClientSecret) === undefined) return undefined;
  return (await import('./auth0-input.ts')).readAuth0(settings, variables, notes);
}

/** @returns the notes without the files that git does not track, which are read only if a note has a file */
export async function inRepository(
  notes: readonly Diagnostic[],
  runner: Runner,
): Promise<readonly Diagnostic[]> {
  if (notes.every(({ file }) => file === undefined)) return notes;
  return (await import('./settings/tracked-files.ts')).inRepository(notes, runner);
}

/** Masks all values that are not plain, and reports once which secrets stay readable. */
function hideValues(routes: readonly Route[], masks: Masks, notes: Diagnostics): void {
  const readable = new Map<string, string[]>();
  for (const { class: of, variable } of routes) {
    const { name, value } = variable;
    if (of === 'undecided') masks.hide(value, name, false, SHORTEST_UNDECIDED);
    const refused = of === 'secret' ? masks.hide(value, name) : undefined;
    if (refused !== undefined && value.byteLength > 0)
      readable.set(refused, [...(readable.get(refused) ?? []), name]);
  }
  for (const [reason, names] of readable)
    notes.warn({ where: 'variables', text: `not hidden in the log: ${listed(names)} (${reason})` });
}

/**
 * One notice for all of them, with the rule that decides. Values that the routing table stores in plain are not among
 * them.
 */
function reportUndecided(routes: readonly Route[], notes: Diagnostics): void {
  const names = routes.filter(isUndecided).map(({ variable }) => variable.name);
  if (names.length > 0)
    notes.notice({
      where: 'variables',
      text: `undecided, so hidden and stored as SecureString, which costs nothing (an adopted String keeps its type): ${listed(names)}. For those that are not secret add rules: [{ match: [${names.slice(0, MOST_LISTED).join(', ')}], to: parameter }] to the configuration file; for the others to: secure-parameter`,
    });
}

const MOST_LISTED = 30;

function listed(names: readonly string[]): string {
  const more = names.length - MOST_LISTED;
  return `${names.slice(0, MOST_LISTED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** A misspelt GitHub secret arrives empty, and would be missed only when the application starts. */
function reportNoSources({ only }: Settings, sources: number, notes: Diagnostics, isTerminal: boolean): void {
  if (sources === 0 && (only.has('parameters') || only.has('secrets')))
    notes.warn({
      where: 'inputs',
      text: `no variable was given: dotenv, env-file, variables and secrets are empty. ${isTerminal ? 'Add --env-file FILE. ' : 'A GitHub secret that does not exist arrives empty: check its name and the environment of the job. '}To run without variables, set "only: log-group, repository"`,
    });
}

async function openImage(
  { image, mode }: Settings,
  runner: Runner,
  notes: Diagnostics,
  stop: Cancellation,
): Promise<ImageSource | undefined> {
  if (image === undefined || mode === 'destroy') return undefined;
  return (await import('./image-input.ts')).openImageInput(image, mode, runner, notes, stop);
}

const NOT_JUDGED: { readonly classify: Classify } = { classify: () => UNDECIDED };

const NOTHING: Desired = { resources: [], destinations: [], outOfScope: [] };
