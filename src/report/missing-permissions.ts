import { PERMISSIONS, type Statement } from '../clients/permissions.ts';
import { partsOf } from './console-link.ts';
import { resourcesOf } from './iam.ts';
import { kms } from './iam-key.ts';
import type { Scope } from './iam-policy.ts';

/** Calls that a creation makes after the one that is denied: they would be denied next. */
const NEXT: Readonly<Record<string, readonly string[]>> = {
  'logs:CreateLogGroup': ['logs:PutRetentionPolicy'],
};

/**
 * @param denied the statements that AWS's refusals lead to, each for one resource
 * @returns the statements that allow all of it, with every action that these calls need: one for each service, its resources as
 * narrow as the prefix
 */
export function missingPermissions(scope: Scope, denied: readonly Statement[]): Statement[] {
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

/** A value that is stored is encrypted by the key that the configuration sets. */
function usesKey(denied: readonly Statement[]): boolean {
  return denied.some(({ Action }) =>
    list(Action).some(
      (action) => action === 'ssm:PutParameter' || /^secretsmanager:(Create|Put|Update)/.test(action),
    ),
  );
}

/** A resource that another one's wildcard covers needs no entry of its own. */
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
