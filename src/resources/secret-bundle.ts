import { randomUUID } from 'node:crypto';
import {
  CreateSecretCommand,
  PutSecretValueCommand,
  RestoreSecretCommand,
  type SecretsManagerClient,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateSecretCommand,
} from '@aws-sdk/client-secrets-manager';
import { SECRET_BYTES } from '../settings/limits.ts';
import { type Difference, type Resource, type Specs, Told, Unreadable } from './resource.ts';
import { type RoomContext, sender } from './room.ts';
import { mergeKeys, objectOf, printSecret } from './secret-json.ts';
import { type Content, DEFAULT_KEY, secretReading } from './secret-reading.ts';
import { deleteSecret, secretShelf } from './secret-shelf.ts';
import { tagsIn, tagsOf, tagsOff } from './tags.ts';

type BundleSpec = Specs['AWS::SecretsManager::Secret'];
/** How often a value is merged anew when somebody else wrote in between. */
const ROUNDS = 3;

/** JSON secrets of Secrets Manager. */
export function secretBundles(
  client: SecretsManagerClient,
  context: RoomContext,
  recoveryDays: number,
): Resource<BundleSpec> {
  const send = sender(context, 'secretsmanager');
  const { observe, describe, contentOf, keep, readValue, readVersion } = secretReading(client, context);

  /**
   * Writes the keys that differ, on top of what stands. There is no compare-and-set: whether somebody wrote in
   * between is seen afterwards, when the previous version is not the one that was read.
   */
  async function writeKeys(
    name: string,
    start: Content,
    differences: readonly Difference[],
  ): Promise<string | undefined> {
    let content = start;
    /** The text that is current, where it is known to differ from what was read. */
    let standing: string | undefined;
    for (let round = 1; ; round++) {
      if (typeof content.object === 'string') throw new Told(`${name}: ${content.object}`);
      const object = mergeKeys(content.object, differences);
      const text = printSecret(object);
      // Whoever wrote after us may have read our keys before, and then nothing is left to do.
      if (text === standing) return content.version;
      if (Buffer.byteLength(text) > SECRET_BYTES)
        throw new Told(
          `${name}: with the keys that stand there it would be larger than the ${SECRET_BYTES} bytes that a secret holds; choose another bundle`,
        );
      // Random for each write: a token made from the content would make AWS ignore a change back to an old value.
      const token = randomUUID();
      const answer = await send(
        'PutSecretValue',
        name,
        'secretsmanager:write',
        () =>
          client.send(
            new PutSecretValueCommand({ SecretId: name, SecretString: text, ClientRequestToken: token }),
          ),
        { secret: true },
      );
      const stages = (await describe(name)) ?? undefined;
      const versions = stages instanceof Unreadable ? undefined : stages?.VersionIdsToStages;
      const previous = Object.entries(versions ?? {}).find(([, labels]) =>
        labels.includes('AWSPREVIOUS'),
      )?.[0];
      const current = Object.entries(versions ?? {}).find(([, labels]) => labels.includes('AWSCURRENT'))?.[0];
      if (
        versions === undefined ||
        (current === answer.VersionId && (content.version === undefined || previous === content.version))
      ) {
        // A second change of the same run (keys are added first, and taken out later) goes on from here.
        keep(name, { object, version: answer.VersionId });
        return answer.VersionId;
      }
      if (round === ROUNDS)
        throw new Told(`${name}: somebody else keeps writing this secret; run again when nobody does`);
      context.tell(
        `${name}: somebody else wrote it in the meantime; what they wrote is read again, and our keys are laid over it`,
      );
      // What we wrote stands where they were quicker, and then lacks what is theirs.
      const theirs = current === answer.VersionId ? previous : current;
      content = { object: await readVersion(name, theirs, content.object), version: current };
      standing =
        theirs !== current || typeof content.object === 'string' ? undefined : printSecret(content.object);
    }
  }

  return {
    observe,

    async create(desired) {
      const { name, fields } = desired;
      const key = fields['key-id'];
      const token = randomUUID();
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
        { secret: true },
      );
      return { ...desired, facts: { arn: answer.ARN, version: answer.VersionId } };
    },

    delete: deleteSecret(client, context, recoveryDays),

    shelf: secretShelf(client, context),

    async update(desired, observed, differences) {
      const { name, fields } = desired;
      let content = contentOf(name);
      if (observed.facts.scheduledForDeletion === true) {
        await send('RestoreSecret', name, 'secretsmanager:write', () =>
          client.send(new RestoreSecretCommand({ SecretId: name })),
        );
        // Its value could not be read while it was scheduled.
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
      const key = fields['key-id'];
      // Before the value, so that the new version is encrypted by the new key.
      if (differences.some(({ field }) => field === 'key-id') && key !== undefined)
        await send('UpdateSecret', name, 'secretsmanager:write', () =>
          client.send(new UpdateSecretCommand({ SecretId: name, KmsKeyId: key })),
        );
      let version = content.version ?? observed.facts.version;
      if (differences.some(({ field }) => field.startsWith('key:')) && changesSomething(content, differences))
        version = await writeKeys(name, content, differences);
      return { ...desired, facts: { ...observed.facts, scheduledForDeletion: false, version } };
    },
  };
}

/** What a restored secret held may be what is wanted already. */
function changesSomething({ object }: Content, differences: readonly Difference[]): boolean {
  return typeof object === 'string' || printSecret(mergeKeys(object, differences)) !== printSecret(object);
}
