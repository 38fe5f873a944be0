import {
  AddTagsToResourceCommand,
  DeleteParameterCommand,
  type Parameter,
  type ParameterTier,
  type ParameterType,
  PutParameterCommand,
  type PutParameterCommandInput,
  RemoveTagsFromResourceCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { type Connection, clientSettings, prepare } from '../clients/aws.ts';
import { isNamed } from '../clients/errors.ts';
import { UserFacingError } from '../clients/explanation.ts';
import { PARAMETER } from '../kinds/parameter.ts';
import type { Difference } from '../model/fields.ts';
import { OWNER_TAG } from '../model/ownership.ts';
import { keyIn, type Specs } from '../model/spec.ts';
import { Secret } from '../secret.ts';
import { type ProviderContext, sender } from './context.ts';
import { resolveCreateConflict } from './eventual-consistency.ts';
import {
  deleteParameters,
  parameterInventory,
  parameterListing,
  parameterTags,
} from './parameter-listing.ts';
import { parameterReading } from './parameter-reading.ts';
import type { ParameterProvider } from './provider.ts';
import { tagFields, tagsIn, tagsOf, tagsOff } from './tags.ts';

type ParameterSpec = Specs['AWS::SSM::Parameter'];
type Extras = Partial<
  Pick<PutParameterCommandInput, 'Description' | 'AllowedPattern' | 'Policies' | 'Overwrite'>
>;

/** Wait between deletion and creation under the same name. @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DeleteParameter.html */
const RECREATE_MS = 30_000;

/** SSM parameters. */
export function parameters(connection: Connection, context: ProviderContext): ParameterProvider {
  const client = prepare(new SSMClient(clientSettings(connection)), connection);
  const send = sender(context, 'ssm');
  const listing = parameterListing(client, context);
  const { observe, refetch, readAnew, getValues, previousValue } = parameterReading(client, context, listing);
  const { listTags } = parameterTags(client, context);

  async function put(
    spec: ParameterSpec,
    extras: Extras,
    again: () => void,
    completes = false,
  ): Promise<{ readonly version: number | undefined; readonly fields: ParameterSpec['fields'] }> {
    const { name, fields } = spec;
    const { value, type, tier } = fields;
    const key = keyIn(fields);
    const overwrite = extras.Overwrite === true;
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
            // Set even if it is the default: an overwrite may keep another existing key.
            ...(type === 'SecureString' && key !== undefined && (overwrite || key !== 'alias/aws/ssm')
              ? { KeyId: key }
              : {}),
            ...extras,
            // Tags and overwrite cannot go together.
            ...(overwrite
              ? {}
              : {
                  Tags: tagsOf(fields)
                    .filter(([key]) => !key.startsWith('aws:'))
                    .map(([Key, Value]) => ({ Key, Value })),
                }),
          }),
        ),
      { secret: true, again, completes },
    );
    // Only the response has the tier that AWS chose.
    return { version: answer.Version, fields: { ...fields, tier: answer.Tier ?? tier } };
  }

  /**
   * @param extras tags and policies that a change of type restores
   * @param completes whether it is the second half of a change of type
   */
  async function create(
    desired: ParameterSpec,
    extras: Extras = {},
    completes = false,
  ): Promise<ParameterSpec> {
    let repeated = false;
    try {
      const again = () => {
        repeated = true;
      };
      const { version, fields } = await put(desired, extras, again, completes);
      return { ...desired, fields, metadata: { version: String(version ?? 1) } };
    } catch (error) {
      if (!isNamed(error, 'ParameterAlreadyExists')) throw error;
      const { name, fields } = desired;
      const existing = await resolveCreateConflict(context, {
        descriptor: PARAMETER,
        // Only a SecureString has a key.
        desired:
          fields.type === 'SecureString'
            ? desired
            : { ...desired, fields: { ...fields, 'key-id': undefined } },
        refusal: error,
        repeated,
        read: () => readAnew(name),
      });
      return { ...desired, metadata: existing.metadata };
    }
  }

  /**
   * Recreates a parameter whose type cannot change in place, with the tags of others. Nothing in Parameter Store
   * keeps them in between, so they are reported before: a killed process would lose them.
   */
  async function recreate(desired: ParameterSpec, observed: ParameterSpec): Promise<ParameterSpec> {
    const { name } = desired;
    const extras = { ...extrasOf(observed), ...policiesOf(observed) };
    // Only AWS can match the pattern with the new value, and must do so before the deletion.
    if (extras.AllowedPattern !== undefined)
      await put(
        { ...observed, fields: { ...observed.fields, value: desired.fields.value } },
        { ...extrasOf(observed), Overwrite: true },
        () => {},
      );
    // Nobody can give the tags of AWS itself.
    const tags = (await listTags(name)).filter(([key]) => !key.startsWith('aws:'));
    const foreign = tags.filter(([key]) => key !== OWNER_TAG && !context.tags.has(key));
    context.notice(
      `${name}: deleted and created anew for its type, with the ${RECREATE_MS / 1000} seconds in between that AWS requires${tellTags(foreign)}`,
    );
    await remove(name);
    // A run that is ended now does not wait: without the parameter, the application may not start.
    await context.clock.sleep(RECREATE_MS).catch(() => undefined);
    return create({ ...desired, fields: { ...tagFields(tags), ...desired.fields } }, extras, true);
  }

  async function remove(name: string): Promise<void> {
    try {
      await send('DeleteParameter', name, 'ssm:write', () =>
        client.send(new DeleteParameterCommand({ Name: name })),
      );
    } catch (error) {
      // A repeated call finds nothing more to delete.
      if (isNamed(error, 'ParameterNotFound')) return;
      // Without a response, it may be deleted nevertheless: then it must be created again.
      const { found, failed } = await getValues([name]);
      if (found.has(name) || failed.has(name)) throw error;
    }
  }

  return {
    observe,

    refetch,

    previousValue,

    create: (desired) => create(desired),

    delete: deleteParameters(client, context),

    inventory: parameterInventory(client, context, listing),

    async update(desired, observed, differences: readonly Difference[]) {
      const type = differences.find(({ field }) => field === 'type');
      if (type !== undefined && type.from !== 'String') return recreate(desired, observed);
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
      const { version, fields } = await put(desired, { ...extrasOf(observed), Overwrite: true }, () => {
        repeated = true;
      });
      const expected = Number(observed.metadata.version) + 1;
      if (!repeated && version !== expected)
        context.notice(
          `${desired.name}: another writer changed it in the meantime (version ${version} instead of ${expected}); it has the configured value now`,
        );
      return { ...desired, fields, metadata: { ...observed.metadata, version: String(version ?? expected) } };
    },

    async readBack(written) {
      const found = new Map<string, Pick<Parameter, 'ARN' | 'Version'>>();
      const isBehind = ({ name, metadata }: ParameterSpec) => {
        const parameter = found.get(name);
        return parameter === undefined || Number(parameter.Version) < Number(metadata.version);
      };
      const namesOf = (specs: readonly ParameterSpec[]) => specs.map(({ name }) => name);
      const writtenAs = new Map(written.map(({ name, metadata }) => [name, Number(metadata.version)]));
      // Fifty by one call, and without a value. What the listing does not know yet is asked for by its name, and so is what
      // it shows with a later version: it may still be that of a parameter which was deleted before this one was created.
      for (const [name, metadata] of await listing.describe(namesOf(written), []).catch(() => []))
        if (metadata.ARN !== undefined && metadata.Version === writtenAs.get(name)) found.set(name, metadata);
      let missing = written.filter(isBehind);
      // A new write may not be readable everywhere yet, or may return the previous version.
      for (let round = 0; round < 4 && missing.length > 0; round++) {
        // Cancellation ends the wait, not the result.
        if (round > 0) await context.clock.sleep(round * 500).catch(() => undefined);
        for (const [name, parameter] of (await getValues(namesOf(missing))).found) found.set(name, parameter);
        missing = missing.filter(isBehind);
      }
      return written.map((spec) => {
        const parameter = found.get(spec.name);
        if (parameter === undefined) return spec;
        const { ARN: arn, Version: stands = 0 } = parameter;
        const ours = Number(spec.metadata.version ?? stands);
        // An older one existed before this write, and proves no other writer.
        if (stands > ours)
          context.notice(`${spec.name}: another writer changed it after this run (version ${stands})`);
        return { ...spec, metadata: { ...spec.metadata, arn, version: String(Math.max(stands, ours)) } };
      });
    },
  };
}

function tellTags(tags: ReadonlyArray<readonly [string, string]>): string {
  if (tags.length === 0) return '';
  return `; tags of others are kept: ${tags.map(([key, value]) => `${key}=${value}`).join(', ')}`;
}

/** Sent with each write: that an overwrite without them keeps them, AWS does not say. */
function extrasOf({ metadata }: ParameterSpec): Extras {
  const { description, allowedPattern } = metadata.extras ?? {};
  return {
    ...(description === undefined ? {} : { Description: description }),
    ...(allowedPattern === undefined ? {} : { AllowedPattern: allowedPattern }),
  };
}

/**
 * Policies stay until others are sent, so only a deletion loses them.
 * @throws UserFacingError if one could not be restored
 * @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html (Policies)
 */
function policiesOf({ name, metadata }: ParameterSpec): Extras {
  const policies = metadata.extras?.policies;
  if (policies === undefined) return {};
  if (policies.includes(undefined))
    throw new UserFacingError(
      `${name}: it has a policy that AWS does not return, and a change of its type would lose it; remove the policy, or change the type by hand`,
      { reason: 'blocked' },
    );
  return { Policies: `[${policies.join(',')}]` };
}
