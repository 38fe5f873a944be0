import { Secret } from '../secret.ts';
import type { ConfigFile } from './config.ts';
import type { Notes } from './fault.ts';
import { Layers } from './layers.ts';
import { type Lifecycle, readLifecycle } from './lifecycle.ts';
import {
  imageTagFault,
  kmsKeyFault,
  logGroupNameFault,
  OWNER_TAG,
  prefixFault,
  repositoryNameFault,
  retentionFault,
  TAGS,
  tagFault,
} from './limits.ts';
import { type Mutability, readMutability } from './mutability.ts';
import { type ReportSettings, readReportSettings } from './report-settings.ts';
import { type Ignored, type Rule, readIgnored, readRules } from './rules.ts';
import { quoted, readBoolean, readChoice, readChoices, readList, readPairs, Unclear } from './texts.ts';

export type Mode = 'plan' | 'apply' | 'drift';
export const PARTS = ['log-group', 'parameters', 'secrets', 'repository', 'image', 'auth0'] as const;
export type Part = (typeof PARTS)[number];
export const CONSENTS = ['shorten-retention', 'change-type', 'loosen'] as const;
export type Consent = (typeof CONSENTS)[number];
export type Tier = 'auto' | 'Standard' | 'Advanced' | 'Intelligent-Tiering';

/** A setting, and whether the user gave it: on what was adopted, only given ones are managed. */
export interface Given<T> {
  readonly value: T;
  readonly given: boolean;
}

export interface LogGroupSettings {
  readonly name: string;
  readonly retention: Given<number | 'never'>;
  readonly tags: ReadonlyMap<string, string>;
}

export interface RepositorySettings {
  readonly name: string;
  /** From a full URI: the run must be in this account. */
  readonly account: string | undefined;
  readonly mutability: Given<Mutability>;
  readonly lifecycle: Lifecycle | undefined;
  readonly kmsKeyId: string | undefined;
  readonly tags: ReadonlyMap<string, string>;
}

export interface ImageSettings {
  readonly name: string;
  /** Empty: the image's own tag, else `latest`. */
  readonly tags: readonly string[];
}

/** What was given for Auth0, as it was given: it is judged together with the variables. */
export interface Auth0Settings {
  readonly appUrl: string | undefined;
  readonly domain: string | undefined;
  readonly managementClientId: string | undefined;
  readonly managementClientSecret: Secret | undefined;
  readonly applicationId: string | undefined;
  readonly urls: Auth0Urls;
  readonly callbackPath: string;
  readonly logoutPath: string;
}
export const AUTH0_URLS = ['ensure', 'follow', 'exact', 'remove'] as const;
export type Auth0Urls = (typeof AUTH0_URLS)[number];

export interface Settings {
  readonly mode: Mode;
  readonly prefix: string;
  readonly application: string;
  readonly environment: string;
  readonly region: string;
  readonly only: ReadonlySet<Part>;
  readonly prefer: 'secrets-manager' | 'ssm';
  readonly onEmpty: 'auto' | 'skip' | 'fail';
  readonly kmsKeyId: string | undefined;
  readonly parameterTier: Tier;
  readonly logGroup: LogGroupSettings | undefined;
  readonly repository: RepositorySettings | undefined;
  readonly tags: ReadonlyMap<string, string>;
  readonly allowedAccountIds: readonly string[];
  readonly allow: ReadonlySet<Consent>;
  readonly adopt: boolean;
  readonly failOnDrift: boolean;
  readonly rules: readonly Rule[];
  /** Bundles from which keys that nobody wants are removed. */
  readonly exactBundles: ReadonlySet<string>;
  readonly ignore: readonly Ignored[];
  readonly envFiles: readonly string[];
  /** The built image, by skopeo's transport names; undefined where there is none to look after. */
  readonly image: ImageSettings | undefined;
  /** Undefined where `only` leaves it out. */
  readonly auth0: Auth0Settings | undefined;
  readonly reports: ReportSettings;
  /** After so many minutes nothing new begins. */
  readonly deadlineMinutes: number;
}

/** What {@link readSettings} judges. */
export interface Request {
  /** Inputs by name; empty ones are not given. */
  readonly inputs: ReadonlyMap<string, string>;
  readonly file: ConfigFile | undefined;
  readonly event: string;
  readonly ambientRegion: string | undefined;
  /** Reads a file of the workspace; throws {@link Unclear} with the remedy. */
  readonly readText: (path: string) => string;
}

/** @returns every setting with its default filled in; what is wrong is in `notes`, all of it. */
export function readSettings(request: Request, notes: Notes): Settings {
  const { file } = request;
  const layers = new Layers(request.inputs, file, notes);
  const prefix = layers.read('prefix', '', (value) => readPrefix(String(value).trim()));
  if (layers.get('prefix') === undefined)
    layers.fault('prefix', 'it is missing; give /APPLICATION/ENVIRONMENT, like /papyrus/prd');
  const [application = '', ...rest] = prefix.slice(1).split('/');
  const environment = rest.join('/');
  layers.choose(environment);
  const names: Names = { application, environment };

  const region = readRegion(layers, request.ambientRegion, notes);
  const kmsKeyId = layers.read('kms-key-id', undefined, readKmsKey);
  const asked = layers.read<readonly Part[]>('only', PARTS, (value) => readChoices(value, PARTS));
  const only: ReadonlySet<Part> = new Set(asked.length === 0 ? PARTS : asked);
  return {
    mode: readMode(layers, request.event),
    prefix,
    ...names,
    region,
    only,
    prefer: layers.read('prefer', 'secrets-manager', (value) =>
      readChoice(value, ['secrets-manager', 'ssm'] as const),
    ),
    onEmpty: layers.read('on-empty', 'auto', (value) => readChoice(value, ['auto', 'skip', 'fail'] as const)),
    kmsKeyId,
    parameterTier: layers.read('parameter-tier', 'auto', (value) =>
      readChoice(value, ['auto', 'Standard', 'Advanced', 'Intelligent-Tiering'] as const),
    ),
    logGroup: only.has('log-group') ? readLogGroup(layers, names) : undefined,
    repository:
      only.has('repository') || only.has('image')
        ? readRepository(layers, names, region, request.readText)
        : undefined,
    tags: readTags(layers),
    allowedAccountIds: layers.read('allowed-account-ids', [], readAccounts),
    allow: new Set(layers.read('allow', [], (value) => readChoices(value, CONSENTS))),
    adopt: layers.read('adopt', true, readBoolean),
    failOnDrift: layers.read('fail-on-drift', true, readBoolean),
    rules: readRules(file, notes),
    exactBundles: new Set(
      Object.entries(file?.config.bundles ?? {}).flatMap(([name, bundle]) =>
        bundle.mode === 'exact' ? [name] : [],
      ),
    ),
    ignore: readIgnored(file, notes),
    image: only.has('image') ? readImage(layers) : undefined,
    envFiles: layers.read('env-file', [], readList),
    deadlineMinutes: layers.read('deadline-minutes', 30, Number),
    auth0: only.has('auth0') ? readAuth0(layers, request.inputs) : undefined,
    reports: readReportSettings(layers, request.readText),
  };
}

function readImage(layers: Layers): ImageSettings | undefined {
  const name = layers.read('image', '', (value) => String(value).trim());
  const tags = layers.read('image-tags', [], (value) => {
    const list = readList(value);
    for (const tag of list) {
      const wrong = imageTagFault(tag);
      if (wrong !== undefined) throw new Unclear(`${quoted(tag)}: ${wrong}`);
    }
    return list;
  });
  if (name === '') return undefined;
  if (layers.get('repository')?.value === 'none')
    layers.fault('image', 'there is no repository to push it to (repository: none)');
  return { name, tags: [...new Set(tags)] };
}

/** The management secret is an input only: a committed file is no place for it. */
function readAuth0(layers: Layers, inputs: ReadonlyMap<string, string>): Auth0Settings {
  const text = (name: string) =>
    layers.read<string | undefined>(name, undefined, (value) => String(value).trim());
  const secret = inputs.get('auth0-management-client-secret')?.trim() ?? '';
  return {
    appUrl: text('app-url'),
    domain: text('auth0-domain'),
    managementClientId: text('auth0-management-client-id'),
    managementClientSecret: secret === '' ? undefined : new Secret(secret),
    applicationId: text('auth0-application-id'),
    urls: layers.read('auth0-urls', 'ensure', (value) => readChoice(value, AUTH0_URLS)),
    callbackPath: text('callback-path') ?? '/callback',
    logoutPath: text('logout-path') ?? '/logout',
  };
}

interface Names {
  readonly application: string;
  readonly environment: string;
}

function readPrefix(prefix: string): string {
  const wrong = prefixFault(prefix);
  if (wrong !== undefined) throw new Unclear(wrong);
  return prefix;
}

function readMode(layers: Layers, event: string): Mode {
  // The event runs with this repository's secrets on code that a stranger wrote.
  if (event === 'pull_request_target')
    layers.fault(
      'mode',
      'the event pull_request_target is refused, since it gives secrets to code of strangers; use pull_request',
    );
  const asked = layers.read('mode', 'auto', (value) =>
    readChoice(value, ['auto', 'plan', 'apply', 'drift'] as const),
  );
  if (asked !== 'auto') return asked;
  return event === 'pull_request' ? 'plan' : 'apply';
}

function readRegion(layers: Layers, ambient: string | undefined, notes: Notes): string {
  const fallback = ambient === undefined || ambient === '' ? 'us-west-2' : ambient;
  if (layers.get('region') === undefined && fallback !== ambient)
    notes.notice({
      where: 'input region',
      text: 'it is not given and AWS_REGION is not set: us-west-2 is used',
    });
  return layers.read('region', fallback, (value) => {
    const region = String(value).trim();
    if (!/^[a-z]{2,}(?:-[a-z]+)+-\d+$/.test(region))
      throw new Unclear(`${quoted(region)} is not a region; write it like us-west-2`);
    return region;
  });
}

function readKmsKey(value: unknown): string {
  const key = String(value).trim();
  const wrong = kmsKeyFault(key);
  if (wrong !== undefined) throw new Unclear(wrong);
  return key;
}

function readAccounts(value: unknown): string[] {
  return readList(value).map((account) => {
    if (!/^\d{12}$/.test(account))
      throw new Unclear('an account id has 12 digits (in YAML, put it into quotes)');
    return account;
  });
}

/** @param shared for what other environments share: tags of one environment would change at every other one's run */
function readTags(layers: Layers, shared = false): ReadonlyMap<string, string> {
  return layers.read(
    'tags',
    new Map<string, string>(),
    (value) => {
      const tags = new Map<string, string>();
      for (const [key, item] of readPairs(value)) {
        const wrong = tagFault(key, item);
        if (wrong !== undefined) throw new Unclear(wrong);
        if (tags.has(key) && tags.get(key) !== item)
          throw new Unclear(`the tag ${quoted(key)} is given twice`);
        tags.set(key, item);
      }
      if (tags.size >= TAGS)
        throw new Unclear(`AWS allows ${TAGS} tags on a resource, and "${OWNER_TAG}" is one of them`);
      return tags;
    },
    shared,
  );
}

/** @returns the name with `{application}` and `{environment}` filled in, undefined for `none`. */
function readName(
  layers: Layers,
  setting: string,
  fallback: string,
  names: Names,
): { name: string; shared: boolean } | undefined {
  const template = layers.read(setting, fallback, (value) => String(value).trim());
  if (template === 'none') return undefined;
  const name = template
    .replaceAll('{application}', names.application)
    .replaceAll('{environment}', names.environment);
  const left = /\{[^}]*\}/.exec(name);
  if (left !== null)
    layers.fault(setting, `${quoted(left[0])} is not known; {application} and {environment} are filled in`);
  return { name, shared: names.environment === '' || !name.includes(names.environment) };
}

/** An environment that sets what all environments share would undo the others' run, and they would undo its. */
function refuseShared(
  layers: Layers,
  shared: boolean,
  what: string,
  name: string,
  settings: readonly string[],
): void {
  if (!shared) return;
  for (const setting of settings) {
    const asked = layers.inEnvironment(setting);
    if (asked !== undefined)
      layers.fault(
        setting,
        `the ${what} ${quoted(name)} is shared by all environments; set it at the top, or put {environment} into its name`,
        asked,
      );
  }
}

function readLogGroup(layers: Layers, names: Names): LogGroupSettings | undefined {
  const found = readName(layers, 'log-group', '/ecs/{application}', names);
  if (found === undefined) return undefined;
  const wrong = names.application === '' ? undefined : logGroupNameFault(found.name);
  if (wrong !== undefined) layers.fault('log-group', wrong);
  refuseShared(layers, found.shared, 'log group', found.name, ['log-retention-days']);
  const retention = layers.read<number | 'never'>('log-retention-days', 1, (value) => {
    const text = String(value).trim();
    if (text === 'never') return 'never';
    const days = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
    if (Number.isNaN(days)) throw new Unclear('it takes a number of days, or never');
    const fault = retentionFault(days);
    if (fault !== undefined) throw new Unclear(fault);
    return days;
  });
  return {
    name: found.name,
    retention: { value: retention, given: layers.get('log-retention-days') !== undefined },
    tags: readTags(layers, found.shared),
  };
}

function readRepository(
  layers: Layers,
  names: Names,
  region: string,
  readText: (path: string) => string,
): RepositorySettings | undefined {
  const found = readName(layers, 'repository', '{application}', names);
  if (found === undefined) return undefined;
  // The URI is what every console page offers to copy, so it is understood.
  const uri =
    /^(?:https?:\/\/)?(\d{12})\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\.[a-z0-9.-]+\/([^:@]+)(?:[:@].*)?$/.exec(
      found.name,
    );
  const name = uri?.[3] ?? found.name;
  if (uri !== null && uri[2] !== region)
    layers.fault('repository', `its URI is of the region ${uri[2]}, this run is in ${region}`);
  const wrong = names.application === '' ? undefined : repositoryNameFault(name);
  if (wrong !== undefined) layers.fault('repository', wrong);
  refuseShared(layers, found.shared, 'repository', name, ['image-tag-mutability', 'lifecycle-policy']);
  return {
    name,
    account: uri?.[1],
    mutability: {
      value: layers.read('image-tag-mutability', { value: 'MUTABLE', exclusions: undefined }, readMutability),
      given: layers.get('image-tag-mutability') !== undefined,
    },
    lifecycle: layers.read<Lifecycle | undefined>('lifecycle-policy', undefined, (value) =>
      readLifecycle(String(value).trim(), readText),
    ),
    kmsKeyId: layers.read('kms-key-id', undefined, readKmsKey, found.shared),
    tags: readTags(layers, found.shared),
  };
}
