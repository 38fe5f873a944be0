/*
 * Whom GitHub's tokens name, and whom a trust policy compares them with.
 */

export const ISSUER = 'token.actions.githubusercontent.com';
export const AUDIENCE = 'sts.amazonaws.com';

/** From this day on GitHub puts ids into the subjects of repositories that are created, renamed or transferred. */
export const IDS_SINCE = '2026-07-15T00:00:00Z';

/** What is known of the repository and of the job that assumes the role. */
export interface Job {
  /** `OWNER/NAME`, as GitHub spells it. */
  readonly repository: string;
  /** `OWNER_ID/REPOSITORY_ID`, where GitHub was asked. */
  readonly ids: string | undefined;
  /** When the repository was created; undefined where GitHub was not asked. */
  readonly createdAt: string | undefined;
  /** The environment of the job; undefined where it has none. */
  readonly environment: string | undefined;
  readonly branch: string;
  /** It runs for pull requests alone, whose subjects name no branch. */
  readonly isPullRequest: boolean;
}

export interface Subjects {
  /** `repo:OWNER/NAME:…` */
  readonly old: string;
  /** `repo:OWNER@1/NAME@2:…`; undefined where the ids are not known. */
  readonly withIds: string | undefined;
  /** Which of both GitHub sends; undefined where that cannot be known. */
  readonly sent: 'old' | 'withIds' | undefined;
}

/** @returns the subjects that a token of the job may have */
export function subjectsOf(job: Job): Subjects {
  const { repository, ids, createdAt } = job;
  const from = contextOf(job);
  const [owner = '', name = ''] = repository.split('/');
  const [ownerId, repositoryId] = ids?.split('/') ?? [];
  return {
    old: `repo:${repository}:${from}`,
    withIds: ids === undefined ? undefined : `repo:${owner}@${ownerId}/${name}@${repositoryId}:${from}`,
    // An older one that was renamed since then has ids as well, which its date does not show.
    sent: createdAt !== undefined && createdAt >= IDS_SINCE ? 'withIds' : undefined,
  };
}

function contextOf({ environment, branch, isPullRequest }: Job): string {
  // GitHub encodes a colon in names of environments.
  if (environment !== undefined) return `environment:${environment.replaceAll(':', '%3A')}`;
  return isPullRequest ? 'pull_request' : `ref:refs/heads/${branch}`;
}

/** @returns the template of a trust policy that names only this job */
export function trustPolicyFor(provider: string, subjects: readonly string[]): object {
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Federated: provider },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: {
          StringEquals: {
            [`${ISSUER}:aud`]: AUDIENCE,
            [`${ISSUER}:sub`]: subjects.length === 1 ? subjects[0] : subjects,
          },
        },
      },
    ],
  };
}
