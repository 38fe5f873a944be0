/**
 * What each call needs of IAM: the one table behind the policies that are printed, the hint after AccessDenied, and
 * a test that holds it against every command in the source. `sts:GetCallerIdentity` needs no permission.
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
 */
export type Target = 'log-group' | 'log-streams' | 'parameter' | 'secret' | 'repository' | 'any';

/**
 * What not every run does: the image of a run and a lifecycle policy that was given; `removal` takes away what nobody
 * asks for below the prefix (prune: delete, mode: destroy), `end` lets log group and repository go (mode: destroy);
 * the others are consents of those names.
 */
export type Occasion =
  | 'image'
  | 'lifecycle'
  | 'removal'
  | 'end'
  | 'change-type'
  | 'delete-log-group'
  | 'delete-repository';

export interface Permission {
  readonly target: Target;
  /** `read` tells what stands, `value` tells what is in it, `write` changes it. */
  readonly access: 'read' | 'value' | 'write';
  /** Actions that AWS checks together with it, since we send tags along. */
  readonly also?: readonly string[];
  /** It is no command of the SDK: the registry asks for it when an image is pushed. */
  readonly byRegistry?: true;
  /** It is needed only where this is asked for; a plain apply takes nothing away. */
  readonly only?: Occasion;
}

export const PERMISSIONS: Readonly<Record<string, Permission>> = {
  'logs:DescribeLogGroups': { target: 'any', access: 'read' },
  'logs:ListTagsForResource': { target: 'log-group', access: 'read' },
  'logs:CreateLogGroup': { target: 'log-group', access: 'write', also: ['logs:TagResource'] },
  'logs:PutRetentionPolicy': { target: 'log-group', access: 'write' },
  'logs:DeleteRetentionPolicy': { target: 'log-group', access: 'write' },
  'logs:TagResource': { target: 'log-group', access: 'write' },
  'logs:UntagResource': { target: 'log-group', access: 'write', only: 'end' },
  'logs:DeleteLogGroup': { target: 'log-group', access: 'write', only: 'delete-log-group' },

  'ssm:DescribeParameters': { target: 'any', access: 'read' },
  'ssm:ListTagsForResource': { target: 'parameter', access: 'read' },
  'ssm:GetParameters': { target: 'parameter', access: 'value' },
  'ssm:PutParameter': { target: 'parameter', access: 'write', also: ['ssm:AddTagsToResource'] },
  'ssm:AddTagsToResource': { target: 'parameter', access: 'write' },
  'ssm:DeleteParameter': { target: 'parameter', access: 'write', only: 'change-type' },
  'ssm:DeleteParameters': { target: 'parameter', access: 'write', only: 'removal' },
  'ssm:RemoveTagsFromResource': { target: 'parameter', access: 'write', only: 'removal' },

  'secretsmanager:DescribeSecret': { target: 'secret', access: 'read' },
  'secretsmanager:ListSecrets': { target: 'any', access: 'read' },
  'secretsmanager:BatchGetSecretValue': {
    target: 'any',
    access: 'value',
    also: ['secretsmanager:GetSecretValue'],
  },
  'secretsmanager:GetSecretValue': { target: 'secret', access: 'value' },
  // Where others write the same secret at the same time: what they wrote is merged.
  'secretsmanager:ListSecretVersionIds': { target: 'secret', access: 'write' },
  'secretsmanager:CreateSecret': {
    target: 'secret',
    access: 'write',
    also: ['secretsmanager:TagResource'],
  },
  'secretsmanager:PutSecretValue': { target: 'secret', access: 'write' },
  'secretsmanager:UpdateSecret': { target: 'secret', access: 'write' },
  'secretsmanager:RestoreSecret': { target: 'secret', access: 'write' },
  'secretsmanager:TagResource': { target: 'secret', access: 'write' },
  'secretsmanager:UntagResource': { target: 'secret', access: 'write', only: 'removal' },
  'secretsmanager:DeleteSecret': { target: 'secret', access: 'write', only: 'removal' },

  'ecr:DescribeRepositories': { target: 'repository', access: 'read' },
  'ecr:ListTagsForResource': { target: 'repository', access: 'read' },
  'ecr:GetLifecyclePolicy': { target: 'repository', access: 'read', only: 'lifecycle' },
  'ecr:CreateRepository': { target: 'repository', access: 'write', also: ['ecr:TagResource'] },
  'ecr:PutImageTagMutability': { target: 'repository', access: 'write' },
  'ecr:PutLifecyclePolicy': { target: 'repository', access: 'write', only: 'lifecycle' },
  'ecr:TagResource': { target: 'repository', access: 'write' },
  'ecr:UntagResource': { target: 'repository', access: 'write', only: 'end' },
  'ecr:DeleteRepository': { target: 'repository', access: 'write', only: 'delete-repository' },

  // Only a push looks for images that have layers to lend.
  'ecr:DescribeImages': { target: 'repository', access: 'write', only: 'image' },
  'ecr:BatchGetImage': { target: 'repository', access: 'read', only: 'image' },
  'ecr:GetAuthorizationToken': { target: 'any', access: 'write', only: 'image' },
  'ecr:GetDownloadUrlForLayer': { target: 'repository', access: 'write', only: 'image', byRegistry: true },
  'ecr:BatchCheckLayerAvailability': {
    target: 'repository',
    access: 'write',
    only: 'image',
    byRegistry: true,
  },
  'ecr:InitiateLayerUpload': { target: 'repository', access: 'write', only: 'image', byRegistry: true },
  'ecr:UploadLayerPart': { target: 'repository', access: 'write', only: 'image', byRegistry: true },
  'ecr:CompleteLayerUpload': { target: 'repository', access: 'write', only: 'image', byRegistry: true },
  'ecr:PutImage': { target: 'repository', access: 'write', only: 'image', byRegistry: true },
};

/** What `doctor` and `export` read besides, from a terminal: no role of a workflow needs it. */
export const TERMINAL_READS: readonly string[] = [
  'ecr:GetRepositoryPolicy',
  'iam:GetOpenIDConnectProvider',
  'iam:GetRole',
  'iam:ListOpenIDConnectProviders',
  'iam:SimulatePrincipalPolicy',
  'kms:DescribeKey',
  'kms:GetKeyPolicy',
];

/** What a running task needs, beside the values that it is given: the agent of ECS calls it, not this action. */
export const EXECUTION: Readonly<Record<string, Target>> = {
  'ssm:GetParameters': 'parameter',
  'secretsmanager:GetSecretValue': 'secret',
  'ecr:GetAuthorizationToken': 'any',
  'ecr:BatchCheckLayerAvailability': 'repository',
  'ecr:GetDownloadUrlForLayer': 'repository',
  'ecr:BatchGetImage': 'repository',
  'logs:CreateLogStream': 'log-streams',
  'logs:PutLogEvents': 'log-streams',
};

export interface Statement {
  readonly Effect: 'Allow';
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
}

/** @returns what AWS checks together with the action, in words for a remedy. */
export function checkedTogether(action: string): string {
  const also = PERMISSIONS[action]?.also ?? [];
  return also.length === 0 ? '' : ` (AWS checks ${also.join(', ')} together with it)`;
}

/**
 * @param action as AWS named it in its refusal, or the call that was made
 * @param arn the resource that AWS named; undefined where it named none
 * @returns the statement that is missing
 */
export function missingStatement(action: string, arn: string | undefined): Statement {
  const known = PERMISSIONS[action];
  return {
    Effect: 'Allow',
    Action: action,
    Resource: known?.target === 'any' ? '*' : (arn ?? '*'),
  };
}
