import { AwsError } from '../clients/errors.ts';
import type { FailureReason } from '../clients/explanation.ts';
import { PERMISSIONS, type Statement } from '../clients/permissions.ts';
import type { Outcome } from '../model/outcome.ts';
import type { Kind } from '../model/spec.ts';
import { partsOf } from './console-link.ts';
import { errorText } from './failure.ts';
import { kms, resourcesOf, type Scope } from './iam.ts';
import * as messages from './messages.ts';

/** One cause of failures, with the failed resources. */
export interface Cause {
  readonly reason: FailureReason;
  /** Such as `a quota of the account is used up (ParameterLimitExceeded)`. */
  readonly what: string;
  /** Undefined where the statements are the remedy. */
  readonly remedy: string | undefined;
  readonly resources: ReadonlyArray<{ readonly kind: Kind; readonly name: string }>;
  /** The IAM statements that the role lacks. */
  readonly statements: readonly Statement[];
}

/** The order to correct them in: without credentials or permissions, the others may not even be causes. */
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
 * @param reasonOf returns the value of `failure-reason`
 * @returns causes of failures, those to correct first at the front; resources that only waited for a failed one have none
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

/** @returns equal keys for all denied actions, since one policy allows them */
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

/** Calls that a creation makes after the denied one: they would be denied next. */
const NEXT: Readonly<Record<string, readonly string[]>> = {
  'logs:CreateLogGroup': ['logs:PutRetentionPolicy'],
};

/**
 * @param denied statements from the errors of AWS, each for one resource
 * @returns statements with every action that these calls need: one for each service, with resources as narrow as the prefix
 */
function missingPermissions(scope: Scope, denied: readonly Statement[]): Statement[] {
  const partition = partsOf(scope.caller.arn)?.partition;
  const known = partition === undefined ? undefined : resourcesOf(scope, partition, scope.caller.account);
  const found = new Map<string, { actions: Set<string>; resources: Set<string> }>();
  const add = (action: string, resources: readonly string[]) => {
    const key = `${action.split(':')[0]} ${resources.includes('*')}`;
    const entry = found.get(key) ?? { actions: new Set(), resources: new Set() };
    entry.actions.add(action);
    for (const resource of resources) entry.resources.add(resource);
    found.set(key, entry);
  };
  for (const { Action, Resource } of denied)
    for (const action of list(Action))
      for (const needed of [action, ...(NEXT[action] ?? []), ...(PERMISSIONS[action]?.also ?? [])]) {
        const target = PERMISSIONS[needed]?.target ?? PERMISSIONS[action]?.target;
        const narrow = target === undefined ? undefined : known?.[target];
        add(needed, narrow === undefined ? list(Resource) : list(narrow));
      }
  const statements = [...found.values()].map(
    ({ actions, resources }): Statement => ({
      Effect: 'Allow',
      Action: one([...actions].sort()),
      Resource: one(narrowest(resources)),
    }),
  );
  const keys = partition !== undefined && usesKey(denied) ? kms(scope, partition, 'write') : [];
  return [...statements, ...keys.map(({ Sid, ...statement }) => statement)];
}

/** Stored values are encrypted by the configured key. */
function usesKey(denied: readonly Statement[]): boolean {
  return denied.some(({ Action }) =>
    list(Action).some(
      (action) => action === 'ssm:PutParameter' || /^secretsmanager:(Create|Put|Update)/.test(action),
    ),
  );
}

/** A resource that the wildcard of another covers needs no entry. */
function narrowest(resources: ReadonlySet<string>): string[] {
  const wide = [...resources].filter((arn) => arn.endsWith('/*'));
  return [...resources].filter(
    (arn) => !wide.some((other) => other !== arn && arn.startsWith(other.slice(0, -1))),
  );
}

const list = (value: string | readonly string[]): readonly string[] =>
  typeof value === 'string' ? [value] : value;
const one = (values: readonly string[]): string | readonly string[] =>
  values.length === 1 ? String(values[0]) : values;
