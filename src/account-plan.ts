import {
  callbackBefore,
  desiredAuth0,
  existingUrls,
  remarksOnCallback,
  remarksOnList,
  resolveCallback,
  storedValue,
} from './callback-plan.ts';
import { knownNames, noneKnown } from './context.ts';
import { desiredImage, desiredTags } from './desired/application.ts';
import { callbackParameter, desiredWithdrawal } from './desired/auth0.ts';
import type { Desired } from './desired/desired.ts';
import type { DesiredResource } from './desired/desired-resource.ts';
import type { Plan } from './model/change.ts';
import type { Findings } from './model/inventory.ts';
import { type Kind, SHARED_KINDS, Unreadable } from './model/spec.ts';
import type { DestroyRequest } from './plan/destroy.ts';
import type { Policy } from './plan/policy.ts';
import type { PruneRequest } from './plan/prune.ts';
import type { Providers } from './providers/provider.ts';
import { noNames, type Observation, observe, refetched } from './providers/providers.ts';
import { findNeighbours, findUnconfigured, refetchedUnconfigured } from './providers/unconfigured.ts';
import { errorText } from './report/failure.ts';
import type { References } from './report/run.ts';
import type { RunInput } from './run-input.ts';
import { managedSettings } from './settings/application.ts';
import type { Settings } from './settings/settings.ts';

export interface AccountPlan {
  readonly plan: Plan;
  /** Facts that could not be read and are not required. */
  readonly remarks: readonly string[];
  /** Of the repository that existed when the run began. */
  readonly repositoryUri: string | undefined;
  /** Variables that are keys of secrets that this action owns. */
  readonly encrypted: ReadonlySet<string>;
  /** Undefined if no task definition is completed. */
  readonly references: References | undefined;
}

/** Reads all resources of this run at once and compares them with the configuration. */
export function planAccount(
  runInput: RunInput,
  providers: Providers,
  stage: PlanStage,
): Promise<AccountPlan> {
  return runInput.settings.mode === 'destroy'
    ? planDestroy(runInput, providers, stage)
    : planDesired(runInput, providers, stage);
}

/** The plan stage, which is loaded while AWS answers. */
type PlanStage = Promise<typeof import('./plan/stage.ts')>;

async function planDesired(runInput: RunInput, providers: Providers, stage: PlanStage): Promise<AccountPlan> {
  const { settings, desired } = runInput;
  const isEmpty = !runInput.hasVariables;
  const [observation, references, listed, plans] = await Promise.all([
    observe(providers, namesOf(desired, runInput)),
    settings.referred &&
      import('./task-definition-references.ts').then((it) => it.readReferences(runInput, providers)),
    findUnconfigured(providers, {
      prefix: settings.prefix,
      known: knownNames(runInput),
      readsKeys: !isEmpty,
    }),
    stage,
  ]);
  if (isEmpty) plans.refuseEmptyInput(listed, settings.prefix, runInput.isTerminal);
  // A run without variables has no configuration to compare with, so it has no orphans.
  const found = isEmpty ? NOTHING_FOUND : listed;
  const settled = resolveCallback(runInput, observation);
  const before = await callbackBefore(settled.runInput, providers, observation);
  const resources = [
    ...settled.runInput.desired.resources,
    ...desiredImages(runInput),
    ...desiredAuth0(settled, observation, before),
  ];
  const encrypted = plans.encryptedVariables(
    observation['AWS::SecretsManager::Secret'].values(),
    found.unconfigured,
    settings.prefer,
  );
  const policy = { ...policyOf(runInput), encrypted };
  const changes = await refetched(providers, observation, (existing) =>
    plans.moveKeys(plans.plan(resources, existing, policy), desired),
  );
  const unconfigured = await refetchedUnconfigured(providers, found, (findings) =>
    plans.prune(findings, changes, pruneRequest(runInput)),
  );
  const plan = [...changes, ...unconfigured];
  plans.refuseOverQuota(changes, found);
  return {
    plan,
    remarks: [
      ...remarksOn(listed, settings, isEmpty),
      ...remarksOnCallback(settled, observation, before),
      ...plans.ignoreRemarks(settings.ignore, plan, resources),
      ...(references?.missing ?? []).map(
        (text) => `${settings.reports.taskDefinition?.path} is not completed: ${text}`,
      ),
    ],
    repositoryUri: repositoryUri(settings, observation),
    encrypted,
    references,
  };
}

function pruneRequest({ settings, desired, unknownNames }: RunInput): PruneRequest {
  const { ownership, ignore, allow } = settings;
  return {
    prune: ownership.prune,
    recoveryDays: ownership.recoveryDays,
    ignore,
    destinations: desired.destinations,
    outOfScope: desired.outOfScope,
    untaken: unknownNames,
    allow,
  };
}

async function planDestroy(runInput: RunInput, providers: Providers, stage: PlanStage): Promise<AccountPlan> {
  const { settings, auth0 } = runInput;
  const { prefix } = settings;
  const managed = SHARED_KINDS.flatMap((kind) => {
    const found = managedSettings(kind, settings);
    return found === undefined ? [] : [{ kind, name: found.name, exclusive: found.exclusive }];
  });
  const callback = callbackParameter(settings);
  const names = {
    ...namesOf(runInput.desired, runInput),
    ...Object.fromEntries(
      SHARED_KINDS.map((kind) => [kind, managed.flatMap((one) => (one.kind === kind ? [one.name] : []))]),
    ),
    'AWS::SSM::Parameter': auth0 === undefined ? [] : [callback],
  };
  const isShared = managed.some(({ exclusive }) => !exclusive);
  const [observation, found, neighbours, plans] = await Promise.all([
    observe(providers, names),
    findUnconfigured(providers, { prefix, known: noneKnown(settings), readsKeys: false }),
    isShared ? findNeighbours(providers, settings.application, prefix) : [],
    stage,
  ]);
  const { runInput: settled } = resolveCallback(runInput, observation);
  const stored = observation['AWS::SSM::Parameter'].get(callback);
  const unreadable = stored instanceof Unreadable ? stored : undefined;
  const withdrawals =
    auth0 === undefined || settings.auth0 === undefined
      ? undefined
      : plans.plan(
          [
            desiredWithdrawal(
              settings.auth0,
              settled.urls,
              storedValue(stored),
              existingUrls(auth0, observation),
            ),
          ],
          observation,
          policyOf(runInput),
        );
  const request: Omit<DestroyRequest, 'found'> = {
    shared: Object.fromEntries(
      managed.map(({ kind, ...named }) => [kind, { ...named, existing: observation[kind].get(named.name) }]),
    ),
    region: settings.region,
    neighbours,
    auth0: withdrawals,
    callback: { name: callback, unreadable },
    allow: settings.allow,
    ignore: settings.ignore,
    recoveryDays: settings.ownership.recoveryDays,
  };
  const plan = await refetchedUnconfigured(providers, found, (findings) =>
    plans.destroy({ ...request, found: findings }),
  );
  const remarks = auth0 === undefined ? [] : remarksOnList(settings, observation);
  return { plan, remarks, repositoryUri: undefined, encrypted: new Set(), references: undefined };
}

function repositoryUri({ repository }: Settings, observation: Observation): string | undefined {
  const found =
    repository === undefined ? undefined : observation['AWS::ECR::Repository'].get(repository.name);
  return found === undefined || found instanceof Unreadable ? undefined : found.metadata.uri;
}

function desiredImages({ settings, image }: RunInput): DesiredResource[] {
  if (image === undefined || settings.image === undefined || settings.repository === undefined) return [];
  return [
    desiredImage(settings.repository.name, desiredTags(image, settings.image.tags), image.identity.digest),
  ];
}

function policyOf({ settings, urls }: RunInput): Policy {
  return {
    allow: settings.allow,
    adopt: settings.adopt,
    ignore: settings.ignore,
    callbackParameter: callbackParameter(settings),
    // In `remove`, app-url is the address to remove: it configures no callback.
    isCallbackConfigured: urls !== undefined && settings.auth0?.urls !== 'remove',
  };
}

function namesOf(
  desired: Desired,
  { settings, auth0, image, callbackPath }: RunInput,
): Record<Kind, string[]> {
  const names = noNames();
  if (auth0 !== undefined) names['Auth0::Application'].push(auth0.name);
  if (image !== undefined && settings.repository !== undefined) {
    names.Image.push(settings.repository.name);
    // Its URI is an output even if this run leaves out the repository itself.
    if (!settings.only.has('repository')) names['AWS::ECR::Repository'].push(settings.repository.name);
  }
  for (const { kind, spec } of desired.resources) names[kind].push(spec.name);
  // `remove` writes no callback, and its path may be the stored one's.
  const parameters = names['AWS::SSM::Parameter'];
  const stored = callbackParameter(settings);
  if (
    auth0 !== undefined &&
    settings.auth0?.urls === 'remove' &&
    callbackPath.isOpen &&
    !parameters.includes(stored)
  )
    parameters.push(stored);
  return names;
}

const NOTHING_FOUND: Findings = { unconfigured: [], failures: [] };

function remarksOn({ failures }: Findings, { ownership }: Settings, isEmpty: boolean): string[] {
  if (isEmpty) return unlistedRemarks(failures, '"only" without parameters and secrets');
  return ownership.prune === 'delete' ? [] : unlistedRemarks(failures, 'prune: off');
}

/**
 * No input asks for this listing, so a role that may not list causes a notice, not a failure.
 * @param way the setting that turns the listing off
 */
function unlistedRemarks(
  failures: ReadonlyArray<{ readonly path: string; readonly error: unknown }>,
  way: string,
): string[] {
  return failures.map(
    ({ path, error }) =>
      `what is left over below ${path} could not be looked for, and the rest goes on (${way} does not look): ${errorText(error)}`,
  );
}
