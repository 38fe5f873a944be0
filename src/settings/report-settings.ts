import { COMMENT_ON_PR, type CommentOnPr } from './choices.ts';
import type { TaskDefinitionSettings } from './container.ts';
import { type DocumentSource, readersOf } from './document-source.ts';
import { readBoolean, readChoice } from './parse.ts';
import type { SettingSources } from './setting-sources.ts';

/** The reports and their places. */
export interface ReportSettings {
  readonly commentOnPr: CommentOnPr;
  readonly driftIssue: boolean;
  /** The summary has the IAM policies of this configuration. */
  readonly policies: boolean;
  readonly taskDefinition: TaskDefinitionSettings | undefined;
}

export function readReportSettings(sources: SettingSources, source: DocumentSource): ReportSettings {
  const container = sources.read<string | undefined>('container-name', undefined, (value) =>
    String(value).trim(),
  );
  const taskDefinition = sources.read<TaskDefinitionSettings | undefined>(
    'task-definition',
    undefined,
    (value) => readersOf(source).readTaskDefinition(String(value).trim(), container, source.readText),
  );
  if (container !== undefined && sources.get('task-definition') === undefined)
    sources.fault('container-name', 'it names a container of task-definition, which is not given');
  return {
    commentOnPr: sources.read('comment-on-pr', 'changes-only', (value) => readChoice(value, COMMENT_ON_PR)),
    driftIssue: sources.read('drift-issue', false, readBoolean),
    policies: sources.read('iam-policies', false, readBoolean),
    taskDefinition,
  };
}
