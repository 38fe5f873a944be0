import {
  AssociateKmsKeyCommand,
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  DeleteLogGroupCommand,
  DeleteRetentionPolicyCommand,
  DescribeLogGroupsCommand,
  DisassociateKmsKeyCommand,
  ListTagsForResourceCommand,
  type LogGroup,
  LogGroupClass,
  PutRetentionPolicyCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { type Connection, clientSettings, prepare } from '../clients/aws.ts';
import { AwsError, isNamed } from '../clients/errors.ts';
import { UserFacingError } from '../clients/explanation.ts';
import { LOG_GROUP, protectedText } from '../kinds/log-group.ts';
import { ABSENT, type Difference } from '../model/fields.ts';
import { keyIn, type Specs, type Unreadable } from '../model/spec.ts';
import { observeEach, type ProviderContext, type Sender, sender } from './context.ts';
import { readUntil, resolveCreateConflict, retryUntilVisible } from './eventual-consistency.ts';
import type { Provider } from './provider.ts';
import { ownerByTags, tagFields, tagsIn, tagsOf, tagsOff } from './tags.ts';

type LogGroupSpec = Specs['AWS::Logs::LogGroup'];

/** CloudWatch log groups. Tag calls need the ARN without the `:*` at its end, all others with it. */
export class LogGroups implements Provider<LogGroupSpec> {
  readonly #context: ProviderContext;
  readonly #client: CloudWatchLogsClient;
  readonly #send: Sender;

  constructor(connection: Connection, context: ProviderContext) {
    this.#context = context;
    this.#client = prepare(new CloudWatchLogsClient(clientSettings(connection)), connection);
    this.#send = sender(context, 'logs');
  }

  async #find(name: string): Promise<LogGroup | undefined> {
    let nextToken: string | undefined;
    do {
      const page = await this.#send('DescribeLogGroups', name, 'logs:read', () =>
        this.#client.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: name, limit: 50, nextToken })),
      );
      const found = page.logGroups?.find((group) => group.logGroupName === name);
      if (found !== undefined) return found;
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    return undefined;
  }

  async #read(name: string): Promise<LogGroupSpec | undefined> {
    const group = await this.#find(name);
    const arn = arnOf(group);
    if (group === undefined || arn === undefined) return undefined;
    const answer = await this.#send('ListTagsForResource', name, 'logs:read', () =>
      this.#client.send(new ListTagsForResourceCommand({ resourceArn: arn })),
    );
    return specOf(name, group, Object.entries(answer.tags ?? {}));
  }

  async #retain(name: string, retention: LogGroupSpec['fields']['retention']): Promise<void> {
    if (retention === 'never')
      await this.#send('DeleteRetentionPolicy', name, 'logs:write', () =>
        this.#client.send(new DeleteRetentionPolicyCommand({ logGroupName: name })),
      );
    else if (retention !== undefined)
      await this.#send('PutRetentionPolicy', name, 'logs:write', () =>
        this.#client.send(new PutRetentionPolicyCommand({ logGroupName: name, retentionInDays: retention })),
      );
  }

  async #encrypt(name: string, key: string, arn: string | undefined): Promise<void> {
    await withKey({ name, arn }, key, () =>
      this.#send('AssociateKmsKey', name, 'logs:write', () =>
        this.#client.send(new AssociateKmsKeyCommand({ logGroupName: name, kmsKeyId: key })),
      ),
    );
  }

  /** Stored logs stay encrypted with their key. */
  async #decrypt(name: string): Promise<void> {
    await this.#send('DisassociateKmsKey', name, 'logs:write', () =>
      this.#client.send(new DisassociateKmsKeyCommand({ logGroupName: name })),
    );
  }

  async #createLogGroup({ name, fields }: LogGroupSpec, again: () => void): Promise<void> {
    const { class: logGroupClass } = fields;
    const key = keyIn(fields);
    const input = {
      logGroupName: name,
      tags: Object.fromEntries(tagsOf(fields)),
      // Every region has the usual class, even those without another one.
      ...(logGroupClass === LogGroupClass.INFREQUENT_ACCESS ? { logGroupClass } : {}),
    };
    const create = (kmsKeyId?: string) =>
      this.#send(
        'CreateLogGroup',
        name,
        'logs:write',
        () =>
          this.#client.send(
            new CreateLogGroupCommand(kmsKeyId === undefined ? input : { ...input, kmsKeyId }),
          ),
        { again },
      );
    if (key !== undefined) await withKey({ name, arn: undefined }, key, () => create(key));
    else await create();
  }

  /** Sets the retention of a log group that was just created. */
  #retainNew(name: string, retention: LogGroupSpec['fields']['retention']): Promise<void> {
    return retryUntilVisible(this.#context, 'ResourceNotFoundException', () => this.#retain(name, retention));
  }

  observe(names: readonly string[]): Promise<Map<string, LogGroupSpec | Unreadable>> {
    return observeEach(names, (name) => this.#read(name));
  }

  async create(desired: LogGroupSpec): Promise<LogGroupSpec> {
    const { name, fields } = desired;
    let repeated = false;
    try {
      await this.#createLogGroup(desired, () => {
        repeated = true;
      });
    } catch (error) {
      if (!isNamed(error, 'ResourceAlreadyExistsException')) throw error;
      return resolveCreateConflict(this.#context, {
        descriptor: LOG_GROUP,
        desired,
        refusal: error,
        repeated,
        read: () => this.#read(name),
        // The opt-in does not cover existing logs, whatever their source.
        complete: async ({ metadata }) => {
          if (metadata.storedBytes === 0) await this.#retainNew(name, fields.retention);
        },
      });
    }
    if (fields.retention !== 'never') await this.#retainNew(name, fields.retention);
    // For the ARN, which write responses lack. The listing may not show the other new fields yet.
    const created = await readUntil(
      this.#context,
      () => this.#find(name),
      (group) => group !== undefined,
    ).catch(() => undefined);
    return created === undefined ? desired : specOf(name, created, tagsOf(fields), fields);
  }

  async update(
    desired: LogGroupSpec,
    observed: LogGroupSpec,
    differences: readonly Difference[],
  ): Promise<LogGroupSpec> {
    const { name } = desired;
    const tags = tagsIn(differences);
    const arn = observed.metadata.arn;
    if (tags.length > 0 && arn !== undefined)
      await this.#send('TagResource', name, 'logs:write', () =>
        this.#client.send(new TagResourceCommand({ resourceArn: arn, tags: Object.fromEntries(tags) })),
      );
    const off = tagsOff(differences);
    if (off.length > 0 && arn !== undefined)
      await this.#send('UntagResource', name, 'logs:write', () =>
        this.#client.send(new UntagResourceCommand({ resourceArn: arn, tagKeys: off })),
      );
    const key = differences.find(({ field }) => field === 'key-id')?.to;
    if (typeof key === 'string') await this.#encrypt(name, key, arn);
    else if (key === ABSENT) await this.#decrypt(name);
    if (differences.some(({ field }) => field === 'retention'))
      await this.#retain(name, desired.fields.retention);
    return desired;
  }

  async delete({ name }: LogGroupSpec): Promise<void> {
    try {
      await this.#send('DeleteLogGroup', name, 'logs:write', () =>
        this.#client.send(new DeleteLogGroupCommand({ logGroupName: name })),
      );
    } catch (error) {
      if (isNamed(error, 'ResourceNotFoundException')) return;
      // AWS names no error of its own for it, and the protection may be younger than the plan.
      const isProtected = isRefused(error) && (await this.#find(name))?.deletionProtectionEnabled === true;
      throw isProtected
        ? new UserFacingError(protectedText(name), { reason: 'blocked', cause: error })
        : error;
    }
  }
}

/** The request itself was refused: neither the role, nor the network, nor another run. */
const isRefused = (error: unknown) => error instanceof AwsError && error.reason === 'aws';

function arnOf(group: LogGroup | undefined): string | undefined {
  return group?.logGroupArn ?? group?.arn?.replace(/:\*$/, '');
}

/** @param given fields that this run has just set */
function specOf(
  name: string,
  group: LogGroup,
  tags: ReadonlyArray<readonly [string, string]>,
  given: LogGroupSpec['fields'] = {},
): LogGroupSpec {
  return {
    name,
    fields: {
      retention: given.retention ?? group.retentionInDays ?? 'never',
      class: given.class ?? group.logGroupClass ?? 'STANDARD',
      'key-id': keyIn(given) ?? group.kmsKeyId,
      ...tagFields(tags),
    },
    metadata: {
      arn: arnOf(group),
      storedBytes: group.storedBytes,
      ownedBy: ownerByTags(tags),
      ...(group.deletionProtectionEnabled === true ? { deletionProtected: true as const } : {}),
    },
  };
}

/**
 * Runs a call that gives a log group its key. CloudWatch Logs uses the key directly, so the key policy must allow it.
 * @param arn of the log group, if known
 * @throws UserFacingError with the statement that the key policy needs, where AWS refuses the key
 */
export async function withKey<O>(
  { name, arn }: { readonly name: string; readonly arn: string | undefined },
  key: string,
  call: () => Promise<O>,
): Promise<O> {
  try {
    return await call();
  } catch (error) {
    if (!isNamed(error, 'InvalidParameterException') || !/kms/i.test(error.message)) throw error;
    const named = /arn:[a-z-]+:logs:[^\s'"]+/.exec(error.message)?.[0];
    const statement = keyStatement(key, (named ?? arn)?.replace(/:\*$/, ''), name);
    throw new UserFacingError(
      `${error.message}. What to do: check that the key of log-group-kms-key-id exists in this region and is enabled, and add to its key policy: ${JSON.stringify(statement)}`,
      { reason: 'aws', cause: error },
    );
  }
}

/**
 * @param key its ARN, which has partition, region and account if the log group is unknown
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
 */
function keyStatement(key: string, arn: string | undefined, name: string) {
  const [, partition = 'aws', , region = '*', account = '*'] = key.split(':');
  const host = partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com';
  return {
    Effect: 'Allow',
    Principal: { Service: `logs.${region}.${host}` },
    Action: ['kms:Encrypt*', 'kms:Decrypt*', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:Describe*'],
    Resource: '*',
    Condition: {
      ArnEquals: {
        'kms:EncryptionContext:aws:logs:arn':
          arn ?? `arn:${partition}:logs:${region}:${account}:log-group:${name}`,
      },
    },
  };
}
