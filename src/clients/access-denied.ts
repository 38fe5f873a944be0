import type { Explanation } from './explanation.ts';
import { checkedTogether, missingStatement, type Statement } from './permissions.ts';

/**
 * AWS names the action and, for most services, the resource; both make the statement that is missing.
 * @param operation the call that was made, by which the action goes that AWS does not name
 */
export function explainAccessDenied(message: string, operation: string, resource: string): Explanation {
  const named = /perform: ([\w-]+:\w+)/.exec(message)?.[1];
  const arn = /on resource: (arn:[^\s,]+)/.exec(message)?.[1];
  const action = named ?? operation;
  if (/explicit deny/i.test(message))
    return {
      reason: 'access-denied',
      what: `an explicit deny forbids ${action}`,
      remedy: `take the deny for ${action} on ${resource} out of the policy`,
    };
  if (named === undefined && /Access to KMS/i.test(message)) return deniedKey(arn);
  const further = furtherAction(message);
  if (further !== undefined)
    return missing(further, {
      ...missingStatement(further, undefined),
      Resource: further.startsWith('logs:')
        ? bothForms(arn ?? `arn:*:logs:*:*:log-group:${resource}`)
        : (arn ?? '*'),
    });
  return missing(action, missingStatement(action, arn));
}

function missing(action: string, statement: Statement): Explanation {
  return {
    reason: 'access-denied',
    what: `the role may not ${action}`,
    remedy: `add to the role's policy: ${JSON.stringify(statement)}${checkedTogether(action)}`,
    statement,
  };
}

/**
 * All that Secrets Manager says, of whichever call: it names neither the key nor what it would have done with it.
 * @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html#security-encryption-authz
 */
function deniedKey(arn: string | undefined): Explanation {
  const statement: Statement = {
    Effect: 'Allow',
    Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
    Resource: arn ?? '*',
  };
  return {
    reason: 'access-denied',
    what: 'the role may not use the KMS key',
    remedy: `add to the role's policy: ${JSON.stringify(statement)}${arn === undefined ? ', with the ARN of the key of kms-key-id for the *' : ''}; the key's own policy must allow it too`,
    statement,
  };
}

/** CloudWatch Logs says so where the call itself is allowed and its tags are not; it used to leave the action out. */
function furtherAction(message: string): string | undefined {
  const told = /additional permission "([\w-]+:\w+)"/.exec(message)?.[1];
  return told ?? (/perform CreateLogGroup with Tags/.test(message) ? 'logs:TagResource' : undefined);
}

/** Tags go by the log group's ARN, its creation by the one with `:*`; which of them counts where both happen at once, AWS does not say. */
function bothForms(arn: string): string[] {
  const bare = arn.replace(/:\*$/, '');
  return [bare, `${bare}:*`];
}
