import { ParseError, quoted, readAccounts, readList } from './parse.ts';

/** A repository as the input names it. */
interface RepositoryName {
  readonly name: string;
  /** Of a URI, which every console page offers to copy. */
  readonly account?: string | undefined;
  readonly region?: string | undefined;
  /** Why the text is no private repository of ECR, and the remedy. */
  readonly fault?: string | undefined;
  readonly warning?: string | undefined;
}

/** Characters: 256 of a name, and the longest host with a digest around it. */
const LONGEST = 512;

const REGISTRY =
  /^(?:https?:\/\/)?(\d{12})\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\.[a-z0-9.-]+(?::\d+)?(?:\/+([^:@]*)(?:[:@].*)?)?$/;

/** Registry hosts; other names with a dot may be repositories of ECR. */
const OTHERS = [
  'docker.io',
  'docker.com',
  'ghcr.io',
  'gcr.io',
  'quay.io',
  'pkg.dev',
  'azurecr.io',
  'mcr.microsoft.com',
  'registry.gitlab.com',
  'registry.k8s.io',
  'nvcr.io',
  'icr.io',
  'amazonaws.com',
  'amazonaws.com.cn',
];

/** @param text the input `repository`: a name, or a URI of ECR with or without a tag */
export function readRepositoryName(text: string): RepositoryName {
  if (text.length > LONGEST)
    return { name: text, fault: 'it is longer than any URI of ECR; write the name alone' };
  const [, account, region, path] = REGISTRY.exec(text) ?? [];
  if (account !== undefined) {
    if (path !== undefined && path !== '') return { name: path, account, region };
    return {
      name: text,
      fault:
        'it names the registry alone; write the name of a repository in it, like "papyrus" or REGISTRY/papyrus',
    };
  }
  const bare = text.replace(/^(?:https?|docker):\/\//, '');
  const [host = '', ...rest] = bare.split('/');
  const remedy = nameIn(rest.join('/'));
  if (host === 'public.ecr.aws' || host === 'ecr-public.aws.com')
    return {
      name: text,
      fault: `it is in the public registry of ECR, and the action works with private repositories; ${remedy}`,
    };
  if (bare !== text || isOtherRegistry(host, rest.length > 0))
    return {
      name: text,
      fault: `it is in another registry, and the action works with private repositories of ECR; ${remedy}`,
    };
  if (/^arn:|^[^:@]+[:@][^/]+$/.test(text))
    return {
      name: text,
      fault: `ECR allows lower-case letters and digits, with one . _ - or / between them; an ARN, a tag or a digest is no part of it: ${nameIn(text.replace(/^arn:.*?repository\//, ''))}`,
    };
  if (rest.length > 0 && host.includes('.'))
    return {
      name: text,
      warning:
        'its first part looks like a registry host; ECR takes it as part of the name. Remove it if you do not want that',
    };
  return { name: text };
}

function isOtherRegistry(host: string, isFollowed: boolean): boolean {
  const isLocal = isFollowed && /^localhost$|^[^:]+:\d+$/.test(host);
  return isLocal || OTHERS.some((known) => host === known || host.endsWith(`.${known}`));
}

/** @returns the remedy, with the name if it may be printed */
function nameIn(path: string): string {
  const name = path.replace(/[:@].*$/, '').replace(/^library\//, '');
  const shown = quoted(name);
  return shown === 'this value' ? 'write the name alone, like "papyrus"' : `write the name alone: ${shown}`;
}

const VALUES = ['MUTABLE', 'IMMUTABLE', 'MUTABLE_WITH_EXCLUSION', 'IMMUTABLE_WITH_EXCLUSION'] as const;

export interface Mutability {
  readonly value: (typeof VALUES)[number];
  /** Sorted and joined by commas; only with the two `*_WITH_EXCLUSION` values. */
  readonly exclusions: string | undefined;
}

/**
 * Reads `IMMUTABLE`, or `IMMUTABLE_WITH_EXCLUSION: latest, dev-*`.
 * At most 5 filters of at most 128 characters, with at most 2 wildcards each.
 * @see https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ImageTagMutabilityExclusionFilter.html
 */
export function readMutability(setting: unknown): Mutability {
  const [word = '', ...rest] = String(setting).split(':');
  const name = word.trim().toUpperCase();
  const value = VALUES.find((candidate) => candidate === name);
  if (value === undefined) throw new ParseError(`${quoted(word.trim())} is none of ${VALUES.join(', ')}`);
  const filters = [...new Set(readList(rest.join(':')))].sort();
  if (!value.endsWith('_WITH_EXCLUSION')) {
    if (filters.length > 0) throw new ParseError(`exclusions go with ${value}_WITH_EXCLUSION`);
    return { value, exclusions: undefined };
  }
  if (filters.length === 0)
    throw new ParseError(`name the tags that are excluded, like ${value}: latest, dev-*`);
  if (filters.length > 5) throw new ParseError('ECR allows 5 exclusion filters');
  for (const filter of filters) {
    if (filter.length > 128) throw new ParseError('an exclusion filter has at most 128 characters');
    if (!/^[0-9a-zA-Z._*-]+$/.test(filter))
      throw new ParseError('an exclusion filter is made of letters, digits, and . _ - *');
    if (filter.split('*').length > 3) throw new ParseError('an exclusion filter has at most two "*"');
  }
  return { value, exclusions: filters.join(',') };
}

/** The statement of more would be longer than the 10,240 characters of a policy. */
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
