import type { Layers } from './layers.ts';
import { readBoolean, readChoice, Unclear } from './texts.ts';

export const COMMENT_ON_PR = ['always', 'changes-only', 'false'] as const;
export type CommentOnPr = (typeof COMMENT_ON_PR)[number];

/** An ECS task definition that waits to be completed. */
export interface TaskDefinitionSettings {
  readonly path: string;
  /** As it is written: what is not ours stays, to the digit. */
  readonly text: string;
  /** The index of the container that is completed. */
  readonly container: number;
}

/** What is told where. */
export interface ReportSettings {
  readonly commentOnPr: CommentOnPr;
  readonly driftIssue: boolean;
  /** The IAM policies of this configuration stand in the summary. */
  readonly policies: boolean;
  readonly taskDefinition: TaskDefinitionSettings | undefined;
}

export function readReportSettings(layers: Layers, readText: (path: string) => string): ReportSettings {
  const container = layers.read<string | undefined>('container-name', undefined, (value) =>
    String(value).trim(),
  );
  const taskDefinition = layers.read<TaskDefinitionSettings | undefined>(
    'task-definition',
    undefined,
    (value) => readTaskDefinition(String(value).trim(), container, readText),
  );
  if (container !== undefined && layers.get('task-definition') === undefined)
    layers.fault('container-name', 'it names a container of task-definition, which is not given');
  return {
    commentOnPr: layers.read('comment-on-pr', 'changes-only', (value) => readChoice(value, COMMENT_ON_PR)),
    driftIssue: layers.read('drift-issue', false, readBoolean),
    policies: layers.read('iam-policies', false, readBoolean),
    taskDefinition,
  };
}

/** Checked before anything is written: a task definition that cannot be completed would be found out after the apply. */
function readTaskDefinition(
  path: string,
  container: string | undefined,
  readText: (path: string) => string,
): TaskDefinitionSettings {
  const text = readText(path).replace(/^\uFEFF/, '');
  let definition: unknown;
  try {
    definition = JSON.parse(text);
  } catch {
    throw new Unclear(`${path} is not JSON`);
  }
  const containers = (definition as { containerDefinitions?: unknown } | null)?.containerDefinitions;
  if (!Array.isArray(containers) || containers.length === 0)
    throw new Unclear(
      `${path} has no containerDefinitions; it takes what "aws ecs register-task-definition" takes`,
    );
  const names = containers.map((entry: unknown) => String((entry as { name?: unknown } | null)?.name ?? ''));
  const known = names.map((name) => `"${name.slice(0, 60)}"`).join(', ');
  if (container === undefined) {
    if (containers.length > 1)
      throw new Unclear(`${path} has ${containers.length} containers (${known}); name one by container-name`);
    return { path, text, container: 0 };
  }
  const index = names.indexOf(container);
  if (index < 0) throw new Unclear(`${path} has no container of the name in container-name; it has ${known}`);
  return { path, text, container: index };
}
