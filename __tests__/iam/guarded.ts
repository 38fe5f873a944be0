/** An account that asks IAM: each call is evaluated by the engine before it is answered, and denied as AWS denies it. */
import type { AwsServer } from '../servers/aws.ts';
import type { TestRegistry } from '../servers/registry.ts';
import { asksOf, asksOfRegistry, type Key } from './authorization.ts';
import { type Ask, isAllowed } from './engine.ts';
import type { PolicyDocument } from './template.ts';

export interface Guard {
  /** What was asked since the last `use`. */
  readonly asks: readonly Ask[];
  readonly denied: readonly Ask[];
  /** From here on the caller has this policy. */
  use(policy: PolicyDocument, key?: Key): void;
  /** Nothing is evaluated until the next `use`. */
  rest(): void;
  /** The requests to the registry since then; its token is the role's. */
  readRegistry(registry: TestRegistry): Promise<void>;
}

export function guard(aws: AwsServer): Guard {
  let policy: PolicyDocument | undefined;
  let key: Key | undefined;
  let asks: Ask[] = [];
  let denied: Ask[] = [];
  const evaluate = async (asked: readonly Ask[]): Promise<Ask | undefined> => {
    if (policy === undefined) return undefined;
    asks.push(...asked);
    for (const ask of asked) {
      if (await isAllowed(policy, ask)) continue;
      denied.push(ask);
      return ask;
    }
    return undefined;
  };
  aws.tamper = async (call) => {
    const denial = await evaluate(await asksOf(call, key));
    if (denial === undefined) return undefined;
    const { action, resource } = denial;
    const user = 'arn:aws:sts::123456789012:assumed-role/papyrus/session';
    return {
      status: 400,
      code: 'AccessDeniedException',
      message: `User: ${user} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`,
    };
  };
  return {
    get asks() {
      return asks;
    },
    get denied() {
      return denied;
    },
    use(next, nextKey) {
      policy = next;
      key = nextKey;
      asks = [];
      denied = [];
    },
    rest() {
      policy = undefined;
    },
    async readRegistry(registry) {
      for (const seen of registry.seen.splice(0)) await evaluate(await asksOfRegistry(seen));
    },
  };
}
