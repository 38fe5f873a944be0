/** Causes of an error, each with its own remedy. */
export type GitHubCause =
  | 'locked'
  | 'archived'
  | 'saml'
  | 'ip-allow-list'
  | 'rate-limit'
  | 'secondary-rate-limit'
  | 'missing-permission';

/** A failed call to GitHub. Its text is written by this action, since the body of an error may come from a proxy. */
export class GitHubError extends Error {
  readonly status: number;
  readonly failureCause: GitHubCause | undefined;

  constructor(status: number, text: string, failureCause?: GitHubCause) {
    super(text);
    this.name = 'GitHubError';
    this.status = status;
    this.failureCause = failureCause;
  }
}

export const isMissing = (error: unknown): boolean => error instanceof GitHubError && error.status === 404;

/** @returns whether GitHub reports that it exists already */
export const isThere = (error: unknown): boolean => error instanceof GitHubError && error.status === 422;
