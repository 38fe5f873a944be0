import type { Explanation, FailureCause } from './explanation.ts';
import { checkedTogether, missingStatement, type Statement } from './permissions.ts';

/** An AccessDenied error, as AWS describes it. */
interface Denial {
  readonly action: string;
  /** ARN of the resource, or its name if AWS gives no ARN. */
  readonly target: string;
  /** Whether a statement denies the call; otherwise none allows it. */
  readonly isExplicit: boolean;
  readonly policyArn: string | undefined;
}

/** A type of policy, recognized in AWS's message. */
interface PolicyType {
  readonly pattern: RegExp;
  readonly cause: FailureCause;
  readonly what: (denial: Denial) => string;
  readonly remedy: (denial: Denial) => string;
}

const verb = ({ isExplicit }: Denial) => (isExplicit ? 'denies' : 'does not allow');
const correction = ({ isExplicit, action, target }: Denial, where: string) =>
  isExplicit
    ? `remove the deny for ${action} on ${target} from ${where}`
    : `allow ${action} on ${target} in ${where}`;
const named = (words: string, { policyArn }: Denial) =>
  policyArn === undefined ? words : `${words} (${policyArn})`;
const NO_HELP = 'a statement in the policy of the role does not help';

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html */
const POLICY_TYPES: readonly PolicyType[] = [
  {
    pattern: /permissions boundary/i,
    cause: 'permissions-boundary',
    what: (denial) => `the permissions boundary of the role ${verb(denial)} ${denial.action}`,
    remedy: (denial) => `${correction(denial, named('the permissions boundary', denial))}; ${NO_HELP}`,
  },
  {
    pattern: /session policy/i,
    cause: 'session-policy',
    what: (denial) => `the session policy with which the role was assumed ${verb(denial)} ${denial.action}`,
    remedy: (denial) =>
      `${correction(denial, named('the session policy', denial))}, which is inline-session-policy or managed-session-policies of configure-aws-credentials; ${NO_HELP}`,
  },
  organizationPolicy('service control policy', 'service-control-policy'),
  organizationPolicy('resource control policy', 'resource-control-policy'),
  {
    pattern: /VPC endpoint policy/i,
    cause: 'vpc-endpoint-policy',
    what: (denial) => `the policy of the VPC endpoint that the runner uses ${verb(denial)} ${denial.action}`,
    remedy: (denial) => `${correction(denial, 'the policy of that VPC endpoint')}; ${NO_HELP}`,
  },
  {
    pattern: /resource-based policy/i,
    cause: 'resource-policy',
    what: (denial) => `the policy of the resource itself ${verb(denial)} ${denial.action}`,
    remedy: (denial) => correction(denial, 'the policy of that resource'),
  },
];

function organizationPolicy(name: string, cause: FailureCause): PolicyType {
  return {
    pattern: new RegExp(name, 'i'),
    cause,
    what: (denial) =>
      denial.isExplicit
        ? `a ${name} of the organization denies ${denial.action}`
        : `no ${name} of the organization allows ${denial.action}`,
    remedy: (denial) =>
      `ask the administrators of the AWS organization to ${correction(denial, named(`that ${name}`, denial))}; ${NO_HELP}`,
  };
}

/**
 * AWS names the action and, for most services, the resource and the type of policy that decided: each has its own
 * remedy, and only a missing statement is added to the policy of the role.
 * @param operation the call, used as the action if AWS names none
 */
export function explainAccessDenied(message: string, operation: string, resource: string): Explanation {
  const actionNamed = /perform: ([\w-]+:\w+)/.exec(message)?.[1];
  const arn = /on resource: (arn:[^\s,]+)/.exec(message)?.[1];
  const action = actionNamed ?? operation;
  const isExplicit = /explicit deny/i.test(message);
  const policyArn = /\b(arn:[\w-]+:(?:iam|organizations)::[^\s,;"']*policy\/[\w+=,.@/-]*\w)/.exec(
    message,
  )?.[1];
  const denial: Denial = { action, target: arn ?? resource, isExplicit, policyArn };
  // The names of resources precede these words, and may contain any of them.
  const decision = /(?:because no|explicit deny in) .*/is.exec(message)?.[0] ?? '';
  const type = POLICY_TYPES.find(({ pattern: words }) => words.test(decision));
  if (type !== undefined)
    return {
      reason: 'access-denied',
      failureCause: type.cause,
      what: type.what(denial),
      remedy: type.remedy(denial),
      policyArn,
    };
  if (isExplicit)
    return {
      reason: 'access-denied',
      failureCause: 'identity-policy-deny',
      what: `an explicit deny forbids ${action}`,
      remedy: correction(denial, named('the policy of the role', denial)),
      policyArn,
    };
  if (actionNamed === undefined && /Access to KMS/i.test(message)) return deniedKey(arn);
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
    failureCause: 'missing-permission',
    what: `the role may not ${action}`,
    remedy: `add to the role's policy: ${JSON.stringify(statement)}${checkedTogether(action)}`,
    statement,
  };
}

/**
 * Secrets Manager returns this text for every call: it names neither the key nor the action.
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
    failureCause: 'kms-key',
    what: 'the role may not use the KMS key',
    remedy: `add to the role's policy: ${JSON.stringify(statement)}${arn === undefined ? ', with the ARN of the key of kms-key-id for the *' : ''}; the key's own policy must allow it too`,
    statement,
  };
}

/**
 * A tag policy of the organization refuses a tag's value or its spelling, under a code of each service.
 * @see https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_tag-policies.html
 */
export function explainTagPolicy(message: string): Explanation | undefined {
  if (!/\btag polic(?:y|ies)\b/i.test(message)) return undefined;
  const key = /tag keys?:? ["'`]?([\w.:/=+@-]{1,128})/i.exec(message)?.[1];
  return {
    reason: 'access-denied',
    failureCause: 'tag-policy',
    what: `a tag policy of the organization does not allow the value of ${key === undefined ? 'a tag' : `the tag ${key}`}`,
    remedy:
      'set the tag in the input tags to a value that the tag policy allows, in the same upper and lower case; or ask the administrators of the AWS organization to allow it',
  };
}

/** CloudWatch Logs returns this if the call is allowed and its tags are not. Older texts do not name the action. */
function furtherAction(message: string): string | undefined {
  const named = /additional permission "([\w-]+:\w+)"/.exec(message)?.[1];
  return named ?? (/perform CreateLogGroup with Tags/.test(message) ? 'logs:TagResource' : undefined);
}

/**
 * Tags need the log group's ARN, its creation the one with `:*`; AWS does not document which one a call with both
 * needs.
 */
function bothForms(arn: string): string[] {
  const bare = arn.replace(/:\*$/, '');
  return [bare, `${bare}:*`];
}
