/** @returns who changed something, without the account: `arn:aws:sts::123456789012:assumed-role/admin/alice` → `assumed-role/admin/alice` */
export function actor(modifiedBy: string): string {
  return modifiedBy.startsWith('arn:') ? modifiedBy.split(':').slice(5).join(':') : modifiedBy;
}

const KINDS: Readonly<Record<string, string>> = {
  'assumed-role': 'a role session',
  role: 'a role',
  user: 'an IAM user',
  'federated-user': 'a federated user',
  root: "the account's root user",
};

/**
 * @returns what kind of actor it was, and nothing of its name
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-arns
 */
export function actorKind(modifiedBy: string): string {
  if (/^[a-z0-9.-]+\.amazonaws\.com(\.cn)?$/.test(modifiedBy)) return 'an AWS service';
  const [kind = ''] = actor(modifiedBy).split('/');
  return Object.hasOwn(KINDS, kind) ? String(KINDS[kind]) : 'somebody';
}
