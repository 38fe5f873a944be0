import { quoted } from './parse.ts';

/** An ECS task definition that waits to be completed. */
export interface TaskDefinitionSettings {
  readonly path: string;
  /** As it is written: fields of the user stay, to the digit. */
  readonly text: string;
  /** The index of the container that is completed. */
  readonly container: number;
}

/** @returns the task definition itself, also where the answer of describe-task-definition surrounds it */
export function definitionIn(document: unknown): Readonly<Record<string, unknown>> {
  const parts = partsOf(document);
  return parts['containerDefinitions'] === undefined && isObject(parts['taskDefinition'])
    ? parts['taskDefinition']
    : parts;
}

/** The parts of a container that this action reads; their shape was validated with the file. */
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
  const containers = definitionIn(JSON.parse(text))['containerDefinitions'] as readonly Container[];
  return containers[container] ?? {};
}

/** Tools write absent values as null, and as an empty text. */
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
 * ECS refuses a name that comes twice. An entry that this action sets is corrected; of others, only the user knows
 * the right one.
 * @param filled names that this action sets
 * @returns the error and the remedy
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

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function partsOf(value: unknown): Readonly<Record<string, unknown>> {
  return isObject(value) ? value : {};
}
