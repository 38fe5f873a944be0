import { KINDS } from '../kinds/kinds.ts';
import type { Kind } from '../model/spec.ts';
import { inUrl } from './markdown.ts';

/** @see https://docs.aws.amazon.com/general/latest/gr/signin-service.html (hosts of the consoles) */
const HOSTS: Readonly<Record<string, string>> = {
  aws: 'console.aws.amazon.com',
  'aws-cn': 'console.amazonaws.cn',
  'aws-us-gov': 'console.amazonaws-us-gov.com',
};

/** Parts of `arn:PARTITION:SERVICE:REGION:ACCOUNT:…`. */
interface ArnParts {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
}

export function partsOf(arn: string): ArnParts | undefined {
  const [word, partition = '', , region = '', account = ''] = arn.split(':');
  return word === 'arn' ? { partition, region, account } : undefined;
}

/**
 * @param arn ARN of the resource, from which partition, region and account are read
 * @returns the resource's page in the AWS console; undefined where there is none, or without an ARN
 */
export function consoleUrl(kind: Kind, name: string, arn: string | undefined): string | undefined {
  const parts = arn === undefined ? undefined : partsOf(arn);
  const host = parts === undefined ? undefined : HOSTS[parts.partition];
  if (parts === undefined || host === undefined) return undefined;
  const { consolePath } = KINDS[kind];
  if (consolePath === undefined) return undefined;
  const [region, account] = [inUrl(parts.region), inUrl(parts.account)];
  return `https://${host}${consolePath(name, { region, account, encode: inUrl })}`;
}
