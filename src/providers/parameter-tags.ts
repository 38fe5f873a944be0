import { ListTagsForResourceCommand, type SSMClient } from '@aws-sdk/client-ssm';
import { type Specs, Unreadable } from '../model/spec.ts';
import { type ProviderContext, sender } from './context.ts';
import { ownerByTags, pairs, tagFields } from './tags.ts';

type ParameterSpec = Specs['AWS::SSM::Parameter'];

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
