import {
  AddTagsToResourceCommand,
  DeleteParameterCommand,
  DeleteParametersCommand,
  type Parameter,
  type ParameterTier,
  type ParameterType,
  PutParameterCommand,
  type PutParameterCommandInput,
  RemoveTagsFromResourceCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import type DataLoader from 'dataloader';
import { type Connection, clientSettings, prepare } from '../clients/aws.ts';
import { AwsError, isNamed } from '../clients/errors.ts';
import { UserFacingError } from '../clients/explanation.ts';
import { PARAMETER } from '../kinds/parameter.ts';
import type { Difference, Field } from '../model/fields.ts';
import { OWNER_TAG } from '../model/ownership.ts';
import { keyIn, type Specs, type Unreadable } from '../model/spec.ts';
import { Secret } from '../secret.ts';
import { type ProviderContext, type Sender, sender } from './context.ts';
import { resolveCreateConflict } from './eventual-consistency.ts';
import { ParameterInventory, ParameterListing, ParameterTags } from './parameter-listing.ts';
import { ParameterReading } from './parameter-reading.ts';
import type { ParameterProvider } from './provider.ts';
import { tagFields, tagsIn, tagsOf, tagsOff } from './tags.ts';

type ParameterSpec = Specs['AWS::SSM::Parameter'];
/** Facts that a read-back confirms. */
type Stored = Pick<Parameter, 'ARN' | 'Version'>;
type Extras = Partial<
  Pick<PutParameterCommandInput, 'Description' | 'AllowedPattern' | 'Policies' | 'Overwrite'>
>;

/** Wait between deletion and creation under the same name. @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DeleteParameter.html */
const RECREATE_MS = 30_000;

/** Names in one call. @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DeleteParameters.html */
const MOST_DELETED = 10;

/** SSM parameters. */
export class Parameters implements ParameterProvider {
  readonly #context: ProviderContext;
  readonly #client: SSMClient;
  readonly #send: Sender;
  readonly #listing: ParameterListing;
  readonly #reading: ParameterReading;
  readonly #tags: ParameterTags;
  readonly #deletions: ParameterDeletions;
  readonly inventory: ParameterInventory;

  constructor(connection: Connection, context: ProviderContext) {
    const client = prepare(new SSMClient(clientSettings(connection)), connection);
    this.#context = context;
    this.#client = client;
    this.#send = sender(context, 'ssm');
    this.#listing = new ParameterListing(client, context);
    this.#tags = new ParameterTags(client, context);
    this.#reading = new ParameterReading(client, context, this.#listing, this.#tags);
    this.#deletions = new ParameterDeletions(client, context);
    this.inventory = new ParameterInventory(this.#listing, this.#tags);
  }

  observe(names: readonly string[]): Promise<Map<string, ParameterSpec | Unreadable>> {
    return this.#reading.observe(names);
  }

  refetch(names: readonly string[]): Promise<ReadonlyMap<string, ParameterSpec | Unreadable>> {
    return this.#reading.refetch(names);
  }

  previousValue(observed: ParameterSpec): Promise<Field> {
    return this.#reading.previousValue(observed);
  }

  delete({ name }: ParameterSpec): Promise<void> {
    return this.#deletions.add(name);
  }

  async #put(
    spec: ParameterSpec,
    extras: Extras,
    again: () => void,
    completes = false,
  ): Promise<{ readonly version: number | undefined; readonly fields: ParameterSpec['fields'] }> {
    const { name, fields } = spec;
    const answer = await this.#send(
      'PutParameter',
      name,
      'ssm:write',
      () => this.#client.send(new PutParameterCommand(inputOf(spec, extras))),
      { secret: true, again, completes },
    );
    // Only the response has the tier that AWS chose.
    return { version: answer.Version, fields: { ...fields, tier: answer.Tier ?? fields.tier } };
  }

  /**
   * @param extras tags and policies that a change of type restores
   * @param completes whether it is the second half of a change of type
   */
  async #create(desired: ParameterSpec, extras: Extras = {}, completes = false): Promise<ParameterSpec> {
    let repeated = false;
    try {
      const again = () => {
        repeated = true;
      };
      const { version, fields } = await this.#put(desired, extras, again, completes);
      return { ...desired, fields, metadata: { version: String(version ?? 1) } };
    } catch (error) {
      if (!isNamed(error, 'ParameterAlreadyExists')) throw error;
      const { name, fields } = desired;
      const existing = await resolveCreateConflict(this.#context, {
        descriptor: PARAMETER,
        // Only a SecureString has a key.
        desired:
          fields.type === 'SecureString'
            ? desired
            : { ...desired, fields: { ...fields, 'key-id': undefined } },
        refusal: error,
        repeated,
        read: () => this.#reading.readAnew(name),
      });
      return { ...desired, metadata: existing.metadata };
    }
  }

  /**
   * Recreates a parameter whose type cannot change in place, with the tags of others. Nothing in Parameter Store
   * keeps them in between, so they are reported before: a killed process would lose them.
   */
  async #recreate(desired: ParameterSpec, observed: ParameterSpec): Promise<ParameterSpec> {
    const { name } = desired;
    const extras = { ...extrasOf(observed), ...policiesOf(observed) };
    // Only AWS can match the pattern with the new value, and must do so before the deletion.
    if (extras.AllowedPattern !== undefined)
      await this.#put(
        { ...observed, fields: { ...observed.fields, value: desired.fields.value } },
        { ...extrasOf(observed), Overwrite: true },
        () => {},
      );
    // Tags of AWS itself cannot be set.
    const tags = (await this.#tags.listTags(name)).filter(([key]) => !key.startsWith('aws:'));
    const foreign = tags.filter(([key]) => key !== OWNER_TAG && !this.#context.tags.has(key));
    this.#context.notice(
      `${name}: deleted and created anew for its type, with the ${RECREATE_MS / 1000} seconds in between that AWS requires${describeTags(foreign)}`,
    );
    await this.#remove(name);
    // A run that is ended now does not wait: without the parameter, the application may not start.
    await this.#context.clock.sleep(RECREATE_MS).catch(() => undefined);
    return this.#create({ ...desired, fields: { ...tagFields(tags), ...desired.fields } }, extras, true);
  }

  async #remove(name: string): Promise<void> {
    try {
      await this.#send('DeleteParameter', name, 'ssm:write', () =>
        this.#client.send(new DeleteParameterCommand({ Name: name })),
      );
    } catch (error) {
      // A retry finds nothing more to delete.
      if (isNamed(error, 'ParameterNotFound')) return;
      // Without a response, it may be deleted nevertheless: then it must be created again.
      const { found, failed } = await this.#reading.getValues([name]);
      if (found.has(name) || failed.has(name)) throw error;
    }
  }

  create(desired: ParameterSpec): Promise<ParameterSpec> {
    return this.#create(desired);
  }

  async update(
    desired: ParameterSpec,
    observed: ParameterSpec,
    differences: readonly Difference[],
  ): Promise<ParameterSpec> {
    const type = differences.find(({ field }) => field === 'type');
    if (type !== undefined && type.from !== 'String') return this.#recreate(desired, observed);
    await this.#updateTags(desired.name, differences);
    if (differences.every(({ field }) => field.startsWith('tag:'))) return desired;
    let repeated = false;
    const { version, fields } = await this.#put(desired, { ...extrasOf(observed), Overwrite: true }, () => {
      repeated = true;
    });
    const expected = Number(observed.metadata.version) + 1;
    if (!repeated && version !== expected)
      this.#context.notice(
        `${desired.name}: another writer changed it in the meantime (version ${version} instead of ${expected}); it has the configured value now`,
      );
    return { ...desired, fields, metadata: { ...observed.metadata, version: String(version ?? expected) } };
  }

  async #updateTags(name: string, differences: readonly Difference[]): Promise<void> {
    const tags = tagsIn(differences);
    if (tags.length > 0)
      await this.#send('AddTagsToResource', name, 'ssm:write', () =>
        this.#client.send(
          new AddTagsToResourceCommand({
            ResourceType: 'Parameter',
            ResourceId: name,
            Tags: tags.map(([Key, Value]) => ({ Key, Value })),
          }),
        ),
      );
    const off = tagsOff(differences);
    if (off.length > 0)
      await this.#send('RemoveTagsFromResource', name, 'ssm:write', () =>
        this.#client.send(
          new RemoveTagsFromResourceCommand({
            ResourceType: 'Parameter',
            ResourceId: name,
            TagKeys: off,
          }),
        ),
      );
  }

  async readBack(written: readonly ParameterSpec[]): Promise<readonly ParameterSpec[]> {
    const found = new Map<string, Stored>();
    const isBehind = ({ name, metadata }: ParameterSpec) => {
      const parameter = found.get(name);
      return parameter === undefined || Number(parameter.Version) < Number(metadata.version);
    };
    const namesOf = (specs: readonly ParameterSpec[]) => specs.map(({ name }) => name);
    const writtenAs = new Map(written.map(({ name, metadata }) => [name, Number(metadata.version)]));
    // Fifty by one call, and without a value. Parameters that the listing lacks, or shows with a later version, are read by
    // name: a later version may be that of a parameter which was deleted before this one was created.
    for (const [name, metadata] of await this.#listing.describe(namesOf(written), []).catch(() => []))
      if (metadata.ARN !== undefined && metadata.Version === writtenAs.get(name)) found.set(name, metadata);
    let missing = written.filter(isBehind);
    // A new write may not be readable everywhere yet, or may return the previous version.
    for (let round = 0; round < 4 && missing.length > 0; round++) {
      // Cancellation ends the wait, not the result.
      if (round > 0) await this.#context.clock.sleep(round * 500).catch(() => undefined);
      for (const [name, parameter] of (await this.#reading.getValues(namesOf(missing))).found)
        found.set(name, parameter);
      missing = missing.filter(isBehind);
    }
    return written.map((spec) => this.#confirmed(spec, found.get(spec.name)));
  }

  #confirmed(spec: ParameterSpec, stored: Stored | undefined): ParameterSpec {
    if (stored === undefined) return spec;
    const { ARN: arn, Version: version = 0 } = stored;
    const own = Number(spec.metadata.version ?? version);
    // An older one existed before this write, and proves no other writer.
    if (version > own)
      this.#context.notice(`${spec.name}: another writer changed it after this run (version ${version})`);
    return { ...spec, metadata: { ...spec.metadata, arn, version: String(Math.max(version, own)) } };
  }
}

function inputOf({ name, fields }: ParameterSpec, extras: Extras): PutParameterCommandInput {
  const { value, type, tier } = fields;
  const key = keyIn(fields);
  const overwrite = extras.Overwrite === true;
  return {
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
  };
}

/** Gathers deletions of the same turn, ten in one call. AWS leaves out a name that does not exist, without an error. */
class ParameterDeletions {
  readonly #client: SSMClient;
  readonly #send: Sender;
  #loader: Promise<DataLoader<string, void>> | undefined;

  constructor(client: SSMClient, context: ProviderContext) {
    this.#client = client;
    this.#send = sender(context, 'ssm');
  }

  async add(name: string): Promise<void> {
    // Most runs delete nothing, and need none of it.
    this.#loader ??= this.#open();
    await (await this.#loader).load(name);
  }

  async #open(): Promise<DataLoader<string, void>> {
    const { default: Loader } = await import('dataloader');
    const deleteAll = async (names: readonly string[]) => {
      const failures = await this.#delete(names);
      return names.map((name) => failures.get(name));
    };
    // Deletions that become ready in the same turn belong together.
    return new Loader(deleteAll, {
      cache: false,
      maxBatchSize: MOST_DELETED,
      batchScheduleFn: (batch) => void setImmediate(batch),
    });
  }

  /** @returns the error of each name that was not deleted */
  async #delete(names: readonly string[]): Promise<Map<string, Error>> {
    const failures = new Map<string, Error>();
    const [first = ''] = names;
    try {
      await this.#send(
        'DeleteParameters',
        names.length === 1 ? first : `${first} and ${names.length - 1} more`,
        'ssm:write',
        () => this.#client.send(new DeleteParametersCommand({ Names: [...names] })),
      );
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      // One name that may not be deleted fails the whole batch: then each is deleted alone.
      const isOfOne =
        error instanceof AwsError && (error.reason === 'access-denied' || error.reason === 'aws');
      if (names.length === 1 || !isOfOne) for (const name of names) failures.set(name, error);
      else
        for (const failed of await Promise.all(names.map((name) => this.#delete([name]))))
          for (const [name, reason] of failed) failures.set(name, reason);
    }
    return failures;
  }
}

function describeTags(tags: ReadonlyArray<readonly [string, string]>): string {
  if (tags.length === 0) return '';
  return `; tags of others are kept: ${tags.map(([key, value]) => `${key}=${value}`).join(', ')}`;
}

/** Sent with each write, since AWS does not document that an overwrite without them keeps them. */
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
