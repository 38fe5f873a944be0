import * as core from '@actions/core';
import { imageTagsOf, type Spec } from '../model/spec.ts';
import { count, isDrifted, planDocument, planHash } from '../plan/plan-document.ts';
import {
  configFingerprint,
  neededDestinations,
  references,
  standingWithReferences,
  taskDefinitionSecrets,
} from './ecs.ts';
import type { Gate } from './gate.ts';
import { type Price, plannedPrice, price } from './price.ts';
import { writePrivate } from './private-file.ts';
import { hasNewValue, type Run, standing } from './run.ts';

/**
 * @param taskDefinition path of the completed file
 * @returns every output by name; none of them holds a value
 */
export function outputs(run: Run, taskDefinition = ''): Map<string, string> {
  const { settings, desired, plan, outcomes } = run;
  const counts = count(plan);
  const document = planDocument(settings, plan, run.gate, run.binding);
  const stands = standing(run);
  const needed = neededDestinations(run);
  const standsForTask = standingWithReferences(run);
  const json = (map: ReadonlyMap<string, string>) => JSON.stringify(Object.fromEntries(map));
  const logGroup =
    settings.logGroup === undefined ? undefined : stands('AWS::Logs::LogGroup', settings.logGroup.name);
  const repository =
    settings.repository === undefined ? undefined : stands('AWS::ECR::Repository', settings.repository.name);
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
    ['parameters', json(references(desired.destinations, 'AWS::SSM::Parameter', stands))],
    ['secrets', json(references(desired.destinations, 'AWS::SecretsManager::Secret', stands))],
    ['task-definition-secrets', JSON.stringify(taskDefinitionSecrets(needed, standsForTask))],
    ['task-definition', taskDefinition],
    ['config-fingerprint', configFingerprint(needed, standsForTask)],
    ['log-group-name', settings.logGroup?.name ?? ''],
    ['log-group-arn', logGroup?.metadata.arn ?? ''],
    ['repository-name', settings.repository?.name ?? ''],
    ['repository-uri', repository?.metadata.uri ?? ''],
    ['repository-arn', repository?.metadata.arn ?? ''],
    ['registry-id', repository?.metadata.registryId ?? ''],
    ['image-uri', imageUri(run, stands)],
    ['image-digest', imageOf(run, stands)?.metadata.digest ?? ''],
    ['monthly-cost-usd', costOf(run).monthlyUsd.toFixed(2)],
    ['failure-reason', run.failure?.reason ?? ''],
  ]);
}

/** A plan tells what it would cost; every other run what exists at its end. */
function costOf({ settings, outcomes }: Run): Price {
  return settings.mode === 'plan' ? plannedPrice(outcomes) : price(outcomes);
}

type Stands = ReturnType<typeof standing>;

/** Of a run that only refers to it, the plan does not hold the image. */
function imageOf({ plan, settings }: Run, stands: Stands): Spec | undefined {
  const name = plan.find(({ kind }) => kind === 'Image')?.name ?? settings.referred?.image?.repository;
  return name === undefined ? undefined : stands('Image', name);
}

/** @returns the repository's URI with the first of the image's tags, once the image stands there. */
function imageUri(run: Run, stands: Stands): string {
  const image = imageOf(run, stands);
  const wanted = run.plan.find(({ kind }) => kind === 'Image');
  const [tag] = imageTagsOf(wanted?.desired.fields ?? {});
  const uri = image && repositoryUri(run, image, stands);
  return image?.metadata.digest === undefined || uri === undefined || tag === undefined
    ? ''
    : `${uri}:${tag}`;
}

/** A run may have made the repository, or only pushed into the one that stood. */
function repositoryUri(run: Run, image: Spec, stands: Stands): string | undefined {
  return stands('AWS::ECR::Repository', image.name)?.metadata.uri ?? run.repositoryUri;
}

/** @returns the image by its digest, which no later push changes; undefined where none was part of the run. */
export function imageByDigest(run: Run, stands: Stands): string | undefined {
  const image = imageOf(run, stands);
  const uri = image && repositoryUri(run, image, stands);
  const digest = image?.metadata.digest;
  return uri === undefined || digest === undefined ? undefined : `${uri}@${digest}`;
}

/**
 * Writes the outputs, and the plan into a file as well, since it may be larger than an argument can be.
 * @param folder the runner's temporary folder; without one there is no file
 * @param taskDefinition path of the completed file
 * @returns what was written
 * @throws what the system refuses; a full disk takes away no output but the file's own
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
  /** What the hidden text in it is a value of; a name, never the value. */
  readonly holds: string;
}

/** What says the same by other outputs; the files are handed over as artifacts. */
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
 * @returns what says the same to a later job, undefined where nothing does
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
