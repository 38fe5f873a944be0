import { ACCOUNT, describeViolation, type Input, Invalid, REGION, Refusal, reply } from '../protocol.ts';
import { type Ask, type Laws, text } from './law.ts';
import { checkKey, checkTags, type TagMap } from './tags.ts';

const RETENTIONS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];
const CLASSES = ['STANDARD', 'INFREQUENT_ACCESS', 'DELIVERY'];
const TAG_CODES = { shape: 'InvalidParameterException', count: 'TooManyTagsException' };

interface LogGroup {
  logGroupName: string;
  storedBytes?: number;
}
interface Page {
  logGroups: LogGroup[];
  nextToken?: string;
}

export interface LogsLaws extends Laws {
  /** Lets a group look as if it held that many bytes. */
  storedBytes(group: string, bytes: number): void;
  /** A key that does not exist, or whose policy does not let CloudWatch Logs in. */
  refuseKey(key: string): void;
  /** Puts deletion protection on a group, or takes it off; moto knows none. */
  protect(group: string, isProtected?: boolean): void;
}

export function logsLaws(): LogsLaws {
  const bytes = new Map<string, number>();
  const classes = new Map<string, string>();
  const protectedGroups = new Set<string>();
  const keys = new Map<string, string>();
  const refusedKeys = new Set<string>();
  const checkKeyOf = (name: string, key: string) => {
    if (!/^arn:[\w-]+:kms:[\w-]+:\d{12}:(key|alias)\/.+$/.test(key))
      throw invalid('The specified KMS Key Id could not be found.');
    if (refusedKeys.has(key))
      throw new Refusal(
        'InvalidParameterException',
        `The specified KMS key does not exist or is not allowed to be used with Arn 'arn:aws:logs:${REGION}:${ACCOUNT}:log-group:${name}'`,
      );
  };

  return {
    refuseKey: (key) => void refusedKeys.add(key),
    storedBytes: (group, count) => void bytes.set(group, count),
    protect: (group, isProtected = true) =>
      void (isProtected ? protectedGroups.add(group) : protectedGroups.delete(group)),
    reset() {
      protectedGroups.clear();
      bytes.clear();
      classes.clear();
      keys.clear();
      refusedKeys.clear();
    },
    operations: {
      async CreateLogGroup(input, ask) {
        const name = checkName(input);
        const group = text(input, 'logGroupClass') ?? 'STANDARD';
        if (!CLASSES.includes(group)) {
          throw invalid(
            describeViolation('logGroupClass', group, `satisfy enum value set: [${CLASSES.join(', ')}]`),
          );
        }
        const tags = input['tags'] as TagMap | undefined;
        if (tags) checkTagMap(tags, {});
        const { kmsKeyId: key, ...rest } = input;
        if (typeof key === 'string') checkKeyOf(name, key);
        const output = await ask('CreateLogGroup', rest);
        if (typeof key === 'string') keys.set(name, key);
        classes.set(name, group);
        return reply(output);
      },
      async AssociateKmsKey(input, ask) {
        const name = checkName(input);
        if (!(await isThere(name, ask))) throw missing();
        const key = text(input, 'kmsKeyId') ?? '';
        checkKeyOf(name, key);
        keys.set(name, key);
        return reply({});
      },
      async DisassociateKmsKey(input, ask) {
        const name = checkName(input);
        if (!(await isThere(name, ask))) throw missing();
        keys.delete(name);
        return reply({});
      },
      async DeleteLogGroup(input, ask) {
        const name = checkName(input);
        if (protectedGroups.has(name))
          throw new Refusal('ValidationException', 'Deletion protection is enabled for the log group');
        // moto would give the tags of a deleted group to the next one of that name.
        if (await isThere(name, ask)) {
          const resourceArn = `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:${name}`;
          const { tags } = await ask<{ tags: TagMap }>('ListTagsForResource', { resourceArn });
          const tagKeys = Object.keys(tags);
          if (tagKeys.length) await ask('UntagResource', { resourceArn, tagKeys });
        }
        const output = await ask('DeleteLogGroup', input);
        bytes.delete(name);
        classes.delete(name);
        keys.delete(name);
        return reply(output);
      },
      async DescribeLogGroups(input, ask) {
        const { logGroupClass, ...rest } = input;
        const page = await ask<Page>('DescribeLogGroups', rest);
        const all = page.logGroups.map((group) => ({
          ...group,
          logGroupClass: classes.get(group.logGroupName) ?? 'STANDARD',
          storedBytes: bytes.get(group.logGroupName) ?? group.storedBytes ?? 0,
          ...(keys.has(group.logGroupName) ? { kmsKeyId: keys.get(group.logGroupName) } : {}),
          deletionProtectionEnabled: protectedGroups.has(group.logGroupName),
        }));
        return reply({
          ...page,
          logGroups: all.filter((group) => !logGroupClass || group.logGroupClass === logGroupClass),
        });
      },
      PutRetentionPolicy(input) {
        checkName(input);
        const days = input['retentionInDays'];
        if (RETENTIONS.includes(Number(days))) return undefined;
        throw invalid(
          describeViolation('retentionInDays', days, `satisfy enum value set: [${RETENTIONS.join(', ')}]`),
        );
      },
      DeleteRetentionPolicy(input) {
        checkName(input);
        return undefined;
      },
      async TagResource(input, ask) {
        await checkResource(input, ask);
        const { tags: existing } = await ask<{ tags: TagMap }>('ListTagsForResource', {
          resourceArn: input['resourceArn'],
        });
        checkTagMap((input['tags'] ?? {}) as TagMap, existing);
        return undefined;
      },
      async UntagResource(input, ask) {
        await checkResource(input, ask);
        for (const key of (input['tagKeys'] ?? []) as string[]) checkKey(key, TAG_CODES.shape);
        return undefined;
      },
      async ListTagsForResource(input, ask) {
        await checkResource(input, ask);
        return undefined;
      },
    },
  };
}

const missing = () => new Refusal('ResourceNotFoundException', 'The specified log group does not exist.');
const invalid = (message: string) => new Invalid('InvalidParameterException', message);

function checkName(input: Input): string {
  const name = text(input, 'logGroupName') ?? '';
  if (name.length < 1 || name.length > 512) {
    const bound = name.length ? 'less than or equal to 512' : 'greater than or equal to 1';
    throw invalid(describeViolation('logGroupName', name, `have length ${bound}`));
  }
  if (!/^[.\-_/#A-Za-z0-9]+$/.test(name)) {
    throw invalid(
      describeViolation('logGroupName', name, 'satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+'),
    );
  }
  if (name.startsWith('aws/')) throw invalid("Log group names can't start with the string aws/");
  return name;
}

function checkTagMap(added: TagMap, existing: TagMap): void {
  if (Object.keys(added).length === 0) {
    throw invalid(describeViolation('tags', '{}', 'have length greater than or equal to 1'));
  }
  checkTags(added, existing, TAG_CODES);
}

/** Tag calls want the ARN as `logGroupArn` has it: no `:*` behind it, and no `#` in it at all. */
async function checkResource(input: Input, ask: Ask): Promise<void> {
  const arn = text(input, 'resourceArn') ?? '';
  if (!/^[\w+=/:,.@-]+$/.test(arn)) throw new Invalid('ValidationException', 'Invalid resourceArn');
  const name = /^arn:[^:]+:logs:[^:]+:\d{12}:log-group:([^:]+)$/.exec(arn)?.[1];
  if (name === undefined) throw new Invalid('ValidationException', 'Invalid resourceArn');
  if (!(await isThere(name, ask)))
    throw new Refusal('ResourceNotFoundException', 'The specified log group does not exist.');
}

async function isThere(name: string, ask: Ask): Promise<boolean> {
  // Answers are sorted, so the exact name is the first that begins with it.
  const { logGroups } = await ask<Page>('DescribeLogGroups', { logGroupNamePrefix: name, limit: 1 });
  return logGroups[0]?.logGroupName === name;
}
