import { logGroupName, type Names, repositoryName } from './application.ts';
import { COMMENT_ON_PR, type CommentOnPr, type Part } from './choices.ts';
import { keepsLogs, type TaskDefinitionSettings } from './container.ts';
import { type ImageSettings, readImage } from './image.ts';
import { readBoolean, readChoice } from './parse.ts';
import { type DocumentSource, readersOf, type SettingSources } from './setting-sources.ts';

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

/** Resources that a task definition references and `only` leaves out: they are read, never compared or written. */
export interface Referred {
  readonly parameters: boolean;
  readonly secrets: boolean;
  /** Undefined if the run manages it, if there is none, or if the container logs elsewhere. */
  readonly logGroup: string | undefined;
  /** The image that a run of everything would push; undefined if none is given. */
  readonly image:
    | (ImageSettings & { readonly repository: string; readonly account: string | undefined })
    | undefined;
}

export function readReferred(
  sources: SettingSources,
  names: Names,
  region: string,
  only: ReadonlySet<Part>,
  taskDefinition: TaskDefinitionSettings,
): Referred {
  return {
    parameters: !only.has('parameters'),
    secrets: !only.has('secrets'),
    logGroup: only.has('log-group') || keepsLogs(taskDefinition) ? undefined : logGroupName(sources, names),
    image: only.has('image') ? undefined : imageBefore(sources, names, region),
  };
}

/** The image need not be on this machine: its tag identifies it. */
function imageBefore(sources: SettingSources, names: Names, region: string): Referred['image'] {
  const image = readImage(sources);
  const repository = repositoryName(sources, names, region);
  return image === undefined || repository === undefined
    ? undefined
    : { ...image, repository: repository.name, account: repository.account };
}
