import { OWNER_TAG } from '../model/ownership.ts';
import { NAMES, type Part, type SharedKind } from '../model/spec.ts';
import { LOG_GROUP_CLASSES, type LogGroupClass } from './choices.ts';
import type { Lifecycle } from './lifecycle.ts';
import { kmsKeyFault, TAGS, tagFault } from './limits.ts';
import { each, ParseError, quoted, readBoolean, readChoice, readPairs } from './parse.ts';
import { type Mutability, readMutability, readPullAccounts, readRepositoryName } from './repository.ts';
import { type DocumentSource, readersOf, type SettingSources } from './setting-sources.ts';

/** A setting, and whether the user gave it: on adopted resources, only given ones are managed. */
export interface Given<T> {
  readonly value: T;
  readonly given: boolean;
}

/** Settings of a resource of the application, which its environments share unless its name contains theirs. */
export interface SharedSettings {
  readonly name: string;
  /** Its name does not contain the environment: the application's other environments use it too. */
  readonly shared: boolean;
  /** No other environment can have this name: its template contains `{environment}`, and the application. */
  readonly exclusive: boolean;
  readonly tags: ReadonlyMap<string, string>;
}

export interface LogGroupSettings extends SharedSettings {
  readonly retention: Given<number | 'never'>;
  readonly class: Given<LogGroupClass>;
  /** ARN of a key or an alias; `none` removes a key. Undefined leaves it as it is. */
  readonly kmsKey: string | undefined;
}

export interface RepositorySettings extends SharedSettings {
  /** From a full URI: the run must be in this account. */
  readonly account: string | undefined;
  readonly mutability: Given<Mutability>;
  readonly lifecycle: Lifecycle | undefined;
  readonly scanOnPush: Given<boolean>;
  /** Accounts that may pull, sorted and joined by commas. */
  readonly pullAccounts: string | undefined;
  readonly kmsKeyId: string | undefined;
}

export interface ApplicationSettings {
  readonly logGroup: LogGroupSettings | undefined;
  readonly repository: RepositorySettings | undefined;
}

/** Where the settings of each kind of the application are. */
export const SHARED_SETTINGS = {
  'AWS::Logs::LogGroup': 'logGroup',
  'AWS::ECR::Repository': 'repository',
} as const satisfies Record<SharedKind, keyof ApplicationSettings>;

/** @returns the settings of a kind of the application; undefined if the run does not manage it */
export function managedSettings(
  kind: SharedKind,
  settings: ApplicationSettings & { readonly only: ReadonlySet<Part> },
): ApplicationSettings[keyof ApplicationSettings] {
  return settings.only.has(NAMES[kind].part) ? settings[SHARED_SETTINGS[kind]] : undefined;
}

/** @returns the settings of all kinds of the application, as far as the run needs them */
export function readApplication(
  sources: SettingSources,
  names: Names,
  region: string,
  only: ReadonlySet<Part>,
  source: DocumentSource,
): ApplicationSettings {
  return {
    logGroup: only.has('log-group') ? readLogGroup(sources, names, region) : undefined,
    // An image is pushed to it.
    repository:
      only.has('repository') || only.has('image')
        ? readRepository(sources, names, region, source)
        : undefined,
  };
}

export interface Names {
  readonly application: string;
  readonly environment: string;
}

/** @returns the parser of a key for resources of this region. */
export function readKmsKey(region: string): (value: unknown) => string {
  return (value) => {
    const key = String(value).trim();
    const wrong = kmsKeyFault(key, region);
    if (wrong !== undefined) throw new ParseError(wrong);
    return key;
  };
}

function readLogGroupKey(region: string): (value: unknown) => string {
  return (value) => {
    const key = String(value).trim();
    if (key === 'none') return key;
    const wrong = kmsKeyFault(key, region) ?? logGroupKeyFault(key);
    if (wrong !== undefined) throw new ParseError(wrong);
    return key;
  };
}

/** @param shared for resources that environments share: tags of one environment would change at every run of another */
export function readTags(sources: SettingSources, shared = false): ReadonlyMap<string, string> {
  return sources.read(
    'tags',
    new Map<string, string>(),
    (value) => {
      const tags = new Map<string, string>();
      each(readPairs(value), ([key, item]) => {
        const wrong = tagFault(key, item);
        if (wrong !== undefined)
          throw new ParseError(key === '' ? wrong : `the tag ${quoted(key)}: ${wrong}`);
        if (tags.has(key) && tags.get(key) !== item)
          throw new ParseError(`the tag ${quoted(key)} is given twice; keep one of the two`);
        tags.set(key, item);
      });
      if (tags.size >= TAGS)
        throw new ParseError(`AWS allows ${TAGS} tags on a resource, and "${OWNER_TAG}" is one of them`);
      return tags;
    },
    shared,
  );
}

/** @returns the name with `{application}` and `{environment}` filled in, undefined for `none`. */
function readName(
  sources: SettingSources,
  setting: string,
  fallback: string,
  names: Names,
): { name: string; shared: boolean; exclusive: boolean } | undefined {
  const template = sources.read(setting, fallback, (value) => String(value).trim());
  if (template === 'none') return undefined;
  if (/^(?:none|null|nil|false|off)$/i.test(template)) {
    sources.fault(setting, `${quoted(template)} is a name here; write none to leave it out`);
    return undefined;
  }
  const name = template
    .replaceAll('{application}', names.application)
    .replaceAll('{environment}', names.environment);
  const left = /\{[^}]*\}/.exec(name);
  if (left !== null)
    sources.fault(setting, `${quoted(left[0])} is no placeholder; use {application} or {environment}`);
  return {
    name,
    shared: !holdsEnvironment(template, names.environment),
    exclusive: isExclusive(template, names),
  };
}

const words = (text: string) => `/${text.replace(/[^A-Za-z0-9]+/g, '/')}/`;

/**
 * Whether the template gives each environment of each application a name of its own. A literal does not:
 * `papyrus-prd` may be set for `/papyrus/prd` and for `/papyrus/prd-eu`.
 */
function isExclusive(template: string, { application, environment }: Names): boolean {
  if (environment === '' || !template.includes('{environment}')) return false;
  const own = template.replaceAll('{application}', `/${application}/`).replaceAll('{environment}', '/');
  return words(own).includes(words(application));
}

/** As a word of its own: the environment `dev` is not in `devtools`, nor in the application's own name. */
function holdsEnvironment(template: string, environment: string): boolean {
  if (environment === '') return false;
  const own = template.replaceAll('{application}', '/').replaceAll('{environment}', `/${environment}/`);
  return words(own).includes(words(environment));
}

/** Environments that set shared values would undo each other's runs. */
function refuseShared(
  sources: SettingSources,
  shared: boolean,
  what: string,
  name: string,
  settings: readonly string[],
): void {
  if (!shared) return;
  for (const setting of settings) {
    const raw = sources.inEnvironment(setting);
    if (raw !== undefined)
      sources.fault(
        setting,
        `the ${what} ${quoted(name)} is shared by all environments; set it at the top, or put {environment} into its name`,
        raw,
      );
  }
}

/** @returns the name alone, of a log group that is only referred to */
export function logGroupName(sources: SettingSources, names: Names): string | undefined {
  const name = readName(sources, 'log-group', '/ecs/{application}', names)?.name;
  const wrong = name === undefined || names.application === '' ? undefined : logGroupNameFault(name);
  if (wrong !== undefined) sources.fault('log-group', wrong);
  return name;
}

/** @returns the name, and the account where a URI names it, of a repository that is only referred to */
export function repositoryName(
  sources: SettingSources,
  names: Names,
  region: string,
): Pick<RepositorySettings, 'name' | 'account'> | undefined {
  const given = readName(sources, 'repository', '{application}', names)?.name;
  return given === undefined ? undefined : checkRepositoryName(sources, given, names, region);
}

function checkRepositoryName(
  sources: SettingSources,
  given: string,
  names: Names,
  region: string,
): Pick<RepositorySettings, 'name' | 'account'> {
  const { name, account, region: its, fault, warning } = readRepositoryName(given);
  if (its !== undefined && its !== region)
    sources.fault('repository', `it is of the region ${its}, this run is in ${region}`);
  if (warning !== undefined) sources.warn('repository', warning);
  const wrong = fault ?? (names.application === '' ? undefined : repositoryNameFault(name));
  if (wrong !== undefined)
    sources.fault(
      'repository',
      sources.get('repository') === undefined
        ? `the application's name cannot be that of a repository (${wrong}); set repository to another name, or to none`
        : wrong,
    );
  else if (/^\d/.test(name))
    sources.warn(
      'repository',
      'its name begins with a digit; the documentation of ECR asks for a letter, so rename it if ECR refuses it',
    );
  return { name, account };
}

function readLogGroup(sources: SettingSources, names: Names, region: string): LogGroupSettings | undefined {
  const found = readName(sources, 'log-group', '/ecs/{application}', names);
  if (found === undefined) return undefined;
  const wrong = names.application === '' ? undefined : logGroupNameFault(found.name);
  if (wrong !== undefined) sources.fault('log-group', wrong);
  refuseShared(sources, found.shared, 'log group', found.name, [
    'log-retention-days',
    'log-group-class',
    'log-group-kms-key-id',
  ]);
  const retention = sources.read<number | 'never'>('log-retention-days', 1, (value) => {
    const text = String(value).trim();
    if (text === 'never') return 'never';
    const days = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
    if (Number.isNaN(days)) throw new ParseError('it takes a number of days, or never');
    const fault = retentionFault(days);
    if (fault !== undefined) throw new ParseError(fault);
    return days;
  });
  return {
    name: found.name,
    shared: found.shared,
    exclusive: found.exclusive,
    retention: { value: retention, given: sources.get('log-retention-days') !== undefined },
    class: {
      value: sources.read('log-group-class', 'STANDARD', (value) => readChoice(value, LOG_GROUP_CLASSES)),
      given: sources.get('log-group-class') !== undefined,
    },
    kmsKey: sources.read('log-group-kms-key-id', undefined, readLogGroupKey(region)),
    tags: readTags(sources, found.shared),
  };
}

function readRepository(
  sources: SettingSources,
  names: Names,
  region: string,
  source: DocumentSource,
): RepositorySettings | undefined {
  const found = readName(sources, 'repository', '{application}', names);
  if (found === undefined) return undefined;
  const { name, account } = checkRepositoryName(sources, found.name, names, region);
  refuseShared(sources, found.shared, 'repository', name, [
    'image-tag-mutability',
    'lifecycle-policy',
    'scan-on-push',
    'pull-accounts',
  ]);
  return {
    name,
    shared: found.shared,
    exclusive: found.exclusive,
    account,
    mutability: {
      value: sources.read(
        'image-tag-mutability',
        { value: 'MUTABLE', exclusions: undefined },
        readMutability,
      ),
      given: sources.get('image-tag-mutability') !== undefined,
    },
    lifecycle: sources.read<Lifecycle | undefined>('lifecycle-policy', undefined, (value) =>
      readersOf(source).readLifecycle(String(value).trim(), source.readText),
    ),
    scanOnPush: {
      value: sources.read('scan-on-push', true, readBoolean),
      given: sources.get('scan-on-push') !== undefined,
    },
    pullAccounts: sources.read('pull-accounts', undefined, readPullAccounts),
    kmsKeyId: sources.read('kms-key-id', undefined, readKmsKey(region), found.shared),
    tags: readTags(sources, found.shared),
  };
}

/** @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
export const RETENTION_DAYS: readonly number[] = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

export function retentionFault(days: number): string | undefined {
  if (RETENTION_DAYS.includes(days)) return undefined;
  const nearest = RETENTION_DAYS.reduce((a, b) => (Math.abs(b - days) < Math.abs(a - days) ? b : a));
  return `CloudWatch Logs does not keep logs for ${days} days; the nearest is ${nearest} (or: never)${days === 0 ? ". Terraform's 0 is never here" : ''}`;
}

/** @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html */
export function logGroupNameFault(name: string): string | undefined {
  if (name.length < 1 || name.length > 512) return 'a log group name has 1 to 512 characters';
  // A `#` is legal in a name but not in the ARN of the tag calls, and every created resource is tagged.
  if (name.includes('#')) return 'remove the "#"; tagged log groups may not have one';
  if (!/^[.\-_/A-Za-z0-9]+$/.test(name))
    return 'CloudWatch Logs allows only letters, digits, and . - _ / in a name';
  if (name.startsWith('aws/')) return 'names that begin with "aws/" are reserved';
  return undefined;
}

/** @see https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html */
export function repositoryNameFault(name: string): string | undefined {
  if (name.length < 2 || name.length > 256) return 'an ECR repository name has 2 to 256 characters';
  // With many digits in it, it may be a key that was pasted here.
  const remedy =
    name.replace(/\D/g, '').length <= 3 && /^[\w./-]{1,64}$/.test(name)
      ? `set repository: ${name.toLowerCase()}`
      : 'write it small';
  if (/[A-Z]/.test(name)) return `ECR allows no capital letters; ${remedy}`;
  if (!/^(?:[a-z0-9]+(?:[._-][a-z0-9]+)*\/)*[a-z0-9]+(?:[._-][a-z0-9]+)*$/.test(name))
    return 'ECR allows lower-case letters and digits, with one . _ - or / between them';
  return undefined;
}

/** @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_AssociateKmsKey.html (kmsKeyId) */
export function logGroupKeyFault(key: string): string | undefined {
  return key.startsWith('arn:')
    ? undefined
    : 'CloudWatch Logs takes a key by its ARN; print it with: aws kms describe-key --key-id KEY --query KeyMetadata.Arn --output text';
}
