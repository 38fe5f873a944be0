import {
  type EvaluationResult,
  GetOpenIDConnectProviderCommand,
  GetRoleCommand,
  IAMClient,
  ListOpenIDConnectProvidersCommand,
  SimulatePrincipalPolicyCommand,
} from '@aws-sdk/client-iam';
import { DescribeKeyCommand, GetKeyPolicyCommand, KMSClient } from '@aws-sdk/client-kms';
import { type Connection, clientSettings, prepare } from './aws.ts';
import type { Calls } from './aws-calls.ts';
import { isNamed } from './errors.ts';

export interface IamRole {
  readonly name: string;
  readonly arn: string;
  /** Its trust policy, as JSON. */
  readonly trust: string;
}

export interface IdentityProvider {
  readonly arn: string;
  readonly audiences: readonly string[];
}

/** Input of a simulation: actions of a principal on resources. */
export interface Simulation {
  readonly principal: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** Condition keys with their values. */
  readonly context: Readonly<Record<string, readonly string[]>>;
}

export interface Decision {
  readonly action: string;
  readonly resource: string;
  readonly decision: 'allowed' | 'explicitDeny' | 'implicitDeny';
  /** The type of policy that decides: a boundary or the organization overrides the role's own policy. */
  readonly by: 'policy' | 'boundary' | 'organization';
}

/** Reading calls to IAM for `doctor`. */
export class Iam {
  readonly #client: IAMClient;
  readonly #calls: Calls;

  constructor(connection: Connection, calls: Calls) {
    this.#client = prepare(new IAMClient(clientSettings(connection)), connection);
    this.#calls = calls;
  }

  /** @returns undefined if there is no such role */
  async role(name: string): Promise<IamRole | undefined> {
    try {
      const { Role } = await this.#send('GetRole', name, () =>
        this.#client.send(new GetRoleCommand({ RoleName: name })),
      );
      if (Role === undefined) return undefined;
      return {
        name: Role.RoleName ?? name,
        arn: Role.Arn ?? '',
        trust: decoded(Role.AssumeRolePolicyDocument ?? ''),
      };
    } catch (error) {
      if (isNamed(error, 'NoSuchEntityException') || isNamed(error, 'NoSuchEntity')) return undefined;
      throw error;
    }
  }

  /** @returns the account's provider of this issuer; undefined if there is none */
  async provider(issuer: string): Promise<IdentityProvider | undefined> {
    const { OpenIDConnectProviderList = [] } = await this.#send(
      'ListOpenIDConnectProviders',
      'the identity providers',
      () => this.#client.send(new ListOpenIDConnectProvidersCommand({})),
    );
    const arn = OpenIDConnectProviderList.find(({ Arn }) => Arn?.endsWith(`:oidc-provider/${issuer}`))?.Arn;
    if (arn === undefined) return undefined;
    const { ClientIDList = [] } = await this.#send('GetOpenIDConnectProvider', arn, () =>
      this.#client.send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: arn })),
    );
    return { arn, audiences: ClientIDList };
  }

  async simulate({ principal, actions, resources, context }: Simulation): Promise<Decision[]> {
    const found: EvaluationResult[] = [];
    let Marker: string | undefined;
    do {
      const page = await this.#send('SimulatePrincipalPolicy', principal, () =>
        this.#client.send(
          new SimulatePrincipalPolicyCommand({
            PolicySourceArn: principal,
            ActionNames: [...actions],
            ResourceArns: [...resources],
            ContextEntries: Object.entries(context).map(([ContextKeyName, values]) => ({
              ContextKeyName,
              ContextKeyType: values.length === 1 ? 'string' : 'stringList',
              ContextKeyValues: [...values],
            })),
            MaxItems: 1000,
            Marker,
          }),
        ),
      );
      found.push(...(page.EvaluationResults ?? []));
      Marker = page.IsTruncated === true ? page.Marker : undefined;
    } while (Marker !== undefined);
    return found.map(decisionOf);
  }

  #send<O>(operation: string, resource: string, call: () => Promise<O>): Promise<O> {
    return this.#calls.send({ operation: `iam:${operation}`, resource, quota: 'iam:read' }, call);
  }
}

/** IAM returns policies URL-encoded. */
const decoded = (document: string) => (/^%7B/i.test(document) ? decodeURIComponent(document) : document);

function decisionOf(result: EvaluationResult): Decision {
  const { EvalActionName = '', EvalResourceName = '*', EvalDecision = 'implicitDeny' } = result;
  const isByOrganization = result.OrganizationsDecisionDetail?.AllowedByOrganizations === false;
  const isByBoundary = result.PermissionsBoundaryDecisionDetail?.AllowedByPermissionsBoundary === false;
  return {
    action: EvalActionName,
    resource: EvalResourceName,
    decision: EvalDecision as Decision['decision'],
    by: isByOrganization ? 'organization' : isByBoundary ? 'boundary' : 'policy',
  };
}

export interface KmsKey {
  readonly id: string;
  readonly arn: string;
  /** `Enabled`, `Disabled`, `PendingDeletion`, … */
  readonly state: string;
  readonly usage: string;
  readonly spec: string;
}

/** Reading calls to KMS for `doctor`. */
export class Kms {
  readonly #client: KMSClient;
  readonly #calls: Calls;

  constructor(connection: Connection, calls: Calls) {
    this.#client = prepare(new KMSClient(clientSettings(connection)), connection);
    this.#calls = calls;
  }

  /** @returns undefined if there is no such key or alias */
  async key(id: string): Promise<KmsKey | undefined> {
    try {
      const { KeyMetadata } = await this.#calls.send(
        { operation: 'kms:DescribeKey', resource: id, quota: 'other' },
        () => this.#client.send(new DescribeKeyCommand({ KeyId: id })),
      );
      if (KeyMetadata === undefined) return undefined;
      const { KeyId = id, Arn = '', KeyState = '', KeyUsage = '', KeySpec = '' } = KeyMetadata;
      return { id: KeyId, arn: Arn, state: KeyState, usage: KeyUsage, spec: KeySpec };
    } catch (error) {
      if (isNamed(error, 'NotFoundException')) return undefined;
      throw error;
    }
  }

  /** @returns its key policy, as JSON */
  async policy(id: string): Promise<string> {
    const { Policy = '' } = await this.#calls.send(
      { operation: 'kms:GetKeyPolicy', resource: id, quota: 'other' },
      () => this.#client.send(new GetKeyPolicyCommand({ KeyId: id, PolicyName: 'default' })),
    );
    return Policy;
  }
}
