import { applyEdits, type JSONPath, modify } from 'jsonc-parser';
import type { TaskDefinitionSettings } from '../settings/task-definition.ts';
import type { EcsSecret } from './ecs.ts';

/** What a container is completed with; what is undefined is left as it stands. */
export interface Completion {
  readonly secrets: readonly EcsSecret[];
  readonly image?: string | undefined;
  readonly logs?:
    | { readonly group: string; readonly region: string; readonly streamPrefix: string }
    | undefined;
  readonly fingerprint: string;
}

/** The container's label by which a deployment that never came is noticed: it is not that of the running task. */
const FINGERPRINT_LABEL = 'aws-bootstrap.config-fingerprint';

/** What is read of a container; that it is of this shape was found out before anything was written. */
interface Container {
  readonly secrets?: readonly Entry[] | null;
  readonly environment?: readonly Entry[] | null;
  readonly logConfiguration?: {
    readonly logDriver?: unknown;
    readonly options?: Readonly<Record<string, unknown>> | null;
  } | null;
  readonly dockerLabels?: object | null;
}

interface Entry {
  readonly name?: unknown;
}

/**
 * Completes the text, so that everything else in it stays as it is written: order, spaces, the digits of numbers.
 * @returns a task definition that ECS takes as it is
 */
export function completeTaskDefinition(
  { text, container: index }: TaskDefinitionSettings,
  completion: Completion,
): string {
  const container = containerOf(text, index);
  const at = (...path: JSONPath): JSONPath => ['containerDefinitions', index, ...path];
  const formattingOptions = formattingOf(text);
  let completed = text;
  const set = (path: JSONPath, value: unknown) => {
    completed = applyEdits(completed, modify(completed, path, value, { formattingOptions }));
  };

  if (completion.image !== undefined) set(at('image'), completion.image);
  const names = new Set<unknown>(completion.secrets.map(({ name }) => name));
  const environment = container.environment ?? [];
  // From the end, so that the places of those before stay as they are.
  for (const [place, { name }] of [...environment.entries()].reverse())
    if (names.has(name)) set(at('environment', place), undefined);
  completeSecrets(container, completion.secrets, at, set);
  if (completion.logs !== undefined) completeLogs(container, completion.logs, at, set);
  // Nothing can be put into null, by which some tools write what is not there.
  if (container.dockerLabels === null) set(at('dockerLabels'), {});
  set(at('dockerLabels', FINGERPRINT_LABEL), completion.fingerprint);
  return completed;
}

type Set = (path: JSONPath, value: unknown) => void;
type At = (...path: JSONPath) => JSONPath;

function completeSecrets(container: Container, secrets: readonly EcsSecret[], at: At, set: Set): void {
  const standing = (container.secrets ?? []).map(({ name }) => name);
  if (standing.length === 0) {
    if (secrets.length > 0) set(at('secrets'), secrets);
    return;
  }
  let end = standing.length;
  for (const secret of secrets) {
    const place = standing.indexOf(secret.name);
    if (place >= 0) set(at('secrets', place, 'valueFrom'), secret.valueFrom);
    else set(at('secrets', end++), secret);
  }
}

/** Another log driver was chosen on purpose, and stays. */
function completeLogs(
  { logConfiguration }: Container,
  { group, region, streamPrefix }: NonNullable<Completion['logs']>,
  at: At,
  set: Set,
): void {
  if (!takesLogs(logConfiguration)) return;
  const options = { 'awslogs-group': group, 'awslogs-region': region, 'awslogs-stream-prefix': streamPrefix };
  if (logConfiguration === undefined || logConfiguration === null) {
    set(at('logConfiguration'), { logDriver: 'awslogs', options });
    return;
  }
  if (logConfiguration.options === null) set(at('logConfiguration', 'options'), {});
  for (const [option, value] of Object.entries(options)) {
    const isChosen = option === 'awslogs-stream-prefix' && logConfiguration.options?.[option] !== undefined;
    if (!isChosen) set(at('logConfiguration', 'options', option), value);
  }
}

function takesLogs(configuration: Container['logConfiguration']): boolean {
  return configuration === undefined || configuration === null || configuration.logDriver === 'awslogs';
}

/** @returns what people should know about the file, and ECS tells only when a task does not start. */
export function taskDefinitionNotes({ path, text, container: index }: TaskDefinitionSettings): string[] {
  const notes: string[] = [];
  const definition = JSON.parse(text) as { executionRoleArn?: unknown };
  const container = containerOf(text, index);
  if (definition.executionRoleArn === undefined)
    notes.push(
      `${path} has no executionRoleArn: without it ECS cannot read the secrets (iam-policies: true prints the policy it needs)`,
    );
  if (!takesLogs(container.logConfiguration))
    notes.push(`${path}: its log driver is not awslogs, so the log configuration is left as it is`);
  return notes;
}

function containerOf(text: string, index: number): Container {
  return JSON.parse(text).containerDefinitions[index];
}

/** What is put in looks like what stands around it. */
function formattingOf(text: string) {
  const indent = /\n([ \t]+)\S/.exec(text)?.[1] ?? '  ';
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  return {
    insertSpaces: !indent.startsWith('\t'),
    tabSize: indent.startsWith('\t') ? 1 : indent.length,
    eol,
  };
}
