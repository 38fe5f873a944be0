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
import { type Content, mergeKeys, objectOf, printSecret } from './secret-json.ts';
import { type Description, isListed, versionOf } from './secret-labels.ts';
import { DEFAULT_KEY, secretReading } from './secret-reading.ts';
import { deleteSecret, secretShelf } from './secret-shelf.ts';
import { SETTLING_MS } from './settling.ts';
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
  const { observe, confirm, describe, contentOf, keep, readValue, readVersion } = secretReading(
    client,
    context,
  );

  /** Versions of this run: none of them is somebody else's. */
  const written = new Set<string | undefined>();

  /**
   * Describes a secret after a write, again and with waits while the description is older than the write: it lacks the
   * version that was written, or shows what was current before.
   * @returns undefined where the role, or the end of the run, leaves it untold
   */
  async function describeWritten(
    name: string,
    version: string | undefined,
    before: string | undefined,
  ): Promise<Description | undefined> {
    let description: Description | undefined;
    for (const wait of [0, ...SETTLING_MS]) {
      if (wait > 0) await context.clock.sleep(wait).catch(() => undefined);
      const answer = await describe(name);
      description = answer instanceof Unreadable ? undefined : answer;
      if (description === undefined) return undefined;
      if (isListed(version, description) && versionOf('AWSCURRENT', description) !== before) break;
    }
    return description;
  }

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
      if (typeof content.object === 'string')
        throw new Told(`${name}: ${content.object}`, { reason: 'blocked' });
      const object = mergeKeys(content.object, differences);
      const text = printSecret(object);
      // Whoever wrote after us may have read our keys before, and then nothing is left to do.
      if (text === standing) return content.version;
      if (Buffer.byteLength(text) > SECRET_BYTES)
        throw new Told(
          `${name}: with the keys that stand there it would be larger than the ${SECRET_BYTES} bytes that a secret holds; choose another bundle`,
          { reason: 'input' },
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
      const version = answer.VersionId;
      written.add(version);
      const description = await describeWritten(name, version, content.version);
      const current = versionOf('AWSCURRENT', description);
      const previous = versionOf('AWSPREVIOUS', description);
      const isOurs = (other: string | undefined) => other === content.version || written.has(other);
      // Where AWS shows nothing but what is older than our write, nothing tells of anybody else.
      const isUnknown = description === undefined || (isOurs(current) && !isListed(version, description));
      if (isUnknown || (current === version && isOurs(previous))) {
        if (description !== undefined && isUnknown)
          context.tell(
            `${name}: AWS does not show yet what was written, so whether somebody else wrote it in the meantime is not known; the next run reads it again`,
          );
        // A second change of the same run (keys are added first, and taken out later) goes on from here.
        keep(name, { object, version });
        return version;
      }
      if (round === ROUNDS)
        throw new Told(`${name}: somebody else keeps writing this secret; run again when nobody does`, {
          reason: 'conflict',
        });
      context.tell(
        `${name}: somebody else wrote it in the meantime; what they wrote is read again, and our keys are laid over it`,
      );
      // What we wrote stands where they were quicker, and then lacks what is theirs.
      const theirs = current === version ? previous : current;
      const read = theirs === undefined ? content.object : await readVersion(name, theirs);
      content = { object: read, version: current };
      standing = theirs !== current || typeof read === 'string' ? undefined : printSecret(read);
    }
  }

  return {
    observe,

    confirm,

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
