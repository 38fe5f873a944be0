import {
  DescribeParametersCommand,
  type ParameterMetadata,
  type ParameterStringFilter,
  type SSMClient,
} from '@aws-sdk/client-ssm';
import { chunks, type ProviderContext, sender } from './context.ts';

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
