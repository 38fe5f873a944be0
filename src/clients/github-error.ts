/** Causes of a refusal that have a remedy of their own. */
export type GitHubCause =
  | 'locked'
  | 'archived'
  | 'saml'
  | 'ip-allow-list'
  | 'rate-limit'
  | 'secondary-rate-limit'
  | 'missing-permission';

/** A failed call to GitHub; `text` is ours, since bodies of errors may come from anywhere. */
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

/** GitHub's status for what exists already. */
export const isThere = (error: unknown): boolean => error instanceof GitHubError && error.status === 422;
