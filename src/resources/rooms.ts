import type { ECRClient } from '@aws-sdk/client-ecr';
import type { Connection } from '../clients/aws.ts';
import { Loading } from './loading.ts';
import type { Kind, Resource, Resources, Spec, Specs } from './resource.ts';
import { Told, Unreadable } from './resource.ts';
import type { RoomContext } from './room.ts';

export interface RoomOptions {
  readonly readsLifecycle: boolean;
  /** Days in which a deleted secret can be restored. */
  readonly recoveryDays: number;
  /** Opened only where Auth0 is looked after: it loads code that other runs do not need. */
  readonly auth0: Resource<Specs['Auth0::Application']> | undefined;
  /** Opened only where there is an image to push. */
  readonly image: ((ecr: ECRClient) => Resource<Specs['Image']>) | undefined;
}

/** The provider of a kind that is no part of the run. */
const CLOSED: Resource<never> = {
  observe: async () => new Map(),
  create: () => Promise.reject(new Told('this is not part of the run')),
  update: () => Promise.reject(new Told('this is not part of the run')),
  delete: () => Promise.reject(new Told('this is not part of the run')),
};

/**
 * @param loading orders the loading of code
 * @returns a provider for each kind, which is loaded with the client of its service once it is first used: a run of one
 * service does not load the others
 */
export function openRooms(
  connection: Connection,
  context: RoomContext,
  { readsLifecycle, recoveryDays, auth0, image }: RoomOptions,
  loading: Loading = new Loading(),
): Resources {
  return {
    'AWS::Logs::LogGroup': opened(loading, async () =>
      (await import('./log-group.ts')).logGroups(connection, context),
    ),
    'AWS::SSM::Parameter': opened(loading, async () =>
      (await import('./parameter.ts')).parameters(connection, context),
    ),
    'AWS::SecretsManager::Secret': opened(loading, async () =>
      (await import('./secret-bundle.ts')).secretBundles(connection, context, recoveryDays),
    ),
    'AWS::ECR::Repository': opened(loading, async () =>
      (await import('./repository.ts')).repositories(connection, context, readsLifecycle),
    ),
    'Auth0::Application': auth0 ?? CLOSED,
    Image:
      image === undefined
        ? CLOSED
        : opened(loading, async () => image((await import('./repository.ts')).ecrClient(connection))),
  };
}

/** @returns a provider that is loaded once it is first used; what the provider leaves out does nothing. */
function opened<S extends Spec>(loading: Loading, load: () => Promise<Resource<S>>): Resource<S> {
  let loaded: Promise<Resource<S>> | undefined;
  const resource = () => {
    loaded ??= loading.next(load);
    return loaded;
  };
  return {
    shelf: {
      strays: async (path, known) => (await resource()).shelf?.strays(path, known) ?? [],
      ours: async (path) => (await resource()).shelf?.ours(path) ?? [],
      confirm: async (specs) => (await resource()).shelf?.confirm?.(specs) ?? new Map(),
    },
    observe: async (names) => (await resource()).observe(names),
    confirm: async (names) => (await resource()).confirm?.(names) ?? new Map(),
    create: async (desired) => (await resource()).create(desired),
    update: async (...change) => (await resource()).update(...change),
    delete: async (observed) => (await resource()).delete(observed),
    before: async (observed) => (await resource()).before?.(observed),
    readBack: async (written) => (await resource()).readBack?.(written) ?? written,
  };
}

/** What stands, by kind and name. */
export type Observation = { readonly [K in Kind]: ReadonlyMap<string, Specs[K] | Unreadable> };

/** Reads everything at once; a kind that cannot be read does not hold up the others. */
export async function observe(
  rooms: Resources,
  names: Readonly<Record<Kind, readonly string[]>>,
): Promise<Observation> {
  const [parameterMap, groups, secrets, repositoryMap, applications, images] = await Promise.all([
    // First, since it has the most to read.
    read(rooms['AWS::SSM::Parameter'], names['AWS::SSM::Parameter']),
    read(rooms['AWS::Logs::LogGroup'], names['AWS::Logs::LogGroup']),
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
