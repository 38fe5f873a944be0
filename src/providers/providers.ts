import type { ECRClient } from '@aws-sdk/client-ecr';
import type { Connection } from '../clients/aws.ts';
import { UserFacingError } from '../clients/explanation.ts';
import { LISTED_KINDS } from '../model/inventory.ts';
import { type Kind, type ListedKind, ORDER, type Spec, type Specs, Unreadable } from '../model/spec.ts';
import type { ProviderContext } from './context.ts';
import type { ListedProvider, ParameterProvider, Provider, Providers } from './provider.ts';
import type { RepositoryOptions } from './repository.ts';

export interface ProviderOptions {
  readonly repository: RepositoryOptions;
  /** Days in which a deleted secret can be restored. */
  readonly recoveryDays: number;
  /** Undefined where the run does not manage Auth0, whose code is then not loaded. */
  readonly auth0: Provider<Specs['Auth0::Application']> | undefined;
  /** Undefined without an image to push. */
  readonly image: ((ecr: ECRClient) => Provider<Specs['Image']>) | undefined;
}

/** The provider of a kind outside this run. */
const CLOSED: Provider<never> = {
  observe: async () => new Map(),
  create: () => Promise.reject(new UserFacingError('this is not part of the run')),
  update: () => Promise.reject(new UserFacingError('this is not part of the run')),
  delete: () => Promise.reject(new UserFacingError('this is not part of the run')),
};

/**
 * @param loading orders the loading of code
 * @returns a provider for each kind, which is loaded with the client of its service once it is first used: a run of one
 * service does not load the others
 */
export function openProviders(
  connection: Connection,
  context: ProviderContext,
  { repository, recoveryDays, auth0, image }: ProviderOptions,
  loading: Loading = new Loading(),
): Providers {
  return {
    // In the order in which they are read: parameters take the longest.
    'AWS::SSM::Parameter': openedParameters(loading, async () => {
      const { Parameters } = await import('./parameter.ts');
      return new Parameters(connection, context);
    }),
    'AWS::Logs::LogGroup': opened(loading, async () => {
      const { LogGroups } = await import('./log-group.ts');
      return new LogGroups(connection, context);
    }),
    'AWS::SecretsManager::Secret': openedListed(loading, async () => {
      const { SecretBundles } = await import('./secret-bundle.ts');
      return new SecretBundles(connection, context, recoveryDays);
    }),
    'AWS::ECR::Repository': opened(loading, async () => {
      const { Repositories } = await import('./repository.ts');
      return new Repositories(connection, context, repository);
    }),
    'Auth0::Application': auth0 ?? CLOSED,
    Image:
      image === undefined
        ? CLOSED
        : opened(loading, async () => image((await import('./repository.ts')).ecrClient(connection))),
  };
}

/** @returns a function that loads a provider once it is first used */
function once<P>(loading: Loading, load: () => Promise<P>): () => Promise<P> {
  let loaded: Promise<P> | undefined;
  return () => {
    loaded ??= loading.next(load);
    return loaded;
  };
}

const opened = <S extends Spec>(loading: Loading, load: () => Promise<Provider<S>>): Provider<S> =>
  verbsOf(once(loading, load));

function verbsOf<S extends Spec>(provider: () => Promise<Provider<S>>): Provider<S> {
  return {
    observe: async (names) => (await provider()).observe(names),
    create: async (desired) => (await provider()).create(desired),
    update: async (...change) => (await provider()).update(...change),
    delete: async (observed) => (await provider()).delete(observed),
  };
}

function openedListed<S extends Spec>(
  loading: Loading,
  load: () => Promise<ListedProvider<S>>,
): ListedProvider<S> {
  return listed(once(loading, load));
}

function openedParameters(loading: Loading, load: () => Promise<ParameterProvider>): ParameterProvider {
  const provider = once(loading, load);
  return {
    ...listed(provider),
    previousValue: async (observed) => (await provider()).previousValue(observed),
  };
}

function listed<S extends Spec>(provider: () => Promise<ListedProvider<S>>): ListedProvider<S> {
  return {
    ...verbsOf(provider),
    inventory: {
      unconfigured: async (...listing) => (await provider()).inventory.unconfigured(...listing),
      ours: async (path) => (await provider()).inventory.ours(path),
      refetch: async (specs) => (await provider()).inventory.refetch(specs),
    },
    refetch: async (names) => (await provider()).refetch(names),
    readBack: async (written) => (await provider()).readBack(written),
  };
}

/** Existing resources, by kind and name. */
export type Observation = { readonly [K in Kind]: ReadonlyMap<string, Specs[K] | Unreadable> };

/** @returns no name of any kind, to be filled in */
export function noNames(): Record<Kind, string[]> {
  return Object.fromEntries(ORDER.map((kind) => [kind, [] as string[]])) as Record<Kind, string[]>;
}

/** Reads everything at once; a kind that cannot be read does not hold up the others. */
export async function observe(
  providers: Providers,
  names: Readonly<Record<Kind, readonly string[]>>,
): Promise<Observation> {
  const kinds = Object.keys(providers) as Kind[];
  const read = await Promise.all(
    kinds.map(async (kind) => [kind, await observeKind<Spec>(providers[kind], names[kind])] as const),
  );
  return Object.fromEntries(read) as Observation;
}

/**
 * Compares. If it would write a resource known only from a listing, it reads that by name and compares again: a
 * listing may be minutes old, or lack another owner, and the plan must be what runs.
 * @param compare a pure comparison of existing with desired resources
 * @returns the final comparison
 */
export async function refetched<C extends Pick<Spec, 'name'> & { kind: Kind; action: string }>(
  providers: Providers,
  observation: Observation,
  compare: (observation: Observation) => readonly C[],
): Promise<readonly C[]> {
  const changes = compare(observation);
  const refetch = async <K extends ListedKind>(kind: K): Promise<Partial<Observation>> => {
    const loud = changes.filter((change) => change.kind === kind && change.action !== 'none');
    if (loud.length === 0) return {};
    const provider: ListedProvider<Specs[K]> = providers[kind];
    const reread = await provider.refetch([...new Set(loud.map(({ name }) => name))]);
    if (reread.size === 0) return {};
    const existing = new Map<string, Specs[K] | Unreadable>(observation[kind]);
    for (const [name, spec] of reread)
      if (spec === undefined) existing.delete(name);
      else existing.set(name, spec);
    return { [kind]: existing };
  };
  const found = await Promise.all(LISTED_KINDS.map(refetch));
  const refetched: Partial<Observation> = Object.assign({}, ...found);
  return Object.keys(refetched).length === 0 ? changes : compare({ ...observation, ...refetched });
}

async function observeKind<S extends Spec>(
  provider: Provider<S>,
  names: readonly string[],
): Promise<ReadonlyMap<string, S | Unreadable>> {
  if (names.length === 0) return new Map();
  try {
    return await provider.observe(names);
  } catch (error) {
    return new Map(names.map((name) => [name, new Unreadable(error)]));
  }
}

/**
 * Loads modules one after another, each after a turn of the event loop: earlier requests to AWS are sent by then, and
 * their responses arrive while the next module loads.
 */
export class Loading {
  #last: Promise<unknown> = Promise.resolve();
  #failure: { readonly error: unknown } | undefined;

  /**
   * @param load loads a part
   * @returns the part, after the earlier ones
   */
  next<T>(load: () => Promise<T>): Promise<T> {
    const part = this.#last.then(turn).then(load);
    // The parts after it are still loaded; check() reports the failure.
    this.#last = part.catch((error: unknown) => {
      this.#failure ??= { error };
    });
    return part;
  }

  /**
   * Readers treat an error as a response of AWS and go on; a module that fails to load is no such response.
   * @throws the first failure to load a part so far
   */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
