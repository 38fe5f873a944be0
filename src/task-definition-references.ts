import { UserFacingError } from './clients/explanation.ts';
import { type ResolvedDestination, resolveDestination } from './desired/destination.ts';
import { route, UNDECIDED } from './desired/routing.ts';
import { reasonOf } from './failure.ts';
import { type Kind, type Spec, Unreadable } from './model/spec.ts';
import type { Providers } from './providers/provider.ts';
import { noNames, type Observation, observe } from './providers/providers.ts';
import { findUnconfigured } from './providers/unconfigured.ts';
import { firstTag } from './registry/image-name.ts';
import { variablesWithout } from './report/ecs.ts';
import { errorText } from './report/failure.ts';
import type { References } from './report/run.ts';
import type { RunInput } from './run-input.ts';
import { Secret } from './secret.ts';
import { containerOf, ownLogGroup } from './settings/container.ts';
import { Diagnostics, InputErrors } from './settings/diagnostics.ts';
import type { Settings } from './settings/settings.ts';

/** Resources that the task definition references and this run does not manage: read, never planned. */

/** A part that cannot be completed, and the error if it could not be read. */
interface Gap {
  readonly text: string;
  readonly error?: unknown;
}

/**
 * @returns the references of the task definition beyond the plan; undefined if none is completed
 * @throws InputErrors or UserFacingError in `apply`, before the first write, if the file could not be completed
 * afterwards
 */
export async function readReferences(
  runInput: RunInput,
  providers: Providers,
): Promise<References | undefined> {
  const { settings, desired } = runInput;
  const { referred } = settings;
  const { taskDefinition } = settings.reports;
  if (referred === undefined || taskDefinition === undefined) return undefined;
  const leftInPlain = plainDestinations(runInput);
  const [observation, unnamed] = await Promise.all([
    observe(providers, namesOf(settings, [...desired.outOfScope, ...leftInPlain])),
    runInput.hasVariables ? [] : unnamedGaps(settings, providers),
  ]);
  const existing = (kind: Kind, name: string): Spec | undefined => {
    const found = observation[kind].get(name);
    return found instanceof Unreadable ? undefined : found;
  };
  const gaps = [
    ...variableGaps(runInput, observation, existing),
    ...plainGaps(leftInPlain, existing),
    ...unnamed,
    ...logGroupGaps(settings, observation),
    ...imageGaps(settings, observation),
  ];
  const missing = gaps.map(({ text }) => text);
  if (settings.mode === 'apply' && gaps.length > 0) throw refusal(taskDefinition.path, gaps);
  return { existing, missing };
}

function refusal(path: string, gaps: readonly Gap[]): Error {
  const text = `${path} cannot be completed. This run leaves out what it refers to, and ${gaps.map((gap) => gap.text).join('; ')}. Run without "only" first, or without task-definition`;
  const failed = gaps.find(({ error }) => error !== undefined);
  if (failed === undefined) return new InputErrors([{ where: 'input task-definition', text }]);
  return new UserFacingError(`input task-definition: ${text}. Nothing was written`, {
    reason: reasonOf(failed.error),
    cause: failed.error,
  });
}

function namesOf(
  { referred }: Settings,
  destinations: readonly ResolvedDestination[],
): Record<Kind, string[]> {
  const of = (kind: Kind) => [
    ...new Set(destinations.filter((destination) => destination.kind === kind).map(({ name }) => name)),
  ];
  const { logGroup, image } = referred ?? {};
  const repositories = image === undefined ? [] : [image.repository];
  return {
    ...noNames(),
    'AWS::Logs::LogGroup': logGroup === undefined ? [] : [logGroup],
    'AWS::SSM::Parameter': of('AWS::SSM::Parameter'),
    'AWS::SecretsManager::Secret': of('AWS::SecretsManager::Secret'),
    'AWS::ECR::Repository': repositories,
    Image: image === undefined || firstTag(image) === undefined ? [] : repositories,
  };
}

/** Variables of this run without a reference, neither planned nor existing. */
function variableGaps(
  { settings, desired }: RunInput,
  observation: Observation,
  existing: References['existing'],
): Gap[] {
  const own = new Set(desired.destinations.map(({ route: of }) => of.variable.name));
  const lacking = desired.outOfScope.filter(({ route: of }) => !own.has(of.variable.name));
  const unread = new Map<string, unknown>();
  for (const { kind, name } of lacking) {
    const found = observation[kind].get(name);
    if (found instanceof Unreadable) unread.set(name, found.error);
  }
  // The variables of an unread resource are unknown.
  const known = lacking.filter(({ name }) => !unread.has(name));
  // An empty value is not reported as missing, unless it is that of a GitHub secret that may not exist.
  const isNeeded = ({ empty, route: of }: ResolvedDestination) =>
    !empty || (of.variable.source === 'secrets' && settings.onEmpty !== 'skip');
  const names = variablesWithout(known, existing, isNeeded);
  const places = [
    ...new Set(known.filter((one) => names.has(one.route.variable.name)).map(({ name }) => name)),
  ];
  return [
    ...[...unread].map(([name, error]) => ({
      text: `${name} could not be read: ${errorText(error)}`,
      error,
    })),
    ...(names.size === 0 ? [] : [{ text: `${listed([...names])} cannot be found in ${listed(places)}` }]),
  ];
}

/** Plain-text variables of the container that this run does not name; they may be stored nevertheless. */
function plainDestinations({ settings, desired }: RunInput): ResolvedDestination[] {
  const { referred, reports } = settings;
  if (referred === undefined || reports.taskDefinition === undefined) return [];
  const known = new Set(
    [...desired.destinations, ...desired.outOfScope].map(({ route: of }) => of.variable.name),
  );
  const entries = containerOf(reports.taskDefinition).environment ?? [];
  return entries.flatMap(({ name }) => {
    if (typeof name !== 'string' || !/^\w{1,200}$/.test(name) || known.has(name)) return [];
    const variable = { name, value: new Secret(''), source: 'dotenv' as const, where: 'task-definition' };
    const routed = route(variable, settings, new Diagnostics(), () => UNDECIDED);
    return routed.destinations
      .map((destination) => resolveDestination(settings, routed, destination))
      .filter(({ kind }) => (kind === 'AWS::SSM::Parameter' ? referred.parameters : referred.secrets));
  });
}

function plainGaps(destinations: readonly ResolvedDestination[], existing: References['existing']): Gap[] {
  const isStored = (destination: ResolvedDestination) =>
    variablesWithout([destination], existing, () => true).size === 0;
  const stored = destinations.filter(isStored);
  if (stored.length === 0) return [];
  const names = listed([...new Set(stored.map(({ route: of }) => of.variable.name))]);
  const places = listed([...new Set(stored.map(({ name }) => name))]);
  return [
    {
      text: `its environment has a plain value for ${names}, which ${places} holds, and no variable of this run has the name. Give this run all variables`,
    },
  ];
}

/** A run without variables does not know which resources below the prefix the container needs. */
async function unnamedGaps({ prefix, referred }: Settings, providers: Providers): Promise<Gap[]> {
  const { unconfigured, failures } = await findUnconfigured(providers, {
    prefix,
    known: {
      ...(referred?.parameters ? { 'AWS::SSM::Parameter': new Set<string>() } : {}),
      ...(referred?.secrets ? { 'AWS::SecretsManager::Secret': new Set<string>() } : {}),
    },
    readsKeys: false,
  });
  const ours = unconfigured.filter(({ owner }) => owner !== 'others').length;
  return [
    ...failures.map(({ path, error }) => ({
      text: `what is below ${path} could not be listed: ${errorText(error)}`,
      error,
    })),
    ...(ours === 0
      ? []
      : [
          {
            text: `it has no variable that names the ${ours} parameters and secrets of this action below ${prefix}. Give this run the same variables, such as env-file; a file with the names alone is enough`,
          },
        ]),
  ];
}

function logGroupGaps({ referred, reports }: Settings, observation: Observation): Gap[] {
  const name = referred?.logGroup;
  if (name === undefined) return [];
  const found = observation['AWS::Logs::LogGroup'].get(name);
  if (found instanceof Unreadable)
    return [
      { text: `the log group ${name} could not be read: ${errorText(found.error)}`, error: found.error },
    ];
  // The container logs to another, unmanaged group.
  const own = reports.taskDefinition && ownLogGroup(reports.taskDefinition);
  if (found !== undefined || (own !== undefined && own !== name)) return [];
  return [{ text: `the log group ${name} does not exist (to run without one, set log-group: none)` }];
}

function imageGaps({ referred }: Settings, observation: Observation): Gap[] {
  const image = referred?.image;
  if (image === undefined) return [];
  const { repository } = image;
  const tag = firstTag(image);
  if (tag === undefined) return [{ text: 'the input image names no tag; set image-tags' }];
  const found = [observation['AWS::ECR::Repository'].get(repository), observation.Image.get(repository)];
  const failed = found.find((one) => one instanceof Unreadable);
  if (failed instanceof Unreadable)
    return [
      {
        text: `the image ${repository}:${tag} could not be read: ${errorText(failed.error)}`,
        error: failed.error,
      },
    ];
  return found.includes(undefined) ? [{ text: `the image ${repository}:${tag} does not exist` }] : [];
}

const MOST_LISTED = 20;

function listed(names: readonly string[]): string {
  const more = names.length - MOST_LISTED;
  return `${names.slice(0, MOST_LISTED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
