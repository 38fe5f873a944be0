import { compareKeys } from '../model/equality.ts';
import { ABSENT } from '../model/fields.ts';
import { CREATED, OWNER_FIELD } from '../model/ownership.ts';
import type { Descriptor } from './descriptor.ts';

/** US dollars for a stored GB a month. @see https://aws.amazon.com/cloudwatch/pricing/ */
export const LOG_GB_USD = 0.03;

/**
 * @returns why a log group cannot be deleted, and the command that lifts its protection
 * @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogGroupDeletionProtection.html
 */
export function protectedText(name: string): string {
  return `the log group has deletion protection. Lift it with: aws logs put-log-group-deletion-protection --log-group-identifier ${name} --no-deletion-protection-enabled`;
}

export const LOG_GROUP: Descriptor<'AWS::Logs::LogGroup'> = {
  noun: 'log group',
  isTagged: true,
  fields: {
    retention: {
      text: (days) => (days === 'never' ? 'never expires' : `${days} day${days === '1' ? '' : 's'}`),
      effect: (days) => (days === 'never' ? undefined : 'older logs are deleted'),
      optIn({ from, to }, { metadata }) {
        const isShorter = to !== 'never' && (from === 'never' || Number(to) < Number(from));
        return isShorter && metadata.storedBytes !== 0
          ? { reason: 'a shorter retention deletes existing logs', consent: 'shorten-retention' }
          : undefined;
      },
    },
    class: {
      blocked: () =>
        'CloudWatch fixes the class when a log group is created; create another one, or ignore: log-group:class',
    },
    'key-id': {
      isEqual: (from, to) => compareKeys(from, to) !== 'different',
      optIn: ({ to }, { fields }) =>
        to === ABSENT && fields[OWNER_FIELD] !== CREATED
          ? { reason: 'it was created elsewhere with a key, and would lose it', consent: 'loosen' }
          : undefined,
    },
  },
  cost({ metadata: { storedBytes } }) {
    const now = storedBytes === undefined ? '' : ` (${storedBytes} bytes now)`;
    return `$${LOG_GB_USD.toFixed(2)} a month for each GB of logs${now}`;
  },
  aspects({ fields: { retention, class: logGroupClass, 'key-id': key }, metadata: { deletionProtected } }) {
    const days = String(retention);
    return [
      ...(retention === undefined
        ? []
        : [`logs kept ${days === 'never' ? 'for ever' : `${days} day${days === '1' ? '' : 's'}`}`]),
      ...(logGroupClass === undefined || logGroupClass === 'STANDARD' ? [] : [logGroupClass]),
      ...(typeof key === 'string' ? ['encrypted with a KMS key'] : []),
      ...(deletionProtected === true ? ['deletion protection'] : []),
    ];
  },
  // The part behind the # is encoded twice, and its % is written as $.
  consolePath: (name, { region, encode }) =>
    `/cloudwatch/home?region=${region}#logsV2:log-groups/log-group/${encode(encode(name)).replaceAll('%', '$')}`,
  exposure: undefined,
  deletion: {
    all: 'with all its logs',
    command: (name, region) => `aws logs delete-log-group --region ${region} --log-group-name ${name}`,
    protectedText,
    ownFields: [],
  },
};
