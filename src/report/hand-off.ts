import { configFingerprint, taskDefinitionSecrets } from './ecs.ts';
import * as log from './log.ts';
import { imageByDigest } from './outputs.ts';
import { writePrivate } from './private-file.ts';
import { type Run, standing } from './run.ts';

/**
 * Completes the ECS task definition and writes it into a temporary file.
 * @returns its path; undefined where none was asked for, or where something that the task needs does not stand yet
 */
export async function handOff(run: Run, folder: string | undefined): Promise<string | undefined> {
  const { settings, desired, outcomes } = run;
  const { taskDefinition } = settings.reports;
  if (taskDefinition === undefined || folder === undefined) return undefined;
  const isMissing = outcomes.some(
    ({ change, result }) =>
      result === 'failed' || result === 'skipped' || (result === 'planned' && change.action === 'create'),
  );
  if (isMissing) {
    log.info(`${taskDefinition.path} is not completed: what it would refer to does not stand yet`);
    return undefined;
  }
  const stands = standing(run);
  const { completeTaskDefinition, removalNotes, taskDefinitionNotes } = await import('./task-definition.ts');
  for (const text of taskDefinitionNotes(taskDefinition))
    log.warning({ where: 'input task-definition', text });
  const group = settings.logGroup?.name;
  const secrets = taskDefinitionSecrets(desired.placements, stands);
  for (const text of removalNotes(taskDefinition, { secrets }))
    log.notice({ where: 'input task-definition', text });
  const text = completeTaskDefinition(taskDefinition, {
    secrets,
    image: imageByDigest(run, stands),
    logs:
      group === undefined
        ? undefined
        : { group, region: settings.region, streamPrefix: settings.application },
    fingerprint: configFingerprint(desired.placements, stands),
  });
  return writePrivate(folder, 'task-definition', settings, text);
}
