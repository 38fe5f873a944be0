import { COMMENT_ON_PR, type CommentOnPr } from './choices.ts';
import type { TaskDefinitionSettings } from './container.ts';
import { type DocumentSource, readersOf } from './document-source.ts';
import type { Layers } from './layers.ts';
import { readBoolean, readChoice } from './texts.ts';

/** What is told where. */
export interface ReportSettings {
  readonly commentOnPr: CommentOnPr;
  readonly driftIssue: boolean;
  /** The IAM policies of this configuration stand in the summary. */
  readonly policies: boolean;
  readonly taskDefinition: TaskDefinitionSettings | undefined;
}

export function readReportSettings(layers: Layers, source: DocumentSource): ReportSettings {
  const container = layers.read<string | undefined>('container-name', undefined, (value) =>
    String(value).trim(),
  );
  const taskDefinition = layers.read<TaskDefinitionSettings | undefined>(
    'task-definition',
    undefined,
    (value) => readersOf(source).readTaskDefinition(String(value).trim(), container, source.readText),
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
