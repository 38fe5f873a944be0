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
import { keyIn, type Specs } from '../model/spec.ts';
import { observeEach, type ProviderContext, sender } from './context.ts';
import { readUntil, resolveCreateConflict, retryUntilVisible } from './eventual-consistency.ts';
import type { Provider } from './provider.ts';
import { ownerByTags, tagFields, tagsIn, tagsOf, tagsOff } from './tags.ts';

type LogGroupSpec = Specs['AWS::Logs::LogGroup'];

/** CloudWatch log groups. Tag calls need the ARN without the `:*` at its end, all others with it. */
export function logGroups(connection: Connection, context: ProviderContext): Provider<LogGroupSpec> {
  const client = prepare(new CloudWatchLogsClient(clientSettings(connection)), connection);
  const send = sender(context, 'logs');

  async function find(name: string): Promise<LogGroup | undefined> {
    let nextToken: string | undefined;
    do {
      const page = await send('DescribeLogGroups', name, 'logs:read', () =>
        client.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: name, limit: 50, nextToken })),
      );
      const found = page.logGroups?.find((group) => group.logGroupName === name);
      if (found !== undefined) return found;
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    return undefined;
  }

  async function read(name: string): Promise<LogGroupSpec | undefined> {
    const group = await find(name);
    const arn = arnOf(group);
    if (group === undefined || arn === undefined) return undefined;
    const answer = await send('ListTagsForResource', name, 'logs:read', () =>
      client.send(new ListTagsForResourceCommand({ resourceArn: arn })),
    );
    return specOf(name, group, Object.entries(answer.tags ?? {}));
  }

  async function retain(name: string, retention: LogGroupSpec['fields']['retention']): Promise<void> {
    if (retention === 'never')
      await send('DeleteRetentionPolicy', name, 'logs:write', () =>
        client.send(new DeleteRetentionPolicyCommand({ logGroupName: name })),
      );
    else if (retention !== undefined)
      await send('PutRetentionPolicy', name, 'logs:write', () =>
        client.send(new PutRetentionPolicyCommand({ logGroupName: name, retentionInDays: retention })),
      );
  }

  async function encrypt(name: string, key: string, arn: string | undefined): Promise<void> {
    await withKey({ name, arn }, key, () =>
      send('AssociateKmsKey', name, 'logs:write', () =>
        client.send(new AssociateKmsKeyCommand({ logGroupName: name, kmsKeyId: key })),
      ),
    );
  }

  /** Stored logs stay encrypted with their key. */
  async function decrypt(name: string): Promise<void> {
    await send('DisassociateKmsKey', name, 'logs:write', () =>
      client.send(new DisassociateKmsKeyCommand({ logGroupName: name })),
    );
  }

  async function make({ name, fields }: LogGroupSpec, again: () => void): Promise<void> {
    const { class: logGroupClass } = fields;
    const key = keyIn(fields);
    const input = {
      logGroupName: name,
      tags: Object.fromEntries(tagsOf(fields)),
      // Every region has the usual class, even those without another one.
      ...(logGroupClass === LogGroupClass.INFREQUENT_ACCESS ? { logGroupClass } : {}),
    };
    const create = (kmsKeyId?: string) =>
      send(
        'CreateLogGroup',
        name,
        'logs:write',
        () => client.send(new CreateLogGroupCommand(kmsKeyId === undefined ? input : { ...input, kmsKeyId })),
        { again },
      );
    if (key !== undefined) await withKey({ name, arn: undefined }, key, () => create(key));
    else await create();
  }

  /** For a log group that was just created. */
  const keepFor = (name: string, retention: LogGroupSpec['fields']['retention']) =>
    retryUntilVisible(context, 'ResourceNotFoundException', () => retain(name, retention));

  return {
    observe: (names) => observeEach(names, read),

    async create(desired) {
      const { name, fields } = desired;
      let repeated = false;
      try {
        await make(desired, () => {
          repeated = true;
        });
      } catch (error) {
        if (!isNamed(error, 'ResourceAlreadyExistsException')) throw error;
        return resolveCreateConflict(context, {
          descriptor: LOG_GROUP,
          desired,
          refusal: error,
          repeated,
          read: () => read(name),
          // The opt-in does not cover existing logs, whatever their source.
          complete: async ({ metadata }) => {
            if (metadata.storedBytes === 0) await keepFor(name, fields.retention);
          },
        });
      }
      if (fields.retention !== 'never') await keepFor(name, fields.retention);
      // For the ARN, which write responses lack. The listing may not show the other new fields yet.
      const made = await readUntil(
        context,
        () => find(name),
        (group) => group !== undefined,
      ).catch(() => undefined);
      return made === undefined ? desired : specOf(name, made, tagsOf(fields), fields);
    },

    async update(desired, observed, differences: readonly Difference[]) {
      const { name } = desired;
      const tags = tagsIn(differences);
      const arn = observed.metadata.arn;
      if (tags.length > 0 && arn !== undefined)
        await send('TagResource', name, 'logs:write', () =>
          client.send(new TagResourceCommand({ resourceArn: arn, tags: Object.fromEntries(tags) })),
        );
      const off = tagsOff(differences);
      if (off.length > 0 && arn !== undefined)
        await send('UntagResource', name, 'logs:write', () =>
          client.send(new UntagResourceCommand({ resourceArn: arn, tagKeys: off })),
        );
      const key = differences.find(({ field }) => field === 'key-id')?.to;
      if (typeof key === 'string') await encrypt(name, key, arn);
      else if (key === ABSENT) await decrypt(name);
      if (differences.some(({ field }) => field === 'retention'))
        await retain(name, desired.fields.retention);
      return desired;
    },

    async delete({ name }) {
      try {
        await send('DeleteLogGroup', name, 'logs:write', () =>
          client.send(new DeleteLogGroupCommand({ logGroupName: name })),
        );
      } catch (error) {
        if (isNamed(error, 'ResourceNotFoundException')) return;
        // AWS names no error of its own for it, and the protection may be younger than the plan.
        const isProtected = isRefused(error) && (await find(name))?.deletionProtectionEnabled === true;
        throw isProtected
          ? new UserFacingError(protectedText(name), { reason: 'blocked', cause: error })
          : error;
      }
    },
  };
}

/** The request itself was refused: neither the role, nor the network, nor another run. */
const isRefused = (error: unknown) => error instanceof AwsError && error.reason === 'aws';

function arnOf(group: LogGroup | undefined): string | undefined {
  return group?.logGroupArn ?? group?.arn?.replace(/:\*$/, '');
}

/** @param given what this run has just given to it */
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
