import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  RestoreSecretCommand,
  SecretsManagerClient,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateSecretCommand,
} from '@aws-sdk/client-secrets-manager';
import { type Connection, clientSettings, prepare } from '../clients/aws.ts';
import { isNamed } from '../clients/errors.ts';
import { SECRET } from '../kinds/secret.ts';
import { ABSENT, type Difference } from '../model/fields.ts';
import { keyIn, type Specs, type Unreadable } from '../model/spec.ts';
import { type ProviderContext, type Sender, sender } from './context.ts';
import { resolveCreateConflict } from './eventual-consistency.ts';
import type { ListedProvider } from './provider.ts';
import { SecretInventory } from './secret-inventory.ts';
import { type Content, mergeKeys, objectOf, printSecret } from './secret-json.ts';
import { DEFAULT_KEY, SecretContents, SecretReading } from './secret-reading.ts';
import { versionId } from './secret-versions.ts';
import { SecretWriter } from './secret-write.ts';
import { tagsIn, tagsOf, tagsOff } from './tags.ts';

type BundleSpec = Specs['AWS::SecretsManager::Secret'];

/** JSON secrets of Secrets Manager. */
export class SecretBundles implements ListedProvider<BundleSpec> {
  readonly #context: ProviderContext;
  readonly #recoveryDays: number;
  readonly #client: SecretsManagerClient;
  readonly #send: Sender;
  readonly #contents: SecretContents;
  readonly #reading: SecretReading;
  readonly #writer: SecretWriter;
  readonly inventory: SecretInventory;

  constructor(connection: Connection, context: ProviderContext, recoveryDays: number) {
    const client = prepare(new SecretsManagerClient(clientSettings(connection)), connection);
    this.#context = context;
    this.#recoveryDays = recoveryDays;
    this.#client = client;
    this.#send = sender(context, 'secretsmanager');
    this.#contents = new SecretContents(client, context);
    this.#reading = new SecretReading(client, context, this.#contents);
    this.#writer = new SecretWriter(client, context, this.#contents);
    this.inventory = new SecretInventory(client, context);
  }

  observe(names: readonly string[]): Promise<Map<string, BundleSpec | Unreadable>> {
    return this.#reading.observe(names);
  }

  refetch(names: readonly string[]): Promise<ReadonlyMap<string, BundleSpec | Unreadable | undefined>> {
    return this.#reading.refetch(names);
  }

  /** Nothing is read: write responses are complete. */
  async readBack(written: readonly BundleSpec[]): Promise<readonly BundleSpec[]> {
    return written;
  }

  async create(desired: BundleSpec): Promise<BundleSpec> {
    const { name, fields } = desired;
    const key = keyIn(fields);
    // The same at each retry, so that AWS recognizes it.
    const token = versionId(undefined, 'raw');
    let repeated = false;
    try {
      const answer = await this.#send(
        'CreateSecret',
        name,
        'secretsmanager:write',
        () =>
          this.#client.send(
            new CreateSecretCommand({
              Name: name,
              SecretString: printSecret(objectOf(fields)),
              ...(key === undefined || key === DEFAULT_KEY ? {} : { KmsKeyId: key }),
              Tags: tagsOf(fields).map(([Key, Value]) => ({ Key, Value })),
              ClientRequestToken: token,
            }),
          ),
        {
          secret: true,
          again: () => {
            repeated = true;
          },
        },
      );
      return { ...desired, metadata: { arn: answer.ARN, version: answer.VersionId } };
    } catch (error) {
      if (!isNamed(error, 'ResourceExistsException')) throw error;
      return resolveCreateConflict(this.#context, {
        descriptor: SECRET,
        desired,
        refusal: error,
        repeated,
        read: () => this.#reading.readAnew(name),
        // Keys that the other run does not configure; a value of its own is left to it.
        complete: async (existing) => {
          const missing = Object.entries(fields).flatMap(([field, to]): Difference[] =>
            field.startsWith('key:') && to !== undefined && !(field in existing.fields)
              ? [{ field, from: ABSENT, to }]
              : [],
          );
          if (missing.length > 0) await this.#writer.writeKeys(name, this.#contents.contentOf(name), missing);
        },
      });
    }
  }

  /** Schedules a secret for deletion, never at once: until the window ends the next apply restores it. */
  async delete({ name }: BundleSpec): Promise<void> {
    try {
      await this.#send('DeleteSecret', name, 'secretsmanager:write', () =>
        this.#client.send(
          new DeleteSecretCommand({ SecretId: name, RecoveryWindowInDays: this.#recoveryDays }),
        ),
      );
    } catch (error) {
      if (isNamed(error, 'ResourceNotFoundException')) return;
      // A retry finds the deletion that the previous call scheduled.
      if (!isNamed(error, 'InvalidRequestException') || !(await this.#isScheduled(name))) throw error;
    }
  }

  async #isScheduled(name: string): Promise<boolean> {
    const found = await this.#send('DescribeSecret', name, 'secretsmanager:read', () =>
      this.#client.send(new DescribeSecretCommand({ SecretId: name })),
    );
    return found.DeletedDate !== undefined;
  }

  async update(
    desired: BundleSpec,
    observed: BundleSpec,
    differences: readonly Difference[],
  ): Promise<BundleSpec> {
    const { name, fields } = desired;
    let content = this.#contents.contentOf(name);
    if (observed.metadata.scheduledForDeletion === true) {
      await this.#send('RestoreSecret', name, 'secretsmanager:write', () =>
        this.#client.send(new RestoreSecretCommand({ SecretId: name })),
      );
      // Its value could not be read while it was scheduled, and may not be for a moment more.
      content = await this.#contents.readValue(name);
    }
    await this.#updateTags(name, differences);
    const key = keyIn(fields);
    // Before the value, so that the new version is encrypted by the new key.
    if (differences.some(({ field }) => field === 'key-id') && key !== undefined)
      await this.#send('UpdateSecret', name, 'secretsmanager:write', () =>
        this.#client.send(new UpdateSecretCommand({ SecretId: name, KmsKeyId: key })),
      );
    let version = content.version ?? observed.metadata.version;
    if (differences.some(({ field }) => field.startsWith('key:')) && changesSomething(content, differences))
      version = await this.#writer.writeKeys(name, content, differences);
    return { ...desired, metadata: { ...observed.metadata, scheduledForDeletion: false, version } };
  }

  async #updateTags(name: string, differences: readonly Difference[]): Promise<void> {
    const tags = tagsIn(differences);
    if (tags.length > 0)
      await this.#send('TagResource', name, 'secretsmanager:write', () =>
        this.#client.send(
          new TagResourceCommand({ SecretId: name, Tags: tags.map(([Key, Value]) => ({ Key, Value })) }),
        ),
      );
    const off = tagsOff(differences);
    if (off.length > 0)
      await this.#send('UntagResource', name, 'secretsmanager:write', () =>
        this.#client.send(new UntagResourceCommand({ SecretId: name, TagKeys: off })),
      );
  }
}

/** A restored secret may have the desired value already. */
function changesSomething({ object }: Content, differences: readonly Difference[]): boolean {
  return typeof object === 'string' || printSecret(mergeKeys(object, differences)) !== printSecret(object);
}
