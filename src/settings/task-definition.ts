import { parseJsonFile } from './json-file.ts';
import { DESCRIBE, foreignDocument, foreignText } from './task-definition-shape.ts';
import { each, quoted, Unclear } from './texts.ts';

/** An ECS task definition that waits to be completed. */
export interface TaskDefinitionSettings {
  readonly path: string;
  /** As it is written: what is not ours stays, to the digit. */
  readonly text: string;
  /** The index of the container that is completed. */
  readonly container: number;
}

const REMEDY = 'it takes what "aws ecs register-task-definition" takes';

const SOURCE = `Of one that is registered, ${DESCRIBE} prints it`;

/** @returns the task definition itself, also where the answer of describe-task-definition surrounds it */
export function definitionIn(document: unknown): Readonly<Record<string, unknown>> {
  const parts = partsOf(document);
  return parts.containerDefinitions === undefined && isObject(parts.taskDefinition)
    ? parts.taskDefinition
    : parts;
}

/**
 * Checked before anything is written: a task definition that cannot be completed would be found out after the apply.
 * @throws Unclear with what stands in the way, and the remedy
 */
export function readTaskDefinition(
  path: string,
  container: string | undefined,
  readText: (path: string) => string,
): TaskDefinitionSettings {
  const text = readText(path).replace(/^\uFEFF/, '');
  const foreign = foreignText(text);
  if (foreign !== undefined) throw new Unclear(`${path} is ${foreign}; ${REMEDY}. ${SOURCE}`);
  const document = parseJsonFile(text, path, REMEDY);
  const containers = definitionIn(document).containerDefinitions;
  if (!Array.isArray(containers) || containers.length === 0) {
    const what = foreignDocument(document, text);
    throw new Unclear(
      `${path} has no containerDefinitions${what === undefined ? '' : `: it is ${what}`}; ${REMEDY}. ${SOURCE}`,
    );
  }
  const names = containers.map((entry: unknown) => nameOf(entry));
  const index = choose(path, names, container);
  judgeContainer(path, containers[index]);
  return { path, text, container: index };
}

function choose(path: string, names: readonly string[], container: string | undefined): number {
  const known = names.map(quoted).join(', ');
  if (container === undefined) {
    if (names.length > 1)
      throw new Unclear(`${path} has ${names.length} containers (${known}); name one by container-name`);
    return 0;
  }
  const index = names.indexOf(container);
  if (index < 0) throw new Unclear(`${path} has no container of the name in container-name; it has ${known}`);
  if (names.lastIndexOf(container) !== index)
    throw new Unclear(`${path} has two containers of the name in container-name; give each its own name`);
  return index;
}

/** What is put in goes into lists and objects: what stands in their place would be lost, or could not be written into. */
function judgeContainer(path: string, container: unknown): void {
  if (!isObject(container))
    throw new Unclear(`${path} has a container that is no object; write { "name": …, "image": … }`);
  each(['secrets', 'environment'], (name) => {
    const list = container[name];
    if (list !== undefined && list !== null && !(Array.isArray(list) && list.every(isObject)))
      throw new Unclear(
        `${path}: "${name}" of the container is no list of objects; write [{ "name": …, ${name === 'secrets' ? '"valueFrom"' : '"value"'}: … }]`,
      );
  });
  const { logConfiguration, dockerLabels } = container;
  const options = isObject(logConfiguration) ? logConfiguration.options : undefined;
  each(
    Object.entries({ dockerLabels, logConfiguration, 'logConfiguration.options': options }),
    ([name, value]) => {
      if (value !== undefined && value !== null && !isObject(value))
        throw new Unclear(`${path}: "${name}" of the container is no object; write { "name": "value" }`);
    },
  );
}

/** What is read of a container; that it is of this shape was found out when the file was read. */
export interface Container {
  readonly name?: unknown;
  readonly secrets?: readonly Entry[] | null;
  readonly environment?: readonly Entry[] | null;
  readonly logConfiguration?: {
    readonly logDriver?: unknown;
    readonly options?: Readonly<Record<string, unknown>> | null;
  } | null;
  readonly dockerLabels?: object | null;
}

export interface Entry {
  readonly name?: unknown;
  readonly valueFrom?: unknown;
}

/** @returns the container that is completed */
export function containerOf({
  text,
  container,
}: Pick<TaskDefinitionSettings, 'text' | 'container'>): Container {
  const containers = definitionIn(JSON.parse(text)).containerDefinitions as readonly Container[];
  return containers[container] ?? {};
}

/** Tools write what is not there as null, and as an empty text. */
export const isMissing = (value: unknown): value is undefined | null | '' =>
  value === undefined || value === null || (typeof value === 'string' && value.trim() === '');

/** @returns whether another log driver was chosen, which is then left as it is */
export function keepsLogs(settings: Pick<TaskDefinitionSettings, 'text' | 'container'>): boolean {
  const driver = containerOf(settings).logConfiguration?.logDriver;
  return !isMissing(driver) && driver !== 'awslogs';
}

/** @returns the log group that the container names itself */
export function ownLogGroup(settings: TaskDefinitionSettings): string | undefined {
  const group = containerOf(settings).logConfiguration?.options?.['awslogs-group'];
  return typeof group === 'string' && !isMissing(group) ? group : undefined;
}

/**
 * ECS refuses a name that comes twice. One that this action fills in is put right; of the others only the user knows which
 * entry is meant.
 * @param filled names that this action fills in
 * @returns what is wrong, and what to do
 */
export function repeatedNames(settings: TaskDefinitionSettings, filled: ReadonlySet<string>): string[] {
  const { path } = settings;
  const container = containerOf(settings);
  const listOf = (key: 'secrets' | 'environment') =>
    (container[key] ?? []).filter(({ name }) => typeof name === 'string' && !filled.has(name));
  const secrets = listOf('secrets');
  const values = new Map<unknown, Set<unknown>>();
  for (const { name, valueFrom } of secrets) values.set(name, (values.get(name) ?? new Set()).add(valueFrom));
  const plain = new Set(listOf('environment').map(({ name }) => name));
  return [...values].flatMap(([name, references]) => {
    const shown = quoted(String(name));
    if (references.size > 1)
      return [
        `${path}: "secrets" of the container has ${shown} twice, which ECS refuses; keep one of the two`,
      ];
    if (plain.has(name))
      return [
        `${path}: ${shown} is in "environment" and in "secrets" of the container, which ECS refuses; keep one of the two`,
      ];
    return [];
  });
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function partsOf(value: unknown): Readonly<Record<string, unknown>> {
  return isObject(value) ? value : {};
}

function nameOf(container: unknown): string {
  const { name } = partsOf(container);
  return typeof name === 'string' ? name : '';
}
