import { each, ParseError, readList } from './parse.ts';

/** @returns the ids of AWS accounts, as they are given */
export function readAccounts(value: unknown): string[] {
  const accounts = readList(value);
  // Taken for "not given", it would let every account in.
  if (accounts.length === 0) throw new ParseError('the list is empty; name the accounts, or leave it out');
  return each(accounts, (account) => {
    if (!/^\d{12}$/.test(account))
      throw new ParseError('an account id has 12 digits (in YAML, put it into quotes)');
    return account;
  });
}

/** Their statement alone would be longer than the 10,240 characters of a policy. */
const MOST_PULLING = 600;

/**
 * @returns the accounts sorted and joined by commas, as they are compared
 * @see https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_SetRepositoryPolicy.html
 */
export function readPullAccounts(value: unknown): string {
  const accounts = [...new Set(readAccounts(value))].sort();
  if (accounts.length > MOST_PULLING)
    throw new ParseError(
      `a repository policy has room for ${MOST_PULLING} accounts; share the repository with the organization by a policy of your own`,
    );
  return accounts.join(',');
}
