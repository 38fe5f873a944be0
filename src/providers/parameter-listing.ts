import {
  DescribeParametersCommand,
  ListTagsForResourceCommand,
  type ParameterMetadata,
  type ParameterStringFilter,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { type Connection, clientSettings, prepare } from '../clients/aws.ts';
import type { Unconfigured } from '../model/inventory.ts';
import { ADOPTED, CREATED, OWNER_FIELD, OWNER_TAG } from '../model/ownership.ts';
import { type Specs, Unreadable } from '../model/spec.ts';
import { chunks, type ProviderContext, type Sender, sender } from './context.ts';
import type { Inventory } from './provider.ts';
import { ownerByTags, pairs, tagFields } from './tags.ts';

/** Names in one filter. @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ParameterStringFilter.html */
const MOST_NAMED = 50;

type ParameterSpec = Specs['AWS::SSM::Parameter'];
type Listed = ReadonlyMap<string, ParameterMetadata>;

/** Metadata of SSM parameters, by DescribeParameters alone: no value is read. */
export class ParameterListing {
  readonly #client: SSMClient;
  readonly #context: ProviderContext;
  readonly #send: Sender;
  #listed: Promise<Listed> | undefined;

  constructor(client: SSMClient, context: ProviderContext) {
    this.#client = client;
    this.#context = context;
    this.#send = sender(context, 'ssm');
  }

  async #pages(resource: string, filters: readonly ParameterStringFilter[]): Promise<Listed> {
    const found = new Map<string, ParameterMetadata>();
    let NextToken: string | undefined;
    // A page may be empty and still have a next one.
    do {
      const page = await this.#send('DescribeParameters', resource, 'ssm:describe', () =>
        this.#client.send(
          new DescribeParametersCommand({ ParameterFilters: [...filters], MaxResults: 50, NextToken }),
        ),
      );
      for (const metadata of page.Parameters ?? [])
        if (metadata.Name !== undefined) found.set(metadata.Name, metadata);
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    return found;
  }

  /** @returns the parameters of these names that carry all these tags */
  async describe(names: readonly string[], tags: ReadonlyArray<readonly [string, string]>): Promise<Listed> {
    const groups = await Promise.all(
      chunks(names, MOST_NAMED).map((group) =>
        this.#pages(`${group[0]} and others`, [
          { Key: 'Name', Option: 'Equals', Values: group },
          ...tags.map(([key, value]) => ({ Key: `tag:${key}`, Option: 'Equals', Values: [value] })),
        ]),
      ),
    );
    return new Map(groups.flatMap((group) => [...group]));
  }

  /** @returns parameters below a path that pass the filters */
  list(
    path: string,
    depth: 'OneLevel' | 'Recursive',
    filters: readonly ParameterStringFilter[],
  ): Promise<Listed> {
    return this.#pages(`parameters below ${path}`, [
      { Key: 'Path', Option: depth, Values: [path] },
      ...filters,
    ]);
  }

  /** @returns parameters directly below a path; the run's own prefix is listed once */
  children(path: string): Promise<Listed> {
    if (path !== this.#context.listedPrefix) return this.list(path, 'OneLevel', []);
    this.#listed ??= this.list(path, 'OneLevel', []);
    return this.#listed;
  }

  /**
   * Reads parameters below the run's own prefix from the listing for orphans, and the rest by name.
   * @returns the parameters of these names
   */
  async metadataOf(names: readonly string[]): Promise<Listed> {
    const path = this.#context.listedPrefix;
    const isChild = (name: string) => path !== undefined && name.slice(0, name.lastIndexOf('/')) === path;
    const inside = names.filter(isChild);
    const parts = await Promise.all([
      path === undefined || inside.length === 0 ? new Map<string, ParameterMetadata>() : this.children(path),
      this.describe(
        names.filter((name) => !isChild(name)),
        [],
      ),
    ]);
    return new Map(parts.flatMap((part) => [...part]));
  }
}

const tagged = (...Values: string[]): ParameterStringFilter => ({
  Key: `tag:${OWNER_TAG}`,
  Option: 'Equals',
  Values,
});

/** Parameters below a path, from listings alone. */
export class ParameterInventory implements Inventory<ParameterSpec> {
  readonly #listing: ParameterListing;
  readonly #tags: ParameterTags;

  constructor(listing: ParameterListing, tags: ParameterTags) {
    this.#listing = listing;
    this.#tags = tags;
  }

  async unconfigured(path: string, known: ReadonlySet<string>): Promise<Array<Unconfigured<ParameterSpec>>> {
    const isUnconfigured = ({ Name }: ParameterMetadata) => Name !== undefined && !known.has(Name);
    const unconfigured = [...(await this.#listing.children(path)).values()].filter(isUnconfigured);
    // A listing shows no tags, so their owners are read only if there are parameters.
    if (unconfigured.length === 0) return [];
    const [created, adopted] = await Promise.all(
      [CREATED, ADOPTED].map(async (owner) => {
        const listed = await this.#listing.list(path, 'OneLevel', [tagged(owner)]);
        return new Set(listed.keys());
      }),
    );
    return unconfigured.map((metadata): Unconfigured<ParameterSpec> => {
      if (created?.has(metadata.Name ?? '')) return { spec: specOf(metadata, CREATED), owner: 'created' };
      if (adopted?.has(metadata.Name ?? '')) return { spec: specOf(metadata, ADOPTED), owner: 'adopted' };
      return { spec: specOf(metadata, undefined), owner: 'others' };
    });
  }

  async ours(path: string): Promise<string[]> {
    const listed = await this.#listing.list(path, 'Recursive', [tagged(CREATED, ADOPTED)]);
    return [...listed.keys()];
  }

  /** A deleted parameter cannot be restored, and the listing shows only the ownership tag. */
  refetch(specs: readonly ParameterSpec[]): Promise<ReadonlyMap<string, ParameterSpec | Unreadable>> {
    return this.#tags.withOwners(specs);
  }
}

function specOf(metadata: ParameterMetadata, owner: string | undefined): ParameterSpec {
  const { Name = '', Type, Tier, KeyId, ARN, Version, LastModifiedUser, LastModifiedDate } = metadata;
  return {
    name: Name,
    fields: { type: Type, tier: Tier ?? 'Standard', 'key-id': KeyId, [OWNER_FIELD]: owner },
    metadata: {
      arn: ARN,
      version: Version === undefined ? undefined : String(Version),
      modifiedBy: LastModifiedUser,
      modifiedAt: LastModifiedDate?.toISOString(),
    },
  };
}

/** Reads all tags of SSM parameters, one call for each: no listing has them. */
export class ParameterTags {
  readonly #client: SSMClient;
  readonly #send: Sender;

  constructor(client: SSMClient, context: ProviderContext) {
    this.#client = client;
    this.#send = sender(context, 'ssm');
  }

  async listTags(name: string): Promise<Array<[string, string]>> {
    const answer = await this.#send('ListTagsForResource', name, 'ssm:describe', () =>
      this.#client.send(new ListTagsForResourceCommand({ ResourceType: 'Parameter', ResourceId: name })),
    );
    return pairs(answer.TagList);
  }

  async #withOwner(spec: ParameterSpec): Promise<ParameterSpec> {
    const tags = await this.listTags(spec.name);
    const rest = Object.entries(spec.fields).filter(([field]) => !field.startsWith('tag:'));
    const fields = { ...Object.fromEntries(rest), ...tagFields(tags) } as ParameterSpec['fields'];
    return { ...spec, fields, metadata: { ...spec.metadata, ownedBy: ownerByTags(tags) } };
  }

  /** @returns the parameters with all of their tags, and with another owner that these name */
  async withOwners(
    specs: readonly ParameterSpec[],
  ): Promise<ReadonlyMap<string, ParameterSpec | Unreadable>> {
    const read = specs.map(
      async (spec) =>
        [spec.name, await this.#withOwner(spec).catch((error: unknown) => new Unreadable(error))] as const,
    );
    return new Map(await Promise.all(read));
  }
}

/**
 * Counts the parameters of the Standard tier, of which an account has a quota in each region.
 * @param most the count ends above it
 */
export async function countParameters(
  connection: Connection,
  context: ProviderContext,
  most: number,
): Promise<number> {
  const client = prepare(new SSMClient(clientSettings(connection)), connection);
  const send = sender(context, 'ssm');
  let count = 0;
  let NextToken: string | undefined;
  do {
    const page = await send('DescribeParameters', 'the parameters of the region', 'ssm:describe', () =>
      client.send(new DescribeParametersCommand({ MaxResults: 50, NextToken })),
    );
    count += (page.Parameters ?? []).filter(({ Tier = 'Standard' }) => Tier === 'Standard').length;
    NextToken = page.NextToken;
  } while (NextToken !== undefined && count <= most);
  return count;
}
