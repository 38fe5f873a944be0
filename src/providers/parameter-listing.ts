import {
  DeleteParametersCommand,
  DescribeParametersCommand,
  ListTagsForResourceCommand,
  type ParameterMetadata,
  type ParameterStringFilter,
  SSMClient,
} from '@aws-sdk/client-ssm';
import type DataLoader from 'dataloader';
import { type Connection, clientSettings, prepare } from '../clients/aws.ts';
import { AwsError } from '../clients/errors.ts';
import type { Unconfigured } from '../model/inventory.ts';
import { ADOPTED, MADE, OWNER_FIELD, OWNER_TAG } from '../model/ownership.ts';
import { type Specs, Unreadable } from '../model/spec.ts';
import { chunks, type ProviderContext, sender } from './context.ts';
import type { Inventory } from './provider.ts';
import { ownerByTags, pairs, tagFields } from './tags.ts';

/** Names in one filter. @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ParameterStringFilter.html */
const MOST_NAMED = 50;

type Listed = ReadonlyMap<string, ParameterMetadata>;

/** Metadata of SSM parameters, by DescribeParameters alone: no value is read. */
export interface ParameterListing {
  /** @returns the parameters of these names that carry all these tags */
  describe(names: readonly string[], tags: ReadonlyArray<readonly [string, string]>): Promise<Listed>;
  /** @returns parameters below a path that pass the filters */
  list(
    path: string,
    depth: 'OneLevel' | 'Recursive',
    filters: readonly ParameterStringFilter[],
  ): Promise<Listed>;
  /** @returns parameters directly below a path; the run's own prefix is listed once */
  children(path: string): Promise<Listed>;
  /**
   * Reads parameters below the run's own prefix from the listing for orphans, and the rest by name.
   * @returns the parameters of these names
   */
  metadataOf(names: readonly string[]): Promise<Listed>;
}

export function parameterListing(client: SSMClient, context: ProviderContext): ParameterListing {
  const send = sender(context, 'ssm');

  async function pages(resource: string, filters: readonly ParameterStringFilter[]): Promise<Listed> {
    const found = new Map<string, ParameterMetadata>();
    let NextToken: string | undefined;
    // A page may be empty and still have a next one.
    do {
      const page = await send('DescribeParameters', resource, 'ssm:describe', () =>
        client.send(
          new DescribeParametersCommand({ ParameterFilters: [...filters], MaxResults: 50, NextToken }),
        ),
      );
      for (const metadata of page.Parameters ?? [])
        if (metadata.Name !== undefined) found.set(metadata.Name, metadata);
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    return found;
  }

  async function describe(
    names: readonly string[],
    tags: ReadonlyArray<readonly [string, string]>,
  ): Promise<Listed> {
    const groups = await Promise.all(
      chunks(names, MOST_NAMED).map((group) =>
        pages(`${group[0]} and others`, [
          { Key: 'Name', Option: 'Equals', Values: group },
          ...tags.map(([key, value]) => ({ Key: `tag:${key}`, Option: 'Equals', Values: [value] })),
        ]),
      ),
    );
    return new Map(groups.flatMap((group) => [...group]));
  }

  const list: ParameterListing['list'] = (path, depth, filters) =>
    pages(`parameters below ${path}`, [{ Key: 'Path', Option: depth, Values: [path] }, ...filters]);

  let listed: Promise<Listed> | undefined;
  function children(path: string): Promise<Listed> {
    if (path !== context.listedPrefix) return list(path, 'OneLevel', []);
    listed ??= list(path, 'OneLevel', []);
    return listed;
  }

  return {
    describe,
    list,
    children,
    async metadataOf(names) {
      const path = context.listedPrefix;
      const isChild = (name: string) => path !== undefined && name.slice(0, name.lastIndexOf('/')) === path;
      const inside = names.filter(isChild);
      const parts = await Promise.all([
        path === undefined || inside.length === 0 ? new Map() : children(path),
        describe(
          names.filter((name) => !isChild(name)),
          [],
        ),
      ]);
      return new Map(parts.flatMap((part) => [...part]));
    },
  };
}

type ParameterSpec = Specs['AWS::SSM::Parameter'];

/** Names in one call. @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DeleteParameters.html */
const MOST_DELETED = 10;

/** Parameters below a path, by DescribeParameters alone: no value is read to list or delete them. */
export function parameterInventory(
  client: SSMClient,
  context: ProviderContext,
  listing: ParameterListing,
): Inventory<ParameterSpec> {
  const tagged = (...Values: string[]): ParameterStringFilter => ({
    Key: `tag:${OWNER_TAG}`,
    Option: 'Equals',
    Values,
  });

  return {
    async unconfigured(path, known) {
      const isUnconfigured = ({ Name }: ParameterMetadata) => Name !== undefined && !known.has(Name);
      const unconfigured = [...(await listing.children(path)).values()].filter(isUnconfigured);
      // A listing shows no tags, so their owners are read only if there are parameters.
      if (unconfigured.length === 0) return [];
      const [made, adopted] = await Promise.all(
        [MADE, ADOPTED].map(async (owner) => {
          const listed = await listing.list(path, 'OneLevel', [tagged(owner)]);
          return new Set(listed.keys());
        }),
      );
      return unconfigured.map((metadata): Unconfigured<ParameterSpec> => {
        if (made?.has(metadata.Name ?? '')) return { spec: specOf(metadata, MADE), owner: 'made' };
        if (adopted?.has(metadata.Name ?? '')) return { spec: specOf(metadata, ADOPTED), owner: 'adopted' };
        return { spec: specOf(metadata, undefined), owner: 'others' };
      });
    },

    async ours(path) {
      const listed = await listing.list(path, 'Recursive', [tagged(MADE, ADOPTED)]);
      return [...listed.keys()];
    },

    // A deleted parameter cannot be restored, and the listing shows only the ownership tag.
    refetch: parameterTags(client, context).withOwners,
  };
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

/** Deletes parameters, ten by one call; one that is gone already is left out by AWS without an error. */
export function deleteParameters(
  client: SSMClient,
  context: ProviderContext,
): (observed: ParameterSpec) => Promise<void> {
  const send = sender(context, 'ssm');

  async function carry(names: readonly string[]): Promise<Map<string, Error>> {
    const failures = new Map<string, Error>();
    const [first = ''] = names;
    try {
      await send(
        'DeleteParameters',
        names.length === 1 ? first : `${first} and ${names.length - 1} more`,
        'ssm:write',
        () => client.send(new DeleteParametersCommand({ Names: [...names] })),
      );
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      // One name that may not be deleted fails the whole batch: then each is deleted alone.
      const isOfOne =
        error instanceof AwsError && (error.reason === 'access-denied' || error.reason === 'aws');
      if (names.length === 1 || !isOfOne) for (const name of names) failures.set(name, error);
      else
        for (const failed of await Promise.all(names.map((name) => carry([name]))))
          for (const [name, reason] of failed) failures.set(name, reason);
    }
    return failures;
  }
  // Most runs delete nothing, and need none of it.
  let loader: Promise<DataLoader<string, void>> | undefined;
  const open = async (): Promise<DataLoader<string, void>> => {
    const { default: Loader } = await import('dataloader');
    const deleteAll = async (names: readonly string[]) => {
      const failures = await carry(names);
      return names.map((name) => failures.get(name));
    };
    // Deletions that become ready in the same turn belong together.
    return new Loader(deleteAll, {
      cache: false,
      maxBatchSize: MOST_DELETED,
      batchScheduleFn: (batch) => void setImmediate(batch),
    });
  };
  return async ({ name }) => {
    loader ??= open();
    await (await loader).load(name);
  };
}

/** Reads all tags of SSM parameters, one call for each: no listing has them. */
export function parameterTags(client: SSMClient, context: ProviderContext) {
  const send = sender(context, 'ssm');

  async function listTags(name: string): Promise<Array<[string, string]>> {
    const answer = await send('ListTagsForResource', name, 'ssm:describe', () =>
      client.send(new ListTagsForResourceCommand({ ResourceType: 'Parameter', ResourceId: name })),
    );
    return pairs(answer.TagList);
  }

  async function withOwner(spec: ParameterSpec): Promise<ParameterSpec> {
    const tags = await listTags(spec.name);
    const rest = Object.entries(spec.fields).filter(([field]) => !field.startsWith('tag:'));
    const fields = { ...Object.fromEntries(rest), ...tagFields(tags) } as ParameterSpec['fields'];
    return { ...spec, fields, metadata: { ...spec.metadata, ownedBy: ownerByTags(tags) } };
  }

  /** @returns the same with all of their tags, and with who else owns them by these */
  async function withOwners(
    specs: readonly ParameterSpec[],
  ): Promise<ReadonlyMap<string, ParameterSpec | Unreadable>> {
    const read = specs.map(
      async (spec) =>
        [spec.name, await withOwner(spec).catch((error: unknown) => new Unreadable(error))] as const,
    );
    return new Map(await Promise.all(read));
  }

  return { listTags, withOwners };
}

/**
 * Counts the parameters of the Standard tier, of which an account has a quota in each region.
 * @param most is as far as it counts
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
