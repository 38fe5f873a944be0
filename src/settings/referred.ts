import { logGroupName, type Names, repositoryName } from './application.ts';
import type { Part } from './choices.ts';
import { keepsLogs, type TaskDefinitionSettings } from './container.ts';
import { type ImageSettings, readImage } from './image.ts';
import type { SettingSources } from './setting-sources.ts';

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
