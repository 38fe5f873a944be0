import type { Asked } from './ask.ts';
import { callbackParameter, withdrawWish } from './desired/auth0.ts';
import type { Desired } from './desired/desired.ts';
import type { DesiredResource } from './desired/desired-resource.ts';
import { imageWish, wantedTags } from './desired/image.ts';
import { knownNames, noneKnown } from './listed-names.ts';
import type { Plan } from './model/change.ts';
import type { Findings } from './model/inventory.ts';
import { type Kind, Unreadable } from './model/spec.ts';
import type { DestroyRequest } from './plan/destroy.ts';
import type { Policy } from './plan/policy.ts';
import type { Providers } from './providers/provider.ts';
import { confirmed, noNames, type Observation, observe } from './providers/providers.ts';
import { confirmedStrays, findNeighbours, findStrays } from './providers/strays.ts';
import type { References } from './report/run.ts';
import { unlistedRemarks } from './report/unlisted.ts';
import type { Settings } from './settings/settings.ts';
import {
  auth0Wishes,
  callbackBefore,
  remarksOnCallback,
  remarksOnList,
  settleCallback,
  standingUrls,
  storedValue,
} from './survey-callback.ts';

export interface Survey {
  readonly plan: Plan;
  /** What could not be found out, and is not needed to go on. */
  readonly remarks: readonly string[];
  /** Of the repository that stood when the run began. */
  readonly repositoryUri: string | undefined;
  /** Variables that are keys of secrets of ours. */
  readonly encrypted: ReadonlySet<string>;
  /** Undefined where no task definition is completed. */
  readonly references: References | undefined;
}

/** Reads everything that this run is about, in one go, and compares it with what is asked for. */
export function survey(asked: Asked, providers: Providers, stage: PlanStage): Promise<Survey> {
  return asked.settings.mode === 'destroy'
    ? surveyEnd(asked, providers, stage)
    : surveyWishes(asked, providers, stage);
}

/** The plan stage, which is loaded while AWS answers. */
type PlanStage = Promise<typeof import('./plan/stage.ts')>;

async function surveyWishes(asked: Asked, providers: Providers, stage: PlanStage): Promise<Survey> {
  const { settings, desired, unknownNames } = asked;
  const isEmpty = !asked.hasVariables;
  const [observation, references, listed, plans] = await Promise.all([
    observe(providers, namesOf(desired, asked)),
    settings.referred &&
      import('./survey-task-definition.ts').then((it) => it.readReferences(asked, providers)),
    findStrays(providers, {
      prefix: settings.prefix,
      known: knownNames(asked),
      readsKeys: !isEmpty,
    }),
    stage,
  ]);
  if (isEmpty) plans.refuseEmptyInput(listed, settings.prefix, asked.isTerminal);
  // A run that was given no variable knows nothing of what is wanted, so nothing is left over to it.
  const found = isEmpty ? NOTHING_FOUND : listed;
  const settled = settleCallback(asked, observation);
  const before = await callbackBefore(settled.asked, providers, observation);
  const wishes = [
    ...settled.asked.desired.wishes,
    ...imageWishes(asked),
    ...auth0Wishes(settled, observation, before),
  ];
  const encrypted = plans.encryptedVariables(
    observation['AWS::SecretsManager::Secret'].values(),
    found.strays,
    settings.prefer,
  );
  const policy = { ...policyOf(asked), encrypted };
  const changes = await confirmed(providers, observation, (standing) =>
    plans.moveKeys(plans.plan(wishes, standing, policy), desired),
  );
  const strays = await confirmedStrays(providers, found, (judged) =>
    plans.prune(judged, changes, {
      prune: settings.ownership.prune,
      recoveryDays: settings.ownership.recoveryDays,
      ignore: settings.ignore,
      placements: desired.placements,
      elsewhere: desired.elsewhere,
      untaken: unknownNames,
      allow: settings.allow,
    }),
  );
  const plan = [...changes, ...strays];
  return {
    plan,
    remarks: [
      ...remarksOn(listed, settings, isEmpty),
      ...remarksOnCallback(settled, observation, before),
      ...plans.ignoreRemarks(settings.ignore, plan),
      ...(references?.missing ?? []).map(
        (text) => `${settings.reports.taskDefinition?.path} is not completed: ${text}`,
      ),
    ],
    repositoryUri: repositoryUri(settings, observation),
    encrypted,
    references,
  };
}

async function surveyEnd(asked: Asked, providers: Providers, stage: PlanStage): Promise<Survey> {
  const { settings, auth0 } = asked;
  const { logGroup, prefix } = settings;
  // An image alone needs its repository's settings, and does not make it ours to delete.
  const repository = settings.only.has('repository') ? settings.repository : undefined;
  const callback = callbackParameter(settings);
  const names = {
    ...namesOf(asked.desired, asked),
    'AWS::Logs::LogGroup': logGroup === undefined ? [] : [logGroup.name],
    'AWS::ECR::Repository': repository === undefined ? [] : [repository.name],
    'AWS::SSM::Parameter': auth0 === undefined ? [] : [callback],
  };
  const isShared = logGroup?.exclusive === false || repository?.exclusive === false;
  const [observation, found, neighbours, plans] = await Promise.all([
    observe(providers, names),
    findStrays(providers, { prefix, known: noneKnown(settings), readsKeys: false }),
    isShared ? findNeighbours(providers, settings.application, prefix) : [],
    stage,
  ]);
  const { asked: settled } = settleCallback(asked, observation);
  const stored = observation['AWS::SSM::Parameter'].get(callback);
  const unreadable = stored instanceof Unreadable ? stored : undefined;
  const withdrawals =
    auth0 === undefined || settings.auth0 === undefined
      ? undefined
      : plans.plan(
          [withdrawWish(settings.auth0, settled.urls, storedValue(stored), standingUrls(auth0, observation))],
          observation,
          policyOf(asked),
        );
  const request: Omit<DestroyRequest, 'found'> = {
    logGroup: logGroup && { ...logGroup, standing: observation['AWS::Logs::LogGroup'].get(logGroup.name) },
    repository: repository && {
      ...repository,
      standing: observation['AWS::ECR::Repository'].get(repository.name),
    },
    region: settings.region,
    neighbours,
    auth0: withdrawals,
    callback: { name: callback, unreadable },
    allow: settings.allow,
    ignore: settings.ignore,
    recoveryDays: settings.ownership.recoveryDays,
  };
  const plan = await confirmedStrays(providers, found, (judged) =>
    plans.destroy({ ...request, found: judged }),
  );
  const remarks = auth0 === undefined ? [] : remarksOnList(settings, observation);
  return { plan, remarks, repositoryUri: undefined, encrypted: new Set(), references: undefined };
}

function repositoryUri({ repository }: Settings, observation: Observation): string | undefined {
  const found =
    repository === undefined ? undefined : observation['AWS::ECR::Repository'].get(repository.name);
  return found === undefined || found instanceof Unreadable ? undefined : found.facts.uri;
}

function imageWishes({ settings, image }: Asked): DesiredResource[] {
  if (image === undefined || settings.image === undefined || settings.repository === undefined) return [];
  return [imageWish(settings.repository.name, wantedTags(image, settings.image.tags), image.identity.digest)];
}

function policyOf({ settings, urls }: Asked): Policy {
  return {
    allow: settings.allow,
    adopt: settings.adopt,
    ignore: settings.ignore,
    callbackParameter: callbackParameter(settings),
    // In `remove`, app-url is the address that goes: it asks for no callback.
    callbackIsAsked: urls !== undefined && settings.auth0?.urls !== 'remove',
  };
}

function namesOf(desired: Desired, { settings, auth0, image, callbackPath }: Asked): Record<Kind, string[]> {
  const names = noNames();
  if (auth0 !== undefined) names['Auth0::Application'].push(auth0.name);
  if (image !== undefined && settings.repository !== undefined) {
    names.Image.push(settings.repository.name);
    // Its URI is told also where the repository itself is not looked after.
    if (!settings.only.has('repository')) names['AWS::ECR::Repository'].push(settings.repository.name);
  }
  for (const { kind, spec } of desired.wishes) names[kind].push(spec.name);
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

const NOTHING_FOUND: Findings = { strays: [], failures: [] };

function remarksOn({ failures }: Findings, { ownership }: Settings, isEmpty: boolean): string[] {
  if (isEmpty) return unlistedRemarks(failures, '"only" without parameters and secrets');
  return ownership.prune === 'delete' ? [] : unlistedRemarks(failures, 'prune: off');
}
