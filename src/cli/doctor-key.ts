import type { KmsKey } from '../clients/kms.ts';
import { type Check, doubtful, failed, passed, shellQuote } from './check.ts';
import { isMatched, listOf, statementsOf, UnreadablePolicyError } from './trust-policy.ts';

export interface KeyFacts {
  /** `kms-key-id`, as it was given. */
  readonly given: string;
  readonly key: KmsKey | undefined;
  /** Undefined where it could not be read. */
  readonly policy: string | undefined;
  readonly account: string;
  /** ARN of the role that the workflow assumes; undefined where it is not known. */
  readonly role: string | undefined;
  /** Of `log-group-kms-key-id`: the service that uses the key by itself, so that its policy must name it. */
  readonly service?: string | undefined;
}

/** Judges whether a key can encrypt, and whether its policy lets those use it who have to. */
export function checkKey(facts: KeyFacts): Check[] {
  const { given, key, policy } = facts;
  if (key === undefined)
    return [
      failed(
        'key',
        `There is no KMS key ${given} in this account and region`,
        'aws kms list-aliases --query "Aliases[].[AliasName,TargetKeyId]" --output text',
      ),
    ];
  const id = shellQuote(key.id);
  if (key.state === 'PendingDeletion')
    return [
      failed(
        'key',
        `The KMS key ${given} is scheduled for deletion`,
        `aws kms cancel-key-deletion --key-id ${id} && aws kms enable-key --key-id ${id}`,
      ),
    ];
  if (key.state !== 'Enabled')
    return [
      failed(
        'key',
        `The KMS key ${given} is not enabled (${key.state})`,
        `aws kms enable-key --key-id ${id}`,
      ),
    ];
  const isOther = (told: string, wanted: string) => told !== '' && told !== wanted;
  if (isOther(key.usage, 'ENCRYPT_DECRYPT') || isOther(key.spec, 'SYMMETRIC_DEFAULT'))
    return [
      failed(
        'key',
        `The KMS key ${given} is no symmetric encryption key (${key.usage}, ${key.spec})`,
        'aws kms create-key --description aws-bootstrap',
      ),
    ];
  const usable = passed('key', `The KMS key ${given} is enabled`);
  if (policy === undefined)
    return [usable, doubtful('key-policy', `The policy of the KMS key ${given} may not be read`)];
  return [usable, checkPolicy(facts, policy, id)];
}

const NEEDED = ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey'];

function checkPolicy({ given, account, role, service }: KeyFacts, policy: string, id: string): Check {
  let statements: ReturnType<typeof statementsOf>;
  try {
    statements = statementsOf(policy);
  } catch (error) {
    if (!(error instanceof UnreadablePolicyError)) throw error;
    return doubtful('key-policy', `The policy of the KMS key ${given} cannot be read: ${error.message}`);
  }
  const isDenied = statements.some(
    (one) => one['Effect'] === 'Deny' && NEEDED.some((action) => covers(one['Action'], action)),
  );
  const allowing = (isWhom: (principal: string) => boolean) =>
    NEEDED.every((action) =>
      statements.some(
        (one) =>
          one['Effect'] === 'Allow' &&
          covers(one['Action'], action) &&
          principalsOf(one['Principal'], service === undefined ? 'AWS' : 'Service').some(isWhom),
      ),
    );
  const isRoot = (principal: string) =>
    principal === '*' || principal === account || principal.endsWith(`::${account}:root`);
  const cure = `aws kms get-key-policy --key-id ${id} --output text # then add a statement for the role and put it back with put-key-policy`;
  if (isDenied)
    return doubtful(
      'key-policy',
      `The policy of the KMS key ${given} denies some of ${NEEDED.join(', ')}`,
      cure,
    );
  if (service !== undefined)
    return allowing((principal) => principal === service || principal === '*')
      ? passed('key-policy', `The policy of the KMS key ${given} lets ${service} use it`)
      : failed(
          'key-policy',
          `The policy of the KMS key ${given} does not let ${service} use it, which encrypts the log group`,
          cure.replace('for the role', `for the service ${service}`),
        );
  if (allowing(isRoot)) return passed('key-policy', `The policy of the KMS key ${given} leaves it to IAM`);
  if (role !== undefined && allowing((principal) => principal === role || isRoot(principal)))
    return passed('key-policy', `The policy of the KMS key ${given} lets ${role} use it`);
  return failed(
    'key-policy',
    `The policy of the KMS key ${given} allows ${NEEDED.join(', ')} neither to the account nor to ${role ?? 'the role'}`,
    cure,
  );
}

function covers(actions: unknown, wanted: string): boolean {
  return listOf(actions).some((action) =>
    isMatched({ text: action.toLowerCase(), operator: 'StringLike' }, wanted.toLowerCase()),
  );
}

function principalsOf(principal: unknown, kind: 'AWS' | 'Service'): string[] {
  if (typeof principal === 'string') return [principal];
  if (typeof principal !== 'object' || principal === null) return [];
  return listOf((principal as Readonly<Record<string, unknown>>)[kind]);
}
