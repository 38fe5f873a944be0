/** The tag that says who owns a resource; users cannot set it. */
export const OWNER_TAG = 'managed-by';
/** What it holds on resources that this action created, and on adopted ones. */
export const MADE = 'aws-bootstrap';
export const ADOPTED = 'aws-bootstrap:adopted';

/** On a repository whose policy holds a statement of ours: without it, a run without `pull-accounts` does not read the policy. */
export const PULL_TAG = 'aws-bootstrap:pull-accounts';

/** The ownership tag, as a field. */
export const OWNER_FIELD = `tag:${OWNER_TAG}` as const;
