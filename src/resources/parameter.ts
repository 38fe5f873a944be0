import {
  AddTagsToResourceCommand,
  DeleteParameterCommand,
  DescribeParametersCommand,
  GetParametersCommand,
  ListTagsForResourceCommand,
  type Parameter,
  type ParameterMetadata,
  type ParameterStringFilter,
  type ParameterTier,
  type ParameterType,
  PutParameterCommand,
  type SSMClient,
} from '@aws-sdk/client-ssm';
import type { CallOptions, Lane } from '../clients/aws.ts';
import { AwsError } from '../clients/errors.ts';
import { Secret } from '../secret.ts';
import { OWNER_TAG } from '../settings/limits.ts';
import { type Difference, type Resource, type Specs, Unreadable } from './resource.ts';
import { chunks, type RoomContext } from './room.ts';
import { ownerByTags, pairs, tagFields, tagsIn, tagsOf } from './tags.ts';

type ParameterSpec = Specs['AWS::SSM::Parameter'];

/** Wait between deletion and creation under the same name. @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DeleteParameter.html */
const RECREATE_MS = 30_000;

/**
 * SSM parameters, read in batches: values by GetParameters (10 names), tier and key by DescribeParameters (50 names),
 * and who carries our tags by the same call with tag filters. Only a parameter whose tags differ is asked for its own.
 */
export function parameters(client: SSMClient, context: RoomContext): Resource<ParameterSpec> {
  const send = <O>(
    operation: string,
    resource: string,
    lane: Lane,
    call: () => Promise<O>,
    more: Partial<CallOptions> = {},
  ) => context.calls.send({ operation: `ssm:${operation}`, resource, lane, ...more }, call);

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
    const adopted: Array<[string, string]> = [...context.tags, [OWNER_TAG, 'aws-bootstrap:adopted']];
    for (const name of (await describe(names, adopted)).keys()) found.set(name, adopted);
    await Promise.all(
      names.filter((name) => !found.has(name)).map(async (name) => found.set(name, await listTags(name))),
    );
    return found;
  }

  function specOf(
    parameter: Parameter,
    metadata: ParameterMetadata | undefined,
    tags: ReadonlyArray<readonly [string, string]>,
  ): ParameterSpec {
    const name = parameter.Name ?? '';
    const value = new Secret(parameter.Value ?? '');
    const hidden = parameter.Type !== 'String' || !context.isShown(name);
    if (hidden) context.mask(value, name);
    return {
      name,
      fields: {
        value: value.unless(hidden),
        type: parameter.Type ?? 'String',
        tier: metadata?.Tier ?? 'Standard',
        'key-id': metadata?.KeyId,
        ...tagFields(tags),
      },
      facts: {
        arn: parameter.ARN,
        version: parameter.Version === undefined ? undefined : String(parameter.Version),
        modifiedBy: metadata?.LastModifiedUser,
        modifiedAt: (parameter.LastModifiedDate ?? metadata?.LastModifiedDate)?.toISOString(),
        ownedBy: ownerByTags(tags),
      },
    };
  }

  async function put(
    spec: ParameterSpec,
    overwrite: boolean,
    again: () => void,
  ): Promise<number | undefined> {
    const { name, fields } = spec;
    const { value, type, tier, 'key-id': key } = fields;
    const answer = await send(
      'PutParameter',
      name,
      'ssm:write',
      () =>
        client.send(
          new PutParameterCommand({
            Name: name,
            Value: value instanceof Secret ? value.reveal() : value,
            Type: type as ParameterType,
            // Without a tier the account's default would apply, which may cost money.
            Tier: (tier ?? 'Standard') as ParameterTier,
            ...(type === 'SecureString' && key !== undefined && key !== 'alias/aws/ssm'
              ? { KeyId: key }
              : {}),
            // Tags and overwrite cannot go together.
            ...(overwrite
              ? { Overwrite: true }
              : { Tags: tagsOf(fields).map(([Key, Value]) => ({ Key, Value })) }),
          }),
        ),
      { secret: true, again },
    );
    return answer.Version;
  }

  async function create(desired: ParameterSpec): Promise<ParameterSpec> {
    let repeated = false;
    try {
      const version = await put(desired, false, () => {
        repeated = true;
      });
      return { ...desired, facts: { version: String(version ?? 1) } };
    } catch (error) {
      // A repeated call meets the parameter that the call before has made; otherwise somebody else was quicker.
      if (!(error instanceof AwsError) || error.code !== 'ParameterAlreadyExists' || !repeated) throw error;
      return { ...desired, facts: { version: '1' } };
    }
  }

  /** A type that cannot change in place; other people's tags come along. */
  async function recreate(desired: ParameterSpec): Promise<ParameterSpec> {
    const { name } = desired;
    const tags = await listTags(name);
    context.tell(
      `${name}: deleted and created anew for its type, with the ${RECREATE_MS / 1000} seconds between the two that AWS asks for`,
    );
    await send('DeleteParameter', name, 'ssm:write', () =>
      client.send(new DeleteParameterCommand({ Name: name })),
    );
    await context.clock.sleep(RECREATE_MS);
    return create({ ...desired, fields: { ...tagFields(tags), ...desired.fields } });
  }

  return {
    async observe(names) {
      const ours: Array<[string, string]> = [...context.tags, [OWNER_TAG, 'aws-bootstrap']];
      const [values, all, made] = await Promise.all([
        getValues(names),
        describe(names, []).catch((error: unknown) => new Unreadable(error)),
        describe(names, ours).catch((error: unknown) => new Unreadable(error)),
      ]);
      const found = new Map<string, ParameterSpec | Unreadable>();
      for (const [name, error] of values.failed) found.set(name, new Unreadable(error));
      const wrong = all instanceof Unreadable ? all : made instanceof Unreadable ? made : undefined;
      if (all instanceof Unreadable || made instanceof Unreadable) {
        for (const name of names) found.set(name, wrong ?? new Unreadable(undefined));
        return found;
      }
      const others = [...values.found.keys()].filter((name) => !made.has(name));
      const tags = await tagsOfOthers(others).catch((error: unknown) => new Unreadable(error));
      for (const [name, parameter] of values.found) {
        if (made.has(name)) found.set(name, specOf(parameter, all.get(name), ours));
        else if (tags instanceof Unreadable) found.set(name, tags);
        else found.set(name, specOf(parameter, all.get(name), tags.get(name) ?? []));
      }
      return found;
    },

    create,

    async update(desired, observed, differences: readonly Difference[]) {
      const type = differences.find(({ field }) => field === 'type');
      if (type !== undefined && type.from !== 'String') return recreate(desired);
      const tags = tagsIn(differences);
      if (tags.length > 0)
        await send('AddTagsToResource', desired.name, 'ssm:write', () =>
          client.send(
            new AddTagsToResourceCommand({
              ResourceType: 'Parameter',
              ResourceId: desired.name,
              Tags: tags.map(([Key, Value]) => ({ Key, Value })),
            }),
          ),
        );
      if (differences.every(({ field }) => field.startsWith('tag:'))) return desired;
      let repeated = false;
      const version = await put(desired, true, () => {
        repeated = true;
      });
      const expected = Number(observed.facts.version) + 1;
      if (!repeated && version !== expected)
        context.tell(
          `${desired.name}: somebody else wrote it in the meantime (version ${version} instead of ${expected}); our value stands now`,
        );
      return { ...desired, facts: { ...observed.facts, version: String(version ?? expected) } };
    },

    async readBack(written) {
      const found = new Map<string, Parameter>();
      // What was written a moment ago may not be readable everywhere yet.
      for (let round = 0; round < 4 && found.size < written.length; round++) {
        if (round > 0) await context.clock.sleep(round * 500);
        const missing = written.map(({ name }) => name).filter((name) => !found.has(name));
        for (const [name, parameter] of (await getValues(missing)).found) found.set(name, parameter);
      }
      return written.map((spec) => {
        const parameter = found.get(spec.name);
        if (parameter === undefined) return spec;
        const version = String(parameter.Version);
        if (spec.facts.version !== undefined && version !== spec.facts.version)
          context.tell(`${spec.name}: somebody else wrote it after us (version ${version})`);
        return { ...spec, facts: { ...spec.facts, arn: parameter.ARN, version } };
      });
    },
  };
}
