import { definitionIn, isObject, type TaskDefinitionSettings } from './container.ts';
import { parseJsonFile, placeOfKey } from './json-file.ts';
import { each, ParseError, quoted } from './parse.ts';

const REMEDY = 'it takes what "aws ecs register-task-definition" takes';

/** It prints a valid input. */
const DESCRIBE =
  'aws ecs describe-task-definition --task-definition FAMILY --query taskDefinition --output json';

const SOURCE = `Of one that is registered, ${DESCRIBE} prints it`;

/**
 * Checked before the first write: otherwise the error would show only after the apply.
 * @throws ParseError with the reason and the remedy
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
  checkContainer(path, containers[index]);
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

/** The action adds to lists and objects: values of another type would be lost, or could not be extended. */
function checkContainer(path: string, container: unknown): void {
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

/** Other documents by the lines of a text that does not begin like JSON. The first match counts. */
const TEXTS: ReadonlyArray<readonly [form: RegExp, what: string]> = [
  [/^[ \t]*resource\s+"/m, 'a Terraform file'],
  [/^["']?services["']?\s*:/m, 'a Docker Compose file'],
  [
    /^type\s*:\s*['"]?(?:Load Balanced Web Service|Backend Service|Worker Service|Request-Driven Web Service|Scheduled Job|Static Site)/m,
    'a manifest of AWS Copilot',
  ],
  [/^["']?(?:AWSTemplateFormatVersion|Resources)["']?\s*:/m, 'a CloudFormation template in YAML'],
  [/^[ \t]*["']?(?:family|containerDefinitions|taskDefinition)["']?\s*:/m, 'a task definition in YAML'],
  [/^\s*<\w/, 'a file of XML or HTML'],
];

/** @returns the kind of a text that does not begin like JSON; undefined if unknown */
function foreignText(text: string): string | undefined {
  if (/^\s*[{[]/.test(text)) return undefined;
  const what = TEXTS.find(([form]) => form.test(text))?.[1];
  return what === undefined ? undefined : `${what}, and not JSON`;
}

/** By a member that a task definition does not have; the first match counts. */
const OBJECTS: ReadonlyArray<readonly [key: string, what: string, fits?: (value: unknown) => boolean]> = [
  ['serviceName', 'a service, what "aws ecs create-service" takes'],
  ['services', 'the answer of describe-services', Array.isArray],
  ['services', 'a Docker Compose file', isObject],
  ['taskDefinitionArns', 'the answer of list-task-definitions'],
  ['Resources', 'a deployment of CodeDeploy (an AppSpec file)', Array.isArray],
  ['Resources', 'a CloudFormation template, as CDK and Copilot make it'],
  ['ContainerDefinitions', 'the properties of a task definition in CloudFormation'],
  ['container_definitions', 'a task definition of Terraform'],
  ['resource', 'a Terraform file'],
  ['containerOverrides', 'the overrides of a task, what "aws ecs run-task" takes'],
  ['overrides', 'what "aws ecs run-task" takes'],
  ['cluster', 'a service, what "aws ecs create-service" takes'],
  ['desiredCount', 'a service, what "aws ecs create-service" takes'],
  ['image', 'one container definition, to be put into { "family": …, "containerDefinitions": [ … ] }'],
];

/** @returns the kind of a JSON document without a list of containers, and the deciding member; undefined if unknown */
function foreignDocument(document: unknown, text: string): string | undefined {
  if (Array.isArray(document)) return foreignList(document);
  if (!isObject(document)) return undefined;
  const found = OBJECTS.find(
    ([key, , fits]) => Object.hasOwn(document, key) && fits?.(document[key]) !== false,
  );
  if (found === undefined) return undefined;
  const [key, what] = found;
  return `${what} ("${key}" at ${placeOfKey(text, key)})`;
}

function foreignList(list: readonly unknown[]): string | undefined {
  const [first] = list;
  if (!isObject(first)) return undefined;
  if (isObject(first['taskDefinition']) || Array.isArray(first['containerDefinitions']))
    return 'a list of task definitions; take the one out of its brackets';
  if (Object.hasOwn(first, 'imageUri')) return 'a list of images for CodePipeline (imagedefinitions.json)';
  if (Object.hasOwn(first, 'image')) return 'a list of containers, without the task definition around it';
  return undefined;
}
