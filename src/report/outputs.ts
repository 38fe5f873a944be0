import * as core from '@actions/core';
import { imageTagsOf, type Spec } from '../model/spec.ts';
import { count, isDrifted, planDocument, planHash } from '../plan/plan-document.ts';
import {
  configFingerprint,
  existingWithReferences,
  neededDestinations,
  references,
  taskDefinitionSecrets,
} from './ecs.ts';
import type { Gate } from './gate.ts';
import { type Price, plannedPrice, price } from './price.ts';
import { writePrivate } from './private-file.ts';
import { existingAfter, hasNewValue, type Run } from './run.ts';

/**
 * @param taskDefinition path of the completed file
 * @returns every output by name; none of them holds a value
 */
export function outputs(run: Run, taskDefinition = ''): Map<string, string> {
  const { settings, desired, plan, outcomes } = run;
  const counts = count(plan);
  const document = planDocument(settings, plan, run.gate, run.binding);
  const existing = existingAfter(run);
  const needed = neededDestinations(run);
  const existingForTask = existingWithReferences(run);
  const json = (map: ReadonlyMap<string, string>) => JSON.stringify(Object.fromEntries(map));
  const logGroup =
    settings.logGroup === undefined ? undefined : existing('AWS::Logs::LogGroup', settings.logGroup.name);
  const repository =
    settings.repository === undefined
      ? undefined
      : existing('AWS::ECR::Repository', settings.repository.name);
  return new Map([
    ['changed', String(run.written > 0 || outcomes.some(({ result }) => result === 'done'))],
    ['config-changed', String(outcomes.some(hasNewValue))],
    ['drifted', String(isDrifted(plan))],
    ['to-create', String(counts.toCreate)],
    ['to-update', String(counts.toUpdate)],
    ['to-delete', String(counts.toDelete)],
    ['blocked', String(counts.blocked)],
    ['plan', JSON.stringify(document)],
    ['plan-hash', planHash(document)],
    ['parameters', json(references(desired.destinations, 'AWS::SSM::Parameter', existing))],
    ['secrets', json(references(desired.destinations, 'AWS::SecretsManager::Secret', existing))],
    ['task-definition-secrets', JSON.stringify(taskDefinitionSecrets(needed, existingForTask))],
    ['task-definition', taskDefinition],
    ['config-fingerprint', configFingerprint(needed, existingForTask)],
    ['log-group-name', settings.logGroup?.name ?? ''],
    ['log-group-arn', logGroup?.metadata.arn ?? ''],
    ['repository-name', settings.repository?.name ?? ''],
    ['repository-uri', repository?.metadata.uri ?? ''],
    ['repository-arn', repository?.metadata.arn ?? ''],
    ['registry-id', repository?.metadata.registryId ?? ''],
    ['image-uri', imageUri(run, existing)],
    ['image-digest', imageOf(run, existing)?.metadata.digest ?? ''],
    ['monthly-cost-usd', costOf(run).monthlyUsd.toFixed(2)],
    ['failure-reason', run.failure?.reason ?? ''],
  ]);
}

/** A plan has the cost of the planned resources; every other run that of existing ones at its end. */
function costOf({ settings, outcomes }: Run): Price {
  return settings.mode === 'plan' ? plannedPrice(outcomes) : price(outcomes);
}

type Existing = ReturnType<typeof existingAfter>;

/** The plan lacks an image that the run only references. */
function imageOf({ plan, settings }: Run, existing: Existing): Spec | undefined {
  const name = plan.find(({ kind }) => kind === 'Image')?.name ?? settings.referred?.image?.repository;
  return name === undefined ? undefined : existing('Image', name);
}

/** @returns the repository's URI with the first of the image's tags, once the image exists. */
function imageUri(run: Run, existing: Existing): string {
  const image = imageOf(run, existing);
  const planned = run.plan.find(({ kind }) => kind === 'Image');
  const [tag] = imageTagsOf(planned?.desired.fields ?? {});
  const uri = image && repositoryUri(run, image, existing);
  return image?.metadata.digest === undefined || uri === undefined || tag === undefined
    ? ''
    : `${uri}:${tag}`;
}

/** A run may have created the repository, or only pushed into an existing one. */
function repositoryUri(run: Run, image: Spec, existing: Existing): string | undefined {
  return existing('AWS::ECR::Repository', image.name)?.metadata.uri ?? run.repositoryUri;
}

/** @returns the image by its digest, which no later push changes; undefined where none was part of the run. */
export function imageByDigest(run: Run, existing: Existing): string | undefined {
  const image = imageOf(run, existing);
  const uri = image && repositoryUri(run, image, existing);
  const digest = image?.metadata.digest;
  return uri === undefined || digest === undefined ? undefined : `${uri}@${digest}`;
}

/**
 * Writes the outputs, and the plan into a file as well, since it may be larger than an argument can be.
 * @param folder the runner's temporary folder; without one there is no file
 * @param taskDefinition path of the completed file
 * @returns what was written
 * @throws errors of the file system; after a full disk, only the output of the file is missing
 */
export function writeOutputs(
  run: Run,
  folder: string | undefined,
  taskDefinition?: string | undefined,
): ReadonlyMap<string, string> {
  const all = outputs(run, taskDefinition);
  for (const [name, value] of all) core.setOutput(name, value);
  if (folder !== undefined) {
    const path = writePrivate(folder, 'plan', run.settings, `${all.get('plan')}\n`);
    core.setOutput('plan-file', path);
    all.set('plan-file', path);
  }
  return all;
}

/** An output that a later job would not get, and why. */
export interface Withheld {
  readonly output: string;
  /** Name of the hidden value in it. */
  readonly holds: string;
}

/** Outputs with the same information; files are passed on as artifacts. */
const INSTEAD: Readonly<Record<string, readonly string[]>> = {
  plan: ['plan-file'],
  'log-group-arn': ['log-group-name'],
  'repository-uri': ['repository-name', 'registry-id'],
  'repository-arn': ['repository-name', 'registry-id'],
  'image-uri': ['repository-name', 'registry-id', 'image-digest'],
  'task-definition-secrets': ['task-definition'],
};

/**
 * @param dropped the outputs that GitHub drops
 * @returns outputs with the same information for a later job, undefined where there are none
 */
export function insteadOf(output: string, dropped: ReadonlySet<string>): readonly string[] | undefined {
  const outputs = INSTEAD[output];
  return outputs === undefined || outputs.some((one) => dropped.has(one)) ? undefined : outputs;
}

/**
 * The runner drops a whole job output when masking would change it ("Skip output … since it may contain secret").
 * @see https://github.com/actions/runner/issues/1498
 */
export function withheld(outputs: ReadonlyMap<string, string>, gate: Pick<Gate, 'heldBy'>): Withheld[] {
  return [...outputs].flatMap(([output, value]) => {
    const holds = gate.heldBy(value);
    return holds === undefined ? [] : [{ output, holds }];
  });
}
