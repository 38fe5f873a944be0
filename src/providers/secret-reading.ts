import {
  type APIErrorType,
  BatchGetSecretValueCommand,
  DescribeSecretCommand,
  type DescribeSecretCommandOutput,
  GetSecretValueCommand,
  type GetSecretValueCommandOutput,
  type SecretListEntry,
  type SecretsManagerClient,
  type SecretValueEntry,
} from '@aws-sdk/client-secrets-manager';
import { AwsError, isDenied, isNamed } from '../clients/errors.ts';
import { type Specs, Unreadable } from '../model/spec.ts';
import { Secret } from '../secret.ts';
import { chunks, type ProviderContext, type Sender, sender } from './context.ts';
import { patiently } from './eventual-consistency.ts';
import { isCurrent, listSecrets } from './secret-inventory.ts';
import { type Content, keyFields, parseSecret, type SecretObject } from './secret-json.ts';
import { type Description, versionOf } from './secret-versions.ts';
import { ownerOf, pairs, tagFields } from './tags.ts';

type BundleSpec = Specs['AWS::SecretsManager::Secret'];
export const DEFAULT_KEY = 'alias/aws/secretsmanager';
/** Above this number, one listing takes fewer calls than a description of each. */
const MOST_DESCRIBED = 5;

const NOTHING_LISTED: ReadonlyMap<string, SecretListEntry> = new Map();

/** Reads one secret, and keeps its last contents. */
export class SecretContents {
  readonly #client: SecretsManagerClient;
  readonly #context: ProviderContext;
  readonly #send: Sender;
  /** Values that others put there may be numbers or objects: they are written back as they were. */
  readonly #contents = new Map<string, Content>();

  constructor(client: SecretsManagerClient, context: ProviderContext) {
    this.#client = client;
    this.#context = context;
    this.#send = sender(context, 'secretsmanager');
  }

  #parse(name: string, text: string | undefined, version: string | undefined): Content {
    let object: SecretObject | string = new Map();
    if (text === undefined)
      object = version === undefined ? object : 'it holds binary data; choose another bundle';
    else {
      // Masked first, since a log would show the parts of a JSON text.
      object = parseSecret(text);
      if (typeof object === 'string') this.#context.mask(new Secret(text), name);
      else
        for (const [key, value] of Object.entries(keyFields(object)))
          this.#context.mask(value, `${name}:${key.slice('key:'.length)}`);
    }
    return { object, version };
  }

  remember(name: string, text: string | undefined, version: string | undefined): Content {
    const content = this.#parse(name, text, version);
    this.#contents.set(name, content);
    return content;
  }

  async describe(name: string): Promise<DescribeSecretCommandOutput | Unreadable | undefined> {
    try {
      return await this.#send('DescribeSecret', name, 'secretsmanager:read', () =>
        this.#client.send(new DescribeSecretCommand({ SecretId: name })),
      );
    } catch (error) {
      return isMissing(error) ? undefined : new Unreadable(error);
    }
  }

  getValue(name: string, version?: string): Promise<GetSecretValueCommandOutput> {
    return this.#send(
      'GetSecretValue',
      name,
      'secretsmanager:read',
      () => this.#client.send(new GetSecretValueCommand({ SecretId: name, VersionId: version })),
      { secret: true },
    );
  }

  /** A secret without any value is legal: it describes itself as one in which nothing is current. */
  async #isEmpty(name: string): Promise<boolean> {
    const description = await this.describe(name);
    return (
      description !== undefined &&
      !(description instanceof Unreadable) &&
      versionOf('AWSCURRENT', description) === undefined
    );
  }

  /**
   * Reads the current value, also while AWS is not consistent after a write or a restore.
   * @param current the current version from a description, if known: then there is a value
   * @throws AwsError where there is a value that still cannot be read after the waits
   */
  async readValue(name: string, current?: string): Promise<Content> {
    const isEarly = (error: unknown) => isMissing(error) || isMarked(error);
    const answer = await patiently(this.#context, isEarly, async () => {
      try {
        return await this.getValue(name);
      } catch (error) {
        if (isMissing(error) && current === undefined && (await this.#isEmpty(name))) return undefined;
        throw error;
      }
    });
    return this.remember(name, answer?.SecretString, answer?.VersionId);
  }

  /** Reads one version from a recent description or list. */
  async readVersion(name: string, version: string): Promise<Content['object']> {
    const answer = await patiently(this.#context, isMissing, () => this.getValue(name, version));
    return this.#parse(name, answer.SecretString, answer.VersionId).object;
  }

  /** @returns the last contents of a secret. */
  contentOf(name: string): Content {
    return this.#contents.get(name) ?? { object: new Map<string, unknown>(), version: undefined };
  }

  /** A later change of the run starts from the written value. */
  keep(name: string, content: Content): void {
    this.#contents.set(name, content);
  }
}

function isMissing(error: unknown): boolean {
  return isNamed(error, 'ResourceNotFoundException');
}

/** A restored secret may respond so for a moment, in either wording. */
function isMarked(error: unknown): boolean {
  return (
    isNamed(error, 'InvalidRequestException') &&
    error.cause instanceof Error &&
    /because it was (deleted|marked for deletion)/.test(error.cause.message)
  );
}

/** The results of a batch of values. */
interface Batch {
  readonly values: ReadonlyMap<string, SecretValueEntry>;
  readonly errors: readonly APIErrorType[];
  readonly failed: ReadonlyMap<string, unknown>;
}

/** A batch that is still filled. */
interface OpenBatch {
  readonly values: Map<string, SecretValueEntry>;
  readonly errors: APIErrorType[];
  readonly failed: Map<string, unknown>;
}

/** Reads JSON secrets: values 20 at a time, then everything else by DescribeSecret. */
export class SecretReading {
  readonly #client: SecretsManagerClient;
  readonly #context: ProviderContext;
  readonly #send: Sender;
  readonly #contents: SecretContents;
  /** Secrets of which only the value was read by name. */
  readonly #fromListing = new Set<string>();

  constructor(client: SecretsManagerClient, context: ProviderContext, contents: SecretContents) {
    this.#client = client;
    this.#context = context;
    this.#send = sender(context, 'secretsmanager');
    this.#contents = contents;
  }

  /**
   * Secrets without a value in the batch need no description, so a first run makes none. A few secrets are described
   * one by one; for many there is one listing, and only doubtful entries are described.
   */
  async #describeAll(
    names: readonly string[],
    batch: Promise<Batch>,
  ): Promise<ReadonlyArray<readonly [string, Description | Unreadable | undefined]>> {
    const describe = async (name: string) => [name, await this.#contents.describe(name)] as const;
    const [listed, { values, errors }] = await Promise.all([
      names.length <= MOST_DESCRIBED ? NOTHING_LISTED : listSecrets(this.#client, this.#context, names),
      batch,
    ]);
    return Promise.all(
      names.map((name) => {
        const entry = listed.get(name);
        if (isCurrent(entry, values.get(name), this.#context.tags)) {
          this.#fromListing.add(name);
          return [name, entry] as const;
        }
        const isAbsent = errors.some(
          ({ SecretId, ErrorCode, Message }) =>
            SecretId === name &&
            ErrorCode === 'ResourceNotFoundException' &&
            // A secret without a value is reported by the same code.
            Message?.includes('staging label') !== true,
        );
        return entry === undefined && isAbsent ? ([name, undefined] as const) : describe(name);
      }),
    );
  }

  async #batchValues(names: readonly string[]): Promise<Batch> {
    const batch: OpenBatch = { values: new Map(), errors: [], failed: new Map() };
    await Promise.all(chunks(names, 20).map((group) => this.#readGroup(group, batch)));
    return batch;
  }

  async #readGroup(group: string[], batch: OpenBatch): Promise<void> {
    const { values, errors, failed } = batch;
    try {
      let NextToken: string | undefined;
      do {
        const answer = await this.#send(
          'BatchGetSecretValue',
          group.join(', '),
          'secretsmanager:read',
          () => this.#client.send(new BatchGetSecretValueCommand({ SecretIdList: group, NextToken })),
          { secret: true },
        );
        for (const entry of answer.SecretValues ?? [])
          if (entry.Name !== undefined) values.set(entry.Name, entry);
        errors.push(...(answer.Errors ?? []));
        NextToken = answer.NextToken;
      } while (NextToken !== undefined);
    } catch (error) {
      if (isDenied(error)) await Promise.all(group.map((name) => this.#readAlone(name, error, batch)));
      else for (const name of group) failed.set(name, error);
    }
  }

  /** A role that may read each value may still not read them in a batch. */
  async #readAlone(name: string, refusal: unknown, { values, errors, failed }: OpenBatch): Promise<void> {
    try {
      const { ARN, SecretString, VersionId } = await this.#contents.getValue(name);
      values.set(name, { ARN, Name: name, SecretString, VersionId });
    } catch (error) {
      const cause = isNamed(error, 'ResourceNotFoundException') ? error.cause : undefined;
      if (cause instanceof Error)
        errors.push({ SecretId: name, ErrorCode: cause.name, Message: cause.message });
      else failed.set(name, isDenied(error) ? refusal : error);
    }
  }

  /** @returns the spec, of which all but the keys comes from DescribeSecret or the listing */
  #about(name: string, description: Description, content: Content | undefined): BundleSpec {
    const tags = pairs(description.Tags);
    const object = content?.object;
    const isScheduled = description.DeletedDate !== undefined;
    return {
      name,
      fields: {
        ...(object === undefined || typeof object === 'string' ? {} : keyFields(object)),
        'key-id': description.KmsKeyId ?? DEFAULT_KEY,
        ...tagFields(tags),
      },
      metadata: {
        arn: description.ARN,
        // The restored version is the current one, without a write of a value.
        version: isScheduled ? versionOf('AWSCURRENT', description) : content?.version,
        scheduledForDeletion: isScheduled,
        ownedBy: ownerOf(description, tags),
        unusable: typeof object === 'string' ? object : undefined,
        modifiedAt: description.LastChangedDate?.toISOString(),
      },
    };
  }

  /** A secret whose value may not be read: its labels show the version, and whether there is a value at all. */
  #unread(name: string, description: Description): BundleSpec {
    const version = versionOf('AWSCURRENT', description);
    if (version === undefined)
      return this.#about(name, description, this.#contents.remember(name, undefined, undefined));
    const { metadata, ...rest } = this.#about(name, description, undefined);
    return { ...rest, metadata: { ...metadata, version, unread: true } };
  }

  /** The result of a batch for one value. A missing value is trusted if the description has none either. */
  async #specOf(
    name: string,
    description: Description,
    { values, errors, failed }: Batch,
  ): Promise<BundleSpec | Unreadable> {
    if (description.DeletedDate !== undefined) return this.#about(name, description, undefined);
    const entry = values.get(name);
    if (entry !== undefined)
      return this.#about(
        name,
        description,
        this.#contents.remember(name, entry.SecretString, entry.VersionId),
      );
    const error = errors.find(
      ({ SecretId }) => SecretId === name || (SecretId !== undefined && SecretId === description.ARN),
    );
    const current = versionOf('AWSCURRENT', description);
    const isMissing = error?.ErrorCode === 'ResourceNotFoundException';
    if (isMissing && current === undefined)
      return this.#about(name, description, this.#contents.remember(name, undefined, undefined));
    try {
      if (!isMissing) throw failed.get(name) ?? asError(name, error);
      return this.#about(name, description, await this.#contents.readValue(name, current));
    } catch (reason) {
      const leavesUnread = this.#context.leavesUnread && isDenied(reason);
      return leavesUnread ? this.#unread(name, description) : new Unreadable(reason);
    }
  }

  async observe(names: readonly string[]): Promise<Map<string, BundleSpec | Unreadable>> {
    const batch = this.#batchValues(names);
    const [descriptions, values] = await Promise.all([this.#describeAll(names, batch), batch]);
    const found = new Map<string, BundleSpec | Unreadable>();
    await Promise.all(
      descriptions.map(async ([name, description]) => {
        if (description === undefined) return;
        const isRead = !(description instanceof Unreadable);
        found.set(name, isRead ? await this.#specOf(name, description, values) : description);
      }),
    );
    return found;
  }

  /** Key, rotation and owner may have changed since the listing, unlike the value, which was read by name. */
  async refetch(names: readonly string[]): Promise<ReadonlyMap<string, BundleSpec | Unreadable | undefined>> {
    const found = new Map<string, BundleSpec | Unreadable | undefined>();
    const refetch = async (name: string) => {
      const description = await this.#contents.describe(name);
      if (description === undefined || description instanceof Unreadable) return found.set(name, description);
      const content = description.DeletedDate === undefined ? this.#contents.contentOf(name) : undefined;
      return found.set(name, this.#about(name, description, content));
    };
    await Promise.all(names.filter((name) => this.#fromListing.has(name)).map(refetch));
    return found;
  }

  /** Reads one again, without the listings of the run. @returns undefined if it does not exist */
  async readAnew(name: string): Promise<BundleSpec | undefined> {
    const description = await this.#contents.describe(name);
    if (description instanceof Unreadable) throw description.error;
    if (description === undefined) return undefined;
    if (description.DeletedDate !== undefined) return this.#about(name, description, undefined);
    return this.#about(
      name,
      description,
      await this.#contents.readValue(name, versionOf('AWSCURRENT', description)),
    );
  }
}

/** An item of a batch that failed arrives with HTTP 200, without an exception. */
function asError(name: string, error: APIErrorType | undefined): AwsError {
  const code = error?.ErrorCode ?? 'it is in neither list of the answer';
  const cause = Object.assign(new Error(error?.Message ?? 'no answer for this secret'), { name: code });
  return new AwsError(cause, 'secretsmanager:BatchGetSecretValue', name, error !== undefined);
}
