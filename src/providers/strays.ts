import {
  type AnyStray,
  type Findings,
  LISTED_KINDS,
  type ListedKind,
  type StrayOf,
} from '../model/inventory.ts';
import { type Kind, type Specs, Unreadable } from '../model/spec.ts';
import type { ListedProvider, Provider, Providers } from './provider.ts';

export interface StrayRequest {
  readonly prefix: string;
  /** Names that this run asks for; kinds that are left out are not listed. */
  readonly known: Readonly<Partial<Record<ListedKind, ReadonlySet<string>>>>;
  /** Reads which JSON keys the secrets hold that we made. */
  readonly readsKeys: boolean;
}

/** @returns the path of a kind: a parameter's has a slash before it, a secret's has none. */
function pathOf(kind: ListedKind, prefix: string): string {
  return kind === 'AWS::SSM::Parameter' ? prefix : prefix.slice(1);
}

/** Looks for what stands below the prefix and is not asked for; one listing that fails does not hold up the other. */
export async function findStrays(providers: Providers, request: StrayRequest): Promise<Findings> {
  const [parameters, secrets] = await Promise.all([
    look(providers, 'AWS::SSM::Parameter', request, async (strays) => strays),
    look(providers, 'AWS::SecretsManager::Secret', request, (strays) =>
      request.readsKeys
        ? readKeys(providers['AWS::SecretsManager::Secret'], strays)
        : Promise.resolve(strays),
    ),
  ]);
  return {
    strays: [...parameters.strays, ...secrets.strays],
    failures: [...parameters.failures, ...secrets.failures],
  };
}

async function look<K extends ListedKind>(
  providers: Providers,
  kind: K,
  { prefix, known }: StrayRequest,
  read: (strays: Array<StrayOf<K>>) => Promise<Array<StrayOf<K>>>,
): Promise<{ strays: Array<StrayOf<K>>; failures: Findings['failures'] }> {
  const names = known[kind];
  const { inventory }: ListedProvider<Specs[K]> = providers[kind];
  if (names === undefined) return { strays: [], failures: [] };
  const path = pathOf(kind, prefix);
  try {
    const strays = await inventory.strays(path, names);
    return {
      strays: await read(strays.map((stray) => ({ ...stray, kind, isRead: kind === 'AWS::SSM::Parameter' }))),
      failures: [],
    };
  } catch (error) {
    return { strays: [], failures: [{ kind, path, error }] };
  }
}

/**
 * Judges what was found, and asks again for what would be deleted for good: only its own tags tell who else owns it.
 * @param judge a pure judgement of what was found
 * @returns what it comes to in the end
 */
export async function confirmedStrays<C extends { kind: Kind; name: string; action: string }>(
  providers: Providers,
  found: Findings,
  judge: (found: Findings) => readonly C[],
): Promise<readonly C[]> {
  const changes = judge(found);
  const kind = 'AWS::SSM::Parameter';
  const goes = new Set(
    changes
      .filter((change) => change.kind === kind && change.action === 'delete')
      .map((change) => change.name),
  );
  const specs = found.strays.flatMap((stray) =>
    stray.kind === kind && goes.has(stray.spec.name) ? [stray.spec] : [],
  );
  if (specs.length === 0) return changes;
  const asked = await providers[kind].inventory.refetch(specs);
  const strays = found.strays.map((stray): AnyStray => {
    const spec = stray.kind === kind ? asked.get(stray.spec.name) : undefined;
    if (stray.kind !== kind || spec === undefined) return stray;
    return spec instanceof Unreadable ? { ...stray, unreadable: spec } : { ...stray, spec };
  });
  return judge({ ...found, strays });
}

type SecretStray = StrayOf<'AWS::SecretsManager::Secret'>;

/** A listing may be a moment old: what is gone, or on its way, is none of our business any more. */
async function readKeys(
  provider: Provider<Specs['AWS::SecretsManager::Secret']>,
  strays: readonly SecretStray[],
): Promise<SecretStray[]> {
  // Of adopted ones too: no guess stores in plain what is a key of theirs.
  const ours = strays.filter(({ owner }) => owner !== 'others').map(({ spec }) => spec.name);
  if (ours.length === 0) return [...strays];
  const read = await provider.observe(ours);
  return strays.flatMap((stray): SecretStray[] => {
    if (stray.owner === 'others') return [stray];
    const spec = read.get(stray.spec.name);
    if (spec === undefined) return [];
    if (spec instanceof Unreadable) return [stray];
    if (spec.facts.scheduledForDeletion === true) return [];
    return [spec.facts.unread === true ? stray : { ...stray, spec, isRead: true }];
  });
}

/**
 * @returns the prefixes of the application's other environments, by what of ours stands below it,
 * or why that could not be found out
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
