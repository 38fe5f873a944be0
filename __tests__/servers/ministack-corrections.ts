import type { ParameterMetadata, ParameterStringFilter, SSM } from '@aws-sdk/client-ssm';
import type { Correction } from './recorder.ts';

/**
 * Where ministack is not AWS, and this action sees it: each as narrow as it can be, with the page that says what AWS does.
 * Everything else is ministack's own answer.
 * @param ssm asks ministack itself
 */
export function ministackCorrections(ssm: SSM): Readonly<Record<string, Correction>> {
  return {
    /**
     * It passes over filters by `tag:KEY`, and lists all levels below a path where `OneLevel` is asked for.
     * @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ParameterStringFilter.html
     */
    async 'ssm.DescribeParameters'(input) {
      const filters = (input['ParameterFilters'] ?? []) as ParameterStringFilter[];
      const own = filters.filter(({ Key = '', Option }) => Key.startsWith('tag:') || Option === 'OneLevel');
      if (own.length === 0) return undefined;
      const listed = await listAll(
        ssm,
        filters.filter((filter) => !own.includes(filter)),
      );
      const tags = await Promise.all(listed.map(({ Name = '' }) => tagsOf(ssm, Name)));
      const kept = listed.filter(({ Name = '' }, index) =>
        own.every((filter) => passes(filter, Name, tags[index] ?? new Map())),
      );
      const from = Number(input['NextToken'] ?? 0);
      const to = from + Number(input['MaxResults'] ?? 10);
      return {
        Parameters: kept.slice(from, to).map((metadata) => ({
          ...metadata,
          LastModifiedDate: (metadata.LastModifiedDate?.getTime() ?? 0) / 1000,
        })),
        ...(to < kept.length && { NextToken: String(to) }),
      };
    },
  };
}

function passes(
  { Key = '', Values = [] }: ParameterStringFilter,
  name: string,
  tags: ReadonlyMap<string, string>,
): boolean {
  if (Key === 'Path') return Values.some((path) => name.slice(0, name.lastIndexOf('/')) === path);
  const value = tags.get(Key.slice('tag:'.length));
  return value !== undefined && (Values.length === 0 || Values.includes(value));
}

async function listAll(ssm: SSM, ParameterFilters: ParameterStringFilter[]): Promise<ParameterMetadata[]> {
  const found: ParameterMetadata[] = [];
  let NextToken: string | undefined;
  do {
    const page = await ssm.describeParameters({ ParameterFilters, MaxResults: 50, NextToken });
    found.push(...(page.Parameters ?? []));
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return found;
}

async function tagsOf(ssm: SSM, ResourceId: string): Promise<Map<string, string>> {
  const { TagList = [] } = await ssm.listTagsForResource({ ResourceType: 'Parameter', ResourceId });
  return new Map(TagList.map(({ Key = '', Value = '' }) => [Key, Value]));
}
