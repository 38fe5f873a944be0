import type { ActionRun } from '../../__tests__/action/run.ts';
import type { Auth0Server } from '../../__tests__/servers/auth0.ts';
import type { TestRegistry } from '../../__tests__/servers/registry.ts';
import type { Account } from './account.ts';
import type { Expectation } from './expectation.ts';

/** What a delivery needs beside AWS. */
export interface Delivery extends AsyncDisposable {
  readonly registry: TestRegistry;
  readonly auth0: Auth0Server;
}

/** What scenes act on. */
export interface Stage {
  readonly account: Account;
  readonly delivery: Delivery;
}

/** One thing that a user would see. */
export interface Scene {
  /** Of the folder that keeps its files. */
  readonly name: string;
  readonly title: string;
  /** What happens before, as lines to show. */
  readonly before?: (stage: Stage) => Promise<string[]>;
  /** The step's `with:`, beside what all scenes have; none: the action does not run. */
  readonly inputs?: (stage: Stage) => Readonly<Record<string, string>>;
  readonly expected?: Expectation;
  /** Checks the run itself. @returns differences */
  readonly judge?: (run: ActionRun) => Promise<string[]>;
  /** Checks the account at the end. @returns differences */
  readonly after?: (stage: Stage, tell: (lines: readonly string[]) => void) => Promise<string[]>;
}
