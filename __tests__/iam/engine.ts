/** IAM's evaluation of policies by an engine of other people, with AWS's own list of actions, resources and condition keys. */
import { runSimulation, runUnsafeSimulation, type Simulation } from '@cloud-copilot/iam-simulate';
import { HERE, type PolicyDocument, PROVIDER } from './template.ts';

type Context = Readonly<Record<string, string | string[]>>;

/** What IAM is asked for one call: each call may ask for several. */
export interface Ask {
  readonly action: string;
  readonly resource: string;
  readonly context?: Context;
}

/** The key policy that AWS makes by default: it leaves the decision to the policies of the account. */
const KEY_POLICY = {
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${HERE.account}:root` },
      Action: 'kms:*',
      Resource: '*',
    },
  ],
};

const accountOf = (arn: string) => arn.split(':')[4] || HERE.account;

function simulationOf(policy: PolicyDocument, { action, resource, context = {} }: Ask): Simulation {
  return {
    request: {
      principal: `arn:aws:sts::${HERE.account}:assumed-role/papyrus-deploy/session`,
      action,
      resource: { resource, accountId: accountOf(resource) },
      contextVariables: { ...context } as Record<string, string | string[]>,
    },
    identityPolicies: [{ name: 'role', policy }],
    serviceControlPolicies: [],
    resourceControlPolicies: [],
    ...(action.startsWith('kms:') ? { resourcePolicy: KEY_POLICY } : {}),
  };
}

/**
 * @returns whether the policy allows it
 * @throws Error where the service has no such action, where the resource is none of the action's, where AWS does not
 * tell a condition key that is given, or where the policy itself is no good
 */
export async function isAllowed(policy: PolicyDocument, ask: Ask): Promise<boolean> {
  const result = await runSimulation(simulationOf(policy, ask), {});
  if (result.resultType === 'error')
    throw new Error(`${ask.action} on ${ask.resource}: ${JSON.stringify(result.errors)}`);
  const ignored =
    result.resultType === 'single'
      ? (result.result.ignoredContextKeys ?? [])
      : result.results.flatMap(({ ignoredContextKeys = [] }) => ignoredContextKeys);
  if (ignored.length > 0) throw new Error(`${ask.action} does not tell ${ignored.join(', ')}`);
  return result.overallResult === 'Allowed';
}

/** The same without a look at what the action takes: for any action on any resource, KMS's own apart. */
export const isAllowedAnyhow = (policy: PolicyDocument, ask: Ask): boolean =>
  runUnsafeSimulation(simulationOf(policy, ask), {}) === 'Allowed';

/** Who asks to assume a role, and by which call. */
export interface Claimant {
  readonly principal: string;
  readonly action: string;
  readonly context: Context;
}

/**
 * Whether a role's trust lets somebody assume it. The engine's list of keys does not hold `aud` and `sub` of GitHub's tokens:
 * there they are called as those of a provider that it knows; the principal stays GitHub's.
 */
export async function isTrusted(trust: PolicyDocument, claimant: Claimant): Promise<boolean> {
  const known = <T>(value: T): T =>
    JSON.parse(JSON.stringify(value).replaceAll(`"${PROVIDER}:`, '"accounts.google.com:'));
  const result = await runSimulation(
    {
      request: {
        principal: claimant.principal,
        action: claimant.action,
        resource: { resource: `arn:aws:iam::${HERE.account}:role/papyrus`, accountId: HERE.account },
        contextVariables: known(claimant.context) as Record<string, string | string[]>,
      },
      identityPolicies: [],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      resourcePolicy: known(trust),
    },
    {},
  );
  if (result.resultType !== 'single') throw new Error(JSON.stringify(result));
  const ignored = result.result.ignoredContextKeys ?? [];
  if (ignored.length > 0) throw new Error(`${claimant.action} does not tell ${ignored.join(', ')}`);
  return result.overallResult === 'Allowed';
}
