import { parseJsonFile } from './json-file.ts';
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
  const definition = partsOf(parseJsonFile(text, path, REMEDY));
  const containers = definition.containerDefinitions;
  if (!Array.isArray(containers) || containers.length === 0)
    throw new Unclear(
      definition.taskDefinition === undefined
        ? `${path} has no containerDefinitions; ${REMEDY}`
        : `${path} is the answer of describe-task-definition; take what stands in its "taskDefinition"`,
    );
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
