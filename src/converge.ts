import type { Agent } from 'node:http';
import type { ECRClient } from '@aws-sdk/client-ecr';
import { type Asked, callbackParameter } from './ask.ts';
import type { Connection } from './clients/aws.ts';
import { systemClock } from './clients/clock.ts';
import type { Caller } from './clients/identity.ts';
import type { Stop } from './clients/stop.ts';
import { auth0Wish } from './desired/auth0.ts';
import type { Desired, Wish } from './desired/desired.ts';
import { imageWish, wantedTags } from './desired/image.ts';
import { apply, unapplied } from './plan/apply.ts';
import type { Plan } from './plan/change.ts';
import { plan as compare } from './plan/plan.ts';
import { failureOf } from './report/failure.ts';
import * as log from './report/log.ts';
import type { Run } from './report/run.ts';
import { type Kind, type Resource, type Specs, Unreadable } from './resources/resource.ts';
import type { RoomContext } from './resources/room.ts';
import type { Observation } from './resources/rooms.ts';
import { InputFaults } from './settings/fault.ts';
import type { Runner } from './settings/inputs.ts';
import type { Settings } from './settings/settings.ts';

/** Reads what stands, plans, and applies where the mode says so. */
export async function converge(asked: Asked, runner: Runner, stop: Stop): Promise<Run> {
  const { settings, desired, notes, masks, ignoredNames } = asked;
  // The SDK is loaded only after the input was found right: a refusal costs no second of it.
  const { Calls } = await import('./clients/aws.ts');
  const { identify } = await import('./clients/identity.ts');
  const { openRooms, observe } = await import('./resources/rooms.ts');
  const calls = new Calls(systemClock, stop);
  const agent = runner.usesProxy ? new (await import('./clients/proxy.ts')).ProxyAgent() : undefined;
  setTimeout(() => stop.end('deadline'), settings.deadlineMinutes * 60_000).unref();
  const told: string[] = [];
  const connection: Connection = {
    region: settings.region,
    readOnly: settings.mode !== 'apply',
    userAgent: userAgent(runner),
    clock: systemClock,
    agent,
  };
  const context = contextOf(asked, calls, stop, (text) => {
    told.push(text);
    log.notice({ where: 'apply', text });
  });
  const rooms = openRooms(connection, context, {
    readsLifecycle: settings.repository?.lifecycle !== undefined,
    auth0: await openAuth0(asked, context, agent),
    image: await openImageRoom(asked, context, stop, agent),
  });

  const identity = identify(connection, calls).then((caller) => {
    masks.know(caller.account);
    checkAccount(settings, caller);
    return caller;
  });
  // Another account is refused before anything else is read; without such a condition both go together.
  if (settings.allowedAccountIds.length > 0 || settings.repository?.account !== undefined) await identity;
  const observing = observe(rooms, namesOf(desired, asked));
  const caller = await identity;
  const observation = await observing;
  const plan = compare(
    [...desired.wishes, ...imageWishes(asked), ...auth0Wishes(asked, observation)],
    observation,
    {
      allow: settings.allow,
      adopt: settings.adopt,
      ignore: settings.ignore,
      callbackParameter: callbackParameter(settings),
      callbackIsAsked: asked.urls !== undefined,
    },
  );
  if (settings.mode === 'apply') tellLongWait(plan, (writes) => calls.pace('ssm:write').seconds(writes));
  log.plan(plan);
  const progress = log.progress(plan, () => systemClock.now());
  const outcomes =
    settings.mode === 'apply'
      ? await apply(plan, rooms, (outcome) => {
          log.outcome(outcome);
          progress(outcome);
        })
      : unapplied(plan);
  if (settings.mode !== 'apply') outcomes.forEach(log.outcome);
  log.result(settings.mode, plan, outcomes);
  const failure = failureOf(settings, plan, outcomes);
  return {
    settings,
    desired,
    plan,
    outcomes,
    notes,
    told,
    ignoredNames,
    caller,
    calls: calls.made,
    callsByService: calls.byService,
    failure,
    repositoryUri: repositoryUri(settings, observation),
  };
}

function repositoryUri({ repository }: Settings, observation: Observation): string | undefined {
  const found =
    repository === undefined ? undefined : observation['AWS::ECR::Repository'].get(repository.name);
  return found === undefined || found instanceof Unreadable ? undefined : found.facts.uri;
}

function contextOf(
  { settings, desired, masks }: Asked,
  calls: RoomContext['calls'],
  stop: Stop,
  tell: RoomContext['tell'],
): RoomContext {
  const routes = new Map(
    desired.placements.map(({ name, destination, route }) => [
      destination.store === 'secret' ? `${name}:${destination.key}` : name,
      route,
    ]),
  );
  return {
    calls,
    clock: stop.clock(),
    tags: settings.tags,
    isShown: (parameter) => routes.get(parameter)?.shown === true,
    mask: (value, place) => {
      if (routes.get(place)?.sensitive !== false) masks.hide(value, place);
    },
    tell,
  };
}

/** CloudTrail shows it beside each call. */
function userAgent({ repository, sha, runId }: Runner): string {
  return `aws-bootstrap ${repository}@${sha} ${runId}`.replace(/[^\x20-\x7e]/g, '?');
}

async function openAuth0(
  { auth0 }: Asked,
  context: RoomContext,
  agent: Agent | undefined,
): Promise<Resource<Specs['Auth0::Application']> | undefined> {
  if (auth0 === undefined) return undefined;
  const { Auth0Client } = await import('./clients/auth0.ts');
  const { auth0ApplicationRoom } = await import('./resources/auth0-application.ts');
  const client = new Auth0Client({
    ...auth0,
    mask: (token) => context.mask(token, 'the token of Auth0'),
    clock: { epoch: () => Date.now(), sleep: (milliseconds) => context.clock.sleep(milliseconds) },
    agent,
  });
  return auth0ApplicationRoom(client, { name: auth0.name, id: auth0.applicationId });
}

async function openImageRoom(
  { settings, image }: Asked,
  context: RoomContext,
  stop: Stop,
  agent: Agent | undefined,
): Promise<((ecr: ECRClient) => Resource<Specs['Image']>) | undefined> {
  if (image === undefined || settings.image === undefined) return undefined;
  const { ImageResource } = await import('./resources/image.ts');
  const { tellProgress } = await import('./registry/progress.ts');
  const { tags } = settings.image;
  return (ecr) =>
    new ImageResource({
      ecr,
      calls: context.calls,
      source: image,
      tags: wantedTags(image, tags),
      agentFor: () => agent,
      mask: (secret) => context.mask(secret, 'the token of ECR'),
      onProgress: (progress) => log.info(`image: ${tellProgress(progress)}`),
      signal: stop.uploadSignal,
    });
}

function imageWishes({ settings, image }: Asked): Wish[] {
  if (image === undefined || settings.image === undefined || settings.repository === undefined) return [];
  return [imageWish(settings.repository.name, wantedTags(image, settings.image.tags), image.identity.digest)];
}

/** What `follow` takes out depends on the callback that stands. */
function auth0Wishes({ settings, auth0, urls }: Asked, observation: Observation): Wish[] {
  if (auth0 === undefined || urls === undefined || settings.auth0 === undefined) return [];
  const parameter = observation['AWS::SSM::Parameter'].get(callbackParameter(settings));
  const application = observation['Auth0::Application'].get(auth0.name);
  const previous =
    parameter === undefined || parameter instanceof Unreadable ? undefined : parameter.fields.value;
  const standing = application === undefined || application instanceof Unreadable ? {} : application.fields;
  return [auth0Wish(settings.auth0, urls, previous, standing)];
}

function namesOf(desired: Desired, { settings, auth0, image }: Asked): Record<Kind, string[]> {
  const names: Record<Kind, string[]> = {
    'AWS::Logs::LogGroup': [],
    'AWS::SSM::Parameter': [],
    'AWS::SecretsManager::Secret': [],
    'AWS::ECR::Repository': [],
    'Auth0::Application': auth0 === undefined ? [] : [auth0.name],
    Image: [],
  };
  if (image !== undefined && settings.repository !== undefined) {
    names.Image.push(settings.repository.name);
    // Its URI is told also where the repository itself is not looked after.
    if (!settings.only.has('repository')) names['AWS::ECR::Repository'].push(settings.repository.name);
  }
  for (const { kind, spec } of desired.wishes) names[kind].push(spec.name);
  return names;
}

function checkAccount({ allowedAccountIds, repository }: Settings, { account }: Caller): void {
  if (allowedAccountIds.length > 0 && !allowedAccountIds.includes(account))
    throw new InputFaults([
      {
        where: 'input allowed-account-ids',
        text: `the credentials are of the account ${account}, which is not in the list; nothing was read or written`,
      },
    ]);
  if (repository?.account !== undefined && repository.account !== account)
    throw new InputFaults([
      {
        where: 'input repository',
        text: `its URI is of the account ${repository.account}, and the credentials are of ${account}`,
      },
    ]);
}

const LONG_SECONDS = 10;

/** Parameter Store takes about three writes a second. */
function tellLongWait(plan: Plan, secondsOf: (writes: number) => number): void {
  const writes = plan.filter(
    ({ kind, action }) => kind === 'AWS::SSM::Parameter' && (action === 'create' || action === 'update'),
  ).length;
  const seconds = Math.ceil(secondsOf(writes));
  if (seconds >= LONG_SECONDS)
    log.info(
      `${writes} parameters to write: about ${seconds} seconds, since Parameter Store allows 3 writes a second`,
    );
}
