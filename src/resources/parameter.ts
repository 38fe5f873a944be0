import {
  AddTagsToResourceCommand,
  DeleteParameterCommand,
  type Parameter,
  type ParameterMetadata,
  type ParameterTier,
  type ParameterType,
  PutParameterCommand,
  RemoveTagsFromResourceCommand,
  type SSMClient,
} from '@aws-sdk/client-ssm';
import type { CallOptions, Lane } from '../clients/aws.ts';
import { AwsError } from '../clients/errors.ts';
import { Secret } from '../secret.ts';
import { MADE, OWNER_TAG } from '../settings/limits.ts';
import { parameterReads } from './parameter-reads.ts';
import { deleteParameters, parameterShelf } from './parameter-shelf.ts';
import { type Difference, type Resource, type Specs, Unreadable } from './resource.ts';
import type { RoomContext } from './room.ts';
import { ownerByTags, tagFields, tagsIn, tagsOf, tagsOff } from './tags.ts';

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
  const { getValues, describe, listTags, tagsOfOthers } = parameterReads(client, context);

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
      const ours: Array<[string, string]> = [...context.tags, [OWNER_TAG, MADE]];
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

    delete: deleteParameters(client, context),

    shelf: parameterShelf(client, context),

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
      const off = tagsOff(differences);
      if (off.length > 0)
        await send('RemoveTagsFromResource', desired.name, 'ssm:write', () =>
          client.send(
            new RemoveTagsFromResourceCommand({
              ResourceType: 'Parameter',
              ResourceId: desired.name,
              TagKeys: off,
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
