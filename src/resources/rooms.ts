import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { ECRClient } from '@aws-sdk/client-ecr';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SSMClient } from '@aws-sdk/client-ssm';
import { type Connection, clientSettings, prepare } from '../clients/aws.ts';
import { logGroups } from './log-group.ts';
import { parameters } from './parameter.ts';
import { repositories } from './repository.ts';
import type { Kind, Resource, Resources, Spec, Specs } from './resource.ts';
import { Told, Unreadable } from './resource.ts';
import type { RoomContext } from './room.ts';
import { secretBundles } from './secret-bundle.ts';

export interface RoomOptions {
  readonly readsLifecycle: boolean;
  /** Days in which a deleted secret can be restored. */
  readonly recoveryDays: number;
  /** Opened only where Auth0 is looked after: it loads code that other runs do not need. */
  readonly auth0: Resource<Specs['Auth0::Application']> | undefined;
  /** Opened only where there is an image to push. */
  readonly image: ((ecr: ECRClient) => Resource<Specs['Image']>) | undefined;
}

/** A room that nothing was asked of: it is never entered. */
const CLOSED: Resource<never> = {
  observe: async () => new Map(),
  create: () => Promise.reject(new Told('this is not part of the run')),
  update: () => Promise.reject(new Told('this is not part of the run')),
  delete: () => Promise.reject(new Told('this is not part of the run')),
};

/** @returns a room for each kind, each with a client of its own service. */
export function openRooms(
  connection: Connection,
  context: RoomContext,
  { readsLifecycle, recoveryDays, auth0, image }: RoomOptions,
): Resources {
  const settings = clientSettings(connection);
  const ecr = prepare(new ECRClient(settings), connection);
  return {
    'AWS::Logs::LogGroup': logGroups(prepare(new CloudWatchLogsClient(settings), connection), context),
    'AWS::SSM::Parameter': parameters(prepare(new SSMClient(settings), connection), context),
    'AWS::SecretsManager::Secret': secretBundles(
      prepare(new SecretsManagerClient(settings), connection),
      context,
      recoveryDays,
    ),
    'AWS::ECR::Repository': repositories(ecr, context, readsLifecycle),
    'Auth0::Application': auth0 ?? CLOSED,
    Image: image?.(ecr) ?? CLOSED,
  };
}

/** What stands, by kind and name. */
export type Observation = { readonly [K in Kind]: ReadonlyMap<string, Specs[K] | Unreadable> };

/** Reads everything at once; a kind that cannot be read does not hold up the others. */
export async function observe(
  rooms: Resources,
  names: Readonly<Record<Kind, readonly string[]>>,
): Promise<Observation> {
  const [groups, parameterMap, secrets, repositoryMap, applications, images] = await Promise.all([
    read(rooms['AWS::Logs::LogGroup'], names['AWS::Logs::LogGroup']),
    read(rooms['AWS::SSM::Parameter'], names['AWS::SSM::Parameter']),
    read(rooms['AWS::SecretsManager::Secret'], names['AWS::SecretsManager::Secret']),
    read(rooms['AWS::ECR::Repository'], names['AWS::ECR::Repository']),
    read(rooms['Auth0::Application'], names['Auth0::Application']),
    read(rooms.Image, names.Image),
  ]);
  return {
    'AWS::Logs::LogGroup': groups,
    'AWS::SSM::Parameter': parameterMap,
    'AWS::SecretsManager::Secret': secrets,
    'AWS::ECR::Repository': repositoryMap,
    'Auth0::Application': applications,
    Image: images,
  };
}

/**
 * Compares, and where something would be written of which only a listing told, asks for it by itself and compares again:
 * a listing may be minutes old, or not tell who else owns a thing, and what is shown is what runs.
 * @param compare a pure comparison of what stands with what is wanted
 * @returns what it comes to in the end
 */
export async function confirmed<C extends Pick<Spec, 'name'> & { kind: Kind; action: string }>(
  rooms: Resources,
  observation: Observation,
  compare: (observation: Observation) => readonly C[],
): Promise<readonly C[]> {
  const changes = compare(observation);
  const ask = async <K extends Kind>(kind: K): Promise<Observation[K] | undefined> => {
    const room: Resource<Specs[K]> = rooms[kind];
    const loud = changes.filter((change) => change.kind === kind && change.action !== 'none');
    const asked = await room.confirm?.([...new Set(loud.map(({ name }) => name))]);
    if (asked === undefined || asked.size === 0) return undefined;
    const standing = new Map<string, Specs[K] | Unreadable>(observation[kind]);
    for (const [name, spec] of asked)
      if (spec === undefined) standing.delete(name);
      else standing.set(name, spec);
    return standing as Observation[K];
  };
  const [parameterMap, secrets] = await Promise.all([
    ask('AWS::SSM::Parameter'),
    ask('AWS::SecretsManager::Secret'),
  ]);
  if (parameterMap === undefined && secrets === undefined) return changes;
  return compare({
    ...observation,
    'AWS::SSM::Parameter': parameterMap ?? observation['AWS::SSM::Parameter'],
    'AWS::SecretsManager::Secret': secrets ?? observation['AWS::SecretsManager::Secret'],
  });
}

async function read<S extends Spec>(
  room: Resource<S>,
  names: readonly string[],
): Promise<ReadonlyMap<string, S | Unreadable>> {
  if (names.length === 0) return new Map();
  try {
    return await room.observe(names);
  } catch (error) {
    return new Map(names.map((name) => [name, new Unreadable(error)]));
  }
}
