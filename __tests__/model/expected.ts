import type { Configuration, Tags, Variable } from './configuration.ts';
import { type DesiredKey, type DesiredParameter, route, variableOfKey } from './routing.ts';
import { ignores, type Mode, type Resolved } from './settings.ts';
import { isForeign, ownerOf, type Parameter, type Secret, type State } from './state.ts';

export type Action = 'create' | 'update' | 'delete' | 'blocked';
/** `parameter prd/NAME update value,tag:project`, as the plan has to tell it. */
export interface Change {
  readonly resource: string;
  readonly action: Action;
  /** Of updates. */
  readonly fields: readonly string[];
}
export interface Expected {
  readonly isFault: boolean;
  readonly state: State;
  readonly changes: readonly Change[];
}

const NOTHING: State = { parameters: {}, secrets: {}, logGroup: undefined, repository: undefined };
const CREATED = 'aws-bootstrap';
const ADOPTED = 'aws-bootstrap:adopted';

/** What a run of this mode leaves behind, and what it tells of it. */
export function expected(
  configuration: Configuration,
  settings: Resolved,
  before: State,
  mode: Mode,
): Expected {
  const state = structuredClone(before);
  const changes: Change[] = [];
  if (mode === 'destroy') {
    destroy(configuration, settings, state, changes);
    return { isFault: false, state, changes };
  }
  if (isFault(configuration, settings, before, mode)) return { isFault: true, state, changes };
  const desired = route(configuration, settings, seen(configuration, settings, before));
  const tell = (resource: string, action: Action, fields: readonly string[] = []) =>
    void changes.push({ resource, action, fields: [...fields].sort() });
  const context: Context = { configuration, settings, mode, tell };

  if (settings.only.has('log-group') && settings.logGroup !== undefined) keepLogGroup(context, state);
  if (settings.only.has('repository') && settings.repository !== undefined) keepRepository(context, state);
  if (settings.only.has('parameters'))
    for (const [path, one] of desired.parameters) keepParameter(context, state, path, one);
  if (settings.only.has('secrets'))
    for (const [path, keys] of desired.secrets) keepSecret(context, state, path, keys);
  const blocked = new Set(
    changes.filter(({ action }) => action === 'blocked').map(({ resource: path }) => path),
  );
  if (settings.prune === 'delete') prune(context, state, before, desired, blocked);
  // A run that only reads tells what it would do.
  return { isFault: false, state: mode === 'drift' ? before : state, changes };
}

/** Without prune, nothing lists the secrets: only those that are configured are read. */
function seen(configuration: Configuration, settings: Resolved, before: State): State {
  if (settings.prune !== 'off') return before;
  const configured = route(configuration, settings, { ...before, secrets: {} }).secrets;
  const isRead = ([path]: [string, Secret]) => settings.only.has('secrets') && configured.has(path);
  return { ...before, secrets: Object.fromEntries(Object.entries(before.secrets).filter(isRead)) };
}

/** An empty value is classified where the run manages a destination of it. */
function isFault(configuration: Configuration, settings: Resolved, before: State, mode: Mode): boolean {
  const { onEmpty, only } = settings;
  const isJudged = (variable: Variable) => {
    if (onEmpty === 'skip' || variable.value !== '') return false;
    if (onEmpty === 'auto' && (mode !== 'apply' || variable.source !== 'secrets')) return false;
    // Where it goes depends on the others: a bundle is made for its secret keys.
    const places = (variables: readonly Variable[]) => {
      const { parameters, secrets } = route({ ...configuration, variables }, settings, before);
      const keys = [...secrets.values()].reduce((count, { size }) => count + size, 0);
      return { parameters: parameters.size, keys };
    };
    const all = places(configuration.variables);
    const others = places(configuration.variables.filter((one) => one !== variable));
    return (
      (only.has('parameters') && all.parameters > others.parameters) ||
      (only.has('secrets') && all.keys > others.keys)
    );
  };
  return configuration.variables.some(isJudged);
}

interface Context {
  readonly configuration: Configuration;
  readonly settings: Resolved;
  readonly mode: Mode;
  readonly tell: (resource: string, action: Action, fields?: readonly string[]) => void;
}

/** `parameter:NAME`, as `ignore` spells it. */
const nameOf = (kind: string, path: string, { environment }: Resolved) =>
  `${kind}:${path.slice(environment.length + 1)}`;

const isKeptFrom = (tags: Tags, { adopts }: Resolved): boolean => {
  const owner = ownerOf(tags);
  return isForeign(owner) || (owner === 'nobody' && !adopts);
};

/** Field by field: what is to be written, and what waits for an opt-in. */
interface Amendment {
  readonly written: string[];
  readonly blocked: string[];
}

/** @returns the resource as the run leaves it; one that another tool owns stays, and so does a field that waits. */
function amend<T extends { tags: Record<string, string> }>(
  { configuration, settings, tell }: Context,
  { resource, path, found, tags }: { resource: string; path: string; found: T; tags: Tags },
  amend: (copy: T, amendment: Amendment) => void,
): T {
  if (ignores(configuration.ignore, resource)) return found;
  const copy = structuredClone(found);
  const amendment: Amendment = { written: [], blocked: [] };
  const { written, blocked } = amendment;
  amend(copy, amendment);
  const isOurs = ['created', 'adopted'].includes(ownerOf(found.tags));
  for (const [key, value] of Object.entries({ ...tags, ...(isOurs ? {} : { 'managed-by': ADOPTED }) })) {
    if (found.tags[key] === value || ignores(configuration.ignore, resource, `tag:${key}`)) continue;
    copy.tags[key] = value;
    written.push(`tag:${key}`);
  }
  if (isKeptFrom(found.tags, settings)) {
    if (written.length + blocked.length > 0) tell(path, 'blocked');
    return found;
  }
  if (blocked.length > 0) tell(path, 'blocked', blocked);
  if (written.length > 0) tell(path, 'update', written);
  return copy;
}

function keepLogGroup(context: Context, state: State): void {
  const { configuration, settings, tell } = context;
  const tags = settings.isLogGroupOwn ? settings.tags : settings.sharedTags;
  const days = settings.retention ?? 1;
  const desired = days === 'never' ? undefined : days;
  const found = state.logGroup;
  if (found === undefined) {
    state.logGroup = { retention: desired, tags: { ...tags, 'managed-by': CREATED }, holdsLogs: false };
    tell('log-group', 'create');
    return;
  }
  const named = { resource: 'log-group', path: 'log-group', found, tags };
  state.logGroup = amend(context, named, (copy, { written, blocked }) => {
    const isManaged = ownerOf(found.tags) === 'created' || settings.retention !== undefined;
    if (!isManaged || found.retention === desired) return;
    if (ignores(configuration.ignore, 'log-group', 'retention')) return;
    const isShorter = (desired ?? Infinity) < (found.retention ?? Infinity);
    if (isShorter && found.holdsLogs && !settings.allow.has('shorten-retention')) {
      blocked.push('retention');
      return;
    }
    copy.retention = desired;
    written.push('retention');
  });
}

function keepRepository(context: Context, state: State): void {
  const { configuration, settings, tell } = context;
  const tags = settings.isRepositoryOwn ? settings.tags : settings.sharedTags;
  const desired = settings.mutability ?? 'MUTABLE';
  const found = state.repository;
  if (found === undefined) {
    state.repository = {
      mutability: desired,
      tags: { ...tags, 'managed-by': CREATED },
      keepLast: settings.keepLast,
    };
    tell('repository', 'create');
    return;
  }
  const named = { resource: 'repository', path: 'repository', found, tags };
  state.repository = amend(context, named, (copy, { written, blocked }) => {
    const isCreated = ownerOf(found.tags) === 'created';
    const isManaged = isCreated || settings.mutability !== undefined;
    const isIgnored = ignores(configuration.ignore, 'repository', 'mutability');
    if (isManaged && found.mutability !== desired && !isIgnored) {
      if (!isCreated && desired === 'MUTABLE' && !settings.allow.has('loosen')) blocked.push('mutability');
      else {
        copy.mutability = desired;
        written.push('mutability');
      }
    }
    if (settings.keepLast === undefined || found.keepLast === settings.keepLast) return;
    copy.keepLast = settings.keepLast;
    written.push('lifecycle');
  });
}

function keepParameter(context: Context, state: State, path: string, desired: DesiredParameter): void {
  const { configuration, settings, mode, tell } = context;
  const resource = nameOf('parameter', path, settings);
  const found = state.parameters[path];
  const { value } = desired;
  if (found === undefined) {
    // What no run has cannot be created; what only this run lacks is missing.
    if (value !== undefined || (mode === 'drift' && desired.isOutOfReach))
      tell(`parameter ${path}`, 'create');
    if (value !== undefined)
      state.parameters[path] = {
        type: desired.type,
        value,
        tags: { ...settings.tags, 'managed-by': CREATED },
      };
    return;
  }
  const named = { resource, path: `parameter ${path}`, found, tags: settings.tags };
  state.parameters[path] = amend(context, named, (copy, { written, blocked }) => {
    // What is secret is so without a value as well.
    const isTypeKnown = value !== undefined || desired.isExplicit || desired.isSecret;
    if (isTypeKnown && found.type !== desired.type && !ignores(configuration.ignore, resource, 'type')) {
      // Only a rule makes plain what is encrypted, with an opt-in.
      if (desired.type === 'String' && desired.isExplicit) blocked.push('type');
      const isCreated = ownerOf(found.tags) === 'created';
      if (desired.type === 'SecureString' && (desired.isExplicit || desired.isSecret || isCreated)) {
        copy.type = 'SecureString';
        written.push('type');
      }
    }
    if (value === undefined || found.value === value || desired.isOnce) return;
    if (ignores(configuration.ignore, resource, 'value')) return;
    copy.value = value;
    written.push('value');
  });
}

function keepSecret(context: Context, state: State, path: string, keys: Map<string, DesiredKey>): void {
  const { configuration, settings, mode, tell } = context;
  const resource = nameOf('secret', path, settings);
  const found = state.secrets[path];
  if (found === undefined) {
    const given = [...keys].flatMap(([key, { value }]) =>
      value === undefined ? [] : [[key, value] as const],
    );
    const isMissing = mode === 'drift' && [...keys.values()].some(({ isOutOfReach }) => isOutOfReach);
    if (given.length > 0 || isMissing) tell(`secret ${path}`, 'create');
    if (given.length > 0)
      state.secrets[path] = {
        value: Object.fromEntries(given),
        tags: { ...settings.tags, 'managed-by': CREATED },
        isDeleted: false,
      };
    return;
  }
  if (typeof found.value === 'string') {
    if (!ignores(configuration.ignore, resource)) tell(`secret ${path}`, 'blocked');
    return;
  }
  const held = found.value;
  const named = { resource, path: `secret ${path}`, found, tags: settings.tags };
  state.secrets[path] = amend(context, named, (copy, { written }) => {
    const isIgnored = (key: string) => ignores(configuration.ignore, resource, `key:${key}`);
    const contents = { ...held };
    copy.value = contents;
    copy.isDeleted = false;
    if (found.isDeleted) written.push('deletion');
    for (const [key, { value, isOnce }] of keys) {
      // What is in a deleted secret cannot be read before it is restored.
      const isHeld = found.isDeleted || key in held;
      if (value === undefined || (isHeld && isOnce) || isIgnored(key)) continue;
      if (!found.isDeleted && held[key] === value) continue;
      contents[key] = value;
      written.push(`key:${key}`);
    }
    const isExact = configuration.exact.includes(path.slice(settings.environment.length + 1));
    for (const key of Object.keys(held)) {
      // The next run sees the keys of a restored secret, and removes them.
      if (!isExact || found.isDeleted || keys.has(key) || isIgnored(key)) continue;
      delete contents[key];
      written.push(`key:${key}`);
    }
  });
}

type Kept = Parameter | Secret;
interface Orphan {
  readonly kind: 'parameter' | 'secret';
  readonly path: string;
  readonly resource: Kept;
}

/** What this action created or adopted directly below the prefix, in the stores that the run looks after. */
function ownBelow({ configuration, settings }: Context, state: State): Orphan[] {
  const isChild = (path: string) =>
    path.startsWith(`${settings.environment}/`) && !path.slice(settings.environment.length + 1).includes('/');
  const below = (kind: 'parameter' | 'secret', all: Record<string, Kept>): Orphan[] =>
    Object.entries(all)
      .filter(([path, { tags }]) => isChild(path) && ['created', 'adopted'].includes(ownerOf(tags)))
      .filter(([path]) => !ignores(configuration.ignore, nameOf(kind, path, settings)))
      .map(([path, resource]) => ({ kind, path, resource }));
  return [
    ...(settings.only.has('parameters') ? below('parameter', state.parameters) : []),
    ...(settings.only.has('secrets') ? below('secret', state.secrets) : []),
  ].filter(({ resource }) => !('isDeleted' in resource && resource.isDeleted));
}

function release({ tell }: Context, state: State, { kind, path, resource }: Orphan): void {
  if (ownerOf(resource.tags) === 'adopted') {
    delete resource.tags['managed-by'];
    tell(`${kind} ${path}`, 'update', ['tag:managed-by']);
    return;
  }
  if (kind === 'parameter') delete state.parameters[path];
  else if ('isDeleted' in resource) resource.isDeleted = true;
  tell(`${kind} ${path}`, 'delete');
}

/** The names of the variables that an orphan holds. */
function variablesOf({ settings }: Context, { path, resource }: Orphan): string[] {
  const name = path.slice(settings.environment.length + 1);
  return 'value' in resource && typeof resource.value === 'object'
    ? Object.keys(resource.value).map((key) => variableOfKey(name, key))
    : [name];
}

/** What holds a variable is deleted after the variable was written elsewhere, so never where that is blocked. */
function isWaiting(context: Context, orphan: Orphan, blocked: ReadonlySet<string>): boolean {
  const { configuration, settings } = context;
  return variablesOf(context, orphan).some((name) => {
    const variables = configuration.variables.filter((one) => one.name === name);
    const { parameters, secrets } = route({ ...configuration, variables }, settings, NOTHING);
    const places = [
      ...[...parameters.keys()].map((path) => `parameter ${path}`),
      ...[...secrets.keys()].map((path) => `secret ${path}`),
    ];
    return places.some((place) => blocked.has(place));
  });
}

/** Of a variable that goes to a store that this run does not look after: it is not written there. */
function isLastCopy(context: Context, orphan: Orphan): boolean {
  const { configuration, settings } = context;
  const store = orphan.kind === 'parameter' ? 'secrets' : 'parameters';
  if (settings.only.has(store)) return false;
  const places = (name: string) => {
    const variables = configuration.variables.filter((one) => one.name === name);
    const { parameters, secrets } = route({ ...configuration, variables }, settings, NOTHING);
    return store === 'secrets' ? secrets.size : parameters.size;
  };
  return variablesOf(context, orphan).some((name) => places(name) > 0);
}

function prune(
  context: Context,
  state: State,
  before: State,
  desired: ReturnType<typeof route>,
  blocked: ReadonlySet<string>,
): void {
  // A run whose variables go nowhere explains nothing of what exists.
  if (desired.parameters.size + desired.secrets.size === 0) return;
  const isDesired = ({ kind, path }: Orphan) =>
    kind === 'parameter' ? desired.parameters.has(path) : desired.secrets.has(path);
  const isCreated = ({ resource }: Orphan) => ownerOf(resource.tags) === 'created';
  const orphans = ownBelow(context, state).filter((one) => !isDesired(one) && !isLastCopy(context, one));
  const doomed = orphans.filter(isCreated).length;
  const created = ownBelow(context, before).filter(isCreated).length;
  const isTooMany = doomed >= 5 && doomed * 2 > created && !context.settings.allow.has('prune-many');
  for (const orphan of orphans)
    if (isTooMany && isCreated(orphan)) context.tell(`${orphan.kind} ${orphan.path}`, 'blocked');
    // It is in the plan like the rest, and waits.
    else if (isWaiting(context, orphan, blocked))
      release(context, structuredClone(state), structuredClone(orphan));
    else release(context, state, orphan);
}

function hasNeighbours({ environment }: Resolved, { parameters, secrets }: State): boolean {
  const here = Object.entries(secrets).filter(([, { isDeleted }]) => !isDeleted);
  return [...Object.entries(parameters), ...here].some(
    ([path, { tags }]) =>
      path.slice(0, path.lastIndexOf('/')) !== environment && ['created', 'adopted'].includes(ownerOf(tags)),
  );
}

function destroy(configuration: Configuration, settings: Resolved, state: State, changes: Change[]): void {
  const tell: Context['tell'] = (resource, action, fields = []) =>
    void changes.push({ resource, action, fields });
  const context: Context = { configuration, settings, mode: 'destroy', tell };
  for (const orphan of ownBelow(context, state)) release(context, state, orphan);
  const shared = [
    ['log-group', 'logGroup', settings.isLogGroupOwn],
    ['repository', 'repository', settings.isRepositoryOwn],
  ] as const;
  for (const [kind, member, isOwn] of shared) {
    const found = state[member];
    if (found === undefined || settings[member] === undefined || !settings.only.has(kind)) continue;
    if (ignores(configuration.ignore, kind)) continue;
    const owner = ownerOf(found.tags);
    // Who else may use what is shared is seen by the parameters and secrets of other environments.
    if (owner === 'adopted' && (isOwn || !hasNeighbours(settings, state))) {
      delete found.tags['managed-by'];
      tell(kind, 'update', ['tag:managed-by']);
    } else if (owner === 'created' && isOwn && settings.allow.has(`delete-${kind}`)) {
      state[member] = undefined;
      tell(kind, 'delete');
    }
  }
}
