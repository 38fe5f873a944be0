import { AwsError } from '../clients/errors.ts';
import type { FailureReason } from '../clients/explanation.ts';
import type { Statement } from '../clients/permissions.ts';
import type { Outcome } from '../model/outcome.ts';
import type { Kind } from '../model/spec.ts';
import { errorText } from './failure.ts';
import type { Scope } from './iam-policy.ts';
import * as messages from './messages.ts';
import { missingPermissions } from './missing-permissions.ts';

/** One cause of failures, with all that failed by it. */
export interface Cause {
  readonly reason: FailureReason;
  /** What failed: `a quota of the account is used up (ParameterLimitExceeded)`. */
  readonly what: string;
  /** What to do about it; undefined where `what` says it. */
  readonly remedy: string | undefined;
  readonly resources: ReadonlyArray<{ readonly kind: Kind; readonly name: string }>;
  /** The IAM statements that the role lacks. */
  readonly statements: readonly Statement[];
}

/** In the order in which to mend them: without credentials or permissions, the others may not even be causes. */
const ORDER: readonly FailureReason[] = [
  'credentials',
  'access-denied',
  'quota',
  'network',
  'throttled',
  'conflict',
  'image',
  'auth0',
  'aws',
  'cancelled',
  'deadline',
  'internal',
];

/**
 * @param reasonOf the word for `failure-reason`
 * @returns the causes of what failed, those to mend first at the front; resources that only waited for one that failed have none
 */
export function causesOf(
  outcomes: readonly Outcome[],
  scope: Scope,
  reasonOf: (error: unknown) => FailureReason,
): Cause[] {
  const groups = new Map<string, Outcome[]>();
  for (const outcome of outcomes)
    if (outcome.result === 'failed') {
      const key = keyOf(outcome.error);
      groups.set(key, [...(groups.get(key) ?? []), outcome]);
    }
  return [...groups.values()]
    .map((failed) => causeOf(failed, scope, reasonOf))
    .sort((a, b) => ORDER.indexOf(a.reason) - ORDER.indexOf(b.reason));
}

/** Whatever the action that is denied, one policy mends it. */
function keyOf(error: unknown): string {
  if (!(error instanceof AwsError)) return errorText(error);
  return error.statement === undefined ? JSON.stringify([error.what, error.remedy]) : 'statement';
}

function causeOf(
  failed: readonly Outcome[],
  scope: Scope,
  reasonOf: (error: unknown) => FailureReason,
): Cause {
  const [first] = failed;
  const error = first?.error;
  const resources = [
    ...new Map(failed.map(({ change: { kind, name } }) => [`${kind} ${name}`, { kind, name }])).values(),
  ];
  const denied = failed.flatMap((one) => (one.error instanceof AwsError ? (one.error.statement ?? []) : []));
  if (!(error instanceof AwsError))
    return { reason: reasonOf(error), what: errorText(error), remedy: undefined, resources, statements: [] };
  const actions = [...new Set(denied.flatMap(({ Action }) => Action))].sort();
  return {
    reason: error.reason,
    what: actions.length === 0 ? error.what : messages.deniedActions(actions),
    remedy: actions.length === 0 ? error.remedy : undefined,
    resources,
    statements: denied.length === 0 ? [] : missingPermissions(scope, denied),
  };
}
