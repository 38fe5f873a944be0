import {
  DescribeParametersCommand,
  GetParametersCommand,
  ListTagsForResourceCommand,
  type Parameter,
  type ParameterMetadata,
  type ParameterStringFilter,
  type SSMClient,
} from '@aws-sdk/client-ssm';
import type { Lane } from '../clients/aws.ts';
import { AwsError } from '../clients/errors.ts';
import { ADOPTED, OWNER_TAG } from '../settings/limits.ts';
import { chunks, type RoomContext } from './room.ts';
import { pairs } from './tags.ts';

/** How parameters are read in few calls. */
export function parameterReads(client: SSMClient, context: RoomContext) {
  const send = <O>(operation: string, resource: string, lane: Lane, call: () => Promise<O>) =>
    context.calls.send({ operation: `ssm:${operation}`, resource, lane }, call);

  async function getValues(
    names: readonly string[],
  ): Promise<{ found: Map<string, Parameter>; failed: Map<string, unknown> }> {
    const found = new Map<string, Parameter>();
    const failed = new Map<string, unknown>();
    const get = async (group: string[]): Promise<void> => {
      try {
        const answer = await send(
          'GetParameters',
          group.length === 1 ? (group[0] ?? '') : `${group[0]} and ${group.length - 1} more`,
          'ssm:read',
          () => client.send(new GetParametersCommand({ Names: group, WithDecryption: true })),
        );
        for (const parameter of answer.Parameters ?? [])
          if (parameter.Name !== undefined) found.set(parameter.Name, parameter);
      } catch (error) {
        // One name that may not be read, or whose key is gone, fails the whole batch: each is asked alone.
        const isOfOne =
          error instanceof AwsError && (error.reason === 'access-denied' || error.reason === 'aws');
        if (group.length > 1 && isOfOne) await Promise.all(group.map((name) => get([name])));
        else for (const name of group) failed.set(name, error);
      }
    };
    await Promise.all(chunks(names, 10).map(get));
    return { found, failed };
  }

  async function describe(
    names: readonly string[],
    tags: ReadonlyArray<readonly [string, string]>,
  ): Promise<Map<string, ParameterMetadata>> {
    const found = new Map<string, ParameterMetadata>();
    await Promise.all(
      chunks(names, 50).map(async (group) => {
        const filters: ParameterStringFilter[] = [
          { Key: 'Name', Option: 'Equals', Values: group },
          ...tags.map(([key, value]) => ({ Key: `tag:${key}`, Option: 'Equals', Values: [value] })),
        ];
        let NextToken: string | undefined;
        // A page may be empty and still have a next one.
        do {
          const page = await send('DescribeParameters', `${group[0]} and others`, 'ssm:describe', () =>
            client.send(
              new DescribeParametersCommand({ ParameterFilters: filters, MaxResults: 50, NextToken }),
            ),
          );
          for (const metadata of page.Parameters ?? [])
            if (metadata.Name !== undefined) found.set(metadata.Name, metadata);
          NextToken = page.NextToken;
        } while (NextToken !== undefined);
      }),
    );
    return found;
  }

  async function listTags(name: string): Promise<Array<[string, string]>> {
    const answer = await send('ListTagsForResource', name, 'ssm:describe', () =>
      client.send(new ListTagsForResourceCommand({ ResourceType: 'Parameter', ResourceId: name })),
    );
    return pairs(answer.TagList);
  }

  /** Tags of what does not carry all of ours: adopted ones by one more filter, the rest one by one. */
  async function tagsOfOthers(names: readonly string[]): Promise<Map<string, Array<[string, string]>>> {
    const found = new Map<string, Array<[string, string]>>();
    if (names.length === 0) return found;
    const adopted: Array<[string, string]> = [...context.tags, [OWNER_TAG, ADOPTED]];
    for (const name of (await describe(names, adopted)).keys()) found.set(name, adopted);
    await Promise.all(
      names.filter((name) => !found.has(name)).map(async (name) => found.set(name, await listTags(name))),
    );
    return found;
  }

  return { getValues, describe, listTags, tagsOfOthers };
}
