import { placeOfKey } from './json-place.ts';

/** Common documents that are no task definition, by name. */

/** It prints a valid input. */
export const DESCRIBE =
  'aws ecs describe-task-definition --task-definition FAMILY --query taskDefinition --output json';

type Parts = Readonly<Record<string, unknown>>;

/** By the lines of a text that does not begin like JSON. The first match counts. */
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
export function foreignText(text: string): string | undefined {
  if (/^\s*[{[]/.test(text)) return undefined;
  const what = TEXTS.find(([form]) => form.test(text))?.[1];
  return what === undefined ? undefined : `${what}, and not JSON`;
}

const isObject = (value: unknown): value is Parts =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

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
export function foreignDocument(document: unknown, text: string): string | undefined {
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
