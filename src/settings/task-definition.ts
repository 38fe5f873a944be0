import { definitionIn, isObject, type TaskDefinitionSettings } from './container.ts';
import { parseJsonFile } from './json-file.ts';
import { each, ParseError, quoted } from './parse.ts';
import { DESCRIBE, foreignDocument, foreignText } from './task-definition-shape.ts';

const REMEDY = 'it takes what "aws ecs register-task-definition" takes';

const SOURCE = `Of one that is registered, ${DESCRIBE} prints it`;

/**
 * Checked before anything is written: a task definition that cannot be completed would be found out after the apply.
 * @throws ParseError with what stands in the way, and the remedy
 */
export function readTaskDefinition(
  path: string,
  container: string | undefined,
  readText: (path: string) => string,
): TaskDefinitionSettings {
  const text = readText(path).replace(/^\uFEFF/, '');
  const foreign = foreignText(text);
  if (foreign !== undefined) throw new ParseError(`${path} is ${foreign}; ${REMEDY}. ${SOURCE}`);
  const document = parseJsonFile(text, path, REMEDY);
  const containers = definitionIn(document)['containerDefinitions'];
  if (!Array.isArray(containers) || containers.length === 0) {
    const what = foreignDocument(document, text);
    throw new ParseError(
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
      throw new ParseError(`${path} has ${names.length} containers (${known}); name one by container-name`);
    return 0;
  }
  const index = names.indexOf(container);
  if (index < 0)
    throw new ParseError(`${path} has no container of the name in container-name; it has ${known}`);
  if (names.lastIndexOf(container) !== index)
    throw new ParseError(`${path} has two containers of the name in container-name; give each its own name`);
  return index;
}

/** What is put in goes into lists and objects: what stands in their place would be lost, or could not be written into. */
function judgeContainer(path: string, container: unknown): void {
  if (!isObject(container))
    throw new ParseError(`${path} has a container that is no object; write { "name": …, "image": … }`);
  each(['secrets', 'environment'], (name) => {
    const list = container[name];
    if (list !== undefined && list !== null && !(Array.isArray(list) && list.every(isObject)))
      throw new ParseError(
        `${path}: "${name}" of the container is no list of objects; write [{ "name": …, ${name === 'secrets' ? '"valueFrom"' : '"value"'}: … }]`,
      );
  });
  const { logConfiguration, dockerLabels } = container;
  const options = isObject(logConfiguration) ? logConfiguration['options'] : undefined;
  each(
    Object.entries({ dockerLabels, logConfiguration, 'logConfiguration.options': options }),
    ([name, value]) => {
      if (value !== undefined && value !== null && !isObject(value))
        throw new ParseError(`${path}: "${name}" of the container is no object; write { "name": "value" }`);
    },
  );
}

function nameOf(container: unknown): string {
  const name = isObject(container) ? container['name'] : undefined;
  return typeof name === 'string' ? name : '';
}
