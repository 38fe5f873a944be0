import {
  CreateSecretCommand,
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
import { keyIn, type Specs } from '../model/spec.ts';
import { type ProviderContext, sender } from './context.ts';
import { resolveCreateConflict } from './eventual-consistency.ts';
import type { ListedProvider } from './provider.ts';
import { deleteSecret, secretInventory } from './secret-inventory.ts';
import { type Content, mergeKeys, objectOf, printSecret } from './secret-json.ts';
import { DEFAULT_KEY, secretReading } from './secret-reading.ts';
import { versionId } from './secret-versions.ts';
import { secretWriting } from './secret-write.ts';
import { tagsIn, tagsOf, tagsOff } from './tags.ts';

type BundleSpec = Specs['AWS::SecretsManager::Secret'];

/** JSON secrets of Secrets Manager. */
export function secretBundles(
  connection: Connection,
  context: ProviderContext,
  recoveryDays: number,
): ListedProvider<BundleSpec> {
  const client = prepare(new SecretsManagerClient(clientSettings(connection)), connection);
  const send = sender(context, 'secretsmanager');
  const { observe, refetch, readAnew, contentOf, readValue, ...contents } = secretReading(client, context);
  const writeKeys = secretWriting(client, context, contents);

  return {
    observe,

    refetch,

    // Write responses are complete.
    readBack: async (written) => written,

    async create(desired) {
      const { name, fields } = desired;
      const key = keyIn(fields);
      // The same at each retry, so that AWS recognizes it.
      const token = versionId(undefined, 'raw');
      let repeated = false;
      try {
        const answer = await send(
          'CreateSecret',
          name,
          'secretsmanager:write',
          () =>
            client.send(
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
        return resolveCreateConflict(context, {
          descriptor: SECRET,
          desired,
          refusal: error,
          repeated,
          read: () => readAnew(name),
          // Keys that the other run does not configure; a value of its own is left to it.
          complete: async (existing) => {
            const missing = Object.entries(fields).flatMap(([field, to]): Difference[] =>
              field.startsWith('key:') && to !== undefined && !(field in existing.fields)
                ? [{ field, from: ABSENT, to }]
                : [],
            );
            if (missing.length > 0) await writeKeys(name, contentOf(name), missing);
          },
        });
      }
    },

    delete: deleteSecret(client, context, recoveryDays),

    inventory: secretInventory(client, context),

    async update(desired, observed, differences) {
      const { name, fields } = desired;
      let content = contentOf(name);
      if (observed.metadata.scheduledForDeletion === true) {
        await send('RestoreSecret', name, 'secretsmanager:write', () =>
          client.send(new RestoreSecretCommand({ SecretId: name })),
        );
        // Its value could not be read while it was scheduled, and may not be for a moment more.
        content = await readValue(name);
      }
      const tags = tagsIn(differences);
      if (tags.length > 0)
        await send('TagResource', name, 'secretsmanager:write', () =>
          client.send(
            new TagResourceCommand({ SecretId: name, Tags: tags.map(([Key, Value]) => ({ Key, Value })) }),
          ),
        );
      const off = tagsOff(differences);
      if (off.length > 0)
        await send('UntagResource', name, 'secretsmanager:write', () =>
          client.send(new UntagResourceCommand({ SecretId: name, TagKeys: off })),
        );
      const key = keyIn(fields);
      // Before the value, so that the new version is encrypted by the new key.
      if (differences.some(({ field }) => field === 'key-id') && key !== undefined)
        await send('UpdateSecret', name, 'secretsmanager:write', () =>
          client.send(new UpdateSecretCommand({ SecretId: name, KmsKeyId: key })),
        );
      let version = content.version ?? observed.metadata.version;
      if (differences.some(({ field }) => field.startsWith('key:')) && changesSomething(content, differences))
        version = await writeKeys(name, content, differences);
      return { ...desired, metadata: { ...observed.metadata, scheduledForDeletion: false, version } };
    },
  };
}

/** A restored secret may have the desired value already. */
function changesSomething({ object }: Content, differences: readonly Difference[]): boolean {
  return typeof object === 'string' || printSecret(mergeKeys(object, differences)) !== printSecret(object);
}
