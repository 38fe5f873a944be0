import {
  configFingerprint,
  existingWithReferences,
  neededDestinations,
  taskDefinitionSecrets,
  variablesWithout,
} from './ecs.ts';
import * as log from './log.ts';
import { imageByDigest } from './outputs.ts';
import { writePrivate } from './private-file.ts';
import type { References, Run } from './run.ts';

/** The completed file, or the reason for its absence. */
export interface EcsIntegration {
  readonly path?: string;
  /** References that are missing although the run is complete. */
  readonly missing?: string;
}

/**
 * Completes the ECS task definition and writes it into a temporary file: whole, or not at all.
 * @param folder the runner's temporary folder; without one there is no file
 */
export async function completeFile(run: Run, folder: string | undefined): Promise<EcsIntegration> {
  const { settings, outcomes, references } = run;
  const { taskDefinition } = settings.reports;
  if (taskDefinition === undefined || folder === undefined) return {};
  // Missing references beyond the plan were reported before it.
  if (references === undefined || references.missing.length > 0) return {};
  const isMissing = outcomes.some(
    ({ change, result }) =>
      result === 'failed' ||
      result === 'skipped' ||
      (result === 'planned' && change.action === 'create') ||
      // The image behind the tag is then another than the configured one.
      (change.kind === 'Image' && (result === 'planned' || result === 'blocked')),
  );
  if (isMissing) {
    log.info(`${taskDefinition.path} is not completed: what it would refer to does not exist yet`);
    return {};
  }
  const existing = existingWithReferences(run);
  const { completeTaskDefinition, removalNotes, taskDefinitionNotes } = await import('./task-definition.ts');
  const destinations = neededDestinations(run);
  const image = imageByDigest(run, existing);
  const logs = logsOf(run, existing);
  const missing = [
    ...variablesWithout(destinations, existing),
    ...(settings.image !== undefined && image === undefined ? ['the image'] : []),
    ...(settings.logGroup !== undefined && logs === undefined
      ? [`the log group ${settings.logGroup.name}`]
      : []),
  ];
  if (missing.length > 0) {
    const text = `${taskDefinition.path} is not completed: there is nothing yet to refer to for ${missing.join(', ')}`;
    log.info(text);
    return { missing: text };
  }
  const secrets = taskDefinitionSecrets(destinations, existing);
  for (const text of taskDefinitionNotes(taskDefinition))
    log.warning({ where: 'input task-definition', text });
  for (const text of removalNotes(taskDefinition, { secrets }))
    log.notice({ where: 'input task-definition', text });
  const text = completeTaskDefinition(taskDefinition, {
    secrets,
    image,
    logs,
    fingerprint: configFingerprint(destinations, existing),
  });
  return { path: writePrivate(folder, 'task-definition', settings, text) };
}

function logsOf({ settings }: Run, existing: References['existing']) {
  const group = settings.logGroup?.name ?? settings.referred?.logGroup;
  if (group === undefined || existing('AWS::Logs::LogGroup', group) === undefined) return undefined;
  return { group, region: settings.region, streamPrefix: settings.application };
}
