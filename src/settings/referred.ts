import { logGroupName, type Names, repositoryName } from './application.ts';
import type { Part } from './choices.ts';
import { keepsLogs, type TaskDefinitionSettings } from './container.ts';
import { type ImageSettings, readImage } from './image.ts';
import type { SettingSources } from './setting-sources.ts';

/** What a task definition refers to and `only` leaves out: it is read, and neither compared nor written. */
export interface Referred {
  readonly parameters: boolean;
  readonly secrets: boolean;
  /** Undefined where the run looks after it, where there is none, or where the container logs elsewhere. */
  readonly logGroup: string | undefined;
  /** The image that a run of everything would push; undefined where none is given. */
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

/** The image need not be on this machine: its tag tells which one is meant. */
function imageBefore(sources: SettingSources, names: Names, region: string): Referred['image'] {
  const image = readImage(sources);
  const repository = repositoryName(sources, names, region);
  return image === undefined || repository === undefined
    ? undefined
    : { ...image, repository: repository.name, account: repository.account };
}
