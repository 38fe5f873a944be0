import { isNamed } from '../clients/errors.ts';
import { UserFacingError } from '../clients/explanation.ts';

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
