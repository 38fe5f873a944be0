/** Facts about a repository, and the answers to the questions of `init`: its files and commands are made of them. */
export interface Setup {
  /** `/APPLICATION/ENVIRONMENT`. */
  readonly prefix: string;
  readonly region: string;
  /** `owner/name` on GitHub; undefined if it is not known yet. */
  readonly repository: string | undefined;
  /** Branch whose pushes deploy. */
  readonly branch: string;
  /** GitHub environment of the job that deploys; undefined where the role trusts the branch. */
  readonly environment: string | undefined;
  /** AWS account; undefined where GitHub variables name the roles. */
  readonly account: string | undefined;
  readonly logRetentionDays: string;
  /** The `.env`, from the root of the repository; undefined where there is none. */
  readonly envFile: string | undefined;
  /** Variables that are encrypted only because they are undecided. */
  readonly undecided: readonly string[];
  /** The Dockerfile that is built, from the root. */
  readonly dockerfile: string | undefined;
  readonly taskDefinition: TaskDefinitionSetup | undefined;
}

export interface TaskDefinitionSetup {
  /** From the root of the repository. */
  readonly path: string;
  /** Needed where there are several containers. */
  readonly container: string | undefined;
  /** Undefined where the workflow does not deploy it. */
  readonly service: { readonly cluster: string; readonly name: string } | undefined;
}

export function applicationOf({ prefix }: Pick<Setup, 'prefix'>): string {
  return prefix.split('/')[1] ?? '';
}

/** @returns what a role of the stack is called */
export function roleName(setup: Setup, role: 'deploy' | 'read'): string {
  return `${applicationOf(setup)}-${role}`;
}

/** @returns the partition of the region by its name; undefined where the name does not say, so that no wrong ARN is written */
export function partitionOf(region: string): string | undefined {
  if (region.startsWith('cn-')) return 'aws-cn';
  if (region.startsWith('us-gov-')) return 'aws-us-gov';
  return /^(?:af|ap|ca|eu|il|me|mx|sa|us)-(?!iso)/.test(region) ? 'aws' : undefined;
}

/** GitHub variables that hold the ARNs of the roles where these are not known. */
export const ROLE_VARIABLES = { deploy: 'AWS_DEPLOY_ROLE', read: 'AWS_READ_ROLE' } as const;

/** @returns whether the workflows take the roles from GitHub variables */
export function usesVariables({ account, region }: Pick<Setup, 'account' | 'region'>): boolean {
  return account === undefined || partitionOf(region) === undefined;
}
