import {
  type AnyUnconfigured,
  type Findings,
  LISTED_KINDS,
  type UnconfiguredOf,
} from '../model/inventory.ts';
import { type Kind, type ListedKind, type Specs, Unreadable } from '../model/spec.ts';
import type { ListedProvider, Provider, Providers } from './provider.ts';

export interface InventoryRequest {
  readonly prefix: string;
  /** Names that this run configures; kinds that are left out are not listed. */
  readonly known: Readonly<Partial<Record<ListedKind, ReadonlySet<string>>>>;
  /** Reads the JSON keys of the secrets that this action created. */
  readonly readsKeys: boolean;
}

/** @returns the path of a kind: a parameter's has a slash before it, a secret's has none. */
function pathOf(kind: ListedKind, prefix: string): string {
  return kind === 'AWS::SSM::Parameter' ? prefix : prefix.slice(1);
}

/** Lists unconfigured resources below the prefix; one listing that fails does not hold up the other. */
export async function findUnconfigured(providers: Providers, request: InventoryRequest): Promise<Findings> {
  const [parameters, secrets] = await Promise.all([
    list(providers, 'AWS::SSM::Parameter', request, async (unconfigured) => unconfigured),
    list(providers, 'AWS::SecretsManager::Secret', request, (unconfigured) =>
      request.readsKeys
        ? readKeys(providers['AWS::SecretsManager::Secret'], unconfigured)
        : Promise.resolve(unconfigured),
    ),
  ]);
  return {
    unconfigured: [...parameters.unconfigured, ...secrets.unconfigured],
    failures: [...parameters.failures, ...secrets.failures],
  };
}

async function list<K extends ListedKind>(
  providers: Providers,
  kind: K,
  { prefix, known }: InventoryRequest,
  read: (unconfigured: Array<UnconfiguredOf<K>>) => Promise<Array<UnconfiguredOf<K>>>,
): Promise<{ unconfigured: Array<UnconfiguredOf<K>>; failures: Findings['failures'] }> {
  const names = known[kind];
  const { inventory }: ListedProvider<Specs[K]> = providers[kind];
  if (names === undefined) return { unconfigured: [], failures: [] };
  const path = pathOf(kind, prefix);
  try {
    const unconfigured = await inventory.unconfigured(path, names);
    return {
      unconfigured: await read(
        unconfigured.map((resource) => ({ ...resource, kind, isRead: kind === 'AWS::SSM::Parameter' })),
      ),
      failures: [],
    };
  } catch (error) {
    return { unconfigured: [], failures: [{ kind, path, error }] };
  }
}

/**
 * Decides on listed resources, and reads those again whose deletion is final: only their tags show another owner.
 * @param decide a pure decision on the listed resources
 * @returns the final decision
 */
export async function refetchedUnconfigured<C extends { kind: Kind; name: string; action: string }>(
  providers: Providers,
  found: Findings,
  decide: (found: Findings) => readonly C[],
): Promise<readonly C[]> {
  const changes = decide(found);
  const kind = 'AWS::SSM::Parameter';
  const goes = new Set(
    changes
      .filter((change) => change.kind === kind && change.action === 'delete')
      .map((change) => change.name),
  );
  const specs = found.unconfigured.flatMap((resource) =>
    resource.kind === kind && goes.has(resource.spec.name) ? [resource.spec] : [],
  );
  if (specs.length === 0) return changes;
  const refetched = await providers[kind].inventory.refetch(specs);
  const unconfigured = found.unconfigured.map((resource): AnyUnconfigured => {
    const spec = resource.kind === kind ? refetched.get(resource.spec.name) : undefined;
    if (resource.kind !== kind || spec === undefined) return resource;
    return spec instanceof Unreadable ? { ...resource, unreadable: spec } : { ...resource, spec };
  });
  return decide({ ...found, unconfigured });
}

type UnconfiguredSecret = UnconfiguredOf<'AWS::SecretsManager::Secret'>;

/** A listing may be a moment old: deleted resources, and those scheduled for it, no longer count. */
async function readKeys(
  provider: Provider<Specs['AWS::SecretsManager::Secret']>,
  unconfigured: readonly UnconfiguredSecret[],
): Promise<UnconfiguredSecret[]> {
  // Including adopted ones: no guess stores one of their keys in plain.
  const ours = unconfigured.filter(({ owner }) => owner !== 'others').map(({ spec }) => spec.name);
  if (ours.length === 0) return [...unconfigured];
  const read = await provider.observe(ours);
  return unconfigured.flatMap((resource): UnconfiguredSecret[] => {
    if (resource.owner === 'others') return [resource];
    const spec = read.get(resource.spec.name);
    if (spec === undefined) return [];
    if (spec instanceof Unreadable) return [resource];
    if (spec.metadata.scheduledForDeletion === true) return [];
    return [spec.metadata.unread === true ? resource : { ...resource, spec, isRead: true }];
  });
}

/**
 * @returns the prefixes of the application's other environments, by the resources of this action below it, or why
 * they are unknown
 */
export async function findNeighbours(
  providers: Providers,
  application: string,
  prefix: string,
): Promise<readonly string[] | Unreadable> {
  try {
    const paths = await Promise.all(
      LISTED_KINDS.map(async (kind) => {
        const names = await providers[kind].inventory.ours(pathOf(kind, `/${application}`));
        return names.map((name) => (name.startsWith('/') ? name : `/${name}`));
      }),
    );
    const folders = paths.flat().map((name) => name.slice(0, name.lastIndexOf('/')));
    return [...new Set(folders)].filter((folder) => folder !== prefix).sort();
  } catch (error) {
    return new Unreadable(error);
  }
}
