import { randomUUID } from 'node:crypto';
import {
  CreateSecretCommand,
  type DescribeSecretCommandOutput,
  GetSecretValueCommand,
  PutSecretValueCommand,
  RestoreSecretCommand,
  type SecretsManagerClient,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateSecretCommand,
} from '@aws-sdk/client-secrets-manager';
import type { CallOptions, Lane } from '../clients/aws.ts';
import { AwsError } from '../clients/errors.ts';
import { Secret } from '../secret.ts';
import { SECRET_BYTES } from '../settings/limits.ts';
import { type Difference, type Resource, type Specs, Unreadable } from './resource.ts';
import type { RoomContext } from './room.ts';
import {
  keyFields,
  mergeKeys,
  objectOf,
  parseSecret,
  printSecret,
  type SecretObject,
} from './secret-json.ts';
import { secretReads } from './secret-reads.ts';
import { deleteSecret, ownerOf, secretShelf } from './secret-shelf.ts';
import { ownerByTags, pairs, tagFields, tagsIn, tagsOf, tagsOff } from './tags.ts';

type BundleSpec = Specs['AWS::SecretsManager::Secret'];
const DEFAULT_KEY = 'alias/aws/secretsmanager';
/** How often a value is merged anew when somebody else wrote in between. */
const ROUNDS = 3;

/** What stands in one secret: its object, or why it cannot be written; and the version that was read. */
interface Content {
  readonly object: SecretObject | string;
  readonly version: string | undefined;
}

/** JSON secrets of Secrets Manager: values 20 at a time, everything else by DescribeSecret, all in one round. */
export function secretBundles(
  client: SecretsManagerClient,
  context: RoomContext,
  recoveryDays: number,
): Resource<BundleSpec> {
  const send = <O>(
    operation: string,
    resource: string,
    lane: Lane,
    call: () => Promise<O>,
    more: Partial<CallOptions> = {},
  ) => context.calls.send({ operation: `secretsmanager:${operation}`, resource, lane, ...more }, call);
  const isCode = (error: unknown, code: string) => error instanceof AwsError && error.code === code;
  const { describe, batchValues, asError } = secretReads(client, context);
  /** Values that others put there may be numbers or objects: they are written back as they were. */
  const contents = new Map<string, Content>();

  function remember(name: string, text: string | undefined, version: string | undefined): Content {
    let object: SecretObject | string = new Map();
    if (text === undefined)
      object = version === undefined ? object : 'it holds binary data; choose another bundle';
    else {
      // Hidden first, since the parts of a JSON text are what a log would show.
      object = parseSecret(text);
      if (typeof object === 'string') context.mask(new Secret(text), name);
      else
        for (const [key, value] of Object.entries(keyFields(object)))
          context.mask(value, `${name}:${key.slice('key:'.length)}`);
    }
    const content = { object, version };
    contents.set(name, content);
    return content;
  }

  /** Facts and fields beside the keys, from DescribeSecret. */
  function about(
    name: string,
    description: DescribeSecretCommandOutput,
    content: Content | undefined,
  ): BundleSpec {
    const tags = pairs(description.Tags);
    const object = content?.object;
    return {
      name,
      fields: {
        ...(object === undefined || typeof object === 'string' ? {} : keyFields(object)),
        'key-id': description.KmsKeyId ?? DEFAULT_KEY,
        ...tagFields(tags),
      },
      facts: {
        arn: description.ARN,
        version: content?.version,
        scheduledForDeletion: description.DeletedDate !== undefined,
        ownedBy: ownerOf(description) ?? ownerByTags(tags),
        unusable: typeof object === 'string' ? object : undefined,
        modifiedAt: description.LastChangedDate?.toISOString(),
      },
    };
  }

  async function readValue(name: string): Promise<Content> {
    try {
      const answer = await send('GetSecretValue', name, 'secretsmanager:read', () =>
        client.send(new GetSecretValueCommand({ SecretId: name })),
      );
      return remember(name, answer.SecretString, answer.VersionId);
    } catch (error) {
      // A secret without any value is legal.
      if (isCode(error, 'ResourceNotFoundException')) return remember(name, undefined, undefined);
      throw error;
    }
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
    for (let round = 1; ; round++) {
      if (typeof content.object === 'string') throw new Error(`${name}: ${content.object}`);
      const object = mergeKeys(content.object, differences);
      const text = printSecret(object);
      // Whoever wrote in between may have read our keys before, and then nothing is left to do.
      if (round > 1 && text === printSecret(content.object)) return content.version;
      if (Buffer.byteLength(text) > SECRET_BYTES)
        throw new Error(
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
        contents.set(name, { object, version: answer.VersionId });
        return answer.VersionId;
      }
      if (round === ROUNDS)
        throw new Error(`${name}: somebody else keeps writing this secret; run again when nobody does`);
      context.tell(
        `${name}: somebody else wrote it in the meantime; what they wrote is read again, and our keys are laid over it`,
      );
      const theirs = current === answer.VersionId ? previous : current;
      content = await readVersion(name, theirs, content);
    }
  }

  async function readVersion(
    name: string,
    version: string | undefined,
    otherwise: Content,
  ): Promise<Content> {
    if (version === undefined) return otherwise;
    const answer = await send('GetSecretValue', name, 'secretsmanager:read', () =>
      client.send(new GetSecretValueCommand({ SecretId: name, VersionId: version })),
    );
    const content = remember(name, answer.SecretString, answer.VersionId);
    // What we compare the next round with is the version that is current before it.
    const standing = await describe(name);
    const stages = standing instanceof Unreadable ? undefined : standing?.VersionIdsToStages;
    const current = Object.entries(stages ?? {}).find(([, labels]) => labels.includes('AWSCURRENT'))?.[0];
    return { object: content.object, version: current };
  }

  return {
    async observe(names) {
      const [descriptions, { values, errors, failed }] = await Promise.all([
        Promise.all(names.map(async (name) => [name, await describe(name)] as const)),
        batchValues(names),
      ]);
      const found = new Map<string, BundleSpec | Unreadable>();
      for (const [name, description] of descriptions) {
        if (description === undefined) continue;
        if (description instanceof Unreadable) found.set(name, description);
        else if (description.DeletedDate !== undefined) found.set(name, about(name, description, undefined));
        else {
          const entry = values.get(name);
          const error = errors.find(
            ({ SecretId }) => SecretId === name || (SecretId !== undefined && SecretId === description.ARN),
          );
          if (entry !== undefined)
            found.set(name, about(name, description, remember(name, entry.SecretString, entry.VersionId)));
          else if (error?.ErrorCode === 'ResourceNotFoundException')
            found.set(name, about(name, description, remember(name, undefined, undefined)));
          else found.set(name, new Unreadable(failed.get(name) ?? asError(name, error)));
        }
      }
      return found;
    },

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
      let content = contents.get(name) ?? { object: new Map<string, unknown>(), version: undefined };
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
