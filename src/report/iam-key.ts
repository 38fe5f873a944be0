import type { Named, Scope } from './iam-policy.ts';

/** Only a key of one's own needs a statement: the keys that AWS manages let the account's roles in by their own policy. */
export function kms(
  { settings, caller }: Scope,
  partition: string,
  access: 'read' | 'write',
  sid = 'Key',
): Named[] {
  const key = settings.kmsKeyId;
  if (key === undefined || /(?:^|:)alias\/aws\//.test(key)) return [];
  const host = partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com';
  // An alias is no resource of a policy: it is named by the condition, and stands for any key of its account and region.
  const [, place = `arn:${partition}:kms:${settings.region}:${caller.account}`, alias] =
    /^(?:(.+):)?(alias\/.+)$/.exec(key) ?? [];
  const id = alias === undefined ? key : '*';
  const arn = id.startsWith('arn:') ? id : `${place}:key/${id}`;
  const through = ['ssm', 'secretsmanager'].map((service) => `${service}.${settings.region}.${host}`);
  const statement = (
    Sid: string,
    Action: string[],
    services: string[],
    more: Named['Condition'] = {},
  ): Named => ({
    Sid,
    Effect: 'Allow',
    Action,
    Resource: arn,
    Condition: {
      StringEquals: { 'kms:ViaService': services },
      ...(alias === undefined ? {} : { 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': alias } }),
      ...more,
    },
  });
  if (access === 'read') return [statement(sid, ['kms:Decrypt'], through)];
  const all = [statement(sid, ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey'], through)];
  if (settings.repository?.kmsKeyId !== undefined) {
    const byEcr = [`ecr.${settings.region}.${host}`];
    all.push(
      statement('KeyOfRepository', ['kms:DescribeKey', 'kms:RetireGrant'], byEcr),
      // The other two calls do not tell whether a grant is for a service, and would be refused with it.
      statement('GrantOfRepository', ['kms:CreateGrant'], byEcr, {
        Bool: { 'kms:GrantIsForAWSResource': 'true' },
      }),
    );
  }
  return all;
}
