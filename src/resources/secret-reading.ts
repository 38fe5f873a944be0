import {
  type APIErrorType,
  BatchGetSecretValueCommand,
  DescribeSecretCommand,
  type DescribeSecretCommandOutput,
  GetSecretValueCommand,
  type SecretListEntry,
  type SecretsManagerClient,
  type SecretValueEntry,
} from '@aws-sdk/client-secrets-manager';
import { AwsError, isDenied } from '../clients/errors.ts';
import { Secret } from '../secret.ts';
import { type Specs, Unreadable } from './resource.ts';
import { chunks, type RoomContext, sender } from './room.ts';
import { keyFields, parseSecret, type SecretObject } from './secret-json.ts';
import { isCurrent, listSecrets } from './secret-listing.ts';
import { ownerOf, pairs, tagFields } from './tags.ts';

type BundleSpec = Specs['AWS::SecretsManager::Secret'];
export const DEFAULT_KEY = 'alias/aws/secretsmanager';
/** Above this number one listing is less work than a question for each. */
const MOST_DESCRIBED = 5;

/** Everything about a secret beside its value. */
type Description = DescribeSecretCommandOutput | SecretListEntry;

/** What a batch of values told. */
interface Batch {
  readonly values: ReadonlyMap<string, SecretValueEntry>;
  readonly errors: readonly APIErrorType[];
  readonly failed: ReadonlyMap<string, unknown>;
}

/** What stands in one secret: its object, or why it cannot be written; and the version that was read. */
export interface Content {
  readonly object: SecretObject | string;
  readonly version: string | undefined;
}

/** How JSON secrets are read: values 20 at a time, everything else by DescribeSecret, all in one round. */
export function secretReading(client: SecretsManagerClient, context: RoomContext) {
  const send = sender(context, 'secretsmanager');
  const isCode = (error: unknown, code: string) => error instanceof AwsError && error.code === code;
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

  async function describe(name: string): Promise<DescribeSecretCommandOutput | Unreadable | undefined> {
    try {
      return await send('DescribeSecret', name, 'secretsmanager:read', () =>
        client.send(new DescribeSecretCommand({ SecretId: name })),
      );
    } catch (error) {
      return isCode(error, 'ResourceNotFoundException') ? undefined : new Unreadable(error);
    }
  }

  /** Each asked for, when they are few; else one listing, and only what it may have wrong is asked for. */
  async function describeAll(
    names: readonly string[],
    batch: Promise<Batch>,
  ): Promise<ReadonlyArray<readonly [string, Description | Unreadable | undefined]>> {
    const ask = async (name: string) => [name, await describe(name)] as const;
    if (names.length <= MOST_DESCRIBED) return Promise.all(names.map(ask));
    const [listed, { values, errors }] = await Promise.all([listSecrets(client, context, names), batch]);
    return Promise.all(
      names.map((name) => {
        const entry = listed.get(name);
        if (isCurrent(entry, values.get(name), context.tags)) return [name, entry] as const;
        const isAbsent = errors.some(
          ({ SecretId, ErrorCode, Message }) =>
            SecretId === name &&
            ErrorCode === 'ResourceNotFoundException' &&
            // A secret without a value is reported by the same code.
            Message?.includes('staging label') !== true,
        );
        return entry === undefined && isAbsent ? ([name, undefined] as const) : ask(name);
      }),
    );
  }

  async function batchValues(names: readonly string[]): Promise<Batch> {
    const values = new Map<string, SecretValueEntry>();
    const errors: APIErrorType[] = [];
    const failed = new Map<string, unknown>();
    await Promise.all(
      chunks(names, 20).map(async (group) => {
        try {
          let NextToken: string | undefined;
          do {
            const answer = await send(
              'BatchGetSecretValue',
              group.join(', '),
              'secretsmanager:read',
              () => client.send(new BatchGetSecretValueCommand({ SecretIdList: group, NextToken })),
              { secret: true },
            );
            for (const entry of answer.SecretValues ?? [])
              if (entry.Name !== undefined) values.set(entry.Name, entry);
            errors.push(...(answer.Errors ?? []));
            NextToken = answer.NextToken;
          } while (NextToken !== undefined);
        } catch (error) {
          for (const name of group) failed.set(name, error);
        }
      }),
    );
    return { values, errors, failed };
  }

  /** Facts and fields beside the keys, from DescribeSecret. */
  function about(name: string, description: Description, content: Content | undefined): BundleSpec {
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
        ownedBy: ownerOf(description, tags),
        unusable: typeof object === 'string' ? object : undefined,
        modifiedAt: description.LastChangedDate?.toISOString(),
      },
    };
  }

  /** A secret whose value may not be read: its labels tell the version, and whether there is a value at all. */
  function unread(name: string, description: Description): BundleSpec {
    const stages =
      'VersionIdsToStages' in description
        ? description.VersionIdsToStages
        : (description as SecretListEntry).SecretVersionsToStages;
    const version = Object.entries(stages ?? {}).find(([, labels]) => labels.includes('AWSCURRENT'))?.[0];
    if (version === undefined) return about(name, description, remember(name, undefined, undefined));
    const { facts, ...rest } = about(name, description, undefined);
    return { ...rest, facts: { ...facts, version, unread: true } };
  }

  async function readValue(name: string): Promise<Content> {
    try {
      const answer = await send(
        'GetSecretValue',
        name,
        'secretsmanager:read',
        () => client.send(new GetSecretValueCommand({ SecretId: name })),
        { secret: true },
      );
      return remember(name, answer.SecretString, answer.VersionId);
    } catch (error) {
      // A secret without any value is legal.
      if (isCode(error, 'ResourceNotFoundException')) return remember(name, undefined, undefined);
      throw error;
    }
  }

  async function readVersion(
    name: string,
    version: string | undefined,
    otherwise: Content['object'],
  ): Promise<Content['object']> {
    if (version === undefined) return otherwise;
    const answer = await send(
      'GetSecretValue',
      name,
      'secretsmanager:read',
      () => client.send(new GetSecretValueCommand({ SecretId: name, VersionId: version })),
      { secret: true },
    );
    return remember(name, answer.SecretString, answer.VersionId).object;
  }

  async function observe(names: readonly string[]): Promise<Map<string, BundleSpec | Unreadable>> {
    const batch = batchValues(names);
    const [descriptions, { values, errors, failed }] = await Promise.all([describeAll(names, batch), batch]);
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
        else {
          const reason = failed.get(name) ?? asError(name, error);
          const isLeft = context.leavesUnread && isDenied(reason);
          found.set(name, isLeft ? unread(name, description) : new Unreadable(reason));
        }
      }
    }
    return found;
  }

  /** @returns what was read of a secret last. */
  function contentOf(name: string): Content {
    return contents.get(name) ?? { object: new Map<string, unknown>(), version: undefined };
  }

  /** What was written is what a later change of the run goes on from. */
  function keep(name: string, content: Content): void {
    contents.set(name, content);
  }

  return { observe, describe, contentOf, keep, readValue, readVersion };
}

/** An item of a batch that failed arrives with HTTP 200, without an exception. */
function asError(name: string, error: APIErrorType | undefined): AwsError {
  const code = error?.ErrorCode ?? 'it is in neither list of the answer';
  const cause = Object.assign(new Error(error?.Message ?? 'no answer for this secret'), { name: code });
  return new AwsError(cause, 'secretsmanager:BatchGetSecretValue', name, error !== undefined);
}
