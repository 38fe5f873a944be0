import type { Input, Reply } from '../protocol.ts';

/** Asks moto itself, with the credentials of the call in hand: neither recorded nor checked. A refusal is thrown. */
export type Ask = <Output = Record<string, unknown>>(operation: string, input: Input) => Promise<Output>;

/** What AWS would do with a call: throws a Refusal, answers, or gives nothing and leaves the call to moto. */
export type Law = (input: Input, ask: Ask) => Promise<Reply | undefined> | Reply | undefined;

export interface Laws {
  readonly operations: Readonly<Record<string, Law>>;
  /** Forgets what moto cannot hold. */
  reset(): void;
}

export const text = (input: Input, member: string): string | undefined => {
  const value = input[member];
  return typeof value === 'string' ? value : undefined;
};
