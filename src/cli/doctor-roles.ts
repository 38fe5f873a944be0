import { AwsError, isDenied } from '../clients/errors.ts';
import type { Decision, Iam, IamRole } from '../clients/iam.ts';
import type { Caller } from '../clients/identity.ts';
import type { Kind } from '../model/spec.ts';
import { type Policy, policiesOf } from '../report/iam.ts';
import type { RunInput } from '../run-input.ts';
import type { Settings } from '../settings/settings.ts';
import type { Account } from './account.ts';
import { type Check, doubtful, failed, passed, shellQuote } from './check.ts';
import type { GitHubSide } from './doctor-github.ts';
import { checkDecisions, questionsOf } from './doctor-permissions.ts';
import { checkTrust } from './doctor-trust.ts';
import { errorInWords } from './errors.ts';
import type { Flags } from './flags.ts';
import { AUDIENCE, ISSUER, type Job } from './trust-policy.ts';
import type { WorkflowJob } from './workflow-facts.ts';

/** Input of the checks of an account. */
export interface RoleScope {
  readonly flags: Flags;
  readonly settings: Settings;
  readonly runInput: RunInput | undefined;
  readonly account: Account;
  readonly caller: Caller;
  readonly github: GitHubSide;
}

export interface CheckedRoles {
  readonly checks: readonly Check[];
  /** ARN of the role that deploys; undefined where it is not known. */
  readonly role: string | undefined;
  /** Whether IAM answered a simulation. */
  readonly isSimulated: boolean;
  readonly policy: Policy | undefined;
}

/** One role of the workflows. */
interface NamedRole {
  readonly name: string;
  readonly arn: string | undefined;
  readonly jobs: readonly WorkflowJob[];
}

/** Checks the identity provider, and trust and permissions of each role. */
export async function checkRoles(scope: RoleScope, iam: Iam): Promise<CheckedRoles> {
  const checks: Check[] = [];
  const provider = await findProvider(iam, checks);
  const policy = policyOf(scope);
  let deployer: string | undefined;
  let isSimulated = false;
  for (const named of rolesOf(scope)) {
    const role = await findRole(named, scope, iam, checks);
    if (role === undefined) continue;
    const isReader = named.jobs.length > 0 && named.jobs.every(isReading);
    if (!isReader) deployer ??= role.arn;
    checks.push(...trustOf(role, named, provider, scope));
    const simulated = await simulate(role.arn, isReader ? policy?.reader : policy?.deployer, iam);
    isSimulated ||= simulated !== undefined;
    checks.push(...(simulated ?? []));
  }
  if (!isSimulated) {
    // Where the role is unknown or may not be simulated, the caller's own permissions are checked.
    const own = await findOwn(scope.caller, iam);
    const simulated = own === undefined ? undefined : await simulate(own, policy?.deployer, iam);
    isSimulated = simulated !== undefined;
    checks.push(...(simulated ?? []));
  }
  return { checks, role: deployer, isSimulated, policy: policy?.deployer };
}

const isReading = ({ mode, events }: WorkflowJob) =>
  mode === 'plan' || mode === 'drift' || events.every((event) => event === 'pull_request');

async function findProvider(iam: Iam, checks: Check[]): Promise<string | undefined> {
  try {
    const found = await iam.provider(ISSUER);
    if (found === undefined) {
      checks.push(
        failed(
          'oidc-provider',
          `The account has no identity provider for GitHub (${ISSUER}), so no workflow can assume a role`,
          `aws iam create-open-id-connect-provider --url https://${ISSUER} --client-id-list ${AUDIENCE}`,
        ),
      );
      return undefined;
    }
    checks.push(
      found.audiences.includes(AUDIENCE)
        ? passed('oidc-provider', `The account has the identity provider ${ISSUER}`)
        : failed(
            'oidc-provider',
            `The identity provider ${ISSUER} does not accept the audience ${AUDIENCE}`,
            `aws iam add-client-id-to-open-id-connect-provider --open-id-connect-provider-arn ${found.arn} --client-id ${AUDIENCE}`,
          ),
    );
    return found.arn;
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    checks.push(
      doubtful(
        'oidc-provider',
        `The identity provider for GitHub could not be checked: ${reasonOf(error)}`,
        'aws iam list-open-id-connect-providers',
      ),
    );
    return undefined;
  }
}

const reasonOf = (error: AwsError) =>
  isDenied(error) ? `the credentials may not ${error.operation}` : errorInWords(error);

/** The roles that the workflows name; without one, the name that iam/roles.yml gives. */
function rolesOf({ flags, settings, github: { jobs: all } }: RoleScope): NamedRole[] {
  const given = flags.get('role');
  const nameOf = (text: string) => text.slice(text.lastIndexOf('/') + 1);
  const arnOf = (text: string) => (text.startsWith('arn:') ? text : undefined);
  const byRole = new Map<string, WorkflowJob[]>();
  for (const job of all)
    if (job.role !== undefined) byRole.set(job.role, [...(byRole.get(job.role) ?? []), job]);
  if (given !== undefined)
    return [{ name: nameOf(given), arn: arnOf(given), jobs: byRole.get(given) ?? deploying(all) }];
  if (byRole.size > 0)
    return [...byRole].map(([text, jobs]) => ({ name: nameOf(text), arn: arnOf(text), jobs }));
  return [{ name: `${settings.application}-deploy`, arn: undefined, jobs: deploying(all) }];
}

/** Jobs whose role is an expression, so that it may be any. */
const deploying = (jobs: readonly WorkflowJob[]) =>
  jobs.filter((job) => job.role === undefined && !isReading(job));

async function findRole(
  { name, arn }: NamedRole,
  { settings, caller, github }: RoleScope,
  iam: Iam,
  checks: Check[],
): Promise<IamRole | undefined> {
  const account = arn?.split(':')[4];
  if (account !== undefined && account !== caller.account) {
    checks.push(
      failed(
        'account',
        `The workflow assumes a role of the account ${account}, and these credentials are of ${caller.account}`,
        'aws configure list-profiles # then choose one with --profile NAME',
      ),
    );
    return undefined;
  }
  try {
    const role = await iam.role(name);
    if (role === undefined)
      checks.push(
        failed(
          'role',
          `There is no role ${name} in the account`,
          [
            'curl -fsSLO https://raw.githubusercontent.com/papyrus/aws-bootstrap/v1/iam/roles.yml',
            `aws cloudformation deploy --region ${settings.region} --stack-name ${settings.prefix.slice(1).replace(/[^A-Za-z0-9]+/g, '-')}-roles --template-file roles.yml --capabilities CAPABILITY_NAMED_IAM --parameter-overrides Repository=${github.repository ?? 'OWNER/NAME'} Prefix=${settings.prefix} Environment=${shellQuote(github.environment ?? '')}`,
          ].join('\n'),
        ),
      );
    else checks.push(passed('role', `The role ${role.arn} exists`));
    return role;
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    checks.push(
      doubtful(
        'role',
        `The role ${name} and its trust policy could not be read: ${reasonOf(error)}`,
        `aws iam get-role --role-name ${shellQuote(name)}`,
      ),
    );
    return undefined;
  }
}

function trustOf(
  role: IamRole,
  { jobs }: NamedRole,
  provider: string | undefined,
  scope: RoleScope,
): Check[] {
  const { github } = scope;
  const { repository, about } = github;
  if (repository === undefined) return [];
  // An account has one provider of this issuer, in the role's own partition.
  const arn = provider ?? role.arn.replace(/:role\/.*$/, `:oidc-provider/${ISSUER}`);
  const base = {
    repository: about?.fullName ?? repository,
    ids: about?.ids,
    createdAt: about?.createdAt,
    branch: scope.flags.get('branch') ?? about?.defaultBranch ?? github.branch,
  };
  const expected: Job[] =
    jobs.length === 0
      ? [{ ...base, environment: github.environment, isPullRequest: false }]
      : jobs.map(({ environment, events }) => ({
          ...base,
          environment: scope.flags.get('environment') ?? environment,
          isPullRequest: events.length > 0 && events.every((event) => event === 'pull_request'),
        }));
  const found = expected.flatMap((job) => checkTrust(role, arn, job));
  return [...new Map(found.map((check) => [JSON.stringify(check), check])).values()];
}

const BOTH: ReadonlyArray<{ readonly kind: Kind }> = [
  { kind: 'AWS::SSM::Parameter' },
  { kind: 'AWS::SecretsManager::Secret' },
];

interface Needed {
  readonly deployer: Policy;
  readonly reader: Policy;
}

/** Permissions of this configuration; without variables, parameters and secrets are expected. */
function policyOf({ settings, runInput, caller }: RoleScope): Needed | undefined {
  const destinations = runInput?.hasVariables === true ? runInput.desired.destinations : BOTH;
  const policies = policiesOf({ caller, settings, desired: { destinations } });
  if (policies === undefined) return undefined;
  const { deployer, reader } = policies;
  // A plan reads values where it may.
  const Statement = reader.Statement.filter(({ Sid }) => !Sid.endsWith('Values'));
  return { deployer, reader: { ...reader, Statement } };
}

/** @returns undefined without a policy, and where already the first simulation fails */
async function simulate(
  principal: string,
  policy: Policy | undefined,
  iam: Iam,
): Promise<Check[] | undefined> {
  if (policy === undefined) return undefined;
  const answers: Decision[][] = [];
  const open: string[] = [];
  for (const question of questionsOf(policy)) {
    try {
      answers.push(await iam.simulate({ principal, ...question }));
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      // The first refusal means that no simulation is allowed.
      if (answers.length === 0) return undefined;
      open.push(...question.actions);
    }
  }
  return [
    ...checkDecisions(principal, answers),
    ...(open.length === 0
      ? []
      : [doubtful('permissions', `IAM gave no answer about these permissions: ${open.join(', ')}`)]),
  ];
}

/** @returns ARN of the caller's role or user, which IAM can simulate; undefined for the root user, who may do everything */
async function findOwn({ arn }: Caller, iam: Iam): Promise<string | undefined> {
  if (/:user\//.test(arn)) return arn;
  const name = /:assumed-role\/([^/]+)\//.exec(arn)?.[1];
  if (name === undefined) return undefined;
  try {
    return (await iam.role(name))?.arn;
  } catch (error) {
    if (error instanceof AwsError) return undefined;
    throw error;
  }
}
