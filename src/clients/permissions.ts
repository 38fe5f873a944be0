/**
 * IAM actions of each call: the one table behind the policies that are printed, the hint after AccessDenied, and
 * a test that holds it against every command in the source. `sts:GetCallerIdentity` needs no permission.
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
 */
export type PermissionTarget = 'log-group' | 'log-streams' | 'parameter' | 'secret' | 'repository' | 'any';

/**
 * Conditions under which a run makes a call: an image, a lifecycle policy, accounts that may pull, a key of the log
 * group; `removal` of resources that are no longer configured below the prefix (prune: delete, mode: destroy), `end`
 * releases log group and repository (mode: destroy); the others are opt-ins of those names.
 */
export type Condition =
  | 'image'
  | 'lifecycle'
  | 'pull-accounts'
  | 'log-group-kms-key-id'
  | 'removal'
  | 'end'
  | 'change-type'
  | 'delete-log-group'
  | 'delete-repository';

export interface Permission {
  readonly target: PermissionTarget;
  /** `read` reads metadata, `value` reads values, `write` changes them. */
  readonly access: 'read' | 'value' | 'write';
  /** Actions that AWS checks together with it, since the call sets tags. */
  readonly also?: readonly string[];
  /** Whether the registry needs it for a push: it is no command of the SDK. */
  readonly byRegistry?: true;
  /** It is needed only under this condition; a plain apply deletes nothing. */
  readonly only?: Condition | readonly Condition[];
}

export const PERMISSIONS: Readonly<Record<string, Permission>> = {
  'logs:DescribeLogGroups': { target: 'any', access: 'read' },
  'logs:ListTagsForResource': { target: 'log-group', access: 'read' },
  'logs:CreateLogGroup': { target: 'log-group', access: 'write', also: ['logs:TagResource'] },
  'logs:PutRetentionPolicy': { target: 'log-group', access: 'write' },
  'logs:DeleteRetentionPolicy': { target: 'log-group', access: 'write' },
  'logs:AssociateKmsKey': { target: 'log-group', access: 'write', only: 'log-group-kms-key-id' },
  'logs:DisassociateKmsKey': { target: 'log-group', access: 'write', only: 'log-group-kms-key-id' },
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
  // To merge keys that others write to the same secret at the same time.
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
  // Only if a repository's own setting differs: the registry's may take precedence.
  'ecr:GetRegistryScanningConfiguration': { target: 'any', access: 'read' },
  'ecr:CreateRepository': { target: 'repository', access: 'write', also: ['ecr:TagResource'] },
  'ecr:PutImageTagMutability': { target: 'repository', access: 'write' },
  'ecr:PutImageScanningConfiguration': { target: 'repository', access: 'write' },
  'ecr:PutLifecyclePolicy': { target: 'repository', access: 'write', only: 'lifecycle' },
  'ecr:TagResource': { target: 'repository', access: 'write' },
  'ecr:GetRepositoryPolicy': { target: 'repository', access: 'read', only: 'pull-accounts' },
  'ecr:SetRepositoryPolicy': { target: 'repository', access: 'write', only: 'pull-accounts' },
  'ecr:DeleteRepositoryPolicy': { target: 'repository', access: 'write', only: 'pull-accounts' },
  'ecr:UntagResource': { target: 'repository', access: 'write', only: ['end', 'pull-accounts'] },
  'ecr:DeleteRepository': { target: 'repository', access: 'write', only: 'delete-repository' },

  // Only a push searches images for layers to reuse.
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

/** Prefix of a service's Sids, and the target without which none is needed. */
export const SERVICES: Readonly<
  Record<string, { readonly word: string; readonly target: PermissionTarget }>
> = {
  logs: { word: 'Logs', target: 'log-group' },
  ssm: { word: 'Parameters', target: 'parameter' },
  secretsmanager: { word: 'Secrets', target: 'secret' },
  ecr: { word: 'Repository', target: 'repository' },
};

/** @returns an ARN in the partition, region and account of the run */
export type ArnOf = (service: string, resource: string) => string;

/** Kind and resources of a target. */
export interface Target {
  /** The kind of resource, by its word in `ignore`; without one, the target is every resource. */
  readonly kind?: PermissionTarget;
  /** Distinguishes the statements of one service. */
  readonly part: string;
  /** @param name of the resource, or the path above its name */
  readonly resources: (name: string, arn: ArnOf) => string | readonly string[];
}

/**
 * A policy names resources that do not exist yet, so these ARNs are composed. The end of a secret's ARN is six
 * characters that AWS chooses. A log group has both forms of its ARN: AWS's reference of permissions has the one
 * without `:*` for every action, its user guide has it for tags alone.
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html
 */
export const TARGETS: Readonly<Record<PermissionTarget, Target>> = {
  any: { part: 'All', resources: () => '*' },
  'log-group': {
    kind: 'log-group',
    part: 'Group',
    resources: (name, arn) => ['', ':*'].map((end) => arn('logs', `log-group:${name}${end}`)),
  },
  'log-streams': {
    kind: 'log-group',
    part: 'Streams',
    resources: (name, arn) => arn('logs', `log-group:${name}:*`),
  },
  parameter: { kind: 'parameter', part: '', resources: (path, arn) => arn('ssm', `parameter${path}/*`) },
  secret: {
    kind: 'secret',
    part: '',
    resources: (path, arn) => arn('secretsmanager', `secret:${path.slice(1)}/*`),
  },
  repository: { kind: 'repository', part: '', resources: (name, arn) => arn('ecr', `repository/${name}`) },
};

/** Further actions of `doctor` and `export` in a terminal: no role of a workflow needs them. */
export const TERMINAL_READS: readonly string[] = [
  'iam:GetOpenIDConnectProvider',
  'iam:GetRole',
  'iam:ListOpenIDConnectProviders',
  'iam:SimulatePrincipalPolicy',
  'kms:DescribeKey',
  'kms:GetKeyPolicy',
];

/** Permissions of the task execution role: the agent of ECS makes these calls. */
export const EXECUTION: Readonly<Record<string, PermissionTarget>> = {
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

/** @returns text for a remedy: actions that AWS checks together with this one. */
export function checkedTogether(action: string): string {
  const also = PERMISSIONS[action]?.also ?? [];
  return also.length === 0 ? '' : ` (AWS checks ${also.join(', ')} together with it)`;
}

/**
 * @param action the denied action, as AWS named it, or the call
 * @param arn the resource that AWS named; undefined if it named none
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
