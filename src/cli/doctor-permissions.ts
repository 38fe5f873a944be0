import type { Decision, Simulation } from '../clients/iam.ts';
import { checkedTogether, missingStatement } from '../clients/permissions.ts';
import type { Named, Policy } from '../report/iam.ts';
import { type Check, doubtful, failed, passed, shellQuote } from './check.ts';

/** A simulation of one statement that this configuration needs. */
export type PermissionQuestion = Omit<Simulation, 'principal'>;

/** @returns a simulation for each statement of the policy */
export function questionsOf({ Statement }: Policy): PermissionQuestion[] {
  return Statement.map(({ Action, Resource, Condition }) => ({
    actions: [Action].flat(),
    resources: [Resource].flat().map(exampleOf),
    context: contextOf(Condition),
  }));
}

/** A simulation asks about one resource: one possible name represents all below the prefix. */
function exampleOf(resource: string): string {
  if (!resource.endsWith('/*')) return resource;
  const below = resource.slice(0, -1);
  return resource.includes(':secretsmanager:') ? `${below}db-AbCdEf` : `${below}DOCTOR`;
}

/** Condition keys that the services send with their calls. */
function contextOf(condition: Named['Condition']): Record<string, string[]> {
  const context: Record<string, string[]> = {};
  for (const keys of Object.values(condition ?? {}))
    for (const [key, value] of Object.entries(keys)) {
      const [first] = [value].flat();
      if (typeof first === 'string') context[key] = [first];
    }
  return context;
}

/**
 * @param principal ARN of the role or user
 * @param answers decisions of IAM, a list for each statement
 * @returns a check for each kind of missing permission, or one that all exist
 */
export function checkDecisions(principal: string, answers: ReadonlyArray<readonly Decision[]>): Check[] {
  const name = principal.slice(principal.lastIndexOf('/') + 1);
  const total = new Set(answers.flat().map(({ action }) => action)).size;
  const missing = answers.flatMap(missingOf);
  if (missing.length === 0)
    return [passed('permissions', `${name} has all ${total} permissions of this configuration`)];
  const denied = missing.filter(({ all }) => all.some(({ decision }) => decision === 'explicitDeny'));
  const outside = missing.filter(
    (one) => !denied.includes(one) && one.first !== undefined && one.first.by !== 'policy',
  );
  const absent = missing.filter((one) => !denied.includes(one) && !outside.includes(one));
  const actionsOf = (all: typeof missing) => [...new Set(all.map(({ action }) => action))];
  const named = (all: typeof missing) => actionsOf(all).join(', ');
  return [
    ...(denied.length === 0
      ? []
      : [
          failed(
            'permissions',
            `An explicit deny forbids ${name} ${named(denied)}`,
            'Remove these actions from the deny, or ask who manages the policies of the account',
          ),
        ]),
    ...(outside.length === 0
      ? []
      : [
          failed(
            'permissions',
            `The ${outside[0]?.first?.by === 'organization' ? 'organization' : 'permissions boundary'} forbids ${name} ${named(outside)}`,
            'Ask who manages the organization or the boundary to allow these actions',
          ),
        ]),
    ...(absent.length === 0
      ? []
      : [
          failed(
            'permissions',
            `${name} lacks ${actionsOf(absent).length} of ${total} permissions: ${named(absent)}`,
            cureOf(principal, absent),
          ),
        ]),
  ];
}

interface Missing {
  readonly action: string;
  readonly first: Decision | undefined;
  readonly all: readonly Decision[];
}

/**
 * A log group has two forms of its ARN, and AWS does not document which of them each call needs: within a statement, one
 * is enough. Another statement has another resource or condition, such as a key through another service.
 */
function missingOf(decisions: readonly Decision[]): Missing[] {
  const byAction = new Map<string, Decision[]>();
  for (const decision of decisions)
    byAction.set(decision.action, [...(byAction.get(decision.action) ?? []), decision]);
  return [...byAction].flatMap(([action, all]) =>
    all.some(({ decision }) => decision === 'allowed') ? [] : [{ action, first: all[0], all }],
  );
}

function cureOf(principal: string, missing: readonly Missing[]): string {
  const byResource = new Map<string, string[]>();
  for (const { action, all } of missing) {
    const resources = all.map(({ resource }) => patternOf(resource));
    const key = JSON.stringify(resources.length === 1 ? resources[0] : resources);
    byResource.set(key, [...new Set([...(byResource.get(key) ?? []), action])]);
  }
  const document = {
    Version: '2012-10-17',
    Statement: [...byResource].map(([resource, actions]) => ({
      Effect: 'Allow',
      Action: actions,
      Resource: JSON.parse(resource) as string | string[],
    })),
  };
  const [, kind = 'role'] = /:(role|user)\//.exec(principal) ?? [];
  const name = principal.slice(principal.lastIndexOf('/') + 1);
  return `aws iam put-${kind}-policy --${kind}-name ${shellQuote(name)} --policy-name aws-bootstrap-doctor --policy-document ${shellQuote(JSON.stringify(document))}`;
}

/** The inverse of {@link exampleOf}. */
const patternOf = (resource: string) => resource.replace(/\/(?:db-AbCdEf|DOCTOR)$/, '/*');

/** Checks permissions without a simulation, by the calls that a plan makes. */
export function checkCalls(
  denied: ReadonlyArray<{ readonly action: string; readonly resource: string }>,
  { reads, writes }: { readonly reads: number; readonly writes: readonly string[] },
): Check[] {
  const actions = [...new Set(denied.map(({ action }) => action))];
  const checks = actions.map((action) =>
    failed(
      'permissions',
      `The credentials may not ${action}${checkedTogether(action)}`,
      `Add to the policy: ${JSON.stringify(missingStatement(action, undefined))}`,
    ),
  );
  const read =
    denied.length === 0 ? [passed('permissions', `The calls of a plan are allowed (${reads})`)] : [];
  const unasked =
    writes.length === 0
      ? []
      : [
          doubtful(
            'permissions',
            `${writes.length} permissions could not be checked, since IAM did not answer iam:SimulatePrincipalPolicy: ${writes.join(', ')}`,
            'Run doctor with credentials that may call iam:SimulatePrincipalPolicy, such as an administrator',
          ),
        ];
  return [...checks, ...read, ...unasked];
}
