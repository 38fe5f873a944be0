import { applyEdits, findNodeAtLocation, type JSONPath, modify, parseTree } from 'jsonc-parser';
import {
  type Container,
  containerOf,
  definitionIn,
  type Entry,
  isMissing,
  keepsLogs,
  type TaskDefinitionSettings,
} from '../settings/container.ts';
import { quoted } from '../settings/parse.ts';
import type { EcsSecret } from './ecs.ts';

/** Values to complete a container with; undefined leaves a part unchanged. */
export interface Completion {
  readonly secrets: readonly EcsSecret[];
  readonly image?: string | undefined;
  readonly logs?:
    | { readonly group: string; readonly region: string; readonly streamPrefix: string }
    | undefined;
  readonly fingerprint: string;
}

/** The container's label that shows a missing deployment: it then differs from that of the running task. */
const FINGERPRINT_LABEL = 'aws-bootstrap.config-fingerprint';

/**
 * Edits the text, so that everything else in it stays unchanged: order, spaces, digits of numbers.
 * @returns a task definition that ECS accepts
 */
export function completeTaskDefinition(settings: TaskDefinitionSettings, completion: Completion): string {
  const text = registrable(settings.text);
  const { container: index } = settings;
  const container = containerOf(settings);
  const at = (...path: JSONPath): JSONPath => ['containerDefinitions', index, ...path];
  let completed = text;
  const set = (path: JSONPath, value: unknown) => {
    completed = edited(completed, path, value);
  };

  if (completion.image !== undefined) set(at('image'), completion.image);
  const ours = new Set<unknown>(completion.secrets.map(({ name }) => name));
  for (const place of placesOf(container.environment, ({ name }) => ours.has(name)))
    set(at('environment', place), undefined);
  completeSecrets(container, completion.secrets, at, set);
  if (completion.logs !== undefined && !keepsLogs(settings))
    completeLogs(container, completion.logs, at, set);
  // Some tools write null for an absent object, and nothing can be inserted into it.
  if (container.dockerLabels === null) set(at('dockerLabels'), {});
  set(at('dockerLabels', FINGERPRINT_LABEL), completion.fingerprint);
  return completed;
}

type Set = (path: JSONPath, value: unknown) => void;
type At = (...path: JSONPath) => JSONPath;
type List = readonly Entry[] | null | undefined;

/** @returns the places of the entries, from the end, so that the places of those before stay as they are */
function placesOf(list: List, isMeant: (entry: Entry, place: number) => boolean): number[] {
  return (list ?? []).flatMap((entry, place) => (isMeant(entry, place) ? [place] : [])).reverse();
}

/** ECS refuses a repeated name. The first entry is kept; repeated entries of other names are equal. */
function isRepeated(list: List): (entry: Entry, place: number) => boolean {
  const names = (list ?? []).map(({ name }) => name);
  return ({ name }, place) => typeof name === 'string' && names.indexOf(name) < place;
}

function completeSecrets(container: Container, secrets: readonly EcsSecret[], at: At, set: Set): void {
  const given = container.secrets ?? [];
  const isDouble = isRepeated(given);
  for (const place of placesOf(given, isDouble)) set(at('secrets', place), undefined);
  const existing = given.filter((entry, place) => !isDouble(entry, place)).map(({ name }) => name);
  if (existing.length === 0) {
    if (secrets.length > 0) set(at('secrets'), secrets);
    return;
  }
  let end = existing.length;
  for (const secret of secrets) {
    const place = existing.indexOf(secret.name);
    if (place >= 0) set(at('secrets', place, 'valueFrom'), secret.valueFrom);
    else set(at('secrets', end++), secret);
  }
}

function completeLogs(
  { logConfiguration }: Container,
  { group, region, streamPrefix }: NonNullable<Completion['logs']>,
  at: At,
  set: Set,
): void {
  const options = { 'awslogs-group': group, 'awslogs-region': region, 'awslogs-stream-prefix': streamPrefix };
  if (isMissing(logConfiguration) || Object.keys(logConfiguration ?? {}).length === 0) {
    set(at('logConfiguration'), { logDriver: 'awslogs', options });
    return;
  }
  if (isMissing(logConfiguration?.logDriver)) set(at('logConfiguration', 'logDriver'), 'awslogs');
  if (logConfiguration?.options === null) set(at('logConfiguration', 'options'), {});
  for (const [option, value] of Object.entries(options)) {
    const isChosen = option === 'awslogs-stream-prefix' && logConfiguration?.options?.[option] !== undefined;
    if (!isChosen) set(at('logConfiguration', 'options', option), value);
  }
}

/** @returns notes on problems that ECS reports only when a task does not start. */
export function taskDefinitionNotes(settings: TaskDefinitionSettings): string[] {
  const { path, text } = settings;
  const notes: string[] = [];
  if (isMissing(definitionIn(JSON.parse(text))['executionRoleArn']))
    notes.push(
      `${path} has no executionRoleArn: without it ECS cannot read the secrets (iam-policies: true prints the policy it needs)`,
    );
  if (keepsLogs(settings))
    notes.push(`${path}: its log driver is not awslogs, so the log configuration is left as it is`);
  return notes;
}

/** @returns notes on removed parts of the file, and on plain values in other containers */
export function removalNotes(
  settings: TaskDefinitionSettings,
  { secrets }: Pick<Completion, 'secrets'>,
): string[] {
  const { path, text, container: index } = settings;
  const definition = definitionIn(JSON.parse(text));
  const container = containerOf(settings);
  const ours = new Set<unknown>(secrets.map(({ name }) => name));
  const isOurs = ({ name }: Entry) => ours.has(name);
  // A name of no variable may be any text.
  const namesOf = (entries: readonly Entry[]) =>
    [...new Set(entries.map(({ name }) => (ours.has(name) ? name : quoted(String(name)))))].join(', ');
  const notes: string[] = [];
  const members = READ_ONLY.filter((member) => Object.hasOwn(definition, member));
  if (members.length > 0)
    notes.push(`left out, since register-task-definition refuses them: ${members.join(', ')}`);
  const plain = namesOf((container.environment ?? []).filter(isOurs));
  if (plain !== '') notes.push(`taken out of environment, since they are in secrets now: ${plain}`);
  const double = namesOf((container.secrets ?? []).filter(isRepeated(container.secrets)));
  if (double !== '') notes.push(`more than once in secrets, and left in once: ${double}`);
  for (const [place, other] of containersOf(definition).entries()) {
    const left = place === index ? '' : namesOf((listOf(other?.environment) ?? []).filter(isOurs));
    if (left !== '')
      notes.push(`the container ${quoted(String(other?.name))} still has these in its environment: ${left}`);
  }
  return notes.map((note) => `${path}: ${note}`);
}

function containersOf(definition: Readonly<Record<string, unknown>>): ReadonlyArray<Container | null> {
  return definition['containerDefinitions'] as ReadonlyArray<Container | null>;
}

/** Other containers are not validated, so a list may be anything. */
function listOf(value: unknown): readonly Entry[] | undefined {
  return Array.isArray(value)
    ? value.filter((entry) => typeof entry === 'object' && entry !== null)
    : undefined;
}

/**
 * Fields that AWS returns for a registered task definition, and refuses in a new one.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskDefinition.html
 */
const READ_ONLY = [
  'taskDefinitionArn',
  'revision',
  'status',
  'requiresAttributes',
  'compatibilities',
  'registeredAt',
  'registeredBy',
  'deregisteredAt',
  'deleteRequestedAt',
] as const;

/** @returns the task definition alone, also from the response of describe-task-definition, without fields that AWS refuses */
function registrable(text: string): string {
  const document = JSON.parse(text) as { readonly tags?: unknown };
  const definition = definitionIn(document);
  let bare = definition === document ? text : unwrapped(text);
  for (const member of READ_ONLY)
    if (Object.hasOwn(definition, member)) bare = edited(bare, [member], undefined);
  const { tags } = document;
  const hasTags = definition !== document && Array.isArray(tags) && tags.length > 0;
  return hasTags && definition['tags'] === undefined ? edited(bare, ['tags'], tags) : bare;
}

function unwrapped(text: string): string {
  const root = parseTree(text);
  const node = root && findNodeAtLocation(root, ['taskDefinition']);
  if (node === undefined) return text;
  const [, indent = ''] = /(?:^|\n)([ \t]*)"taskDefinition"\s*:\s*$/.exec(text.slice(0, node.offset)) ?? [];
  const inner = text.slice(node.offset, node.offset + node.length).replaceAll(`\n${indent}`, '\n');
  return `${inner}${/\r?\n$/.exec(text)?.[0] ?? ''}`;
}

function edited(text: string, path: JSONPath, value: unknown): string {
  return applyEdits(text, modify(text, path, value, { formattingOptions: formattingOf(text) }));
}

/** Inserted text is formatted like the rest of the file. */
function formattingOf(text: string) {
  const indent = /\n([ \t]+)\S/.exec(text)?.[1] ?? '  ';
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  return {
    insertSpaces: !indent.startsWith('\t'),
    tabSize: indent.startsWith('\t') ? 1 : indent.length,
    eol,
  };
}
