/** The tag that says who owns a resource; users cannot set it. */
export const OWNER_TAG = 'managed-by';
/** Its values: on resources that this action created, and on adopted ones. */
export const CREATED = 'aws-bootstrap';
export const ADOPTED = 'aws-bootstrap:adopted';

/**
 * Marks a repository whose policy has the statement of this action. Without the tag, a run without `pull-accounts`
 * does not read the policy.
 */
export const PULL_TAG = 'aws-bootstrap:pull-accounts';

/** The ownership tag, as a field. */
export const OWNER_FIELD = `tag:${OWNER_TAG}` as const;
