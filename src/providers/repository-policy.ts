import {
  DeleteRepositoryPolicyCommand,
  type ECRClient,
  GetRepositoryPolicyCommand,
  SetRepositoryPolicyCommand,
} from '@aws-sdk/client-ecr';
import { isNamed } from '../clients/errors.ts';
import { UserFacingError } from '../clients/explanation.ts';
import type { Sender } from './context.ts';
import { itemsOf, membersOf, objectSource } from './json-source.ts';

/** `Sid` of this action's statement; all others are kept as they are written. */
const SID = 'aws-bootstrap';
/** @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policy-examples.html */
const PULLING = ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];
const MISSING = 'RepositoryPolicyNotFoundException';

/** The statement of a repository policy that allows other accounts to pull. */
export class PullPolicy {
  readonly #client: ECRClient;
  readonly #send: Sender;

  constructor(client: ECRClient, send: Sender) {
    this.#client = client;
    this.#send = send;
  }

  async #read(name: string): Promise<string | undefined> {
    try {
      const answer = await this.#send('GetRepositoryPolicy', name, 'ecr:read', () =>
        this.#client.send(new GetRepositoryPolicyCommand({ repositoryName: name })),
      );
      return answer.policyText;
    } catch (error) {
      if (isNamed(error, MISSING)) return undefined;
      throw error;
    }
  }

  async #set(name: string, policyText: string): Promise<void> {
    try {
      await this.#send('SetRepositoryPolicy', name, 'ecr:write', () =>
        this.#client.send(new SetRepositoryPolicyCommand({ repositoryName: name, policyText })),
      );
    } catch (error) {
      if (!isNamed(error, 'InvalidParameterException')) throw error;
      throw new UserFacingError(
        `${error.message}. What to do: check that each account of pull-accounts exists, and that the policy has no more than 10,240 characters`,
        { reason: 'aws', cause: error },
      );
    }
  }

  async #remove(name: string): Promise<void> {
    try {
      await this.#send('DeleteRepositoryPolicy', name, 'ecr:write', () =>
        this.#client.send(new DeleteRepositoryPolicyCommand({ repositoryName: name })),
      );
    } catch (error) {
      if (!isNamed(error, MISSING)) throw error;
    }
  }

  /** @returns the accounts of the action's statement, as in the field */
  async accountsOf(name: string): Promise<string | undefined> {
    return accountsIn(await this.#read(name));
  }

  /**
   * Reads the policy again, since others may have written it meanwhile.
   * @param accounts undefined removes the action's statement
   */
  async letPull(name: string, accounts: string | undefined): Promise<void> {
    const before = await this.#read(name);
    const after = mergePolicy(before, accounts);
    if (after !== undefined) await this.#set(name, after);
    else if (before !== undefined) await this.#remove(name);
  }
}

/**
 * @param policy as ECR gives it: accounts may be ids or root ARNs, a list of one may be a single value
 * @returns the accounts of the action's statement, sorted and joined by commas; undefined if there is no such statement
 */
export function accountsIn(policy: string | undefined): string | undefined {
  if (policy === undefined) return undefined;
  const own = statementsOf(policy).filter(isOwn);
  if (own.length === 0) return undefined;
  const accounts = own.length === 1 ? readStatement(own[0] ?? '') : undefined;
  return accounts === undefined ? 'an edited statement' : accounts.join(',');
}

/**
 * @param accounts joined by commas; undefined removes the action's statement
 * @returns the policy with the action's statement, and every other one as it is written; undefined if it is empty
 */
export function mergePolicy(policy: string | undefined, accounts: string | undefined): string | undefined {
  const others = policy === undefined ? [] : statementsOf(policy).filter((statement) => !isOwn(statement));
  const all = accounts === undefined ? others : [...others, statementFor(accounts.split(','))];
  if (all.length === 0) return undefined;
  const members = new Map(membersOf(policy ?? '{"Version":"2012-10-17"}'));
  return objectSource(members.set('Statement', `[${all.join(',')}]`));
}

/** An account id means its root ARN, in each partition. */
function statementFor(accounts: readonly string[]): string {
  return JSON.stringify({ Sid: SID, Effect: 'Allow', Principal: { AWS: accounts }, Action: PULLING });
}

/** @returns the statements as they are written; a single one may come without a list */
function statementsOf(policy: string): readonly string[] {
  const source = new Map(membersOf(policy)).get('Statement') ?? '[]';
  return source.startsWith('[') ? itemsOf(source) : [source];
}

const isOwn = (statement: string) => JSON.parse(statement)?.Sid === SID;

/** @returns the accounts, sorted; undefined if the statement differs from the action's in anything else */
function readStatement(source: string): string[] | undefined {
  const { Sid: _sid, Effect, Principal, Action, ...more } = JSON.parse(source);
  const { AWS, ...others } = typeof Principal === 'object' && Principal !== null ? Principal : {};
  const accounts = [AWS].flat().map(accountOf);
  const actions = new Set([Action].flat().map((action) => String(action).toLowerCase()));
  const isOurs =
    Effect === 'Allow' &&
    Object.keys(more).length + Object.keys(others).length === 0 &&
    actions.size === PULLING.length &&
    PULLING.every((action) => actions.has(action.toLowerCase()));
  return isOurs && accounts.every((account) => account !== undefined)
    ? [...new Set(accounts)].sort()
    : undefined;
}

function accountOf(principal: unknown): string | undefined {
  return /^(?:arn:[a-z-]+:iam::)?(\d{12})(?::root)?$/.exec(String(principal))?.[1];
}
